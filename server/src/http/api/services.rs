//! `POST /api/v1/services`: a portal's back end registers finished services and gets a rating link
//! for each.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use haochaping::{
    calendar::Instant,
    link::{Ticket, part_of},
    region::Region,
    service::{Service, ServiceError},
    wire::v1,
};
use haochaping_collector::{accounts::api_key::Caller, ports::uuid_at, state::App};
use haochaping_store::{NewService, Registered};
use serde::Deserialize;
use serde_json::Value;

use super::{
    faults::{Speaks, in_words},
    key::{Keyed, Register},
};
use crate::http::{json, json::Sent, problem::Problem};

/// The most services in one request.
pub const SERVICES_MAX: usize = 1_000;

/// Registers finished services, each applied alone. Repeating a request gives the same links.
#[utoipa::path(
    post, path = "/api/v1/services", operation_id = "registerServices", tag = "register", security(("api_key" = [])),
    request_body = v1::ServicesRequest,
    responses(
        (status = 200, description = "a link for each service that was taken, a fault for each that was not", body = v1::ServicesRegistered),
    )
)]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Keyed<Register>,
    speaks: Speaks,
    Sent(request): Sent<Batch>,
) -> Result<Json<v1::ServicesRegistered>, Problem> {
    if request.services.is_empty() || request.services.len() > SERVICES_MAX {
        return Err(wrong_number(request.services.len(), "services", SERVICES_MAX));
    }
    register(&app, &caller, speaks, request.services).await.map(Json)
}

/// A request whose entries are read one by one, so that one of another form refuses no other.
#[derive(Debug, Deserialize)]
pub struct Batch {
    services: Vec<Value>,
}

/// Checks, registers and answers in the order of the request.
async fn register(
    app: &App,
    caller: &Caller,
    speaks: Speaks,
    sent: Vec<Value>,
) -> Result<v1::ServicesRegistered, Problem> {
    let now = app.clock.now();
    let (mut taken, mut rejected) = (Vec::new(), Vec::new());
    // As they were sent: a back end finds its own by them.
    let numbers: Vec<_> =
        sent.iter().map(|one| one["case_number"].as_str().map(str::to_owned)).collect();
    for (index, registration) in sent.into_iter().enumerate() {
        match check(caller, speaks, registration, now) {
            Ok(service) => {
                let new = to_new(app, &caller.authority, service, now);
                taken.push((index, NewService { is_probe: caller.is_probe(), ..new }));
            }
            Err(faults) => {
                let case_number = || numbers[index].clone();
                rejected
                    .extend(faults.into_iter().map(|fault| fault.rejected(index, case_number())));
            }
        }
    }
    let news = taken.iter().map(|(_, new)| new.clone()).collect();
    let registered = app
        .store
        .register(&caller.authority, news)
        .await
        .map_err(|error| Problem::of_store(&error))?;
    registered.counted.iter().for_each(|counted| app.figures.add(counted));
    let mut tickets = Vec::with_capacity(taken.len());
    for ((index, new), registered) in taken.into_iter().zip(registered.services) {
        // A case may have been registered elsewhere before: its link belongs to whoever answers for
        // it there.
        let outside = outside(caller, registered.region, &registered.agency);
        if outside.is_empty() {
            let issued = issue(app, index, &new, &registered);
            let case_number = numbers[index].clone().unwrap_or_default();
            tickets.push(v1::IssuedTicket { case_number, ..issued });
        }
        let fault = |field| Fault::of_scope(speaks, field).rejected(index, numbers[index].clone());
        rejected.extend(outside.into_iter().map(fault));
    }
    rejected.sort_by_key(|one| one.index);
    Ok(v1::ServicesRegistered { tickets, rejected })
}

/// A fault in one entry, with a sentence in the sender's language.
struct Fault {
    field: String,
    code: &'static str,
    detail: String,
}

impl Fault {
    fn new(speaks: Speaks, field: &str, code: &'static str, english: &str) -> Self {
        let fault = v1::Violation {
            field: field.to_owned(),
            code: code.to_owned(),
            ..v1::Violation::default()
        };
        Self { field: fault.field.clone(), code, detail: in_words(speaks, &fault, english) }
    }

    fn of_scope(speaks: Speaks, field: &str) -> Self {
        Self::new(
            speaks,
            field,
            "outside-scope",
            &format!("{field}: outside of what the API key covers"),
        )
    }

    fn rejected(self, index: usize, case_number: Option<String>) -> v1::RejectedService {
        v1::RejectedService {
            index,
            code: self.code.to_owned(),
            field: self.field,
            case_number,
            detail: self.detail,
        }
    }
}

/// One entry, or all its faults. One that is not of the form says so of itself alone.
fn check(
    caller: &Caller,
    speaks: Speaks,
    sent: Value,
    now: Instant,
) -> Result<Service, Vec<Fault>> {
    let sent: v1::ServiceRegistration = json::entry(sent).map_err(|fault| {
        vec![Fault { detail: fault.in_words(speaks.0), field: fault.path, code: "malformed-entry" }]
    })?;
    let service = Service::check(sent, now).map_err(|faults| {
        let fault = |f: &ServiceError| Fault::new(speaks, f.field(), f.code(), &f.to_string());
        faults.iter().map(fault).collect::<Vec<_>>()
    })?;
    let outside = outside(caller, service.region, service.agency_code.as_str());
    if outside.is_empty() {
        return Ok(service);
    }
    Err(outside.into_iter().map(|field| Fault::of_scope(speaks, field)).collect())
}

/// 400 for a batch of no entries or too many.
pub fn wrong_number(found: usize, what: &str, max: usize) -> Problem {
    let message = format!("{found} {what}, 1 to {max} are allowed");
    Problem::new(StatusCode::BAD_REQUEST, "wrong-number", &message)
        .in_chinese(format!("共 {found} 条，应为 1 到 {max} 条"))
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
    NewService {
        service,
        part,
        id,
        last_day,
        is_probe: false,
        is_rated_elsewhere: false,
        lead: None,
        at: now,
    }
}

/// The link of a service on record.
pub fn issue(
    app: &App,
    index: usize,
    new: &NewService,
    registered: &Registered,
) -> v1::IssuedTicket {
    let ticket =
        Ticket { part: registered.part, service: registered.id, last_day: registered.last_day };
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
