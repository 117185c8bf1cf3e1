//! `GET /api/v1/ratings/{lookup}`: how far a rating is, as JSON.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
};
use haochaping::{
    link::{LookupCode, Receipt},
    wire::v1,
};

use crate::{
    app::App,
    http::{citizen::lookup::find, limits::client_address, problem::Problem},
    store::Standing,
};

/// A rating's standing as on the wire.
fn status_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Counts => "accepted",
        Standing::Quarantined => "quarantined",
        Standing::Excluded => "excluded",
    }
}

/// The progress of the rating of a code.
#[utoipa::path(
    get, path = "/api/v1/ratings/{lookup}", tag = "ratings",
    params(("lookup" = String, Path, description = "20 symbols; case, spaces and hyphens do not matter")),
    responses(
        (status = 200, description = "stage and dates; never the level or the text", body = v1::RatingProgress),
        (status = 400, description = "the code has not 20 symbols", body = v1::Problem, content_type = "application/problem+json"),
        (status = 404, description = "no rating has this code", body = v1::Problem, content_type = "application/problem+json"),
        (status = 429, description = "too many look-ups", body = v1::Problem, content_type = "application/problem+json"),
        (status = 500, description = "the store failed", body = v1::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    typed: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Json<v1::RatingProgress>, Problem> {
    if !app.limits.admits_lookup(client_address(peer, &headers, &app.config.trusted_proxies)) {
        return Err(Problem::too_many());
    }
    let malformed = |said: String| Problem::new(StatusCode::BAD_REQUEST, "malformed-lookup", &said);
    let Path(typed) = typed.map_err(|error| malformed(error.body_text()))?;
    let code = LookupCode::parse(&typed).map_err(|error| malformed(error.to_string()))?;
    let found = find(&app, &code).await.map_err(|error| {
        tracing::error!(%error, "a rating was not looked up");
        Problem::internal()
    })?;
    let rating =
        found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "unknown-lookup", "no rating has this code"))?;
    let handling = rating.work_order.map(|(stage, at)| v1::Handling {
        history: vec![v1::HandlingStep { stage: stage.clone(), at: at.to_rfc3339() }],
        stage,
        class: None,
        due_at: None,
        reply: None,
    });
    Ok(Json(v1::RatingProgress {
        receipt: Receipt::of(code.part(), &rating.id).to_string(),
        rated_at: rating.rated_at.to_rfc3339(),
        status: status_name(rating.standing).to_owned(),
        handling,
    }))
}
