//! What a message says. It is put together when it is sent, of the order as it stood after the
//! entry that it tells of, so that each attempt says the same; contacts that were deleted meanwhile
//! stay deleted.

use haochaping::{
    calendar::DAY_MILLIS,
    link::{LookupCode, Ticket},
    wire::v1,
    work_order::{Action, WorkOrder},
};
use haochaping_store::outbox::{Endpoint, EndpointKind, InvitedService, Message};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    state::App,
    work_orders::{
        access::{OrderAccess, view},
        act as orders,
        act::{HistoryError, Loaded},
    },
};

/// An invitation is for a service of these days.
const INVITED_DAYS: i64 = 7;

/// The body; `None` if there is nothing to tell any more.
pub(super) async fn of(
    app: &App,
    endpoint: &Endpoint,
    message: &Message,
) -> Result<Option<Vec<u8>>, HistoryError> {
    let told = match endpoint.kind {
        EndpointKind::Hotline | EndpointKind::Department => {
            of_order(app, endpoint, message).await?
        }
        EndpointKind::Raters => reply(app, message).await?,
        EndpointKind::Invitations => invitation(app, message).await?,
    };
    Ok(told.map(|Event { kind, at, data }| {
        let body =
            json!({"type": kind, "timestamp": at.unwrap_or_else(|| message.created_at.to_rfc3339()), "data": data});
        body.to_string().into_bytes()
    }))
}

/// What is told. `at` is a civil date where the receiver must not know the minute.
struct Event {
    kind: String,
    at: Option<String>,
    data: Value,
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).expect("a type of the wire is plain data")
}

async fn of_order(
    app: &App,
    endpoint: &Endpoint,
    message: &Message,
) -> Result<Option<Event>, HistoryError> {
    let Some(loaded) = load(app, message).await? else { return Ok(None) };
    let worker = OrderAccess::of_endpoint(endpoint, &loaded.order.agency);
    let work_order = view(app, &worker, &loaded);
    let entry = work_order.history.last().filter(|_| message.entry > 0);
    let (kind, at) = (format!("work_order.{}", message.kind), entry.map(|entry| entry.at.clone()));
    Ok(Some(Event {
        kind,
        at,
        data: value(&v1::WorkOrderEvent { sequence: message.sequence, work_order }),
    }))
}

/// The order as it stood after the message's entry.
async fn load(app: &App, message: &Message) -> Result<Option<Loaded>, HistoryError> {
    let Some(row) = app.store.order_of(message.part, message.subject).await? else {
        return Ok(None);
    };
    let mut loaded = orders::load(&app.store, &app.keys().vault, row).await?;
    let n_then = if message.entry > 0 {
        message.entry as usize
    } else {
        loaded.history.iter().take_while(|entry| entry.at <= message.created_at.millis()).count()
    };
    if n_then < loaded.history.len() {
        loaded.history.truncate(n_then);
        loaded.order =
            WorkOrder::replay(loaded.row.facts.clone(), loaded.row.opened_at, &loaded.history)?;
    }
    loaded.order.facts.is_service_body = app.callers().is_body(&loaded.order.agency);
    Ok(Some(loaded))
}

/// The reply for the rater, with their number and the page where they can answer.
async fn reply(app: &App, message: &Message) -> Result<Option<Event>, HistoryError> {
    let Some(loaded) = load(app, message).await? else { return Ok(None) };
    let Some(Action::Reply { text }) = loaded.history.last().map(|entry| &entry.action) else {
        return Ok(None);
    };
    let (row, keys) = (&loaded.row, app.keys());
    let Some(sealed) = row.about.contact.as_deref() else { return Ok(None) };
    // A key that is missing now may be there later: the reply is not given up.
    let contact = keys
        .vault
        .open("rating", &row.rating, "contact", sealed)
        .ok_or(HistoryError::Sealed(message.entry))?;
    let (name, phone) = contact.split_once('\n').unwrap_or((&contact, ""));
    let lookup = LookupCode::of(row.part, &row.rating, &keys.lookup);
    let data = v1::RaterMessage {
        contact: v1::Contact { name: name.to_owned(), phone: phone.to_owned() },
        item_name: row.about.item_name.clone(),
        reply: text.clone(),
        url: app.config.url(&format!("/q/{lookup}")),
    };
    Ok(Some(Event { kind: "rating.replied".to_owned(), at: None, data: value(&data) }))
}

/// The invitation to rate a finished service: once, with no rating in it, and not after the person
/// has rated.
async fn invitation(app: &App, message: &Message) -> Result<Option<Event>, HistoryError> {
    let found = app.store.invited_service(message.part, message.subject).await?;
    let is_recent = |service: &InvitedService| {
        app.clock.now().millis() - service.finished_at.millis() < INVITED_DAYS * DAY_MILLIS
    };
    let Some(service) = found.filter(|service| !service.is_rated && is_recent(service)) else {
        return Ok(None);
    };
    let InvitedService { authority, case_number, service_number, item_name, last_day, .. } =
        service;
    let ticket = Ticket { part: message.part, service: message.subject, last_day };
    let ticket = ticket.mint(&app.keys().ticket);
    let url = app.config.url(&format!("/r/{ticket}?via=sms"));
    let data = v1::Invitation { authority, case_number, service_number, item_name, url };
    Ok(Some(Event { kind: "service.finished".to_owned(), at: None, data: value(&data) }))
}
