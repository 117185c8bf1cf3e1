//! Tables of closed days, after the public page had its own.

use std::{sync::Weak, time::Duration};

use haochaping_store::{StoreError, ledger::CloseDay};

use crate::state::App;
use haochaping_store::ledger::sequence;

/// How often it is asked whether a day is to be closed.
const EVERY: Duration = Duration::from_secs(3);
/// And how long one waits for what could not be closed: leaves that are not there yet, or not any
/// more.
const AGAIN: Duration = Duration::from_mins(5);

/// About how many leaves one table takes: more than that are several tables, so that none holds up
/// ratings for long.
const LEAVES_MAX: u64 = 100_000;

/// Closes every day when it is over, beside the loop that gives leaves their numbers: neither waits
/// for the other.
pub(super) async fn every_day(app: Weak<App>) {
    let mut wait = Duration::from_millis(250);
    loop {
        tokio::time::sleep(wait).await;
        let Some(app) = app.upgrade() else { return };
        if app.store.unwritable().is_some() {
            continue;
        }
        wait = match close(&app).await {
            Ok(true) => EVERY,
            Ok(false) => AGAIN,
            Err(error) => {
                tracing::error!(%error, "a day was not closed in the ledger");
                EVERY
            }
        };
    }
}

/// Closes what is to be closed; false if something was, and could not be.
async fn close(app: &App) -> Result<bool, StoreError> {
    let today = app.clock.now().day_in_china();
    while app.store.ledger_is_due(today).await? {
        let ask = CloseDay { today, group: app.config.publication.group, n_max: LEAVES_MAX };
        let Some(closed) = app.store.ledger_close(ask).await? else { return Ok(false) };
        let (number, n_leaves) = (closed.table.number, closed.taken.len());
        if !app.store.ledger_publish(closed).await? {
            return Ok(true);
        }
        tracing::info!(number, n_leaves, "a day was closed in the ledger");
        sequence(&app.store, &app.ledger).await?;
    }
    Ok(true)
}
