//! Who has seen the contact of a rater.

use haochaping_collector::{accounts::audit_trail::account_name, state::App, work_orders::contact};
use haochaping_store::{StoreError, order::OrderRow};

use crate::http::desk::texts::minute;

/// When, who, why.
pub(super) struct Seen {
    pub at: String,
    pub who: String,
    pub reason: String,
}

/// Who has seen it, oldest first.
pub(super) async fn read(app: &App, row: &OrderRow) -> Result<Vec<Seen>, StoreError> {
    let seen = contact::seen_by(app, row).await?.into_iter();
    let line =
        |one: contact::Seen| Seen { at: minute(one.at), who: account_name(&one.who).to_owned(), reason: one.reason };
    Ok(seen.map(line).collect())
}
