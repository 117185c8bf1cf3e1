//! Inner notes on an order: for those who work on it, and never for the person. Their texts are
//! encrypted.

use haochaping::calendar::Instant;
use haochaping_collector::{accounts::audit_trail::account_name, ports::fresh_id, state::App};
use haochaping_store::{
    StoreError,
    order::{OrderRow, queue::Note},
};

/// The place of a note's text for the vault.
const TABLE: &str = "order_note";

/// A note on the page.
pub(super) struct NoteLine {
    pub at: Instant,
    pub who: String,
    pub text: String,
}

/// The notes of an order, oldest first.
pub(super) async fn read(app: &App, row: &OrderRow) -> Result<Vec<NoteLine>, StoreError> {
    let (notes, keys) = (app.store.notes(row.part, row.rating).await?, app.keys());
    let shown = |note: Note| {
        let text = keys.vault.open(TABLE, &note.id, &column(&row.rating, &note.who), &note.text);
        NoteLine {
            at: note.at,
            who: account_name(&note.who).to_owned(),
            text: text.unwrap_or_else(|| "（无法读取）".to_owned()),
        }
    };
    Ok(notes.into_iter().map(shown).collect())
}

/// A note as it is stored.
pub(super) fn seal(app: &App, row: &OrderRow, who: String, text: &str) -> Note {
    let id = fresh_id(&*app.clock, &*app.rng);
    let text = app.keys().vault.seal(TABLE, &id, &column(&row.rating, &who), text, &*app.rng);
    Note { id, at: app.clock.now(), who, text }
}

/// A note opens as that person's and of that order only.
fn column(rating: &[u8; 16], who: &str) -> String {
    format!("text {} {who}", uuid::Uuid::from_bytes(*rating))
}
