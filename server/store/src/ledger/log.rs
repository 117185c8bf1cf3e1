//! The log: commits that wait for numbers, tiles, and the head.

use haochaping::ledger::{Entry, Hash};

use crate::{
    StoreError,
    database::{self, Connection, OptionalRow as _, Transaction, params, set},
    ledger::{Extension, Head, OF_TABLES, Pending},
};

const ORIGIN: &str = "select value from meta where name = 'ledger_origin'";

pub(crate) fn head(connection: &Connection) -> Result<Option<Head>, StoreError> {
    let sql = "select size, root, checkpoint from ledger_head where id = 1";
    let head = connection.query_row(sql, params![], |row| {
        Ok(Head {
            size: row.get::<i64>(0)?.unsigned_abs(),
            root: Hash(row.get(1)?),
            checkpoint: row.get(2)?,
        })
    });
    Ok(head.optional()?)
}

pub(crate) fn pending(connection: &Connection, limit: u32) -> Result<Vec<Pending>, StoreError> {
    let sql = "select part, slot, revision, leaves from ledger_pending order by part, slot, revision limit ?1";
    Ok(connection.query(sql, params![limit], |row| {
        Ok(Pending { key: (row.get(0)?, row.get(1)?, row.get(2)?), leaves: row.get(3)? })
    })?)
}

pub(crate) fn tiles(
    connection: &Connection,
    keys: &[(i8, u64)],
) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
    let sets: Vec<_> =
        keys.iter().map(|(level, n)| set![i32::from(*level), n.cast_signed()]).collect();
    Ok(connection.select_each(
        "select data from ledger_tile where level = ?1 and n = ?2",
        &sets,
        |row| row.get(0),
    )?)
}

/// Extends the log, if it still has the size that is extended: the row of its head is the one place
/// where collectors meet.
pub(crate) fn extend(
    connection: &mut Connection,
    extension: &Extension,
) -> Result<bool, StoreError> {
    let transaction = connection.begin(database::Isolation::ReadCommitted)?;
    let Head { size, root, checkpoint } = &extension.head;
    let (from, to) = (extension.from.cast_signed(), size.cast_signed());
    let moved = if extension.from == 0 {
        transaction.execute(
            "insert into ledger_head (id, size, root, checkpoint) values (1, ?1, ?2, ?3) on conflict (id) do nothing",
            params![to, root.0, checkpoint],
        )?
    } else {
        transaction.execute(
            "update ledger_head set size = ?2, root = ?3, checkpoint = ?4 where id = 1 and size = ?1",
            params![from, to, root.0, checkpoint],
        )?
    };
    if moved == 0 {
        return Ok(false);
    }
    let keys: Vec<_> = extension
        .batches
        .iter()
        .map(|((part, slot, revision), ..)| set![*part, *slot, *revision])
        .collect();
    let firsts = extension.batches.iter().map(|((part, slot, revision), first, n)| {
        set![*part, *slot, *revision, first.cast_signed(), n.cast_signed()]
    });
    let inserted = transaction.execute_each(
        "insert into ledger_batch (part, slot, revision, first, n, last)
         select part, slot, revision, cast(?4 as bigint), cast(?5 as bigint), last from ledger_pending
         where part = ?1 and slot = ?2 and revision = ?3",
        &firsts.collect::<Vec<_>>(),
    )?;
    // Read before another collector gave them their numbers, and the head after it: nothing of this
    // happens.
    if inserted.contains(&0) {
        return Ok(false);
    }
    transaction.execute_each(
        "delete from ledger_pending where part = ?1 and slot = ?2 and revision = ?3",
        &keys,
    )?;
    let mut records: Vec<_> = extension.records.iter().collect();
    records.sort_by_key(|record| (record.part, record.rating));
    let opened = records.iter().map(|record| {
        set![record.part, &record.rating, record.kind.name(), record.number, record.day]
    });
    transaction.insert_all(
        "insert into ledger_open (part, rating, kind, number, day) values (?1, ?2, ?3, ?4, ?5)",
        &opened.collect::<Vec<_>>(),
    )?;
    let tiles = extension
        .tiles
        .iter()
        .map(|(level, n, data)| set![i32::from(*level), n.cast_signed(), data]);
    transaction.insert_all(
        "insert into ledger_tile (level, n, data) values (?1, ?2, ?3)
         on conflict (level, n) do update set data = excluded.data",
        &tiles.collect::<Vec<_>>(),
    )?;
    for (number, leaf) in &extension.tables {
        transaction.execute(
            "update ledger_table set leaf = ?2 where number = ?1",
            params![number, leaf.cast_signed()],
        )?;
    }
    transaction.commit()?;
    Ok(true)
}

/// The entry of a table on its way.
pub(crate) fn note_table(
    transaction: &Transaction<'_>,
    number: u32,
    hash: Hash,
) -> Result<(), StoreError> {
    transaction.execute(
        "insert into ledger_pending (part, slot, revision, leaves, last) values (0, ?1, ?2, ?3, null)",
        params![OF_TABLES, number, Entry::Table { number, hash }.bytes()],
    )?;
    Ok(())
}

/// The log's name: that under which it began, whatever the collector is called now.
pub(crate) fn origin_on_record(connection: &Connection) -> Result<Option<String>, StoreError> {
    Ok(connection.query_row(ORIGIN, params![], |row| row.get(0)).optional()?)
}

pub(crate) fn origin(connection: &mut Connection, proposed: &str) -> Result<String, StoreError> {
    let transaction = connection.begin(database::Isolation::ReadCommitted)?;
    transaction.execute(
        "insert into meta (name, value) values ('ledger_origin', ?1) on conflict (name) do nothing",
        params![proposed],
    )?;
    let found = transaction.query_row(ORIGIN, params![], |row| row.get(0))?;
    transaction.commit()?;
    Ok(found)
}
