//! 口头诉求: what people say about a matter that is no rating, noted by operators for the
//! department and its body.

use askama::Template;
use axum::{extract::Query, http::StatusCode};
use haochaping::calendar::Instant;
use haochaping::{
    identifier::{ItemCode, Uscc},
    region::Region,
    text::is_plain,
    work_order::{Role, TEXT_MAX},
};
use haochaping_collector::{
    accounts::audit_trail::{AuditAction, account_name},
    ports::fresh_id,
    state::App,
};
use haochaping_store::{StoreError, assist::Wish};
use serde::Deserialize;

use super::{
    answer::{Answer, DeskError},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::{Page, Wishes},
    saved::Saved,
    services::operator,
    session::{Desk, trimmed},
};
use crate::http::filters;

const SHOWN_MAX: u32 = 200;
/// The place of a wish's text for the vault.
const TABLE: &str = "wish";

/// The service that the form is filled from.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Params {
    #[serde(default)]
    service: String,
}

struct Line {
    at: Instant,
    who: String,
    item: String,
    agency: String,
    region: String,
    text: String,
}

/// The form of the page; from a service that was found it comes filled in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Form {
    #[serde(deserialize_with = "trimmed")]
    item_name: String,
    #[serde(deserialize_with = "trimmed")]
    item_code: String,
    #[serde(deserialize_with = "trimmed")]
    agency: String,
    #[serde(deserialize_with = "trimmed")]
    region: String,
    #[serde(deserialize_with = "trimmed")]
    text: String,
}

#[derive(Template)]
#[template(path = "desk/wishes.html")]
struct WishesPage<'a> {
    f: Frame,
    lines: Vec<Line>,
    is_operator: bool,
    form: &'a Form,
    fault: &'a str,
}

/// The page.
pub(in crate::http) async fn show(
    Allowed { desk, .. }: Allowed<Wishes>,
    Query(params): Query<Params>,
) -> Answer {
    let form = prefill(&desk, &params.service).await?;
    page(&desk, StatusCode::OK, &form, "").await
}

/// The form's fields of a service that the operator found.
async fn prefill(desk: &Desk, name: &str) -> Result<Form, StoreError> {
    let parsed = name.split_once('-').and_then(|(part, id)| {
        let part: u8 = part.parse().ok()?;
        Some((part, uuid::Uuid::try_parse(id).ok()?.into_bytes()))
    });
    let Some((part, id)) = parsed else { return Ok(Form::default()) };
    let found = desk
        .app
        .store
        .found_service(part, id)
        .await?
        .filter(|service| operator(desk).sees(service));
    Ok(found.map_or_else(Form::default, |service| Form {
        item_name: service.item_name.unwrap_or_default(),
        item_code: service.item_code.unwrap_or_default(),
        agency: service.agency,
        region: service.region.to_string(),
        text: String::new(),
    }))
}

async fn page(desk: &Desk, status: StatusCode, form: &Form, fault: &str) -> Answer {
    let (app, staff) = (&desk.app, &desk.session.staff);
    let agency = staff.agency.as_deref().filter(|_| staff.role == Role::Handler);
    let wishes = app.store.wishes(staff.region, agency, SHOWN_MAX).await?;
    let lines = wishes.into_iter().map(|wish| line(app, wish)).collect();
    let f = Frame::inside(desk, Wishes::PATH, "口头诉求", !status.is_success());
    Ok(respond(
        status,
        &WishesPage { f, lines, is_operator: staff.role == Role::Operator, form, fault },
    ))
}

fn line(app: &App, wish: Wish) -> Line {
    let text = app.keys().vault.open(TABLE, &wish.id, &column(&wish.who), &wish.text);
    Line {
        at: wish.at,
        who: account_name(&wish.who).to_owned(),
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
pub(in crate::http) async fn add(Submitted { desk, form, .. }: Submitted<Wishes, Form>) -> Answer {
    match note(&desk, &form).await {
        Ok(saved) => Ok(saved.show_at(&desk, Wishes::PATH)),
        Err(error) => {
            let fault = error.into_fault()?;
            page(&desk, fault.status, &form, &fault.message).await
        }
    }
}

async fn note(desk: &Desk, form: &Form) -> Result<Saved, DeskError> {
    let (app, staff) = (&desk.app, &desk.session.staff);
    let wish = read(form, staff.region).map_err(DeskError::typed)?;
    if staff.role != Role::Operator {
        return Err(DeskError::typed("只有热线或大厅人员可以登记。"));
    }
    let (id, who) = (fresh_id(&*app.clock, &*app.rng), desk.actor().to_string());
    let text = app.keys().vault.seal(TABLE, &id, &column(&who), &form.text, &*app.rng);
    let entry = desk.audit(AuditAction::WishNoted, &wish.item_name);
    app.store.add_wish(Wish { id, at: app.clock.now(), who, text, ..wish }, entry).await?;
    Ok(Saved::new("诉求已登记，办理部门可以看到。"))
}

/// What was typed, without what only the desk knows.
fn read(form: &Form, within: Region) -> Result<Wish, &'static str> {
    let Form { item_name: item, item_code: code, agency, region, text } = form;
    if item.is_empty() || item.chars().count() > 200 || !is_plain(item) || item.contains('\n') {
        return Err("请填写事项名称，最多 200 个字。");
    }
    if text.is_empty() || text.chars().count() > TEXT_MAX || !is_plain(text) {
        return Err("请填写诉求内容，最多 2000 个字。");
    }
    let item_code = Some(code).filter(|code| !code.is_empty());
    let item_code = item_code
        .map(|code| ItemCode::parse(code))
        .transpose()
        .map_err(|_| "事项编码不正确，可以不填。")?;
    let agency = Uscc::parse(agency).map_err(|_| "请填写办理部门的统一社会信用代码。")?;
    let region: Region = region.parse().map_err(|_| "请填写行政区划代码。")?;
    if !within.contains(region) {
        return Err("这个地区不在您的办理范围内。");
    }
    Ok(Wish {
        id: [0; 16],
        at: Instant::from_millis(0),
        who: String::new(),
        region,
        agency: agency.to_string(),
        item_code: item_code.map(|code| code.as_str().to_owned()),
        item_name: item.clone(),
        text: Vec::new(),
    })
}
