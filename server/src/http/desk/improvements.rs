//! 以评促改: a service-management body records what was changed because of what people said, and
//! sees what comes again.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use haochaping::{
    calendar::{CivilDate, DAY_MILLIS},
    identifier::{ItemCode, Uscc},
    rating::{Indicator, SatisfactionLevel},
    region::Region,
    text::is_plain,
    work_order::TEXT_MAX,
};
use haochaping_collector::{
    accounts::audit_trail::{AuditAction, account_name},
    ports::fresh_id,
    publication::{briefing::contains_personal_identifier, hot_words::cutter::is_word},
    state::App,
    work_orders::{access::OrderAccess, act::parse_id},
};
use haochaping_store::{
    Id,
    improvement::{Cause, Improvement, PublishedCase},
    word::Source,
};

use super::{
    answer::{Answer, DeskError, Fault},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::{Improvements, Page},
    saved::Saved,
    session::{Desk, trimmed},
};
use crate::http::filters::{self, to_minute};
use crate::http::public::improvements::{cause_name, day_name};
use serde::Deserialize;

const TITLE_MAX: usize = 60;
const SHOWN_MAX: u32 = 200;
const RECURRING_MAX: u32 = 20;
/// The place of a consent for the vault.
const TABLE: &str = "improvement";

struct Line {
    id: String,
    title: String,
    about: String,
    recorded: String,
    has_case: bool,
    withdrawn: Option<String>,
}

struct RecurringLine {
    text: String,
    n_agencies: u64,
    n_ratings: u64,
}

/// The form of the page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Form {
    #[serde(deserialize_with = "trimmed")]
    kind: String,
    #[serde(deserialize_with = "trimmed")]
    option: String,
    #[serde(deserialize_with = "trimmed")]
    value: String,
    #[serde(deserialize_with = "trimmed")]
    day: String,
    #[serde(deserialize_with = "trimmed")]
    title: String,
    #[serde(deserialize_with = "trimmed")]
    text: String,
    #[serde(deserialize_with = "trimmed")]
    order: String,
    #[serde(deserialize_with = "trimmed")]
    case_text: String,
    #[serde(deserialize_with = "trimmed")]
    consent: String,
}

#[derive(Template)]
#[template(path = "desk/improvements.html")]
struct ImprovementsPage<'a> {
    f: Frame,
    kinds: [(&'static str, &'static str); 5],
    options: Vec<(&'static str, &'static str)>,
    recurring: Vec<RecurringLine>,
    lines: Vec<Line>,
    form: &'a Form,
    fault: &'a str,
}

const KINDS: [(&str, &str); 5] = [
    ("option", "评价指标"),
    ("word", "热词"),
    ("item", "事项（填事项编码）"),
    ("agency", "部门（填统一社会信用代码）"),
    ("region", "地区（填行政区划代码）"),
];

/// The page.
pub(in crate::http) async fn show(Allowed { desk, .. }: Allowed<Improvements>) -> Answer {
    page(&desk, StatusCode::OK, &Form::default(), "").await
}

async fn page(desk: &Desk, status: StatusCode, form: &Form, fault: &str) -> Answer {
    let (app, region) = (&desk.app, desk.session.staff.region);
    let lines = app.store.improvements(region, true, SHOWN_MAX).await?;
    let recurring = app.store.recurring(region, RECURRING_MAX).await?;
    let recurring = recurring.into_iter().map(|one| RecurringLine {
        text: match one.source {
            Source::Option => {
                Indicator::find(&one.word).map_or(one.word.clone(), |option| option.text.to_owned())
            }
            Source::Word => one.word,
        },
        n_agencies: one.n_agencies,
        n_ratings: one.n_ratings,
    });
    let bad = SatisfactionLevel::ALL.into_iter().filter(|level| level.is_bad());
    let page = ImprovementsPage {
        f: Frame::inside(desk, Improvements::PATH, "以评促改", !status.is_success()),
        kinds: KINDS,
        options: bad
            .flat_map(Indicator::of_level)
            .map(|option| (option.code.as_str(), option.text))
            .collect(),
        recurring: recurring.collect(),
        lines: lines.iter().map(|one| line(app, one)).collect(),
        form,
        fault,
    };
    Ok(respond(status, &page))
}

fn line(app: &App, one: &Improvement) -> Line {
    Line {
        id: uuid::Uuid::from_bytes(one.id).to_string(),
        title: one.title.clone(),
        about: format!(
            "{} · {} · {}",
            app.region_name(one.region),
            cause_name(app, &one.cause),
            day_name(one.day)
        ),
        recorded: format!("{} · {}", to_minute(one.at), account_name(&one.who)),
        has_case: one.case.is_some(),
        withdrawn: one
            .withdrawn
            .as_ref()
            .map(|(at, by)| format!("{} · {}", to_minute(*at), account_name(by))),
    }
}

/// Records one, which everybody sees at once.
pub(in crate::http) async fn add(
    Submitted { desk, form, .. }: Submitted<Improvements, Form>,
) -> Answer {
    match record(&desk, &form).await {
        Ok(saved) => Ok(saved.show_at(&desk, Improvements::PATH)),
        Err(error) => {
            let fault = error.into_fault()?;
            page(&desk, fault.status, &form, &fault.message).await
        }
    }
}

