use core::{fmt, str::FromStr};
use serde::{Deserialize, Serialize};

use crate::text::UnknownName;

/// Who the rating really comes from. Fixed by the entrance and never read from a request, because
/// systems of this kind have filled in five stars for people who said nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The person rated.
    Citizen,
    /// Staff entered what the person said.
    Assisted,
    /// Another registered system collected the person's rating.
    Relayed,
    /// History brought over from elsewhere.
    Imported,
    /// Not rated; another system filled it in.
    Default,
    /// A test of the whole path.
    Probe,
}

impl Provenance {
    /// Every provenance.
    pub const ALL: [Self; 6] =
        [Self::Citizen, Self::Assisted, Self::Relayed, Self::Imported, Self::Default, Self::Probe];

    /// Whether a rating of this provenance enters rates, totals and work orders.
    pub fn counts(self) -> bool {
        matches!(self, Self::Citizen | Self::Assisted | Self::Relayed)
    }

    /// The name in columns.
    pub fn name(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Assisted => "assisted",
            Self::Relayed => "relayed",
            Self::Imported => "imported",
            Self::Default => "default",
            Self::Probe => "probe",
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Provenance {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|provenance| provenance.name() == name)
            .ok_or(UnknownName("provenance"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_said_counts() {
        let counting: Vec<_> = Provenance::ALL.into_iter().filter(|p| p.counts()).collect();
        assert_eq!(counting, [Provenance::Citizen, Provenance::Assisted, Provenance::Relayed]);
        assert!(Provenance::ALL.into_iter().all(|p| p.name().parse() == Ok(p)));
    }
}
