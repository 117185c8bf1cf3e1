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
    accounts::{
        audit_trail::{AuditAction, AuditActor, entry, record_refusal},
        staff::{check_password, digest_of, hash_password},
    },
    intake::limits::Use,
    ports::random,
    state::App,
};
use haochaping_store::StoreError;
use serde::Deserialize;

use super::{
    answer::BUSY,
    extract::Submitted,
    frame::{Frame, respond},
    pages::Everybody,
    password::{WRONG, admit, hashing},
    session::{COOKIE, Desk, Fields},
    sign_in_page::{own_path, resume, sign_in},
    texts,
};
use crate::http::{client::Client, cookie::is_from_here, page, problem::RETRY_AFTER_SECONDS};

const TOO_MANY: &str = "尝试过于频繁，请稍后再试。";

#[derive(Template)]
#[template(path = "desk/welcome.html")]
struct Welcome<'a> {
    f: Frame,
    fault: &'a str,
    name: &'a str,
}

/// Where the sign-in page leads.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct Params {
    #[serde(default)]
    next: String,
}

/// The form.
pub(in crate::http) async fn form(
    State(app): State<Arc<App>>,
    Query(params): Query<Params>,
) -> Response {
    sign_in(&app, StatusCode::OK, "", "", own_path(&app, &params.next), "")
}

/// Signs in. The session is a new one, whatever cookie came along.
pub(in crate::http) async fn submit(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Fields::read(&body);
    let (name, kept) = (form.get("name").trim().to_lowercase(), form.get("kept"));
    let next = own_path(&app, form.get("next"));
    let again = |status, fault| sign_in(&app, status, fault, &name, next, kept);
    if !is_from_here(&app, &headers) {
        record_refusal(
            &app,
            &AuditActor::SignIn,
            AuditAction::OriginRefused,
            &name,
            client.address,
        )
        .await;
        return again(StatusCode::FORBIDDEN, WRONG);
    }
    if !app.limits.admits_network(client.network(), Use::SignIn) {
        return again(StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
    }
    let row = match admit(&app, &name, client, form.get("password")).await {
        Ok(Some(row)) => row,
        Ok(None) => return again(StatusCode::UNPROCESSABLE_ENTITY, WRONG),
        Err(error) => {
            return failed(&error, || again_later(again(StatusCode::SERVICE_UNAVAILABLE, BUSY)));
        }
    };
    let secret = base32::encode(&random::<32>(&*app.rng));
    let recorded =
        entry(&*app.clock, &AuditActor::Staff(name.clone()), AuditAction::SignedIn, &name);
    match app
        .store
        .begin_session(digest_of(&secret), &row, &client.network().to_string(), recorded)
        .await
    {
        Ok(true) => {}
        Ok(false) => return again(StatusCode::UNPROCESSABLE_ENTITY, WRONG),
        Err(error) => {
            return failed(&error, || again_later(again(StatusCode::SERVICE_UNAVAILABLE, BUSY)));
        }
    }
    let to = format!("{}{next}", app.config.base_path());
    let mut response = match app.store.session(digest_of(&secret)).await {
        Ok(Some(session)) if !kept.is_empty() => {
            let desk = Desk::begun(Arc::clone(&app), session, client, secret.clone());
            resume(&desk, next, &Fields::read(kept.as_bytes()).0)
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
pub(in crate::http) async fn leave(Submitted { desk, .. }: Submitted<Everybody>) -> Response {
    let app = &desk.app;
    if let Err(error) = app.store.end_session(desk.id()).await {
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
        Err(error) => {
            failed(&error, || page::refused(&app, &headers, StatusCode::SERVICE_UNAVAILABLE))
        }
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
    let form = Fields::read(&body);
    if !is_from_here(&app, &headers) {
        record_refusal(
            &app,
            &AuditActor::Stranger,
            AuditAction::OriginRefused,
            "/desk/welcome",
            client.address,
        )
        .await;
        return page::refused(&app, &headers, StatusCode::FORBIDDEN);
    }
    let row = match app.store.invited(digest_of(&token), app.clock.now()).await {
        Ok(Some(row)) => row,
        Ok(None) => return page::not_found(&app, &headers),
        Err(error) => {
            return failed(&error, || {
                page::refused(&app, &headers, StatusCode::SERVICE_UNAVAILABLE)
            });
        }
    };
    let password = form.get("password");
    let fault = match check_password(&row.name, password) {
        Err(error) => texts::password(error),
        Ok(()) if password != form.get("again") => "两次输入的密码不一样。",
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
    let recorded = entry(
        &*app.clock,
        &AuditActor::Staff(row.name.clone()),
        AuditAction::PasswordSet,
        &row.name,
    );
    match app.store.accept_invitation(digest_of(&token), &hashed, recorded).await {
        Ok(true) => {
            Redirect::to(&format!("{}/desk/sign-in", app.config.base_path())).into_response()
        }
        Ok(false) => page::not_found(&app, &headers),
        Err(error) => {
            failed(&error, || welcome_page(&app, StatusCode::SERVICE_UNAVAILABLE, &row.name, BUSY))
        }
    }
}
