//! Every public formula, once.

use serde::{Deserialize, Serialize};

use crate::rating::SatisfactionLevel;

/// How many ratings of each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// 非常满意
    pub very_satisfied: u64,
    /// 满意
    pub satisfied: u64,
    /// 基本满意
    pub basically_satisfied: u64,
    /// 不满意
    pub dissatisfied: u64,
    /// 非常不满意
    pub very_dissatisfied: u64,
}

impl Counts {
    /// The count of one level.
    pub fn of(&self, level: SatisfactionLevel) -> u64 {
        match level {
            SatisfactionLevel::VerySatisfied => self.very_satisfied,
            SatisfactionLevel::Satisfied => self.satisfied,
            SatisfactionLevel::BasicallySatisfied => self.basically_satisfied,
            SatisfactionLevel::Dissatisfied => self.dissatisfied,
            SatisfactionLevel::VeryDissatisfied => self.very_dissatisfied,
        }
    }

    /// Adds `n` ratings of one level.
    pub fn add(&mut self, level: SatisfactionLevel, n: u64) {
        *match level {
            SatisfactionLevel::VerySatisfied => &mut self.very_satisfied,
            SatisfactionLevel::Satisfied => &mut self.satisfied,
            SatisfactionLevel::BasicallySatisfied => &mut self.basically_satisfied,
            SatisfactionLevel::Dissatisfied => &mut self.dissatisfied,
            SatisfactionLevel::VeryDissatisfied => &mut self.very_dissatisfied,
        } += n;
    }

    /// All ratings.
    pub fn total(&self) -> u64 {
        SatisfactionLevel::ALL.into_iter().map(|level| self.of(level)).sum()
    }

    /// 好评: 非常满意, 满意 and 基本满意.
    pub fn good(&self) -> u64 {
        self.total() - self.bad()
    }

    /// 差评: 不满意 and 非常不满意.
    pub fn bad(&self) -> u64 {
        SatisfactionLevel::ALL.into_iter().filter(|level| level.is_bad()).map(|level| self.of(level)).sum()
    }

    /// 好评率 = good / all, 0–1; `None` with no rating, which is neither 0 nor 1.
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown with two decimals")]
    pub fn good_rate(&self) -> Option<f64> {
        let total = self.total();
        (total > 0).then(|| self.good() as f64 / total as f64)
    }
}

/// A rate as it is shown: `99.98%`, cut and not rounded, so that 100.00 % is only shown for all of them; “—” when
/// undefined.
pub fn show_rate(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    let hundredths = u128::from(part) * 10_000 / u128::from(whole);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A count as it is shown, in groups of three: `620,000,000`.
pub fn show_count(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rate_without_ratings_is_undefined() {
        assert_eq!(Counts::default().good_rate(), None);
        assert_eq!(show_rate(0, 0), "—");
    }

    /// The Jiangsu page of 2022-12-06: 620 million good, 21,000 bad ratings.
    #[test]
    fn one_bad_rating_in_millions_keeps_the_rate_below_100() {
        let counts = Counts { very_satisfied: 620_000_000, dissatisfied: 21_000, ..Counts::default() };
        assert_eq!(show_rate(counts.good(), counts.total()), "99.99%");
        assert_eq!(show_rate(5, 5), "100.00%");
        assert_eq!(show_count(620_021_000), "620,021,000");
        assert_eq!(show_count(999), "999");
    }

    proptest! {
        #[test]
        fn good_and_bad_are_all(n in prop::array::uniform5(0_u64..1 << 40)) {
            let mut counts = Counts::default();
            for (level, n) in SatisfactionLevel::ALL.into_iter().zip(n) {
                counts.add(level, n);
            }
            prop_assert_eq!(counts.good() + counts.bad(), counts.total());
            prop_assert_eq!(counts.total(), n.iter().sum::<u64>());
            prop_assert!(counts.good_rate().is_none_or(|rate| (0.0..=1.0).contains(&rate)));
        }
    }
}
