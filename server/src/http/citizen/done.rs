//! `GET /r/{ticket}/done`: the receipt, to whoever was redirected here by the post; to everyone else only that the
//! service was rated, and when.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    calendar::Instant,
    form::html::Done,
    link::{DoneToken, Ticket},
};
use serde::Deserialize;

use super::view::{Asked, Shape, Visit, find_service};
use crate::{
    accept::{answer, read_ticket},
    app::App,
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
    get, path = "/r/{ticket}/done", tag = "citizen",
    params(("ticket" = String, Path), ("t" = Option<String>, Query)),
    responses(
        (status = 200, description = "the receipt with the redirect's token, else when the service was rated", content_type = "text/html"),
        (status = 303, description = "the service has no rating yet; leads to the form"),
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
    let asked = Asked { lang: arrived.lang, mode: arrived.mode, via: None, style: None };
    let visit = Visit {
        app: &app,
        reader: asked.reader(&headers),
        shape: Shape::Page,
        ticket: &ticket,
        via: String::new(),
        is_style_inert: true,
    };
    let token = arrived.t.as_deref().unwrap_or("");
    let rating = DoneToken::check(&app.keys().page, &ticket, token, app.clock.now());
    if let (Ok(id), Ok(read)) = (rating, read_ticket(&app, &ticket)) {
        let accepted = answer(&app, read.part, &id, accepted_at(&id));
        let m = visit.reader.messages();
        let is_replay = arrived.again.is_some();
        let section = Done { messages: m, accepted: &accepted, is_replay, is_elder: visit.reader.is_elder };
        return visit.respond(m.done_title, &section.render(), StatusCode::OK, false, false);
    }
    match find_service(&app, &ticket, |_: &Ticket, _| true).await {
        Err(reason) => visit.no_form(reason),
        Ok((_, service)) => match service.rated_at {
            Some(at) => visit.already_rated(&at.date_in_china().to_string(), StatusCode::OK),
            None => Redirect::to(&format!("{}/r/{ticket}", app.config.base_path())).into_response(),
        },
    }
}

/// When a rating was accepted: the first 48 bits of its UUIDv7.
fn accepted_at(id: &[u8; 16]) -> Instant {
    Instant::from_millis(i64::from_be_bytes([0, 0, id[0], id[1], id[2], id[3], id[4], id[5]]))
}
