//! 服务码: a card office prints the cards of a roster, and replaces and ends those of its region.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, Query, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{link::CardKind, qr::Layout, text::trimmed};
use haochaping_cards::{
    Batch, PrintError,
    face::{Face, Wording},
    font::FontFiles,
    pdf,
    sheet::Sheet,
};
use haochaping_collector::{
    accounts::staff::entry,
    cards::{Names, Plan, Terms, draft, to_cards, to_face, to_faces},
    state::App,
};
use haochaping_store::{Agreed, Revival, StoreError, StoredCard, staff::AuditEntry};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::{
    frame::{Frame, respond},
    list::not_found,
    order::failed,
    roster::{Back, agreed, of_others, read},
    roster_file::{self, Preview},
    session::{Desk, Posted},
    sign_in::{BUSY, CHOOSE},
    upload::Upload,
};
use crate::http::{cookie::is_from_here, page};

const PAGE: &str = "/desk/cards";
const SHOWN_MAX: usize = 200;
/// How many agencies are offered.
const AGENCIES_MAX: usize = 500;
/// As the command line has it.
const VALID_MONTHS: u8 = 24;
const KINDS: [(&str, &str, CardKind); 3] =
    [("agent", "网格员", CardKind::Agent), ("window", "窗口", CardKind::Window), ("hall", "大厅", CardKind::Hall)];

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Asked {
    #[serde(default)]
    find: String,
}

struct Line {
    serial: u32,
    name: String,
    number: String,
    region: String,
    expires: String,
    state: String,
    is_live: bool,
    /// Whether it was replaced by one that is in use, and may be wanted back.
    is_replaced: bool,
}

#[derive(Template)]
#[template(path = "desk/cards.html")]
struct Cards<'a> {
    f: Frame,
    lines: Vec<Line>,
    is_cut: bool,
    find: String,
    kinds: [(&'static str, &'static str, CardKind); 3],
    /// Names of agencies on record, to choose from.
    agencies: Vec<String>,
    back: &'a Back,
}

/// The page.
pub(in crate::http) async fn show(desk: Desk, Query(asked): Query<Asked>) -> Response {
    match desk.lacks(PAGE).await {
        None => list(&desk, StatusCode::OK, &asked.find, &Back::default()).await,
        Some(answer) => answer,
    }
}

async fn list(desk: &Desk, status: StatusCode, find: &str, back: &Back) -> Response {
    let mut cards = match in_scope(desk).await {
        Ok(cards) => cards,
        Err(error) => return failed(&desk.app, &error),
    };
    let find = find.trim();
    let is_meant = |card: &StoredCard| {
        card.card.name.contains(find) || card.card.number.contains(find) || card.serial.to_string() == find
    };
    cards.retain(|card| find.is_empty() || is_meant(card));
    // The newest first.
    cards.reverse();
    let is_cut = cards.len() > SHOWN_MAX;
    let lines = cards.into_iter().take(SHOWN_MAX).map(|card| line(&desk.app, card)).collect();
    let agencies = match desk.app.store.agency_names().await {
        Ok(names) => names.into_values().take(AGENCIES_MAX).collect(),
        Err(error) => return failed(&desk.app, &error),
    };
    let f = Frame::inside(desk, PAGE, "服务码", !status.is_success());
    respond(status, &Cards { f, lines, is_cut, find: find.to_owned(), kinds: KINDS, agencies, back })
}

async fn in_scope(desk: &Desk) -> Result<Vec<StoredCard>, StoreError> {
    let region = desk.session.staff.region;
    let cards = desk.app.store.cards().await?;
    Ok(cards.into_iter().filter(|card| region.contains(card.card.region)).collect())
}

fn line(app: &App, card: StoredCard) -> Line {
    let state = match (&card.revoked, card.replaced_by) {
        (Some((_, why)), _) => format!("已停用：{why}"),
        (None, Some(new)) => format!("已由 {new} 替换"),
        (None, None) => "使用中".to_owned(),
    };
    Line {
        serial: card.serial,
        is_live: card.revoked.is_none() && card.replaced_by.is_none(),
        is_replaced: card.revoked.is_none() && card.replaced_by.is_some(),
        name: card.card.name,
        number: card.card.number,
        region: app.region_name(card.card.region),
        expires: card.card.expires.to_string(),
        state,
    }
}

async fn names(app: &App) -> Result<Names, StoreError> {
    Ok(Names { imported: app.store.regions().await?, agencies: app.store.agency_names().await? })
}

fn terms(app: &App, kind: CardKind) -> Terms {
    Terms { kind, valid_months: VALID_MONTHS, public_url: app.config.public_url.clone(), is_lower_case: false }
}

