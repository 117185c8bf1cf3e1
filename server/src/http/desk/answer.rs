//! How the desk answers: a step that was taken with a banner on the next page, anything else with
//! what was wrong.

use std::{borrow::Cow, sync::Arc};

use super::{
    frame::{Frame, gone},
    saved::Saved,
    session::Desk,
};
use crate::http::cookie::Cookie;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use haochaping::link::base32;
use haochaping_collector::{
    accounts::staff::digest_of, state::App, work_orders::act::HistoryError,
};
use haochaping_store::StoreError;

/// The store is busy, or the disk takes nothing.
pub(super) const BUSY: &str = "系统繁忙，没有成功。请稍后再试。";
/// A form without its button.
pub(super) const CHOOSE: &str = "请选择要进行的操作。";
/// Carries the banner to the next page.
const COOKIE: Cookie = Cookie { name: "hcp-desk-saved", keeps: false };

/// The answer of a handler.
pub(in crate::http) type Answer = Result<Response, DeskError>;

/// Why a step was not taken.
pub(in crate::http) enum DeskError {
    /// What was sent cannot be taken; the page comes back with it.
    Fault(Fault),
    /// There is no such page or thing within their scope.
    Gone(Box<Frame>),
    /// The store failed.
    Store(StoreError),
}

/// What is wrong with a form, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Fault {
    /// 422 for what was typed, 409 for what has changed meanwhile, 503 for a busy store.
    pub(super) status: StatusCode,
    /// The field at fault; `None` for the form as a whole.
    pub(super) field: Option<&'static str>,
    /// What is wrong and what to do.
    pub(super) message: Cow<'static, str>,
}

impl Fault {
    /// What was typed cannot be taken.
    pub(super) fn typed(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, field: None, message: message.into() }
    }

    /// A field cannot be taken.
    pub(super) fn at(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field), ..Self::typed(message) }
    }

    /// It has changed meanwhile.
    pub(super) fn moved(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::CONFLICT, ..Self::typed(message) }
    }

    /// Nothing was changed, and it may work later.
    pub(super) fn busy() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, ..Self::typed(BUSY) }
    }
}

impl From<Fault> for DeskError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<HistoryError> for DeskError {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Store(error) => Self::Store(error),
            broken => Self::Store(StoreError::Failed(broken.to_string())),
        }
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl DeskError {
    /// What was typed cannot be taken.
    pub(super) fn typed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Fault(Fault::typed(message))
    }

    /// There is no such thing within their scope.
    pub(super) fn gone(desk: &Desk) -> Self {
        Self::Gone(Box::new(Frame::inside(desk, "", "没有找到", true)))
    }

    /// What the page of a form says of it: of a store that failed, that it is busy.
    ///
    /// # Errors
    /// What no form can say: that there is no such thing.
    pub(super) fn into_fault(self) -> Result<Fault, Self> {
        match self {
            Self::Fault(fault) => Ok(fault),
            Self::Store(error) => {
                tracing::error!(%error, "a step of the desk was not taken");
                Ok(Fault::busy())
            }
            Self::Gone(frame) => Err(Self::Gone(frame)),
        }
    }
}

impl IntoResponse for DeskError {
    fn into_response(self) -> Response {
        match self {
            Self::Gone(frame) => gone(*frame),
            // No form stands behind it; `error_pages` shows it as a page.
            Self::Fault(fault) => fault.status.into_response(),
            Self::Store(error) => {
                tracing::error!(%error, "a page of the desk was not read");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

impl Saved {
    /// Goes on to a page of the desk, which shows the banner once.
    pub(super) fn show_at(&self, desk: &Desk, path: &str) -> Response {
        let to = Redirect::to(&format!("{}{path}", desk.app.config.base_path()));
        let cookie = COOKIE.set(&desk.app.config, &self.seal(desk));
        ([(header::SET_COOKIE, cookie)], to).into_response()
    }

    fn seal(&self, desk: &Desk) -> String {
        let json = serde_json::to_vec(self).expect("two texts are JSON");
        let text = BASE64_URL_SAFE_NO_PAD.encode(json);
        format!("{text}.{}", mark(desk, &text))
    }

    /// The banner of a request, if this session wrote it: nobody else can have a page say that
    /// something was done.
    pub(super) fn read(desk: &Desk, headers: &HeaderMap) -> Option<Self> {
        let value = COOKIE.read(&desk.app.config, headers)?;
        let (text, found) = value.split_once('.')?;
        if digest_of(found) != digest_of(&mark(desk, text)) {
            return None;
        }
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

/// Binds a banner to its session.
fn mark(desk: &Desk, text: &str) -> String {
    base32::encode(&digest_of(&format!("hcp-saved-1\0{}\0{text}", desk.csrf()))[..15])
}

/// Takes the banner away with the answer that shows it.
pub(in crate::http) async fn show_banner_once(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let has_banner =
        request.method() == Method::GET && COOKIE.read(&app.config, request.headers()).is_some();
    let mut response = next.run(request).await;
    if has_banner && response.status().is_success() {
        let cookie = COOKIE.set(&app.config, "").parse().expect("an empty cookie is plain");
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
