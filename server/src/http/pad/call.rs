//! What a pad says of its call, and the code by which it is answered on the person's own phone.

use std::sync::Arc;

use axum::{
    extract::{FromRequest as _, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::{
    call::CallAction,
    link::Ticket,
    qr::{Layout, Matrix},
};
use haochaping_collector::{config::Config, halls::calls, state::App};
use haochaping_store::window::Call;
use serde::Deserialize;

use super::device::Device;
use crate::http::{json::Sent, problem::Problem};

/// A step.
#[derive(Debug, Deserialize)]
struct Step {
    /// `show`, `extend` or `run-out`.
    action: String,
}

/// `POST /pad/{window}/calls/{call}`: shown, extended or run out. What has ended stays as it ended.
pub async fn step(
    State(app): State<Arc<App>>,
    Path((window, call)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Result<StatusCode, Problem> {
    let call = find(&app, &headers, &window, &call).await?;
    let Sent(Step { action }) = Sent::from_request(request, &()).await?;
    let action = CallAction::of_pad(&action).ok_or_else(|| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unknown-action",
            "action is show, extend or run-out",
        )
    })?;
    let moved =
        calls::step(&app, call.id, action).await.map_err(|error| Problem::of_store(&error))?;
    let ended = || Problem::new(StatusCode::CONFLICT, "call-ended", "this call has ended");
    moved.map(|_| StatusCode::NO_CONTENT).ok_or_else(ended)
}

/// `GET /pad/{window}/calls/{call}/code.svg`: the single-use link of the visit.
pub async fn code(
    State(app): State<Arc<App>>,
    Path((window, call)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let call = find(&app, &headers, &window, &call).await?;
    let ticket = Ticket { part: call.part, service: call.service, last_day: call.ticket_day };
    let link = scanned(&app.config, &ticket.mint(&app.keys().ticket));
    let drawn = Layout::of(&link).and_then(|layout| Matrix::encode(&link, layout));
    let drawn = drawn.map_err(|error| {
        tracing::error!(%error, "a code was not drawn");
        Problem::internal()
    })?;
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, drawn.to_svg()).into_response())
}

/// A ticket's link as it is scanned: all upper case where that leads to the same place, since its
/// code is smaller then.
pub(super) fn scanned(config: &Config, ticket: &str) -> String {
    let link = config.url(&format!("/R/{ticket}"));
    if config.base_path().is_empty() { link.to_uppercase() } else { link }
}

async fn find(app: &App, headers: &HeaderMap, window: &str, call: &str) -> Result<Call, Problem> {
    Device::at(app, headers, window).await?;
    let unknown = || {
        Problem::new(StatusCode::NOT_FOUND, "unknown-call", "there is no such call at this window")
    };
    let id = uuid::Uuid::try_parse(call).map_err(|_| unknown())?.into_bytes();
    let found = app.store.call(id).await.map_err(|error| Problem::of_store(&error))?;
    found.filter(|call| call.window == window).ok_or_else(unknown)
}
