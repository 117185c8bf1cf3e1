//! `GET /api/v1/links/{token}`: what a form for a link shows and carries, for forms that are not
//! ours. Uses nothing up and keeps nothing.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use haochaping::{link::PageToken, messages::Lang, wire::v1};
use haochaping_collector::state::App;

use crate::http::{
    citizen::link::{Access, FormUnavailable, Link, LinkTarget},
    problem::Problem,
};

/// What a ticket or card is about, and whether it can be rated.
#[utoipa::path(
    get, path = "/api/v1/links/{token}", operation_id = "getLink", tag = "ratings",
    params(("token" = String, Path, description = "a ticket or the token of a card, in any case")),
    responses(
        (status = 200, description = "what a form shows and carries; of a service that was rated, when. Never a case number", body = v1::LinkInfo),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    token: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(token)) = token else { return Err(refusal(FormUnavailable::Unknown)) };
    let link = Link::of_token(token);
    let found = link.find(&app, Access::Open).await.map_err(refusal)?;
    let info = describe(&app, &link, found);
    // It holds a key that is somebody's.
    Ok((AppendHeaders([(header::CACHE_CONTROL, "no-store")]), Json(info)).into_response())
}

fn describe(app: &App, link: &Link, found: LinkTarget) -> v1::LinkInfo {
    let is_ticket = matches!(link, Link::Ticket(_));
    let is_open = found.rated_on.is_none();
    let key = is_open.then(|| found.fresh_key(app));
    let page_token = key
        .as_ref()
        .map(|key| PageToken::mint(&app.keys().page, link.token(), key, app.clock.now()));
    let (service, card) = v1::LinkInfo::about(found.subject);
    let (key, visit) = if is_ticket { (key, None) } else { (None, key) };
    v1::LinkInfo {
        kind: link.attribute().to_owned(),
        service,
        card,
        state: if is_open { "open" } else { "rated" }.to_owned(),
        rated_on: found.rated_on,
        languages: Lang::ALL.map(|lang| lang.tag().to_owned()).into(),
        key,
        visit,
        page_token,
    }
}

fn refusal(reason: FormUnavailable) -> Problem {
    let title = match &reason {
        FormUnavailable::Store(error) => {
            tracing::error!(%error, "what a link is about was not read");
            "the store does not answer"
        }
        _ if reason.status() == StatusCode::GONE => "the link is no longer good",
        FormUnavailable::Unknown => "nothing is on record for this link",
        _ => "the link is not one of this collector",
    };
    Problem::new(reason.status(), reason.code(), title)
}
