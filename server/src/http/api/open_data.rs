//! `GET /api/v1/statistics/{by}`: the public figures along one dimension as JSON or CSV.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::{calendar::Instant, messages::Lang, wire::v1};
use serde::Deserialize;

use super::statistics::{published, question};
use crate::{
    app::App,
    http::{
        problem::Problem,
        public::{
            cache::{lists, tag_of},
            question::{Asked, Question},
            table::{By, Row, rows},
        },
    },
};

/// In which format.
#[derive(Debug, Deserialize)]
pub struct Format {
    format: Option<String>,
}

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
    get, path = "/api/v1/statistics/{by}", tag = "statistics",
    params(
        ("by" = String, Path, description = "regions, agencies, items, months, channels, provenances or cards"),
        ("region" = Option<String>, Query, description = "a region code; without it the root"),
        ("agency" = Option<String>, Query, description = "the credit code of an agency: by regions or months"),
        ("item" = Option<String>, Query, description = "the code of an item: by regions or months; not beside an agency"),
        ("month" = Option<String>, Query, description = "a month as 2026-11; without it all; not by months"),
        ("format" = Option<String>, Query, description = "json, which is usual, or csv"),
    ),
    responses(
        (status = 200, description = "the lines; as CSV with the columns of a line, UTF-8 with a byte order mark",
            body = v1::StatisticsTable),
        (status = 304, description = "nothing has changed"),
        (status = 400, description = "a code, month, dimension or format that is none, a month to come, or filters that \
            exclude one another", body = v1::Problem, content_type = "application/problem+json"),
        (status = 404, description = "a region, agency or item that is not known", body = v1::Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    Path(by): Path<String>,
    format: Result<Query<Format>, QueryRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let question = question(&app, asked)?;
    let bad = |code: &str, said: &str| Problem::new(StatusCode::BAD_REQUEST, code, said);
    let by = By::ALL.into_iter().find(|one| one.name() == by);
    let by =
        by.ok_or_else(|| bad("unknown-dimension", &format!("choose one of {}", By::ALL.map(By::name).join(", "))))?;
    if !by.answers(&question) {
        let said =
            "what is narrowed to an agency or item is published by regions and months only, and a month has no months";
        return Err(bad("impossible-filter", said));
    }
    let Query(format) = format.map_err(|error| bad("malformed-query", &error.body_text()))?;
    let format = format.format.filter(|name| !name.is_empty());
    let is_csv = match format.as_deref() {
        None | Some("json") => false,
        Some("csv") => true,
        Some(_) => return Err(bad("unknown-format", "choose json or csv")),
    };
    let rows = rows(&app, &question, by, Lang::ZhHans).await.map_err(|error| Problem::of_store(&error))?;
    Ok(answer(&app, &headers, &question, by, rows, is_csv))
}

fn answer(app: &App, asked: &HeaderMap, question: &Question, by: By, rows: Vec<Row>, is_csv: bool) -> Response {
    let live = app.figures.shown(question.region, "").as_of;
    let is_any_live = rows.iter().any(|row| row.is_live);
    let as_of = if is_any_live { live } else { app.figures.daily_as_of() };
    let rows: Vec<_> = rows.into_iter().map(|row| line(app, row)).collect();
    // The moment of the last look at the counters is no change of the data.
    let tag = tag_of(format!("{} {} {is_csv} {rows:?}", by.name(), question.query()).as_bytes());
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=1")),
        (header::ETAG, tag.clone()),
        (header::LAST_MODIFIED, http_date(as_of)),
    ];
    if lists(asked, &header::IF_NONE_MATCH, tag.to_str().unwrap_or_default()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let table = v1::StatisticsTable {
        by: by.name().into(),
        region: question.region.to_string(),
        agency: question.agency().map(str::to_owned),
        item: question.item().map(str::to_owned),
        month: question.month_text(),
        as_of: as_of.to_rfc3339(),
        daily_as_of: app.figures.daily_as_of().to_rfc3339(),
        licence: app.config.licence.clone(),
        rows,
    };
    if !is_csv {
        return (headers, axum::Json(table)).into_response();
    }
    let month = table.month.as_deref().map(|month| format!("-{month}")).unwrap_or_default();
    let name = format!("attachment; filename=\"haochaping-{}-{}{month}.csv\"", table.by, table.region);
    let own = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).expect("codes and names of dimensions are ASCII")),
    ];
    match csv_of(&table.rows) {
        Ok(text) => (headers, own, text).into_response(),
        Err(error) => {
            tracing::error!(%error, "open data were not written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn http_date(at: Instant) -> HeaderValue {
    let since = Duration::from_millis(u64::try_from(at.millis()).unwrap_or(0));
    HeaderValue::from_str(&httpdate::fmt_http_date(UNIX_EPOCH + since)).expect("a date is ASCII")
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

/// With a byte order mark, without which common spreadsheets take Chinese for something else.
fn csv_of(rows: &[v1::StatisticsRow]) -> Result<String, Box<dyn std::error::Error>> {
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(COLUMNS)?;
    for row in rows {
        let counts = haochaping::rating::SatisfactionLevel::ALL.map(|level| row.counts.of(level).to_string());
        let rate = row.good_rate.map(|rate| rate.to_string()).unwrap_or_default();
        let published = if row.published == v1::Published::Live { "live" } else { "daily" };
        let first = [row.code.clone(), plain(&row.name)];
        let last = [row.good.to_string(), row.bad.to_string(), rate, published.into()];
        out.write_record(first.into_iter().chain(counts).chain(last))?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}

/// A name that a spreadsheet does not take for a formula.
fn plain(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use haochaping::statistics::Counts;

    use super::*;

    #[test]
    fn a_name_cannot_be_a_formula_and_chinese_opens_as_chinese() {
        let row = v1::StatisticsRow {
            code: "321000".into(),
            name: "=HYPERLINK(1)".into(),
            counts: Counts { satisfied: 3, ..Counts::default() },
            good: 3,
            bad: 0,
            good_rate: None,
            published: v1::Published::Daily,
        };
        let text = csv_of(&[row]).unwrap();
        assert_eq!(
            text,
            "\u{feff}code,name,very_satisfied,satisfied,basically_satisfied,dissatisfied,very_dissatisfied,good,bad,good_rate,published\n321000,'=HYPERLINK(1),0,3,0,0,0,3,0,,daily\n"
        );
    }
}
