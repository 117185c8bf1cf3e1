//! What ratings have in common that are published together.

use haochaping::{
    rating::{Channel, Provenance},
    region::Region,
    statistics::Counts,
};

use crate::database::row;

/// All that a published figure may tell of a rating: ratings that agree in it wait together and are
/// published together, so that no two figures differ by one of them.
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
    /// Whether its service was registered before it came: not that of a visit to a card, and not
    /// one that was relayed with it.
    pub is_registered: bool,
}

row!(Atom {
    region: "region",
    agency: "agency",
    item: "item",
    card: "card",
    channel: "channel",
    provenance: "provenance",
    source: "source",
    is_registered: "registered",
});

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
