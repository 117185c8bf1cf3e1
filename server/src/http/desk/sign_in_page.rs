//! The pages on which somebody signs in, and goes on with what they sent before.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping_collector::state::App;

use super::{
    answer::BUSY,
    frame::{Frame, respond},
    session::Desk,
    texts,
};

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct SignIn<'a> {
    f: Frame,
    fault: &'a str,
    name: &'a str,
    next: &'a str,
    kept: &'a str,
}

#[derive(Template)]
#[template(path = "desk/resume.html")]
struct Resume<'a> {
    f: Frame,
    next: &'a str,
    fields: Vec<(String, String)>,
    shown: Vec<(&'static str, String)>,
}

/// The page for somebody without a session: `name` as they typed it, `next` where it leads, `kept`
/// a form that they sent before.
pub(super) fn sign_in(
    app: &App,
    status: StatusCode,
    fault: &str,
    name: &str,
    next: &str,
    kept: &str,
) -> Response {
    let f = Frame::outside(app, "登录", !fault.is_empty());
    respond(status, &SignIn { f, fault, name, next, kept })
}

/// The store cannot say who this is: a form that was sent stays on the page.
pub(super) fn busy(app: &App, path: &str, kept: &str) -> Response {
    sign_in(app, StatusCode::SERVICE_UNAVAILABLE, BUSY, "", own_path(app, path), kept)
}

/// Asks to sign in for a page, or for a form that was sent to it.
pub(super) fn ask(app: &App, path: &str, kept: &str) -> Response {
    let path = own_path(app, path);
    if kept.is_empty() {
        let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
        return Redirect::to(&format!("{}/desk/sign-in?next={next}", app.config.base_path()))
            .into_response();
    }
    sign_in(app, StatusCode::UNAUTHORIZED, "", "", path, kept)
}

/// A form whose token was of another session, to be sent again.
pub(super) fn resume(desk: &Desk, path: &str, form: &[(String, String)]) -> Response {
    let fields: Vec<_> = form
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "csrf" | "page_token" | "password"))
        .cloned()
        .collect();
    // Everything that will be sent is shown, in words, since whoever is asked has to see what they
    // agree to.
    let shown = fields.iter().filter(|(name, value)| name != "n_entries" && !value.is_empty());
    let shown = shown
        .map(|(name, value)| (texts::field(name), texts::value(name, value).to_owned()))
        .collect();
    let f = Frame::inside(desk, "", "继续提交", false);
    respond(StatusCode::FORBIDDEN, &Resume { f, next: own_path(&desk.app, path), fields, shown })
}

/// A path of the desk without the collector's own; the list of orders for anything else.
pub(super) fn own_path<'a>(app: &App, path: &'a str) -> &'a str {
    let own = path.strip_prefix(app.config.base_path()).unwrap_or(path);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'?' | b'#');
    let is_own = own.starts_with("/desk/")
        && !own.contains("//")
        && !own.contains("..")
        && own.bytes().all(is_plain);
    if is_own { own } else { "/desk" }
}
