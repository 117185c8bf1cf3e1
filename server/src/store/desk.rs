//! What the desk keeps beside the histories of work orders, and the orders as the desk lists them.

use haochaping::{calendar::Instant, region::Region, work_order::Stage};

use super::Id;

/// Which orders the desk lists, in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pile {
    /// Those with something due, the longest overdue first.
    #[default]
    Due,
    /// Open ones that wait for somebody else, the last changed first.
    Waiting,
    /// Those that a service-management body has to decide about, the last changed first.
    Body,
    /// Those at rest, the last changed first.
    Closed,
}

/// Where a page of the desk's list goes on: after this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// Its term in milliseconds, or its number of change.
    pub key: i64,
    /// Its id.
    pub id: Id,
}

/// A page of the desk's list.
#[derive(Clone, Debug)]
pub struct DeskQuery {
    /// Which ones.
    pub pile: Pile,
    /// Of this department; `None` for all.
    pub agency: Option<String>,
    /// In this region with all below.
    pub region: Region,
    /// Only at these stages; empty for all.
    pub stages: Vec<Stage>,
    /// Only what is due before this.
    pub due_before: Option<Instant>,
    /// Only what is due at or after this.
    pub due_from: Option<Instant>,
    /// Whether orders that no department has yet are left out.
    pub is_dispatched: bool,
    /// Goes on after this one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: u32,
}

/// A note beside a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Binds the text to its row.
    pub id: Id,
    /// When.
    pub at: Instant,
    /// By whom.
    pub who: String,
    /// The text, encrypted.
    pub text: Vec<u8>,
}

/// That somebody has seen the contact of a rater.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Binds the reason to its row.
    pub id: Id,
    /// When.
    pub at: Instant,
    /// Who: `staff:` and a name or `api:` and a key.
    pub who: String,
    /// The reason they gave, encrypted.
    pub reason: Vec<u8>,
}
