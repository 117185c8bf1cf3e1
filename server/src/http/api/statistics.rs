//! `GET /api/v1/statistics`: the public figures as JSON.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::{identifier::Uscc, region::Region, wire::v1};
use serde::Deserialize;

use crate::{app::App, http::problem::Problem};

/// What to count.
#[derive(Debug, Deserialize)]
pub struct Asked {
    region: Option<String>,
    agency: Option<String>,
}

/// The exact published counts of a region, of one agency or all.
#[utoipa::path(
    get, path = "/api/v1/statistics", tag = "statistics",
    params(
        ("region" = Option<String>, Query, description = "a region code; without it the root"),
        ("agency" = Option<String>, Query, description = "the credit code of an agency; without it all"),
    ),
    responses(
        (status = 200, description = "the figures", body = v1::Statistics),
        (status = 400, description = "not a region or credit code", body = v1::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let malformed =
        |field: &str, said: String| Problem::new(StatusCode::BAD_REQUEST, &format!("malformed-{field}"), &said);
    let Query(asked) = asked.map_err(|error| malformed("query", error.body_text()))?;
    let region = match asked.region.as_deref().filter(|code| !code.is_empty()) {
        None => app.config.root_region,
        Some(code) => code.parse::<Region>().map_err(|error| malformed("region", error.to_string()))?,
    };
    let agency = match asked.agency.as_deref().filter(|code| !code.is_empty()) {
        None => String::new(),
        Some(code) => Uscc::parse(code).map_err(|error| malformed("agency", error.to_string()))?.to_string(),
    };
    let (counts, as_of) = app.figures.published(region, &agency);
    let aside = app.figures.aside(region, &agency);
    let body = Json(v1::Statistics {
        region: region.to_string(),
        as_of: as_of.to_rfc3339(),
        counts,
        good: counts.good(),
        bad: counts.bad(),
        good_rate: counts.good_rate(),
        handling: Some(app.handled.published(region, &agency).into()),
        quarantined: aside.quarantined,
        excluded: aside.excluded,
        probes: aside.probes,
    });
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=1")),
    ];
    Ok((headers, body).into_response())
}
