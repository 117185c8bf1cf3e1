//! `GET /api/v1/ratings/{lookup}`: how far a rating is, as JSON.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use haochaping::{
    calendar::Instant,
    link::{LookupCode, Receipt},
    wire::v1,
    work_order::Stage,
};
use haochaping_collector::{intake::limits::Use, state::App};
use haochaping_store::Standing;

use crate::http::{
    citizen::{
        handling::{self, Handling},
        lookup::find,
    },
    client::Client,
    problem::Problem,
};

/// A rating's standing as on the wire.
fn status_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Counts => "accepted",
        Standing::Quarantined => "quarantined",
        Standing::Excluded => "excluded",
    }
}

fn to_wire(found: Handling) -> v1::Handling {
    let step = |(stage, at): (Stage, Instant)| v1::HandlingStep {
        stage: stage.name().into(),
        at: at.to_rfc3339(),
    };
    v1::Handling {
        stage: found.steps.last().map_or(Stage::Opened, |(stage, _)| *stage).name().to_owned(),
        class: found.class.map(|class| class.name().to_owned()),
        due_at: found.due.map(|due| due.at.to_rfc3339()),
        reply: found.reply,
        history: found.steps.into_iter().map(step).collect(),
    }
}

/// The progress of the rating of a code.
#[utoipa::path(
    get, path = "/api/v1/ratings/{lookup}", operation_id = "getRatingProgress", tag = "ratings",
    params(("lookup" = String, Path, description = "20 symbols; case, spaces and hyphens do not matter")),
    responses(
        (status = 200, description = "stage and dates; never the level or the text", body = v1::RatingProgress),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    client: Client,
    typed: Result<Path<String>, PathRejection>,
) -> Result<Json<v1::RatingProgress>, Problem> {
    if !app.limits.admits_network(client.network(), Use::LookUp) {
        return Err(Problem::too_many());
    }
    let Path(typed) = typed.map_err(|error| Problem::malformed_lookup(&error.body_text()))?;
    let code =
        LookupCode::parse(&typed).map_err(|error| Problem::malformed_lookup(&error.to_string()))?;
    let found = find(&app, &code).await.map_err(|error| Problem::of_store(&error))?;
    let rating = found.ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, "unknown-lookup", "no rating has this code")
    })?;
    let order = handling::load(&app, code.part(), &rating)
        .await
        .map_err(|error| Problem::of_history(&error))?;
    let handling = order.map(|order| to_wire(handling::of(&app, &order)));
    Ok(Json(v1::RatingProgress {
        receipt: Receipt::of(code.part(), &rating.id).to_string(),
        rated_at: rating.rated_at.to_rfc3339(),
        status: status_name(rating.standing).to_owned(),
        handling,
    }))
}
