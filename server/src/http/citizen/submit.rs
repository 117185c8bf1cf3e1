//! `POST /r/{ticket}` and `/c/{card}`: the form sent by a browser, with or without script. On an
//! error it comes back with every choice kept.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    form::Done,
    link::{DoneToken, PageToken},
    rating::{Channel, Provenance, Violation},
    wire::v1,
};
use haochaping_collector::{
    intake::accept::{Accepted, Claim, Entrance, Refusal, accept, source_of},
    state::App,
};

use super::{
    link::{Access, FormUnavailable, Link, LinkTarget},
    posted::Posted,
    view::{Filled, LinkView, Shape},
};
use crate::http::{client::Client, page::Reader};

/// The form's post.
#[utoipa::path(
    post, path = "/r/{ticket}", operation_id = "submitRatingForm", tag = "pages",
    params(("ticket" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "accepted; leads to the receipt"),
        (status = 200, description = "accepted, as a fragment (field `fragment`)", content_type = "text/html"),
        (status = 403, description = "from a page of an unknown site; the form comes back filled", content_type = "text/html"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged, or its service is not on record", content_type = "text/html"),
        (status = 409, description = "another rating stands", content_type = "text/html"),
        (status = 410, description = "the link has expired", content_type = "text/html"),
        (status = 413, description = "the body is too large", content_type = "text/html"),
        (status = 415, description = "not a form", content_type = "text/html"),
        (status = 422, description = "the form comes back filled, with every fault", content_type = "text/html"),
        (status = 429, description = "the link is used too often; the form comes back filled", content_type = "text/html"),
        (status = 500, description = "the store failed; the form comes back filled", content_type = "text/html"),
        (status = 503, description = "no room; the form comes back filled", content_type = "text/html"),
    )
)]
pub async fn submit(
    State(app): State<Arc<App>>,
    client: Client,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    take(&app, Link::Ticket(ticket), client, &headers, request).await
}

/// The post of a card's form: the rating of one visit.
#[utoipa::path(
    post, path = "/c/{card}", operation_id = "submitCardForm", tag = "pages",
    params(("card" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "accepted; leads to the receipt"),
        (status = 200, description = "accepted, as a fragment (field `fragment`)", content_type = "text/html"),
        (status = 403, description = "from a page of an unknown site; the form comes back filled", content_type = "text/html"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged", content_type = "text/html"),
        (status = 409, description = "this visit was rated, with another content", content_type = "text/html"),
        (status = 410, description = "the card has expired, was revoked or replaced", content_type = "text/html"),
        (status = 413, description = "the body is too large", content_type = "text/html"),
        (status = 415, description = "not a form", content_type = "text/html"),
        (status = 422, description = "the form comes back filled, with every fault", content_type = "text/html"),
        (status = 429, description = "the visit is used too often; the form comes back filled", content_type = "text/html"),
        (status = 500, description = "the store failed; the form comes back filled", content_type = "text/html"),
        (status = 503, description = "no room; the form comes back filled", content_type = "text/html"),
    )
)]
pub async fn submit_card(
    State(app): State<Arc<App>>,
    client: Client,
    Path(card): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    take(&app, Link::Card(card), client, &headers, request).await
}

async fn take(
    app: &App,
    link: Link,
    client: Client,
    headers: &HeaderMap,
    request: Request,
) -> Response {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !content_type.starts_with("application/x-www-form-urlencoded") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    // Of a link that is none of ours nothing is read.
    let body = if link.is_genuine(app) {
        Bytes::from_request(request, &()).await
    } else {
        Ok(Bytes::new())
    };
    let posted = match body {
        Ok(body) => Posted::parse(&body),
        Err(refused) => return refused.into_response(),
    };
    let mut view = LinkView {
        app,
        reader: Reader::of(Some(&posted.draft.lang), Some(&posted.mode), headers),
        shape: if posted.is_fragment { Shape::Fragment } else { Shape::Page },
        link: &link,
        region: None,
        // Only the element asks for a fragment by post, and it has the style.
        is_style_inert: true,
        via: posted.via.parse::<Channel>().map(|via| via.name().to_owned()).unwrap_or_default(),
    };
    let found = match link.find(app, Access::Send).await {
        Ok(found) => found,
        Err(FormUnavailable::Store(error)) => {
            tracing::error!(%error, "what a link is about was not read");
            let notice = view.reader.page_messages().failed_busy;
            return view.form(
                LinkTarget::nothing_known(),
                &keep(posted, &[], notice),
                StatusCode::SERVICE_UNAVAILABLE,
            );
        }
        Err(reason) => return view.no_form(reason),
    };
    view.region = found.region;
    if !found.admits(app, &posted.key) {
        // No new visit for a card that opens none; else the form comes back filled, as one.
        return match link.find(app, Access::Open).await {
            Err(reason) => view.no_form(reason),
            Ok(found) => {
                let notice = view.reader.page_messages().page_expired;
                let filled = Filled { key: None, ..keep(posted, &[], notice) };
                view.form(found, &filled, StatusCode::UNPROCESSABLE_ENTITY)
            }
        };
    }
    if let Some((status, notice)) = refuse_page(&view, &posted, headers) {
        return view.form(found, &keep(posted, &[], notice), status);
    }
    let draft = posted.draft.clone().without_hidden_fields();
    let claim = match &link {
        Link::Ticket(ticket) => Claim::Ticket { ticket, key: &posted.key },
        Link::Card(_) => Claim::Visit {
            visit: &posted.key,
            source: source(app, client, headers),
            purpose: posted.purpose(),
        },
    };
    match accept(app, entrance(&claim, &view.via, headers), claim, draft).await {
        Ok(accepted) => done(&view, &accepted),
        Err(refusal) => come_back(&view, found, posted, refusal),
    }
}

