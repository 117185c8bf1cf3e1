//! Tables of closed days, after the public page had its own.

use super::sequence;
use crate::{
    app::App,
    store::{StoreError, ledger::CloseDay},
};

/// About how many leaves one table takes: more than that are several tables, so that none holds up ratings for long.
const LEAVES_MAX: u64 = 100_000;

/// Closes what is to be closed; false if something was, and could not be.
pub(super) async fn close(app: &App) -> Result<bool, StoreError> {
    let today = app.clock.now().day_in_china();
    while app.store.ledger_is_due(today).await? {
        let ask = CloseDay { today, group: app.config.publication.group, n_max: LEAVES_MAX };
        let Some(closed) = app.store.ledger_close(ask).await? else { return Ok(false) };
        let (number, n_leaves) = (closed.table.number, closed.taken.len());
        if !app.store.ledger_publish(closed).await? {
            return Ok(true);
        }
        tracing::info!(number, n_leaves, "a day was closed in the ledger");
        sequence(&*app.store, &app.ledger).await?;
    }
    Ok(true)
}
