//! `GET /improvements`: what was changed because of what people said, and how they rate since.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    form::html::escape,
    messages::PublicMessages,
    rating::Indicator,
    statistics::{Change, show_count, show_rate, wilson},
};
use haochaping_collector::{
    state::App,
    work_orders::improvements::{Measured, Share, measure},
};
use haochaping_store::{
    StoreError,
    improvement::{Cause, Improvement},
};
use serde::Deserialize;

use super::{
    question::{Params, Question},
    view::refused,
};
use crate::http::page::{self, Page, Reader};

const SHOWN_MAX: u32 = 50;

/// Where, and how to show it.
#[derive(Debug, Deserialize)]
pub struct Shown {
    region: Option<String>,
    lang: Option<String>,
    mode: Option<String>,
}

/// The page.
pub async fn show(
    State(app): State<Arc<App>>,
    shown: Result<Query<Shown>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(shown)) = shown else {
        return page::refused(&app, &headers, StatusCode::BAD_REQUEST);
    };
    let reader = Reader::of(shown.lang.as_deref(), shown.mode.as_deref(), &headers);
    let question = match Question::read(&app, &Params { region: shown.region, ..Params::default() })
    {
        Ok(question) => question,
        Err(fault) => return refused(&app, reader, &fault),
    };
    match content(&app, reader, &question).await {
        Ok(content) => {
            let m = reader.lang.public_messages();
            let page = Page {
                region: Some(question.region),
                query: format!("region={}", question.region),
                is_public: true,
                ..Page::new(m.improvements, "/improvements", content)
            };
            page::respond(&app, reader, &page)
        }
        Err(error) => {
            tracing::error!(%error, "improvements were not read");
            page::refused(&app, &headers, page::status_of(&error))
        }
    }
}

async fn content(app: &App, reader: Reader, question: &Question) -> Result<String, StoreError> {
    let m = reader.lang.public_messages();
    let (base, tag, place) =
        (app.config.base_path(), reader.lang.tag(), escape(&app.region_name(question.region)));
    let mut out = format!(
        "<p class=\"crumb\"><a href=\"{base}/?region={}&amp;lang={tag}{}\">{}</a></p><h2>{place}</h2><p class=\"muted\">{}</p>",
        question.region,
        reader.mode_query().replace('&', "&amp;"),
        m.all_of.replace("{name}", &place),
        m.improvements_intro
    );
    let all = app.store.improvements(question.region, false, SHOWN_MAX).await?;
    if all.is_empty() {
        let _ = write!(out, "<p>{}</p>", m.no_improvements);
        return Ok(out);
    }
    for one in &all {
        put(app, reader, &mut out, one, &measure(app, one).await?);
    }
    let least = app.config.publication.word_min.max(1).to_string();
    let _ = write!(out, "<p class=\"muted\">{}</p>", m.change_note.replace("{min}", &least));
    Ok(out)
}

fn put(app: &App, reader: Reader, out: &mut String, one: &Improvement, found: &Measured) {
    let (m, p) = (reader.lang.public_messages(), reader.page_messages());
    let lines = |text: &str| escape(text).replace('\n', "<br>");
    let _ = write!(
        out,
        "<article class=\"card\"><h3>{}</h3><dl class=\"plain\"><div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd>{}</dd></div></dl><p>{}</p>",
        escape(&one.title),
        p.region_label,
        escape(&app.region_name(one.region)),
        m.cause_label,
        escape(&cause_name(app, &one.cause)),
        m.changed_on,
        day_name(one.day),
        lines(&one.text),
    );
    if let Some(case) = &one.case {
        let _ = write!(out, "<h4>{}</h4><p>{}</p>", m.case_label, lines(&case.text));
    }
    let heads: String = [m.period_label, m.with_cause, m.share_label, m.interval_label]
        .iter()
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .collect();
    let _ = write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table class=\"wrap\"><thead><tr>{heads}</tr></thead><tbody>{}{}</tbody></table></div>",
        escape(&one.title),
        row(m, m.before_label, &found.months_before, found.before),
        row(m, m.after_label, &found.months_after, found.after)
    );
    let verdict = match found.change {
        Change::TooLittle => m.change_little,
        Change::Fewer => m.change_fewer,
        Change::More => m.change_more,
        Change::WithinChance => m.change_none,
    };
    let _ = write!(out, "<p><strong>{verdict}</strong></p></article>");
}

fn row(m: &PublicMessages, name: &str, months: &[u32], share: Share) -> String {
    let period = match (months.first(), months.last()) {
        (Some(first), Some(last)) if first != last => {
            format!("{}–{}", m.month(*first), m.month(*last))
        }
        (Some(only), _) => m.month(*only),
        _ => "—".to_owned(),
    };
    let percent = |share: f64| format!("{:.2}%", share * 100.0);
    let Some((part, whole)) = share else {
        return format!("<tr><td>{name}<br>{period}</td><td>—</td><td>—</td><td>—</td></tr>");
    };
    let interval = wilson(part, whole)
        .map_or("—".to_owned(), |(low, high)| format!("{}–{}", percent(low), percent(high)));
    format!(
        "<tr><td>{name}<br>{period}</td><td>{} / {}</td><td>{}</td><td>{interval}</td></tr>",
        show_count(part),
        show_count(whole),
        show_rate(part, whole)
    )
}

/// A cause as people read it.
pub(in crate::http) fn cause_name(app: &App, cause: &Cause) -> String {
    let names = app.names();
    match cause {
        Cause::Option(code) => {
            Indicator::find(code).map_or(code.clone(), |option| option.text.to_owned())
        }
        Cause::Word(word) => word.clone(),
        Cause::Item(code) => names.items.get(code).unwrap_or(code).clone(),
        Cause::Agency(code) => names.agencies.get(code).unwrap_or(code).clone(),
        Cause::Region(region) => app.region_name(*region),
    }
}

/// A day as `2026-11-20`.
pub(in crate::http) fn day_name(day: i64) -> String {
    Instant::from_millis(day * DAY_MILLIS).date_in_china().to_string()
}
