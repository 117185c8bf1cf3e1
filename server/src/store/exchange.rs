//! What goes to other systems and comes from them, as the store reads it.

use std::collections::BTreeMap;

use haochaping::{
    calendar::Instant,
    link::RatingId,
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
};

/// A rating on its way to another system. Contact data is never among it.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The rating's partition.
    pub part: u8,
    /// Slot and revision of the commit that brought it; none of old ratings.
    pub commit: Option<(i64, i64)>,
    /// Its id.
    pub id: RatingId,
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: i64,
    /// The level.
    pub level: SatisfactionLevel,
    /// Codes of options, separated by commas.
    pub indicators: String,
    /// The comment, encrypted.
    pub comment: Option<Vec<u8>>,
    /// How it came in.
    pub channel: Channel,
    /// Who it comes from.
    pub provenance: Provenance,
    /// 事项编码
    pub item_code: Option<String>,
    /// 事项名称
    pub item_name: Option<String>,
    /// The department.
    pub agency: String,
    /// Its name.
    pub agency_name: Option<String>,
    /// Where.
    pub region: Region,
    /// `online` or `on_site`; of a visit to a card nobody knows.
    pub mode: Option<String>,
    /// When the service was finished.
    pub finished_at: Option<Instant>,
    /// When the person rated.
    pub rated_at: Instant,
}

/// Of what an export asks: ratings that count, of these commits.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The last revision of each slot that was exported before; `None` for a first export.
    pub after: Option<BTreeMap<i64, i64>>,
    /// The last revision of each slot that is exported now.
    pub until: BTreeMap<i64, i64>,
}

impl Asked {
    /// Whether a commit is asked for. Ratings from before commits were numbered belong to a first export.
    pub(super) fn has(&self, slot: Option<i64>, revision: Option<i64>) -> bool {
        let (Some(slot), Some(revision)) = (slot, revision) else { return self.after.is_none() };
        let exported = self.after.as_ref().and_then(|after| after.get(&slot)).copied().unwrap_or(0);
        revision > exported && self.until.get(&slot).is_some_and(|until| revision <= *until)
    }
}

/// Where in the store an export looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Ratings that were never in quarantine.
    Counted,
    /// Ratings that were let out of it.
    Released,
}

/// Ratings of a partition after an id.
#[derive(Clone, Debug)]
pub struct Page {
    /// Those that were asked for.
    pub ratings: Vec<Outgoing>,
    /// The last id that was looked at; `None` at the end.
    pub last: Option<RatingId>,
}

/// A case of another system's history. No service is on record for it, so that it gives nobody a link and is none that can be
/// rated; its authority is one of imports only, so that no living case is ever taken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedCase {
    /// [`IMPORT_PREFIX`] and whose case numbers these are.
    pub authority: String,
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: u32,
    /// 事项编码
    pub item_code: Option<String>,
    /// The department.
    pub agency: String,
    /// Where.
    pub region: Region,
}

/// What the authorities of imported cases begin with; no API key has such a name.
pub const IMPORT_PREFIX: &str = "import:";
