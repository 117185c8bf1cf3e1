//! `GET /r/{ticket}` and `/c/{card}`: the rating form as a page, and with `/form` behind as a
//! fragment. None of them uses a ticket up or keeps anything.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::rating::Channel;
use haochaping_collector::state::App;

use super::{
    link::{Access, Link, LinkTarget},
    view::{Filled, LinkView, Params, Shape},
};

/// The page.
#[utoipa::path(
    get, path = "/r/{ticket}", operation_id = "showRatingPage", tag = "pages",
    params(("ticket" = String, Path), ("lang" = Option<String>, Query), ("mode" = Option<String>, Query), ("via" = Option<String>, Query)),
    responses(
        (status = 200, description = "the form, or when the service was rated", content_type = "text/html"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged, or its service is not on record", content_type = "text/html"),
        (status = 410, description = "the link has expired", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn page(
    State(app): State<Arc<App>>,
    Path(ticket): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Response {
    show(&app, Link::Ticket(ticket), &asked, &headers, Shape::Page).await
}

/// The page after scanning the code on a pad: the same, and by that channel.
#[utoipa::path(
    get, path = "/R/{ticket}", operation_id = "showScannedPage", tag = "pages",
    params(("ticket" = String, Path), ("lang" = Option<String>, Query), ("mode" = Option<String>, Query)),
    responses(
        (status = 200, description = "the form, or when the service was rated", content_type = "text/html"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged, or its service is not on record", content_type = "text/html"),
        (status = 410, description = "the link has expired", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn scanned_page(
    State(app): State<Arc<App>>,
    Path(ticket): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Response {
    let asked = Params { via: Some(Channel::Qr.name().to_owned()), ..asked };
    show(&app, Link::Ticket(ticket), &asked, &headers, Shape::Page).await
}

/// The fragment, with absolute addresses, for the element on a portal or for a portal's own server.
#[utoipa::path(
    get, path = "/r/{ticket}/form", operation_id = "showRatingForm", tag = "pages",
    params(("ticket" = String, Path), ("lang" = Option<String>, Query), ("mode" = Option<String>, Query), ("via" = Option<String>, Query)),
    responses(
        (status = 200, description = "style and form, or when the service was rated", content_type = "text/html"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged, or its service is not on record", content_type = "text/html"),
        (status = 410, description = "the link has expired", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn fragment(
    State(app): State<Arc<App>>,
    Path(ticket): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Response {
    show(&app, Link::Ticket(ticket), &asked, &headers, Shape::Fragment).await
}

/// The same for a printed card: what and where it is about, then the form of one visit.
#[utoipa::path(
    get, path = "/c/{card}", operation_id = "showCardPage", tag = "pages",
    params(("card" = String, Path), ("lang" = Option<String>, Query), ("mode" = Option<String>, Query)),
    responses(
        (status = 200, description = "the form of a new visit", content_type = "text/html"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged", content_type = "text/html"),
        (status = 410, description = "the card has expired, was revoked or replaced", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn card_page(
    State(app): State<Arc<App>>,
    Path(card): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Response {
    show(&app, Link::Card(card), &asked, &headers, Shape::Page).await
}

/// The form of a card as a fragment.
#[utoipa::path(
    get, path = "/c/{card}/form", operation_id = "showCardForm", tag = "pages",
    params(("card" = String, Path), ("lang" = Option<String>, Query), ("mode" = Option<String>, Query)),
    responses(
        (status = 200, description = "style and form of a new visit", content_type = "text/html"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged", content_type = "text/html"),
        (status = 410, description = "the card has expired, was revoked or replaced", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn card_fragment(
    State(app): State<Arc<App>>,
    Path(card): Path<String>,
    Query(asked): Query<Params>,
    headers: HeaderMap,
) -> Response {
    show(&app, Link::Card(card), &asked, &headers, Shape::Fragment).await
}

async fn show(
    app: &App,
    link: Link,
    asked: &Params,
    headers: &HeaderMap,
    shape: Shape,
) -> Response {
    let mut view = LinkView {
        app,
        reader: asked.reader(headers),
        shape,
        link: &link,
        region: None,
        via: asked.via().to_owned(),
        is_style_inert: asked.style.as_deref() == Some("template"),
    };
    let found = link.find(app, Access::Open).await;
    view.region = found.as_ref().ok().and_then(|found| found.region);
    match found {
        Err(reason) => view.no_form(reason),
        Ok(LinkTarget { rated_on: Some(on), .. }) => view.already_rated(&on, StatusCode::OK),
        Ok(found) => view.form(found, &Filled::default(), StatusCode::OK),
    }
}
