//! The ledger's part of the store.

mod backfill;
mod close;
mod leaf;
mod log;
mod verify;

pub(super) use close::note_due;
use haochaping::{ledger::Kept, link::RatingId};
pub(super) use leaf::{NewLeaf, commit, note, note_event, of_event, of_rating, rated};

use super::SqlStore;
use crate::store::{
    StoreError,
    database::params,
    ledger::{CloseDay, Closed, Extension, Head, Pending, RatingLeaf, StoredTable},
};

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
    pub async fn ledger_tiles(&self, keys: Vec<(i8, u64)>) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.read(move |c| log::tiles(c, &keys)).await
    }
    /// Extends the log in one transaction; false, and nothing happened, if another did so meanwhile.
    pub async fn ledger_extend(&self, extension: Extension) -> Result<bool, StoreError> {
        self.write(move |c| log::extend(c, &extension)).await
    }
    /// Makes the leaves of some ratings that were on record before there was a ledger; false when there are no more.
    pub async fn ledger_backfill(&self) -> Result<bool, StoreError> {
        self.write(backfill::backfill).await
    }
    /// The leaf of a rating; `None` if there is no such rating.
    pub async fn ledger_leaf(&self, part: u8, rating: RatingId) -> Result<Option<RatingLeaf>, StoreError> {
        self.read(move |c| leaf::leaf(c, part, &rating)).await
    }
    /// Whether a table is to be made: a day is over, or groups were published that are in none.
    pub async fn ledger_is_due(&self, today: i64) -> Result<bool, StoreError> {
        self.read(move |c| close::is_due(c, today)).await
    }
    /// Makes a table from one look at the store, and keeps nothing; `None` for a log without leaves.
    pub async fn ledger_close(&self, close: CloseDay) -> Result<Option<Closed>, StoreError> {
        self.read(move |c| close::close(c, close)).await
    }
    /// Keeps a table; false, and nothing happened, if another one has its number.
    pub async fn ledger_publish(&self, closed: Closed) -> Result<bool, StoreError> {
        self.write(move |c| close::publish(c, &closed)).await
    }
    /// Tables whose entries are in the log, after a number, at most `limit`.
    pub async fn ledger_tables(&self, after: u32, limit: u32) -> Result<Vec<StoredTable>, StoreError> {
        self.read(move |c| close::tables(c, after, limit)).await
    }
    /// A table's bytes as published, once its entry is in the log.
    pub async fn ledger_table(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |c| close::table(c, number)).await
    }
    /// What is kept of the newest table, and opens its remainder; `None` before the first. Not for the public.
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
    pub async fn ledger_cosign(&self, witness: &str, size: u64, checkpoint: &str) -> Result<(), StoreError> {
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
            Ok(c.query(sql, params![], |row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs(), row.get(2)?)))?)
        })
        .await
    }
    /// What in the ledger does not fit what is on record, in words.
    pub async fn ledger_faults(&self) -> Result<Vec<String>, StoreError> {
        self.read(verify::faults).await
    }
}
