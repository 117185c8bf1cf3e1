//! Once a second: figures, keys, API keys and names of regions are brought up to the store.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use haochaping::calendar::Instant;
use haochaping_store::StoreError;

use crate::{
    accounts::{
        api_key::ApiKeys,
        staff::{SESSION_IDLE_MILLIS, SESSION_MAX_MILLIS},
    },
    halls::calls,
    keys::{Keys, KeysError, MasterKey},
    pace::{self, Pace},
    publication::hot_words,
    state::{App, Names},
    webhooks as outbox,
    work_orders::{act as orders, contact as disclosure},
};

/// How far behind the store a page may be.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long it is known from which networks a card was rated: as keyed hashes, to tell bursts
/// apart.
const SOURCES_KEPT_DAYS: i64 = 7;

/// Reads for the first time; what fails here stops the start.
pub async fn start(app: &Arc<App>, master: MasterKey) -> Result<(), KeysError> {
    app.figures.load_published(&app.store).await?;
    app.handled.load_published(&app.store).await?;
    let mut seen = Seen::default();
    refresh(app, &master, &mut seen).await?;
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let Some(app) = app.upgrade() else { return };
            if let Err(error) = refresh(&app, &master, &mut seen).await {
                tracing::warn!(%error, "the store was not re-read");
            }
        }
    });
    Ok(())
}

/// What was taken over last.
#[derive(Default)]
struct Seen {
    revisions: BTreeMap<String, i64>,
    swept_on: Option<i64>,
    pace: Pace,
}

async fn refresh(app: &App, master: &MasterKey, seen: &mut Seen) -> Result<(), KeysError> {
    // A shard that is away holds up its own ratings and figures, and nobody's keys.
    if let Err(error) = app.store.hold_slot(app.clock.now()).await {
        tracing::warn!(%error, "the counter slot was not held");
    }
    if let Err(error) = app.figures.refresh(&app.store, app.clock.now()).await {
        tracing::warn!(%error, "the figures were not re-read");
    }
    app.limits.forget_idle();
    // What a full disk refused is taken up again when there is room.
    let takes_changes = app.store.unwritable().is_none() || app.store.try_disk().await.is_ok();
    let current = app.store.revisions().await?;
    let has_changed = |name: &str| current.get(name) != seen.revisions.get(name);
    if has_changed("keys") && !seen.revisions.is_empty() {
        app.set_keys(Keys::load(&app.store, master, &*app.rng, app.clock.now()).await?);
    }
    if has_changed("api_keys") || has_changed("staff") {
        app.set_callers(ApiKeys::new(app.store.api_keys().await?, app.store.staff().await?));
    }
    if has_changed("regions") {
        app.set_region_names(app.store.regions().await?);
    }
    if has_changed("published") && !seen.revisions.is_empty() {
        app.figures.load_live(&app.store).await?;
    }
    if has_changed("handled") && !seen.revisions.is_empty() {
        app.handled.load_published(&app.store).await?;
    }
    if has_changed("released") && !seen.revisions.is_empty() {
        app.figures.load_daily(&app.store).await?;
    }
    if has_changed("names") {
        let (agencies, items) = (app.store.agency_names().await?, app.store.item_names().await?);
        app.set_names(Names { agencies, items });
    }
    if has_changed("holidays") {
        app.set_calendar(orders::read_calendar(&app.store).await?);
    }
    // Terms move when they can be written: until then the days off count as not seen.
    let moves_terms = has_changed("holidays");
    seen.revisions = current;
    if moves_terms && let Err(error) = orders::move_provisional(app).await {
        tracing::warn!(%error, "provisional terms were not moved");
        seen.revisions.remove("holidays");
    }
    if takes_changes && let Err(error) = calls::settle(app).await {
        tracing::error!(%error, "calls of windows were not settled");
    }
    if takes_changes && seen.pace.is_due(app, pace::OF_TERMS) {
        work_off(app, seen).await;
    }
    Ok(())
}

/// What follows from time and changes things. None of it stops the others.
async fn work_off(app: &App, seen: &mut Seen) {
    // Last, and never a reason to stop: a quarantine that cannot be worked must not keep a revoked
    // key in force.
    if let Err(error) = sweep(app, seen).await {
        tracing::error!(%error, "quarantine was not worked");
    }
    if let Err(error) = work(app).await {
        tracing::error!(%error, "work orders were not worked");
    }
    if let Err(error) = outbox::watch_terms(app).await {
        tracing::error!(%error, "terms of work orders were not watched");
    }
    let (rules, keys) = (app.config.publication, app.keys());
    let words = hot_words::work(&app.hot_words, &app.store, &app.figures, rules, &keys);
    if let Err(error) = words.await {
        tracing::error!(%error, "hot words were not counted");
    }
    if let Err(error) =
        app.handled.refresh(&app.store, &app.figures, app.config.publication, app.clock.now()).await
    {
        tracing::error!(%error, "the figures of work orders were not computed");
    }
}

/// Gives new orders to their departments, and ends what is over; what is more than that waits for
/// the next second, since keys have to be re-read.
async fn work(app: &App) -> Result<(), StoreError> {
    const AT_ONCE: u32 = 200;
    const ROUNDS_MAX: usize = 25;
    for _ in 0..ROUNDS_MAX {
        if orders::wake(app, AT_ONCE).await? < AT_ONCE as usize {
            break;
        }
    }
    Ok(())
}

/// Releases what is due, and once a day forgets what is no longer needed.
async fn sweep(app: &App, seen: &mut Seen) -> Result<(), StoreError> {
    let now = app.clock.now();
    let today = now.day_in_china();
    if seen.swept_on != Some(today) {
        app.store.purge_sources(today - SOURCES_KEPT_DAYS).await?;
        let ago = |millis| Instant::from_millis(now.millis() - millis);
        app.store.purge_sessions(ago(SESSION_IDLE_MILLIS), ago(SESSION_MAX_MILLIS)).await?;
        app.store.purge_sign_ins(now).await?;
        outbox::forget(app).await?;
        calls::forget(app).await?;
        let n_forgotten = disclosure::forget(app).await?;
        if n_forgotten > 0 {
            tracing::info!(n_forgotten, "contacts were deleted, their time being over");
        }
        seen.swept_on = Some(today);
    }
    let n_released = app.store.release_due(now).await?;
    if n_released > 0 {
        tracing::info!(n_released, "ratings were released from quarantine");
    }
    Ok(())
}
