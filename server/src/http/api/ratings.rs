//! `POST /api/v1/ratings`: a rating from the widget or the SDK.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use haochaping::{
    rating::{Channel, Violation},
    wire::v1,
};
use haochaping_collector::{
    intake::accept::{Claim, accept},
    state::App,
};

use crate::http::{
    citizen::submit::{entrance, source},
    client::Client,
    json::Sent,
    problem::Problem,
};

/// Accepts one rating. The answer comes after the rating is on disk.
#[utoipa::path(
    post, path = "/api/v1/ratings", operation_id = "createRating", tag = "ratings",
    params(("Idempotency-Key" = Option<String>, Header, description = "the same as `key`")),
    request_body = v1::RatingRequest,
    responses(
        (status = 201, description = "accepted", body = v1::RatingAccepted),
        (status = 200, description = "the same rating had arrived before; the same receipt", body = v1::RatingAccepted),
    )
)]
pub async fn create(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    Sent(request): Sent<v1::RatingRequest>,
) -> Result<(StatusCode, Json<v1::RatingAccepted>), Problem> {
    let via = parse_via(request.via.as_deref()).map_err(|fault| Problem::violations(&[fault]))?;
    let key = request.visit.as_ref().unwrap_or(&request.key);
    if headers.get("idempotency-key").is_some_and(|sent| sent.as_bytes() != key.as_bytes()) {
        return Err(Problem::violations(&[Violation::KeyMismatch]));
    }
    let claim = match &request.visit {
        None => Claim::Ticket { ticket: &request.ticket, key: &request.key },
        Some(visit) => Claim::Visit {
            visit,
            source: source(&app, client, &headers),
            purpose: request.purpose.as_deref(),
        },
    };
    let entrance = entrance(&claim, via.map_or("", Channel::name), &headers);
    let accepted = accept(&app, entrance, claim, request.draft()).await?;
    let status = if accepted.is_replay { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(accepted.answer)))
}

fn parse_via(via: Option<&str>) -> Result<Option<Channel>, Violation> {
    via.map(|name| name.parse().map_err(|_| Violation::ViaUnknown)).transpose()
}
