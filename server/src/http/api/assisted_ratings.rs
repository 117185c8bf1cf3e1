//! `POST /api/v1/assisted-ratings`: a rating that an operator of a hotline or hall entered in their
//! own system.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use haochaping::{
    identifier::fold_number, link::part_of, rating::Channel, text::trimmed, wire::v1,
};
use haochaping_collector::{
    intake::assist::{CHANNELS, Operator, enter, follow},
    state::App,
};

use super::key::{Enter, Keyed};
use crate::http::{json::Sent, problem::Problem};

/// Accepts a rating that was read back to the person. The answer comes after it is on disk.
#[utoipa::path(
    post, path = "/api/v1/assisted-ratings", operation_id = "enterAssistedRating", tag = "ratings", security(("api_key" = [])),
    request_body = v1::AssistedRating,
    responses(
        (status = 201, description = "accepted", body = v1::RatingAccepted),
        (status = 200, description = "the same rating had arrived before; the same receipt", body = v1::RatingAccepted),
    )
)]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Keyed<Enter>,
    Sent(request): Sent<v1::AssistedRating>,
) -> Result<(StatusCode, Json<v1::RatingAccepted>), Problem> {
    let number = fold_number(trimmed(&request.operator));
    if number.is_empty() {
        return Err(Problem::required("operator"));
    }
    if number.chars().count() > 40 {
        return Err(Problem::too_long("operator", 40, number.chars().count()));
    }
    if !request.read_back {
        return Err(Problem::required("read_back"));
    }
    let channel =
        request.channel.parse::<Channel>().ok().filter(|channel| CHANNELS.contains(channel));
    let channel = channel.ok_or_else(|| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid-channel",
            "expected channel phone or hall_terminal",
        )
    })?;
    let operator = Operator {
        who: format!("api:{} {number}", caller.key),
        agencies: caller.agencies.iter().cloned().collect(),
        regions: caller.regions.clone(),
    };
    let (authority, case) = (&request.authority, &fold_number(&request.case_number));
    let found = app.store.services_of_case(part_of(authority, case), authority, case).await;
    let found = found.map_err(|error| Problem::of_store(&error))?;
    let service = found
        .into_iter()
        .find(|one| one.service_number == request.service_number && operator.sees(one));
    let mut service = service.ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "unknown-service",
            "no such service in the key's regions",
        )
    })?;
    follow(&app, &mut service).await.map_err(|error| Problem::of_store(&error))?;
    if !operator.may_enter(&service) {
        let message = "nobody enters what is said of their own body";
        return Err(Problem::new(StatusCode::FORBIDDEN, "own-agency", message));
    }
    let key = request.key.clone();
    let accepted = enter(&app, &operator, &service, channel, &key, request.draft()).await?;
    let status = if accepted.is_replay { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(accepted.answer)))
}
