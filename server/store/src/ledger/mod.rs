//! What a store keeps for the public log: leaves on their way into it, its tiles and head, and the
//! tables of closed days.

mod backfill;
mod before;
mod close;
mod leaf;
mod log;
mod sequence;
mod tiles;
mod verify;

pub(crate) use close::note_due;
use haochaping::{
    calendar::Instant,
    ledger::{DayTable, Hash, Kept, Kind, LEAF_BYTES, Leaf, Nonce},
    link::RatingId,
    statistics::Counts,
};
pub(crate) use leaf::{NewLeaf, commit, note, note_event, of_event, of_rating, rated};
pub use sequence::sequence;
pub use tiles::{Log, TILE_HEIGHT, TILE_WIDTH, entries_of};

use crate::{SqlStore, StoreError, database::params};

/// The level under which tiles of entries are kept.
pub const ENTRIES: i8 = -1;
/// The slot of leaves of ratings from before there was a ledger.
pub const OF_BEFORE: i64 = -1;
/// The slot of entries that say which table was published.
pub const OF_TABLES: i64 = -3;

/// The key of a commit whose leaves get their numbers together: part, slot and revision.
pub type BatchKey = (u8, i64, i64);

/// The leaf of a rating or event, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The rating's partition.
    pub part: u8,
    /// The rating.
    pub rating: RatingId,
    /// What the leaf stands for.
    pub kind: Kind,
    /// 0 for the rating's own leaf; 1 for that of its way out of quarantine; the entry's number for
    /// what happened to its order.
    pub number: u32,
    /// The day, counted from 1970-01-01 in China.
    pub day: i64,
    /// The entry's bytes.
    pub entry: [u8; LEAF_BYTES],
}

impl Record {
    const BYTES: usize = 1 + 16 + 1 + 4 + 8 + LEAF_BYTES;

    /// All of them, one after the other.
    pub fn write_all(records: &[Self]) -> Vec<u8> {
        let write = |record: &Self| {
            let kind = Kind::ALL.iter().position(|kind| *kind == record.kind).unwrap_or_default();
            [
                &[record.part][..],
                &record.rating,
                &[u8::try_from(kind).unwrap_or_default()],
                &record.number.to_be_bytes(),
                &record.day.to_be_bytes(),
                &record.entry,
            ]
            .concat()
        };
        records.iter().flat_map(write).collect()
    }

    /// Reads them again; `None` for anything else.
    pub fn read_all(bytes: &[u8]) -> Option<Vec<Self>> {
        bytes.len().is_multiple_of(Self::BYTES).then_some(())?;
        bytes.chunks(Self::BYTES).map(Self::read).collect()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (part, rest) = bytes.split_first()?;
        let (rating, rest) = rest.split_first_chunk()?;
        let (kind, rest) = rest.split_first()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (day, entry) = rest.split_first_chunk()?;
        Some(Self {
            part: *part,
            rating: *rating,
            kind: *Kind::ALL.get(usize::from(*kind))?,
            number: u32::from_be_bytes(*number),
            day: i64::from_be_bytes(*day),
            entry: entry.try_into().ok()?,
        })
    }
}

/// A commit whose leaves have no number yet.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Which.
    pub key: BatchKey,
    /// Its leaves, as [`Record::write_all`]; under [`OF_TABLES`] an entry alone.
    pub leaves: Vec<u8>,
}

/// How long the log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many leaves.
    pub size: u64,
    /// The root.
    pub root: Hash,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// What follows after a head.
#[derive(Clone, Debug)]
pub struct Extension {
    /// The size of the log that it extends.
    pub from: u64,
    /// The log's head from then on.
    pub head: Head,
    /// The first number of each commit, and how many.
    pub batches: Vec<(BatchKey, u64, u64)>,
    /// Leaves that have a number now.
    pub records: Vec<Record>,
    /// Tables whose entries have a number now.
    pub tables: Vec<(u32, u64)>,
    /// Tiles that are new or longer, by level and number.
    pub tiles: Vec<(i8, u64, Vec<u8>)>,
}

/// The leaf of a rating, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingLeaf {
    /// As it follows from the rating's row.
    pub leaf: Leaf,
    /// What tells it by its receipt.
    pub nonce: Nonce,
    /// The numbers of the commit's leaves, once they have some.
    pub among: Option<std::ops::Range<u64>>,
    /// Whether the leaf is on its way into the log, or is still to be made for a rating from
    /// before.
    pub is_waiting: bool,
    /// When the rating was given.
    pub rated_at: Instant,
}

/// A table of closed days as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTable {
    /// Counted from 1.
    pub number: u32,
    /// The last closed day.
    pub day: i64,
    /// The first leaf that it does not account for.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// The number of the entry that says so.
    pub leaf: Option<u64>,
}

/// The leaf of a rating or event by its key: part, rating, kind and number.
pub type OpenKey = (u8, RatingId, Kind, u32);

/// A table that can be published.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The table.
    pub table: DayTable,
    /// What is kept of it, and not published.
    pub kept: Kept,
    /// The day it closes.
    pub day: i64,
    /// The leaves that are in its rows and groups.
    pub taken: Vec<OpenKey>,
    /// The published groups that are in it, by their keys, and how many of each level.
    pub due: Vec<(DueKey, Counts)>,
}

/// A published group: region, agency, item, card, channel, provenance, source, whether registered,
/// and day.
pub type DueKey = (i64, String, String, u32, String, String, String, bool, i64);

