//! Slots: each collector counts into two of its own, one for ratings and one for services, so that collectors never wait for
//! one another's rows. A slot is leased; two that share one by accident wait for each other, and nothing worse.

use haochaping::calendar::Instant;

use crate::store::{
    Id, StoreError,
    database::{Connection, params},
};

/// How long a slot is kept for a collector that says nothing.
pub(in crate::store) const LEASE_MILLIS: i64 = 30_000;
/// The slots of commands, which are short and share them.
pub(in crate::store) const OF_COMMANDS: i64 = 1_000_000;

/// Keeps `slot` for `holder` if it is still theirs, or else takes the lowest that is free.
pub(in crate::store) fn hold(
    connection: &mut Connection,
    holder: &Id,
    slot: Option<i64>,
    at: Instant,
) -> Result<i64, StoreError> {
    let until = at.millis() + LEASE_MILLIS;
    if let Some(slot) = slot {
        let sql = "update slot set leased_until = ?3 where slot = ?1 and holder = ?2";
        if connection.execute(sql, params![slot, holder, until])? > 0 {
            return Ok(slot);
        }
    }
    let transaction = connection.transaction()?;
    let sql = "select slot from slot where leased_until >= ?1 and holder <> ?2 order by slot";
    let taken: Vec<i64> = transaction.query(sql, params![at.millis(), holder], |row| row.get(0))?;
    let free = (0..).step_by(2).find(|slot| !taken.contains(slot)).unwrap_or(0);
    transaction.execute(
        "insert into slot (slot, revision, holder, leased_until) values (?1, 0, ?2, ?3)
         on conflict (slot) do update set holder = excluded.holder, leased_until = excluded.leased_until",
        params![free, holder, until],
    )?;
    transaction.commit()?;
    Ok(free)
}

/// Gives a slot back.
pub(in crate::store) fn give_back(connection: &Connection, holder: &Id) -> Result<(), StoreError> {
    connection.execute("update slot set leased_until = 0 where holder = ?1", params![holder])?;
    Ok(())
}
