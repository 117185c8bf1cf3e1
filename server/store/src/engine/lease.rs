//! Slots: each collector counts into two of its own for each lane, one for ratings and one for
//! services, so that collectors never wait for one another's rows. A slot is leased; two that share
//! one by accident wait for each other, and nothing worse.
//!
//! All rows of a slot are of one part: 0, or on a distributed engine one in the shard of the
//! ratings that are counted there. The slot's number begins with it.

use haochaping::calendar::Instant;

use crate::{
    Id, StoreError,
    database::{Connection, Transaction, params},
};

/// How long a slot is kept for a collector that says nothing.
pub(crate) const LEASE_MILLIS: i64 = 30_000;
/// The slots of commands, which are short and share them.
pub(crate) const OF_COMMANDS: i64 = 1_000_000;

/// The slot of what happens to ratings later: its revisions are keys of leaves. In the part of
/// commands it is one of theirs.
const OF_EVENTS: i64 = 1_000_001;

/// Where the part stands in a slot's number.
const PART_BITS: u32 = 32;

/// The part of a slot's rows.
pub(crate) fn part_of(slot: i64) -> i64 {
    slot >> PART_BITS
}

/// The slot of events in the shard of a slot.
pub(crate) fn of_events(slot: i64) -> i64 {
    (part_of(slot) << PART_BITS) + OF_EVENTS
}

/// Keeps `slot` for `holder` if it is still theirs, or else takes the lowest of `part` that is
/// free.
pub(crate) fn hold(
    connection: &mut Connection,
    holder: &Id,
    part: u8,
    slot: Option<i64>,
    at: Instant,
) -> Result<i64, StoreError> {
    let until = at.millis() + LEASE_MILLIS;
    if let Some(slot) = slot {
        let sql = "update slot set leased_until = ?4 where part = ?1 and slot = ?2 and holder = ?3";
        if connection.execute(sql, params![part, slot, holder, until])? > 0 {
            return Ok(slot);
        }
    }
    let transaction = connection.transaction()?;
    let sql = "select slot from slot where part = ?1 and leased_until >= ?2 and holder <> ?3 order by slot";
    let taken: Vec<i64> =
        transaction.query(sql, params![part, at.millis(), holder], |row| row.get(0))?;
    let first = i64::from(part) << PART_BITS;
    let free = (first..).step_by(2).find(|slot| !taken.contains(slot)).unwrap_or(first);
    transaction.execute(
        "insert into slot (part, slot, revision, holder, leased_until) values (?1, ?2, 0, ?3, ?4)
         on conflict (part, slot) do update set holder = excluded.holder, leased_until = excluded.leased_until",
        params![part, free, holder, until],
    )?;
    transaction.commit()?;
    Ok(free)
}

/// Raises the revision of a slot's counters, in the transaction that changes them.
pub(crate) fn raise(transaction: &Transaction<'_>, slot: i64) -> Result<i64, StoreError> {
    let sql = "insert into slot (part, slot, revision) values (?1, ?2, 1)
         on conflict (part, slot) do update set revision = slot.revision + 1 returning revision";
    Ok(transaction.query_row(sql, params![part_of(slot), slot], |row| row.get(0))?)
}

/// Whether another collector holds a slot.
pub(crate) fn is_any_held_by_others(
    connection: &Connection,
    holder: &Id,
    at: Instant,
) -> Result<bool, StoreError> {
    let sql = "select count(*) > 0 from slot where leased_until >= ?1 and holder <> ?2";
    Ok(connection.query_row(sql, params![at.millis(), holder], |row| row.get(0))?)
}

/// Gives a slot back.
pub(crate) fn give_back(connection: &Connection, holder: &Id) -> Result<(), StoreError> {
    connection.execute("update slot set leased_until = 0 where holder = ?1", params![holder])?;
    Ok(())
}

/// The slot of services, beside that of ratings: who registers does not wait for a batch.
pub(crate) fn service_slot(connection: &Connection) -> i64 {
    connection.slot() + 1
}
