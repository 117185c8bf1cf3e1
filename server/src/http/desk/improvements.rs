//! 以评促改: a service-management body records what was changed because of what people said, and sees what comes again.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    calendar::{CivilDate, DAY_MILLIS},
    identifier::{ItemCode, Uscc},
    rating::{Indicator, SatisfactionLevel},
    region::Region,
    text::{is_plain, trimmed},
    work_order::TEXT_MAX,
};
use haochaping_collector::{
    accounts::staff::entry,
    ports::fresh_id,
    publication::{briefing::names_somebody, hot_words::cutter::is_word},
    state::App,
    work_orders::{access::Worker, act::parse_id},
};
use haochaping_store::{
    Id, StoreError,
    improvement::{Cause, Improvement, PublishedCase},
    word::Source,
};

use super::{
    frame::{Frame, respond},
    order::{failed, shown_time},
    session::{Desk, Posted},
    sign_in::BUSY,
};
use crate::http::public::improvements::{cause_name, day_name};

const PAGE: &str = "/desk/improvements";
const TITLE_MAX: usize = 60;
const SHOWN_MAX: u32 = 200;
const RECURRING_MAX: u32 = 20;
/// The place of a consent for the vault.
const TABLE: &str = "improvement";
const FIELDS: [&str; 9] = ["kind", "option", "value", "day", "title", "text", "order", "case_text", "consent"];

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

#[derive(Template)]
#[template(path = "desk/improvements.html")]
struct Improvements {
    f: Frame,
    kinds: [(&'static str, &'static str); 5],
    options: Vec<(&'static str, &'static str)>,
    recurring: Vec<RecurringLine>,
    lines: Vec<Line>,
    typed: [String; 9],
    fault: &'static str,
}

const KINDS: [(&str, &str); 5] = [
    ("option", "评价指标"),
    ("word", "热词"),
    ("item", "事项（填事项编码）"),
    ("agency", "部门（填统一社会信用代码）"),
    ("region", "地区（填行政区划代码）"),
];

/// The page.
pub(in crate::http) async fn show(desk: Desk) -> Response {
    match desk.lacks(PAGE).await {
        None => page(&desk, StatusCode::OK, Default::default(), "").await,
        Some(answer) => answer,
    }
}

async fn page(desk: &Desk, status: StatusCode, typed: [String; 9], fault: &'static str) -> Response {
    let (app, region) = (&desk.app, desk.session.staff.region);
    let read = async {
        let lines = app.store.improvements(region, true, SHOWN_MAX).await?;
        Ok::<_, StoreError>((lines, app.store.recurring(region, RECURRING_MAX).await?))
    };
    let (lines, recurring) = match read.await {
        Ok(found) => found,
        Err(error) => return failed(app, &error),
    };
    let recurring = recurring.into_iter().map(|one| RecurringLine {
        text: match one.source {
            Source::Option => Indicator::find(&one.word).map_or(one.word.clone(), |option| option.text.to_owned()),
            Source::Word => one.word,
        },
        n_agencies: one.n_agencies,
        n_ratings: one.n_ratings,
    });
    let bad = SatisfactionLevel::ALL.into_iter().filter(|level| level.is_bad());
    let page = Improvements {
        f: Frame::inside(desk, PAGE, "以评促改", !status.is_success()),
        kinds: KINDS,
        options: bad.flat_map(Indicator::of_level).map(|option| (option.code.as_str(), option.text)).collect(),
        recurring: recurring.collect(),
        lines: lines.iter().map(|one| line(app, one)).collect(),
        typed,
        fault,
    };
    respond(status, &page)
}

fn line(app: &App, one: &Improvement) -> Line {
    let who = |who: &str| who.strip_prefix("staff:").unwrap_or(who).to_owned();
    Line {
        id: uuid::Uuid::from_bytes(one.id).to_string(),
        title: one.title.clone(),
        about: format!("{} · {} · {}", app.region_name(one.region), cause_name(app, &one.cause), day_name(one.day)),
        recorded: format!("{} · {}", shown_time(one.at), who(&one.who)),
        has_case: one.case.is_some(),
        withdrawn: one.withdrawn.as_ref().map(|(at, by)| format!("{} · {}", shown_time(*at), who(by))),
    }
}

