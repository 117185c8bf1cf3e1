//! Every public formula, once.
//!
//! ```
//! use haochaping::{rating::SatisfactionLevel, statistics::{Counts, show_count, show_rate}};
//!
//! let mut counts = Counts::default();
//! counts.add(SatisfactionLevel::VerySatisfied, 98);
//! counts.add(SatisfactionLevel::Dissatisfied, 2);
//! assert_eq!((counts.good(), counts.bad(), counts.good_rate()), (98, 2, Some(0.98)));
//! assert_eq!(show_rate(counts.good(), counts.total()), "98.00%");
//! ```

use serde::{Deserialize, Serialize};

use crate::{calendar::Instant, rating::SatisfactionLevel, work_order::WorkOrder};

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

    /// Adds what was counted apart.
    pub fn merge(&mut self, other: &Self) {
        for level in SatisfactionLevel::ALL {
            self.add(level, other.of(level));
        }
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
        SatisfactionLevel::ALL
            .into_iter()
            .filter(|level| level.is_bad())
            .map(|level| self.of(level))
            .sum()
    }

    /// 好评率 = good / all, 0–1; `None` with no rating, which is neither 0 nor 1.
    pub fn good_rate(&self) -> Option<f64> {
        rate(self.good(), self.total())
    }
}

/// How bad ratings were worked: what the rates of the closed loop are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = HandlingCounts))]
pub struct Handling {
    /// 差评: all of them, upheld appeals too.
    pub bad: u64,
    /// Those whose appeal was upheld (误评 or 恶意评价).
    pub upheld: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Valid ones whose reply was due by now, or was given.
    pub valid_due: u64,
    /// Of those, the ones replied to within their term.
    pub valid_on_time: u64,
    /// Real-name ones whose reply was due by now, or was given; those with an upheld appeal too.
    pub real_name_due: u64,
    /// Of those, the ones replied to.
    pub real_name_replied: u64,
}

impl Handling {
    /// 差评整改率 = answered bad / bad, 0–1; `None` without a bad rating.
    pub fn rectified_rate(&self) -> Option<f64> {
        rate(self.answered, self.bad)
    }

    /// 按期整改率 = valid bad replied before its deadline / valid bad due, 0–1.
    pub fn on_time_rate(&self) -> Option<f64> {
        rate(self.valid_on_time, self.valid_due)
    }

    /// 实名差评回复率 = real-name bad replied / real-name bad due, 0–1. What is left out of the net
    /// figures is in it.
    pub fn real_name_reply_rate(&self) -> Option<f64> {
        rate(self.real_name_replied, self.real_name_due)
    }

    /// 有效差评, net: without those whose appeal was upheld. The gross figure is [`Handling::bad`],
    /// and both are published.
    pub fn effective_bad(&self) -> u64 {
        self.bad.saturating_sub(self.upheld)
    }

    /// Adds what was counted apart.
    pub fn merge(&mut self, other: &Self) {
        self.bad += other.bad;
        self.upheld += other.upheld;
        self.answered += other.answered;
        self.valid_due += other.valid_due;
        self.valid_on_time += other.valid_on_time;
        self.real_name_due += other.real_name_due;
        self.real_name_replied += other.real_name_replied;
    }

    /// Whether orders came, were answered or left the net figures since `before`, and of each kind
    /// `step` or more or none: then no published number moves by fewer.
    pub fn has_moved_by(&self, step: u64, before: &Self) -> bool {
        let moved = [
            self.bad.abs_diff(before.bad),
            self.answered.abs_diff(before.answered),
            self.upheld.abs_diff(before.upheld),
        ];
        moved.iter().any(|n| *n >= step) && moved.iter().all(|n| *n == 0 || *n >= step)
    }

    /// Adds one order as it stands now; `reply_due` is its last moment, `None` before a department
    /// has it.
    pub fn add(&mut self, order: &WorkOrder, reply_due: Option<Instant>, now: Instant) {
        let is_replied = order.replied_at.is_some();
        let is_due = is_replied || reply_due.is_some_and(|due| due < now);
        self.bad += 1;
        self.upheld += u64::from(order.is_upheld);
        self.answered += u64::from(is_replied);
        if is_due && !order.is_upheld {
            self.valid_due += 1;
            let on_time =
                order.replied_at.zip(reply_due).is_some_and(|(replied, due)| replied <= due);
            self.valid_on_time += u64::from(on_time);
        }
        if is_due && order.facts.is_real_name {
            self.real_name_due += 1;
            self.real_name_replied += u64::from(is_replied);
        }
    }
}

/// A part of a whole, 0–1; `None` of nothing, which is neither 0 nor 1.
#[expect(clippy::cast_precision_loss, reason = "a rate is shown with two decimals")]
pub fn rate(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// From how many ratings on two shares are compared.
pub const COMPARED_MIN: u64 = 30;

/// The interval in which a share lies with 95 % confidence, 0–1 (Wilson's score interval, E. B.
/// Wilson 1927); `None` of nothing. Unlike part ± error it stays within 0 and 1, and is honest of
/// small numbers.
pub fn wilson(part: u64, whole: u64) -> Option<(f64, f64)> {
    const Z: f64 = 1.959_963_984_540_054;
    let share = rate(part.min(whole), whole)?;
    #[expect(clippy::cast_precision_loss, reason = "a count of ratings is far below 2^52")]
    let n = whole as f64;
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(((middle - half).max(0.0), (middle + half).min(1.0)))
}

/// What can be said of a share before and after something was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Too few ratings, before or after.
    TooLittle,
    /// It fell.
    Fewer,
    /// It rose.
    More,
    /// Nothing: the intervals overlap.
    WithinChance,
}

