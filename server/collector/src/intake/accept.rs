//! A rating accepted: the one way from any entrance (JSON, form, later pads and cards) to the disk.

use std::{net::IpAddr, time::Duration};

use haochaping::{
    calendar::{CivilDate, Instant},
    link::{LookupCode, RatingId, Receipt, Ticket, TokenError, Visit, part_of},
    rating::{
        Channel, Fingerprint, INDICATOR_VERSION, Provenance, Rating, RatingDraft, Violation,
        Violations,
    },
    wire::v1,
};
use haochaping_store::{About, CARD_AUTHORITY, Id, ImportedCase, NewRating, NewVisit, Outcome};
use sha2::{Digest, Sha256};

use crate::{
    intake::{
        new_rating::{Contents, new_rating},
        writer::{NotWritten, Written},
    },
    ledger::{self, Found},
    state::App,
};

/// How a rating comes in. Channel and provenance follow from here and from nothing in a person's
/// request; only of a relayed rating the other system says how it came in there.
#[derive(Clone, Copy, Debug)]
pub struct Entrance {
    /// How.
    pub channel: Channel,
    /// From whom.
    pub provenance: Provenance,
}

/// What a request says it rates. Nothing of it is believed before its MAC was checked.
#[derive(Clone, Copy, Debug)]
pub enum Claim<'a> {
    /// A registered service, by its single-use link and the form's own key.
    Ticket {
        /// The link's token.
        ticket: &'a str,
        /// The idempotency key.
        key: &'a str,
    },
    /// A visit to a card's page, which is its own key.
    Visit {
        /// The visit's token.
        visit: &'a str,
        /// Where it comes from, see [`source_of`].
        source: [u8; 8],
        /// What was done, as the city lists it.
        purpose: Option<&'a str>,
    },
    /// A service that an operator found, for whom it was already checked.
    Assisted {
        /// Its partition.
        part: u8,
        /// Its id.
        service: Id,
        /// The idempotency key.
        key: &'a str,
        /// The operator.
        by: &'a str,
    },
    /// A service of another system, which was already checked.
    Relayed {
        /// Its partition.
        part: u8,
        /// Its id.
        service: Id,
        /// The rating's key in that system.
        source_key: &'a str,
        /// When that system took the rating.
        collected_at: Instant,
    },
}

/// A rating that is on disk.
#[derive(Debug)]
pub struct Accepted {
    /// Its id.
    pub id: RatingId,
    /// Its partition.
    pub part: u8,
    /// What the person is told.
    pub answer: v1::RatingAccepted,
    /// Whether it was on disk before.
    pub is_replay: bool,
}

/// Why a rating was not accepted. Nothing of it is on disk.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What is wrong with it.
    Violations(Vec<Violation>),
    /// Another rating stands since this day.
    AlreadyRated(CivilDate),
    /// This key stands since this day with another content.
    KeyReused(CivilDate),
    /// This link is used too often.
    TooMany,
    /// No room; to be tried again.
    Busy,
    /// The disk takes nothing; to be tried again, not at once.
    Unwritable,
    /// The store failed.
    Failed,
}

/// Reads a ticket's token; its time is the caller's question.
pub fn read_ticket(app: &App, text: &str) -> Result<Ticket, Violation> {
    Ticket::verify(text, &app.keys().ticket).map_err(|error| match error {
        TokenError::Malformed => Violation::TicketMalformed,
        TokenError::NotGenuine => Violation::TicketNotGenuine,
        TokenError::Expired => Violation::TicketExpired,
    })
}

/// A keyed hash of network (/24 or /64) and browser that changes with the day, so that it links
/// nothing over days. It tells a burst from one place apart and is kept for a week.
pub fn source_of(app: &App, address: IpAddr, agent: &str) -> [u8; 8] {
    let day = app.clock.now().date_in_china();
    let network = match address {
        IpAddr::V4(v4) => v4.octets()[..3].to_vec(),
        IpAddr::V6(v6) => v6.octets()[..8].to_vec(),
    };
    app.keys()
        .fingerprint
        .mac(&[b"hcp-source-1\0", day.to_string().as_bytes(), &network, agent.as_bytes()].concat())
}

/// Checks a rating, writes it, and returns when it is on disk.
pub async fn accept(
    app: &App,
    entrance: Entrance,
    claim: Claim<'_>,
    draft: RatingDraft,
) -> Result<Accepted, Refusal> {
    let taken = take(app, entrance, claim, draft).await;
    let labels = [("channel", entrance.channel.name()), ("outcome", outcome(&taken))];
    metrics::counter!("haochaping_ratings_total", &labels).increment(1);
    taken
}

