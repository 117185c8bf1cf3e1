//! `GET /embed`: how a portal takes the widget in, with this collector's own address, release and
//! integrity value.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use haochaping_collector::state::App;

use super::{
    api::widget_failures::CAUSES,
    page::{self, Page, Reader},
};
use crate::assets;

#[derive(Template)]
#[template(path = "embed.html")]
struct Guide<'a> {
    /// The collector's address.
    c: &'a str,
    origin: &'a str,
    base: &'a str,
    version: &'a str,
    integrity: &'a str,
    causes: &'a [(&'a str, &'a str, &'a str)],
}

/// The guide.
pub(super) async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let guide = Guide {
        c: &app.config.public_url,
        origin: app.config.origin(),
        base: app.config.base_path(),
        version: assets::version(),
        integrity: assets::integrity(assets::LOADER).unwrap_or(""),
        causes: &CAUSES,
    };
    let content = guide.render().expect("a template of our own renders");
    page::respond(&app, Reader::of(None, None, &headers), &Page::new("接入指南", "/embed", content))
}
