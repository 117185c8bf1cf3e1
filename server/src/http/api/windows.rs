//! `/api/v1/windows/{id}/…`: a window's system calls the person who was just served, sees whether
//! the question still stands, and takes it back if they have left. It learns nothing of the answer.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use haochaping::{
    calendar::Instant,
    call::{CallAction, CallState, SERVICES_MAX},
    service::Service,
    wire::v1,
};
use haochaping_collector::{
    accounts::api_key::Caller, halls::calls, intake::accept::Refusal, ports::random_id, state::App,
};
use haochaping_store::{
    NewService, Registered, ServiceView,
    window::{Call, Window},
};

use super::{
    key::{CallPeople, Keyed},
    services::{outside, to_new, wrong_number},
};
use crate::http::{json::Sent, problem::Problem};

/// Calls the person at a window to rate what was done for them. Sending it again while it is open
/// is the same call.
#[utoipa::path(
    post, path = "/api/v1/windows/{id}/call", operation_id = "callWindow", tag = "windows", security(("api_key" = [])),
    params(("id" = String, Path, description = "the window's code")),
    request_body = v1::CallRequest,
    responses(
        (status = 201, description = "called", body = v1::Call),
        (status = 200, description = "the same call is open already", body = v1::Call),
    )
)]
pub async fn call(
    State(app): State<Arc<App>>,
    caller: Keyed<CallPeople>,
    Path(id): Path<String>,
    Sent(request): Sent<v1::CallRequest>,
) -> Result<(StatusCode, Json<v1::Call>), Problem> {
    let window = find(&app, &caller, &id).await?;
    if request.services.is_empty() || request.services.len() > SERVICES_MAX {
        return Err(wrong_number(request.services.len(), "services", SERVICES_MAX));
    }
    if !window.has_pad {
        let title = "no pad is paired with this window: pair one at the desk";
        return Err(Problem::new(StatusCode::CONFLICT, "window-unpaired", title));
    }
    let services = check(&caller, &window, app.clock.now(), request.services)?;
    let (asked, view) = register(&app, &caller, services).await?;
    if let Some(at) = view.rated_at {
        return Err(Refusal::AlreadyRated(at.date_in_china()).into());
    }
    let new = to_call(&app, &window, &asked, view);
    let open = app.store.make_call(new.clone()).await.map_err(|error| Problem::of_store(&error))?;
    let (status, call) = match open {
        None => (StatusCode::CREATED, new),
        Some(open) if (open.part, open.service) == (new.part, new.service) => {
            (StatusCode::OK, open)
        }
        Some(_) => {
            let title =
                "another call is open at this window: withdraw it, or wait until it has ended";
            return Err(Problem::new(StatusCode::CONFLICT, "call-open", title));
        }
    };
    app.pads.wake();
    Ok((status, Json(shown(&app, &window, &call))))
}

/// The last call at a window.
#[utoipa::path(
    get, path = "/api/v1/windows/{id}/call", operation_id = "getWindowCall", tag = "windows", security(("api_key" = [])),
    params(("id" = String, Path, description = "the window's code")),
    responses(
        (status = 200, description = "whether it stands", body = v1::Call),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Keyed<CallPeople>,
    Path(id): Path<String>,
) -> Result<Json<v1::Call>, Problem> {
    let window = find(&app, &caller, &id).await?;
    let last = last_call(&app, &id).await?;
    Ok(Json(shown(&app, &window, &last)))
}

/// Takes the question back, since the person has left. A rating that was given all the same stands.
#[utoipa::path(
    post, path = "/api/v1/windows/{id}/withdraw", operation_id = "withdrawWindowCall", tag = "windows", security(("api_key" = [])),
    params(("id" = String, Path, description = "the window's code")),
    responses(
        (status = 200, description = "it has ended, by this or before", body = v1::Call),
    )
)]
pub async fn withdraw(
    State(app): State<Arc<App>>,
    caller: Keyed<CallPeople>,
    Path(id): Path<String>,
) -> Result<Json<v1::Call>, Problem> {
    let window = find(&app, &caller, &id).await?;
    let last = last_call(&app, &id).await?;
    let moved = calls::step(&app, last.id, CallAction::Withdraw)
        .await
        .map_err(|error| Problem::of_store(&error))?;
    Ok(Json(shown(&app, &window, &moved.unwrap_or(last))))
}

async fn last_call(app: &App, id: &str) -> Result<Call, Problem> {
    let last = app
        .store
        .last_calls(vec![id.to_owned()])
        .await
        .map_err(|error| Problem::of_store(&error))?;
    last.into_iter().next().ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, "no-call", "nobody was called at this window yet")
    })
}

