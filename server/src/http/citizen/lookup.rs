//! `/q`: how far a rating is, for whoever holds its code. Never its level or its text.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    calendar::Instant,
    form::html::escape,
    link::{LookupCode, Receipt},
};
use haochaping_collector::{intake::limits::Use, state::App, work_orders::act::HistoryError};
use haochaping_store::{RatingView, Standing, StoreError};

use super::{
    handling::{self, Handling},
    view::Params,
};
use crate::{
    assets::{self, PROOF},
    http::{
        client::Client,
        page::{self, Page, Reader},
        problem::Problem,
    },
};

/// Finds the rating of a code: one range read in one partition, then the code's MAC decides.
pub async fn find(app: &App, code: &LookupCode) -> Result<Option<RatingView>, StoreError> {
    let (low, high) = code.id_range();
    let candidates = app.store.ratings_between(code.part(), low, high).await?;
    let key = &app.keys().lookup;
    Ok(candidates.into_iter().find(|rating| code.belongs_to(&rating.id, key)))
}

/// The empty form.
pub async fn form(
    State(app): State<Arc<App>>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Response {
    let reader = asked.reader(&headers);
    respond(&app, reader, StatusCode::OK, &form_html(reader, &app, "", ""), false)
}

/// The form's post, which leads to the code's own page.
pub async fn submit(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let typed = form_urlencoded::parse(&body)
        .find(|(name, _)| name == "code")
        .map(|(_, value)| value.into_owned());
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
    client: Client,
    Path(typed): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Response {
    let reader = asked.reader(&headers);
    let p = reader.page_messages();
    let refuse = |status, message, typed: &str| {
        respond(&app, reader, status, &form_html(reader, &app, message, typed), true)
    };
    if !app.limits.admits_network(client.network(), Use::LookUp) {
        return refuse(StatusCode::TOO_MANY_REQUESTS, p.failed_busy, "");
    }
    let Ok(code) = LookupCode::parse(&typed) else {
        return refuse(StatusCode::NOT_FOUND, p.lookup_malformed, &typed);
    };
    match progress_of(&app, reader, &code, "", "").await {
        Ok(Some(html)) => respond(&app, reader, StatusCode::OK, &html, false),
        Ok(None) => refuse(StatusCode::NOT_FOUND, p.lookup_unknown, &typed),
        Err(error) => {
            tracing::error!(%error, "a rating was not looked up");
            refuse(StatusCode::SERVICE_UNAVAILABLE, p.failed_busy, &typed)
        }
    }
}

/// The page of a code in the reader's own language and mode.
pub(super) fn path_of(app: &App, reader: Reader, code: &LookupCode) -> String {
    format!("{}/q/{code}?lang={}{}", app.config.base_path(), reader.lang.tag(), reader.mode_query())
}

/// The page after an answer that was not taken: why, with what the person wrote.
pub(super) async fn again(
    app: &App,
    reader: Reader,
    typed: &str,
    words: &str,
    problem: Option<&Problem>,
) -> Response {
    let p = reader.page_messages();
    let (status, message) = match problem.map(Problem::status_and_message) {
        None => (422, p.follow_up_title),
        Some((status @ (429 | 500..), _)) => (status, p.failed_busy),
        Some((status, "invalid-action")) => (status, p.follow_up_words_hint),
        Some((status @ 404, _)) => (status, p.lookup_unknown),
        Some((status @ 400, _)) => (status, p.lookup_malformed),
        Some((status, _)) => (status, p.follow_up_late),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let found = match LookupCode::parse(typed) {
        // Beyond the limit nothing is looked up.
        Ok(code) if ![StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS].contains(&status) => {
            progress_of(app, reader, &code, message, words).await.ok().flatten()
        }
        _ => None,
    };
    let html = found.unwrap_or_else(|| form_html(reader, app, message, typed));
    respond(app, reader, status, &html, true)
}

async fn progress_of(
    app: &App,
    reader: Reader,
    code: &LookupCode,
    fault: &str,
    words: &str,
) -> Result<Option<String>, HistoryError> {
    let Some(rating) = find(app, code).await? else { return Ok(None) };
    let order = handling::load(app, code.part(), &rating).await?;
    let handling = order.map(|order| handling::of(app, &order));
    let asks = handling.as_ref().is_some_and(|handling| handling.can_follow_up);
    let mut html = format!(
        "<div class=\"card\">{}</div>",
        progress_html(reader, code.part(), &rating, handling.as_ref())
    );
    if !fault.is_empty() && !asks {
        html = format!("<p class=\"fault\" role=\"alert\">{}</p>{html}", escape(fault));
    }
    if asks {
        html += &follow_up_html(reader, &path_of(app, reader, code), fault, words);
    }
    html += &proof_html(app, reader, code, Receipt::of(code.part(), &rating.id).as_str());
    Ok(Some(html))
}

fn respond(
    app: &App,
    reader: Reader,
    status: StatusCode,
    content: &str,
    is_error: bool,
) -> Response {
    let title = reader.page_messages().lookup_title;
    page::respond(
        app,
        reader,
        &Page { status, is_error, ..Page::new(title, "/q", content.to_owned()) },
    )
}

fn form_html(reader: Reader, app: &App, fault: &str, typed: &str) -> String {
    let p = reader.page_messages();
    let (described, message) = if fault.is_empty() {
        (String::new(), String::new())
    } else {
        let message = format!(
            "<p class=\"fault\" id=\"fault\" role=\"alert\">{}{}</p>",
            reader.messages().error_prefix,
            escape(fault)
        );
        (" aria-invalid=\"true\" aria-describedby=\"fault\" autofocus".to_owned(), message)
    };
    format!(
        "<div class=\"card\"><p>{}</p><form class=\"look\" method=\"post\" action=\"{}/q\">{message}<label for=\"code\">{}</label>\
         <input id=\"code\" name=\"code\" autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" value=\"{}\"{described}>\
         <button>{}</button></form></div>",
        p.lookup_intro,
        app.config.base_path(),
        p.lookup_field,
        escape(typed),
        p.lookup_submit
    )
}

fn progress_html(
    reader: Reader,
    part: u8,
    rating: &RatingView,
    handling: Option<&Handling>,
) -> String {
    let p = reader.page_messages();
    let at = |instant: Instant| instant.to_rfc3339()[..16].replace('T', " ");
    let row =
        |label: &str, value: &str| format!("<div><dt>{label}</dt><dd>{}</dd></div>", escape(value));
    let mut out = String::from("<dl class=\"plain\">");
    out += &row(p.receipt_label, &Receipt::of(part, &rating.id).to_string());
    out += &row(p.rated_at_label, &at(rating.rated_at));
    if let Some(class) = handling.and_then(|handling| handling.class) {
        out += &row(p.class_label, p.class(class));
    }
    // What is answered is due no more.
    if let Some(due) =
        handling.filter(|handling| !handling.is_answered()).and_then(|handling| handling.due)
    {
        let note = if due.is_provisional { p.due_provisional } else { "" };
        out += &row(p.reply_due_label, &format!("{}{note}", at(due.at)));
    }
    out += &format!(
        "</dl><h2>{}</h2><ol><li>{} {}</li>",
        p.status_label,
        at(rating.rated_at),
        match rating.standing {
            Standing::Counts => p.status_accepted,
            Standing::Quarantined => p.status_quarantined,
            Standing::Excluded => p.status_excluded,
        }
    );
    for (stage, since) in handling.map(|handling| &*handling.steps).unwrap_or_default() {
        out += &format!("<li>{} {}</li>", at(*since), p.stage(*stage));
    }
    out.push_str("</ol>");
    if let Some(reply) = handling.and_then(|handling| handling.reply.as_deref()) {
        let lines = escape(reply).replace('\n', "<br>");
        out +=
            &format!("<h2>{}</h2><p class=\"reply\" lang=\"zh-Hans\">{lines}</p>", p.reply_label);
    }
    out
}

/// The rating's proof as a link; where scripts run, also its check on the spot.
fn proof_html(app: &App, reader: Reader, code: &LookupCode, receipt: &str) -> String {
    let (p, base) = (reader.lang.proof_messages(), app.config.base_path());
    let url = format!("{base}/api/v1/ratings/{code}/proof");
    let link =
        format!("<a href=\"{url}\" download=\"haochaping-{receipt}.json\">{}</a>", p.download);
    let [script, wasm] = PROOF;
    let Some(integrity) = assets::integrity(wasm) else {
        return format!(
            "<section class=\"card\"><h2>{}</h2><p>{}</p><p>{link}</p></section>",
            p.title, p.text
        );
    };
    let message = [
        ("checking", p.checking),
        ("holds", p.holds),
        ("promised", p.promised),
        ("fails", p.fails),
        ("gone", p.gone),
        ("unreachable", p.unreachable),
        ("unable", p.unable),
    ];
    let message = message.map(|(name, text)| format!(" data-{name}=\"{}\"", escape(text))).concat();
    let release = format!("{base}/v/{}", assets::version());
    format!(
        "<section class=\"card look\" data-proof=\"{url}\" data-receipt=\"{receipt}\" data-wasm=\"{release}/{wasm}\" \
         data-integrity=\"{integrity}\"{message}><h2>{}</h2><p>{}</p>\
         <p><button type=\"button\" hidden>{}</button>{link}</p><p role=\"status\"></p></section><script src=\"{release}/{script}\" async></script>",
        p.title, p.text, p.check
    )
}

/// 追评, in two buttons of one size.
fn follow_up_html(reader: Reader, action: &str, fault: &str, words: &str) -> String {
    let p = reader.page_messages();
    let fault = if fault.is_empty() {
        String::new()
    } else {
        format!(
            "<p class=\"fault\" role=\"alert\">{}{}</p>",
            reader.messages().error_prefix,
            escape(fault)
        )
    };
    format!(
        "<form class=\"card look\" method=\"post\" action=\"{action}\"><h2>{}</h2><p>{}</p>{fault}<label for=\"words\">{}</label>\
         <p id=\"words-hint\">{}</p><textarea id=\"words\" name=\"words\" rows=\"4\" aria-describedby=\"words-hint\">{}</textarea>\
         <p class=\"answers\"><button name=\"answer\" value=\"satisfied\">{}</button>\
         <button name=\"answer\" value=\"still_dissatisfied\">{}</button></p></form>",
        p.follow_up_title,
        p.follow_up_text,
        p.follow_up_words,
        p.follow_up_words_hint,
        escape(words),
        p.follow_up_satisfied,
        p.follow_up_dissatisfied,
    )
}
