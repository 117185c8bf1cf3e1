//! The store behind the collector: one type for both databases, one contract that it passes on each.

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

pub use card::{
    Agreed, CARD_AUTHORITY, Decision, Issue, Issued, NewCard, NewVisit, Quarantined, Revival, Standing, StoredCard,
};
pub use error::StoreError;
pub use exchange::{IMPORT_PREFIX, ImportedCase};
pub use figure::{Figure, FigureKey, Published, Tally};
use haochaping::{calendar::Instant, ledger::Leaf, link::RatingId, region::Region};
pub use rating::{About, NewRating};
pub use service::{Lead, NewService, Registered, Registration};
pub use sql::SqlStore;
pub use vitals::Vitals;

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
