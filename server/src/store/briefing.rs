//! How bad ratings were worked, in sums, and the monthly briefings made of them.

use haochaping::{calendar::Instant, region::Region};

use super::Id;

/// What staff write for a month, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Briefing {
    /// Of which region.
    pub region: Region,
    /// The month, as `202611`.
    pub month: u32,
    /// Binds the text to its row.
    pub id: Id,
    /// The analysed cases as JSON, encrypted.
    pub cases: Vec<u8>,
    /// When it was written.
    pub changed_at: Instant,
    /// By whom.
    pub changed_by: String,
    /// When and by whom it was published; not changed afterwards.
    pub published: Option<(Instant, String)>,
    /// Whether everybody can read it.
    pub is_public: bool,
    /// The figures as they stood when it was published, as JSON.
    pub figures: Option<String>,
}
