//! `POST /api/v1/webhooks/{endpoint}`: what a hotline or a department's system did with an order,
//! pushed back and signed with the secret of its endpoint, by the Standard Webhooks specification.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use haochaping::{
    webhook::{Headers, verify},
    wire::v1,
};
use haochaping_collector::{
    state::App,
    webhooks::open_secret,
    work_orders::{
        access as worker,
        access::{OrderAccess, view},
        act as orders,
        act::Loaded,
    },
};
use haochaping_store::outbox::{Endpoint, EndpointKind};

use super::work_orders::refused;
use crate::http::{json, problem::Problem};

/// Takes an action that another system reports. The same id again is answered and not taken again.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{endpoint}", operation_id = "receiveWebhook", tag = "push",
    params(
        ("endpoint" = String, Path, description = "the endpoint's name"),
        ("webhook-id" = String, Header, description = "of the message, the same at each attempt"),
        ("webhook-timestamp" = String, Header, description = "seconds since 1970, within five minutes of now"),
        ("webhook-signature" = String, Header, description = "`v1,` and base64 of HMAC-SHA256 over id.timestamp.body"),
    ),
    request_body = v1::WorkOrderPush,
    responses(
        (status = 200, description = "the order after it", body = v1::WorkOrder),
        (status = 204, description = "it was taken before, and the order is no longer in the endpoint's scope"),
    )
)]
pub async fn receive(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let endpoint = admit(&app, &name, &headers, &body).await?;
    let push: v1::WorkOrderPush = json::read(&body)?;
    let unknown =
        || Problem::new(StatusCode::NOT_FOUND, "unknown-work-order", "no such work order");
    let id = text(&headers, "webhook-id");
    let is_replay =
        app.store.has_received(endpoint.id, id).await.map_err(|error| Problem::of_store(&error))?;
    let found = find(&app, &endpoint, &push.work_order).await?;
    let (worker, loaded) = match (is_replay, found) {
        (true, Some((worker, loaded))) => {
            return Ok(Json(view(&app, &worker, &loaded)).into_response());
        }
        // It was taken, and the order is another's since.
        (true, None) => return Ok(StatusCode::NO_CONTENT.into_response()),
        (false, found) => found.ok_or_else(unknown)?,
    };
    let actor = worker.actor_about(&loaded);
    orders::act(&app, &loaded, push.n_entries, push.action, &actor).await.map_err(refused)?;
    // After the action: a message that is lost in between is sent again, and the same action again
    // is the same.
    app.store
        .receive(endpoint.id, id, app.clock.now())
        .await
        .map_err(|error| Problem::of_store(&error))?;
    let row = app
        .store
        .order_of(loaded.row.part, loaded.row.rating)
        .await
        .map_err(|error| Problem::of_store(&error))?
        .ok_or_else(unknown)?;
    let loaded = orders::load(&app.store, &app.keys().vault, row)
        .await
        .map_err(|error| Problem::of_history(&error))?;
    Ok(Json(view(&app, &worker, &loaded)).into_response())
}

/// The endpoint, if the message is signed with its secret. Says the same of an unknown one and of a
/// wrong signature.
async fn admit(
    app: &App,
    name: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Endpoint, Problem> {
    let unauthorized = || {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "unverified",
            "not signed with the endpoint's secret",
        )
    };
    let found = app
        .store
        .endpoints()
        .await
        .map_err(|error| Problem::of_store(&error))?
        .into_iter()
        .find(|one| one.name == name);
    let is_for_orders =
        |one: &Endpoint| matches!(one.kind, EndpointKind::Hotline | EndpointKind::Department);
    let endpoint = found
        .filter(|one| one.disabled_at.is_none() && is_for_orders(one))
        .ok_or_else(unauthorized)?;
    let secret = open_secret(&app.keys().vault, &endpoint).ok_or_else(unauthorized)?;
    let signed = Headers {
        id: text(headers, "webhook-id"),
        timestamp: text(headers, "webhook-timestamp"),
        signature: text(headers, "webhook-signature"),
    };
    verify(&secret, signed, body, app.clock.now().millis().div_euclid(1_000)).map_err(|error| {
        tracing::warn!(endpoint = name, %error, "a message was not believed");
        unauthorized()
    })?;
    Ok(endpoint)
}

async fn find(
    app: &App,
    endpoint: &Endpoint,
    id: &str,
) -> Result<Option<(OrderAccess, Loaded)>, Problem> {
    let Some(key) = orders::parse_id(id) else { return Ok(None) };
    let Some(row) = app.store.order(key).await.map_err(|error| Problem::of_store(&error))? else {
        return Ok(None);
    };
    let worker = OrderAccess::of_endpoint(endpoint, &row.standing.agency);
    let loaded =
        worker::find(app, &worker, id).await.map_err(|error| Problem::of_history(&error))?;
    Ok(loaded.map(|loaded| (worker, loaded)))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}
