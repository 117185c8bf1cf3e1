//! `/v1/haochaping.js` (the loader, 300 s) and `/v/{version}/…` (for ever).

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping_collector::state::App;

use crate::{
    assets::{self, LOADER, Releases},
    http::page,
};

/// What the asset routes need.
#[derive(Clone, Debug)]
pub struct Served(pub Arc<Releases>);

/// The loader of this release.
pub(super) async fn loader(
    app: State<Arc<App>>,
    State(served): State<Served>,
    headers: HeaderMap,
) -> Response {
    respond(&app, &served, assets::version(), LOADER, &headers, "public, max-age=300")
}

/// A file of one of the last releases.
pub(super) async fn versioned(
    app: State<Arc<App>>,
    State(served): State<Served>,
    Path((version, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    respond(&app, &served, &version, &name, &headers, "public, max-age=31536000, immutable")
}

fn respond(
    app: &App,
    served: &Served,
    version: &str,
    name: &str,
    headers: &HeaderMap,
    cache: &'static str,
) -> Response {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let content_type = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        _ => return page::not_found(app, headers),
    };
    let Some((encoding, content)) = served.0.find(version, name, accepted) else {
        // A plain answer: what asks here is a script, and a page would be taken for one.
        return (
            StatusCode::NOT_FOUND,
            [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")],
            "no such file\n",
        )
            .into_response();
    };
    let mut response = content.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if !encoding.is_empty() {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