/// What is asked of a store that is to close a day.
#[derive(Clone, Copy, Debug)]
pub struct CloseDay {
    /// Today, counted from 1970-01-01 in China: the day before it is closed.
    pub today: i64,
    /// The fewest leaves of a group that is published by itself.
    pub group: u64,
    /// About how many leaves one table takes at most.
    pub n_max: u64,
}

impl SqlStore {
    /// The head of the log; `None` before its first leaf.
    pub async fn ledger_head(&self) -> Result<Option<Head>, StoreError> {
        self.read(log::head).await
    }

    /// Commits whose leaves have no number yet, at most `limit`.
    pub async fn ledger_pending(&self, limit: u32) -> Result<Vec<Pending>, StoreError> {
        self.read(move |c| log::pending(c, limit)).await
    }

    /// Tiles by level and number, in order.
    pub async fn ledger_tiles(
        &self,
        keys: Vec<(i8, u64)>,
    ) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.read(move |c| log::tiles(c, &keys)).await
    }

    /// Extends the log in one transaction; false, and nothing happened, if another did so
    /// meanwhile.
    pub async fn ledger_extend(&self, extension: Extension) -> Result<bool, StoreError> {
        self.write(move |c| log::extend(c, &extension)).await
    }

    /// Makes the leaves of some ratings that were on record before there was a ledger; false when
    /// there are no more.
    pub async fn ledger_backfill(&self) -> Result<bool, StoreError> {
        self.write(backfill::backfill).await
    }

    /// The leaf of a rating; `None` if there is no such rating.
    pub async fn ledger_leaf(
        &self,
        part: u8,
        rating: RatingId,
    ) -> Result<Option<RatingLeaf>, StoreError> {
        self.read(move |c| leaf::leaf(c, part, &rating)).await
    }

    /// Whether a table is to be made: a day is over, or groups were published that are in none.
    pub async fn ledger_is_due(&self, today: i64) -> Result<bool, StoreError> {
        self.read(move |c| close::is_due(c, today)).await
    }

    /// Makes a table from one look at the store, and keeps nothing; `None` for a log without
    /// leaves.
    pub async fn ledger_close(&self, close: CloseDay) -> Result<Option<Closed>, StoreError> {
        self.read(move |c| close::close(c, close)).await
    }

    /// Keeps a table; false, and nothing happened, if another one has its number.
    pub async fn ledger_publish(&self, closed: Closed) -> Result<bool, StoreError> {
        self.write(move |c| close::publish(c, &closed)).await
    }

    /// Tables whose entries are in the log, after a number, at most `limit`.
    pub async fn ledger_tables(
        &self,
        after: u32,
        limit: u32,
    ) -> Result<Vec<StoredTable>, StoreError> {
        self.read(move |c| close::tables(c, after, limit)).await
    }

    /// A table's bytes as published, once its entry is in the log.
    pub async fn ledger_table(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |c| close::table(c, number)).await
    }

    /// What is kept of the newest table, and opens its remainder; `None` before the first. Not for
    /// the public.
    pub async fn ledger_kept(&self) -> Result<Option<Kept>, StoreError> {
        self.read(close::kept).await
    }

    /// The log's name: `proposed`, unless it has one already.
    pub async fn ledger_origin(&self, proposed: &str) -> Result<String, StoreError> {
        if let Some(origin) = self.read(log::origin_on_record).await? {
            return Ok(origin);
        }
        let proposed = proposed.to_owned();
        self.write(move |c| log::origin(c, &proposed)).await
    }

    /// Keeps the newest checkpoint that a witness signed.
    pub async fn ledger_cosign(
        &self,
        witness: &str,
        size: u64,
        checkpoint: &str,
    ) -> Result<(), StoreError> {
        let (witness, checkpoint) = (witness.to_owned(), checkpoint.to_owned());
        self.write(move |c| {
            c.execute(
                "insert into ledger_cosignature (witness, size, checkpoint) values (?1, ?2, ?3)
                 on conflict (witness) do update set size = excluded.size, checkpoint = excluded.checkpoint
                 where ledger_cosignature.size <= excluded.size",
                params![&witness, size.cast_signed(), &checkpoint],
            )?;
            Ok(())
        })
        .await
    }

    /// The newest checkpoint of each witness, by its name, with its size.
    pub async fn ledger_cosignatures(&self) -> Result<Vec<(String, u64, String)>, StoreError> {
        self.read(|c| {
            let sql = "select witness, size, checkpoint from ledger_cosignature order by witness";
            Ok(c.query(sql, params![], |row| {
                Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs(), row.get(2)?))
            })?)
        })
        .await
    }

    /// What in the ledger does not fit what is on record, in words.
    pub async fn ledger_faults(&self) -> Result<Vec<String>, StoreError> {
        self.read(verify::faults).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_back_and_nothing_else_is() {
        let record = |n: u8, kind| Record {
            part: n,
            rating: [n; 16],
            kind,
            number: 70_000 + u32::from(n),
            day: 20_777,
            entry: [n; LEAF_BYTES],
        };
        let records: Vec<_> = (0..).zip(Kind::ALL).map(|(n, kind)| record(n, kind)).collect();
        let bytes = Record::write_all(&records);
        assert_eq!(Record::read_all(&bytes), Some(records));
        assert_eq!(Record::read_all(&bytes[1..]), None);
        assert_eq!(Record::read_all(&[]), Some(vec![]));
    }
}
