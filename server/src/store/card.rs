//! Cards, visits and quarantine, as stores keep them.

use std::collections::BTreeSet;

use haochaping::{
    calendar::Instant,
    link::{CardKind, ExpiryMonth, RatingId},
    region::Region,
};

/// Stands for the authority in the keys of visits' ratings; no authority has a colon.
pub const CARD_AUTHORITY: &str = "hcp:card";

/// A card on its way to the store: what its row of the roster says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCard {
    /// What it stands for.
    pub kind: CardKind,
    /// 姓名, or the name of the window or hall.
    pub name: String,
    /// 工号; one live card a kind, agency and number.
    pub number: String,
    /// The credit code of the agency answerable.
    pub agency: String,
    /// Its name, if the roster has it.
    pub agency_name: Option<String>,
    /// The village or community, or where window or hall are.
    pub region: Region,
    /// 服务范围
    pub scope: Option<String>,
    /// A telephone number that is printed.
    pub phone: Option<String>,
    /// The last month, of a card that is new.
    pub expires: ExpiryMonth,
    /// A digest of the row without an expiry that was only assumed.
    pub content: [u8; 32],
}

/// A card on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCard {
    /// The serial.
    pub serial: u32,
    /// What it stands for, as issued.
    pub card: NewCard,
    /// When it was issued.
    pub issued_at: Instant,
    /// When and why it was revoked.
    pub revoked: Option<(Instant, String)>,
    /// The card that replaced it.
    pub replaced_by: Option<u32>,
}

/// What became of a row of a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// The card was on record and is good.
    Known,
    /// A new card.
    New,
    /// A new card in the place of one that says something else or has expired.
    Replaces(u32),
}

/// Which printed cards may end for the sake of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// Whichever.
    All,
    /// These serials, of which somebody has seen why.
    Serials(BTreeSet<u32>),
}

/// The cards of a roster in its order; or nothing was issued, since these would end and nobody agreed.
pub type Issued = Result<Vec<(StoredCard, Issue)>, Vec<u32>>;

/// What became of the wish to have a replaced card back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revival {
    /// It is in use again, and its successor has ended.
    Revived {
        /// The successor.
        ended: u32,
    },
    /// No card of this serial was replaced by one that is in use.
    NotReplaced,
    /// Its own time is over.
    Over,
    /// Somebody has rated by the successor: it is in people's hands.
    InUse {
        /// The successor.
        successor: u32,
    },
}

/// A rating's visit to a card's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVisit {
    /// The card.
    pub card: u32,
    /// Stands for a case number; the visit's own.
    pub case_number: String,
    /// The civil day in China, in days since 1970-01-01.
    pub day: i64,
    /// A keyed hash of network and browser that changes daily.
    pub source: [u8; 8],
    /// 办理内容, as the city lists it.
    pub purpose: Option<String>,
    /// More than this many ratings of a card on a day go into quarantine.
    pub day_limit: u32,
    /// More than this many from one source, likewise.
    pub source_limit: u32,
    /// When a rating in quarantine is released by itself.
    pub release_at: Instant,
}

/// Whether a rating counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts, if its provenance does.
    Counts,
    /// It does not count yet.
    Quarantined,
    /// It was left out for good.
    Excluded,
}

/// A rating in quarantine, without what it says: whoever decides about it must not know its level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its partition.
    pub part: u8,
    /// The rating.
    pub rating: RatingId,
    /// The card it came by.
    pub card: u32,
    /// Where that was.
    pub region: Region,
    /// Whose card it is.
    pub agency: String,
    /// `day` or `source`: which limit was passed.
    pub reason: String,
    /// When it came.
    pub rated_at: Instant,
    /// When it is released by itself.
    pub release_at: Instant,
    /// What was decided, when and why.
    pub decided: Option<(Decision, Instant, String)>,
}

/// What becomes of a rating in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It counts from now on, and a bad one opens its work order.
    Released,
    /// It never counts.
    Excluded,
}

impl Decision {
    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Excluded => "excluded",
        }
    }
}
