//! `GET /r/{ticket}`: the rating form as a page. `GET /r/{ticket}/form`: the same as a fragment. Neither uses the ticket up.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::link::Ticket;

use super::view::{Asked, Filled, Shape, Visit, find_service};
use crate::app::App;

/// The page.
#[utoipa::path(
    get, path = "/r/{ticket}", tag = "citizen",
    params(("ticket" = String, Path), ("lang" = Option<String>, Query), ("mode" = Option<String>, Query), ("via" = Option<String>, Query)),
    responses(
        (status = 200, description = "the form, or when the service was rated", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged, or its service is not on record", content_type = "text/html"),
        (status = 410, description = "the link has expired", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn page(
    State(app): State<Arc<App>>,
    Path(ticket): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    show(&app, &ticket, &asked, &headers, Shape::Page).await
}

/// The fragment, with absolute addresses, for the element on a portal or for a portal's own server.
#[utoipa::path(
    get, path = "/r/{ticket}/form", tag = "citizen",
    params(("ticket" = String, Path), ("lang" = Option<String>, Query), ("mode" = Option<String>, Query), ("via" = Option<String>, Query)),
    responses(
        (status = 200, description = "style and form, or when the service was rated", content_type = "text/html"),
        (status = 404, description = "the link is malformed or forged, or its service is not on record", content_type = "text/html"),
        (status = 410, description = "the link has expired", content_type = "text/html"),
        (status = 503, description = "the store does not answer", content_type = "text/html"),
    )
)]
pub async fn fragment(
    State(app): State<Arc<App>>,
    Path(ticket): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    show(&app, &ticket, &asked, &headers, Shape::Fragment).await
}

async fn show(app: &App, ticket: &str, asked: &Asked, headers: &HeaderMap, shape: Shape) -> Response {
    let visit = Visit {
        app,
        reader: asked.reader(headers),
        shape,
        ticket,
        via: asked.via().to_owned(),
        is_style_inert: asked.style.as_deref() == Some("template"),
    };
    match find_service(app, ticket, |ticket: &Ticket, now| ticket.opens_at(now)).await {
        Err(reason) => visit.no_form(reason),
        Ok((_, service)) => match service.rated_at {
            Some(at) => visit.already_rated(&at.date_in_china().to_string(), StatusCode::OK),
            None => visit.form(&service, &Filled::default(), StatusCode::OK),
        },
    }
}
