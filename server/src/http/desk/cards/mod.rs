//! 服务码: a card office prints the cards of a roster, and replaces and ends those of its region.

mod roster;
mod roster_file;

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::{link::CardKind, qr::Layout};
use haochaping_cards::{
    Batch, PrintError,
    face::{Face, Wording},
    font::FontFiles,
    pdf,
    sheet::Sheet,
};
use haochaping_collector::{
    cards::{Names, Plan, Terms, change, draft, to_cards, to_face, to_faces},
    state::App,
};
use haochaping_store::{Revival, StoreError, StoredCard};
use serde::Deserialize;
use tokio::sync::Semaphore;

use self::{
    roster::{FormState, agreed, of_others, read},
    roster_file::Preview,
};
use super::{
    answer::{Answer, BUSY, CHOOSE, DeskError},
    extract::{Allowed, Submitted, Uploaded},
    frame::{Frame, respond},
    pages::{Cards, Page},
    saved::Saved,
    session::{Desk, trimmed},
    upload::Upload,
};

const SHOWN_MAX: usize = 200;
/// The longest reason, in characters.
const WHY_MAX: usize = 100;
/// How many agencies are offered.
const AGENCIES_MAX: usize = 500;
/// As the command line has it.
const VALID_MONTHS: u8 = 24;
const KINDS: [(&str, &str, CardKind); 3] = [
    ("agent", "网格员", CardKind::Agent),
    ("window", "窗口", CardKind::Window),
    ("hall", "大厅", CardKind::Hall),
];

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Params {
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
struct CardsPage<'a> {
    f: Frame,
    lines: Vec<Line>,
    is_cut: bool,
    find: String,
    kinds: [(&'static str, &'static str, CardKind); 3],
    /// Names of agencies on record, to choose from.
    agencies: Vec<String>,
    state: &'a FormState,
}

/// The buttons of a card.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Change {
    action: String,
    #[serde(deserialize_with = "trimmed")]
    why: String,
}

/// The page.
pub(in crate::http) async fn show(
    Allowed { desk, .. }: Allowed<Cards>,
    Query(params): Query<Params>,
) -> Answer {
    list(&desk, StatusCode::OK, &params.find, &FormState::default()).await
}

async fn list(desk: &Desk, status: StatusCode, find: &str, state: &FormState) -> Answer {
    let mut cards = in_scope(desk).await?;
    let find = find.trim();
    let is_meant = |card: &StoredCard| {
        card.card.name.contains(find)
            || card.card.number.contains(find)
            || card.serial.to_string() == find
    };
    cards.retain(|card| find.is_empty() || is_meant(card));
    // The newest first.
    cards.reverse();
    let is_cut = cards.len() > SHOWN_MAX;
    let lines = cards.into_iter().take(SHOWN_MAX).map(|card| line(&desk.app, card)).collect();
    let agencies = desk.app.store.agency_names().await?.into_values().take(AGENCIES_MAX).collect();
    let f = Frame::inside(desk, Cards::PATH, "服务码", !status.is_success());
    Ok(respond(
        status,
        &CardsPage { f, lines, is_cut, find: find.to_owned(), kinds: KINDS, agencies, state },
    ))
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
    Terms {
        kind,
        valid_months: VALID_MONTHS,
        public_url: app.config.public_url.clone(),
        is_lower_case: false,
    }
}

/// Shows what printing a roster would do; with `action=print` it is done, if every line is good,
/// all can be printed, and whoever asks has agreed to what would be replaced.
pub(in crate::http) async fn print(Uploaded { desk, upload, .. }: Uploaded<Cards>) -> Answer {
    let refused = async |status, state| list(&desk, status, "", &state).await;
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let upload = match upload {
        Ok(upload) => upload,
        Err(fault) => return refused(fault.status, FormState::roster(fault.message)).await,
    };
    let Some((.., kind)) = KINDS.iter().find(|(name, ..)| *name == upload.get("kind")) else {
        return refused(unprocessable, FormState::roster("请选择服务码的种类。")).await;
    };
    match answer(&desk, *kind, &upload).await {
        Ok(Ok(Step::Printed(file))) => Ok(file),
        Ok(Ok(Step::Preview(preview))) => {
            let state = FormState { preview: Some(*preview), ..FormState::default() };
            list(&desk, StatusCode::OK, "", &state).await
        }
        Ok(Err(state)) => refused(unprocessable, *state).await,
        Err(error) => {
            tracing::error!(%error, "cards were not printed at the desk");
            refused(StatusCode::SERVICE_UNAVAILABLE, FormState::roster(BUSY)).await
        }
    }
}

/// What became of an upload without a fault.
enum Step {
    Preview(Box<Preview>),
    Printed(Response),
}

