//! Open data as JSON or CSV, with validators, so that whoever has them need not fetch them again.

use std::time::{Duration, UNIX_EPOCH};

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::calendar::Instant;
use serde::{Deserialize, Serialize};

use crate::http::{
    problem::Problem,
    public::cache::{lists, tag_of},
};

/// In which format.
#[derive(Debug, Deserialize)]
pub struct Format {
    format: Option<String>,
}

/// Whether CSV is asked for.
pub(super) fn is_csv(asked: Result<Query<Format>, QueryRejection>) -> Result<bool, Problem> {
    let Query(asked) = asked.map_err(|error| Problem::malformed_query(&error))?;
    match asked.format.as_deref().filter(|name| !name.is_empty()) {
        None | Some("json") => Ok(false),
        Some("csv") => Ok(true),
        Some(_) => {
            let problem =
                Problem::new(StatusCode::BAD_REQUEST, "unknown-format", "choose json or csv");
            Err(problem.in_chinese("应为 json 或 csv"))
        }
    }
}

/// Data in both formats.
pub(super) struct Data<T> {
    /// The name of the file, without its end.
    pub(super) name: String,
    /// What the data say; the moment of the last look at the counters is no change of them.
    pub(super) says: String,
    /// As of when they hold.
    pub(super) as_of: Instant,
    /// As JSON.
    pub(super) json: T,
    /// The heads of the CSV.
    pub(super) columns: &'static [&'static str],
    /// Its lines.
    pub(super) lines: Vec<Vec<String>>,
}

/// The data as an answer.
pub(super) fn answer<T: Serialize>(asked: &HeaderMap, data: &Data<T>, is_csv: bool) -> Response {
    let tag = tag_of(format!("{} {is_csv} {}", data.name, data.says).as_bytes());
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=1")),
        (header::ETAG, tag.clone()),
        (header::LAST_MODIFIED, http_date(data.as_of)),
    ];
    if lists(asked, &header::IF_NONE_MATCH, tag.to_str().unwrap_or_default()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    if !is_csv {
        return (headers, axum::Json(&data.json)).into_response();
    }
    let name = format!("attachment; filename=\"haochaping-{}.csv\"", data.name);
    let own = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).expect("codes and names of dimensions are ASCII"),
        ),
    ];
    match csv_of(data.columns, &data.lines) {
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

fn csv_of(columns: &[&str], lines: &[Vec<String>]) -> Result<String, Box<dyn std::error::Error>> {
    let mut out = haochaping_tables::Writer::new(Vec::new())?;
    out.record(columns)?;
    for line in lines {
        out.record(line)?;
    }
    Ok(String::from_utf8(out.finish()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_be_a_formula_and_chinese_opens_as_chinese() {
        let line = ["321000", "=HYPERLINK(1)", ""].map(str::to_owned).to_vec();
        let text = csv_of(&["code", "name", "good_rate"], &[line]).unwrap();
        assert_eq!(text, "\u{feff}code,name,good_rate\r\n321000,'=HYPERLINK(1),\r\n");
    }
}