impl Change {
    /// Of part and whole before, and part and whole after. Said is only what non-overlapping
    /// intervals bear, which is more cautious than a test at 5 %.
    pub fn of(before: (u64, u64), after: (u64, u64)) -> Self {
        let enough = |(_, whole)| whole >= COMPARED_MIN;
        match (wilson(before.0, before.1), wilson(after.0, after.1)) {
            (Some((low, high)), Some((low_after, high_after)))
                if enough(before) && enough(after) =>
            {
                if high_after < low {
                    Self::Fewer
                } else if low_after > high {
                    Self::More
                } else {
                    Self::WithinChance
                }
            }
            _ => Self::TooLittle,
        }
    }
}

/// A rate as it is shown: `99.98%`, cut and not rounded, so that 100.00 % is only shown for all of
/// them; “—” when undefined.
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
    use crate::{region::Region, work_order::Facts};

    #[test]
    fn a_rate_without_ratings_is_undefined() {
        assert_eq!(Counts::default().good_rate(), None);
        assert_eq!(show_rate(0, 0), "—");
    }

    /// The Jiangsu page of 2022-12-06: 620 million good, 21,000 bad ratings.
    #[test]
    fn one_bad_rating_in_millions_keeps_the_rate_below_100() {
        let counts =
            Counts { very_satisfied: 620_000_000, dissatisfied: 21_000, ..Counts::default() };
        assert_eq!(show_rate(counts.good(), counts.total()), "99.99%");
        assert_eq!(show_rate(5, 5), "100.00%");
        assert_eq!(show_count(620_021_000), "620,021,000");
        assert_eq!(show_count(999), "999");
    }

    /// Facts of an order, and when it was replied to; due at 1,000, now 2,000.
    fn order(is_real_name: bool, is_upheld: bool, replied: Option<i64>) -> WorkOrder {
        let facts = Facts {
            agency: "11320102DEM000014A".into(),
            region: Region::COUNTRY,
            is_real_name,
            has_contact: false,
            is_service_body: false,
        };
        let mut order = WorkOrder::open(facts, Instant::from_millis(0));
        order.is_upheld = is_upheld;
        order.replied_at = replied.map(Instant::from_millis);
        order
    }

    /// Jiangsu's targets (2022-10): valid bad ratings 100 % rectified, real-name ones 100 %
    /// replied.
    #[test]
    fn upheld_appeals_leave_the_net_figures_and_never_the_gross_ones() {
        let mut found = Handling::default();
        for (is_real_name, is_upheld, replied) in [
            (true, false, Some(900)),
            (true, false, Some(1_500)),
            (false, false, None),
            (true, true, None),
            (true, true, Some(500)),
        ] {
            found.add(
                &order(is_real_name, is_upheld, replied),
                Some(Instant::from_millis(1_000)),
                Instant::from_millis(2_000),
            );
        }
        let expected = Handling {
            bad: 5,
            upheld: 2,
            answered: 3,
            valid_due: 3,
            valid_on_time: 1,
            real_name_due: 4,
            real_name_replied: 3,
        };
        assert_eq!(found, expected);
        assert_eq!((found.effective_bad(), found.rectified_rate()), (3, Some(0.6)));
        assert_eq!(
            (found.on_time_rate(), found.real_name_reply_rate()),
            (Some(1.0 / 3.0), Some(0.75))
        );
        assert_eq!(Handling::default().rectified_rate(), None, "no bad rating: neither 0 nor 1");
    }

    #[test]
    fn what_is_not_due_yet_is_in_no_rate_of_terms() {
        let mut found = Handling::default();
        found.add(
            &order(true, false, None),
            Some(Instant::from_millis(1_000)),
            Instant::from_millis(1_000),
        );
        found.add(&order(true, false, None), None, Instant::from_millis(9_000));
        assert_eq!(found, Handling { bad: 2, ..Handling::default() });
    }

    /// Values of the closed formula as statistics packages give them.
    #[test]
    fn wilsons_interval_is_that_of_the_textbooks() {
        let is = |part, whole, low: f64, high: f64| {
            let (l, h) = wilson(part, whole).unwrap();
            assert!(
                (l - low).abs() < 5e-5 && (h - high).abs() < 5e-5,
                "{part} of {whole}: {l} {h}"
            );
        };
        is(10, 100, 0.0552, 0.1744);
        is(0, 10, 0.0, 0.2775);
        is(10, 10, 0.7225, 1.0);
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn a_change_is_only_said_where_there_is_enough_to_tell() {
        assert_eq!(Change::of((100, 1_000), (20, 1_000)), Change::Fewer);
        assert_eq!(Change::of((20, 1_000), (100, 1_000)), Change::More);
        assert_eq!(Change::of((10, 100), (8, 100)), Change::WithinChance);
        assert_eq!(Change::of((29, 29), (0, 1_000)), Change::TooLittle);
        assert_eq!(Change::of((5, 100), (0, 0)), Change::TooLittle);
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_share_and_narrows(part in 0_u64..1_000, more in 0_u64..1_000) {
            let whole = part + more + 1;
            let (low, high) = wilson(part, whole).unwrap();
            let share = rate(part, whole).unwrap();
            prop_assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
            prop_assert!(low <= share + 1e-12 && share <= high + 1e-12);
            let (low_of_many, high_of_many) = wilson(part * 100, whole * 100).unwrap();
            prop_assert!(high_of_many - low_of_many < high - low);
        }

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
