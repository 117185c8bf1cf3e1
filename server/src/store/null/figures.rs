//! No figures: of a store that keeps nothing there is nothing to publish.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haochaping::{
    calendar::Instant,
    link::RatingId,
    region::Region,
    statistics::{Counts, Handling},
};

use super::{NOTHING_KEPT, NullStore};
use crate::store::{
    FigureKey, Id, Published, StoreError,
    briefing::{Briefing, BriefingStore},
    improvement::{Improvement, ImprovementStore, Recurring},
    order::OrderRow,
    publication::{Dimension, Group, Line, PublicationStore, Waiting},
    staff::AuditEntry,
    word::{ShownWord, Source, Unread, WordKey, WordStore},
};

#[async_trait]
impl BriefingStore for NullStore {
    async fn last_change(&self) -> Result<i64, StoreError> {
        Ok(0)
    }
    async fn handled(&self, _: Instant, _: Instant, _: Instant) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn published_handling(&self) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn publish_handling(&self, _: Vec<(FigureKey, Handling, Option<Handling>)>) -> Result<bool, StoreError> {
        Ok(true)
    }
    async fn month_counts(&self, _: u32) -> Result<BTreeMap<FigureKey, Counts>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn overdue(&self, _: Region, _: Instant, _: u32) -> Result<Vec<OrderRow>, StoreError> {
        Ok(Vec::new())
    }
    async fn briefing(&self, _: Region, _: u32) -> Result<Option<Briefing>, StoreError> {
        Ok(None)
    }
    async fn briefings(&self, _: Region, _: bool, _: u32) -> Result<Vec<Briefing>, StoreError> {
        Ok(Vec::new())
    }
    async fn write_briefing(&self, _: Briefing, _: AuditEntry) -> Result<bool, StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
}

#[async_trait]
impl PublicationStore for NullStore {
    async fn waiting_ratings(&self) -> Result<Vec<Waiting>, StoreError> {
        Ok(Vec::new())
    }
    async fn release(&self, _: Vec<Group>) -> Result<u64, StoreError> {
        Ok(0)
    }
    async fn daily(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn released(&self, _: Region, _: Dimension) -> Result<Vec<Line>, StoreError> {
        Ok(Vec::new())
    }
    async fn handled_of_released(&self, _: Instant) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
        Ok(BTreeMap::new())
    }
    async fn item_names(&self) -> Result<BTreeMap<String, String>, StoreError> {
        Ok(BTreeMap::new())
    }
}

#[async_trait]
impl WordStore for NullStore {
    async fn word_rules(&self) -> Result<(String, BTreeMap<String, String>), StoreError> {
        Ok((String::new(), BTreeMap::new()))
    }
    async fn set_synonym(&self, _: &str, _: Option<&str>, _: AuditEntry) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn recount_words(&self, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
    async fn unread(&self, _: u32) -> Result<Vec<Unread>, StoreError> {
        Ok(Vec::new())
    }
    async fn count_words(
        &self,
        _: Vec<(i64, u8, RatingId)>,
        _: BTreeMap<WordKey, u64>,
        _: &str,
    ) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn show_words(&self, _: u64, _: u64) -> Result<(), StoreError> {
        Ok(())
    }
    async fn shown_words(&self, _: Region, _: Dimension, _: &str) -> Result<Vec<ShownWord>, StoreError> {
        Ok(Vec::new())
    }
    async fn shown_word(&self, _: Region, _: bool, _: Source, _: &str) -> Result<Vec<(u32, u64)>, StoreError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl ImprovementStore for NullStore {
    async fn add_improvement(&self, _: Improvement, _: AuditEntry) -> Result<(), StoreError> {
        Err(StoreError::Failed(NOTHING_KEPT.into()))
    }
    async fn withdraw_improvement(&self, _: Id, _: Region, _: AuditEntry) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn improvements(&self, _: Region, _: bool, _: u32) -> Result<Vec<Improvement>, StoreError> {
        Ok(Vec::new())
    }
    async fn recurring(&self, _: Region, _: u32) -> Result<Vec<Recurring>, StoreError> {
        Ok(Vec::new())
    }
}