/// What became of a rating, as it is counted.
fn outcome(taken: &Result<Accepted, Refusal>) -> &'static str {
    match taken {
        Ok(Accepted { is_replay: false, .. }) => "accepted",
        Ok(_) => "replayed",
        Err(Refusal::Violations(_)) => "invalid",
        Err(Refusal::AlreadyRated(_)) => "already-rated",
        Err(Refusal::KeyReused(_)) => "key-reused",
        Err(Refusal::TooMany) => "too-many",
        Err(Refusal::Busy) => "busy",
        Err(Refusal::Unwritable) => "storage-unavailable",
        Err(Refusal::Failed) => "failed",
    }
}

async fn take(
    app: &App,
    entrance: Entrance,
    claim: Claim<'_>,
    draft: RatingDraft,
) -> Result<Accepted, Refusal> {
    let now = app.clock.now();
    let mut faults = Vec::new();
    let about = check_claim(app, claim, now, &mut faults);
    let rating = Rating::try_from(draft).map_err(|Violations(found)| faults.extend(found)).ok();
    let (Some((part, about)), Some(rating), true) = (about, rating, faults.is_empty()) else {
        return Err(Refusal::Violations(faults));
    };
    let (unknown, key) = match claim {
        Claim::Ticket { key, .. } | Claim::Assisted { key, .. } => (Violation::ServiceUnknown, key),
        Claim::Visit { visit, .. } => (Violation::CardUnknown, visit),
        Claim::Relayed { source_key, .. } => (Violation::ServiceUnknown, source_key),
    };
    // Whoever relays sends a batch again as often as it takes; a person at a link does not.
    if !matches!(claim, Claim::Relayed { .. }) && !app.limits.admits(&link_of(&about)) {
        return Err(Refusal::TooMany);
    }
    let new = prepare(app, entrance, (part, about), (claim, key), &rating, now);
    let (new, Written { outcome, promise }) = write(app, new).await?;
    let part = new.part;
    let (id, rated_at, is_replay) = match outcome {
        Outcome::Accepted => (new.id, now, false),
        Outcome::Replayed { id, rated_at } => (id, rated_at, true),
        Outcome::KeyReused { rated_at } => {
            return Err(Refusal::KeyReused(rated_at.date_in_china()));
        }
        Outcome::AlreadyRated { rated_at } => {
            return Err(Refusal::AlreadyRated(rated_at.date_in_china()));
        }
        // A visit that leads nowhere has nothing that could be rated.
        Outcome::Unknown | Outcome::Led { .. } => return Err(Refusal::Violations(vec![unknown])),
        Outcome::Refused => return Err(Refusal::Failed),
    };
    let proof = match promise {
        Some(promise) => Some(promise.to_text()),
        None => fetch_proof(app, part, id).await,
    };
    let answer = v1::RatingAccepted { proof, ..answer(app, part, &id, rated_at) };
    Ok(Accepted { id, part, answer, is_replay })
}

/// Writes it; what is said of a later service of a visit is said of the first one, whatever door it
/// came by.
async fn write(app: &App, mut new: NewRating) -> Result<(NewRating, Written), Refusal> {
    const LEADS_MAX: usize = 2;
    for n_followed in 0.. {
        let written = app.writer.write(new.clone()).await.map_err(|reason| match reason {
            NotWritten::Busy => Refusal::Busy,
            NotWritten::Unwritable => Refusal::Unwritable,
            NotWritten::Failed => Refusal::Failed,
        })?;
        let Outcome::Led { authority, lead } = &written.outcome else { return Ok((new, written)) };
        if n_followed == LEADS_MAX {
            return Ok((new, written));
        }
        let part = part_of(authority, &lead.case_number);
        let found =
            app.store.find_service(part, authority, &lead.case_number, lead.service_number).await;
        let found = found
            .map_err(|error| if error.is_temporary() { Refusal::Busy } else { Refusal::Failed })?;
        // It is named, and not on record yet: another collector is just doing that.
        let lead = found.ok_or(Refusal::Busy)?;
        new = NewRating { part: lead.part, about: About::Service(lead.id), ..new };
    }
    Err(Refusal::Failed)
}

/// What the ledger says of a rating that stands; nobody is refused an answer because it says
/// nothing just now.
async fn fetch_proof(app: &App, part: u8, id: RatingId) -> Option<String> {
    match ledger::find(app, part, id).await {
        Ok(Found::Promise(text)) => Some(text),
        Ok(Found::Proof(proof)) => Some(proof.to_text()),
        Err(error) => {
            tracing::warn!(%error, "the ledger gave no proof");
            None
        }
    }
}

