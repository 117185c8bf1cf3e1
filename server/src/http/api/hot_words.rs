//! `GET /api/v1/statistics/hot-words`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use haochaping::wire::v1;

use super::statistics::question;
use crate::{
    app::App,
    http::{
        problem::Problem,
        public::{question::Asked, words::hot_words},
    },
};

/// 评价热词: options and words of a region, a department or an item, of a month or in all.
#[utoipa::path(
    get, path = "/api/v1/statistics/hot-words", tag = "statistics",
    params(
        ("region" = Option<String>, Query, description = "a region code down to the district; without it the root"),
        ("agency" = Option<String>, Query, description = "the credit code of an agency; without it all"),
        ("item" = Option<String>, Query, description = "the code of an item; not beside an agency"),
        ("month" = Option<String>, Query, description = "a month as 2026-11; without it all"),
    ),
    responses(
        (status = 200, description = "the hot words", body = v1::HotWords),
        (status = 400, description = "a code or month that is none, a month to come, or filters that exclude one another",
            body = v1::Problem, content_type = "application/problem+json"),
        (status = 404, description = "a region, agency or item that is not known",
            body = v1::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let question = question(&app, asked)?;
    let words = hot_words(&app, &question).await.map_err(|error| Problem::of_store(&error))?;
    let rows = words.into_iter().map(|word| v1::HotWord {
        of: if word.is_good { "good" } else { "bad" }.into(),
        source: word.source.name().into(),
        text: word.text().to_owned(),
        code: word.code,
        ratings: word.n,
    });
    let body = Json(v1::HotWords {
        region: question.region.to_string(),
        agency: question.agency().map(str::to_owned),
        item: question.item().map(str::to_owned),
        month: question.month_text(),
        as_of: app.figures.daily_as_of().to_rfc3339(),
        licence: app.config.licence.clone(),
        rows: rows.collect(),
    });
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=1")),
    ];
    Ok((headers, body).into_response())
}
