//! 口头诉求: what people say about a matter that is no rating, noted by operators for the department and its body.

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    identifier::{ItemCode, Uscc},
    region::Region,
    text::{is_plain, trimmed},
    work_order::{Role, TEXT_MAX},
};
use haochaping_collector::{accounts::staff::entry, ports::fresh_id, state::App};
use haochaping_store::{StoreError, assist::Wish};
use serde::Deserialize;

use super::{
    frame::{Frame, respond},
    order::{failed, shown_time},
    services::operator,
    session::{Desk, Posted},
    sign_in::BUSY,
};

const PAGE: &str = "/desk/wishes";
const SHOWN_MAX: u32 = 200;
/// The place of a wish's text for the vault.
const TABLE: &str = "wish";
const FIELDS: [&str; 5] = ["item_name", "item_code", "agency", "region", "text"];

/// The service that the form is filled from.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Asked {
    #[serde(default)]
    service: String,
}

struct Line {
    at: String,
    who: String,
    item: String,
    agency: String,
    region: String,
    text: String,
}

#[derive(Template)]
#[template(path = "desk/wishes.html")]
struct Wishes {
    f: Frame,
    lines: Vec<Line>,
    is_operator: bool,
    typed: [String; 5],
    fault: &'static str,
}

/// The page.
pub(in crate::http) async fn show(desk: Desk, Query(asked): Query<Asked>) -> Response {
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    match filled(&desk, &asked.service).await {
        Ok(typed) => page(&desk, StatusCode::OK, typed, "").await,
        Err(error) => failed(&desk.app, &error),
    }
}

/// The form's fields of a service that the operator found.
async fn filled(desk: &Desk, name: &str) -> Result<[String; 5], StoreError> {
    let parsed = name.split_once('-').and_then(|(part, id)| {
        let part: u8 = part.parse().ok()?;
        Some((part, uuid::Uuid::try_parse(id).ok()?.into_bytes()))
    });
    let Some((part, id)) = parsed else { return Ok(Default::default()) };
    let found = desk.app.store.found_service(part, id).await?.filter(|service| operator(desk).sees(service));
    Ok(found.map_or_else(Default::default, |service| {
        let (item, code) = (service.item_name.unwrap_or_default(), service.item_code.unwrap_or_default());
        [item, code, service.agency, service.region.to_string(), String::new()]
    }))
}

async fn page(desk: &Desk, status: StatusCode, typed: [String; 5], fault: &'static str) -> Response {
    let (app, staff) = (&desk.app, &desk.session.staff);
    let agency = staff.agency.as_deref().filter(|_| staff.role == Role::Handler);
    let wishes = match app.store.wishes(staff.region, agency, SHOWN_MAX).await {
        Ok(wishes) => wishes,
        Err(error) => return failed(app, &error),
    };
    let lines = wishes.into_iter().map(|wish| line(app, wish)).collect();
    let f = Frame::inside(desk, PAGE, "口头诉求", !status.is_success());
    respond(status, &Wishes { f, lines, is_operator: staff.role == Role::Operator, typed, fault })
}

fn line(app: &App, wish: Wish) -> Line {
    let text = app.keys().vault.open(TABLE, &wish.id, &column(&wish.who), &wish.text);
    Line {
        at: shown_time(wish.at),
        who: wish.who.strip_prefix("staff:").unwrap_or(&wish.who).to_owned(),
        item: [wish.item_name, wish.item_code.unwrap_or_default()].join(" ").trim().to_owned(),
        agency: wish.agency,
        region: app.region_name(wish.region),
        text: text.unwrap_or_else(|| "（无法读取）".to_owned()),
    }
}

fn column(who: &str) -> String {
    format!("text {who}")
}

/// Notes one.
pub(in crate::http) async fn add(posted: Posted) -> Response {
    let desk = &posted.desk;
    let (app, staff) = (&desk.app, &desk.session.staff);
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let typed = FIELDS.map(|name| trimmed(&posted.get(name).replace("\r\n", "\n")).to_owned());
    let read = match read(&typed, staff.region) {
        Ok(read) if staff.role == Role::Operator => read,
        Ok(_) => return page(desk, StatusCode::UNPROCESSABLE_ENTITY, typed, "只有热线或大厅人员可以登记。").await,
        Err(fault) => return page(desk, StatusCode::UNPROCESSABLE_ENTITY, typed, fault).await,
    };
    let (id, who) = (fresh_id(&*app.clock, &*app.rng), format!("staff:{}", staff.name));
    let text = app.keys().vault.seal(TABLE, &id, &column(&who), &typed[4], &*app.rng);
    let said = entry(&*app.clock, &who, "wish-noted", &read.item_name);
    let wish = Wish { id, at: app.clock.now(), who, text, ..read };
    match app.store.add_wish(wish, said).await {
        Ok(()) => Redirect::to(&format!("{}{PAGE}", app.config.base_path())).into_response(),
        Err(error) => {
            tracing::error!(%error, "a wish was not noted");
            page(desk, StatusCode::SERVICE_UNAVAILABLE, typed, BUSY).await
        }
    }
}

/// What was typed, without what only the desk knows.
fn read([item, code, agency, region, text]: &[String; 5], within: Region) -> Result<Wish, &'static str> {
    if item.is_empty() || item.chars().count() > 200 || !is_plain(item) || item.contains('\n') {
        return Err("请填写事项名称，最多 200 个字。");
    }
    if text.is_empty() || text.chars().count() > TEXT_MAX || !is_plain(text) {
        return Err("请填写诉求内容，最多 2000 个字。");
    }
    let item_code = Some(code).filter(|code| !code.is_empty());
    let item_code =
        item_code.map(|code| ItemCode::parse(code)).transpose().map_err(|_| "事项编码不正确，可以不填。")?;
    let agency = Uscc::parse(agency).map_err(|_| "请填写办理部门的统一社会信用代码。")?;
    let region: Region = region.parse().map_err(|_| "请填写行政区划代码。")?;
    if !within.contains(region) {
        return Err("这个地区不在您的办理范围内。");
    }
    Ok(Wish {
        id: [0; 16],
        at: haochaping::calendar::Instant::from_millis(0),
        who: String::new(),
        region,
        agency: agency.to_string(),
        item_code: item_code.map(|code| code.as_str().to_owned()),
        item_name: item.clone(),
        text: Vec::new(),
    })
}
