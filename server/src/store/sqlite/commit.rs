//! A batch of ratings as one transaction: ratings, work orders, counters.

use haochaping::{calendar::Instant, rating::Provenance, region::Region};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{
    order, quarantine, raise_slot,
    sums::{Group, Sums},
    word,
};
use crate::store::{About, CARD_AUTHORITY, Committed, Id, NewRating, NewVisit, Outcome, StoreError, Tally};

/// What a rating takes over from its service or card.
struct Place {
    authority: String,
    case_number: String,
    service_number: i64,
    item_code: Option<String>,
    card: Option<u32>,
    purpose: Option<String>,
    agency: String,
    region: Region,
    is_probe: bool,
}

/// Commits the batch. A row that fails by its data is found by halving the batch, and the others live.
pub(super) fn commit(connection: &mut Connection, batch: &[NewRating]) -> Result<Committed, StoreError> {
    match try_commit(connection, batch) {
        Err(StoreError::Row(_)) if batch.len() > 1 => {
            let (first, second) = batch.split_at(batch.len() / 2);
            let mut committed = commit(connection, first)?;
            // Half of the batch stands: if the rest fails for good, nobody may be told that nothing was written. A busy
            // file is tried again as a whole, and finds the first half as replays.
            let rest = commit(connection, second).map_err(|error| match error {
                StoreError::Busy(_) => error,
                other => StoreError::OutcomeUnknown(format!("half of a batch was committed: {other}")),
            })?;
            committed.outcomes.extend(rest.outcomes);
            committed.added.extend(rest.added);
            committed.revision = rest.revision;
            Ok(committed)
        }
        Err(StoreError::Row(reason)) => {
            tracing::error!(reason, "a rating does not fit the store");
            let revision = super::read::slot_revision(connection)?;
            Ok(Committed { outcomes: vec![Outcome::Refused], revision, added: Vec::new() })
        }
        other => other,
    }
}

fn try_commit(connection: &mut Connection, batch: &[NewRating]) -> Result<Committed, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut sums = Sums::default();
    let outcomes = batch.iter().map(|new| write_rating(&transaction, new, &mut sums)).collect::<Result<_, _>>()?;
    let added = sums.write(&transaction)?;
    let revision = raise_slot(&transaction)?;
    // Until here nothing has happened; from here on only a commit that returned is known.
    transaction.commit().map_err(|e| StoreError::OutcomeUnknown(e.to_string()))?;
    Ok(Committed { outcomes, revision, added })
}

fn write_rating(transaction: &Transaction<'_>, new: &NewRating, sums: &mut Sums) -> Result<Outcome, StoreError> {
    let Some(place) = read_place(transaction, new)? else { return Ok(Outcome::Unknown) };
    // Whatever the entrance: what is said of a test service is a test.
    let provenance = if place.is_probe { Provenance::Probe } else { new.provenance };
    let inserted = transaction
        .prepare_cached(
            "insert into rating (part, authority, case_number, service_number, id, key_digest, fingerprint, level,
               indicators, indicator_version, comment, contact, anonymous, channel, provenance, lang, item_code, agency,
               region, rated_at, salt, card, purpose, entered_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
               ?22, ?23, ?24)
             on conflict (part, authority, case_number, service_number) do nothing",
        )?
        .execute(params![
            new.part,
            place.authority,
            place.case_number,
            place.service_number,
            new.id,
            new.key_digest,
            new.fingerprint,
            new.level.name(),
            new.indicators,
            new.indicator_version,
            new.comment,
            new.contact,
            new.is_anonymous,
            new.channel.name(),
            provenance.name(),
            new.lang,
            place.item_code,
            place.agency,
            place.region.number().cast_signed(),
            new.rated_at.millis(),
            new.salt,
            place.card,
            place.purpose,
            new.entered_by,
        ])?;
    if inserted == 0 {
        return compare_with_standing(transaction, new, &place);
    }
    let is_held = match &new.about {
        About::Service(_) => false,
        About::Visit(visit) => quarantine::hold(transaction, new, visit)?,
    };
    let day = new.rated_at.day_in_china();
    if !is_held && provenance.counts() && (new.comment.is_some() || !new.indicators.is_empty()) {
        word::to_read(transaction, new.part, &new.id, day)?;
    }
    let group = Group {
        month: new.rated_at.date_in_china().month(),
        day,
        region: place.region,
        agency: place.agency,
        item: place.item_code,
        card: place.card,
        channel: new.channel,
        provenance,
        tally: if is_held { Tally::Quarantined } else { Tally::Counted(new.level) },
    };
    sums.add(group, 1);
    if !is_held && new.level.is_bad() && provenance.counts() {
        order::open(transaction, new.part, &new.id, &new.work_order, new.rated_at)?;
    }
    Ok(Outcome::Accepted)
}

fn read_place(transaction: &Transaction<'_>, new: &NewRating) -> Result<Option<Place>, StoreError> {
    match &new.about {
        About::Service(id) => read_service(transaction, new.part, id),
        About::Visit(visit) => read_card(transaction, visit),
    }
}

fn read_card(transaction: &Transaction<'_>, visit: &NewVisit) -> Result<Option<Place>, StoreError> {
    let row = transaction
        .prepare_cached("select agency, region from card where serial = ?1")?
        .query_row([visit.card], |row| {
            Ok(Place {
                authority: CARD_AUTHORITY.to_owned(),
                case_number: visit.case_number.clone(),
                service_number: 1,
                item_code: None,
                card: Some(visit.card),
                purpose: visit.purpose.clone(),
                agency: row.get(0)?,
                region: super::read::region_of(row.get(1)?),
                is_probe: false,
            })
        })
        .optional()?;
    Ok(row)
}

fn read_service(transaction: &Transaction<'_>, part: u8, id: &Id) -> Result<Option<Place>, StoreError> {
    let row = transaction
        .prepare_cached(
            "select authority, case_number, service_number, item_code, agency, region, probe from service
             where part = ?1 and id = ?2",
        )?
        .query_row(params![part, id], |row| {
            Ok(Place {
                authority: row.get(0)?,
                case_number: row.get(1)?,
                service_number: row.get(2)?,
                item_code: row.get(3)?,
                card: None,
                purpose: None,
                agency: row.get(4)?,
                region: super::read::region_of(row.get(5)?),
                is_probe: row.get(6)?,
            })
        })
        .optional()?;
    Ok(row)
}

/// The service has a rating: is it this one? A key is compared within its service's row only.
fn compare_with_standing(transaction: &Transaction<'_>, new: &NewRating, place: &Place) -> Result<Outcome, StoreError> {
    let outcome = transaction
        .prepare_cached(
            "select id, key_digest, fingerprint, rated_at from rating
             where part = ?1 and authority = ?2 and case_number = ?3 and service_number = ?4",
        )?
        .query_row(params![new.part, place.authority, place.case_number, place.service_number], |row| {
            let (id, key, fingerprint): ([u8; 16], [u8; 16], [u8; 16]) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let rated_at = Instant::from_millis(row.get(3)?);
            Ok(match (key == new.key_digest, fingerprint == new.fingerprint) {
                (true, true) => Outcome::Replayed { id, rated_at },
                (true, false) => Outcome::KeyReused { rated_at },
                (false, _) => Outcome::AlreadyRated { rated_at },
            })
        })?;
    Ok(outcome)
}