/// Shows what printing a roster would do; with `action=print` it is done, if every line is good, all can be printed, and whoever
/// asks has agreed to what would be replaced.
pub(in crate::http) async fn print(desk: Desk, request: Request) -> Response {
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    if !is_from_here(&desk.app, request.headers()) {
        desk.note_refusal("origin-refused", PAGE).await;
        return page::refused(&desk.app, request.headers(), StatusCode::FORBIDDEN);
    }
    let refused = async |status, back| list(&desk, status, "", &back).await;
    let upload = match Upload::read(request).await {
        Ok(upload) if upload.is_of(&desk) => upload,
        Ok(_) => return refused(StatusCode::FORBIDDEN, Back::roster("页面已过期，请再选一次文件。")).await,
        Err(fault) => return refused(StatusCode::UNPROCESSABLE_ENTITY, Back::roster(fault)).await,
    };
    let kind = KINDS.iter().find(|(name, ..)| *name == upload.get("kind"));
    let Some((.., kind)) = kind else {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, Back::roster("请选择服务码的种类。")).await;
    };
    match answer(&desk, *kind, &upload).await {
        Ok(Ok(Step::Printed(file))) => file,
        Ok(Ok(Step::Preview(preview))) => {
            let back = Back { preview: Some(*preview), ..Back::default() };
            list(&desk, StatusCode::OK, "", &back).await
        }
        Ok(Err(back)) => refused(StatusCode::UNPROCESSABLE_ENTITY, *back).await,
        Err(error) => {
            tracing::error!(%error, "cards were not printed at the desk");
            refused(StatusCode::SERVICE_UNAVAILABLE, Back::roster(BUSY)).await
        }
    }
}

/// What became of an upload without a fault.
enum Step {
    Preview(Box<Preview>),
    Printed(Response),
}

/// The preview, the sheets, or every fault of the roster.
async fn answer(desk: &Desk, kind: CardKind, upload: &Upload) -> Result<Result<Step, Box<Back>>, StoreError> {
    let (app, names, now) = (&desk.app, Arc::new(names(&desk.app).await?), desk.app.clock.now());
    let known = app.store.cards().await?;
    let read = match read(desk, kind, upload, &names, &known).await {
        Ok(roster) => roster,
        Err(back) => return Ok(Err(back)),
    };
    let faults = of_others(desk, kind, &read.rows, &known);
    if !faults.is_empty() {
        return Ok(Err(Box::new(Back::of_faults(faults))));
    }
    let (terms, keys, rows) = (terms(app, kind), app.keys(), Arc::new(read.rows.clone()));
    let news = to_cards(&terms, &rows, &names, now);
    let make = |cards: Vec<StoredCard>| {
        let (terms, keys, names, rows) = (terms.clone(), Arc::clone(&keys), Arc::clone(&names), Arc::clone(&rows));
        sheets(kind, move || to_faces(&terms, &keys, &names, &rows, &cards, &BTreeMap::new()))
    };
    // With links that only have the right length: nothing is issued that cannot be printed.
    let drafts = news.iter().map(|new| draft(new, now)).collect();
    if let Err(error) = make(drafts).await {
        return Ok(Err(Box::new(Back::roster(why_not_printed(&error)))));
    }
    let plan = Plan::of(&news, &known, now.date_in_china());
    let agreed = agreed(upload);
    let is_agreed = plan.replacements.iter().all(|one| agreed.contains(&one.serial));
    if upload.get("action") != "print" || !is_agreed {
        let is_asked = upload.get("action") == "print";
        return Ok(Ok(Step::Preview(Box::new(Preview::new(kind, upload, &read, plan, is_asked)))));
    }
    let entry = record(desk, "cards-printed", &rows.len().to_string());
    let Ok(issued) = app.store.issue_cards(news, Agreed::Serials(agreed), entry).await? else {
        return Ok(Err(Box::new(Back::roster("刚才又有服务码投入使用，会被这份名单替换。没有制作，请再核对一次。"))));
    };
    let made = make(issued.into_iter().map(|(card, _)| card).collect()).await;
    Ok(made
        .map(|bytes| Step::Printed(file(bytes, "cards.pdf")))
        .map_err(|error| Box::new(Back::roster(why_not_printed(&error)))))
}

/// Draws sheets. Takes a core for a second and more.
async fn sheets(kind: CardKind, faces: impl FnOnce() -> Vec<Face> + Send + 'static) -> Result<Vec<u8>, PrintError> {
    static DRAWING: Semaphore = Semaphore::const_new(1);
    let permit = DRAWING.acquire().await.map_err(|error| PrintError::Subset(error.to_string()))?;
    let draw = move || {
        let _permit = permit;
        let faces = faces();
        let Some(first) = faces.first() else { return Ok(Vec::new()) };
        let layout = Layout::of(&first.link)?;
        let wording = Wording {
            title: "政务服务评价卡".into(),
            second_title: "Government Service Rating Card".into(),
            ..Wording::default()
        };
        let sheet = if kind == CardKind::Agent { Sheet::A4Ten } else { Sheet::A5 };
        let batch = Batch { faces: &faces, wording: &wording, sheet, layout, has_back: false };
        let (fonts, mut out) = (FontFiles::find(None, None)?, Vec::new());
        pdf::write(&mut out, &batch, &fonts, &|_| ())?;
        Ok(out)
    };
    tokio::task::spawn_blocking(draw).await.unwrap_or_else(|error| Err(PrintError::Subset(error.to_string())))
}

