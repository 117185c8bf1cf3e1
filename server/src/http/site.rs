//! Pictures of whose pages these are: the emblem and the icon, under names that change with them.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use haochaping_collector::state::App;

use super::page;

/// A picture by its name; it never changes.
pub(super) async fn picture(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(picture) = app.config.sites.picture(&name) else {
        return page::not_found(&app, &headers);
    };
    let mut response = picture.bytes.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(picture.media_type));
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, forever);
    // Opened by itself, an SVG runs nothing.
    let nothing =
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    response
}
