//! Cards, visits and quarantine, as stores keep them.

use std::collections::BTreeSet;

use crate::{SqlStore, StoreError, staff::AuditEntry};
use haochaping::{
    calendar::Instant,
    link::{CardKind, ExpiryMonth},
    region::Region,
};
mod issue;

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

/// The cards of a roster in its order; or nothing was issued, since these would end and nobody
/// agreed.
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

impl SqlStore {
    /// Issues the cards of a roster in one transaction; the answers are in order. A row that is on
    /// record as it stands gives its card again; of a changed one, or of a card that has expired,
    /// the new card replaces the old. Nothing is issued if a card would end that is not agreed to.
    pub async fn issue_cards(
        &self,
        cards: Vec<NewCard>,
        agreed: Agreed,
        entry: AuditEntry,
    ) -> Result<Issued, StoreError> {
        self.write(move |c| issue::issue(c, &cards, &agreed, &entry)).await
    }

    /// Issues a card that says the same in the place of one that was lost; `None` if there is no
    /// such live card.
    pub async fn replace_card(
        &self,
        serial: u32,
        entry: AuditEntry,
    ) -> Result<Option<StoredCard>, StoreError> {
        self.write(move |c| issue::replace(c, serial, &entry)).await
    }

    /// Ends a card; false if there is no such live card.
    pub async fn revoke_card(
        &self,
        serial: u32,
        reason: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let reason = reason.to_owned();
        self.write(move |c| issue::revoke(c, serial, &reason, &entry)).await
    }

    /// Puts a card that was replaced by mistake into use again, and ends its successor, while
    /// nobody has rated by that.
    pub async fn revive_card(
        &self,
        serial: u32,
        reason: &str,
        entry: AuditEntry,
    ) -> Result<Revival, StoreError> {
        let reason = reason.to_owned();
        self.write(move |c| issue::revive(c, serial, &reason, &entry)).await
    }

    /// A card, and the name of its agency.
    pub async fn card(&self, serial: u32) -> Result<Option<StoredCard>, StoreError> {
        self.read(move |c| issue::one(c, serial)).await
    }

    /// Every card, in the order of serials.
    pub async fn cards(&self) -> Result<Vec<StoredCard>, StoreError> {
        self.read(issue::all).await
    }
}
