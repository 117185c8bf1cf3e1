//! What makes the page an app of the whole screen.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use haochaping_collector::state::App;
use serde_json::json;

/// A plain seal in the colour of the pages.
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\"><path fill=\"#0b57a4\" d=\"M0 0h512v512H0z\"/><path fill=\"none\" stroke=\"#fff\" stroke-width=\"44\" stroke-linecap=\"round\" stroke-linejoin=\"round\" d=\"M136 262l84 86 156-176\"/></svg>";

/// `GET /pad/{window}/app.webmanifest`
pub async fn manifest(
    State(app): State<Arc<App>>,
    Path(window): Path<String>,
    headers: HeaderMap,
) -> Response {
    let base = app.config.base_path();
    let product = crate::http::page::Reader::of(None, None, &headers).page_messages().product;
    let manifest = json!({
        "name": format!("{product} {window}"),
        "short_name": product,
        "id": format!("{base}/pad/{window}"),
        "start_url": format!("{base}/pad/{window}"),
        "scope": format!("{base}/pad/{window}"),
        "display": "fullscreen",
        "orientation": "any",
        "background_color": "#f4f6f8",
        "theme_color": "#0b57a4",
        "icons": [{"src": format!("{base}/pad/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json")], Json(manifest)).into_response()
}

/// `GET /pad/icon.svg`
pub async fn icon() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, ICON).into_response()
}
