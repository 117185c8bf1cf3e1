//! `/api/v1/work-orders`: bad ratings for the systems of departments and of service-management
//! bodies.
//!
//! A key of scope `work-orders` acts as the handler of its departments, one of scope `supervision`
//! as the body of its region. What lies outside answers as if it were not there.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use haochaping::{
    wire::v1,
    work_order::{Role, TEXT_MAX},
};
use haochaping_collector::{
    accounts::audit_trail::AuditActor,
    state::App,
    work_orders::{
        access as worker,
        access::{OrderAccess, view},
        act as orders,
        act::{ActError, HistoryError, Loaded},
        contact as disclosure,
        contact::DisclosureError,
    },
};
use haochaping_store::order::OrderQuery;
use serde::Deserialize;

use super::key::{Keyed, Work};
use crate::http::{json::Sent, problem::Problem};

/// The most orders on a page.
const PAGE_MAX: u32 = 200;

/// Which orders are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Params {
    /// Changed after this watermark; 0 for all
    #[serde(default)]
    after: i64,
    /// 1 to 200
    #[serde(default = "page_of_100")]
    limit: u32,
}

const fn page_of_100() -> u32 {
    100
}

/// Work orders of the caller's scope in the order of their last change.
#[utoipa::path(
    get, path = "/api/v1/work-orders", operation_id = "listWorkOrders", tag = "work-orders", security(("api_key" = [])), params(Params),
    responses(
        (status = 200, description = "ask again with `after` = `watermark`", body = v1::WorkOrders),
    )
)]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Keyed<Work>,
    asked: Result<Query<Params>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<v1::WorkOrders>, Problem> {
    let worker = OrderAccess::of_key(&caller);
    let malformed = |english: &str, chinese: &str| {
        Problem::new(StatusCode::BAD_REQUEST, "malformed-query", english).in_chinese(chinese)
    };
    let Query(asked) = asked.map_err(|error| Problem::malformed_query(&error))?;
    if asked.after < 0 {
        let english = format!("after is {}, 0 and more are allowed", asked.after);
        return Err(malformed(&english, &format!("after 为 {}，应为 0 或更大", asked.after)));
    }
    if asked.limit == 0 || asked.limit > PAGE_MAX {
        let english = format!("a limit of {}, 1 to {PAGE_MAX} are allowed", asked.limit);
        return Err(malformed(
            &english,
            &format!("limit 为 {}，应为 1 至 {PAGE_MAX}", asked.limit),
        ));
    }
    let query = OrderQuery {
        after: asked.after,
        limit: asked.limit,
        agencies: worker.agencies_shown(),
        regions: worker.regions.clone(),
        is_dispatched: worker.actor.role == Role::Handler,
    };
    let rows = app.store.orders(query).await.map_err(|error| Problem::of_store(&error))?;
    let watermark = rows.last().map_or(asked.after, |row| row.changed);
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        match orders::load(&app.store, &app.keys().vault, row).await {
            Ok(loaded) => shown.push(view(&app, &worker, &loaded)),
            Err(HistoryError::Store(error)) => return Err(Problem::of_store(&error)),
            // One that cannot be read keeps nobody from the others.
            Err(error) => tracing::error!(%error, "a work order was left out of a list"),
        }
    }
    Ok(Json(v1::WorkOrders { orders: shown, watermark }))
}

/// One work order.
#[utoipa::path(
    get, path = "/api/v1/work-orders/{id}", operation_id = "getWorkOrder", tag = "work-orders", security(("api_key" = [])),
    params(("id" = String, Path, description = "the order's id")),
    responses(
        (status = 200, description = "with its history and what the caller may do next", body = v1::WorkOrder),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Keyed<Work>,
    Path(id): Path<String>,
) -> Result<Json<v1::WorkOrder>, Problem> {
    let worker = OrderAccess::of_key(&caller);
    let loaded = find(&app, &worker, &id).await?;
    Ok(Json(view(&app, &worker, &loaded)))
}

/// Takes an action. To send the same again gives the same answer.
#[utoipa::path(
    post, path = "/api/v1/work-orders/{id}/actions", operation_id = "actOnWorkOrder", tag = "work-orders", security(("api_key" = [])),
    params(("id" = String, Path, description = "the order's id")),
    request_body = v1::ActionRequest,
    responses(
        (status = 200, description = "the order after it", body = v1::WorkOrder),
    )
)]
pub async fn act(
    State(app): State<Arc<App>>,
    caller: Keyed<Work>,
    Path(id): Path<String>,
    Sent(request): Sent<v1::ActionRequest>,
) -> Result<Json<v1::WorkOrder>, Problem> {
    let worker = OrderAccess::of_key(&caller);
    let loaded = find(&app, &worker, &id).await?;
    let actor = worker.actor_about(&loaded);
    orders::act(&app, &loaded, request.n_entries, request.action, &actor).await.map_err(refused)?;
    // After a reassignment the order may be another's; who gave it away sees that once.
    let row = app
        .store
        .order_of(loaded.row.part, loaded.row.rating)
        .await
        .map_err(|error| Problem::of_store(&error))?;
    let row = row.ok_or_else(Problem::internal)?;
    let loaded = orders::load(&app.store, &app.keys().vault, row)
        .await
        .map_err(|error| Problem::of_history(&error))?;
    Ok(Json(view(&app, &worker, &loaded)))
}

/// The contact of the rater in full. The reason is kept, and shown to the service-management body.
#[utoipa::path(
    post, path = "/api/v1/work-orders/{id}/contact", operation_id = "showContact", tag = "work-orders", security(("api_key" = [])),
    params(("id" = String, Path, description = "the order's id")),
    request_body = v1::ContactRequest,
    responses(
        (status = 200, description = "name and number", body = v1::Contact),
    )
)]
pub async fn contact(
    State(app): State<Arc<App>>,
    caller: Keyed<Work>,
    Path(id): Path<String>,
    Sent(request): Sent<v1::ContactRequest>,
) -> Result<Json<v1::Contact>, Problem> {
    let worker = OrderAccess::of_key(&caller);
    let loaded = find(&app, &worker, &id).await?;
    let shown = disclosure::disclose(
        &app,
        &loaded,
        &AuditActor::System(caller.key.clone()),
        &request.reason,
    )
    .await;
    shown.map(Json).map_err(|error| match error {
        DisclosureError::Reason("required") => Problem::required("reason"),
        DisclosureError::Reason(_) => {
            Problem::too_long("reason", TEXT_MAX, request.reason.chars().count())
        }
        DisclosureError::Nothing => {
            Problem::new(StatusCode::NOT_FOUND, "no-contact", &error.to_string())
        }
        DisclosureError::Store(error) => Problem::of_store(&error),
    })
}

async fn find(app: &App, worker: &OrderAccess, id: &str) -> Result<Loaded, Problem> {
    let found = worker::find(app, worker, id).await.map_err(|error| Problem::of_history(&error))?;
    found.ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, "unknown-work-order", "no such work order")
    })
}

pub(super) fn refused(error: ActError) -> Problem {
    match error {
        ActError::Refused(error) => Problem::action(&error),
        ActError::Moved(_) => Problem::new(StatusCode::CONFLICT, "moved", &error.to_string()),
        ActError::History(error) => Problem::of_history(&error),
    }
}
