//! 窗口评价器: halls and windows of the operator's region, their pads, and how many of those who
//! were asked did not choose. No level is here, and nobody's call.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    call::{CallState, NAME_MAX, is_window_name},
    region::Region,
};
use haochaping_collector::halls::{
    calls::STALE,
    pairing::CODE_MINUTES,
    windows::{
        WINDOWS_MAX, WindowFault, add_windows, find_or_add_hall, offer_code, parse_windows, remove,
        unpair,
    },
};
use haochaping_store::{
    Id, StoreError,
    window::{Hall, Window},
};
use serde::Deserialize;

use super::{
    answer::{Answer, CHOOSE, DeskError},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::{Page, Windows},
    saved::Saved,
    session::{Desk, trimmed},
};
use crate::assets;
use crate::http::filters;

/// China is 8 hours ahead: a day begins at 16:00 UTC.
const ZONE_MILLIS: i64 = 8 * 3_600_000;

struct HallLines {
    name: String,
    region: String,
    windows: Vec<Line>,
}

struct Line {
    id: String,
    name: String,
    state: &'static str,
    /// In words, for whoever sees no colour.
    is_away: bool,
    seen: Option<Instant>,
    version: String,
    n_calls: u64,
    n_rated: u64,
    n_unrated: u64,
    n_withdrawn: u64,
    n_ended: u64,
    has_pad: bool,
}

/// A hall to choose.
struct HallChoice {
    value: String,
    text: String,
    is_chosen: bool,
}

/// The forms for a hall and for windows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Form {
    action: String,
    #[serde(deserialize_with = "trimmed")]
    hall_name: String,
    #[serde(deserialize_with = "trimmed")]
    region: String,
    #[serde(deserialize_with = "trimmed")]
    hall: String,
    #[serde(deserialize_with = "trimmed")]
    windows: String,
}

/// The buttons of a window.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Change {
    action: String,
}

/// A code that is shown this once.
struct Offer {
    window: String,
    link: String,
    code: String,
}

/// What comes back with the page: a code, or what was refused.
#[derive(Default)]
struct FormState {
    offer: Option<Offer>,
    fault: String,
    form: Form,
}

#[derive(Template)]
#[template(path = "desk/windows.html")]
struct WindowsPage<'a> {
    f: Frame,
    halls: Vec<HallLines>,
    choices: Vec<HallChoice>,
    state: &'a FormState,
    own_version: &'static str,
    minutes: u64,
}

/// The page.
pub(in crate::http) async fn show(Allowed { desk, .. }: Allowed<Windows>) -> Answer {
    page(&desk, StatusCode::OK, &FormState::default()).await
}

async fn page(desk: &Desk, status: StatusCode, state: &FormState) -> Answer {
    let (halls, choices) = read(desk, &state.form.hall).await?;
    let page = WindowsPage {
        f: Frame::inside(desk, Windows::PATH, "窗口评价器", !status.is_success()),
        halls,
        choices,
        state,
        own_version: assets::version(),
        minutes: CODE_MINUTES,
    };
    Ok(respond(status, &page))
}

async fn read(desk: &Desk, chosen: &str) -> Result<(Vec<HallLines>, Vec<HallChoice>), StoreError> {
    let (app, region) = (&desk.app, desk.session.staff.region);
    let now = app.clock.now();
    let today = Instant::from_millis(now.day_in_china() * DAY_MILLIS - ZONE_MILLIS);
    let mut counts = app.store.call_counts(today).await?;
    let halls = app.store.halls(region).await?;
    let mut by_hall: BTreeMap<Id, Vec<Line>> = BTreeMap::new();
    for window in app.store.windows(region).await? {
        let counted = counts.remove(&window.id).unwrap_or_default();
        by_hall.entry(window.hall.id).or_default().push(line(window, &counted, now));
    }
    let choice = |hall: &Hall| HallChoice {
        value: hall_name(hall),
        text: hall.name.clone(),
        is_chosen: hall_name(hall) == chosen,
    };
    let choices = halls.iter().map(choice).collect();
    let lines = halls.into_iter().map(|hall| HallLines {
        region: app.region_name(hall.region),
        windows: by_hall.remove(&hall.id).unwrap_or_default(),
        name: hall.name,
    });
    Ok((lines.collect(), choices))
}

