//! Quarantine: ratings of a card beyond its limits are kept and acknowledged, and count when they are released. The limits
//! are asked in the rating's own transaction and know nothing of its level.

use haochaping::{
    calendar::Instant,
    link::RatingId,
    rating::{Channel, Provenance, SatisfactionLevel},
};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use super::{
    order, raise_slot,
    read::region_of,
    staff::record,
    sums::{Group, Sums},
    word,
};
use crate::store::{Decision, Id, NewRating, NewVisit, Quarantined, StoreError, Tally, staff::AuditEntry};

/// The most that one transaction releases.
const RELEASED_MAX: u32 = 500;

/// Counts the visit's rating against the limits of its card, and puts it into quarantine beyond them; returns whether.
pub(super) fn hold(transaction: &Transaction<'_>, new: &NewRating, visit: &NewVisit) -> Result<bool, StoreError> {
    let part = visit.card % 64;
    let of_day: u32 = transaction
        .prepare_cached(
            "insert into card_day (part, card, day, n) values (?1, ?2, ?3, 1)
             on conflict (part, card, day) do update set n = n + 1 returning n",
        )?
        .query_row(params![part, visit.card, visit.day], |row| row.get(0))?;
    let of_source: u32 = transaction
        .prepare_cached(
            "insert into card_source (part, card, day, source, n) values (?1, ?2, ?3, ?4, 1)
             on conflict (part, card, day, source) do update set n = n + 1 returning n",
        )?
        .query_row(params![part, visit.card, visit.day, visit.source], |row| row.get(0))?;
    let reason = match () {
        () if of_source > visit.source_limit => "source",
        () if of_day > visit.day_limit => "day",
        () => return Ok(false),
    };
    transaction
        .prepare_cached("insert into quarantine (part, rating, reason, release_at) values (?1, ?2, ?3, ?4)")?
        .execute(params![new.part, new.id, reason, visit.release_at.millis()])?;
    Ok(true)
}

