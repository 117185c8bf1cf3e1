//! `POST /r/{ticket}`: the form sent by a browser, with or without script. On an error it comes back with every choice
//! kept.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    form::html::Done,
    link::{DoneToken, PageToken, Ticket},
    rating::{Channel, Provenance, Violation},
    wire::v1,
};

use super::{
    posted::Posted,
    view::{Filled, Shape, Visit, find_service},
};
use crate::{
    accept::{Accepted, Entrance, Refusal, accept},
    app::App,
    http::page::Reader,
    store::ServiceView,
};

/// The form's post.
#[utoipa::path(
    post, path = "/r/{ticket}", tag = "citizen",
    params(("ticket" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "accepted; leads to the receipt"),
        (status = 200, description = "accepted, as a fragment (field `fragment`)", content_type = "text/html"),
        (status = 403, description = "from a page of an unknown site; the form comes back filled", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged, or its service is not on record", content_type = "text/html"),
        (status = 409, description = "another rating stands", content_type = "text/html"),
        (status = 410, description = "the link has expired", content_type = "text/html"),
        (status = 413, description = "the body is too large"),
        (status = 415, description = "not a form"),
        (status = 422, description = "the form comes back filled, with every fault", content_type = "text/html"),
        (status = 429, description = "the link is used too often; the form comes back filled", content_type = "text/html"),
        (status = 500, description = "the store failed; the form comes back filled", content_type = "text/html"),
        (status = 503, description = "no room; the form comes back filled", content_type = "text/html"),
    )
)]
pub async fn submit(
    State(app): State<Arc<App>>,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !content_type.starts_with("application/x-www-form-urlencoded") {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "expected application/x-www-form-urlencoded\n").into_response();
    }
    let posted = Posted::parse(&body);
    let mode = posted.is_elder.then_some("elder");
    let visit = Visit {
        app: &app,
        reader: Reader::of(Some(&posted.draft.lang), mode, &headers),
        shape: if posted.is_fragment { Shape::Fragment } else { Shape::Page },
        ticket: &ticket,
        // Only the element asks for a fragment by post, and it has the style.
        is_style_inert: true,
        via: posted.via.parse::<Channel>().map(|via| via.name().to_owned()).unwrap_or_default(),
    };
    let service = match find_service(&app, &ticket, |ticket: &Ticket, now| ticket.takes_rating_at(now)).await {
        Ok((_, service)) => service,
        Err(reason) => return visit.no_form(reason),
    };
    if let Some((status, notice)) = refuse_page(&visit, &posted, &headers) {
        return visit.form(&service, &keep(posted, Vec::new(), notice), status);
    }
    let entrance = Entrance {
        channel: Channel::of_web_page(Some(&visit.via), is_mobile(&headers)),
        provenance: Provenance::Citizen,
    };
    let draft = posted.draft.clone().keep_what_is_shown();
    match accept(&app, entrance, &ticket, &posted.key, draft).await {
        Ok(accepted) => done(&visit, &accepted),
        Err(refusal) => come_back(&visit, &service, posted, refusal),
    }
}

/// Whether the post comes from a form we made, on a page that may send it. If not, nothing is lost: the form comes back
/// from us, filled, to be sent again.
fn refuse_page(visit: &Visit<'_>, posted: &Posted, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
    let p = visit.reader.page_messages();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let config = &visit.app.config;
    let is_ours =
        |origin: &str| origin == config.origin() || config.allow_origins.iter().any(|allowed| allowed == origin);
    let is_foreign = match text("origin") {
        Some(origin) => !is_ours(origin),
        None => text("sec-fetch-site") == Some("cross-site"),
    };
    if is_foreign {
        return Some((StatusCode::FORBIDDEN, p.foreign_origin));
    }
    let now = visit.app.clock.now();
    let checked = PageToken::check(&visit.app.keys().page, visit.ticket, &posted.key, &posted.page_token, now);
    checked.is_err().then_some((StatusCode::UNPROCESSABLE_ENTITY, p.page_expired))
}

fn done(visit: &Visit<'_>, accepted: &Accepted) -> Response {
    if visit.shape == Shape::Fragment {
        let m = visit.reader.messages();
        let section = Done {
            messages: m,
            accepted: &accepted.answer,
            is_replay: accepted.is_replay,
            is_elder: visit.reader.is_elder,
        };
        return visit.respond(m.done_title, &section.render(), StatusCode::OK, false, false);
    }
    let token = DoneToken::mint(&visit.app.keys().page, visit.ticket, &accepted.id, visit.app.clock.now());
    let mode = if visit.reader.is_elder { "&mode=elder" } else { "" };
    let replay = if accepted.is_replay { "&again=1" } else { "" };
    let (base, lang) = (visit.app.config.base_path(), visit.reader.lang.tag());
    Redirect::to(&format!("{base}/r/{}/done?t={token}&lang={lang}{mode}{replay}", visit.ticket)).into_response()
}

fn come_back(visit: &Visit<'_>, service: &ServiceView, posted: Posted, refusal: Refusal) -> Response {
    let m = visit.reader.messages();
    let (faults, notice, status) = match refusal {
        Refusal::AlreadyRated(on) => return visit.already_rated(&on.to_string(), StatusCode::CONFLICT),
        Refusal::Violations(faults) => (faults, "", StatusCode::UNPROCESSABLE_ENTITY),
        Refusal::TooMany => (Vec::new(), m.failed_busy, StatusCode::TOO_MANY_REQUESTS),
        Refusal::Busy => (Vec::new(), m.failed_busy, StatusCode::SERVICE_UNAVAILABLE),
        Refusal::Failed => (Vec::new(), m.failed_server, StatusCode::INTERNAL_SERVER_ERROR),
    };
    visit.form(service, &keep(posted, faults, notice), status)
}

fn keep(posted: Posted, faults: Vec<Violation>, notice: &'static str) -> Filled {
    // The key stays, so that sending again is the same rating; but one that stands for another content must go.
    let is_key_good = v1::check_key(&posted.key).is_ok() && !faults.contains(&Violation::KeyReused);
    Filled {
        faults: faults.iter().map(v1::Violation::from).collect(),
        notice,
        key: is_key_good.then_some(posted.key),
        draft: posted.draft,
    }
}

/// Whether a browser says that it is on a phone or tablet.
pub fn is_mobile(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    text("sec-ch-ua-mobile") == "?1"
        || ["Mobile", "Android", "iPhone", "iPad", "HarmonyOS"].iter().any(|mark| text("user-agent").contains(mark))
}
