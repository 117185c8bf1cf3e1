//! `POST /api/v1/services`: a portal's back end registers finished services and gets a rating link for each.

use std::sync::Arc;

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
};
use haochaping::{
    calendar::Instant,
    link::{Ticket, part_of},
    region::Region,
    service::Service,
    wire::v1,
};

use super::key::{Keyed, Register};
use crate::{
    app::{App, uuid_at},
    caller::Caller,
    http::problem::Problem,
    store::{NewService, Registered},
};

/// The most services in one request.
pub const SERVICES_MAX: usize = 1_000;

/// Registers finished services, each applied alone. Repeating a request gives the same links.
#[utoipa::path(
    post, path = "/api/v1/services", tag = "services", security(("api_key" = [])),
    request_body = v1::ServicesRequest,
    responses(
        (status = 200, description = "a link for each service that was taken, a fault for each that was not", body = v1::ServicesRegistered),
        (status = 400, description = "not JSON of this form, or not 1 to 1,000 services", body = v1::Problem, content_type = "application/problem+json"),
        (status = 401, description = "no live API key", body = v1::Problem, content_type = "application/problem+json"),
        (status = 413, description = "the body is too large", body = v1::Problem, content_type = "application/problem+json"),
        (status = 415, description = "not application/json", body = v1::Problem, content_type = "application/problem+json"),
        (status = 500, description = "the store failed", body = v1::Problem, content_type = "application/problem+json"),
        (status = 503, description = "the store is busy; Retry-After says when", body = v1::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Keyed<Register>,
    body: Result<Json<v1::ServicesRequest>, JsonRejection>,
) -> Result<Json<v1::ServicesRegistered>, Problem> {
    let Json(request) = body?;
    if request.services.is_empty() || request.services.len() > SERVICES_MAX {
        let title = format!("{} services, 1 to {SERVICES_MAX} are allowed", request.services.len());
        return Err(Problem::new(StatusCode::BAD_REQUEST, "wrong-number", &title));
    }
    register(&app, &caller, request.services).await.map(Json)
}

/// Checks, registers and answers in the order of the request.
async fn register(
    app: &App,
    caller: &Caller,
    sent: Vec<v1::ServiceRegistration>,
) -> Result<v1::ServicesRegistered, Problem> {
    let now = app.clock.now();
    let (mut taken, mut rejected) = (Vec::new(), Vec::new());
    // As they were sent: a back end finds its own by them.
    let numbers: Vec<String> = sent.iter().map(|one| one.case_number.clone()).collect();
    for (index, registration) in sent.into_iter().enumerate() {
        match check(caller, registration, now) {
            Ok(service) => {
                let new = to_new(app, &caller.authority, service, now);
                taken.push((index, NewService { is_probe: caller.is_probe(), ..new }));
            }
            Err(faults) => {
                rejected.extend(faults.into_iter().map(|(field, code)| v1::RejectedService { index, code, field }));
            }
        }
    }
    let news = taken.iter().map(|(_, new)| new.clone()).collect();
    let registered = app.store.register(&caller.authority, news).await.map_err(|error| Problem::of_store(&error))?;
    registered.counted.iter().for_each(|counted| app.figures.add(counted));
    let mut tickets = Vec::with_capacity(taken.len());
    for ((index, new), registered) in taken.into_iter().zip(registered.services) {
        // A case may have been registered elsewhere before: its link belongs to whoever answers for it there.
        let outside = outside(caller, registered.region, &registered.agency);
        if outside.is_empty() {
            let issued = issue(app, index, &new, &registered);
            tickets.push(v1::IssuedTicket { case_number: numbers[index].clone(), ..issued });
        }
        rejected.extend(outside.into_iter().map(|field| v1::RejectedService {
            index,
            code: "outside-scope".to_owned(),
            field: field.to_owned(),
        }));
    }
    rejected.sort_by_key(|one| one.index);
    Ok(v1::ServicesRegistered { tickets, rejected })
}

/// The faults of one registration as field and code.
fn check(caller: &Caller, sent: v1::ServiceRegistration, now: Instant) -> Result<Service, Vec<(String, String)>> {
    let service = Service::check(sent, now)
        .map_err(|faults| faults.iter().map(|f| (f.field().to_owned(), f.code().to_owned())).collect::<Vec<_>>())?;
    let outside = outside(caller, service.region, service.agency_code.as_str());
    if outside.is_empty() {
        return Ok(service);
    }
    Err(outside.into_iter().map(|field| (field.to_owned(), "outside-scope".to_owned())).collect())
}

/// The fields by which a service lies outside of what a key covers, as it is sent and as it stands.
pub fn outside(caller: &Caller, region: Region, agency: &str) -> Vec<&'static str> {
    let region = (!caller.covers_region(region)).then_some("region");
    let agency = (!caller.covers_agency(agency)).then_some("agency_code");
    region.into_iter().chain(agency).collect()
}

/// The service with what it gets if it is new.
pub fn to_new(app: &App, authority: &str, service: Service, now: Instant) -> NewService {
    let id = uuid_at(now, &*app.rng);
    let part = part_of(authority, service.case_number.as_str());
    let last_day = Ticket::new(part, id, now, app.config.ticket_days).last_day;
    NewService { service, part, id, last_day, is_probe: false, is_rated_elsewhere: false, lead: None, at: now }
}

/// The link of a service on record.
pub fn issue(app: &App, index: usize, new: &NewService, registered: &Registered) -> v1::IssuedTicket {
    let ticket = Ticket { part: registered.part, service: registered.id, last_day: registered.last_day };
    let ticket = ticket.mint(&app.keys().ticket);
    v1::IssuedTicket {
        index,
        case_number: new.service.case_number.as_str().to_owned(),
        service_number: new.service.service_number,
        url: app.config.url(&format!("/r/{ticket}")),
        ticket,
        created: registered.is_new,
        rated_on: registered.rated_at.map(|at| at.date_in_china().to_string()),
    }
}
