use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// 评价等级: how satisfied a person is, one of five.
///
/// A name everywhere, never a digit: GB/T 39734-2020 7.3 counts 5 = 非常满意, GB/T 39046-2020 table
/// A.8 counts the other way round, and devices send further orders. Numbers belong to exchange
/// profiles.
///
/// ```
/// use haochaping::rating::SatisfactionLevel;
///
/// let level: SatisfactionLevel = "basically_satisfied".parse()?;
/// assert!(!level.is_bad(), "基本满意 counts as good");
/// assert_eq!(SatisfactionLevel::ALL.len(), 5);
/// # Ok::<(), haochaping::rating::UnknownLevel>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SatisfactionLevel {
    /// 非常不满意
    VeryDissatisfied,
    /// 不满意
    Dissatisfied,
    /// 基本满意
    BasicallySatisfied,
    /// 满意
    Satisfied,
    /// 非常满意
    VerySatisfied,
}

impl SatisfactionLevel {
    /// The five levels in the order in which forms and tables show them: from 非常满意 down.
    pub const ALL: [Self; 5] = [
        Self::VerySatisfied,
        Self::Satisfied,
        Self::BasicallySatisfied,
        Self::Dissatisfied,
        Self::VeryDissatisfied,
    ];

    /// Whether this is a 差评: 不满意 or 非常不满意 (国办发〔2019〕51号).
    pub fn is_bad(self) -> bool {
        self <= Self::Dissatisfied
    }

    /// The name on our wire, in columns and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::VeryDissatisfied => "very_dissatisfied",
            Self::Dissatisfied => "dissatisfied",
            Self::BasicallySatisfied => "basically_satisfied",
            Self::Satisfied => "satisfied",
            Self::VerySatisfied => "very_satisfied",
        }
    }

    /// The place in [`Self::ALL`], 0 for 非常满意 to 4 for 非常不满意: an index into counts, never
    /// stored or sent.
    pub fn index(self) -> usize {
        Self::VerySatisfied as usize - self as usize
    }
}

impl fmt::Display for SatisfactionLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A level name that is none of the five.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the level is none of very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied"
)]
pub struct UnknownLevel;

impl FromStr for SatisfactionLevel {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        Self::ALL.into_iter().find(|level| level.name() == name).ok_or(UnknownLevel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 国办发〔2019〕51号: 差评 are 不满意 and 非常不满意.
    #[test]
    fn exactly_the_two_lowest_levels_are_bad() {
        let bad: Vec<_> = SatisfactionLevel::ALL.into_iter().filter(|l| l.is_bad()).collect();
        assert_eq!(bad, [SatisfactionLevel::Dissatisfied, SatisfactionLevel::VeryDissatisfied]);
    }

    #[test]
    fn a_level_is_read_back_from_its_name_and_never_from_a_digit() {
        for (place, level) in SatisfactionLevel::ALL.into_iter().enumerate() {
            assert_eq!(level.name().parse(), Ok(level));
            assert_eq!(level.index(), place);
            assert_eq!(serde_json::to_value(level).unwrap(), level.name());
        }
        for wrong in ["1", "5", "", "Satisfied", "满意"] {
            assert_eq!(wrong.parse::<SatisfactionLevel>(), Err(UnknownLevel), "{wrong}");
        }
    }
}
