//! What is measured: every measure with its meaning, and those that are looked at now and then
//! rather than counted.

use std::{path::PathBuf, sync::Arc, time::Duration};

use haochaping_store::engine::sqlite::FILE_NAME;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};

use haochaping_collector::state::App;

use crate::assets;

/// How often it is looked.
const INTERVAL: Duration = Duration::from_secs(15);

/// Says what each measure means.
pub fn describe() {
    describe_counter!("haochaping_http_requests_total", "Requests by method, route and status");
    describe_histogram!(
        "haochaping_http_seconds",
        Unit::Seconds,
        "Time until an answer begins, by route"
    );
    describe_counter!(
        "haochaping_ratings_total",
        "Ratings by channel and outcome: accepted, replayed, or why not"
    );
    describe_histogram!("haochaping_batch_size", "Ratings in one transaction");
    describe_histogram!(
        "haochaping_commit_seconds",
        Unit::Seconds,
        "Time of a transaction of ratings, until it is on disk"
    );
    describe_gauge!(
        "haochaping_queue_depth",
        "Ratings that wait for their transaction, in the fullest queue"
    );
    describe_gauge!(
        "haochaping_queue_capacity",
        "Ratings that can wait; beyond them people are asked to come back"
    );
    describe_gauge!(
        "haochaping_store_writable",
        "1 while the disk takes what is written, 0 while it refuses"
    );
    describe_gauge!(
        "haochaping_store_bytes",
        Unit::Bytes,
        "Size of the store's files; none for a server"
    );
    describe_gauge!(
        "haochaping_disk_free_bytes",
        Unit::Bytes,
        "Room on the disk of the data directory"
    );
    describe_gauge!(
        "haochaping_backup_age_seconds",
        Unit::Seconds,
        "Time since the last backup; none before the first"
    );
    describe_gauge!("haochaping_orders_overdue", "Work orders whose term is over");
    describe_gauge!(
        "haochaping_outbox_lag_seconds",
        Unit::Seconds,
        "Age of the oldest message that waits to be taken"
    );
    describe_counter!("haochaping_messages_total", "Messages to other systems by outcome");
    describe_counter!("haochaping_dead_letters_total", "Messages that nobody took for three days");
    describe_gauge!("haochaping_ledger_pending", "Commits whose leaves have no numbers yet");
    describe_gauge!("haochaping_pads_connected", "Pads of windows that listen to this collector");
    describe_gauge!("haochaping_connections", "Connections that are open");
    describe_counter!("haochaping_connections_refused_total", "Connections that found no place");
    describe_counter!(
        "haochaping_proxy_without_address_total",
        "Requests of a trusted proxy that hides who comes through it"
    );
    describe_counter!("haochaping_widget_failures_total", "Widgets that could not start, by cause");
    describe_gauge!(
        "haochaping_build_info",
        "1, with the version and the release of the widget as labels"
    );
}

/// Looks now and then; ends with the app. `data` is the directory of a store in files.
pub fn start(app: &Arc<App>, data: PathBuf) {
    let version = [("version", env!("CARGO_PKG_VERSION")), ("assets", assets::version())];
    gauge!("haochaping_build_info", &version).set(1.0);
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            let Some(here) = app.upgrade() else { return };
            look(&here, &data).await;
            drop(here);
            tokio::time::sleep(INTERVAL).await;
        }
    });
}

async fn look(app: &App, data: &std::path::Path) {
    let (n_waiting, n_possible) = app.writer.load();
    gauge!("haochaping_queue_depth").set(as_f64(n_waiting as u64));
    gauge!("haochaping_queue_capacity").set(as_f64(n_possible as u64));
    gauge!("haochaping_pads_connected").set(as_f64(app.pads.n_connected() as u64));
    gauge!("haochaping_store_writable").set(f64::from(u8::from(app.store.unwritable().is_none())));
    let sizes = ["", "-wal"].map(|end| {
        std::fs::metadata(data.join(format!("{FILE_NAME}{end}"))).map(|file| file.len())
    });
    if let [Ok(file), log] = sizes {
        gauge!("haochaping_store_bytes").set(as_f64(file + log.unwrap_or(0)));
    }
    if let Ok(disk) = rustix::fs::statvfs(data) {
        gauge!("haochaping_disk_free_bytes").set(as_f64(disk.f_bavail * disk.f_frsize));
    }
    let now = app.clock.now();
    let vitals = match app.store.vitals(now).await {
        Ok(vitals) => vitals,
        Err(error) => return tracing::warn!(%error, "the store was not measured"),
    };
    let age = |at: haochaping::calendar::Instant| {
        as_f64((now.millis() - at.millis()).max(0).unsigned_abs()) / 1_000.0
    };
    gauge!("haochaping_orders_overdue").set(as_f64(vitals.n_overdue));
    gauge!("haochaping_outbox_lag_seconds").set(vitals.oldest_message.map_or(0.0, age));
    gauge!("haochaping_ledger_pending").set(as_f64(vitals.n_unnumbered));
    if let Some(at) = vitals.backed_up_at {
        gauge!("haochaping_backup_age_seconds").set(age(at));
    }
}

/// Measures are floating-point numbers; what is beyond 2^53 bytes is not looked at to the byte.
#[expect(clippy::cast_precision_loss, reason = "a measure")]
fn as_f64(n: u64) -> f64 {
    n as f64
}
