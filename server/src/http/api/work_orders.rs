//! `/api/v1/work-orders`: bad ratings for the systems of departments and of service-management bodies.
//!
//! A key of scope `work-orders` acts as the handler of its departments, one of scope `supervision` as the body of its
//! region. What lies outside answers as if it were not there.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
};
use haochaping::{
    calendar::Instant,
    rating::{Indicator, masked_name, masked_phone},
    wire::v1,
    work_order::{Actor, Entry, Role, Stage},
};
use serde::Deserialize;

use crate::{
    app::App,
    caller::{Caller, Scope},
    http::problem::Problem,
    orders::{self, ActError, HistoryError, Loaded, id_of},
    store::{StoreError, order::OrderQuery},
};

/// The most orders on a page.
const PAGE_MAX: u32 = 200;

/// Which orders are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
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
    get, path = "/api/v1/work-orders", tag = "work orders", security(("api_key" = [])), params(Asked),
    responses(
        (status = 200, description = "ask again with `after` = `watermark`", body = v1::WorkOrders),
        (status = 400, description = "not numbers, or a limit outside 1 to 200", body = v1::Problem, content_type = "application/problem+json"),
        (status = 401, description = "no live API key that works orders", body = v1::Problem, content_type = "application/problem+json"),
        (status = 500, description = "the store failed", body = v1::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<v1::WorkOrders>, Problem> {
    let worker = admit(&app, &headers)?;
    let malformed = |said: &str| Problem::new(StatusCode::BAD_REQUEST, "malformed-query", said);
    let Query(asked) = asked.map_err(|error| malformed(&error.body_text()))?;
    if asked.limit == 0 || asked.limit > PAGE_MAX {
        return Err(malformed(&format!("a limit of {}, 1 to {PAGE_MAX} are allowed", asked.limit)));
    }
    let query = OrderQuery {
        after: asked.after,
        limit: asked.limit,
        agencies: worker.agencies(),
        regions: worker.key.regions.clone(),
        is_dispatched: worker.actor.role == Role::Handler,
    };
    let rows = app.store.orders(query).await.map_err(|error| failed(&error))?;
    let watermark = rows.last().map_or(asked.after, |row| row.changed);
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        match orders::load(&*app.store, &app.keys().vault, row).await {
            Ok(loaded) => shown.push(view(&app, &worker, &loaded)),
            Err(HistoryError::Store(error)) => return Err(failed(&error)),
            // One that cannot be read keeps nobody from the others.
            Err(error) => tracing::error!(%error, "a work order was left out of a list"),
        }
    }
    Ok(Json(v1::WorkOrders { orders: shown, watermark }))
}

/// One work order.
#[utoipa::path(
    get, path = "/api/v1/work-orders/{id}", tag = "work orders", security(("api_key" = [])),
    params(("id" = String, Path, description = "the order's id")),
    responses(
        (status = 200, description = "with its history and what the caller may do next", body = v1::WorkOrder),
        (status = 401, description = "no live API key that works orders", body = v1::Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such order in the caller's scope", body = v1::Problem, content_type = "application/problem+json"),
        (status = 500, description = "the store failed", body = v1::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<v1::WorkOrder>, Problem> {
    let worker = admit(&app, &headers)?;
    let loaded = find(&app, &worker, &id).await?;
    Ok(Json(view(&app, &worker, &loaded)))
}

/// Takes an action. To send the same again gives the same answer.
#[utoipa::path(
    post, path = "/api/v1/work-orders/{id}/actions", tag = "work orders", security(("api_key" = [])),
    params(("id" = String, Path, description = "the order's id")),
    request_body = v1::ActionRequest,
    responses(
        (status = 200, description = "the order after it", body = v1::WorkOrder),
        (status = 400, description = "not JSON of this form", body = v1::Problem, content_type = "application/problem+json"),
        (status = 401, description = "no live API key that works orders", body = v1::Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such order in the caller's scope", body = v1::Problem, content_type = "application/problem+json"),
        (status = 409, description = "`moved`: somebody else acted meanwhile", body = v1::Problem, content_type = "application/problem+json"),
        (status = 413, description = "the body is too large", body = v1::Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = v1::Problem, content_type = "application/problem+json"),
        (status = 422, description = "the rules refuse it; the code says which", body = v1::Problem, content_type = "application/problem+json"),
        (status = 500, description = "the store failed", body = v1::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn act(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Result<Json<v1::ActionRequest>, JsonRejection>,
) -> Result<Json<v1::WorkOrder>, Problem> {
    let worker = admit(&app, &headers)?;
    let Json(request) = body?;
    let loaded = find(&app, &worker, &id).await?;
    let actor = worker.actor_about(&loaded);
    orders::act(&app, &loaded, request.n_entries, request.action, &actor).await.map_err(refused)?;
    // After a reassignment the order may be another's; who gave it away sees that once.
    let row = app.store.order_of(loaded.row.part, loaded.row.rating).await.map_err(|error| failed(&error))?;
    let row = row.ok_or_else(|| failed(&"an order went away"))?;
    let loaded = orders::load(&*app.store, &app.keys().vault, row).await.map_err(|error| failed(&error))?;
    Ok(Json(view(&app, &worker, &loaded)))
}

/// Who works orders by this key.
struct Worker {
    key: Caller,
    actor: Actor,
}

impl Worker {
    /// Whose orders a handler sees; a body sees those of every department of its region.
    fn agencies(&self) -> Vec<String> {
        if self.actor.role == Role::Handler { self.key.agencies.iter().cloned().collect() } else { Vec::new() }
    }

    /// Who acts on an order: as the department that has it, if that is one of theirs.
    fn actor_about(&self, loaded: &Loaded) -> Actor {
        let agency = self.key.agencies.get(&loaded.order.agency).cloned();
        Actor { agency: agency.or_else(|| self.actor.agency.clone()), ..self.actor.clone() }
    }

    /// No reprisal: the rated department, in whatever capacity, cannot tell an anonymous person by case or minute.
    fn must_not_know(&self, loaded: &Loaded) -> bool {
        let is_rated = self.key.agencies.contains(&loaded.row.facts.agency);
        loaded.row.about.is_anonymous && (self.actor.role == Role::Handler || is_rated)
    }
}

fn admit(app: &App, headers: &HeaderMap) -> Result<Worker, Problem> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let callers = app.callers();
    let key = bearer.and_then(|value| callers.admit(value, &[Scope::WorkOrders, Scope::Supervision])).cloned();
    let key = key.ok_or_else(|| {
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "no live API key that may work orders")
    })?;
    let role = if key.scope == Scope::WorkOrders { Role::Handler } else { Role::Supervisor };
    let who = format!("api:{}", key.key);
    let actor = Actor { role, who, agency: key.agencies.first().cloned(), region: key.regions.first().copied() };
    Ok(Worker { key, actor })
}

async fn find(app: &App, worker: &Worker, id: &str) -> Result<Loaded, Problem> {
    let nothing = || Problem::new(StatusCode::NOT_FOUND, "unknown-work-order", "no such work order");
    let id = orders::parse_id(id).ok_or_else(nothing)?;
    let row = app.store.order(id).await.map_err(|error| failed(&error))?.ok_or_else(nothing)?;
    let is_handler = worker.actor.role == Role::Handler;
    let is_own = !is_handler || worker.key.agencies.contains(&row.standing.agency);
    let is_with_department = row.standing.stage != Stage::Opened;
    if !is_own || !worker.key.covers_region(row.facts.region) || (is_handler && !is_with_department) {
        return Err(nothing());
    }
    let mut loaded = orders::load(&*app.store, &app.keys().vault, row).await.map_err(|error| failed(&error))?;
    loaded.order.facts.is_service_body = app.callers().is_body(&loaded.order.agency);
    Ok(loaded)
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "work orders were not read");
    Problem::internal()
}

fn refused(error: ActError) -> Problem {
    match error {
        ActError::Refused(error) => Problem::action(&error),
        ActError::Moved(_) => Problem::new(StatusCode::CONFLICT, "moved", &error.to_string()),
        ActError::History(HistoryError::Store(StoreError::Busy(_))) => Problem::busy(),
        ActError::History(error) => failed(&error),
    }
}

fn view(app: &App, worker: &Worker, loaded: &Loaded) -> v1::WorkOrder {
    let (row, order) = (&loaded.row, &loaded.order);
    let (about, vault) = (&row.about, &app.keys().vault);
    let open = |column: &str, blob: &Option<Vec<u8>>| {
        blob.as_deref().and_then(|blob| vault.open("rating", &row.rating, column, blob))
    };
    let is_hidden = worker.must_not_know(loaded);
    let rated_at = if is_hidden { about.rated_at.date_in_china().to_string() } else { about.rated_at.to_rfc3339() };
    let contact = open("contact", &about.contact).map(|text| {
        let (name, phone) = text.split_once('\n').unwrap_or((&text, ""));
        v1::MaskedContact { name: masked_name(name), phone: masked_phone(phone) }
    });
    let indicator = |code: &str| v1::WorkOrderIndicator {
        code: code.to_owned(),
        text: Indicator::find(code).map_or("", |indicator| indicator.text).to_owned(),
    };
    let due = order.due(&app.config.profile, &app.calendar()).into_iter();
    let actions = order.next_actions(worker.actor.role);
    v1::WorkOrder {
        id: id_of(row),
        stage: order.stage(),
        round: order.round,
        class: order.class,
        upheld: order.is_upheld,
        n_entries: order.n_entries,
        agency_code: order.agency.clone(),
        agency_name: about.agency_name.clone(),
        region: order.facts.region.to_string(),
        case_number: (!is_hidden).then(|| about.case_number.clone()),
        item_code: about.item_code.clone(),
        item_name: about.item_name.clone(),
        window: about.window.clone(),
        level: about.level.clone(),
        indicators: about.indicators.split(',').filter(|code| !code.is_empty()).map(indicator).collect(),
        comment: open("comment", &about.comment),
        anonymous: about.is_anonymous,
        real_name: order.facts.is_real_name,
        contact,
        rated_at,
        due: due
            .map(|(kind, deadline)| v1::Due {
                kind,
                at: deadline.at.to_rfc3339(),
                provisional: deadline.is_provisional,
            })
            .collect(),
        actions: actions
            .map(|action| v1::NextAction {
                action,
                requires: action.fields().iter().map(ToString::to_string).collect(),
            })
            .collect(),
        history: loaded.history.iter().map(|entry| entry_view(entry, is_hidden)).collect(),
    }
}

fn entry_view(entry: &Entry, is_hidden: bool) -> v1::WorkOrderEntry {
    let at = Instant::from_millis(entry.at);
    let is_day_only = is_hidden && entry.role == Role::Rater;
    v1::WorkOrderEntry {
        number: entry.number,
        at: if is_day_only { at.date_in_china().to_string() } else { at.to_rfc3339() },
        role: entry.role,
        who: entry.who.clone(),
        action: entry.action.clone(),
    }
}
