//! A rating accepted: the one way from any entrance (JSON, form, later pads and cards) to the disk.

use haochaping::{
    calendar::{CivilDate, Instant},
    link::{LookupCode, RatingId, Receipt, Ticket, TokenError},
    rating::{Channel, Fingerprint, Provenance, Rating, RatingDraft, Violation, Violations},
    wire::v1,
};
use sha2::{Digest, Sha256};

use crate::{
    app::{App, random, uuid_at},
    store::{NewRating, Outcome},
    writer::NotWritten,
};

/// How a rating comes in. Channel and provenance follow from here and from nothing in the request's content.
#[derive(Clone, Copy, Debug)]
pub struct Entrance {
    /// How.
    pub channel: Channel,
    /// From whom.
    pub provenance: Provenance,
}

/// A rating that is on disk.
#[derive(Debug)]
pub struct Accepted {
    /// Its id.
    pub id: RatingId,
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
    /// This link is used too often.
    TooMany,
    /// No room; to be tried again.
    Busy,
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

/// Checks a rating, writes it, and returns when it is on disk.
pub async fn accept(
    app: &App,
    entrance: Entrance,
    ticket: &str,
    key: &str,
    draft: RatingDraft,
) -> Result<Accepted, Refusal> {
    let now = app.clock.now();
    let mut faults = Vec::new();
    let ticket = read_ticket(app, ticket)
        .and_then(|ticket| if ticket.takes_rating_at(now) { Ok(ticket) } else { Err(Violation::TicketExpired) });
    let ticket = ticket.map_err(|fault| faults.push(fault)).ok();
    faults.extend(v1::check_key(key).err());
    let rating = Rating::try_from(draft).map_err(|Violations(found)| faults.extend(found)).ok();
    let (Some(ticket), Some(rating), true) = (ticket, rating, faults.is_empty()) else {
        return Err(Refusal::Violations(faults));
    };
    if !app.limits.admits(&ticket.service) {
        return Err(Refusal::TooMany);
    }
    let new = prepare(app, entrance, &ticket, key, &rating, now);
    let (id, rated_at, is_replay) = match app.writer.write(new.clone()).await {
        Ok(Outcome::Accepted) => (new.id, now, false),
        Ok(Outcome::Replayed { id, rated_at }) => (id, rated_at, true),
        Ok(Outcome::KeyReused) => return Err(Refusal::Violations(vec![Violation::KeyReused])),
        Ok(Outcome::AlreadyRated { rated_at }) => return Err(Refusal::AlreadyRated(rated_at.date_in_china())),
        Ok(Outcome::ServiceUnknown) => return Err(Refusal::Violations(vec![Violation::ServiceUnknown])),
        Ok(Outcome::Refused) | Err(NotWritten::Failed) => return Err(Refusal::Failed),
        Err(NotWritten::Busy) => return Err(Refusal::Busy),
    };
    Ok(Accepted { id, answer: answer(app, ticket.part, &id, rated_at), is_replay })
}

/// What the person is told of a rating that stands; the same again for a retry.
pub fn answer(app: &App, part: u8, id: &RatingId, rated_at: Instant) -> v1::RatingAccepted {
    let lookup = LookupCode::of(part, id, &app.keys().lookup).to_string();
    v1::RatingAccepted {
        receipt: Receipt::of(part, id).to_string(),
        lookup_url: app.config.url(&format!("/q/{lookup}")),
        lookup,
        rated_at: rated_at.to_rfc3339(),
    }
}

fn prepare(app: &App, entrance: Entrance, ticket: &Ticket, key: &str, rating: &Rating, now: Instant) -> NewRating {
    let (keys, rng) = (app.keys(), &*app.rng);
    let id = uuid_at(now, rng);
    let seal = |column: &str, text: &str| keys.vault.seal("rating", &id, column, text, rng);
    let comment = rating.comment();
    let codes: Vec<String> = rating.indicators().iter().map(ToString::to_string).collect();
    let digest = Sha256::digest(key.as_bytes());
    NewRating {
        part: ticket.part,
        service: ticket.service,
        id,
        key_digest: std::array::from_fn(|i| digest[i]),
        fingerprint: *Fingerprint::of(rating, &keys.fingerprint).as_bytes(),
        level: rating.level(),
        indicators: codes.join(","),
        indicator_version: haochaping::rating::INDICATOR_VERSION.to_owned(),
        comment: (!comment.is_empty()).then(|| seal("comment", comment.as_str())),
        // Name and number as one text of two lines; neither can hold a line end.
        contact: rating.contact().map(|c| seal("contact", &format!("{}\n{}", c.name(), c.phone()))),
        is_anonymous: rating.is_anonymous(),
        channel: entrance.channel,
        provenance: entrance.provenance,
        lang: rating.lang().tag(),
        rated_at: now,
        salt: random(rng),
        work_order: uuid_at(now, rng),
    }
}
