//! How bad ratings were worked, in sums, and the monthly briefings made of them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haochaping::{
    calendar::Instant,
    region::Region,
    statistics::{Counts, Handling},
};

use super::{FigureKey, Id, StoreError, order::OrderRow, staff::AuditEntry};

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

/// The sums' side of the store.
#[async_trait]
pub trait BriefingStore: Send + Sync + 'static {
    /// The number of the last change to any order.
    async fn last_change(&self) -> Result<i64, StoreError>;
    /// How orders that were opened from `from` to before `to` were worked as of `now`, by the region and agency rated. Only of
    /// those themselves: nothing is summed up over regions.
    async fn handled(
        &self,
        from: Instant,
        to: Instant,
        now: Instant,
    ) -> Result<BTreeMap<FigureKey, Handling>, StoreError>;
    /// The handling as last published.
    async fn published_handling(&self) -> Result<BTreeMap<FigureKey, Handling>, StoreError>;
    /// Keeps handling as published.
    async fn publish_handling(&self, moved: Vec<(FigureKey, Handling, Option<Handling>)>) -> Result<bool, StoreError>;
    /// The ratings of a month that count, by city and agency.
    async fn month_counts(&self, month: u32) -> Result<BTreeMap<FigureKey, Counts>, StoreError>;
    /// Orders of a region that are overdue, the longest first.
    async fn overdue(&self, region: Region, now: Instant, limit: u32) -> Result<Vec<OrderRow>, StoreError>;
    /// A briefing.
    async fn briefing(&self, region: Region, month: u32) -> Result<Option<Briefing>, StoreError>;
    /// The briefings of a region with all below, or of every one, the newest first; only public ones if so asked.
    async fn briefings(&self, region: Region, is_public: bool, limit: u32) -> Result<Vec<Briefing>, StoreError>;
    /// Writes a briefing that is not published; false if it is.
    async fn write_briefing(&self, briefing: Briefing, entry: AuditEntry) -> Result<bool, StoreError>;
}
