//! No ledger: where nothing is kept there is nothing to prove.

use async_trait::async_trait;
use haochaping::{ledger::Kept, link::RatingId};

use super::{NOTHING_KEPT, NullStore};
use crate::store::{
    StoreError,
    ledger::{CloseDay, Closed, Extension, Head, LedgerStore, Pending, RatingLeaf, StoredTable},
};

#[async_trait]
impl LedgerStore for NullStore {
    async fn ledger_head(&self) -> Result<Option<Head>, StoreError> {
        Ok(None)
    }
    async fn ledger_pending(&self, _: u32) -> Result<Vec<Pending>, StoreError> {
        Ok(Vec::new())
    }
    async fn ledger_tiles(&self, keys: Vec<(i8, u64)>) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        Ok(vec![None; keys.len()])
    }
    async fn ledger_extend(&self, _: Extension) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn ledger_backfill(&self) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn ledger_leaf(&self, _: u8, _: RatingId) -> Result<Option<RatingLeaf>, StoreError> {
        Ok(None)
    }
    async fn ledger_is_due(&self, _: i64) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn ledger_close(&self, _: CloseDay) -> Result<Option<Closed>, StoreError> {
        Ok(None)
    }
    async fn ledger_publish(&self, _: Closed) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn ledger_tables(&self, _: u32, _: u32) -> Result<Vec<StoredTable>, StoreError> {
        Ok(Vec::new())
    }
    async fn ledger_kept(&self) -> Result<Option<Kept>, StoreError> {
        Ok(None)
    }
    async fn ledger_table(&self, _: u32) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }
    async fn ledger_origin(&self, proposed: &str) -> Result<String, StoreError> {
        Ok(proposed.to_owned())
    }
    async fn ledger_cosign(&self, _: &str, _: u64, _: &str) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn ledger_cosignatures(&self) -> Result<Vec<(String, u64, String)>, StoreError> {
        Ok(Vec::new())
    }
    async fn ledger_faults(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}