fn hall_name(hall: &Hall) -> String {
    uuid::Uuid::from_bytes(hall.id).to_string()
}

fn line(window: Window, counted: &BTreeMap<CallState, u64>, now: Instant) -> Line {
    let n = |state| counted.get(&state).copied().unwrap_or(0);
    let n_ended = n(CallState::Rated) + n(CallState::Unrated) + n(CallState::Withdrawn);
    let is_here = window.seen_at.is_some_and(|at| now.since(at) < STALE);
    let offers = window.pairs_until.is_some_and(|until| until > now);
    Line {
        state: match (window.has_pad, is_here, offers) {
            (true, true, _) => "在线",
            (true, false, _) => "离线",
            (false, _, true) => "等待配对",
            (false, _, false) => "未配对",
        },
        is_away: window.has_pad && !is_here,
        seen: window.seen_at,
        version: window.version.unwrap_or_default(),
        n_calls: counted.values().sum(),
        n_rated: n(CallState::Rated),
        n_unrated: n(CallState::Unrated),
        n_withdrawn: n(CallState::Withdrawn),
        n_ended,
        has_pad: window.has_pad,
        id: window.id,
        name: window.name,
    }
}

/// Adds a hall, or windows to one.
pub(in crate::http) async fn add(Submitted { desk, form, .. }: Submitted<Windows, Form>) -> Answer {
    let added = match form.action.as_str() {
        "hall" => add_hall(&desk, &form).await,
        "windows" => add_list(&desk, &form).await,
        _ => Err(DeskError::typed(CHOOSE)),
    };
    show_result(desk, added.map(Done::Saved), form).await
}

/// The page with what was done, or with what is wrong and what was typed.
async fn show_result(mut desk: Desk, done: Result<Done, DeskError>, form: Form) -> Answer {
    let (status, state) = match done {
        Ok(Done::Offered(offer)) => {
            (StatusCode::OK, FormState { offer: Some(offer), ..FormState::default() })
        }
        Ok(Done::Saved(saved)) => {
            desk.saved = Some(saved);
            (StatusCode::OK, FormState::default())
        }
        Err(error) => {
            let fault = error.into_fault()?;
            (fault.status, FormState { fault: fault.message.into(), form, ..FormState::default() })
        }
    };
    page(&desk, status, &state).await
}

async fn add_hall(desk: &Desk, form: &Form) -> Result<Saved, DeskError> {
    if !is_window_name(&form.hall_name) {
        return Err(DeskError::typed(format!("大厅名称要 1 到 {NAME_MAX} 个字。")));
    }
    let region: Option<Region> =
        form.region.parse().ok().filter(|region: &Region| region.is_known_district());
    let region = region.filter(|region| desk.session.staff.region.contains(*region));
    let region =
        region.ok_or_else(|| DeskError::typed("行政区划代码不正确，或不在您的办理范围内。"))?;
    let (_, is_new) =
        find_or_add_hall(&desk.app.acting(desk.actor()), &form.hall_name, region).await?;
    let done = if is_new { "已添加" } else { "已经有了" };
    Ok(Saved::new(format!("{} {done}，接着添加它的窗口。", form.hall_name)))
}

