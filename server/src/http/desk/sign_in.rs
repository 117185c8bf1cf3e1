//! Signing in and out, and the link by which a password is set.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::link::base32;
use haochaping_collector::{
    accounts::staff::{check_password, digest_of, entry, hash_password},
    intake::limits::Use,
    ports::random,
    state::App,
};
use haochaping_store::StoreError;
use serde::Deserialize;

use super::{
    admit::{admit, hashing},
    frame::{Frame, respond},
    session::{COOKIE, Desk, Posted, field, note_refusal, read_form},
    texts,
};
use crate::http::{client::Client, cookie::is_from_here, page, problem::RETRY_AFTER_SECONDS};

/// The same words whatever was wrong, so that nobody learns which accounts there are.
pub(super) const WRONG: &str = "账号或密码不正确。多次输错后，账号会暂停登录一段时间。";
/// A form without its button.
pub(super) const CHOOSE: &str = "请选择要进行的操作。";
const TOO_MANY: &str = "尝试过于频繁，请稍后再试。";
pub(super) const BUSY: &str = "系统繁忙，没有成功。请稍后再试。";

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

#[derive(Template)]
#[template(path = "desk/welcome.html")]
struct Welcome<'a> {
    f: Frame,
    fault: &'a str,
    name: &'a str,
}

/// Where the sign-in page leads.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Asked {
    #[serde(default)]
    next: String,
}

/// The store cannot say who this is: a form that was sent stays on the page.
pub(super) fn busy(app: &App, path: &str, kept: &str) -> Response {
    page_of(app, StatusCode::SERVICE_UNAVAILABLE, BUSY, "", own_path(app, path), kept)
}

/// Asks to sign in for a page, or for a form that was sent to it.
pub(super) fn ask(app: &App, path: &str, kept: &str) -> Response {
    let path = own_path(app, path);
    if kept.is_empty() {
        let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
        return Redirect::to(&format!("{}/desk/sign-in?next={next}", app.config.base_path())).into_response();
    }
    page_of(app, StatusCode::UNAUTHORIZED, "", "", path, kept)
}

/// A form whose token was of another session, to be sent again.
pub(super) fn resume(desk: &Desk, path: &str, form: &[(String, String)]) -> Response {
    let fields: Vec<_> =
        form.iter().filter(|(name, _)| !matches!(name.as_str(), "csrf" | "page_token" | "password")).cloned().collect();
    // Everything that will be sent is shown, in words, since whoever is asked has to see what they agree to.
    let shown = fields.iter().filter(|(name, value)| name != "n_entries" && !value.is_empty());
    let shown = shown.map(|(name, value)| (texts::field(name), texts::value(name, value).to_owned())).collect();
    let f = Frame::inside(desk, "", "继续提交", false);
    respond(StatusCode::FORBIDDEN, &Resume { f, next: own_path(&desk.app, path), fields, shown })
}

/// A path of the desk without the collector's own; the list of orders for anything else.
fn own_path<'a>(app: &App, path: &'a str) -> &'a str {
    let own = path.strip_prefix(app.config.base_path()).unwrap_or(path);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'?' | b'#');
    let is_own = own.starts_with("/desk/") && !own.contains("//") && !own.contains("..") && own.bytes().all(is_plain);
    if is_own { own } else { "/desk" }
}

fn page_of(app: &App, status: StatusCode, fault: &str, name: &str, next: &str, kept: &str) -> Response {
    let f = Frame::outside(app, "登录", !fault.is_empty());
    respond(status, &SignIn { f, fault, name, next, kept })
}

