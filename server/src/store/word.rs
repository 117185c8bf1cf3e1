//! Hot words: options and words by the number of ratings they are in.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haochaping::{calendar::Instant, link::RatingId, region::Region};

use super::{StoreError, publication::Dimension, staff::AuditEntry};

/// Where a hot word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// An official option, by its code.
    Option,
    /// A word of comments.
    Word,
}

impl Source {
    /// The name in columns and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Word => "word",
        }
    }

    /// The source of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Option, Self::Word].into_iter().find(|source| source.name() == name)
    }
}

/// A rating whose options and words are not counted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The day from which on it counts, in days since 1970-01-01 in China.
    pub day: i64,
    /// The partition.
    pub part: u8,
    /// The rating.
    pub rating: RatingId,
    /// Where.
    pub region: Region,
    /// The department rated.
    pub agency: String,
    /// The item.
    pub item: Option<String>,
    /// The level's name.
    pub level: String,
    /// Codes of options, separated by commas.
    pub indicators: String,
    /// The comment, encrypted.
    pub comment: Option<Vec<u8>>,
    /// When it was accepted.
    pub rated_at: Instant,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordKey {
    /// Where.
    pub region: Region,
    /// In all, or by department or item.
    pub kind: Dimension,
    /// Which department or item; empty for all.
    pub value: String,
    /// Whether in good ratings or in bad ones.
    pub is_good: bool,
    /// Where it comes from.
    pub source: Source,
    /// The code of an option, or a word.
    pub word: String,
    /// The month, as `202611`.
    pub month: u32,
}

/// A hot word as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownWord {
    /// Whether in good ratings or in bad ones.
    pub is_good: bool,
    /// Where it comes from.
    pub source: Source,
    /// The code of an option, or a word.
    pub word: String,
    /// The month, as `202611`.
    pub month: u32,
    /// In how many ratings it is.
    pub n: u64,
}

/// The hot words' side of the store.
#[async_trait]
pub trait WordStore: Send + Sync + 'static {
    /// The version of the rules that words are counted by, and the synonyms in force.
    async fn word_rules(&self) -> Result<(String, BTreeMap<String, String>), StoreError>;
    /// Lets a word stand for another, for none where that is empty, or for itself again; with the entry of the record.
    async fn set_synonym(&self, word: &str, stands_for: Option<&str>, entry: AuditEntry) -> Result<(), StoreError>;
    /// Begins to count everything anew by other rules. What is shown stays until then.
    async fn recount_words(&self, version: &str) -> Result<(), StoreError>;
    /// Ratings that are published and whose words are not counted yet.
    async fn unread(&self, limit: u32) -> Result<Vec<Unread>, StoreError>;
    /// Takes ratings, by day, part and id, off the list and adds what is in them; false, and nothing is done, if one was not on the list any more
    /// or the rules are others by now.
    async fn count_words(
        &self,
        read: Vec<(i64, u8, RatingId)>,
        sums: BTreeMap<WordKey, u64>,
        version: &str,
    ) -> Result<bool, StoreError>;
    /// Shows every count of at least `least` that has grown by `step` since it was shown; one that has shrunk, because the
    /// rules have changed, is taken back.
    async fn show_words(&self, least: u64, step: u64) -> Result<(), StoreError>;
    /// What is shown of a region, in all or for a department or item.
    async fn shown_words(&self, region: Region, kind: Dimension, value: &str) -> Result<Vec<ShownWord>, StoreError>;
    /// What is shown of one word in a region, by month.
    async fn shown_word(
        &self,
        region: Region,
        is_good: bool,
        source: Source,
        word: &str,
    ) -> Result<Vec<(u32, u64)>, StoreError>;
}
