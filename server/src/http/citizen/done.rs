//! `GET /r/{ticket}/done` and `/c/{card}/done`: the receipt, to whoever was redirected here by the
//! post; to everyone else only that the service was rated, and when.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{calendar::Instant, form::Done, link::DoneToken};
use haochaping_collector::{intake::accept::answer, state::App};
use serde::Deserialize;

use super::{
    link::{Access, Link, LinkTarget},
    view::{LinkView, Params, Shape},
};

/// What the redirect carries.
#[derive(Debug, Deserialize)]
pub struct Arrived {
    /// The MACed token.
    t: Option<String>,
    /// Whether the rating had arrived before.
    again: Option<String>,
    lang: Option<String>,
    mode: Option<String>,
}

/// The page after a rating.
#[utoipa::path(
    get, path = "/r/{ticket}/done", operation_id = "showReceiptPage", tag = "pages",
    params(("ticket" = String, Path), ("t" = Option<String>, Query)),
    responses(
        (status = 200, description = "the receipt with the redirect's token, else when the service was rated", content_type = "text/html"),
        (status = 303, description = "the service has no rating yet; leads to the form"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged, or its service is not on record", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn page(
    State(app): State<Arc<App>>,
    Path(ticket): Path<String>,
    Query(arrived): Query<Arrived>,
    headers: HeaderMap,
) -> Response {
    show(&app, &Link::Ticket(ticket), arrived, &headers).await
}

/// The page after a rating of a card's visit.
#[utoipa::path(
    get, path = "/c/{card}/done", operation_id = "showCardReceiptPage", tag = "pages",
    params(("card" = String, Path), ("t" = Option<String>, Query)),
    responses(
        (status = 200, description = "the receipt with the redirect's token", content_type = "text/html"),
        (status = 303, description = "without that token; leads to the form of a new visit"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn card_page(
    State(app): State<Arc<App>>,
    Path(card): Path<String>,
    Query(arrived): Query<Arrived>,
    headers: HeaderMap,
) -> Response {
    show(&app, &Link::Card(card), arrived, &headers).await
}

async fn show(app: &App, link: &Link, arrived: Arrived, headers: &HeaderMap) -> Response {
    let asked = Params { lang: arrived.lang, mode: arrived.mode, via: None, style: None };
    let reader = asked.reader(headers);
    let mut view = LinkView {
        app,
        reader,
        shape: Shape::Page,
        link,
        region: None,
        via: String::new(),
        is_style_inert: true,
    };
    let found = link.find(app, Access::Return).await;
    view.region = found.as_ref().ok().and_then(|found| found.region);
    let token = arrived.t.as_deref().unwrap_or("");
    let arrived_rating = DoneToken::check(&app.keys().page, link.token(), token, app.clock.now());
    if let Ok((part, id)) = arrived_rating {
        let accepted = answer(app, part, &id, accepted_at(&id));
        let m = reader.messages();
        let is_replay = arrived.again.is_some();
        let section = Done {
            messages: m,
            accepted: &accepted,
            is_replay,
            is_elder: reader.is_elder(),
            has_title: false,
        };
        return view.respond(
            reader.page_messages().done_title,
            &section.node(),
            StatusCode::OK,
            false,
            false,
        );
    }
    match found {
        Err(reason) => view.no_form(reason),
        Ok(LinkTarget { rated_on: Some(on), .. }) => view.already_rated(&on, StatusCode::OK),
        Ok(_) => {
            Redirect::to(&format!("{}{}", app.config.base_path(), link.path())).into_response()
        }
    }
}

/// When a rating was accepted: the first 48 bits of its UUIDv7.
fn accepted_at(id: &[u8; 16]) -> Instant {
    Instant::from_millis(i64::from_be_bytes([0, 0, id[0], id[1], id[2], id[3], id[4], id[5]]))
}
