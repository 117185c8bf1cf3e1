//! 以评促改: improvements, and the causes that come again and again.

use haochaping::{calendar::Instant, region::Region};

use super::{Id, word::Source};

/// What an improvement was made because of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An official option, by its code.
    Option(String),
    /// A hot word.
    Word(String),
    /// An item, by its code.
    Item(String),
    /// A department, by its credit code.
    Agency(String),
    /// A region.
    Region(Region),
}

impl Cause {
    /// The name in columns and forms.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Option(_) => "option",
            Self::Word(_) => "word",
            Self::Item(_) => "item",
            Self::Agency(_) => "agency",
            Self::Region(_) => "region",
        }
    }

    /// The code or word.
    pub fn value(&self) -> String {
        match self {
            Self::Option(value) | Self::Word(value) | Self::Item(value) | Self::Agency(value) => value.clone(),
            Self::Region(region) => region.to_string(),
        }
    }

    /// As stored.
    pub fn from_parts(kind: &str, value: &str) -> Option<Self> {
        Some(match kind {
            "option" => Self::Option(value.to_owned()),
            "word" => Self::Word(value.to_owned()),
            "item" => Self::Item(value.to_owned()),
            "agency" => Self::Agency(value.to_owned()),
            "region" => Self::Region(value.parse().ok()?),
            _ => return None,
        })
    }
}

/// A case that is published with the consent of the person whose order it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCase {
    /// What was bad, in the words of staff.
    pub text: String,
    /// The order.
    pub order: Id,
    /// How and when consent was given, encrypted.
    pub consent: Vec<u8>,
}

/// An improvement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Improvement {
    /// Binds encrypted texts to its row.
    pub id: Id,
    /// Where.
    pub region: Region,
    /// Because of what.
    pub cause: Cause,
    /// The day of the change, in days since 1970-01-01.
    pub day: i64,
    /// In a few words.
    pub title: String,
    /// What was changed.
    pub text: String,
    /// A case, if there is one.
    pub case: Option<PublishedCase>,
    /// When it was recorded.
    pub at: Instant,
    /// By whom.
    pub who: String,
    /// When and by whom it was withdrawn.
    pub withdrawn: Option<(Instant, String)>,
}

/// A cause that bad ratings of several departments name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// Where it comes from.
    pub source: Source,
    /// The code of an option, or a word.
    pub word: String,
    /// How many departments it touches.
    pub n_agencies: u64,
    /// In how many bad ratings it is.
    pub n_ratings: u64,
}
