//! `GET /api/v1/statistics/hot-words`.

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use haochaping::wire::v1;
use haochaping_collector::state::App;

use super::{
    download::{self, Data, Format, is_csv},
    open_data::file_name,
    statistics::question,
};
use crate::http::{
    problem::Problem,
    public::{question::Params, words::hot_words},
};

/// 评价热词: options and words of a region, a department or an item, of a month or in all.
#[utoipa::path(
    get, path = "/api/v1/statistics/hot-words", operation_id = "listHotWords", tag = "statistics",
    params(
        ("region" = Option<String>, Query, description = "a region code down to the district; without it the root"),
        ("agency" = Option<String>, Query, description = "the credit code of an agency; without it all"),
        ("item" = Option<String>, Query, description = "the code of an item; not beside an agency"),
        ("month" = Option<String>, Query, description = "a month as 2026-11; without it all"),
        ("format" = Option<String>, Query, description = "json, which is usual, or csv"),
    ),
    responses(
        (status = 200, description = "the hot words; as CSV with the columns of a word, UTF-8 with a byte order mark",
            content((v1::HotWords = "application/json"), (String = "text/csv"))),
        (status = 304, description = "nothing has changed"),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    format: Result<Query<Format>, QueryRejection>,
    asked: Result<Query<Params>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, is_csv) = (question(&app, asked)?, is_csv(format)?);
    let words = hot_words(&app, &question).await.map_err(|error| Problem::of_store(&error))?;
    let rows: Vec<_> = words
        .into_iter()
        .map(|word| v1::HotWord {
            of: if word.is_good { "good" } else { "bad" }.into(),
            source: word.source.name().into(),
            text: word.text().to_owned(),
            code: word.code,
            ratings: word.n,
        })
        .collect();
    let as_of = app.figures.daily_as_of();
    let cells = |word: &v1::HotWord| {
        vec![
            word.of.clone(),
            word.source.clone(),
            word.code.clone(),
            word.text.clone(),
            word.ratings.to_string(),
        ]
    };
    let data = Data {
        name: file_name("hot-words", &question),
        says: format!("{} {rows:?}", question.query()),
        as_of,
        columns: &["of", "source", "code", "text", "ratings"],
        lines: rows.iter().map(cells).collect(),
        json: v1::HotWords {
            scope: question.scope(),
            as_of: as_of.to_rfc3339(),
            licence: app.config.licence.clone(),
            rows,
        },
    };
    Ok(download::answer(&headers, &data, is_csv))
}
