//! `GET /api/v1/statistics/{by}`: the public figures along one dimension as JSON or CSV.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::{messages::Lang, rating::SatisfactionLevel, wire::v1};
use haochaping_collector::state::App;

use super::{
    download::{self, Data, Format, is_csv},
    statistics::{published, question},
};
use crate::http::{
    problem::Problem,
    public::{
        question::{Params, Question},
        table::{By, Row, rows},
    },
};

const COLUMNS: [&str; 11] = [
    "code",
    "name",
    "very_satisfied",
    "satisfied",
    "basically_satisfied",
    "dissatisfied",
    "very_dissatisfied",
    "good",
    "bad",
    "good_rate",
    "published",
];

/// The figures along one dimension, as open data.
#[utoipa::path(
    get, path = "/api/v1/statistics/{by}", operation_id = "listStatistics", tag = "statistics",
    params(
        ("by" = String, Path, description = "regions, agencies, items, months, channels, provenances, sources or cards"),
        ("region" = Option<String>, Query, description = "a region code; without it the root"),
        ("agency" = Option<String>, Query, description = "the credit code of an agency: by regions or months"),
        ("item" = Option<String>, Query, description = "the code of an item: by regions or months; not beside an agency"),
        ("month" = Option<String>, Query, description = "a month as 2026-11; without it all; not by months"),
        ("format" = Option<String>, Query, description = "json, which is usual, or csv"),
    ),
    responses(
        (status = 200, description = "the lines; as CSV with the columns of a line, UTF-8 with a byte order mark",
            content((v1::StatisticsTable = "application/json"), (String = "text/csv"))),
        (status = 304, description = "nothing has changed"),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    Path(by): Path<String>,
    format: Result<Query<Format>, QueryRejection>,
    asked: Result<Query<Params>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let question = question(&app, asked)?;
    let bad = |code: &str, message: &str, chinese: String| {
        Problem::new(StatusCode::BAD_REQUEST, code, message).in_chinese(chinese)
    };
    let by = By::ALL.into_iter().find(|one| one.name() == by);
    let names = By::ALL.map(By::name);
    let unknown = || {
        let message = format!("choose one of {}", names.join(", "));
        bad("unknown-dimension", &message, format!("应为 {} 之一", names.join("、")))
    };
    let by = by.ok_or_else(unknown)?;
    if !by.answers(&question) {
        let message = "what is narrowed to an agency or item is published by regions and months only, and a month has no months";
        return Err(bad(
            "impossible-filter",
            message,
            "限定部门或事项的只按地区与月份公布；限定月份的不再按月份公布".to_owned(),
        ));
    }
    let is_csv = is_csv(format)?;
    let rows =
        rows(&app, &question, by, Lang::ZhHans).await.map_err(|error| Problem::of_store(&error))?;
    Ok(answer(&app, &headers, &question, by, rows, is_csv))
}

fn answer(
    app: &App,
    asked: &HeaderMap,
    question: &Question,
    by: By,
    rows: Vec<Row>,
    is_csv: bool,
) -> Response {
    let live = app.figures.shown(question.region, "").as_of;
    let is_any_live = rows.iter().any(|row| row.is_live);
    let as_of = if is_any_live { live } else { app.figures.daily_as_of() };
    let rows: Vec<_> = rows.into_iter().map(|row| line(app, row)).collect();
    let data = Data {
        name: file_name(by.name(), question),
        says: format!("{} {rows:?}", question.query()),
        as_of,
        columns: &COLUMNS,
        lines: rows.iter().map(cells).collect(),
        json: v1::StatisticsTable {
            by: by.name().into(),
            scope: question.scope(),
            as_of: as_of.to_rfc3339(),
            daily_as_of: app.figures.daily_as_of().to_rfc3339(),
            licence: app.config.licence.clone(),
            rows,
        },
    };
    download::answer(asked, &data, is_csv)
}

/// As `regions-321000-2026-11`.
pub(super) fn file_name(by: &str, question: &Question) -> String {
    let month = question.month_text().map(|month| format!("-{month}")).unwrap_or_default();
    format!("{by}-{}{month}", question.region)
}

fn line(app: &App, row: Row) -> v1::StatisticsRow {
    v1::StatisticsRow {
        code: row.code,
        name: row.name,
        counts: row.counts,
        good: row.counts.good(),
        bad: row.counts.bad(),
        good_rate: app.figures.rate(row.counts.good(), row.counts.total()),
        published: published(row.is_live),
    }
}

fn cells(row: &v1::StatisticsRow) -> Vec<String> {
    let counts = SatisfactionLevel::ALL.map(|level| row.counts.of(level).to_string());
    let rate = row.good_rate.map(|rate| rate.to_string()).unwrap_or_default();
    let published = if row.published == v1::Published::Live { "live" } else { "daily" };
    let last = [row.good.to_string(), row.bad.to_string(), rate, published.into()];
    [row.code.clone(), row.name.clone()].into_iter().chain(counts).chain(last).collect()
}
