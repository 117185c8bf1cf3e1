//! What is counted, and where.

use haochaping::{rating::SatisfactionLevel, region::Region, statistics::Counts};

/// Where a figure is counted: a region, by one agency or by all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FigureKey {
    /// The region, ancestors included.
    pub region: Region,
    /// The agency's code; empty for all.
    pub agency: String,
}

/// How a rating enters a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tally {
    /// It counts, as this level.
    Counted(SatisfactionLevel),
    /// It is kept and does not count yet; its level shows nowhere.
    Quarantined,
    /// It was left out for good, with a reason on record.
    Excluded,
    /// It was brought over from elsewhere and never enters a rate.
    Imported,
    /// Nobody rated; another system filled it in.
    Default,
    /// It is a test of the whole path.
    Probe,
    /// It counts, and no registered service belongs to it; beside [`Tally::Counted`].
    Unregistered,
    /// No rating: a service that can be rated.
    Service,
}

impl Tally {
    /// The name in the column of levels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counted(level) => level.name(),
            Self::Quarantined => "quarantined",
            Self::Excluded => "excluded",
            Self::Imported => "imported",
            Self::Default => "default",
            Self::Probe => "probe",
            Self::Unregistered => "unregistered",
            Self::Service => "service",
        }
    }
}

impl std::str::FromStr for Tally {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "quarantined" => Ok(Self::Quarantined),
            "excluded" => Ok(Self::Excluded),
            "imported" => Ok(Self::Imported),
            "default" => Ok(Self::Default),
            "probe" => Ok(Self::Probe),
            "unregistered" => Ok(Self::Unregistered),
            "service" => Ok(Self::Service),
            level => level.parse().map(Self::Counted).map_err(|_| format!("{level:?} is no level")),
        }
    }
}

/// The figure of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// Ratings that count.
    pub counts: Counts,
    /// Ratings that do not count yet.
    pub n_quarantined: u64,
    /// Ratings that were left out for good.
    pub n_excluded: u64,
    /// Ratings that were brought over from elsewhere.
    pub n_imported: u64,
    /// What was filled in where nobody rated.
    pub n_defaults: u64,
    /// Tests.
    pub n_probes: u64,
    /// Those of `counts` to which no registered service belongs.
    pub n_unregistered: u64,
    /// Services that can be rated.
    pub n_services: u64,
}

/// A figure as it was last published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Ratings that count.
    pub counts: Counts,
    /// Those of them to which no registered service belongs: visits to cards, and what came with its service from another system.
    pub n_unregistered: u64,
}

impl Figure {
    /// Adds `n` ratings, or takes them away where it is negative.
    pub fn add(&mut self, tally: Tally, n: i64) {
        match tally {
            Tally::Counted(level) => self.counts.add(level, u64::try_from(n).unwrap_or(0)),
            Tally::Quarantined => self.n_quarantined = self.n_quarantined.saturating_add_signed(n),
            Tally::Excluded => self.n_excluded = self.n_excluded.saturating_add_signed(n),
            Tally::Imported => self.n_imported = self.n_imported.saturating_add_signed(n),
            Tally::Default => self.n_defaults = self.n_defaults.saturating_add_signed(n),
            Tally::Probe => self.n_probes = self.n_probes.saturating_add_signed(n),
            Tally::Unregistered => self.n_unregistered = self.n_unregistered.saturating_add_signed(n),
            Tally::Service => self.n_services = self.n_services.saturating_add_signed(n),
        }
    }
}
