//! What is published a day later: figures of smaller places, of agents, of small departments, and whatever splits a total
//! further. Ratings wait in atoms, and an atom is published in groups only.

use haochaping::{
    rating::{Channel, Provenance},
    region::Region,
    statistics::Counts,
};

/// All that a published figure may tell of a rating: ratings that agree in it wait together and are published together, so
/// that no two figures differ by one of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Atom {
    /// Where the service happened.
    pub region: Region,
    /// By whom.
    pub agency: String,
    /// What was done; empty where nobody said.
    pub item: String,
    /// The card that was scanned, 0 for none.
    pub card: u32,
    /// How the rating came in.
    pub channel: Channel,
    /// Who it comes from.
    pub provenance: Provenance,
    /// The system that relayed it; empty for every other.
    pub source: String,
    /// Whether its service was registered before it came: not that of a visit to a card, and not one that was relayed with it.
    pub is_registered: bool,
}

/// Ratings of an atom of one day that are not published yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What they have in common.
    pub atom: Atom,
    /// The day from which on they count, in days since 1970-01-01 in China.
    pub day: i64,
    /// How many of each level.
    pub counts: Counts,
}

/// Ratings of an atom that are published together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they have in common.
    pub atom: Atom,
    /// The last day they are from.
    pub until: i64,
    /// How many of each level: what waits of the atom up to that day.
    pub counts: Counts,
}

/// By what published ratings of a region are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// By nothing.
    All,
    /// By department.
    Agency,
    /// By item.
    Item,
    /// By how they came in.
    Channel,
    /// By who they come from.
    Provenance,
    /// Only what other systems relayed, by system.
    Source,
    /// By service card.
    Card,
    /// Only ratings to which no registered service belongs, by department.
    Unregistered,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::All,
        Self::Agency,
        Self::Item,
        Self::Channel,
        Self::Provenance,
        Self::Source,
        Self::Card,
        Self::Unregistered,
    ];

    /// The name in the column of kinds.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Agency => "agency",
            Self::Item => "item",
            Self::Channel => "channel",
            Self::Provenance => "provenance",
            Self::Source => "source",
            Self::Card => "card",
            Self::Unregistered => "unregistered",
        }
    }

    /// What an atom's ratings are filed under; `None` where this says nothing of them.
    pub fn value(self, atom: &Atom) -> Option<String> {
        let known = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        match self {
            Self::All => Some(String::new()),
            Self::Agency => known(&atom.agency),
            Self::Item => known(&atom.item),
            Self::Channel => known(atom.channel.name()),
            Self::Provenance => known(atom.provenance.name()),
            Self::Source => known(&atom.source),
            Self::Card => (atom.card > 0).then(|| atom.card.to_string()),
            Self::Unregistered => (!atom.is_registered).then(|| atom.agency.clone()),
        }
    }
}

/// A line of published ratings: its value, the month in which it waited last, and its counts.
pub type Line = (String, u32, Counts);
