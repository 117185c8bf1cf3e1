//! Who sits at the desk. A session is a random cookie; of it the store has the digest, and every form of a page has a token
//! that follows from it.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use haochaping::{calendar::Instant, form::field::PAGE_TOKEN, link::base32};
use haochaping_collector::{
    accounts::staff::{SESSION_IDLE_MILLIS, SESSION_MAX_MILLIS, digest_of, entry},
    state::App,
};
use haochaping_store::{
    StoreError,
    staff::{Digest, Session},
};
use sha2::{Digest as _, Sha256};

use super::{frame::pages_of, list::not_found, sign_in};
use crate::http::{
    client::Client,
    cookie::{Cookie, is_from_here},
    page,
};

const TOUCH_MILLIS: i64 = 60_000;
/// The most of what somebody asked for that is put on record.
const ABOUT_MAX: usize = 100;
/// Ends with the browser.
pub(super) const COOKIE: Cookie = Cookie { name: "hcp-desk", keeps: false };

/// Somebody at the desk.
pub(in crate::http) struct Desk {
    pub(super) app: Arc<App>,
    pub(super) session: Session,
    /// Where they sit.
    pub(super) client: Client,
    secret: String,
}

/// What somebody at the desk posted, by a form of ours.
pub(in crate::http) struct Posted {
    pub(super) desk: Desk,
    pub(super) form: Vec<(String, String)>,
}

impl Desk {
    /// The token of this session's forms.
    pub(super) fn csrf(&self) -> String {
        let digest: [u8; 32] = Sha256::digest([b"hcp-csrf-1\0", self.secret.as_bytes()].concat()).into();
        base32::encode(&digest[..20])
    }

    /// The answer to somebody whose role has not this page: it is not there. That they asked is on record.
    pub(super) async fn lacks(&self, page: &str) -> Option<Response> {
        if pages_of(self.session.staff.role).any(|(href, _)| href == page) {
            return None;
        }
        self.note_refusal("page-refused", page).await;
        Some(not_found(self))
    }

    /// Puts on record that something was refused to them.
    pub(super) async fn note_refusal(&self, what: &str, about: &str) {
        let who = format!("staff:{}", self.session.staff.name);
        note_refusal(&self.app, &who, what, about, self.client).await;
    }

    /// A session that began with this request.
    pub(super) fn begun(app: Arc<App>, session: Session, client: Client, secret: String) -> Self {
        Self { app, session, client, secret }
    }

    /// What the store knows the session by.
    pub(super) fn id(&self) -> Digest {
        digest_of(&self.secret)
    }

    async fn of(app: Arc<App>, client: Client, headers: &HeaderMap) -> Result<Option<Self>, StoreError> {
        let Some(secret) = COOKIE.read(&app.config, headers) else { return Ok(None) };
        let now = app.clock.now();
        let found = app.store.session(digest_of(&secret)).await;
        let found = found.inspect_err(|error| tracing::error!(%error, "a session was not read"))?;
        let Some(session) = found.filter(|session| !is_over(session, now)) else { return Ok(None) };
        if now.millis() - session.last_at.millis() > TOUCH_MILLIS
            && let Err(error) = app.store.touch_session(digest_of(&secret), now).await
        {
            tracing::warn!(%error, "the use of a session was not noted");
        }
        Ok(Some(Self { app, session, client, secret }))
    }
}

/// Puts on record that something was refused, with the address that it was asked from. Nobody's answer waits for a store that
/// does not take it.
pub(in crate::http) async fn note_refusal(app: &App, who: &str, what: &str, about: &str, client: Client) {
    let about: String = about.chars().filter(|one| !one.is_control()).take(ABOUT_MAX).collect();
    let entry = entry(&*app.clock, who, what, format!("{about} {}", client.address).trim());
    if let Err(error) = app.store.record(entry).await {
        tracing::warn!(%error, what, "a refusal is not on record");
    }
}

/// Whether nobody used it for too long, or it began too long ago.
fn is_over(session: &Session, now: Instant) -> bool {
    let since = |at: Instant| now.millis() - at.millis();
    since(session.last_at) > SESSION_IDLE_MILLIS || since(session.created_at) > SESSION_MAX_MILLIS
}

impl Posted {
    /// A field, empty if it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        field(&self.form, name)
    }
}

/// Whether a body says that it is no longer than any text of the desk.
fn is_short(headers: &HeaderMap) -> bool {
    const TEXT_BYTES: u64 = 32 * 1024;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length <= TEXT_BYTES)
}

/// A field, empty if it is missing.
pub(super) fn field<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
}

/// A posted form.
pub(super) fn read_form(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

impl<S: Send + Sync> FromRequestParts<S> for Desk
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let app = Arc::<App>::from_ref(state);
        let path = parts.uri.path().to_owned();
        let client = Client::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        match Self::of(Arc::clone(&app), client, &parts.headers).await {
            Ok(found) => found.ok_or_else(|| sign_in::ask(&app, &path, "")),
            Err(_) => Err(sign_in::busy(&app, &path, "")),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let app = Arc::<App>::from_ref(state);
        let (mut parts, body) = request.into_parts();
        let client = Client::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        let (path, headers) = (parts.uri.path().to_owned(), parts.headers.clone());
        let found = Desk::of(Arc::clone(&app), client, &headers).await;
        if !is_from_here(&app, &headers) {
            match &found {
                Ok(Some(desk)) => desk.note_refusal("origin-refused", &path).await,
                _ => note_refusal(&app, "stranger", "origin-refused", &path, client).await,
            }
            return Err(page::refused(&app, &headers, StatusCode::FORBIDDEN));
        }
        // Nobody loses what was written because a session ended meanwhile; who never had one does not write that much.
        if COOKIE.read(&app.config, &headers).is_none() && !is_short(&headers) {
            return Err(sign_in::ask(&app, &path, ""));
        }
        let request = Request::from_parts(parts, body);
        let body = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let form = read_form(&body);
        let written = form.iter().filter(|(name, _)| name != "password");
        let kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(written).finish();
        let desk = match found {
            Ok(Some(desk)) => desk,
            Ok(None) => return Err(sign_in::ask(&app, &path, &kept)),
            Err(_) => return Err(sign_in::busy(&app, &path, &kept)),
        };
        let posted = Self { desk, form };
        // The rating form carries its token under a name of its own.
        let found = Some(posted.get("csrf")).filter(|found| !found.is_empty()).unwrap_or(posted.get(PAGE_TOKEN));
        let expected = posted.desk.csrf();
        let is_same = digest_of(found) == digest_of(&expected);
        if is_same { Ok(posted) } else { Err(sign_in::resume(&posted.desk, &path, &posted.form)) }
    }
}

#[cfg(test)]
mod tests {
    use haochaping::work_order::Role;

    use super::*;
    use haochaping_collector::{accounts::staff::account, ports::SystemClock};

    #[test]
    fn a_session_ends_30_minutes_after_its_last_use_and_12_hours_after_its_start() {
        const MINUTE: i64 = 60_000;
        let staff = account("root", Role::Administrator.name(), "", "", &SystemClock).unwrap();
        let at = Instant::from_millis;
        let over = |last: i64, now: i64| {
            is_over(&Session { staff: staff.clone(), created_at: at(0), last_at: at(last * MINUTE) }, at(now * MINUTE))
        };
        assert!(!over(0, 30) && over(0, 31));
        assert!(!over(715, 720) && over(720, 721), "used to the last, and over all the same");
    }
}