fn why_not_printed(error: &PrintError) -> String {
    match error {
        PrintError::Glyphs(missing) => {
            let shown = missing.iter().map(|(line, one)| format!("第 {line} 行“{one}”"));
            format!("字体里没有这些字：{}。", shown.collect::<Vec<_>>().join("、"))
        }
        error => format!("没有制作成功：{error}"),
    }
}

fn file(bytes: Vec<u8>, name: &'static str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    let disposition = format!("attachment; filename=\"{name}\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).expect("a plain name"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Replaces a card by one that says the same, or ends it.
pub(in crate::http) async fn change(Path(serial): Path<u32>, posted: Posted) -> Response {
    let desk = &posted.desk;
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    match in_scope(desk).await {
        Ok(cards) if cards.iter().any(|card| card.serial == serial) => {}
        Ok(_) => return not_found(desk),
        Err(error) => return failed(&desk.app, &error),
    }
    let find = serial.to_string();
    let refused = async |status, fault| list(desk, status, &find, &Back { fault, ..Back::default() }).await;
    let why = trimmed(posted.get("why"));
    let done = match posted.get("action") {
        "replace" => replace(desk, serial).await,
        "revive" => revive(desk, serial).await,
        "revoke" if why.is_empty() || why.chars().count() > 100 => Ok(Err("请填写停用理由，最多 100 个字。")),
        "revoke" => revoke(desk, serial, why).await,
        _ => Ok(Err(CHOOSE)),
    };
    match done {
        Ok(Ok(answer)) => answer,
        Ok(Err(fault)) => refused(StatusCode::UNPROCESSABLE_ENTITY, fault).await,
        Err(error) => {
            tracing::error!(%error, "a card was not changed");
            refused(StatusCode::SERVICE_UNAVAILABLE, BUSY).await
        }
    }
}

fn record(desk: &Desk, what: &str, about: &str) -> AuditEntry {
    entry(&*desk.app.clock, &format!("staff:{}", desk.session.staff.name), what, about)
}

const ENDED: &str = "这张服务码已经不在使用中。";

async fn replace(desk: &Desk, serial: u32) -> Result<Result<Response, &'static str>, StoreError> {
    let (app, names) = (&desk.app, names(&desk.app).await?);
    let replaced = app.store.replace_card(serial, record(desk, "card-replaced", &serial.to_string())).await?;
    let Some(new) = replaced else { return Ok(Err(ENDED)) };
    let kind = new.card.kind;
    let (terms, keys) = (terms(app, kind), app.keys());
    let made = sheets(kind, move || vec![to_face(&terms, &keys, &names, 0, &new, None)]).await;
    Ok(made.map(|bytes| file(bytes, "card.pdf")).map_err(|error| {
        tracing::error!(%error, "a new card was issued and not printed");
        "新服务码已经签发，但没有制作成功。请管理员检查字体后，再用名单制作一次。"
    }))
}

async fn revoke(desk: &Desk, serial: u32, why: &str) -> Result<Result<Response, &'static str>, StoreError> {
    let app = &desk.app;
    if !app.store.revoke_card(serial, why, record(desk, "card-revoked", &serial.to_string())).await? {
        return Ok(Err(ENDED));
    }
    Ok(Ok(Redirect::to(&format!("{}{PAGE}?find={serial}", app.config.base_path())).into_response()))
}

async fn revive(desk: &Desk, serial: u32) -> Result<Result<Response, &'static str>, StoreError> {
    let app = &desk.app;
    // What stands in its place must be theirs to end, too.
    let cards = in_scope(desk).await?;
    let successor = cards.iter().find(|card| card.serial == serial).and_then(|card| card.replaced_by);
    if successor.is_some_and(|successor| cards.iter().all(|card| card.serial != successor)) {
        return Ok(Err("替换它的服务码在别的地区使用，请联系当地。"));
    }
    let entry = record(desk, "card-revived", &serial.to_string());
    Ok(match app.store.revive_card(serial, &format!("恢复使用 {serial}"), entry).await? {
        Revival::Revived { .. } => {
            Ok(Redirect::to(&format!("{}{PAGE}?find={serial}", app.config.base_path())).into_response())
        }
        Revival::NotReplaced => Err("这张服务码没有被使用中的新码替换。"),
        Revival::Over => Err("旧码的有效期已过，不能恢复，请用名单重新制作。"),
        Revival::InUse { .. } => Err("已经有人用新码评价过，旧码不能恢复。"),
    })
}

/// A roster to begin with.
pub(in crate::http) async fn template(desk: Desk) -> Response {
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let mut response = roster_file::template().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"roster.csv\""));
    response
}
