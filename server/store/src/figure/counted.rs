//! What each commit added to the figures, kept for a minute: another collector takes over what is
//! new rather than reading a slot with all its counters.

use haochaping::calendar::Instant;

use crate::{
    Counted, FigureKey, StoreError, Tally,
    database::{self, Connection, Row, Transaction, params},
    engine::lease::part_of,
    row::{region_of, signed},
};

/// How long others can take a commit over; whoever comes later reads the whole slot.
const KEPT_MILLIS: i64 = 60_000;

/// Notes a commit in its own transaction, if anybody else reads it.
pub(crate) fn note(
    transaction: &Transaction<'_>,
    counted: &Counted,
    at: Instant,
) -> Result<(), StoreError> {
    if !transaction.is_read_by_others() {
        return Ok(());
    }
    let Counted { slot, revision, added } = counted;
    let lines = added
        .iter()
        .map(|(key, tally, n)| {
            format!("{}\t{}\t{}\t{n}\n", signed(key.region), key.agency, tally.name())
        })
        .collect::<String>();
    transaction.execute(
        "insert into counted (part, slot, revision, at, added) values (?1, ?2, ?3, ?4, ?5)",
        params![part_of(*slot), slot, revision, at.millis(), lines],
    )?;
    Ok(())
}

/// The commits of a slot after a revision that are still known, in order.
pub(crate) fn since(
    connection: &Connection,
    slot: i64,
    revision: i64,
) -> Result<Vec<Counted>, StoreError> {
    let sql = "select revision, added from counted where part = ?1 and slot = ?2 and revision > ?3 order by revision";
    Ok(connection.query(sql, params![part_of(slot), slot, revision], |row| read(row, slot))?)
}

fn read(row: &Row<'_>, slot: i64) -> database::Result<Counted> {
    let lines: String = row.get(1)?;
    let added = lines.lines().map(|line| {
        let mut fields = line.split('\t');
        let mut next = || fields.next().ok_or_else(|| database::Error::damaged(1, "four fields"));
        let region = region_of(next()?.parse().map_err(|_| database::Error::damaged(1, "region"))?);
        let key = FigureKey { region, agency: next()?.to_owned() };
        let tally: Tally = next()?.parse().map_err(|_| database::Error::damaged(1, "tally"))?;
        Ok((key, tally, next()?.parse().map_err(|_| database::Error::damaged(1, "number"))?))
    });
    Ok(Counted { slot, revision: row.get(0)?, added: added.collect::<database::Result<_>>()? })
}

/// Forgets what nobody takes over any more.
pub(crate) fn forget(connection: &Connection, now: Instant) -> Result<(), StoreError> {
    connection.execute("delete from counted where at < ?1", params![now.millis() - KEPT_MILLIS])?;
    Ok(())
}
