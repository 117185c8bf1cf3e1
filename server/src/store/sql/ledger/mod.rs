//! The ledger's part of the store.

mod backfill;
mod close;
mod leaf;
mod log;
mod verify;

use async_trait::async_trait;
pub(super) use close::note_due;
use haochaping::{ledger::Kept, link::RatingId};
pub(super) use leaf::{NewLeaf, commit, note, note_event, of_event, of_rating, rated};

use super::SqlStore;
use crate::store::{
    StoreError,
    database::params,
    ledger::{CloseDay, Closed, Extension, Head, LedgerStore, Pending, RatingLeaf, StoredTable},
};

#[async_trait]
impl LedgerStore for SqlStore {
    async fn ledger_head(&self) -> Result<Option<Head>, StoreError> {
        self.read(log::head).await
    }
    async fn ledger_pending(&self, limit: u32) -> Result<Vec<Pending>, StoreError> {
        self.read(move |c| log::pending(c, limit)).await
    }
    async fn ledger_tiles(&self, keys: Vec<(i8, u64)>) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.read(move |c| log::tiles(c, &keys)).await
    }
    async fn ledger_extend(&self, extension: Extension) -> Result<bool, StoreError> {
        self.write(move |c| log::extend(c, &extension)).await
    }
    async fn ledger_backfill(&self) -> Result<bool, StoreError> {
        self.write(backfill::backfill).await
    }
    async fn ledger_leaf(&self, part: u8, rating: RatingId) -> Result<Option<RatingLeaf>, StoreError> {
        self.read(move |c| leaf::leaf(c, part, &rating)).await
    }
    async fn ledger_is_due(&self, today: i64) -> Result<bool, StoreError> {
        self.read(move |c| close::is_due(c, today)).await
    }
    async fn ledger_close(&self, close: CloseDay) -> Result<Option<Closed>, StoreError> {
        self.read(move |c| close::close(c, close)).await
    }
    async fn ledger_publish(&self, closed: Closed) -> Result<bool, StoreError> {
        self.write(move |c| close::publish(c, &closed)).await
    }
    async fn ledger_tables(&self, after: u32, limit: u32) -> Result<Vec<StoredTable>, StoreError> {
        self.read(move |c| close::tables(c, after, limit)).await
    }
    async fn ledger_table(&self, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(move |c| close::table(c, number)).await
    }
    async fn ledger_kept(&self) -> Result<Option<Kept>, StoreError> {
        self.read(close::kept).await
    }
    async fn ledger_origin(&self, proposed: &str) -> Result<String, StoreError> {
        if let Some(origin) = self.read(log::origin_on_record).await? {
            return Ok(origin);
        }
        let proposed = proposed.to_owned();
        self.write(move |c| log::origin(c, &proposed)).await
    }
    async fn ledger_cosign(&self, witness: &str, size: u64, checkpoint: &str) -> Result<(), StoreError> {
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
    async fn ledger_cosignatures(&self) -> Result<Vec<(String, u64, String)>, StoreError> {
        self.read(|c| {
            let sql = "select witness, size, checkpoint from ledger_cosignature order by witness";
            Ok(c.query(sql, params![], |row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs(), row.get(2)?)))?)
        })
        .await
    }
    async fn ledger_faults(&self) -> Result<Vec<String>, StoreError> {
        self.read(verify::faults).await
    }
}
