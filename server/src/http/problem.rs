//! Errors of the API: `application/problem+json` (RFC 9457) with a stable code.

use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::{rating::Violation, wire::v1, work_order::Refused};

use crate::{accept::Refusal, orders::HistoryError, store::StoreError};

/// How long a busy collector asks to wait, in seconds.
pub const RETRY_AFTER_SECONDS: u64 = 2;
/// How long a collector whose disk takes nothing asks to wait: somebody has to make room.
const RETRY_AFTER_ROOM_SECONDS: u64 = 30;
const UNWRITABLE: &str = "storage-unavailable";

/// An error answer.
#[derive(Debug)]
pub struct Problem(Box<v1::Problem>);

impl Problem {
    /// A problem with a stable code and a title in English for engineers; people read the pages' texts.
    pub fn new(status: StatusCode, code: &str, title: &str) -> Self {
        Self(Box::new(v1::Problem {
            kind: format!("urn:haochaping:problem:{code}"),
            title: title.into(),
            status: status.as_u16(),
            code: code.into(),
            violations: Vec::new(),
            rated_on: None,
        }))
    }

    /// 422 with everything that is wrong.
    pub fn violations(faults: &[Violation]) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-rating", "the rating breaks rules");
        problem.0.violations = faults.iter().map(v1::Violation::from).collect();
        problem
    }

    /// 422 with faults of fields.
    pub fn faults(code: &str, title: &str, faults: Vec<v1::Violation>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, title);
        problem.0.violations = faults;
        problem
    }

    /// 422 for a text that is too long.
    pub fn too_long(field: &str, max: usize, found: usize) -> Self {
        let title = format!("{field} has {found} characters, {max} are allowed");
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-action", &title);
        let (field, code) = (field.to_owned(), "too-long".to_owned());
        problem.0.violations =
            vec![v1::Violation { field, code, max: Some(max), found: Some(found), ..Default::default() }];
        problem
    }

    /// 422 for a text that is missing.
    pub fn required(field: &str) -> Self {
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-action", &format!("{field} is required"));
        let (field, code) = (field.to_owned(), "required".to_owned());
        problem.0.violations = vec![v1::Violation { field, code, ..Default::default() }];
        problem
    }

    /// The status and the stable code.
    pub fn said(&self) -> (u16, &str) {
        (self.0.status, &self.0.code)
    }

    /// 422 with the rule that an action on a work order breaks.
    pub fn action(refused: &Refused) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, refused.code(), &refused.to_string());
        if let Refused::Input { field, code } = refused {
            let fault = v1::Violation { field: (*field).to_owned(), code: (*code).to_owned(), ..Default::default() };
            problem.0.violations = vec![fault];
        }
        problem
    }

    /// The store failed; nothing more is said to the outside.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the collector failed")
    }

    /// The store did not answer.
    pub fn of_store(error: &StoreError) -> Self {
        match error {
            // The store says so itself, once.
            StoreError::Unwritable(_) => return Self::unwritable(),
            StoreError::Row(_) => {
                let title = "a value holds a character that cannot be stored";
                return Self::new(StatusCode::BAD_REQUEST, "malformed-text", title);
            }
            error => tracing::error!(%error, "the store did not answer"),
        }
        if error.is_temporary() { Self::busy() } else { Self::internal() }
    }

    /// A history was not read.
    pub fn of_history(error: &HistoryError) -> Self {
        if let HistoryError::Store(error) = error {
            return Self::of_store(error);
        }
        tracing::error!(%error, "a work order was not read");
        Self::internal()
    }

    /// No room now.
    pub fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "the collector is busy")
    }

    /// The disk takes nothing.
    pub fn unwritable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, UNWRITABLE, "nothing can be stored now; nothing was changed")
    }

    /// Too often.
    pub fn too_many() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "too many requests for one link or address")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Violations(faults) => Self::violations(&faults),
            Refusal::AlreadyRated(on) => {
                let mut problem = Self::new(StatusCode::CONFLICT, "already-rated", "the service has been rated");
                problem.0.rated_on = Some(on.to_string());
                problem
            }
            Refusal::KeyReused(_) => Self::violations(&[Violation::KeyReused]),
            Refusal::TooMany => Self::too_many(),
            Refusal::Busy => Self::busy(),
            Refusal::Unwritable => Self::unwritable(),
            Refusal::Failed => Self::internal(),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is too large")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", "the body is not application/json")
            }
            // The parser names line and column, and of the content only names of fields and types.
            _ => Self::new(StatusCode::BAD_REQUEST, "malformed-json", &rejection.body_text()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = if self.0.code == UNWRITABLE { RETRY_AFTER_ROOM_SECONDS } else { RETRY_AFTER_SECONDS };
        let mut response = (status, Json(self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