/// Records one, which everybody sees at once.
pub(in crate::http) async fn add(posted: Posted) -> Response {
    let desk = &posted.desk;
    let app = &desk.app;
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let typed = FIELDS.map(|name| trimmed(&posted.get(name).replace("\r\n", "\n")).to_owned());
    let new = match read(app, &typed, desk.session.staff.region) {
        Ok(new) => new,
        Err(fault) => return page(desk, StatusCode::UNPROCESSABLE_ENTITY, typed, fault).await,
    };
    let who = format!("staff:{}", desk.session.staff.name);
    let id = fresh_id(&*app.clock, &*app.rng);
    let case = match case(desk, id, &typed).await {
        Ok(case) => case,
        Err(CaseFault::Said(fault)) => return page(desk, StatusCode::UNPROCESSABLE_ENTITY, typed, fault).await,
        Err(CaseFault::Store(error)) => return failed(app, &error),
    };
    let said = entry(&*app.clock, &who, "improvement-recorded", &new.title);
    let new = Improvement { id, case, at: app.clock.now(), who, ..new };
    match app.store.add_improvement(new, said).await {
        Ok(()) => Redirect::to(&format!("{}{PAGE}", app.config.base_path())).into_response(),
        Err(error) => {
            tracing::error!(%error, "an improvement was not recorded");
            page(desk, StatusCode::SERVICE_UNAVAILABLE, typed, BUSY).await
        }
    }
}

/// Withdraws one.
pub(in crate::http) async fn withdraw(Path(id): Path<String>, posted: Posted) -> Response {
    let desk = &posted.desk;
    let (app, staff) = (&desk.app, &desk.session.staff);
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let gone = "没有找到这项改进，或者它已经撤回。";
    let Some(bytes) = parse_id(&id) else { return page(desk, StatusCode::CONFLICT, Default::default(), gone).await };
    let who = format!("staff:{}", staff.name);
    let said = entry(&*app.clock, &who, "improvement-withdrawn", &id);
    match app.store.withdraw_improvement(bytes, staff.region, said).await {
        Ok(true) => Redirect::to(&format!("{}{PAGE}", app.config.base_path())).into_response(),
        Ok(false) => page(desk, StatusCode::CONFLICT, Default::default(), gone).await,
        Err(error) => failed(app, &error),
    }
}

/// What was typed, without what only the desk knows.
fn read(
    app: &App,
    [kind, option, value, day, title, text, ..]: &[String; 9],
    within: Region,
) -> Result<Improvement, &'static str> {
    let cause = match kind.as_str() {
        "option" => Cause::Option(Indicator::find(option).ok_or("请选择评价指标。")?.code.as_str().to_owned()),
        "word" if is_word(value) && value.chars().count() <= 20 => Cause::Word(value.clone()),
        "word" => return Err("请填写一个汉字词，2 到 20 个字。"),
        "item" => Cause::Item(ItemCode::parse(value).map_err(|_| "事项编码不正确。")?.as_str().to_owned()),
        "agency" => Cause::Agency(Uscc::parse(value).map_err(|_| "统一社会信用代码不正确。")?.to_string()),
        "region" => {
            let region: Region = value.parse().map_err(|_| "行政区划代码不正确。")?;
            Cause::Region(Some(region).filter(|region| within.contains(*region)).ok_or("这个地区不在您的办理范围内。")?)
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

/// Whether everybody may read a text: it is there, not too long, plain, and names nobody by a number.
fn is_publishable(text: &str, max: usize) -> bool {
    !text.is_empty() && text.chars().count() <= max && is_plain(text) && !names_somebody(text)
}

enum CaseFault {
    Said(&'static str),
    Store(StoreError),
}

/// The case, if one was written: only of an order within one's scope, and only with the person's consent on record.
async fn case(desk: &Desk, id: Id, typed: &[String; 9]) -> Result<Option<PublishedCase>, CaseFault> {
    let [.., order, text, consent] = typed;
    if order.is_empty() && text.is_empty() && consent.is_empty() {
        return Ok(None);
    }
    let said = |fault| Err(CaseFault::Said(fault));
    if !is_publishable(text, TEXT_MAX) {
        return said("请填写当时的情况，最多 2000 个字，不含电话号码和身份证号。");
    }
    if consent.is_empty() || consent.chars().count() > TEXT_MAX {
        return said("没有评价人的同意不能公开案例：请填写何时、以何种方式取得同意。");
    }
    let found = match order.rsplit('/').next().and_then(parse_id) {
        Some(order) => desk.app.store.order(order).await.map_err(CaseFault::Store)?,
        None => None,
    };
    let worker = Worker::of_staff(&desk.session.staff);
    let Some(found) = found.filter(|row| worker.sees(row)) else {
        return said("没有找到这个工单，或者它不在您的办理范围内。");
    };
    let consent = desk.app.keys().vault.seal(TABLE, &id, "consent", consent, &*desk.app.rng);
    Ok(Some(PublishedCase { text: text.clone(), order: found.id, consent }))
}
