//! 通报: a service-management body sees its months, writes the cases, and publishes, for everybody or inside only.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    text::{is_plain, trimmed},
    work_order::TEXT_MAX,
};
use haochaping_collector::{
    accounts::staff::entry,
    ports::fresh_id,
    publication::{
        briefing,
        briefing::{Case, Month, after, before, begins_at, is_briefed, month_name, names_somebody},
    },
};
use haochaping_store::{StoreError, briefing::Briefing};

use super::{
    frame::{Frame, respond},
    list::not_found,
    order::{failed, shown_time},
    session::{Desk, Posted},
    sign_in::{BUSY, CHOOSE},
};
use crate::http::briefing::{Kind, body, file, open_cases, published_figures, seal_cases};

const PAGE: &str = "/desk/briefings";
const N_MONTHS: usize = 12;
/// The most cases of a briefing.
const N_CASES: usize = 2;
const TITLE_MAX: usize = 60;

#[derive(Template)]
#[template(path = "desk/briefings.html")]
struct List {
    f: Frame,
    is_briefed: bool,
    months: Vec<(u32, String, &'static str)>,
}

#[derive(Template)]
#[template(path = "desk/briefing.html")]
struct One<'a> {
    f: Frame,
    month: u32,
    body: String,
    state: String,
    is_open: bool,
    is_over: bool,
    cases: &'a [Case],
    fault: &'static str,
}

/// The months.
pub(in crate::http) async fn list(desk: Desk) -> Response {
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let (app, region) = (&desk.app, desk.session.staff.region);
    let found = match app.store.briefings(region, false, 1_000).await {
        Ok(found) => found,
        Err(error) => return failed(app, &error),
    };
    let this = app.clock.now().date_in_china().month();
    let months = std::iter::successors(Some(this), |month| Some(before(*month))).take(N_MONTHS).map(|month| {
        let stored = found.iter().find(|one| one.region == region && one.month == month);
        let state = match stored {
            Some(Briefing { published: Some(_), is_public: true, .. }) => "已公开",
            Some(Briefing { published: Some(_), .. }) => "已内部印发",
            Some(_) => "草稿",
            None if month == this => "本月未完",
            None => "未编制",
        };
        (month, month_name(month), state)
    });
    let f = Frame::inside(&desk, PAGE, "工作通报", false);
    respond(StatusCode::OK, &List { f, is_briefed: is_briefed(region), months: months.collect() })
}

/// A month of a body's own region: what is stored, the figures, the cases.
struct Opened<'a> {
    desk: &'a Desk,
    month: Month,
    stored: Option<Briefing>,
    cases: Vec<Case>,
}

impl<'a> Opened<'a> {
    async fn read(desk: &'a Desk, month: u32) -> Result<Self, Response> {
        if let Some(answer) = desk.lacks(PAGE).await {
            return Err(answer);
        }
        let (app, region) = (&desk.app, desk.session.staff.region);
        if !is_briefed(region) || begins_at(month).is_none_or(|at| at > app.clock.now()) {
            return Err(not_found(desk));
        }
        let read = async {
            let stored = app.store.briefing(region, month).await?;
            let figures = match stored.as_ref().and_then(published_figures) {
                Some(figures) => Some(figures),
                None => briefing::make(app, region, month).await?,
            };
            Ok::<_, StoreError>((stored, figures))
        };
        let (stored, figures) = read.await.map_err(|error| failed(app, &error))?;
        let cases = stored.as_ref().map(|stored| open_cases(app, stored)).unwrap_or_default();
        Ok(Self { desk, month: figures.ok_or_else(|| not_found(desk))?, stored, cases })
    }

    fn is_over(&self) -> bool {
        begins_at(after(self.month.month)).is_some_and(|at| at <= self.desk.app.clock.now())
    }

    fn published(&self) -> Option<&(haochaping::calendar::Instant, String)> {
        self.stored.as_ref()?.published.as_ref()
    }

    fn page(&self, status: StatusCode, cases: &[Case], fault: &'static str) -> Response {
        let is_public = self.stored.as_ref().is_some_and(|stored| stored.is_public);
        let state = match self.published() {
            Some((at, who)) => {
                let how = if is_public { "公开" } else { "内部印发" };
                let who = who.strip_prefix("staff:").unwrap_or(who);
                format!("{} 由 {who} {how}，不再修改。", shown_time(*at))
            }
            None => "尚未发布，数据随办理情况变化。".to_owned(),
        };
        let mut filled = cases.to_vec();
        filled.resize_with(N_CASES, Case::default);
        let page = One {
            f: Frame::inside(self.desk, PAGE, &self.month.title(), !status.is_success()),
            month: self.month.month,
            body: body(&self.month, &self.cases, true),
            state,
            is_open: self.published().is_none(),
            is_over: self.is_over(),
            cases: &filled,
            fault,
        };
        respond(status, &page)
    }
}

