//! A rating on its way to the disk.

use haochaping::{
    calendar::Instant,
    ledger::Salt,
    link::RatingId,
    rating::{Channel, Provenance, SatisfactionLevel},
};

use super::{Id, ImportedCase, NewVisit};

/// What a rating is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A registered service.
    Service(Id),
    /// A visit to a card's page.
    Visit(NewVisit),
    /// A case of another system's history.
    Imported(ImportedCase),
}

/// A checked rating on its way to the disk. Comment and contact are encrypted already.
#[derive(Clone, Debug)]
pub struct NewRating {
    /// The partition of what it is about.
    pub part: u8,
    /// What it is about.
    pub about: About,
    /// Its own id.
    pub id: RatingId,
    /// A digest of the idempotency key.
    pub key_digest: [u8; 16],
    /// The keyed digest of what it says.
    pub fingerprint: [u8; 16],
    /// The level.
    pub level: SatisfactionLevel,
    /// Codes of options, sorted, separated by commas.
    pub indicators: String,
    /// The version of the list.
    pub indicator_version: String,
    /// The comment, encrypted; `None` when empty.
    pub comment: Option<Vec<u8>>,
    /// The contact data, encrypted.
    pub contact: Option<Vec<u8>>,
    /// 匿名评价
    pub is_anonymous: bool,
    /// How it came in.
    pub channel: Channel,
    /// Who it comes from.
    pub provenance: Provenance,
    /// Who entered it at the citizen's word.
    pub entered_by: Option<String>,
    /// The language of the form.
    pub lang: &'static str,
    /// When it was accepted.
    pub rated_at: Instant,
    /// When another system took it, if it came through one.
    pub collected_at: Option<Instant>,
    /// From which the secret of its commitment follows; made before the store is asked.
    pub salt: Salt,
    /// The id of the work order, should one be opened.
    pub work_order: Id,
}