async fn record(desk: &Desk, form: &Form) -> Result<Saved, DeskError> {
    let app = &desk.app;
    let new = read(app, form, desk.session.staff.region).map_err(DeskError::typed)?;
    let id = fresh_id(&*app.clock, &*app.rng);
    let case = case(desk, id, form).await?;
    let entry = desk.audit(AuditAction::ImprovementRecorded, &new.title);
    let new = Improvement { id, case, at: app.clock.now(), who: desk.actor().to_string(), ..new };
    app.store.add_improvement(new, entry).await?;
    Ok(Saved::new("改进已登记并公开。"))
}

/// Withdraws one.
pub(in crate::http) async fn withdraw(
    Path(id): Path<String>,
    Submitted { desk, .. }: Submitted<Improvements>,
) -> Answer {
    match take_back(&desk, &id).await {
        Ok(saved) => Ok(saved.show_at(&desk, Improvements::PATH)),
        Err(error) => {
            let fault = error.into_fault()?;
            page(&desk, fault.status, &Form::default(), &fault.message).await
        }
    }
}

async fn take_back(desk: &Desk, id: &str) -> Result<Saved, DeskError> {
    let is_withdrawn = match parse_id(id) {
        Some(bytes) => {
            let entry = desk.audit(AuditAction::ImprovementWithdrawn, id);
            desk.app.store.withdraw_improvement(bytes, desk.session.staff.region, entry).await?
        }
        None => false,
    };
    if is_withdrawn {
        Ok(Saved::new("这项改进已撤回，公开页面不再显示。"))
    } else {
        Err(Fault::moved("没有找到这项改进，或者它已经撤回。").into())
    }
}

/// What was typed, without what only the desk knows.
fn read(app: &App, form: &Form, within: Region) -> Result<Improvement, &'static str> {
    let Form { kind, option, value, day, title, text, .. } = form;
    let cause = match kind.as_str() {
        "option" => Cause::Option(
            Indicator::find(option).ok_or("请选择评价指标。")?.code.as_str().to_owned(),
        ),
        "word" if is_word(value) && value.chars().count() <= 20 => Cause::Word(value.clone()),
        "word" => return Err("请填写一个汉字词，2 到 20 个字。"),
        "item" => {
            Cause::Item(ItemCode::parse(value).map_err(|_| "事项编码不正确。")?.as_str().to_owned())
        }
        "agency" => {
            Cause::Agency(Uscc::parse(value).map_err(|_| "统一社会信用代码不正确。")?.to_string())
        }
        "region" => {
            let region: Region = value.parse().map_err(|_| "行政区划代码不正确。")?;
            Cause::Region(
                Some(region)
                    .filter(|region| within.contains(*region))
                    .ok_or("这个地区不在您的办理范围内。")?,
            )
        }
        _ => return Err("请选择针对的问题属于哪一类。"),
    };
    let day = CivilDate::parse(day).ok_or("请填写改进日期，如 2026-11-20。")?;
    let day = (day.end_in_china().millis() - 1).div_euclid(DAY_MILLIS);
    if day > app.clock.now().day_in_china() {
        return Err("改进日期不能晚于今天。");
    }
    if !is_publishable(title, TITLE_MAX) || title.contains('\n') {
        return Err("请填写标题，最多 60 个字，不含电话号码和身份证号。");
    }
    if !is_publishable(text, TEXT_MAX) {
        return Err("请填写改了什么，最多 2000 个字，不含电话号码和身份证号。");
    }
    Ok(Improvement {
        id: [0; 16],
        region: within,
        cause,
        day,
        title: title.clone(),
        text: text.clone(),
        case: None,
        at: haochaping::calendar::Instant::default(),
        who: String::new(),
        withdrawn: None,
    })
}

/// Whether everybody may read a text: it is there, not too long, plain, and names nobody by a
/// number.
fn is_publishable(text: &str, max: usize) -> bool {
    !text.is_empty()
        && text.chars().count() <= max
        && is_plain(text)
        && !contains_personal_identifier(text)
}

/// The case, if one was written: only of an order within one's scope, and only with the person's
/// consent on record.
async fn case(desk: &Desk, id: Id, form: &Form) -> Result<Option<PublishedCase>, DeskError> {
    let Form { order, case_text: text, consent, .. } = form;
    if order.is_empty() && text.is_empty() && consent.is_empty() {
        return Ok(None);
    }
    let refuse = |message: &'static str| Err(DeskError::typed(message));
    if !is_publishable(text, TEXT_MAX) {
        return refuse("请填写当时的情况，最多 2000 个字，不含电话号码和身份证号。");
    }
    if consent.is_empty() || consent.chars().count() > TEXT_MAX {
        return refuse("没有评价人的同意不能公开案例：请填写何时、以何种方式取得同意。");
    }
    let found = match order.rsplit('/').next().and_then(parse_id) {
        Some(order) => desk.app.store.order(order).await?,
        None => None,
    };
    let access = OrderAccess::of_staff(&desk.session.staff);
    let Some(found) = found.filter(|row| access.sees(row)) else {
        return refuse("没有找到这个工单，或者它不在您的办理范围内。");
    };
    let consent = desk.app.keys().vault.seal(TABLE, &id, "consent", consent, &*desk.app.rng);
    Ok(Some(PublishedCase { text: text.clone(), order: found.id, consent }))
}
