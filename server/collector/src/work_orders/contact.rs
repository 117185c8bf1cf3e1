//! A rater's contact in full: shown only against a reason, which is kept with the name of whoever
//! gave it, and deleted when its time is over.

use std::time::Duration;

use haochaping::{calendar::Instant, text::trimmed, wire::v1, work_order::TEXT_MAX};
use haochaping_store::{
    StoreError,
    order::{OrderRow, queue as desk},
};

use crate::{
    accounts::audit_trail::{AuditAction, AuditActor, entry},
    ports::fresh_id,
    state::App,
    work_orders::act::{Loaded, id_of},
};

/// The place of a reason for the vault.
const TABLE: &str = "disclosure";

/// Why a contact is not shown.
#[derive(Debug, thiserror::Error)]
pub enum DisclosureError {
    /// No reason, or one too long: a code of the wire.
    #[error("a reason is needed, of at most {TEXT_MAX} characters")]
    Reason(&'static str),
    /// None was left, or it was deleted.
    #[error("no contact is on record")]
    Nothing,
    /// The store failed; nothing was shown.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One who has seen a contact.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When.
    pub at: Instant,
    /// Who.
    pub who: String,
    /// The reason they gave.
    pub reason: String,
}

/// Shows the contact, once the reason is on disk.
///
/// # Errors
/// [`DisclosureError`]; then nothing is shown.
pub async fn disclose(
    app: &App,
    loaded: &Loaded,
    actor: &AuditActor,
    reason: &str,
) -> Result<v1::Contact, DisclosureError> {
    let (row, keys, reason) = (&loaded.row, app.keys(), trimmed(reason));
    if reason.is_empty() {
        return Err(DisclosureError::Reason("required"));
    }
    if reason.chars().count() > TEXT_MAX {
        return Err(DisclosureError::Reason("too-long"));
    }
    let sealed = row.about.contact.as_deref().ok_or(DisclosureError::Nothing)?;
    let text = keys.vault.open("rating", &row.rating, "contact", sealed);
    let text =
        text.ok_or_else(|| StoreError::Failed("a contact does not open under any key".into()))?;
    let (name, phone) = text.split_once('\n').unwrap_or((&text, ""));
    let (id, who) = (fresh_id(&*app.clock, &*app.rng), actor.to_string());
    let reason = keys.vault.seal(TABLE, &id, &column(row, &who), reason, &*app.rng);
    let seen = desk::Disclosure { id, at: app.clock.now(), who, reason };
    let entry = entry(&*app.clock, actor, AuditAction::ContactSeen, &id_of(row));
    app.store.disclose(row.part, row.rating, seen, entry).await?;
    Ok(v1::Contact { name: name.to_owned(), phone: phone.to_owned() })
}

/// Who has seen the contact of an order's rater, oldest first.
///
/// # Errors
/// The store's.
pub async fn seen_by(app: &App, row: &OrderRow) -> Result<Vec<Seen>, StoreError> {
    let (rows, keys) = (app.store.disclosures(row.part, row.rating).await?, app.keys());
    let read = |one: desk::Disclosure| {
        let reason = keys.vault.open(TABLE, &one.id, &column(row, &one.who), &one.reason);
        Seen { at: one.at, reason: reason.unwrap_or_default(), who: one.who }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// A reason opens as that person's and of that order only.
fn column(row: &OrderRow, who: &str) -> String {
    format!("reason {} {who}", uuid::Uuid::from_bytes(row.rating))
}

/// Deletes contacts whose time is over; how many.
///
/// # Errors
/// The store's.
pub async fn forget(app: &App) -> Result<u64, StoreError> {
    const AT_ONCE: u32 = 1_000;
    let before = app.clock.now() - Duration::from_hours(24 * u64::from(app.config.contact_days));
    let mut n_forgotten = 0;
    loop {
        let n = app.store.purge_contacts(before, AT_ONCE).await?;
        n_forgotten += n;
        if n < u64::from(AT_ONCE) {
            return Ok(n_forgotten);
        }
    }
}