/// How a rating comes in by web: a card is scanned; of other pages the link and the browser say.
pub(in crate::http) fn entrance(claim: &Claim<'_>, via: &str, headers: &HeaderMap) -> Entrance {
    let channel = match claim {
        Claim::Visit { .. } => Channel::Qr,
        Claim::Ticket { .. } | Claim::Assisted { .. } | Claim::Relayed { .. } => {
            Channel::of_web_page(Some(via), is_mobile(headers))
        }
    };
    Entrance { channel, provenance: Provenance::Citizen }
}

/// Where a request comes from, as the limits of cards see it.
pub(in crate::http) fn source(app: &App, client: Client, headers: &HeaderMap) -> [u8; 8] {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    source_of(app, client.address, agent)
}

/// Whether the post comes from a form we made, on a page that may send it. If not, nothing is lost:
/// the form comes back from us, filled, to be sent again.
fn refuse_page(
    view: &LinkView<'_>,
    posted: &Posted,
    headers: &HeaderMap,
) -> Option<(StatusCode, &'static str)> {
    let p = view.reader.page_messages();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let config = &view.app.config;
    let is_ours = |origin: &str| {
        origin == config.origin() || config.allow_origins.iter().any(|allowed| allowed == origin)
    };
    let is_foreign = match text("origin") {
        Some(origin) => !is_ours(origin),
        None => text("sec-fetch-site") == Some("cross-site"),
    };
    if is_foreign {
        return Some((StatusCode::FORBIDDEN, p.foreign_origin));
    }
    let now = view.app.clock.now();
    let checked = PageToken::check(
        &view.app.keys().page,
        view.link.token(),
        &posted.key,
        &posted.page_token,
        now,
    );
    checked.is_err().then_some((StatusCode::UNPROCESSABLE_ENTITY, p.page_expired))
}

fn done(view: &LinkView<'_>, accepted: &Accepted) -> Response {
    if view.shape == Shape::Fragment {
        let m = view.reader.messages();
        let section = Done {
            messages: m,
            accepted: &accepted.answer,
            is_replay: accepted.is_replay,
            is_elder: view.reader.is_elder(),
            has_title: true,
        };
        return view.respond(
            view.reader.page_messages().done_title,
            &section.node(),
            StatusCode::OK,
            false,
            false,
        );
    }
    let token = DoneToken::mint(
        &view.app.keys().page,
        view.link.token(),
        accepted.part,
        &accepted.id,
        view.app.clock.now(),
    );
    let mode = view.reader.mode_query();
    let replay = if accepted.is_replay { "&again=1" } else { "" };
    let (base, lang) = (view.app.config.base_path(), view.reader.lang.tag());
    Redirect::to(&format!("{base}{}/done?t={token}&lang={lang}{mode}{replay}", view.link.path()))
        .into_response()
}

fn come_back(view: &LinkView<'_>, found: LinkTarget, posted: Posted, refusal: Refusal) -> Response {
    let p = view.reader.page_messages();
    let (faults, notice, status) = match refusal {
        Refusal::AlreadyRated(on) => {
            return view.already_rated(&on.to_string(), StatusCode::CONFLICT);
        }
        // A form's key can be made anew; a visit cannot, and what it said stands.
        Refusal::KeyReused(on) if matches!(view.link, Link::Card(_)) => {
            return view.visit_rated(&on.to_string());
        }
        Refusal::KeyReused(_) => (vec![Violation::KeyReused], "", StatusCode::UNPROCESSABLE_ENTITY),
        Refusal::Violations(faults) => (faults, "", StatusCode::UNPROCESSABLE_ENTITY),
        Refusal::TooMany => (Vec::new(), p.failed_busy, StatusCode::TOO_MANY_REQUESTS),
        Refusal::Busy | Refusal::Unwritable => {
            (Vec::new(), p.failed_busy, StatusCode::SERVICE_UNAVAILABLE)
        }
        Refusal::Failed => (Vec::new(), p.failed_server, StatusCode::INTERNAL_SERVER_ERROR),
    };
    view.form(found, &keep(posted, &faults, notice), status)
}

fn keep(posted: Posted, faults: &[Violation], notice: &'static str) -> Filled {
    // The key stays, so that sending again is the same rating; but one that stands for another
    // content must go.
    let is_key_good = v1::check_key(&posted.key).is_ok() && !faults.contains(&Violation::KeyReused);
    Filled {
        faults: faults.iter().map(v1::Violation::from).collect(),
        notice,
        key: is_key_good.then_some(posted.key),
        purpose: posted.purpose,
        draft: posted.draft,
    }
}

/// Whether a browser says that it is on a phone or tablet.
pub fn is_mobile(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    text("sec-ch-ua-mobile") == "?1"
        || ["Mobile", "Android", "iPhone", "iPad", "HarmonyOS"]
            .iter()
            .any(|mark| text("user-agent").contains(mark))
}
