//! The lanes of ratings into the database: one, or on a distributed engine one for each shard, so
//! that a batch is a transaction of one shard.

use std::sync::atomic::{AtomicI64, Ordering};

use haochaping::link::PARTS;

use crate::{
    StoreError,
    database::{Connection, params},
    engine::lease as slot,
};

/// A connection of its own, and the slot into which its ratings are counted.
pub(crate) struct Lane {
    /// The part of its counters, which is one of its shard.
    pub(crate) part: u8,
    pub(crate) writer: tokio::sync::Mutex<Option<Connection>>,
    slot: AtomicI64,
}

impl Lane {
    fn new(part: u8) -> Self {
        Self {
            part,
            writer: tokio::sync::Mutex::default(),
            slot: AtomicI64::new(slot::OF_COMMANDS),
        }
    }

    pub(crate) fn slot(&self) -> i64 {
        self.slot.load(Ordering::Relaxed)
    }

    pub(crate) fn set_slot(&self, slot: i64) {
        self.slot.store(slot, Ordering::Relaxed);
    }
}

/// All lanes, and which part takes which.
pub(crate) struct Lanes {
    pub(crate) all: Vec<Lane>,
    of_part: [usize; PARTS as usize],
}

impl Lanes {
    /// One for everything.
    pub(crate) fn one() -> Self {
        Self { all: vec![Lane::new(0)], of_part: [0; PARTS as usize] }
    }

    /// One for each shard, of which `shards` has the number for every part.
    pub(crate) fn of_shards(shards: &[i64; PARTS as usize]) -> Self {
        let mut numbers: Vec<i64> = Vec::new();
        let mut all = Vec::new();
        let of_part = std::array::from_fn(|part| {
            numbers.iter().position(|number| *number == shards[part]).unwrap_or_else(|| {
                numbers.push(shards[part]);
                all.push(Lane::new(u8::try_from(part).unwrap_or_default()));
                numbers.len() - 1
            })
        });
        Self { all, of_part }
    }

    /// The number of a part's lane.
    pub(crate) fn number(&self, part: u8) -> usize {
        self.of_part.get(usize::from(part)).copied().unwrap_or(0)
    }

    /// The lane of a part.
    pub(crate) fn of(&self, part: u8) -> &Lane {
        &self.all[self.number(part)]
    }
}

/// The shard of each part where the ratings are distributed; `None` on a plain server. Who does not
/// ask plans statements as for one, which a distributed engine refuses.
///
/// # Errors
/// As [`shards`].
pub(crate) fn distributed(
    connection: &Connection,
) -> Result<Option<[i64; PARTS as usize]>, StoreError> {
    // Only where the catalogue is there can it be asked.
    if !connection.query_row(
        "select to_regclass('pg_dist_partition') is not null",
        params![],
        |row| row.get(0),
    )? {
        return Ok(None);
    }
    let sql = "select exists (select 1 from pg_dist_partition where logicalrelid = to_regclass('rating') and partmethod = 'h')";
    if connection.query_row(sql, params![], |row| row.get(0))? {
        shards(connection).map(Some)
    } else {
        Ok(None)
    }
}

/// Asks a Citus database for the shard of each part.
///
/// # Errors
/// In one line: it is no such database, or a table with parts is not distributed by them together
/// with the ratings.
pub(crate) fn shards(connection: &Connection) -> Result<[i64; PARTS as usize], StoreError> {
    const GUIDE: &str = "docs/databases.md has the calls that distribute the tables";
    let failed =
        |what: String| StoreError::Failed(format!("a distributed database: {what}; {GUIDE}"));
    let sql = "select to_regproc('get_shard_id_for_distribution_column') is not null
         and to_regclass('pg_dist_partition') is not null";
    if !connection.query_row(sql, params![], |row| row.get(0))? {
        return Err(failed("the database has no Citus extension".into()));
    }
    let apart: Vec<String> = connection.query(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
           join pg_attribute a on a.attrelid = c.oid and a.attname = 'part'
           left join pg_dist_partition d on d.logicalrelid = c.oid and d.partmethod = 'h'
           left join pg_dist_partition r on r.logicalrelid = to_regclass('rating')
         where n.nspname = current_schema() and c.relkind = 'r' and (d.logicalrelid is null
           or d.colocationid <> r.colocationid or column_to_column_name(d.logicalrelid, d.partkey) <> 'part')
         order by 1",
        params![],
        |row| row.get(0),
    )?;
    if !apart.is_empty() {
        return Err(failed(format!("not distributed by part beside rating: {}", apart.join(", "))));
    }
    let mut found = [0; PARTS as usize];
    for (part, shard) in (0_i64..).zip(&mut found) {
        let sql = "select get_shard_id_for_distribution_column('rating', ?1::bigint)";
        *shard = connection.query_row(sql, params![part], |row| row.get(0))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_one_shard_take_one_lane_whose_counters_are_in_that_shard() {
        let shards = std::array::from_fn(|part| [102_013, 102_008, 102_040][part % 7 % 3]);
        let lanes = Lanes::of_shards(&shards);
        assert_eq!(lanes.all.len(), 3);
        for part in 0..PARTS {
            for other in 0..PARTS {
                let is_one = shards[usize::from(part)] == shards[usize::from(other)];
                assert_eq!(lanes.number(part) == lanes.number(other), is_one, "{part} {other}");
            }
            assert_eq!(shards[usize::from(lanes.of(part).part)], shards[usize::from(part)]);
        }
    }
}
