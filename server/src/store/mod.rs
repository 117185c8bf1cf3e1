//! The store behind the collector: one trait, one contract that every store passes.

pub mod assist;
pub mod briefing;
mod card;
#[cfg(test)]
pub(crate) mod contract;
pub mod copy;
mod database;
pub mod desk;
mod error;
pub mod exchange;
mod figure;
pub mod file;
pub mod improvement;
pub mod ledger;
mod null;
pub mod order;
pub mod outbox;
pub mod postgres;
pub mod publication;
mod rating;
mod service;
mod sql;
pub mod sqlite;
pub mod staff;
mod vitals;
pub mod window;
pub mod word;

use std::{collections::BTreeMap, sync::Arc};

use assist::AssistStore;
use async_trait::async_trait;
use briefing::BriefingStore;
pub use card::{
    Agreed, CARD_AUTHORITY, Decision, Issue, Issued, NewCard, NewVisit, Quarantined, Revival, Standing, StoredCard,
};
use desk::DeskStore;
pub use error::StoreError;
pub use exchange::{IMPORT_PREFIX, ImportedCase};
pub use figure::{Figure, FigureKey, Published, Tally};
use file::FileStore;
use haochaping::{calendar::Instant, ledger::Leaf, link::RatingId, region::Region};
use improvement::ImprovementStore;
use ledger::LedgerStore;
pub use null::NullStore;
use order::{NewEntry, OrderQuery, OrderRow, OrderStanding, StoredEntry};
use outbox::OutboxStore;
use publication::PublicationStore;
pub use rating::{About, NewRating};
pub use service::{Lead, NewService, Registered, Registration};
pub use sql::SqlStore;
use staff::{AuditEntry, StaffStore};
pub use vitals::Vitals;
use window::WindowStore;
use word::WordStore;

/// An id of 16 bytes, a UUIDv7.
pub type Id = [u8; 16];

/// What became of one rating of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on disk.
    Accepted,
    /// It was on disk already: same service, key and content.
    Replayed {
        /// The id of the rating that stands.
        id: RatingId,
        /// When that was accepted.
        rated_at: Instant,
    },
    /// The key stands with another content.
    KeyReused {
        /// When that was accepted.
        rated_at: Instant,
    },
    /// Another rating stands.
    AlreadyRated {
        /// When that was accepted.
        rated_at: Instant,
    },
    /// Another service of the same visit is rated in its place.
    Led {
        /// Whose case number it is.
        authority: String,
        /// That service.
        lead: Lead,
    },
    /// The service or card is not on record.
    Unknown,
    /// The row does not fit by its data; the others of the batch live.
    Refused,
}

/// A batch after its commit.
#[derive(Debug)]
pub struct Committed {
    /// What became of each rating, in order.
    pub outcomes: Vec<Outcome>,
    /// The leaf of each rating that was accepted.
    pub leaves: Vec<Option<Leaf>>,
    /// What it added to the figures, commit by commit: more than one where a row did not fit and the batch was halved.
    pub counted: Vec<Counted>,
}

/// What a commit added to the figures.
#[derive(Debug)]
pub struct Counted {
    /// The slot into which it was counted.
    pub slot: i64,
    /// The slot's revision after the commit.
    pub revision: i64,
    /// By how much which figure moved.
    pub added: Vec<(FigureKey, Tally, i64)>,
}

/// What a rating page shows of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceView {
    /// 办理事项
    pub item_name: Option<String>,
    /// 办理部门
    pub agency_name: Option<String>,
    /// When it was finished.
    pub finished_at: Instant,
    /// Whether it is a service by which the collector tests itself.
    pub is_probe: bool,
    /// When it was rated.
    pub rated_at: Option<Instant>,
}

/// What a look-up shows of a rating, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingView {
    /// The rating.
    pub id: RatingId,
    /// When it was accepted.
    pub rated_at: Instant,
    /// Whether it counts.
    pub standing: Standing,
}

/// A wrapped key.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// What it is for.
    pub purpose: String,
    /// Its number within the purpose.
    pub id: u8,
    /// The key under the master key.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was retired.
    pub retired_at: Option<Instant>,
}

/// An API key as stored: its secret only as a hash.
#[derive(Clone, Debug)]
pub struct StoredApiKey {
    /// The public half.
    pub id: String,
    /// Whose it is.
    pub authority: String,
    /// SHA-256 of the secret half.
    pub secret_hash: [u8; 32],
    /// The regions it may register in, with all below; empty for everywhere.
    pub regions: Vec<Region>,
    /// The agencies it may register for; empty for all.
    pub agencies: Vec<String>,
    /// What it may do.
    pub scope: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// What `verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Ratings in the store.
    pub n_ratings: u64,
    /// Work orders in the store.
    pub n_work_orders: u64,
    /// Everything that does not fit, in words.
    pub faults: Vec<String>,
}

