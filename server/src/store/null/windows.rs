//! No windows: nobody is called where nothing is kept.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haochaping::{
    calendar::Instant,
    call::{CallAction, CallState},
    region::Region,
};

use super::{NOTHING_KEPT, NullStore};
use crate::store::{
    Id, StoreError,
    staff::{AuditEntry, Digest},
    window::{Call, Hall, Holder, Pairing, Window, WindowStore},
};

#[async_trait]
impl WindowStore for NullStore {
    async fn add_hall(&self, _: Hall, _: AuditEntry) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn halls(&self, _: Region) -> Result<Vec<Hall>, StoreError> {
        Ok(Vec::new())
    }
    async fn add_windows(&self, _: Id, _: Vec<(String, String)>, _: AuditEntry) -> Result<Vec<String>, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn remove_window(&self, _: &str, _: AuditEntry) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn window(&self, _: &str) -> Result<Option<Window>, StoreError> {
        Ok(None)
    }
    async fn windows(&self, _: Region) -> Result<Vec<Window>, StoreError> {
        Ok(Vec::new())
    }
    async fn call_counts(&self, _: Instant) -> Result<BTreeMap<String, BTreeMap<CallState, u64>>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn offer_code(&self, _: &str, _: Digest, _: Instant, _: AuditEntry) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn pair(&self, _: &str, _: Digest, _: Digest, _: u32, _: AuditEntry) -> Result<Pairing, StoreError> {
        Ok(Pairing::Unknown)
    }
    async fn unpair(&self, _: &str, _: AuditEntry) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn pad(&self, _: Digest) -> Result<Option<(String, bool)>, StoreError> {
        Ok(None)
    }
    async fn hold_window(&self, _: &Holder, _: Instant, _: Instant) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn note_holders(&self, holders: Vec<Holder>, _: Instant) -> Result<Vec<Holder>, StoreError> {
        Ok(holders)
    }
    async fn let_go(&self, _: &Holder) -> Result<(), StoreError> {
        Ok(())
    }
    async fn make_call(&self, _: Call) -> Result<Option<Call>, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn call(&self, _: Id) -> Result<Option<Call>, StoreError> {
        Ok(None)
    }
    async fn last_calls(&self, _: Vec<String>) -> Result<Vec<Call>, StoreError> {
        Ok(Vec::new())
    }
    async fn open_calls(&self) -> Result<Vec<(Call, bool)>, StoreError> {
        Ok(Vec::new())
    }
    async fn move_call(&self, _: Id, _: CallAction, _: Instant, _: Instant) -> Result<Option<Call>, StoreError> {
        Ok(None)
    }
    async fn forget_calls(&self, _: Instant) -> Result<u64, StoreError> {
        Ok(0)
    }
}
