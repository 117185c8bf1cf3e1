//! The frame of the pad's pages: nothing scrolls, zooms or is selected, and no other site holds it.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping::messages::Lang;
use haochaping_collector::state::App;
use sha2::{Digest, Sha256};

use crate::assets;

const STYLE: &str = include_str!("../../../templates/pad/pad.css");
const SCRIPT: &str = "haochaping-pad.js";

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'sha256-{hash}'; connect-src 'self'; img-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    HeaderValue::from_str(&policy).expect("a hash is plain")
});

/// What stands around a page.
pub(super) struct Frame {
    pub(super) lang: &'static str,
    pub(super) title: String,
    pub(super) style: &'static str,
    pub(super) base: String,
    pub(super) script: String,
    pub(super) integrity: &'static str,
    pub(super) version: &'static str,
    pub(super) window: String,
}

impl Frame {
    /// For a window, in a language.
    pub(super) fn new(app: &App, lang: Lang, title: &str, window: &str) -> Self {
        let version = assets::version();
        Self {
            lang: lang.tag(),
            title: title.to_owned(),
            style: STYLE,
            base: app.config.base_path().to_owned(),
            script: format!("{}/v/{version}/{SCRIPT}", app.config.base_path()),
            integrity: assets::integrity(SCRIPT).unwrap_or_default(),
            version,
            window: window.to_owned(),
        }
    }
}

/// A page as an answer, kept by no cache.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    let mut response =
        (status, page.render().expect("a template of our own renders")).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}
