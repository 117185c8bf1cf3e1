//! `/q`: how far a rating is, for whoever holds its code. Never its level or its text.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    form::html::escape,
    link::{LookupCode, Receipt},
};

use super::view::Asked;
use crate::{
    app::App,
    http::{
        limits::client_address,
        page::{self, Page, Reader},
    },
    store::{RatingView, Standing, StoreError},
};

/// Finds the rating of a code: one range read in one partition, then the code's MAC decides.
pub async fn find(app: &App, code: &LookupCode) -> Result<Option<RatingView>, StoreError> {
    let (low, high) = code.id_range();
    let candidates = app.store.ratings_between(code.part(), low, high).await?;
    let key = &app.keys().lookup;
    Ok(candidates.into_iter().find(|rating| code.belongs_to(&rating.id, key)))
}

/// The empty form.
pub async fn form(State(app): State<Arc<App>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let reader = asked.reader(&headers);
    respond(&app, reader, StatusCode::OK, &form_html(reader, &app, "", ""), false)
}

/// The form's post, which leads to the code's own page.
pub async fn submit(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let typed = form_urlencoded::parse(&body).find(|(name, _)| name == "code").map(|(_, value)| value.into_owned());
    let typed = typed.unwrap_or_default();
    if let Ok(code) = LookupCode::parse(&typed) {
        Redirect::to(&format!("{}/q/{code}", app.config.base_path())).into_response()
    } else {
        let reader = Reader::of(None, None, &headers);
        let p = reader.page_messages();
        respond(
            &app,
            reader,
            StatusCode::UNPROCESSABLE_ENTITY,
            &form_html(reader, &app, p.lookup_malformed, &typed),
            true,
        )
    }
}

/// The progress of one rating.
pub async fn page(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(typed): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let reader = asked.reader(&headers);
    let p = reader.page_messages();
    let refuse = |status, said, typed: &str| respond(&app, reader, status, &form_html(reader, &app, said, typed), true);
    if !app.limits.admits_lookup(client_address(peer, &headers, &app.config.trusted_proxies)) {
        return refuse(StatusCode::TOO_MANY_REQUESTS, p.failed_busy, "");
    }
    let Ok(code) = LookupCode::parse(&typed) else { return refuse(StatusCode::NOT_FOUND, p.lookup_malformed, &typed) };
    match find(&app, &code).await {
        Ok(Some(rating)) => {
            let html = format!("<div class=\"card\">{}</div>", progress_html(reader, code.part(), &rating));
            respond(&app, reader, StatusCode::OK, &html, false)
        }
        Ok(None) => refuse(StatusCode::NOT_FOUND, p.lookup_unknown, &typed),
        Err(error) => {
            tracing::error!(%error, "a rating was not looked up");
            refuse(StatusCode::SERVICE_UNAVAILABLE, p.failed_busy, &typed)
        }
    }
}

fn respond(app: &App, reader: Reader, status: StatusCode, content: &str, is_error: bool) -> Response {
    let title = reader.page_messages().lookup_title;
    page::respond(app, reader, &Page { status, is_error, ..Page::new(title, "/q", content.to_owned()) })
}

fn form_html(reader: Reader, app: &App, fault: &str, typed: &str) -> String {
    let p = reader.page_messages();
    let (described, said) = if fault.is_empty() {
        (String::new(), String::new())
    } else {
        let said = format!(
            "<p class=\"fault\" id=\"fault\" role=\"alert\">{}{}</p>",
            reader.messages().error_prefix,
            escape(fault)
        );
        (" aria-invalid=\"true\" aria-describedby=\"fault\" autofocus".to_owned(), said)
    };
    format!(
        "<div class=\"card\"><p>{}</p><form class=\"look\" method=\"post\" action=\"{}/q\">{said}<label for=\"code\">{}</label>\
         <input id=\"code\" name=\"code\" autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" value=\"{}\"{described}>\
         <button>{}</button></form></div>",
        p.lookup_intro,
        app.config.base_path(),
        p.lookup_field,
        escape(typed),
        p.lookup_submit
    )
}

fn progress_html(reader: Reader, part: u8, rating: &RatingView) -> String {
    let p = reader.page_messages();
    let at = |instant: haochaping::calendar::Instant| instant.to_rfc3339()[..16].replace('T', " ");
    let mut out = format!(
        "<dl class=\"plain\"><div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd>{}</dd></div></dl><h2>{}</h2><ol><li>{} {}</li>",
        p.receipt_label,
        Receipt::of(part, &rating.id),
        p.rated_at_label,
        at(rating.rated_at),
        p.status_label,
        at(rating.rated_at),
        match rating.standing {
            Standing::Counts => p.status_accepted,
            Standing::Quarantined => p.status_quarantined,
            Standing::Excluded => p.status_excluded,
        },
    );
    if let Some((_, opened_at)) = &rating.work_order {
        out += &format!("<li>{} {}</li>", at(*opened_at), p.status_opened);
    }
    out.push_str("</ol>");
    out
}
