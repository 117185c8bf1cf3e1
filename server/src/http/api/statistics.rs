//! `GET /api/v1/statistics`: the public figures of a question as JSON.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use haochaping::{statistics::Handling, wire::v1};
use haochaping_collector::state::App;

use crate::http::{
    problem::Problem,
    public::{
        question::{Fault, Params, Question},
        table::total,
    },
};

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::new(fault.status, fault.code, &fault.english).in_chinese(fault.chinese)
    }
}

/// The question of a request.
pub(super) fn question(
    app: &App,
    asked: Result<Query<Params>, QueryRejection>,
) -> Result<Question, Problem> {
    let Query(asked) = asked.map_err(|error| Problem::malformed_query(&error))?;
    Ok(Question::read(app, &asked)?)
}

/// The exact published counts of a region, of one department or item or of all, of a month or in
/// all.
#[utoipa::path(
    get, path = "/api/v1/statistics", operation_id = "getStatistics", tag = "statistics",
    params(
        ("region" = Option<String>, Query, description = "a region code; without it the root"),
        ("agency" = Option<String>, Query, description = "the credit code of an agency; without it all"),
        ("item" = Option<String>, Query, description = "the code of an item; not beside an agency"),
        ("month" = Option<String>, Query, description = "a month as 2026-11; without it all"),
    ),
    responses(
        (status = 200, description = "the figures", body = v1::Statistics),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    asked: Result<Query<Params>, QueryRejection>,
) -> Result<Response, Problem> {
    let question = question(&app, asked)?;
    let row = total(&app, &question).await.map_err(|error| Problem::of_store(&error))?;
    let agency = question.agency().unwrap_or_default();
    let shown = app.figures.shown(question.region, agency);
    let is_all = question.month.is_none() && question.item().is_none();
    let (part, whole) = shown.participation;
    let excluded_counts = if is_all {
        app.figures.excluded_counts(question.region, agency)
    } else {
        haochaping_collector::publication::figures::ExcludedCounts::default()
    };
    let body = Json(v1::Statistics {
        scope: question.scope(),
        as_of: if row.is_live { shown.as_of } else { app.figures.daily_as_of() }.to_rfc3339(),
        published: published(row.is_live),
        counts: row.counts,
        good: row.counts.good(),
        bad: row.counts.bad(),
        good_rate: app.figures.rate(row.counts.good(), row.counts.total()),
        participation_rate: app
            .figures
            .rate(part, whole)
            .filter(|_| is_all && shown.is_live && part <= whole),
        handling: is_all.then(|| handling(&app, app.handled.published(question.region, agency))),
        quarantined: excluded_counts.quarantined,
        excluded: excluded_counts.excluded,
        imported: excluded_counts.imported,
        defaults: excluded_counts.defaults,
        probes: excluded_counts.probes,
    });
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=1")),
    ];
    Ok((headers, body).into_response())
}

/// When a figure moves.
pub(super) fn published(is_live: bool) -> v1::Published {
    if is_live { v1::Published::Live } else { v1::Published::Daily }
}

/// With the rates that there is enough for.
fn handling(app: &App, found: Handling) -> v1::HandlingFigures {
    let enough =
        |rate: Option<f64>, whole| rate.filter(|_| whole >= app.config.publication.rate_min);
    let all = v1::HandlingFigures::from(found);
    v1::HandlingFigures {
        rectified_rate: enough(all.rectified_rate, found.bad),
        on_time_rate: enough(all.on_time_rate, found.valid_due),
        real_name_reply_rate: enough(all.real_name_reply_rate, found.real_name_due),
        ..all
    }
}
