//! `POST /pad/{window}/ratings`: a rating given on a pad, now or while it had no network. A device
//! that was unpaired meanwhile still hands over what was given on it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest as _, Path, Request, State},
    http::{HeaderMap, StatusCode},
};
use haochaping::{
    call::CallAction,
    rating::{Channel, Provenance},
    wire::v1,
};
use haochaping_collector::{
    halls::calls,
    intake::accept::{Accepted, Claim, Entrance, Refusal, accept},
    state::App,
};

use super::device::Device;
use crate::http::{json, json::Sent, problem::Problem};

/// Accepts one rating. The answer comes after the rating is on disk.
pub async fn create(
    State(app): State<Arc<App>>,
    Path(_window): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<v1::RatingAccepted>), Problem> {
    Device::known(&app, &headers).await?;
    let Sent(sent) = Sent::<v1::PadRating>::from_request(request, &()).await?;
    let request = open(&app, &sent)?;
    let entrance = Entrance { channel: Channel::HallPad, provenance: Provenance::Citizen };
    let claim = Claim::Ticket { ticket: &request.ticket, key: &request.key };
    let accepted = accept(&app, entrance, claim, request.draft()).await;
    if matches!(accepted, Ok(_) | Err(Refusal::AlreadyRated(_))) {
        end_call(&app, &sent.call).await;
    }
    let Accepted { answer, is_replay, .. } = accepted?;
    Ok((if is_replay { StatusCode::OK } else { StatusCode::CREATED }, Json(answer)))
}

/// The rating in it.
fn open(app: &App, sent: &v1::PadRating) -> Result<v1::RatingRequest, Problem> {
    let malformed = |title: &str| Problem::new(StatusCode::BAD_REQUEST, "malformed-rating", title);
    match (&sent.rating, &sent.sealed) {
        (Some(rating), None) => Ok(rating.clone()),
        (None, Some(sealed)) => {
            let opened = app.keys().pad.open(&sent.call, sealed).ok_or_else(|| {
                Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "not-opened",
                    "this was not sealed to this collector",
                )
            })?;
            json::read(&opened).map_err(|_| malformed("what was sealed is not a rating"))
        }
        _ => Err(malformed("either rating or sealed is sent")),
    }
}

/// The rating is on disk whatever becomes of its call, which is settled within seconds otherwise.
async fn end_call(app: &App, call: &str) {
    let Ok(id) = uuid::Uuid::try_parse(call) else { return };
    if let Err(error) = calls::step(app, id.into_bytes(), CallAction::Rate).await {
        tracing::warn!(%error, "a call that was answered was not ended");
    }
}
