//! 窗口评价器: halls and windows of the operator's region, their pads, and how many of those who were asked did not choose.
//! No level is here, and nobody's call.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    call::{CallState, NAME_MAX, is_window_code, is_window_name},
    region::Region,
    text::trimmed,
};
use haochaping_collector::{
    accounts::staff::entry,
    halls::{
        calls::STALE_MILLIS,
        pairing::{CODE_MINUTES, digest_of_code, make_code},
    },
    ports::timeless_id,
};
use haochaping_store::{
    Id, StoreError,
    window::{Hall, Window},
};

use super::{
    frame::{Frame, respond},
    order::failed,
    session::{Desk, Posted},
    sign_in::{BUSY, CHOOSE},
};
use crate::assets;

const PAGE: &str = "/desk/windows";
/// The most windows that are added at once.
const LINES_MAX: usize = 200;
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
    seen: String,
    version: String,
    n_calls: u64,
    n_rated: u64,
    n_unrated: u64,
    n_withdrawn: u64,
    unrated_share: String,
    has_pad: bool,
}

#[derive(Template)]
#[template(path = "desk/windows.html")]
struct Windows<'a> {
    f: Frame,
    halls: Vec<HallLines>,
    choices: Vec<(String, String, bool)>,
    back: &'a Back,
    own_version: &'static str,
    minutes: i64,
}

/// What comes back with the page: a code that is shown this once, or what was refused.
#[derive(Default)]
struct Back {
    code: Option<(String, String, String)>,
    fault: String,
    typed: [String; 4],
}

/// The page.
pub(in crate::http) async fn show(desk: Desk) -> Response {
    match desk.lacks(PAGE).await {
        None => page(&desk, StatusCode::OK, &Back::default()).await,
        Some(answer) => answer,
    }
}

async fn page(desk: &Desk, status: StatusCode, back: &Back) -> Response {
    let (halls, choices) = match read(desk, &back.typed[2]).await {
        Ok(read) => read,
        Err(error) => return failed(&desk.app, &error),
    };
    let f = Frame::inside(desk, PAGE, "窗口评价器", !status.is_success());
    respond(status, &Windows { f, halls, choices, back, own_version: assets::version(), minutes: CODE_MINUTES })
}

type Choices = Vec<(String, String, bool)>;

async fn read(desk: &Desk, chosen: &str) -> Result<(Vec<HallLines>, Choices), StoreError> {
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
    let choices = halls.iter().map(|hall| (hall_name(hall), hall.name.clone(), hall_name(hall) == chosen)).collect();
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
    let is_here = window.seen_at.is_some_and(|at| now.millis() - at.millis() < STALE_MILLIS);
    let offers = window.pairs_until.is_some_and(|until| until > now);
    Line {
        state: match (window.has_pad, is_here, offers) {
            (true, true, _) => "在线",
            (true, false, _) => "离线",
            (false, _, true) => "等待配对",
            (false, _, false) => "未配对",
        },
        is_away: window.has_pad && !is_here,
        seen: window.seen_at.map(super::order::shown_time).unwrap_or_default(),
        version: window.version.unwrap_or_default(),
        n_calls: counted.values().sum(),
        n_rated: n(CallState::Rated),
        n_unrated: n(CallState::Unrated),
        n_withdrawn: n(CallState::Withdrawn),
        unrated_share: share(n(CallState::Unrated), n_ended),
        has_pad: window.has_pad,
        id: window.id,
        name: window.name,
    }
}

/// 未评价率: of the calls that have ended, those in which nobody chose.
fn share(n: u64, of: u64) -> String {
    (n * 100 + of / 2).checked_div(of).map_or_else(|| "—".to_owned(), |share| format!("{share}%"))
}

/// Adds a hall, or windows to one.
pub(in crate::http) async fn add(posted: Posted) -> Response {
    let desk = &posted.desk;
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let typed = ["hall_name", "region", "hall", "windows"].map(|field| trimmed(posted.get(field)).to_owned());
    let added = match posted.get("action") {
        "hall" => add_hall(desk, &typed).await,
        "windows" => add_windows(desk, &typed).await,
        _ => Err((StatusCode::UNPROCESSABLE_ENTITY, CHOOSE.to_owned())),
    };
    match added {
        Ok(()) => page(desk, StatusCode::OK, &Back::default()).await,
        Err((status, fault)) => page(desk, status, &Back { fault, typed, ..Back::default() }).await,
    }
}

type Fault = (StatusCode, String);

fn refused(said: impl Into<String>) -> Fault {
    (StatusCode::UNPROCESSABLE_ENTITY, said.into())
}

fn busy(error: &StoreError) -> Fault {
    tracing::error!(%error, "windows were not changed");
    (StatusCode::SERVICE_UNAVAILABLE, BUSY.to_owned())
}

async fn add_hall(desk: &Desk, [name, region, ..]: &[String; 4]) -> Result<(), Fault> {
    let app = &desk.app;
    if !is_window_name(name) {
        return Err(refused(format!("大厅名称要 1 到 {NAME_MAX} 个字。")));
    }
    let region: Option<Region> = region.parse().ok().filter(|region: &Region| region.is_known_district());
    let region = region.filter(|region| desk.session.staff.region.contains(*region));
    let region = region.ok_or_else(|| refused("行政区划代码不正确，或不在您的办理范围内。"))?;
    let hall = Hall { id: timeless_id(&*app.rng), name: name.clone(), region };
    let said = entry(&*app.clock, &who(desk), "hall-added", name);
    app.store.add_hall(hall, said).await.map_err(|error| busy(&error))
}

