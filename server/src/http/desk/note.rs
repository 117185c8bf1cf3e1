//! Inner notes on an order: for those who work on it, and never for the person.

use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    text::{is_plain, trimmed},
    work_order::TEXT_MAX,
};
use haochaping_collector::{accounts::staff::entry, ports::fresh_id, state::App};
use haochaping_store::{
    StoreError,
    order::{OrderRow, queue::Note},
};

use super::{
    order::{Back, Opened, shown_time},
    session::Posted,
};

/// The place of a note's text for the vault.
const TABLE: &str = "order_note";

/// The notes of an order, oldest first: when, by whom, what.
pub(super) async fn read(app: &App, row: &OrderRow) -> Result<Vec<(String, String, String)>, StoreError> {
    let (notes, keys) = (app.store.notes(row.part, row.rating).await?, app.keys());
    let shown = |note: Note| {
        let text = keys.vault.open(TABLE, &note.id, &column(&row.rating, &note.who), &note.text);
        let who = note.who.strip_prefix("staff:").unwrap_or(&note.who).to_owned();
        (shown_time(note.at), who, text.unwrap_or_else(|| "（无法读取）".to_owned()))
    };
    Ok(notes.into_iter().map(shown).collect())
}

/// A note opens as that person's and of that order only.
fn column(rating: &[u8; 16], who: &str) -> String {
    format!("text {} {who}", uuid::Uuid::from_bytes(*rating))
}

/// Adds a note.
pub(in crate::http) async fn add(Path(id): Path<String>, posted: Posted) -> Response {
    let desk = &posted.desk;
    let app = &desk.app;
    let opened = match Opened::read(desk, &id).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let typed = posted.get("note");
    let text = trimmed(&typed.replace("\r\n", "\n")).to_owned();
    let fault = if text.is_empty() {
        "请填写。"
    } else if text.chars().count() > TEXT_MAX {
        "最多 2000 个字。"
    } else if !is_plain(&text) {
        "含有不能使用的字符。"
    } else {
        ""
    };
    if !fault.is_empty() {
        let back = Back { note: (typed, fault), ..Back::default() };
        return opened.page(StatusCode::UNPROCESSABLE_ENTITY, &back);
    }
    let (row, who) = (&opened.loaded.row, format!("staff:{}", desk.session.staff.name));
    let note_id = fresh_id(&*app.clock, &*app.rng);
    let sealed = app.keys().vault.seal(TABLE, &note_id, &column(&row.rating, &who), &text, &*app.rng);
    let said = entry(&*app.clock, &who, "note-added", &id);
    let note = Note { id: note_id, at: app.clock.now(), who, text: sealed };
    match app.store.add_note(row.part, row.rating, note, said).await {
        Ok(()) => Redirect::to(&format!("{}/desk/orders/{id}", app.config.base_path())).into_response(),
        Err(error) => {
            tracing::error!(%error, "a note was not kept");
            let fault = "系统繁忙，没有保存成功，请稍后再试。";
            let back = Back { note: (typed, fault), ..Back::default() };
            opened.page(StatusCode::SERVICE_UNAVAILABLE, &back)
        }
    }
}