/// What the claim is about, with its partition; `None` with a fault.
fn check_claim(
    app: &App,
    claim: Claim<'_>,
    now: Instant,
    faults: &mut Vec<Violation>,
) -> Option<(u8, About)> {
    match claim {
        Claim::Ticket { ticket, key } => {
            let ticket = read_ticket(app, ticket).and_then(|ticket| {
                if ticket.takes_rating_at(now) { Ok(ticket) } else { Err(Violation::TicketExpired) }
            });
            let ticket = ticket.map_err(|fault| faults.push(fault)).ok();
            faults.extend(v1::check_key(key).err());
            ticket.map(|ticket| (ticket.part, About::Service(ticket.service)))
        }
        Claim::Assisted { part, service, key, .. } => {
            faults.extend(v1::check_key(key).err());
            Some((part, About::Service(service)))
        }
        Claim::Relayed { part, service, .. } => Some((part, About::Service(service))),
        Claim::Visit { visit, source, purpose } => {
            let visit = Visit::check(visit, &app.keys().page, now)
                .map_err(|error| faults.push(Violation::Visit(error)));
            let is_listed =
                |purpose: &str| app.config.purposes.0.iter().any(|listed| listed == purpose);
            if !purpose.is_none_or(is_listed) {
                faults.push(Violation::PurposeUnknown);
            }
            visit.ok().map(|visit| to_new_visit(app, &visit, source, purpose, now))
        }
    }
}

fn to_new_visit(
    app: &App,
    visit: &Visit,
    source: [u8; 8],
    purpose: Option<&str>,
    now: Instant,
) -> (u8, About) {
    let config = &app.config;
    let case_number = visit.case_number();
    let new = NewVisit {
        card: visit.serial,
        day: now.day_in_china(),
        source,
        purpose: purpose.map(str::to_owned),
        day_limit: config.card_day_limit,
        source_limit: config.card_source_limit,
        release_at: now + Duration::from_hours(24 * u64::from(config.quarantine_days)),
        case_number,
    };
    (part_of(CARD_AUTHORITY, &new.case_number), About::Visit(new))
}

/// What stands for the link in the limits of requests: a burst on one visit touches no other.
fn link_of(about: &About) -> Id {
    match about {
        About::Service(id) => *id,
        About::Visit(NewVisit { case_number, .. })
        | About::Imported(ImportedCase { case_number, .. }) => {
            let digest = Sha256::digest(case_number.as_bytes());
            std::array::from_fn(|i| digest[i])
        }
    }
}

/// What the person is told of a rating that stands; the same again for a retry.
pub fn answer(app: &App, part: u8, id: &RatingId, rated_at: Instant) -> v1::RatingAccepted {
    let lookup = LookupCode::of(part, id, &app.keys().lookup).to_string();
    v1::RatingAccepted {
        receipt: Receipt::of(part, id).to_string(),
        lookup_url: app.config.url(&format!("/q/{lookup}")),
        lookup,
        rated_at: rated_at.to_rfc3339(),
        proof: None,
    }
}

/// What of a checked rating is stored, by whatever entrance it came.
fn prepare(
    app: &App,
    entrance: Entrance,
    (part, about): (u8, About),
    (claim, key): (Claim<'_>, &str),
    rating: &Rating,
    now: Instant,
) -> NewRating {
    let keys = app.keys();
    let codes: Vec<String> = rating.indicators().iter().map(ToString::to_string).collect();
    let digest = Sha256::digest(key.as_bytes());
    let contents = Contents {
        part,
        about,
        key_digest: std::array::from_fn(|i| digest[i]),
        fingerprint: *Fingerprint::of(rating, &keys.fingerprint).as_bytes(),
        level: rating.level(),
        indicators: codes.join(","),
        indicator_version: INDICATOR_VERSION,
        comment: rating.comment().as_str(),
        contact: rating.contact().map(|contact| (contact.name(), contact.phone())),
        is_anonymous: rating.is_anonymous(),
        channel: entrance.channel,
        provenance: entrance.provenance,
        entered_by: if let Claim::Assisted { by, .. } = claim { Some(by.to_owned()) } else { None },
        lang: rating.lang().tag(),
        collected_at: if let Claim::Relayed { collected_at, .. } = claim {
            Some(collected_at)
        } else {
            None
        },
    };
    new_rating(contents, &keys, &*app.rng, now)
}
