//! `POST /api/v1/relay`: another registered system hands over the ratings that citizens gave to it.

use std::sync::Arc;

use axum::{Json, extract::State};
use futures_util::future::join_all;
use haochaping::{
    rating::{Provenance, Violation},
    wire::v1::{
        self, CheckedRelay, RELAYED_MAX, RelayAccepted, RelayAnswer, RelayRejected, RelayedRating,
    },
};
use haochaping_collector::{
    accounts::api_key::Caller,
    intake::accept::{Accepted, Claim, Entrance, Refusal, accept},
    state::App,
};
use haochaping_store::{NewService, Registered};
use serde::Deserialize;
use serde_json::Value;

use super::{
    faults::{Speaks, in_words},
    key::{Keyed, Relay},
    services::{outside, to_new, wrong_number},
};
use crate::http::{json, json::Sent, problem::Problem};

/// Takes ratings that keep all rules, each applied alone, and names every fault of the others. Sent
/// again, a rating is found by its service and source key, and gives the same receipt.
#[utoipa::path(
    post, path = "/api/v1/relay", operation_id = "relayRatings", tag = "ratings", security(("api_key" = [])),
    request_body = v1::RelayRequest,
    responses(
        (status = 200, description = "each rating is on disk, or its faults are named", body = RelayAnswer),
    )
)]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Keyed<Relay>,
    speaks: Speaks,
    Sent(request): Sent<Batch>,
) -> Result<Json<RelayAnswer>, Problem> {
    if request.ratings.is_empty() || request.ratings.len() > RELAYED_MAX {
        return Err(wrong_number(request.ratings.len(), "ratings", RELAYED_MAX));
    }
    relay(&app, &caller, speaks, request.ratings).await.map(Json)
}

/// A request whose entries are read one by one, so that one of another form refuses no other.
#[derive(Debug, Deserialize)]
pub struct Batch {
    ratings: Vec<Value>,
}

/// A rating that was checked, with where it stood in the request.
struct Taken {
    index: usize,
    checked: CheckedRelay,
    service: NewService,
}

async fn relay(
    app: &App,
    caller: &Caller,
    speaks: Speaks,
    sent: Vec<Value>,
) -> Result<RelayAnswer, Problem> {
    let (taken, mut rejected) = check_all(app, caller, speaks, sent);
    let services = taken.iter().map(|one| one.service.clone()).collect();
    let registration = app
        .store
        .register(&caller.authority, services)
        .await
        .map_err(|error| Problem::of_store(&error))?;
    registration.counted.iter().for_each(|counted| app.figures.add(counted));
    // A case may have been registered before, elsewhere: whoever relays answers for it as it
    // stands.
    let (inside, beyond): (Vec<_>, Vec<_>) = taken
        .iter()
        .zip(&registration.services)
        .partition(|(_, known)| outside(caller, known.region, &known.agency).is_empty());
    for (one, known) in beyond {
        let faults = outside(caller, known.region, &known.agency).into_iter().map(of_scope);
        rejected.extend(
            faults.map(|fault| with_fault(speaks, one.index, &one.checked.source_key, fault)),
        );
    }
    let written = inside.iter().map(|(one, service)| write(app, one, service));
    let mut accepted = Vec::with_capacity(inside.len());
    for ((one, _), written) in inside.iter().zip(join_all(written).await) {
        let (index, source_key) = (one.index, one.checked.source_key.clone());
        match written {
            Ok(Accepted { answer, is_replay, .. }) => {
                accepted.push(RelayAccepted { index, source_key, replayed: is_replay, answer });
            }
            Err(refusal) => rejected.push(reject(speaks, index, source_key, refusal)?),
        }
    }
    rejected.sort_by_key(|one| one.index);
    Ok(RelayAnswer { source: caller.authority.clone(), accepted, rejected })
}

