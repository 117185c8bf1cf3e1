//! A store that keeps nothing: what the collector costs without one. For measuring only.

mod figures;
mod ledger;
mod windows;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use haochaping::{calendar::Instant, link::RatingId, region::Region};

use super::{
    Agreed, Committed, Counted, Decision, FigureKey, Id, Issued, NewCard, NewRating, NewService, Outcome, Published,
    Quarantined, RatingView, Registered, Registration, Revival, ServiceView, Store, StoreError, StoredApiKey,
    StoredCard, StoredKey, Tally, Verification,
    assist::{AssistStore, FoundService, Wish},
    desk::{DeskQuery, DeskStore, Disclosure, Note},
    file::{FileStore, Kept, OrderFile},
    order::{NewEntry, OrderQuery, OrderRow, OrderStanding, StoredEntry},
    outbox::{Attempted, DeadLetter, Endpoint, InvitedService, Message, NoticeKind, OutboxStore},
    staff::{Attempt, AuditEntry, Digest, Invitation, Session, StaffRow, StaffStore},
};

/// Accepts every rating and forgets it.
#[derive(Clone, Copy, Debug, Default)]
pub struct NullStore;

const NOTHING_KEPT: &str = "this store keeps nothing";

#[async_trait]
impl Store for NullStore {
    async fn commit(&self, batch: Arc<[NewRating]>) -> Result<Committed, StoreError> {
        Ok(Committed {
            outcomes: vec![Outcome::Accepted; batch.len()],
            leaves: vec![None; batch.len()],
            counted: Vec::new(),
        })
    }
    async fn register(&self, _: &str, _: Vec<NewService>) -> Result<Registration, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn service(&self, _: u8, _: Id) -> Result<Option<ServiceView>, StoreError> {
        Ok(None)
    }
    async fn find_service(&self, _: u8, _: &str, _: &str, _: u32) -> Result<Option<Registered>, StoreError> {
        Ok(None)
    }
    async fn ratings_between(&self, _: u8, _: RatingId, _: RatingId) -> Result<Vec<RatingView>, StoreError> {
        Ok(Vec::new())
    }
    async fn slot_revisions(&self) -> Result<BTreeMap<i64, i64>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn counted_since(&self, _: i64, _: i64) -> Result<Vec<Counted>, StoreError> {
        Ok(Vec::new())
    }
    async fn figures(&self, _: i64) -> Result<(i64, Vec<(FigureKey, Tally, i64)>), StoreError> {
        Ok((0, Vec::new()))
    }
    async fn hold_slot(&self, _: Instant) -> Result<(), StoreError> {
        Ok(())
    }
    async fn give_slot_back(&self) -> Result<(), StoreError> {
        Ok(())
    }
    async fn published(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn publish(&self, _: Vec<(FigureKey, Published, Option<Published>)>) -> Result<bool, StoreError> {
        Ok(true)
    }
    async fn agency_names(&self) -> Result<BTreeMap<String, String>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn revisions(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        Ok(Vec::new())
    }
    async fn add_key(&self, _: StoredKey) -> Result<(), StoreError> {
        Ok(())
    }
    async fn retire_key(&self, _: &str, _: u8, _: Instant) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError> {
        Ok(Vec::new())
    }
    async fn add_api_key(&self, _: StoredApiKey) -> Result<(), StoreError> {
        Ok(())
    }
    async fn revoke_api_key(&self, _: &str, _: Instant) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn regions(&self) -> Result<BTreeMap<Region, String>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn import_regions(&self, _: Vec<(Region, String)>) -> Result<(), StoreError> {
        Ok(())
    }
    async fn issue_cards(&self, _: Vec<NewCard>, _: Agreed, _: AuditEntry) -> Result<Issued, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn replace_card(&self, _: u32, _: AuditEntry) -> Result<Option<StoredCard>, StoreError> {
        Ok(None)
    }
    async fn revoke_card(&self, _: u32, _: &str, _: AuditEntry) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn revive_card(&self, _: u32, _: &str, _: AuditEntry) -> Result<Revival, StoreError> {
        Ok(Revival::NotReplaced)
    }
    async fn card(&self, _: u32) -> Result<Option<StoredCard>, StoreError> {
        Ok(None)
    }
    async fn cards(&self) -> Result<Vec<StoredCard>, StoreError> {
        Ok(Vec::new())
    }
    async fn quarantined(&self, _: bool) -> Result<Vec<Quarantined>, StoreError> {
        Ok(Vec::new())
    }
    async fn decide(&self, _: u8, _: RatingId, _: Decision, _: &str, _: AuditEntry) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn release_due(&self, _: Instant) -> Result<u64, StoreError> {
        Ok(0)
    }
    async fn forget_sources(&self, _: i64) -> Result<(), StoreError> {
        Ok(())
    }
    async fn order(&self, _: Id) -> Result<Option<OrderRow>, StoreError> {
        Ok(None)
    }
    async fn order_of(&self, _: u8, _: RatingId) -> Result<Option<OrderRow>, StoreError> {
        Ok(None)
    }
    async fn orders(&self, _: OrderQuery) -> Result<Vec<OrderRow>, StoreError> {
        Ok(Vec::new())
    }
    async fn orders_to_wake(&self, _: Instant, _: u32) -> Result<Vec<OrderRow>, StoreError> {
        Ok(Vec::new())
    }
    async fn provisional_orders(&self) -> Result<Vec<OrderRow>, StoreError> {
        Ok(Vec::new())
    }
    async fn entries(&self, _: u8, _: RatingId) -> Result<Vec<StoredEntry>, StoreError> {
        Ok(Vec::new())
    }
    async fn append_entries(&self, _: Vec<NewEntry>) -> Result<Vec<bool>, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn move_due(&self, _: u8, _: RatingId, _: OrderStanding) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn holidays(&self) -> Result<Vec<(i32, String)>, StoreError> {
        Ok(Vec::new())
    }
    async fn import_holidays(&self, _: Vec<(i32, String)>) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn verify(&self) -> Result<Verification, StoreError> {
        Ok(Verification::default())
    }
    async fn backup(&self, _: &std::path::Path, _: &(dyn Fn(u64, u64) + Sync)) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
}

#[async_trait]
impl StaffStore for NullStore {
    async fn staff(&self) -> Result<Vec<StaffRow>, StoreError> {
        Ok(Vec::new())
    }
    async fn add_staff(&self, _: StaffRow, _: Invitation, _: AuditEntry) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn reset_staff(&self, _: &str, _: Invitation, _: AuditEntry) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn disable_staff(&self, _: &str, _: AuditEntry) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn invited(&self, _: Digest, _: Instant) -> Result<Option<StaffRow>, StoreError> {
        Ok(None)
    }
    async fn accept_invitation(&self, _: Digest, _: &str, _: AuditEntry) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn attempt(&self, _: &str, _: &str, _: Instant, _: u32) -> Result<Attempt, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn forget_attempts(&self, _: &str, _: &str, _: Instant) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn forget_sign_ins(&self, _: Instant) -> Result<(), StoreError> {
        Ok(())
    }
    async fn record(&self, _: AuditEntry) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn begin_session(&self, _: Digest, _: &StaffRow, _: &str, _: AuditEntry) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn session(&self, _: Digest) -> Result<Option<Session>, StoreError> {
        Ok(None)
    }
    async fn touch_session(&self, _: Digest, _: Instant) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn end_session(&self, _: Digest) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn forget_sessions(&self, _: Instant, _: Instant) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn audit(&self, _: u32) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl DeskStore for NullStore {
    async fn desk_orders(&self, _: DeskQuery) -> Result<Vec<OrderRow>, StoreError> {
        Ok(Vec::new())
    }
    async fn count_orders(&self, _: DeskQuery) -> Result<u64, StoreError> {
        Ok(0)
    }
    async fn add_note(&self, _: u8, _: RatingId, _: Note, _: AuditEntry) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn notes(&self, _: u8, _: RatingId) -> Result<Vec<Note>, StoreError> {
        Ok(Vec::new())
    }
    async fn disclose(&self, _: u8, _: RatingId, _: Disclosure, _: AuditEntry) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn disclosures(&self, _: u8, _: RatingId) -> Result<Vec<Disclosure>, StoreError> {
        Ok(Vec::new())
    }
    async fn forget_contacts(&self, _: Instant, _: u32) -> Result<u64, StoreError> {
        Ok(0)
    }
}

#[async_trait]
impl OutboxStore for NullStore {
    async fn add_endpoint(&self, _: Endpoint, _: AuditEntry) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        Ok(Vec::new())
    }
    async fn disable_endpoint(&self, _: &str, _: AuditEntry) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn claim(&self, _: Id, _: Instant, _: Instant, _: u32) -> Result<Vec<Message>, StoreError> {
        Ok(Vec::new())
    }
    async fn attempted(&self, _: i64, _: Attempted, _: &str, _: Instant) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn dead_letters(&self, _: u32) -> Result<Vec<DeadLetter>, StoreError> {
        Ok(Vec::new())
    }
    async fn resend(&self, _: i64, _: AuditEntry) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn waiting(&self) -> Result<Vec<(Id, u64, Instant)>, StoreError> {
        Ok(Vec::new())
    }
    async fn has_received(&self, _: Id, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn receive(&self, _: Id, _: &str, _: Instant) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn forget_messages(&self, _: Instant) -> Result<(), StoreError> {
        Ok(())
    }
    async fn invited_service(&self, _: u8, _: Id) -> Result<Option<InvitedService>, StoreError> {
        Ok(None)
    }
    async fn orders_to_tell_of(&self, _: Instant, _: u32) -> Result<Vec<OrderRow>, StoreError> {
        Ok(Vec::new())
    }
    async fn tell(&self, _: OrderRow, _: NoticeKind, _: Instant) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn notices(&self, _: u8, _: RatingId) -> Result<Vec<(String, Instant, Instant)>, StoreError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl AssistStore for NullStore {
    async fn services_of_case(&self, _: u8, _: &str, _: &str) -> Result<Vec<FoundService>, StoreError> {
        Ok(Vec::new())
    }
    async fn found_service(&self, _: u8, _: Id) -> Result<Option<FoundService>, StoreError> {
        Ok(None)
    }
    async fn entered_by(&self, _: u8, _: Id) -> Result<Option<(String, String)>, StoreError> {
        Ok(None)
    }
    async fn add_wish(&self, _: Wish, _: AuditEntry) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn wishes(&self, _: Region, _: Option<&str>, _: u32) -> Result<Vec<Wish>, StoreError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl FileStore for NullStore {
    async fn add_file(
        &self,
        _: (u8, RatingId),
        _: OrderFile,
        _: Vec<u8>,
        _: u32,
        _: AuditEntry,
    ) -> Result<Kept, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn files(&self, _: u8, _: RatingId) -> Result<Vec<OrderFile>, StoreError> {
        Ok(Vec::new())
    }
    async fn file(&self, _: u8, _: RatingId, _: Digest) -> Result<Option<(OrderFile, Vec<u8>)>, StoreError> {
        Ok(None)
    }
}
