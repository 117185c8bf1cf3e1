//! Hot words: options and words by the number of ratings they are in.

use haochaping::{calendar::Instant, link::RatingId, region::Region};

use super::publication::Dimension;

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
