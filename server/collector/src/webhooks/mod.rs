//! Messages to other systems, as webhooks of the Standard Webhooks specification: at least once,
//! each with the same id at every attempt, in order about one subject. What nobody takes within
//! days becomes a dead letter, which stops its own order only.

mod address;
mod body;
mod deliver;

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::Duration,
};

pub use address::is_public;
pub use deliver::Sender;
use haochaping::{calendar::Instant, webhook::Secret};
use haochaping_store::{
    Id, StoreError,
    outbox::{Attempted, Endpoint, Message, NoticeKind},
};
use tokio::task::{JoinHandle, JoinSet};

use crate::{
    keys::Vault,
    pace::{OF_COMMITS, Pace},
    ports::{Rng, random},
    state::App,
};

/// How often it is looked for messages.
const INTERVAL: Duration = Duration::from_millis(500);
/// At once to one endpoint: a slow one holds up no other, and is not drowned.
const AT_ONCE: u32 = 8;
/// For so long nobody else sends what was claimed. Longer than an attempt may take.
const LEASE: Duration = Duration::from_mins(1);
/// Seconds after each failed attempt: three days in all.
const BACK_OFF: [i64; 14] =
    [1, 5, 30, 120, 300, 900, 1_800, 3_600, 7_200, 18_000, 36_000, 50_400, 64_800, 86_400];
/// How long what was sent stays on record.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// The place of a secret for the vault.
const TABLE: &str = "endpoint";

/// Seals a secret for an endpoint of this id.
pub fn seal_secret(vault: &Vault, id: &Id, secret: &Secret, rng: &dyn Rng) -> Vec<u8> {
    vault.seal(TABLE, id, "secret", &secret.reveal(), rng)
}

/// The secret of an endpoint; `None` if no key opens it.
pub fn open_secret(vault: &Vault, endpoint: &Endpoint) -> Option<Secret> {
    vault.open(TABLE, &endpoint.id, "secret", &endpoint.secret)?.parse().ok()
}

/// Starts sending; ends with the app.
pub fn start(app: &Arc<App>) {
    let sender = Arc::new(Sender::new(app.config.allow_private_endpoints));
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        let mut running: BTreeMap<Id, JoinHandle<()>> = BTreeMap::new();
        let mut pace = Pace::default();
        loop {
            tokio::time::sleep(INTERVAL).await;
            let Some(here) = app.upgrade() else { return };
            if here.store.unwritable().is_some() {
                continue;
            }
            if !pace.is_due(&here, OF_COMMITS) {
                continue;
            }
            running.retain(|_, task| !task.is_finished());
            match here.store.endpoints().await {
                Ok(endpoints) => {
                    for endpoint in endpoints.into_iter().filter(|one| one.disabled_at.is_none()) {
                        let (app, sender) = (Weak::clone(&app), Arc::clone(&sender));
                        let task = || tokio::spawn(serve(app, sender, Arc::new(endpoint.clone())));
                        running.entry(endpoint.id).or_insert_with(task);
                    }
                }
                Err(error) => tracing::warn!(%error, "endpoints were not read"),
            }
        }
    });
}

/// Sends what is due for one endpoint until there is no more.
async fn serve(app: Weak<App>, sender: Arc<Sender>, endpoint: Arc<Endpoint>) {
    loop {
        let Some(app) = app.upgrade() else { return };
        let now = app.clock.now();
        let until = now + LEASE;
        let claimed = match app.store.claim(endpoint.id, now, until, AT_ONCE).await {
            Ok(claimed) if claimed.is_empty() => return,
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "messages were not claimed");
                return;
            }
        };
        let mut tasks = JoinSet::new();
        for message in claimed {
            let (app, sender, endpoint) =
                (Arc::clone(&app), Arc::clone(&sender), Arc::clone(&endpoint));
            tasks.spawn(async move {
                if let Err(error) = send(&app, sender, &endpoint, &message).await {
                    tracing::warn!(%error, "what became of a message was not noted; it is sent again");
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    }
}

async fn send(
    app: &App,
    sender: Arc<Sender>,
    endpoint: &Endpoint,
    message: &Message,
) -> Result<(), StoreError> {
    let note = async |outcome, reason: &str| {
        app.store.attempted(message.number, outcome, reason, app.clock.now()).await
    };
    let body = match body::of(app, endpoint, message).await {
        Ok(Some(body)) => body,
        Ok(None) => return note(Attempted::Sent, "nothing to tell any more").await,
        Err(error) => {
            let reason = format!("the message was not put together: {error}");
            return note(outcome_of(app, endpoint, message, &reason, None), &reason).await;
        }
    };
    let Some(secret) = open_secret(&app.keys().vault, endpoint) else {
        let reason = "the secret of the endpoint does not open under any key";
        return note(outcome_of(app, endpoint, message, reason, None), reason).await;
    };
    let id = format!("msg_{}", uuid::Uuid::from_bytes(message.id).simple());
    let seconds = app.clock.now().millis().div_euclid(1_000);
    let signature = secret.sign(&id, seconds, &body);
    let url = endpoint.url.clone();
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ];
    let sent = tokio::task::spawn_blocking(move || sender.post(&url, &headers, body)).await;
    match sent.unwrap_or_else(|error| {
        Err(deliver::Failed { reason: error.to_string(), retry_after: None })
    }) {
        Ok(()) => {
            metrics::counter!("haochaping_messages_total", "outcome" => "sent").increment(1);
            note(Attempted::Sent, "").await
        }
        Err(failed) => {
            metrics::counter!("haochaping_messages_total", "outcome" => "failed").increment(1);
            note(
                outcome_of(app, endpoint, message, &failed.reason, failed.retry_after),
                &failed.reason,
            )
            .await
        }
    }
}

/// When a failed one is tried again; never more than a tenth earlier or later than its place in the
/// row says, so that what failed together does not come back together.
fn outcome_of(
    app: &App,
    endpoint: &Endpoint,
    message: &Message,
    reason: &str,
    retry_after: Option<i64>,
) -> Attempted {
    let place = usize::try_from(message.n_attempts).unwrap_or(usize::MAX).saturating_sub(1);
    let Some(seconds) = BACK_OFF.get(place) else {
        metrics::counter!("haochaping_dead_letters_total").increment(1);
        tracing::error!(
            endpoint = endpoint.name,
            message = message.number,
            kind = message.kind,
            reason,
            "a message was not taken for three days: a dead letter, to be sent again at the desk"
        );
        return Attempted::Dead;
    };
    let jitter =
        i64::from(u16::from_be_bytes(random(&*app.rng))) * seconds * 200 / 65_536 - seconds * 100;
    let millis = (seconds * 1_000 + jitter).max(retry_after.unwrap_or(0) * 1_000);
    Attempted::Later(Instant::from_millis(app.clock.now().millis() + millis))
}

/// Tells of terms that are near or over, each once; what is more than that waits for the next
/// second.
///
/// # Errors
/// The store's.
pub async fn watch_terms(app: &App) -> Result<(), StoreError> {
    const AT_ONCE: u32 = 500;
    let now = app.clock.now();
    for row in app.store.orders_needing_notice(now, AT_ONCE).await? {
        let Some(due_at) = row.standing.due_at else { continue };
        let kind = if now > due_at { NoticeKind::Overdue } else { NoticeKind::Reminder };
        app.store.record_notice(row, kind, now).await?;
    }
    Ok(())
}

/// Forgets what was sent long ago.
///
/// # Errors
/// The store's.
pub async fn forget(app: &App) -> Result<(), StoreError> {
    app.store.purge_messages(app.clock.now() - KEPT).await
}
