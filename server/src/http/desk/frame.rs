//! The frame of every page of the desk: style, navigation, security headers. No page of it holds a
//! script.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping_collector::state::App;
use sha2::{Digest, Sha256};

use super::{pages::pages_of, saved::Saved, session::Desk, texts};

static STYLE: LazyLock<String> = LazyLock::new(|| {
    // The rating form too: an operator fills in the same one as everybody.
    [
        include_str!("../../../templates/page.css"),
        include_str!("../../../templates/desk/desk.css"),
        haochaping::form::STYLE,
    ]
    .concat()
});

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    HeaderValue::from_str(&policy).expect("a hash is plain")
});

/// What stands around a page.
pub(in crate::http) struct Frame {
    pub title: String,
    pub style: &'static str,
    pub base: String,
    pub csrf: String,
    pub who: Option<String>,
    pub nav: Vec<(&'static str, &'static str, bool)>,
    pub is_error: bool,
    /// What was just done, and the next thing.
    pub saved: Option<Saved>,
}

impl Frame {
    /// For somebody who has not signed in.
    pub(super) fn outside(app: &App, title: &str, is_error: bool) -> Self {
        Self {
            title: title.to_owned(),
            style: &STYLE,
            base: app.config.base_path().to_owned(),
            csrf: String::new(),
            who: None,
            nav: Vec::new(),
            is_error,
            saved: None,
        }
    }

    /// For somebody at the desk, on the page of this path.
    pub(super) fn inside(desk: &Desk, path: &str, title: &str, is_error: bool) -> Self {
        let staff = &desk.session.staff;
        let nav = pages_of(staff.role).map(|(href, name)| (href, name, href == path)).collect();
        let who = format!("{}（{}）", staff.name, texts::role(staff.role));
        let saved = desk.saved.clone().filter(|_| !is_error);
        Self {
            csrf: desk.csrf(),
            who: Some(who),
            nav,
            saved,
            ..Self::outside(&desk.app, title, is_error)
        }
    }
}

/// A page as an answer: kept by no cache, framed by nobody.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    let mut response =
        (status, page.render().expect("a template of our own renders")).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}

#[derive(Template)]
#[template(path = "desk/nothing.html")]
struct Nothing {
    f: Frame,
    text: &'static str,
}

/// An address of the desk that leads nowhere, for them.
pub(super) fn gone(f: Frame) -> Response {
    respond(StatusCode::NOT_FOUND, &Nothing { f, text: "没有这个页面，或者它不在您的办理范围内。" })
}
