//! `/healthz`: the process runs. `/readyz`: it can take ratings.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use haochaping_collector::state::App;

/// 200 while the process runs.
#[utoipa::path(
    get, path = "/healthz", operation_id = "isAlive", tag = "health",
    responses((status = 200, description = "it runs", body = String, content_type = "text/plain")),
)]
pub(in crate::http) async fn healthz() -> &'static str {
    "ok\n"
}

/// 200 when the store answers and takes ratings and the queue has room, else 503 with the reason.
#[utoipa::path(
    get, path = "/readyz", operation_id = "isReady", tag = "health",
    responses(
        (status = 200, description = "it takes ratings", body = String, content_type = "text/plain"),
        (status = 503, description = "the reason, in a line", body = String, content_type = "text/plain"),
    ),
)]
pub(in crate::http) async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.store.unwritable().is_some() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "the disk is full or read-only: ratings are not taken, pages are served\n",
        );
    }
    let (waiting, room) = app.writer.load();
    if waiting >= room {
        return (StatusCode::SERVICE_UNAVAILABLE, "the queue is full\n");
    }
    match app.store.slot_revisions().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}
