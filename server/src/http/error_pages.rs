//! Errors that no endpoint made: an unknown method, a path or query that cannot be read, a time
//! limit. The framework answers them in bare English; here they become what the reader of that
//! address expects.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use haochaping_collector::state::App;

use super::{
    page,
    problem::{Problem, in_language},
};

/// What of a bare answer is kept.
const KEPT: [HeaderName; 2] = [header::ALLOW, header::RETRY_AFTER];
/// What asks here is a program that reads the status alone.
const BARE: [&str; 4] = ["/v/", "/v1/", "/healthz", "/readyz"];

/// Turns a bare error into a problem document under `/api/` and of the ledger, and into a page
/// elsewhere.
pub(super) async fn dress(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let path = path.strip_prefix(app.config.base_path()).unwrap_or(path).to_owned();
    let headers = request.headers().clone();
    // Nothing of ours is called by a name with the character 0, which no database of a server
    // takes.
    let has_nul = request.uri().path_and_query().is_some_and(|uri| uri.as_str().contains("%00"));
    let response =
        if has_nul { StatusCode::BAD_REQUEST.into_response() } else { next.run(request).await };
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_api = ["/api/", "/ledger/"].iter().any(|start| path.starts_with(start));
    let expected = if is_api { "application/problem+json" } else { "text/html" };
    // What a script of ours asks for answers as the API does, wherever it lies.
    let is_dressed =
        is_of_kind(&response, expected) || is_of_kind(&response, "application/problem+json");
    if !is_error || is_dressed || BARE.iter().any(|start| path.starts_with(start)) {
        return response;
    }
    let mut dressed = if is_api {
        in_language(&headers, Problem::of_status(status).into_response())
    } else {
        page::refused(&app, &headers, status)
    };
    for name in KEPT {
        if let Some(value) = response.headers().get(&name) {
            dressed.headers_mut().insert(name, value.clone());
        }
    }
    dressed
}

fn is_of_kind(response: &Response, kind: &str) -> bool {
    let found = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    found.is_some_and(|found| found.starts_with(kind))
}

impl Problem {
    /// A problem of which nothing is known but its status.
    fn of_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => "not-found",
            StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
            StatusCode::REQUEST_TIMEOUT => "timeout",
            StatusCode::PAYLOAD_TOO_LARGE => "too-large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported-encoding",
            _ if status.is_server_error() => "internal",
            _ => "malformed-request",
        };
        Self::new(status, code, "")
    }
}