/// The form.
pub(in crate::http) async fn form(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Response {
    page_of(&app, StatusCode::OK, "", "", own_path(&app, &asked.next), "")
}

/// Signs in. The session is a new one, whatever cookie came along.
pub(in crate::http) async fn submit(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = read_form(&body);
    let (name, kept) = (field(&form, "name").trim().to_lowercase(), field(&form, "kept"));
    let next = own_path(&app, field(&form, "next"));
    let again = |status, fault| page_of(&app, status, fault, &name, next, kept);
    if !is_from_here(&app, &headers) {
        note_refusal(&app, "sign-in", "origin-refused", &name, client).await;
        return again(StatusCode::FORBIDDEN, WRONG);
    }
    if !app.limits.admits_network(client.network(), Use::SignIn) {
        return again(StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
    }
    let row = match admit(&app, &name, client, field(&form, "password")).await {
        Ok(Some(row)) => row,
        Ok(None) => return again(StatusCode::UNPROCESSABLE_ENTITY, WRONG),
        Err(error) => return failed(&error, || again_later(again(StatusCode::SERVICE_UNAVAILABLE, BUSY))),
    };
    let secret = base32::encode(&random::<32>(&*app.rng));
    let said = entry(&*app.clock, &format!("staff:{name}"), "signed-in", &name);
    match app.store.begin_session(digest_of(&secret), &row, &client.network().to_string(), said).await {
        Ok(true) => {}
        Ok(false) => return again(StatusCode::UNPROCESSABLE_ENTITY, WRONG),
        Err(error) => return failed(&error, || again_later(again(StatusCode::SERVICE_UNAVAILABLE, BUSY))),
    }
    let to = format!("{}{next}", app.config.base_path());
    let mut response = match app.store.session(digest_of(&secret)).await {
        Ok(Some(session)) if !kept.is_empty() => {
            let desk = Desk::begun(Arc::clone(&app), session, client, secret.clone());
            resume(&desk, next, &read_form(kept.as_bytes()))
        }
        _ => Redirect::to(&to).into_response(),
    };
    let cookie = COOKIE.set(&app.config, &secret).parse().expect("base32 is plain");
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

fn failed(error: &StoreError, answer: impl FnOnce() -> Response) -> Response {
    tracing::error!(%error, "nobody was signed in");
    answer()
}

/// With the time after which it is worth while to try again.
fn again_later(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
    response
}

/// Signs out.
pub(in crate::http) async fn leave(posted: Posted) -> Response {
    let app = &posted.desk.app;
    if let Err(error) = app.store.end_session(posted.desk.id()).await {
        tracing::error!(%error, "a session was not ended");
    }
    let cookie = [(header::SET_COOKIE, COOKIE.set(&app.config, ""))];
    (cookie, Redirect::to(&format!("{}/desk/sign-in", app.config.base_path()))).into_response()
}

/// The page of a link.
pub(in crate::http) async fn welcome(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    match app.store.invited(digest_of(&token), app.clock.now()).await {
        Ok(Some(row)) => welcome_page(&app, StatusCode::OK, &row.name, ""),
        Ok(None) => page::not_found(&app, &headers),
        Err(error) => failed(&error, || page::refused(&app, &headers, StatusCode::SERVICE_UNAVAILABLE)),
    }
}

fn welcome_page(app: &App, status: StatusCode, name: &str, fault: &str) -> Response {
    respond(status, &Welcome { f: Frame::outside(app, "设置密码", !fault.is_empty()), fault, name })
}

/// Sets the password; the link works no longer.
pub(in crate::http) async fn accept(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    client: Client,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = read_form(&body);
    if !is_from_here(&app, &headers) {
        note_refusal(&app, "stranger", "origin-refused", "/desk/welcome", client).await;
        return page::refused(&app, &headers, StatusCode::FORBIDDEN);
    }
    let row = match app.store.invited(digest_of(&token), app.clock.now()).await {
        Ok(Some(row)) => row,
        Ok(None) => return page::not_found(&app, &headers),
        Err(error) => return failed(&error, || page::refused(&app, &headers, StatusCode::SERVICE_UNAVAILABLE)),
    };
    let password = field(&form, "password");
    let fault = match check_password(&row.name, password) {
        Err(error) => texts::password(error),
        Ok(()) if password != field(&form, "again") => "两次输入的密码不一样。",
        Ok(()) => "",
    };
    if !fault.is_empty() {
        return welcome_page(&app, StatusCode::UNPROCESSABLE_ENTITY, &row.name, fault);
    }
    let (rng, typed) = (Arc::clone(&app.rng), password.to_owned());
    let hashed = match hashing(move || hash_password(&typed, &*rng)).await {
        Ok(hashed) => hashed,
        Err(error) => {
            return failed(&error, || {
                again_later(welcome_page(&app, StatusCode::SERVICE_UNAVAILABLE, &row.name, BUSY))
            });
        }
    };
    let said = entry(&*app.clock, &format!("staff:{}", row.name), "password-set", &row.name);
    match app.store.accept_invitation(digest_of(&token), &hashed, said).await {
        Ok(true) => Redirect::to(&format!("{}/desk/sign-in", app.config.base_path())).into_response(),
        Ok(false) => page::not_found(&app, &headers),
        Err(error) => failed(&error, || welcome_page(&app, StatusCode::SERVICE_UNAVAILABLE, &row.name, BUSY)),
    }
}