/// Everything is checked before anything is written: a rating with a fault leaves no service
/// behind.
fn check_all(
    app: &App,
    caller: &Caller,
    speaks: Speaks,
    sent: Vec<Value>,
) -> (Vec<Taken>, Vec<RelayRejected>) {
    let now = app.clock.now();
    let (mut taken, mut rejected) = (Vec::with_capacity(sent.len()), Vec::new());
    for (index, relayed) in sent.into_iter().enumerate() {
        let source_key = relayed["source_key"].as_str().unwrap_or("").to_owned();
        let relayed: RelayedRating = match json::entry(relayed) {
            Ok(relayed) => relayed,
            Err(fault) => {
                rejected.push(of_form(speaks, index, &source_key, &fault));
                continue;
            }
        };
        let checked = relayed.check(now).and_then(|checked| {
            let outside =
                outside(caller, checked.service.region, checked.service.agency_code.as_str());
            if outside.is_empty() {
                Ok(checked)
            } else {
                Err(outside.into_iter().map(of_scope).collect())
            }
        });
        match checked {
            Ok(checked) => {
                let service = to_new(app, &caller.authority, checked.service.clone(), now);
                let service = NewService { is_rated_elsewhere: true, ..service };
                taken.push(Taken { index, checked, service });
            }
            Err(faults) => {
                rejected.extend(
                    faults.into_iter().map(|fault| with_fault(speaks, index, &source_key, fault)),
                );
            }
        }
    }
    (taken, rejected)
}

fn with_fault(
    speaks: Speaks,
    index: usize,
    source_key: &str,
    (violation, english): (v1::Violation, String),
) -> RelayRejected {
    let said = in_words(speaks, &violation, &english);
    RelayRejected { index, source_key: source_key.to_owned(), violation, said, rated_on: None }
}

fn of_form(speaks: Speaks, index: usize, source_key: &str, fault: &json::Fault) -> RelayRejected {
    let (field, code) = (fault.path.clone(), "malformed-entry".to_owned());
    let violation = v1::Violation { field, code, ..Default::default() };
    RelayRejected {
        index,
        source_key: source_key.to_owned(),
        violation,
        said: fault.in_words(speaks.0),
        rated_on: None,
    }
}

fn of_scope(field: &str) -> (v1::Violation, String) {
    let (field, code) = (format!("service.{field}"), "outside-scope".to_owned());
    (
        v1::Violation { field, code, ..Default::default() },
        "outside of what the API key covers".to_owned(),
    )
}

async fn write(app: &App, one: &Taken, service: &Registered) -> Result<Accepted, Refusal> {
    let CheckedRelay { source_key, collected_at, channel, draft, .. } = &one.checked;
    let entrance = Entrance { channel: *channel, provenance: Provenance::Relayed };
    let claim = Claim::Relayed {
        part: service.part,
        service: service.id,
        source_key,
        collected_at: *collected_at,
    };
    accept(app, entrance, claim, draft.clone()).await
}

/// What one rating is refused for; what is no fault of its own stops the whole answer, and
/// everything is sent again.
fn reject(
    speaks: Speaks,
    index: usize,
    source_key: String,
    refusal: Refusal,
) -> Result<RelayRejected, Problem> {
    let (field, code, said, rated_on) = match refusal {
        Refusal::AlreadyRated(on) => {
            ("service", "already-rated", "the service has been rated".to_owned(), Some(on))
        }
        Refusal::KeyReused(on) => {
            let said = "this source key stands with another content, which is never changed";
            ("source_key", Violation::KeyReused.code(), said.to_owned(), Some(on))
        }
        Refusal::Violations(faults) => {
            let said = faults.first().map(ToString::to_string).unwrap_or_default();
            ("rating", "invalid-rating", said, None)
        }
        other @ (Refusal::TooMany | Refusal::Busy | Refusal::Unwritable | Refusal::Failed) => {
            return Err(other.into());
        }
    };
    let violation =
        v1::Violation { field: field.to_owned(), code: code.to_owned(), ..Default::default() };
    let said = in_words(speaks, &violation, &said);
    Ok(RelayRejected {
        index,
        source_key,
        violation,
        said,
        rated_on: rated_on.map(|on| on.to_string()),
    })
}