/// The store. Every write is one transaction and has happened when it returns; of several lanes it is one for each, and an error
/// then leaves what the others wrote.
#[async_trait]
pub trait Store:
    StaffStore
    + DeskStore
    + OutboxStore
    + AssistStore
    + FileStore
    + BriefingStore
    + PublicationStore
    + WordStore
    + WindowStore
    + ImprovementStore
    + LedgerStore
{
    /// Whether a question that names no part is asked of several machines.
    fn is_distributed(&self) -> bool {
        false
    }
    /// How many lanes lead into the store, each with a queue of its own: one, or one for each shard.
    fn n_lanes(&self) -> usize {
        1
    }
    /// The number of the lane that ratings of a part take.
    fn lane(&self, _part: u8) -> usize {
        0
    }
    /// Why nothing can be written, the disk being full or read-only; `None` while it can, as far as is known.
    fn unwritable(&self) -> Option<String> {
        None
    }
    /// Tries to write something that changes nothing, and notes what the disk says to it.
    async fn try_disk(&self) -> Result<(), StoreError> {
        Ok(())
    }
    /// How it does.
    async fn vitals(&self, _now: Instant) -> Result<Vitals, StoreError> {
        Ok(Vitals::default())
    }
    /// Notes that a backup was written.
    async fn note_backup(&self, _at: Instant) -> Result<(), StoreError> {
        Ok(())
    }
    /// Ends everything that is open, so that nothing of the store lies beside it. Nothing can be asked afterwards.
    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
    /// Writes a batch of ratings with work orders and counters in one transaction. All of one lane can be one batch;
    /// others may, and are slower.
    ///
    /// # Errors
    /// [`StoreError::OutcomeUnknown`] when the commit itself failed; the caller must not answer anyone.
    async fn commit(&self, batch: Arc<[NewRating]>) -> Result<Committed, StoreError>;
    /// Puts services on record, a transaction for each lane, each applied alone; the answers are in order.
    async fn register(&self, authority: &str, services: Vec<NewService>) -> Result<Registration, StoreError>;
    /// The service of a ticket.
    async fn service(&self, part: u8, id: Id) -> Result<Option<ServiceView>, StoreError>;
    /// A service by its case, with its id and last ticket day.
    async fn find_service(
        &self,
        part: u8,
        authority: &str,
        case: &str,
        number: u32,
    ) -> Result<Option<Registered>, StoreError>;
    /// The ratings whose ids lie in a range, both ends included.
    async fn ratings_between(&self, part: u8, low: RatingId, high: RatingId) -> Result<Vec<RatingView>, StoreError>;

    /// The revision of each slot: every collector counts into slots of its own, and a total is the sum over all.
    async fn slot_revisions(&self) -> Result<BTreeMap<i64, i64>, StoreError>;
    /// The revision of a slot and what was counted into it.
    async fn figures(&self, slot: i64) -> Result<(i64, Vec<(FigureKey, Tally, i64)>), StoreError>;
    /// The commits of a slot after a revision, in order, as far as they are still known.
    async fn counted_since(&self, slot: i64, revision: i64) -> Result<Vec<Counted>, StoreError>;
    /// Takes a slot of this process's own, and keeps it: asked once a second. Nothing's correctness rests on it.
    async fn hold_slot(&self, at: Instant) -> Result<(), StoreError>;
    /// Gives the slot back at the end.
    async fn give_slot_back(&self) -> Result<(), StoreError>;
    /// The figures as last published.
    async fn published(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError>;
    /// Keeps figures as published, each with what it was before; false, and nothing is kept, if one of them has been
    /// published by another collector meanwhile.
    async fn publish(&self, moved: Vec<(FigureKey, Published, Option<Published>)>) -> Result<bool, StoreError>;
    /// Names of agencies by code.
    async fn agency_names(&self) -> Result<BTreeMap<String, String>, StoreError>;

    /// The numbers that tell whether keys, API keys or regions changed.
    async fn revisions(&self) -> Result<BTreeMap<String, i64>, StoreError>;
    /// Every key, retired ones included.
    async fn keys(&self) -> Result<Vec<StoredKey>, StoreError>;
    /// Adds a key.
    async fn add_key(&self, key: StoredKey) -> Result<(), StoreError>;
    /// Retires a key; false if there is none.
    async fn retire_key(&self, purpose: &str, id: u8, at: Instant) -> Result<bool, StoreError>;
    /// Every API key, revoked ones included.
    async fn api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError>;
    /// Adds an API key.
    async fn add_api_key(&self, key: StoredApiKey) -> Result<(), StoreError>;
    /// Revokes an API key; false if there is none.
    async fn revoke_api_key(&self, id: &str, at: Instant) -> Result<bool, StoreError>;
    /// Imported names of regions.
    async fn regions(&self) -> Result<BTreeMap<Region, String>, StoreError>;
    /// Adds names of regions or changes them.
    async fn import_regions(&self, names: Vec<(Region, String)>) -> Result<(), StoreError>;

    /// Issues the cards of a roster in one transaction; the answers are in order. A row that is on record as it stands
    /// gives its card again; of a changed one, or of a card that has expired, the new card replaces the old.
    /// Nothing is issued if a card would end that is not agreed to.
    async fn issue_cards(&self, cards: Vec<NewCard>, agreed: Agreed, entry: AuditEntry) -> Result<Issued, StoreError>;
    /// Issues a card that says the same in the place of one that was lost; `None` if there is no such live card.
    async fn replace_card(&self, serial: u32, entry: AuditEntry) -> Result<Option<StoredCard>, StoreError>;
    /// Ends a card; false if there is no such live card.
    async fn revoke_card(&self, serial: u32, reason: &str, entry: AuditEntry) -> Result<bool, StoreError>;
    /// Puts a card that was replaced by mistake into use again, and ends its successor, while nobody has rated by that.
    async fn revive_card(&self, serial: u32, reason: &str, entry: AuditEntry) -> Result<Revival, StoreError>;
    /// A card, and the name of its agency.
    async fn card(&self, serial: u32) -> Result<Option<StoredCard>, StoreError>;
    /// Every card, in the order of serials.
    async fn cards(&self) -> Result<Vec<StoredCard>, StoreError>;
    /// Ratings in quarantine, oldest first; with `decided` also those that were in it.
    async fn quarantined(&self, decided: bool) -> Result<Vec<Quarantined>, StoreError>;
    /// Decides about one; false if it is not in quarantine.
    async fn decide(
        &self,
        part: u8,
        rating: RatingId,
        decision: Decision,
        why: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError>;
    /// Releases what is due, up to 500, a transaction for each lane; returns how many.
    async fn release_due(&self, at: Instant) -> Result<u64, StoreError>;
    /// Forgets how often cards were rated, and from which sources, on days before `day`.
    async fn forget_sources(&self, day: i64) -> Result<(), StoreError>;

    /// A work order by its id.
    async fn order(&self, id: Id) -> Result<Option<OrderRow>, StoreError>;
    /// The work order of a rating.
    async fn order_of(&self, part: u8, rating: RatingId) -> Result<Option<OrderRow>, StoreError>;
    /// Work orders in the order of their last change.
    async fn orders(&self, query: OrderQuery) -> Result<Vec<OrderRow>, StoreError>;
    /// Work orders with which the collector has something to do by itself, the longest overdue first.
    async fn orders_to_wake(&self, now: Instant, limit: u32) -> Result<Vec<OrderRow>, StoreError>;
    /// Work orders whose term reaches into a year without known days off, or was never computed.
    async fn provisional_orders(&self) -> Result<Vec<OrderRow>, StoreError>;
    /// The history of a work order.
    async fn entries(&self, part: u8, rating: RatingId) -> Result<Vec<StoredEntry>, StoreError>;
    /// Appends entries, a transaction for each lane, each only if its order has not moved meanwhile; says which were.
    async fn append_entries(&self, news: Vec<NewEntry>) -> Result<Vec<bool>, StoreError>;
    /// Moves what is due of an order that has not moved meanwhile; false if it has.
    async fn move_due(&self, part: u8, rating: RatingId, after: OrderStanding) -> Result<bool, StoreError>;
    /// Imported days off: a year each, as JSON of one year of `haochaping::calendar::HolidayFile`.
    async fn holidays(&self) -> Result<Vec<(i32, String)>, StoreError>;
    /// Adds years of days off or puts them in the place of what was there.
    async fn import_holidays(&self, years: Vec<(i32, String)>) -> Result<(), StoreError>;

    /// Checks that counters are the fold of ratings, that every bad rating that counts has its work order, and that the
    /// file itself is sound.
    async fn verify(&self) -> Result<Verification, StoreError>;
    /// Writes a copy that can be opened as a store, while others go on writing. `progress` hears pages left and total.
    async fn backup(&self, to: &std::path::Path, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), StoreError>;
}
