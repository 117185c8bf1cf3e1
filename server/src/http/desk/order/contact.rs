//! Who has seen the contact of a rater.

use haochaping::calendar::Instant;
use haochaping_collector::{accounts::audit_trail::account_name, state::App, work_orders::contact};
use haochaping_store::{StoreError, order::OrderRow};

/// When, who, why.
pub(super) struct Seen {
    pub at: Instant,
    pub who: String,
    pub reason: String,
}

/// Who has seen it, oldest first.
pub(super) async fn read(app: &App, row: &OrderRow) -> Result<Vec<Seen>, StoreError> {
    let seen = contact::seen_by(app, row).await?.into_iter();
    let line = |one: contact::Seen| Seen {
        at: one.at,
        who: account_name(&one.who).to_owned(),
        reason: one.reason,
    };
    Ok(seen.map(line).collect())
}