async fn add_list(desk: &Desk, form: &Form) -> Result<Saved, DeskError> {
    let halls = desk.app.store.halls(desk.session.staff.region).await?;
    let hall = halls.into_iter().find(|one| hall_name(one) == form.hall);
    let hall = hall.ok_or_else(|| DeskError::typed("请选择大厅。"))?;
    let windows = read_list(&form.windows).map_err(DeskError::typed)?;
    let n = windows.len();
    let taken = add_windows(&desk.app.acting(desk.actor()), (hall.id, &hall.name), windows).await?;
    if taken.is_empty() {
        Ok(Saved::new(format!("{} 已添加 {n} 个窗口，接着给平板生成配对码。", hall.name)))
    } else {
        Err(DeskError::typed(format!("这些编号已经有了，都没有添加：{}。", taken.join("、"))))
    }
}

/// The windows of a list; or every fault with its line, in words.
fn read_list(lines: &str) -> Result<Vec<(String, String)>, String> {
    let windows = parse_windows(lines).map_err(|faults| {
        let message: Vec<_> = faults
            .iter()
            .map(|(line, fault)| format!("第 {line} 行：{}", text_of(fault)))
            .collect();
        message.join("；") + "。"
    })?;
    match windows.len() {
        0 => Err("请填写窗口，每行一个。".to_owned()),
        1..=WINDOWS_MAX => Ok(windows),
        _ => Err(format!("一次最多添加 {WINDOWS_MAX} 个窗口。")),
    }
}

fn text_of(fault: &WindowFault) -> String {
    match fault {
        WindowFault::Code => "编号要 2 到 32 个字母、数字或连字符".to_owned(),
        WindowFault::Name => format!("编号后空一格，写 1 到 {NAME_MAX} 个字的窗口名称"),
        WindowFault::Repeated(code) => format!("编号 {code} 重复"),
    }
}

/// Pairs, unpairs or removes a window.
pub(in crate::http) async fn change(
    Path(id): Path<String>,
    Submitted { desk, form, .. }: Submitted<Windows, Change>,
) -> Answer {
    let done = apply(&desk, &id, &form.action).await;
    show_result(desk, done, Form::default()).await
}

/// What a button of a window did.
enum Done {
    Offered(Offer),
    Saved(Saved),
}

async fn apply(desk: &Desk, id: &str, action: &str) -> Result<Done, DeskError> {
    let (app, acting) = (&desk.app, desk.app.acting(desk.actor()));
    let window = app.store.window(id).await?;
    let window = window.filter(|window| desk.session.staff.region.contains(window.hall.region));
    let name = window.ok_or_else(|| DeskError::typed("没有这个窗口。"))?.name;
    let saved = |message: String| Ok(Done::Saved(Saved::new(message)));
    match action {
        "pair" => {
            let code = offer_code(&acting, &app.keys(), id).await?;
            let code = code.ok_or_else(|| DeskError::typed("这个窗口已有设备，请先解除配对。"))?;
            Ok(Done::Offered(Offer {
                window: name,
                link: app.config.url(&format!("/pad/{id}")),
                code,
            }))
        }
        "unpair" if unpair(&acting, id).await? => {
            saved(format!("{name} 已解除配对，可以配对新的平板。"))
        }
        "unpair" => Err(DeskError::typed("这个窗口没有设备。")),
        "remove" if remove(&acting, id).await? => saved(format!("窗口 {id} 已删除。")),
        "remove" => Err(DeskError::typed("这个窗口还有设备，请先解除配对。")),
        _ => Err(DeskError::typed(CHOOSE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_list_is_named_with_its_line() {
        let message = read_list("a01 一\na01 二\n窗口 三\na04\n").unwrap_err();
        for fault in ["第 2 行：编号 a01 重复", "第 3 行：编号要", "第 4 行：编号后空一格"]
        {
            assert!(message.contains(fault), "{message}");
        }
        assert_eq!(read_list(" \n").unwrap_err(), "请填写窗口，每行一个。");
        let many: String = (0..=WINDOWS_MAX).map(|n| format!("a{n:04} 窗口\n")).collect();
        assert_eq!(read_list(&many).unwrap_err(), "一次最多添加 200 个窗口。");
    }
}