async fn add_windows(desk: &Desk, [_, _, hall, lines]: &[String; 4]) -> Result<(), Fault> {
    let app = &desk.app;
    let halls = app.store.halls(desk.session.staff.region).await.map_err(|error| busy(&error))?;
    let hall = halls.into_iter().find(|one| hall_name(one) == *hall).ok_or_else(|| refused("请选择大厅。"))?;
    let windows = parse_windows(lines).map_err(refused)?;
    let said = entry(&*app.clock, &who(desk), "windows-added", &format!("{} ({})", hall.name, windows.len()));
    let taken = app.store.add_windows(hall.id, windows, said).await.map_err(|error| busy(&error))?;
    if taken.is_empty() {
        Ok(())
    } else {
        Err(refused(format!("这些编号已经有了，都没有添加：{}。", taken.join("、"))))
    }
}

/// Code and name of each line; or every fault with its line.
fn parse_windows(lines: &str) -> Result<Vec<(String, String)>, String> {
    let (mut windows, mut faults) = (Vec::new(), Vec::new());
    let lines = lines.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    for (at, line) in lines {
        let (id, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (id, name) = (id.to_ascii_lowercase(), name.trim());
        if !is_window_code(&id) {
            faults.push(format!("第 {} 行：编号要 2 到 32 个字母、数字或连字符", at + 1));
        } else if !is_window_name(name) {
            faults.push(format!("第 {} 行：编号后空一格，写 1 到 {NAME_MAX} 个字的窗口名称", at + 1));
        } else if windows.iter().any(|(known, _)| *known == id) {
            faults.push(format!("第 {} 行：编号 {id} 重复", at + 1));
        } else {
            windows.push((id, name.to_owned()));
        }
    }
    if windows.len() > LINES_MAX {
        faults.push(format!("一次最多添加 {LINES_MAX} 个窗口"));
    }
    match (windows.is_empty(), faults.is_empty()) {
        (_, false) => Err(faults.join("；") + "。"),
        (true, true) => Err("请填写窗口，每行一个。".to_owned()),
        (false, true) => Ok(windows),
    }
}

fn who(desk: &Desk) -> String {
    format!("staff:{}", desk.session.staff.name)
}

/// Pairs, unpairs or removes a window.
pub(in crate::http) async fn change(Path(id): Path<String>, posted: Posted) -> Response {
    let desk = &posted.desk;
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    match act(desk, &id, posted.get("action")).await {
        Ok(back) => page(desk, StatusCode::OK, &back).await,
        Err((status, fault)) => page(desk, status, &Back { fault, ..Back::default() }).await,
    }
}

async fn act(desk: &Desk, id: &str, action: &str) -> Result<Back, Fault> {
    let app = &desk.app;
    let window = app.store.window(id).await.map_err(|error| busy(&error))?;
    let window = window.filter(|window| desk.session.staff.region.contains(window.hall.region));
    let Some(window) = window else { return Err(refused("没有这个窗口。")) };
    let said = |what: &str| entry(&*app.clock, &who(desk), what, id);
    let (done, fault, code) = match action {
        "pair" => {
            let code = make_code(&*app.rng);
            let until = Instant::from_millis(app.clock.now().millis() + CODE_MINUTES * 60_000);
            let digest = digest_of_code(&app.keys(), id, &code);
            let done = app.store.offer_code(id, digest, until, said("pad-code")).await;
            (done, "这个窗口已有设备，请先解除配对。", Some(code))
        }
        "unpair" => (app.store.unpair(id, said("pad-unpaired")).await, "这个窗口没有设备。", None),
        "remove" => {
            (app.store.remove_window(id, said("window-removed")).await, "这个窗口还有设备，请先解除配对。", None)
        }
        _ => return Err(refused(CHOOSE)),
    };
    if !done.map_err(|error| busy(&error))? {
        return Err(refused(fault));
    }
    let link = app.config.url(&format!("/pad/{id}"));
    Ok(Back { code: code.map(|code| (window.name, link, code)), ..Back::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_line_by_line_and_every_fault_is_named() {
        let read = parse_windows("A01 1 号综合窗口\n\n  a02\t2 号窗口 ").unwrap();
        assert_eq!(read, [("a01".into(), "1 号综合窗口".into()), ("a02".into(), "2 号窗口".to_owned())]);
        let said = parse_windows("a01 一\na01 二\n窗口 三\na04\n").unwrap_err();
        for fault in ["第 2 行：编号 a01 重复", "第 3 行：编号要", "第 4 行：编号后空一格"] {
            assert!(said.contains(fault), "{said}");
        }
        assert_eq!(parse_windows(" \n").unwrap_err(), "请填写窗口，每行一个。");
    }

    #[test]
    fn a_share_is_of_what_has_ended() {
        assert_eq!(share(0, 0), "—");
        assert_eq!(share(1, 3), "33%");
        assert_eq!(share(2, 3), "67%");
    }
}
