//! The portal's addresses and the headers of a strict host.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Form, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Deserialize;

use crate::{
    gallery,
    hall::Hall,
    pages,
    playground::{self, Chosen},
    seed::Registry,
};

/// What the pages need.
#[derive(Debug)]
pub(crate) struct Portal {
    /// The collector's origin.
    pub(crate) collector: String,
    /// The finished services.
    pub(crate) registry: Registry,
    /// The windows of a hall.
    pub(crate) hall: Arc<Hall>,
}

/// The only list of URLs.
pub(crate) fn routes(portal: Arc<Portal>) -> Router {
    Router::new()
        .route("/", get(results))
        .route("/services", get(services))
        .route("/playground", get(playground))
        .route("/gallery", get(gallery))
        .route("/form.css", get(async || css(haochaping::form::STYLE)))
        .route("/hall", get(hall).post(act))
        .route("/portal.css", get(style))
        .route("/playground.js", get(script))
        .route(
            "/themes/government-red.css",
            get(async || css(include_str!("../../npm/themes/government-red.css"))),
        )
        .route(
            "/themes/government-blue.css",
            get(async || css(include_str!("../../npm/themes/government-blue.css"))),
        )
        .fallback(not_found)
        .with_state(portal)
}

async fn results(State(portal): State<Arc<Portal>>) -> Response {
    let finished = portal.registry.finished().await;
    html(&portal, StatusCode::OK, pages::results(&portal.collector, &finished))
}

async fn services(State(portal): State<Arc<Portal>>) -> Response {
    let finished = portal.registry.finished().await;
    html(&portal, StatusCode::OK, pages::services(&portal.collector, &finished))
}

async fn not_found(State(portal): State<Arc<Portal>>) -> Response {
    html(&portal, StatusCode::NOT_FOUND, pages::not_found(&portal.collector))
}

async fn playground(State(portal): State<Arc<Portal>>, Query(chosen): Query<Chosen>) -> Response {
    let finished = portal.registry.finished().await;
    html(&portal, StatusCode::OK, playground::page(&portal.collector, &finished, &chosen))
}

async fn gallery(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<gallery::Asked>,
) -> Response {
    html(&portal, StatusCode::OK, gallery::page(&portal.collector, &asked))
}

async fn hall(State(portal): State<Arc<Portal>>) -> Response {
    html(&portal, StatusCode::OK, portal.hall.page())
}

/// What somebody at the window pressed.
#[derive(Debug, Deserialize)]
struct Pressed {
    action: String,
}

async fn act(State(portal): State<Arc<Portal>>, Form(pressed): Form<Pressed>) -> Redirect {
    portal.hall.act(&pressed.action).await;
    Redirect::to("/hall")
}

async fn style() -> impl IntoResponse {
    css(include_str!("portal.css"))
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("playground.js"))
}

fn css(text: &'static str) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=60")],
        text,
    )
}

fn html(portal: &Portal, status: StatusCode, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy(&portal.collector)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        // The collector takes a form post by its origin, which `no-referrer` would hide.
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin".to_owned()),
    ];
    (status, headers, body).into_response()
}

/// What a careful portal allows: the widget's script, wasm and calls from the collector's origin,
/// no inline style or script, no `eval`, and no way for a string to become script.
fn policy(collector: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' {collector} 'wasm-unsafe-eval'; connect-src {collector}; style-src 'self'; \
         img-src 'self' data: blob: {collector}; form-action {collector} 'self'; base-uri 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_the_collector_and_no_inline_code() {
        let policy = policy("http://127.0.0.1:8089");
        assert!(policy.contains("script-src 'self' http://127.0.0.1:8089 'wasm-unsafe-eval';"));
        assert!(policy.contains("trusted-types 'none'"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }
}