/// The preview, the sheets, or every fault of the roster.
async fn answer(
    desk: &Desk,
    kind: CardKind,
    upload: &Upload,
) -> Result<Result<Step, Box<FormState>>, StoreError> {
    let (app, names, now) = (&desk.app, Arc::new(names(&desk.app).await?), desk.app.clock.now());
    let known = app.store.cards().await?;
    let read = match read(desk, kind, upload, &names, &known).await {
        Ok(roster) => roster,
        Err(state) => return Ok(Err(state)),
    };
    let faults = of_others(desk, kind, &read.rows, &known);
    if !faults.is_empty() {
        return Ok(Err(Box::new(FormState::of_faults(faults))));
    }
    let (terms, keys, rows) = (terms(app, kind), app.keys(), Arc::new(read.rows.clone()));
    let news = to_cards(&terms, &rows, &names, now);
    let make = |cards: Vec<StoredCard>| {
        let (terms, keys, names, rows) =
            (terms.clone(), Arc::clone(&keys), Arc::clone(&names), Arc::clone(&rows));
        sheets(kind, move || to_faces(&terms, &keys, &names, &rows, &cards, &BTreeMap::new()))
    };
    // With links that only have the right length: nothing is issued that cannot be printed.
    let drafts = news.iter().map(|new| draft(new, now)).collect();
    if let Err(error) = make(drafts).await {
        return Ok(Err(Box::new(FormState::roster(why_not_printed(&error)))));
    }
    let plan = Plan::of(&news, &known, now.date_in_china());
    let agreed = agreed(upload);
    let is_agreed = plan.replacements.iter().all(|one| agreed.contains(&one.serial));
    if upload.get("action") != "print" || !is_agreed {
        let is_asked = upload.get("action") == "print";
        return Ok(Ok(Step::Preview(Box::new(Preview::new(kind, upload, &read, plan, is_asked)))));
    }
    let Ok(issued) = change::issue(&app.acting(desk.actor()), news, agreed).await? else {
        return Ok(Err(Box::new(FormState::roster(
            "刚才又有服务码投入使用，会被这份名单替换。没有制作，请再核对一次。",
        ))));
    };
    let made = make(issued.into_iter().map(|(card, _)| card).collect()).await;
    Ok(made
        .map(|bytes| Step::Printed(file(bytes, "cards.pdf")))
        .map_err(|error| Box::new(FormState::roster(why_not_printed(&error)))))
}

/// Draws sheets. Takes a core for a second and more.
async fn sheets(
    kind: CardKind,
    faces: impl FnOnce() -> Vec<Face> + Send + 'static,
) -> Result<Vec<u8>, PrintError> {
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
    tokio::task::spawn_blocking(draw)
        .await
        .unwrap_or_else(|error| Err(PrintError::Subset(error.to_string())))
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
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&disposition).expect("a plain name"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Replaces a card by one that says the same, or ends it.
pub(in crate::http) async fn change(
    Path(serial): Path<u32>,
    Submitted { desk, form, .. }: Submitted<Cards, Change>,
) -> Answer {
    match apply(&desk, serial, &form).await {
        Ok(answer) => Ok(answer),
        Err(error) => {
            let fault = error.into_fault()?;
            let state = FormState { fault: fault.message.into(), ..FormState::default() };
            list(&desk, fault.status, &serial.to_string(), &state).await
        }
    }
}

async fn apply(desk: &Desk, serial: u32, form: &Change) -> Answer {
    let cards = in_scope(desk).await?;
    let card =
        cards.iter().find(|card| card.serial == serial).ok_or_else(|| DeskError::gone(desk))?;
    let saved = match form.action.as_str() {
        "replace" => return replace(desk, serial).await,
        "revive" => revive(desk, card, &cards).await?,
        "revoke" => revoke(desk, serial, &form.why).await?,
        _ => return Err(DeskError::typed(CHOOSE)),
    };
    Ok(saved.show_at(desk, &format!("{}?find={serial}", Cards::PATH)))
}

const ENDED: &str = "这张服务码已经不在使用中。";

async fn replace(desk: &Desk, serial: u32) -> Answer {
    let (app, names) = (&desk.app, names(&desk.app).await?);
    let replaced = change::replace(&app.acting(desk.actor()), serial).await?;
    let new = replaced.ok_or_else(|| DeskError::typed(ENDED))?;
    let kind = new.card.kind;
    let (terms, keys) = (terms(app, kind), app.keys());
    let made = sheets(kind, move || vec![to_face(&terms, &keys, &names, 0, &new, None)]).await;
    made.map(|bytes| file(bytes, "card.pdf")).map_err(|error| {
        tracing::error!(%error, "a new card was issued and not printed");
        DeskError::typed("新服务码已经签发，但没有制作成功。请管理员检查字体后，再用名单制作一次。")
    })
}

async fn revoke(desk: &Desk, serial: u32, why: &str) -> Result<Saved, DeskError> {
    if why.is_empty() || why.chars().count() > WHY_MAX {
        return Err(DeskError::typed("请填写停用理由，最多 100 个字。"));
    }
    if !change::revoke(&desk.app.acting(desk.actor()), serial, why).await? {
        return Err(DeskError::typed(ENDED));
    }
    Ok(Saved::new(format!("服务码 {serial} 已停用，扫码的人会看到已停用的说明。")))
}

async fn revive(desk: &Desk, card: &StoredCard, cards: &[StoredCard]) -> Result<Saved, DeskError> {
    let serial = card.serial;
    // What stands in its place must be theirs to end, too.
    if card.replaced_by.is_some_and(|successor| cards.iter().all(|card| card.serial != successor)) {
        return Err(DeskError::typed("替换它的服务码在别的地区使用，请联系当地。"));
    }
    let revived =
        change::revive(&desk.app.acting(desk.actor()), serial, &format!("恢复使用 {serial}"))
            .await?;
    Err(DeskError::typed(match revived {
        Revival::Revived { ended } => {
            return Ok(Saved::new(format!(
                "服务码 {serial} 已恢复使用，替换它的 {ended} 已停用。"
            )));
        }
        Revival::NotReplaced => "这张服务码没有被使用中的新码替换。",
        Revival::Over => "旧码的有效期已过，不能恢复，请用名单重新制作。",
        Revival::InUse { .. } => "已经有人用新码评价过，旧码不能恢复。",
    }))
}

/// A roster to begin with.
pub(in crate::http) async fn template(Allowed { .. }: Allowed<Cards>) -> Response {
    let mut response = roster_file::template().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"roster.csv\""),
    );
    response
}
