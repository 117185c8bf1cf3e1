//! The frame of every page of the desk: style, navigation, security headers. No page of it holds a script.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping::work_order::Role;
use haochaping_collector::state::App;
use sha2::{Digest, Sha256};

use super::session::Desk;

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

/// The pages of the desk in the order of the navigation, with the roles that have them. What is not in a role's row is not
/// there for it.
const PAGES: &[(&str, &str, &[Role])] = &[
    ("/desk", "待办", &[Role::Handler, Role::Supervisor, Role::Province]),
    ("/desk/waiting", "等待中", &[Role::Handler, Role::Supervisor, Role::Province]),
    ("/desk/closed", "已办结", &[Role::Handler, Role::Supervisor, Role::Province]),
    ("/desk/appeals", "申诉与改派", &[Role::Supervisor, Role::Province]),
    ("/desk/supervision", "督办", &[Role::Supervisor, Role::Province]),
    ("/desk/call-backs", "回访", &[Role::Operator]),
    ("/desk/improvements", "以评促改", &[Role::Supervisor, Role::Province]),
    ("/desk/hot-words", "评价热词", &[Role::Province]),
    ("/desk/briefings", "工作通报", &[Role::Supervisor, Role::Province]),
    ("/desk/services", "查找办件", &[Role::Operator, Role::Supervisor, Role::Province]),
    ("/desk/wishes", "口头诉求", &[Role::Operator, Role::Handler, Role::Supervisor, Role::Province]),
    ("/desk/windows", "窗口评价器", &[Role::Operator]),
    ("/desk/cards", "服务码", &[Role::CardOffice]),
    ("/desk/users", "账号", &[Role::Administrator]),
    ("/desk/messages", "消息投递", &[Role::Administrator]),
    ("/desk/record", "操作记录", &[Role::Administrator]),
];

/// The pages that a role has.
pub(super) fn pages_of(role: Role) -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.iter().filter(move |(_, _, roles)| roles.contains(&role)).map(|(href, name, _)| (*href, *name))
}

/// What stands around a page.
pub(super) struct Frame {
    pub title: String,
    pub style: &'static str,
    pub base: String,
    pub csrf: String,
    pub who: Option<String>,
    pub nav: Vec<(&'static str, &'static str, bool)>,
    pub is_error: bool,
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
        }
    }

    /// For somebody at the desk, on the page of this path.
    pub(super) fn inside(desk: &Desk, path: &str, title: &str, is_error: bool) -> Self {
        let staff = &desk.session.staff;
        let nav = pages_of(staff.role).map(|(href, name)| (href, name, href == path)).collect();
        let who = format!("{}（{}）", staff.name, super::texts::role(staff.role));
        Self { csrf: desk.csrf(), who: Some(who), nav, ..Self::outside(&desk.app, title, is_error) }
    }
}

/// A page as an answer: kept by no cache, framed by nobody.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    let mut response = (status, page.render().expect("a template of our own renders")).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}
