//! What is logged and measured of a request: method, route, status, time. Never the path itself,
//! which holds tokens and codes, nor query, body or address.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use haochaping_collector::state::App;

/// Logs and counts a request by its route, which is the same whether a proxy has stripped the path
/// of the public address or not.
pub(super) async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let base = app.config.base_path();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or_else(
        || "unmatched".to_owned(),
        |path| path.as_str().strip_prefix(base).unwrap_or(path.as_str()).to_owned(),
    );
    let started = Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    let labels =
        [("method", method.to_string()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("haochaping_http_requests_total", &labels).increment(1);
    metrics::histogram!("haochaping_http_seconds", "route" => route.clone())
        .record(took.as_secs_f64());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(%method, route, status, micros, "request");
    response
}