pub(super) fn list(connection: &Connection, decided: bool) -> Result<Vec<Quarantined>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select q.part, q.rating, r.card, q.reason, r.rated_at, q.release_at, q.decision, q.decided_at, q.why,
           r.region, r.agency
         from quarantine q join rating r on r.part = q.part and r.id = q.rating
         where ?1 or q.decided_at is null order by r.rated_at, q.rating",
    )?;
    let rows = statement.query_map([decided], |row| {
        let decision = match row.get::<_, Option<String>>(6)?.as_deref() {
            Some("released") => Some(Decision::Released),
            Some(_) => Some(Decision::Excluded),
            None => None,
        };
        let at = row.get::<_, Option<i64>>(7)?.map(Instant::from_millis);
        Ok(Quarantined {
            part: row.get(0)?,
            rating: row.get(1)?,
            card: row.get(2)?,
            region: region_of(row.get(9)?),
            agency: row.get(10)?,
            reason: row.get(3)?,
            rated_at: Instant::from_millis(row.get(4)?),
            release_at: Instant::from_millis(row.get(5)?),
            decided: decision.zip(at).zip(row.get(8)?).map(|((decision, at), why)| (decision, at, why)),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn is_any_due(connection: &Connection, at: Instant) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("select exists (select 1 from quarantine where decided_at is null and release_at <= ?1)")?
        .query_row([at.millis()], |row| row.get(0))?)
}

pub(super) fn release_due(connection: &mut Connection, at: Instant) -> Result<u64, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let due: Vec<(u8, RatingId)> = {
        let mut statement = transaction.prepare_cached(
            "select part, rating from quarantine where decided_at is null and release_at <= ?1
             order by release_at limit ?2",
        )?;
        let rows = statement.query_map(params![at.millis(), RELEASED_MAX], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let (mut sums, mut n_released) = (Sums::default(), 0);
    for (part, rating) in &due {
        match settle(&transaction, *part, rating, Decision::Released, "its time came", at, &mut sums) {
            Ok(is_settled) => n_released += u64::from(is_settled),
            // One damaged row must not hold the others back; `verify` names it.
            Err(StoreError::Failed(reason)) => tracing::error!(reason, "a rating was not released"),
            Err(error) => return Err(error),
        }
    }
    finish(transaction, &sums)?;
    Ok(n_released)
}

pub(super) fn decide(
    connection: &mut Connection,
    part: u8,
    rating: &RatingId,
    decision: Decision,
    why: &str,
    entry: &AuditEntry,
) -> Result<bool, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut sums = Sums::default();
    if !settle(&transaction, part, rating, decision, why, entry.at, &mut sums)? {
        return Ok(false);
    }
    record(&transaction, entry)?;
    finish(transaction, &sums)?;
    Ok(true)
}

fn finish(transaction: Transaction<'_>, sums: &Sums) -> Result<(), StoreError> {
    sums.write(&transaction)?;
    raise_slot(&transaction)?;
    transaction.commit().map_err(|e| StoreError::OutcomeUnknown(e.to_string()))
}

/// Takes one rating out of quarantine; false if it is not in it.
fn settle(
    transaction: &Transaction<'_>,
    part: u8,
    rating: &RatingId,
    decision: Decision,
    why: &str,
    at: Instant,
    sums: &mut Sums,
) -> Result<bool, StoreError> {
    // Read first: what cannot be read changes nothing.
    let Some((group, level)) = read_group(transaction, part, rating, at)? else {
        return Err(StoreError::Failed("a rating in quarantine is not on record".into()));
    };
    let settled = transaction
        .prepare_cached(
            "update quarantine set decided_at = ?3, decision = ?4, why = ?5
             where part = ?1 and rating = ?2 and decided_at is null",
        )?
        .execute(params![part, rating, at.millis(), decision.name(), why])?;
    if settled == 0 {
        return Ok(false);
    }
    let tally = if decision == Decision::Released { Tally::Counted(level) } else { Tally::Excluded };
    sums.add(Group { tally, ..group.clone() }, 1);
    if decision == Decision::Released && level.is_bad() && group.provenance.counts() {
        order::open(transaction, part, rating, &order_id(rating), at)?;
    }
    // A rating that turns out to have neither options nor a comment is read and has no words.
    if decision == Decision::Released && group.provenance.counts() {
        word::to_read(transaction, part, rating, at.day_in_china())?;
    }
    sums.add(group, -1);
    Ok(true)
}

/// The id of a work order that is opened at a release: it follows from the rating's own id, whose random bits nobody knows,
/// and tells nothing of any moment.
fn order_id(rating: &RatingId) -> Id {
    let digest: [u8; 32] = Sha256::digest([b"work order of ", &rating[..]].concat()).into();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(id).into_uuid().into_bytes()
}

fn read_group(
    connection: &Connection,
    part: u8,
    rating: &RatingId,
    at: Instant,
) -> Result<Option<(Group, SatisfactionLevel)>, StoreError> {
    let damaged = |what: &str| StoreError::Failed(format!("a rating has the {what}"));
    let row = connection
        .prepare_cached(
            "select level, item_code, agency, region, rated_at, channel, provenance, card from rating
             where part = ?1 and id = ?2",
        )?
        .query_row(params![part, rating], |row| {
            let texts: [String; 3] = [row.get(0)?, row.get(5)?, row.get(6)?];
            let rated_at = Instant::from_millis(row.get(4)?);
            Ok((texts, row.get(1)?, row.get(2)?, region_of(row.get(3)?), rated_at, row.get(7)?))
        })
        .optional()?;
    let Some(([level, channel, provenance], item, agency, region, rated_at, card)) = row else {
        return Ok(None);
    };
    let group = Group {
        month: rated_at.date_in_china().month(),
        day: at.day_in_china(),
        region,
        agency,
        item,
        card,
        channel: channel.parse::<Channel>().map_err(|()| damaged(&format!("channel {channel:?}")))?,
        provenance: provenance.parse::<Provenance>().map_err(|()| damaged(&format!("provenance {provenance:?}")))?,
        tally: Tally::Quarantined,
    };
    let level = level.parse().map_err(|_| damaged(&format!("level {level:?}")))?;
    Ok(Some((group, level)))
}

pub(super) fn forget_sources(connection: &mut Connection, day: i64) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for table in ["card_source", "card_day"] {
        transaction.execute(&format!("delete from {table} where day < ?1"), [day])?;
    }
    transaction.commit().map_err(|e| StoreError::OutcomeUnknown(e.to_string()))
}
