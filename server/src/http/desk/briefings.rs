//! 通报: a service-management body sees its months, writes the cases, and publishes, for everybody
//! or inside only.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use haochaping::{
    text::{is_plain, trimmed},
    work_order::TEXT_MAX,
};
use haochaping_collector::{
    accounts::audit_trail::{AuditAction, account_name},
    ports::fresh_id,
    publication::{
        briefing,
        briefing::{
            Case, Month, after, before, begins_at, contains_personal_identifier, is_briefed,
            month_name,
        },
    },
};
use haochaping_store::briefing::Briefing;

use super::{
    answer::{Answer, CHOOSE, DeskError, Fault},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::{Briefings, Page},
    saved::Saved,
    session::{Desk, Fields},
};
use crate::http::briefing::{Kind, body, file, open_cases, published_figures, seal_cases};
use crate::http::filters::to_minute;

const N_MONTHS: usize = 12;
/// The most cases of a briefing.
const N_CASES: usize = 2;
const TITLE_MAX: usize = 60;
const PUBLISHED: &str = "通报已经发布，不能再修改。";

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
    fault: &'a str,
}

/// The months.
pub(in crate::http) async fn list(Allowed { desk, .. }: Allowed<Briefings>) -> Answer {
    let (app, region) = (&desk.app, desk.session.staff.region);
    let found = app.store.briefings(region, false, 1_000).await?;
    let this = app.clock.now().date_in_china().month();
    let months = std::iter::successors(Some(this), |month| Some(before(*month)))
        .take(N_MONTHS)
        .map(|month| {
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
    let f = Frame::inside(&desk, Briefings::PATH, "工作通报", false);
    Ok(respond(
        StatusCode::OK,
        &List { f, is_briefed: is_briefed(region), months: months.collect() },
    ))
}

/// A month of a body's own region: what is stored, the figures, the cases.
struct LoadedMonth<'a> {
    desk: &'a Desk,
    month: Month,
    stored: Option<Briefing>,
    cases: Vec<Case>,
}

impl<'a> LoadedMonth<'a> {
    async fn read(desk: &'a Desk, month: u32) -> Result<Self, DeskError> {
        let (app, region) = (&desk.app, desk.session.staff.region);
        if !is_briefed(region) || begins_at(month).is_none_or(|at| at > app.clock.now()) {
            return Err(DeskError::gone(desk));
        }
        let stored = app.store.briefing(region, month).await?;
        let figures = match stored.as_ref().and_then(published_figures) {
            Some(figures) => Some(figures),
            None => briefing::make(app, region, month).await?,
        };
        let cases = stored.as_ref().map(|stored| open_cases(app, stored)).unwrap_or_default();
        Ok(Self { desk, month: figures.ok_or_else(|| DeskError::gone(desk))?, stored, cases })
    }

    fn is_over(&self) -> bool {
        begins_at(after(self.month.month)).is_some_and(|at| at <= self.desk.app.clock.now())
    }

    fn published(&self) -> Option<&(haochaping::calendar::Instant, String)> {
        self.stored.as_ref()?.published.as_ref()
    }

    fn page(&self, status: StatusCode, cases: &[Case], fault: &str) -> Response {
        let is_public = self.stored.as_ref().is_some_and(|stored| stored.is_public);
        let state = match self.published() {
            Some((at, who)) => {
                let how = if is_public { "公开" } else { "内部印发" };
                let who = account_name(who);
                format!("{} 由 {who} {how}，不再修改。", to_minute(*at))
            }
            None => "尚未发布，数据随办理情况变化。".to_owned(),
        };
        let mut filled = cases.to_vec();
        filled.resize_with(N_CASES, Case::default);
        let page = One {
            f: Frame::inside(self.desk, Briefings::PATH, &self.month.title(), !status.is_success()),
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
pub(in crate::http) async fn show(
    Allowed { desk, .. }: Allowed<Briefings>,
    Path(month): Path<u32>,
) -> Answer {
    let loaded = LoadedMonth::read(&desk, month).await?;
    Ok(loaded.page(StatusCode::OK, &loaded.cases, ""))
}

/// A month as a file.
pub(in crate::http) async fn download(
    Allowed { desk, .. }: Allowed<Briefings>,
    Path((month, kind)): Path<(u32, String)>,
) -> Answer {
    let loaded = LoadedMonth::read(&desk, month).await?;
    let kind = Kind::of(&kind).ok_or_else(|| DeskError::gone(&desk))?;
    let fault = "文件没有生成：请管理员检查服务器上的中文字体。";
    let made = file(loaded.month.clone(), loaded.cases.clone(), kind).await;
    Ok(made.unwrap_or_else(|| loaded.page(StatusCode::SERVICE_UNAVAILABLE, &loaded.cases, fault)))
}

/// Keeps the cases, and publishes.
pub(in crate::http) async fn submit(
    Path(month): Path<u32>,
    Submitted { desk, fields, .. }: Submitted<Briefings>,
) -> Answer {
    let loaded = LoadedMonth::read(&desk, month).await?;
    let typed = cases_of(&fields);
    match loaded.save(&typed, fields.get("action")).await {
        Ok(saved) => Ok(saved.show_at(&desk, &format!("{}/{month}", Briefings::PATH))),
        Err(error) => {
            let fault = error.into_fault()?;
            Ok(loaded.page(fault.status, &typed, &fault.message))
        }
    }
}

/// The cases of the form, as many as it has, empty ones too.
fn cases_of(fields: &Fields) -> Vec<Case> {
    let text = |name: String| trimmed(&fields.get(&name).replace("\r\n", "\n")).to_owned();
    (1..=N_CASES)
        .map(|n| Case { title: text(format!("title-{n}")), text: text(format!("text-{n}")) })
        .collect()
}

impl LoadedMonth<'_> {
    async fn save(&self, typed: &[Case], action: &str) -> Result<Saved, DeskError> {
        let is_written = |case: &&Case| !case.title.is_empty() || !case.text.is_empty();
        let cases: Vec<Case> = typed.iter().filter(is_written).cloned().collect();
        if let Some(fault) = cases.iter().find_map(fault_of) {
            return Err(DeskError::typed(fault));
        }
        if self.published().is_some() {
            return Err(Fault::moved(PUBLISHED).into());
        }
        if !matches!(action, "save" | "publish" | "publish_inside") {
            return Err(DeskError::typed(CHOOSE));
        }
        let publishes = action != "save";
        if publishes && !self.is_over() {
            return Err(DeskError::typed("本月还没有结束，不能发布。"));
        }
        let audited =
            if publishes { AuditAction::BriefingPublished } else { AuditAction::BriefingSaved };
        let entry =
            self.desk.audit(audited, &format!("{} {}", self.month.region, self.month.month));
        if !self.desk.app.store.write_briefing(self.briefing(&cases, action), entry).await? {
            return Err(Fault::moved(PUBLISHED).into());
        }
        Ok(Saved::new(match action {
            "publish" => "通报已向社会公开，不再变化。",
            "publish_inside" => "通报已内部印发，不再变化。",
            _ => "草稿已保存。",
        }))
    }

    fn briefing(&self, cases: &[Case], action: &str) -> Briefing {
        let (app, who, publishes) =
            (&self.desk.app, self.desk.actor().to_string(), action != "save");
        let (now, id) = (app.clock.now(), fresh_id(&*app.clock, &*app.rng));
        Briefing {
            region: self.desk.session.staff.region,
            month: self.month.month,
            id,
            cases: seal_cases(app, &id, cases),
            changed_at: now,
            changed_by: who.clone(),
            published: publishes.then_some((now, who)),
            is_public: action == "publish",
            figures: publishes
                .then(|| serde_json::to_string(&self.month).expect("figures are plain data")),
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
    } else if contains_personal_identifier(&case.title) || contains_personal_identifier(&case.text)
    {
        Some("案例中有电话号码或身份证号，请隐去。")
    } else {
        None
    }
}