/// The window, if it lies where the caller answers.
async fn find(app: &App, caller: &Caller, id: &str) -> Result<Window, Problem> {
    let window = app.store.window(id).await.map_err(|error| Problem::of_store(&error))?;
    let window = window.filter(|window| caller.covers_region(window.hall.region));
    let unknown = || {
        Problem::new(
            StatusCode::NOT_FOUND,
            "unknown-window",
            "no window of this code where the key answers",
        )
    };
    window.ok_or_else(unknown)
}

/// All services checked before any is registered; several are of one visit.
fn check(
    caller: &Caller,
    window: &Window,
    now: Instant,
    sent: Vec<v1::ServiceRegistration>,
) -> Result<Vec<Service>, Problem> {
    let (mut services, mut faults) = (Vec::new(), Vec::new());
    let visit = sent[0].visit.clone();
    let is_several = sent.len() > 1;
    for (index, registration) in sent.into_iter().enumerate() {
        let fault = |field: &str, code: &str| v1::Violation {
            field: format!("services[{index}].{field}"),
            code: code.to_owned(),
            ..Default::default()
        };
        if is_several && (visit.is_none() || registration.visit != visit) {
            faults.push(fault("visit", if visit.is_none() { "missing" } else { "another-visit" }));
        }
        match Service::check(registration, now) {
            Ok(service) => {
                let outside = outside(caller, service.region, service.agency_code.as_str());
                faults.extend(outside.into_iter().map(|field| fault(field, "outside-scope")));
                let named = service.window.clone().unwrap_or_else(|| window.name.clone());
                services.push(Service {
                    window: Some(named),
                    mode: v1::ServiceMode::OnSite,
                    ..service
                });
            }
            Err(found) => faults.extend(found.iter().map(|one| fault(one.field(), one.code()))),
        }
    }
    if faults.is_empty() {
        Ok(services)
    } else {
        Err(Problem::faults("invalid-call", "the services break rules", faults))
    }
}

/// What is rated for all of them, and how it is shown.
async fn register(
    app: &App,
    caller: &Caller,
    services: Vec<Service>,
) -> Result<(Registered, ServiceView), Problem> {
    let now = app.clock.now();
    let news: Vec<NewService> =
        services.into_iter().map(|service| to_new(app, &caller.authority, service, now)).collect();
    let registration = app
        .store
        .register(&caller.authority, news)
        .await
        .map_err(|error| Problem::of_store(&error))?;
    registration.counted.iter().for_each(|counted| app.figures.add(counted));
    let first = registration.services.first().cloned().ok_or_else(Problem::internal)?;
    // One that was registered alone before is rated alone: it cannot become part of a visit any
    // more.
    let strangers = registration
        .services
        .iter()
        .enumerate()
        .filter(|(_, one)| (one.part, one.id) != (first.part, first.id));
    let faults: Vec<_> = strangers
        .map(|(index, _)| v1::Violation {
            field: format!("services[{index}].visit"),
            code: "another-visit".to_owned(),
            ..Default::default()
        })
        .collect();
    if !faults.is_empty() {
        let title = "these services were registered before, outside of this visit";
        return Err(Problem::faults("invalid-call", title, faults));
    }
    let view =
        app.store.service(first.part, first.id).await.map_err(|error| Problem::of_store(&error))?;
    Ok((first, view.ok_or_else(Problem::internal)?))
}

fn to_call(app: &App, window: &Window, asked: &Registered, view: ServiceView) -> Call {
    let now = app.clock.now();
    Call {
        // It is in addresses, and must not say when it was made.
        id: random_id(&*app.rng),
        window: window.id.clone(),
        part: asked.part,
        service: asked.id,
        ticket_day: asked.last_day,
        items: view
            .item_name
            .map(|items| items.split('、').map(str::to_owned).collect())
            .unwrap_or_default(),
        agency: view.agency_name.unwrap_or_default(),
        state: CallState::Waiting,
        called_at: now,
        ends_at: now + Duration::from_secs(app.config.pad_seconds.into()),
    }
}

fn shown(app: &App, window: &Window, call: &Call) -> v1::Call {
    let is_heard = |at: Instant| app.clock.now().since(at) < calls::STALE;
    v1::Call {
        call: calls::name_of(&call.id),
        state: if call.state.is_open() { "open" } else { "ended" }.to_owned(),
        called_at: call.called_at.to_rfc3339(),
        pad_connected: window.seen_at.is_some_and(is_heard),
    }
}
