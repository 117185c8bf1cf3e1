//! Who may have a page, and what they sent: the only ways to a session. A handler that takes none
//! of these knows nobody.

use std::{marker::PhantomData, sync::Arc};

use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use haochaping::form::field::PAGE_TOKEN;
use haochaping_collector::{
    accounts::{
        audit_trail::{AuditAction, AuditActor, record_refusal},
        staff::digest_of,
    },
    state::App,
};
use haochaping_store::StoreError;
use serde::de::DeserializeOwned;

use super::{
    answer::{DeskError, Fault},
    pages::Page,
    saved::Saved,
    session::{COOKIE, Desk, Fields, field},
    sign_in_page::{ask, busy, resume},
    upload::Upload,
};
use crate::http::{client::Client, cookie::is_from_here, page};

/// Somebody who may see a page.
pub(in crate::http) struct Allowed<P> {
    pub(super) desk: Desk,
    page: PhantomData<P>,
}

/// What somebody who may do so sent by a form of a page. `fields` are the same as they came, for
/// what has names of its own.
pub(in crate::http) struct Submitted<P, F = Fields> {
    pub(super) desk: Desk,
    pub(super) form: F,
    pub(super) fields: Fields,
    page: PhantomData<P>,
}

/// What somebody who may do so sent with a file, or why it cannot be taken.
pub(in crate::http) struct Uploaded<P> {
    pub(super) desk: Desk,
    pub(super) upload: Result<Upload, Fault>,
    page: PhantomData<P>,
}

/// A role without the page learns only that there is none; that they asked is recorded.
async fn check_role<P: Page>(desk: &Desk) -> Result<(), Response> {
    if P::ROLES.contains(&desk.session.staff.role) {
        return Ok(());
    }
    desk.record_refusal(AuditAction::PageRefused, P::PATH).await;
    Err(DeskError::gone(desk).into_response())
}

/// A form of another site is refused, and recorded.
async fn check_origin(
    app: &App,
    headers: &HeaderMap,
    client: Client,
    path: &str,
    found: &Result<Option<Desk>, StoreError>,
) -> Result<(), Response> {
    if is_from_here(app, headers) {
        return Ok(());
    }
    match found {
        Ok(Some(desk)) => desk.record_refusal(AuditAction::OriginRefused, path).await,
        _ => {
            record_refusal(
                app,
                &AuditActor::Stranger,
                AuditAction::OriginRefused,
                path,
                client.address,
            )
            .await;
        }
    }
    Err(page::refused(app, headers, StatusCode::FORBIDDEN))
}

/// Whether a body says that it is no longer than any text of the desk.
fn is_short(headers: &HeaderMap) -> bool {
    const TEXT_BYTES: u64 = 32 * 1024;
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length <= TEXT_BYTES)
}

impl<S: Send + Sync, P: Page> FromRequestParts<S> for Allowed<P>
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let app = Arc::<App>::from_ref(state);
        let path = parts.uri.path().to_owned();
        let client =
            Client::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let found = Desk::read(Arc::clone(&app), client, &parts.headers).await;
        let mut desk = match found {
            Ok(found) => found.ok_or_else(|| ask(&app, &path, ""))?,
            Err(_) => return Err(busy(&app, &path, "")),
        };
        check_role::<P>(&desk).await?;
        desk.saved = Saved::read(&desk, &parts.headers);
        Ok(Self { desk, page: PhantomData })
    }
}

impl<S: Send + Sync, P: Page, F: DeserializeOwned> FromRequest<S> for Submitted<P, F>
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let app = Arc::<App>::from_ref(state);
        let (mut parts, body) = request.into_parts();
        let client = Client::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let (path, headers) = (parts.uri.path().to_owned(), parts.headers.clone());
        let found = Desk::read(Arc::clone(&app), client, &headers).await;
        check_origin(&app, &headers, client, &path, &found).await?;
        // Nobody loses what was written because a session ended meanwhile; who never had one does
        // not write that much.
        if COOKIE.read(&app.config, &headers).is_none() && !is_short(&headers) {
            return Err(ask(&app, &path, ""));
        }
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let fields = Fields::read(&body);
        let desk = match found {
            Ok(Some(desk)) => desk,
            Ok(None) => return Err(ask(&app, &path, &fields.without_password())),
            Err(_) => return Err(busy(&app, &path, &fields.without_password())),
        };
        // The rating form carries its token under a name of its own.
        let token = Some(fields.get("csrf"))
            .filter(|token| !token.is_empty())
            .unwrap_or(fields.get(PAGE_TOKEN));
        if digest_of(token) != digest_of(&desk.csrf()) {
            return Err(resume(&desk, &path, &fields.0));
        }
        check_role::<P>(&desk).await?;
        let form = fields.parse().map_err(|_| StatusCode::BAD_REQUEST.into_response())?;
        Ok(Self { desk, form, fields, page: PhantomData })
    }
}

impl<S: Send + Sync, P: Page> FromRequest<S> for Uploaded<P>
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let app = Arc::<App>::from_ref(state);
        let (mut parts, body) = request.into_parts();
        let client = Client::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let path = parts.uri.path().to_owned();
        let found = Desk::read(Arc::clone(&app), client, &parts.headers).await;
        let Ok(Some(_)) = &found else {
            return Err(if found.is_ok() { ask(&app, &path, "") } else { busy(&app, &path, "") });
        };
        check_origin(&app, &parts.headers, client, &path, &found).await?;
        let Ok(Some(desk)) = found else { return Err(ask(&app, &path, "")) };
        check_role::<P>(&desk).await?;
        let upload = match Upload::read(Request::from_parts(parts, body)).await {
            Ok(upload) if digest_of(field(&upload.fields, "csrf")) == digest_of(&desk.csrf()) => {
                Ok(upload)
            }
            Ok(_) => Err(Fault {
                status: StatusCode::FORBIDDEN,
                ..Fault::typed("页面已过期，请再选一次文件。")
            }),
            Err(message) => Err(Fault::typed(message)),
        };
        Ok(Self { desk, upload, page: PhantomData })
    }
}
