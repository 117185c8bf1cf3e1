//! A briefing as HTML, and as files; for the desk and for everybody alike.

use std::fmt::Write as _;

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use haochaping::form::html::escape;
use haochaping_collector::{
    publication::briefing::{Case, HEADS, Line, Month, write_pdf, write_xlsx},
    state::App,
};
use haochaping_store::briefing::Briefing;
use tokio::sync::Semaphore;

use super::filters::wire_to_minute;

/// The place of cases for the vault.
const TABLE: &str = "briefing";

#[derive(Template)]
#[template(path = "briefing.html")]
struct Body<'a> {
    as_of: String,
    total: String,
    regions: Option<String>,
    agencies: Option<String>,
    month: &'a Month,
    cases: &'a [Case],
    definitions: Vec<&'static str>,
    is_internal: bool,
}

/// The content of a page.
pub(super) fn body(month: &Month, cases: &[Case], is_internal: bool) -> String {
    let some = |first, lines: &[Line]| (!lines.is_empty()).then(|| table(first, lines));
    let body = Body {
        as_of: wire_to_minute(&month.as_of),
        total: table("地区", std::slice::from_ref(&month.total)),
        regions: some("地区", &month.regions),
        agencies: some("部门", &month.agencies),
        month,
        cases,
        definitions: Month::definitions(),
        is_internal,
    };
    body.render().expect("a template of our own renders")
}

fn table(first: &str, lines: &[Line]) -> String {
    let mut out = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{first}\"><table><thead><tr><th scope=\"col\">{first}</th>"
    );
    for head in HEADS {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr></thead><tbody>");
    for line in lines {
        let _ = write!(out, "<tr><td>{}</td>", escape(&line.name));
        for cell in line.cells() {
            let _ = write!(out, "<td>{cell}</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}

/// The cases of a stored briefing.
pub(super) fn open_cases(app: &App, briefing: &Briefing) -> Vec<Case> {
    let text = app.keys().vault.open(TABLE, &briefing.id, "cases", &briefing.cases);
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// The cases as they are stored under a new id.
pub(super) fn seal_cases(app: &App, id: &[u8; 16], cases: &[Case]) -> Vec<u8> {
    let text = serde_json::to_string(cases).expect("cases are plain data");
    app.keys().vault.seal(TABLE, id, "cases", &text, &*app.rng)
}

/// The figures as they were published.
pub(super) fn published_figures(briefing: &Briefing) -> Option<Month> {
    serde_json::from_str(briefing.figures.as_deref()?).ok()
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pdf,
    Xlsx,
}

impl Kind {
    /// By the end of an address.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "pdf" => Some(Self::Pdf),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// Fonts take 40 MB, and everybody may ask: one file at a time, also after whoever asked has gone.
static MAKING: Semaphore = Semaphore::const_new(1);

/// A briefing as a file; `None` if it could not be made, which is logged.
pub(super) async fn file(month: Month, cases: Vec<Case>, kind: Kind) -> Option<Response> {
    let name = format!("haochaping-{}-{}", month.region, month.month);
    let permit = MAKING.acquire().await.ok()?;
    let made = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        match kind {
            Kind::Pdf => write_pdf(&month, &cases).map_err(|error| error.to_string()),
            Kind::Xlsx => write_xlsx(&month, &cases).map_err(|error| error.to_string()),
        }
    });
    let made = made.await.map_err(|error| error.to_string()).and_then(|made| made);
    let bytes = made.inspect_err(|error| tracing::error!(error, "a briefing was not made")).ok()?;
    let (mime, end) = match kind {
        Kind::Pdf => ("application/pdf", "pdf"),
        Kind::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    let mut response = bytes.into_response();
    let disposition = format!("attachment; filename=\"{name}.{end}\"");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&disposition).expect("codes are plain"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}