/// A month.
pub(in crate::http) async fn show(desk: Desk, Path(month): Path<u32>) -> Response {
    match Opened::read(&desk, month).await {
        Ok(opened) => opened.page(StatusCode::OK, &opened.cases, ""),
        Err(answer) => answer,
    }
}

/// A month as a file.
pub(in crate::http) async fn download(desk: Desk, Path((month, kind)): Path<(u32, String)>) -> Response {
    let opened = match Opened::read(&desk, month).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let Some(kind) = Kind::of(&kind) else { return not_found(&desk) };
    let fault = "文件没有生成：请管理员检查服务器上的中文字体。";
    let made = file(opened.month.clone(), opened.cases.clone(), kind).await;
    made.unwrap_or_else(|| opened.page(StatusCode::SERVICE_UNAVAILABLE, &opened.cases, fault))
}

/// Keeps the cases, and publishes.
pub(in crate::http) async fn submit(Path(month): Path<u32>, posted: Posted) -> Response {
    let desk = &posted.desk;
    let opened = match Opened::read(desk, month).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let text = |name: String| trimmed(&posted.get(&name).replace("\r\n", "\n")).to_owned();
    let typed: Vec<Case> =
        (1..=N_CASES).map(|n| Case { title: text(format!("title-{n}")), text: text(format!("text-{n}")) }).collect();
    let cases: Vec<Case> =
        typed.iter().filter(|case| !case.title.is_empty() || !case.text.is_empty()).cloned().collect();
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(fault) = cases.iter().find_map(fault_of) {
        return opened.page(unprocessable, &typed, fault);
    }
    if opened.published().is_some() {
        return opened.page(StatusCode::CONFLICT, &typed, "通报已经发布，不能再修改。");
    }
    let what = posted.get("action");
    if !matches!(what, "save" | "publish" | "publish_inside") {
        return opened.page(unprocessable, &typed, CHOOSE);
    }
    let publishes = what != "save";
    if publishes && !opened.is_over() {
        return opened.page(unprocessable, &typed, "本月还没有结束，不能发布。");
    }
    let (app, who) = (&desk.app, format!("staff:{}", desk.session.staff.name));
    let (now, id) = (app.clock.now(), fresh_id(&*app.clock, &*app.rng));
    let new = Briefing {
        region: desk.session.staff.region,
        month,
        id,
        cases: seal_cases(app, &id, &cases),
        changed_at: now,
        changed_by: who.clone(),
        published: publishes.then(|| (now, who.clone())),
        is_public: what == "publish",
        figures: publishes.then(|| serde_json::to_string(&opened.month).expect("figures are plain data")),
    };
    let said = if publishes { "briefing-published" } else { "briefing-saved" };
    let said = entry(&*app.clock, &who, said, &format!("{} {month}", opened.month.region));
    match app.store.write_briefing(new, said).await {
        Ok(true) => Redirect::to(&format!("{}{PAGE}/{month}", app.config.base_path())).into_response(),
        Ok(false) => opened.page(StatusCode::CONFLICT, &typed, "通报已经发布，不能再修改。"),
        Err(error) => {
            tracing::error!(%error, "a briefing was not kept");
            opened.page(StatusCode::SERVICE_UNAVAILABLE, &typed, BUSY)
        }
    }
}

fn fault_of(case: &Case) -> Option<&'static str> {
    if case.title.is_empty() || case.text.is_empty() {
        Some("案例的标题和内容都要填写。")
    } else if case.title.chars().count() > TITLE_MAX || case.title.contains('\n') {
        Some("案例标题最多 60 个字。")
    } else if case.text.chars().count() > TEXT_MAX {
        Some("案例内容最多 2000 个字。")
    } else if !is_plain(&case.title) || !is_plain(&case.text) {
        Some("含有不能使用的字符。")
    } else if names_somebody(&case.title) || names_somebody(&case.text) {
        Some("案例中有电话号码或身份证号，请隐去。")
    } else {
        None
    }
}
