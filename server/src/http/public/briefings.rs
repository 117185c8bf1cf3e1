//! `GET /briefings`: the monthly briefings that were published for everybody. In Chinese, as they
//! were written.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::{form::html::escape, region::Region};
use haochaping_collector::{
    publication::briefing::{Case, Month, month_name},
    state::App,
};
use haochaping_store::StoreError;

use crate::http::{
    briefing::{Kind, body, file, open_cases, published_figures},
    page::{self, Page, Reader},
};

const SHOWN_MAX: u32 = 500;

/// The list.
pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let found = match app.store.briefings(app.config.root_region, true, SHOWN_MAX).await {
        Ok(found) => found,
        Err(error) => return failed(&app, &headers, &error),
    };
    let mut out = String::new();
    if found.is_empty() {
        out.push_str("<p>还没有公开的通报。</p>");
    }
    out.push_str("<ul>");
    for one in found {
        let (base, name) = (app.config.base_path(), escape(&app.region_name(one.region)));
        let (region, month) = (one.region, one.month);
        let _ = write!(
            out,
            "<li><a href=\"{base}/briefings/{region}/{month}\">{name} {}</a></li>",
            month_name(month)
        );
    }
    out.push_str("</ul>");
    respond(&app, &headers, "工作通报", "/briefings", out)
}

/// One as a page.
pub async fn show(
    State(app): State<Arc<App>>,
    Path((region, month)): Path<(String, u32)>,
    headers: HeaderMap,
) -> Response {
    match read(&app, &region, month).await {
        Ok(Some((figures, cases))) => {
            let path = format!("/briefings/{region}/{month}");
            let link = |kind: &str, name: &str| {
                format!("<a href=\"{}{path}/{kind}\">{name}</a>", app.config.base_path())
            };
            let links = format!("<p>{}　{}</p>", link("pdf", "下载 PDF"), link("xlsx", "下载表格"));
            respond(&app, &headers, &figures.title(), &path, links + &body(&figures, &cases, false))
        }
        Ok(None) => page::not_found(&app, &headers),
        Err(error) => failed(&app, &headers, &error),
    }
}

/// One as a file.
pub async fn download(
    State(app): State<Arc<App>>,
    Path((region, month, kind)): Path<(String, u32, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(kind) = Kind::of(&kind) else { return page::not_found(&app, &headers) };
    match read(&app, &region, month).await {
        Ok(Some((figures, cases))) => match file(figures, cases, kind).await {
            Some(answer) => answer,
            None => page::refused(&app, &headers, StatusCode::SERVICE_UNAVAILABLE),
        },
        Ok(None) => page::not_found(&app, &headers),
        Err(error) => failed(&app, &headers, &error),
    }
}

/// The figures and cases of a briefing that was published for everybody.
async fn read(
    app: &App,
    region: &str,
    month: u32,
) -> Result<Option<(Month, Vec<Case>)>, StoreError> {
    let Ok(region) = region.parse::<Region>() else { return Ok(None) };
    let found = app.store.briefing(region, month).await?;
    let found = found.filter(|one| one.is_public && one.published.is_some());
    Ok(found.and_then(|one| {
        let figures = published_figures(&one)?.redact_for_publication(app.config.publication.step);
        Some((figures, open_cases(app, &one)))
    }))
}

fn respond(
    app: &Arc<App>,
    headers: &HeaderMap,
    title: &str,
    path: &str,
    content: String,
) -> Response {
    let reader = Reader::of(Some("zh-Hans"), None, headers);
    page::respond(app, reader, &Page { is_public: true, ..Page::new(title, path, content) })
}

fn failed(app: &Arc<App>, headers: &HeaderMap, error: &StoreError) -> Response {
    tracing::error!(%error, "a briefing was not read");
    page::refused(app, headers, page::status_of(error))
}
