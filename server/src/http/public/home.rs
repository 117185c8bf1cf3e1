//! `GET /`: the exact counts of the five levels, by region, department, item and month.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping_collector::state::App;
use haochaping_store::StoreError;
use serde::Deserialize;

use super::{
    cache::Pages,
    question::{Params, Question},
    sections,
    table::total,
    view::{View, refused},
};
use crate::http::page::{self, Page, Reader};

/// What is asked for, and how to show it.
#[derive(Debug, Deserialize)]
pub struct Shown {
    #[serde(flatten)]
    asked: Params,
    lang: Option<String>,
    mode: Option<String>,
}

/// The page.
pub async fn show(
    State(app): State<Arc<App>>,
    State(pages): State<Arc<Pages>>,
    shown: Result<Query<Shown>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(shown)) = shown else {
        return page::refused(&app, &headers, StatusCode::BAD_REQUEST);
    };
    let reader = Reader::of(shown.lang.as_deref(), shown.mode.as_deref(), &headers);
    let question = match Question::read(&app, &shown.asked) {
        Ok(question) => question,
        Err(fault) => return refused(&app, reader, &fault),
    };
    let generation = app.figures.generation();
    let key = format!("{} {} {}", question.query(), reader.lang.tag(), reader.mode());
    if let Some(kept) = pages.get(generation, &key) {
        return kept.answer(&headers);
    }
    let view = View { app: &app, reader, m: reader.lang.public_messages(), question: &question };
    match content(&view).await {
        Ok(content) => {
            let is_root =
                question == Question { region: app.config.root_region, only: None, month: None };
            let query = if is_root { String::new() } else { question.query() };
            let page = Page {
                region: Some(question.region),
                query,
                is_public: true,
                ..Page::new(reader.page_messages().public_title, "/", content)
            };
            match pages.keep(generation, key, page::respond(&app, reader, &page)).await {
                Ok(kept) => kept.answer(&headers),
                Err(response) => response,
            }
        }
        Err(error) => {
            tracing::error!(%error, "public figures were not read");
            page::refused(&app, &headers, page::status_of(&error))
        }
    }
}

async fn content(view: &View<'_>) -> Result<String, StoreError> {
    let all = total(view.app, view.question).await?;
    let mut out = view.head(&all);
    sections::put(view, &mut out).await?;
    let briefings = view.reader.lang.handling_messages().briefings;
    let (base, improvements) = (view.app.config.base_path(), view.m.improvements);
    let (region, lang, mode) = (
        view.question.region,
        view.reader.lang.tag(),
        view.reader.mode_query().replace('&', "&amp;"),
    );
    let _ = write!(
        out,
        "<p class=\"crumb\"><a href=\"{base}/improvements?region={region}&amp;lang={lang}{mode}\">{improvements}</a> <a href=\"{base}/briefings\">{briefings}</a></p>"
    );
    Ok(out)
}
