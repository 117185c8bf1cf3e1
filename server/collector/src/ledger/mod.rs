//! The public log in which every rating has a leaf: how leaves get their numbers, how days are
//! closed, and what is shown of both. What commits, proves and signs is in `haochaping::ledger`;
//! here are the loops around it.

mod close;
mod proof;

use std::{sync::Arc, time::Duration};

use haochaping::ledger::LogKey;
use haochaping_store::ledger::sequence;
pub use proof::{Found, NoProof, checkpoint, find, tile};

use crate::{
    pace::{OF_COMMITS, Pace},
    state::App,
};

/// How often leaves get their numbers: the log is never further behind than this and the time that
/// it takes.
const INTERVAL: Duration = Duration::from_millis(250);

/// Starts the loop. Any number of collectors may run it on one store.
pub async fn start(app: &Arc<App>) {
    // A new store has nothing from before, and is done with it here: later it would ask for the
    // store's one way to write.
    let mut is_backfilling = backfill(app).await;
    tokio::spawn(close::every_day(Arc::downgrade(app)));
    let mut pace = Pace::default();
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let Some(app) = app.upgrade() else { return };
            if app.store.unwritable().is_some() {
                continue;
            }
            if !pace.is_due(&app, OF_COMMITS) {
                continue;
            }
            is_backfilling = is_backfilling && backfill(&app).await;
            if let Err(error) = sequence(&app.store, &app.ledger).await {
                tracing::error!(%error, "leaves of the ledger got no numbers");
            }
        }
    });
}

/// Makes leaves of some ratings from before; false when there are no more.
async fn backfill(app: &App) -> bool {
    app.store.ledger_backfill().await.unwrap_or_else(|error| {
        tracing::error!(%error, "ratings from before got no leaves");
        true
    })
}

/// What is named after a public address: the log of `https://hcp.example.gov.cn` is
/// `hcp.example.gov.cn/ledger`.
pub fn origin_of(public_url: &str) -> String {
    let bare = public_url.split_once("://").map_or(public_url, |(_, bare)| bare);
    // Neither is in a valid address; both would make an unreadable key.
    let name: String = bare.chars().filter(|c| !c.is_whitespace() && *c != '+').collect();
    format!("{}/ledger", name.trim_end_matches('/'))
}

/// The log's key, under the name that the log has had from its beginning.
///
/// # Errors
/// The store failed.
pub async fn key(
    store: &haochaping_store::SqlStore,
    seed: &[u8; 32],
    public_url: &str,
) -> Result<LogKey, haochaping_store::StoreError> {
    let origin = store.ledger_origin(&origin_of(public_url)).await?;
    LogKey::new(&origin, seed).map_err(|_| {
        haochaping_store::StoreError::Failed(format!("{origin:?} cannot be the name of a ledger"))
    })
}
