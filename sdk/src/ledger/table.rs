//! Tables of closed days: how many of each cell, proven by the sum of the leaves.

use std::collections::BTreeMap;

use curve25519_dalek::scalar::Scalar;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Cell, Element, Group, Hash, HiddenSums, Kind,
    commitment::open,
    encoding::{base64_bytes, date, total},
};
use crate::{calendar::CivilDate, rating::SatisfactionLevel, statistics::Counts};

/// A group on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCounts {
    /// Which.
    #[serde(flatten)]
    pub group: Group,
    /// The day in China, counted from 1970-01-01.
    pub day: i64,
    /// How many of each level.
    pub counts: Counts,
}

/// The leaves that are in no table yet: groups that are too few, and what came since the day was
/// closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remainder {
    /// How many.
    pub leaves: u64,
    /// The sum of their commitments, and a mask of the collector.
    #[serde(with = "base64_bytes")]
    pub commitment: [u8; 32],
}

impl Default for Remainder {
    fn default() -> Self {
        Self { leaves: 0, commitment: Element::zero().bytes() }
    }
}

/// The table of a closed day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayTable {
    /// Tables are counted from 1.
    pub number: u32,
    /// The last closed day, as a civil date in China.
    pub closed: String,
    /// The first leaf that the table before did not account for.
    pub from: u64,
    /// The first leaf that this table does not account for.
    pub size: u64,
    /// Groups of one day.
    pub rows: Vec<GroupCounts>,
    /// The sum of the secrets of the leaves in `rows`, less the masks of what is spread and left.
    #[serde(with = "base64_bytes")]
    pub secret_sum: [u8; 32],
    /// Groups of which only sums are told.
    pub spread: Option<HiddenSums>,
    /// What is left.
    pub remainder: Remainder,
}

/// Why a table does not follow from its leaves.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    /// It is no table.
    #[error("not a table of a closed day: {0}")]
    Malformed(String),
    /// It accounts for more leaves than there are, or for fewer.
    #[error("{there} leaves are to be accounted for, and it accounts for {told}")]
    Leaves {
        /// Leaves since the table before, and those that it left.
        there: u64,
        /// In rows, in sums, and what is left.
        told: u64,
    },
    /// The leaves add up to something else.
    #[error("its counts are not what its leaves add up to{}", hint.as_ref().map_or(String::new(), |hint| format!(": {hint}")))]
    Sum {
        /// What would make it right, if that is little.
        hint: Option<String>,
    },
    /// The sums are not proven.
    #[error("the sums of groups whose days or levels are hidden are not proven")]
    Unproven,
}

impl DayTable {
    /// As published: JSON, and a line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a table is plain data");
        bytes.push(b'\n');
        bytes
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`TableFault::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, TableFault> {
        serde_json::from_slice(bytes).map_err(|error| TableFault::Malformed(error.to_string()))
    }

    /// SHA-256 of a table as published: what its entry in the log says.
    pub fn hash(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// Whether the table follows from its leaves: their sum and number since the table before, and
    /// what that one left.
    ///
    /// # Errors
    /// [`TableFault`].
    pub fn check(&self, before: &Remainder, n_leaves: u64, sum: Element) -> Result<(), TableFault> {
        let too_many = || TableFault::Malformed("its numbers are too large".into());
        let told = total(self.rows.iter().map(|row| &row.counts)).ok_or_else(too_many)?;
        let spread =
            self.spread.as_ref().map_or(Some(0), HiddenSums::n_leaves).ok_or_else(too_many)?;
        let told = told.checked_add(spread).and_then(|n| n.checked_add(self.remainder.leaves));
        let (told, there) = (told.ok_or_else(too_many)?, before.leaves.saturating_add(n_leaves));
        if told != there {
            return Err(TableFault::Leaves { there, told });
        }
        if self.remainder.leaves == 0 && self.remainder != Remainder::default() {
            return Err(TableFault::Malformed(
                "nothing is left, and it adds up to something".into(),
            ));
        }
        if !self.rows.iter().all(|row| row.group.is_by_level()) {
            return Err(TableFault::Malformed(
                "a row tells levels of what is told by its number alone".into(),
            ));
        }
        if CivilDate::parse(&self.closed).is_none() {
            return Err(TableFault::Malformed("it closes no day".into()));
        }
        let element = |bytes, what: &str| {
            Element::read(bytes).ok_or_else(|| TableFault::Malformed(what.into()))
        };
        let spread = match &self.spread {
            Some(spread) => spread.check().ok_or(TableFault::Unproven)?,
            None => Element::zero(),
        };
        let left = element(&self.remainder.commitment, "the remainder is not a commitment")?;
        let secret = Option::<Scalar>::from(Scalar::from_canonical_bytes(self.secret_sum));
        let secret =
            secret.ok_or_else(|| TableFault::Malformed("the sum of secrets is none".into()))?;
        let terms = cells(&self.rows).map(|(cell, n)| (cell.point(), Scalar::from(n)));
        let told = Element(open(terms, secret)) + spread + left;
        let is =
            element(&before.commitment, "what the table before left is not a commitment")? + sum;
        if is == told { Ok(()) } else { Err(TableFault::Sum { hint: self.explain(is - told) }) }
    }

    /// Looks for the little that would make the table right: one leaf told as another, or a few
    /// more or fewer of one cell.
    fn explain(&self, difference: Element) -> Option<String> {
        const FEW: u64 = 64;
        let cells: Vec<_> = self
            .rows
            .iter()
            .flat_map(|row| {
                SatisfactionLevel::ALL.map(|level| Cell::new(row.group.clone(), row.day, level))
            })
            .collect();
        let by_point: BTreeMap<[u8; 32], &Cell> =
            cells.iter().map(|cell| (Element(cell.point()).bytes(), cell)).collect();
        for told in &cells {
            if let Some(is) = by_point.get(&(difference + Element(told.point())).bytes()) {
                return Some(format!("a leaf of {} is told as one of {}", name(is), name(told)));
            }
        }
        for cell in &cells {
            let point = Element(cell.point());
            let (mut more, mut fewer) = (Element::zero(), Element::zero());
            for n in 1..=FEW {
                (more, fewer) = (more + point, fewer - point);
                if difference == more {
                    return Some(format!("{n} of {} are missing", name(cell)));
                }
                if difference == fewer {
                    return Some(format!("{n} of {} are too many", name(cell)));
                }
            }
        }
        None
    }
}

/// The cells of rows, and how many leaves of each.
pub(super) fn cells(rows: &[GroupCounts]) -> impl Iterator<Item = (Cell, u64)> {
    let of = |row: &GroupCounts| {
        SatisfactionLevel::ALL
            .map(|level| (Cell::new(row.group.clone(), row.day, level), row.counts.of(level)))
    };
    rows.iter().flat_map(of).filter(|(_, n)| *n > 0)
}

/// A cell in words.
fn name(cell: &Cell) -> String {
    let Group { kind, district, agency, channel, provenance } = &cell.group;
    let day = date(cell.day).map_or_else(String::new, |date| date.to_string());
    let kind = if *kind == Kind::Counted { String::new() } else { format!("{} ", kind.name()) };
    format!("[{day} {district} {agency} {channel} {provenance} {kind}{}]", cell.level.name())
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::{
        Blinding, Closing, Disclosed, Kept, Tally, close_day,
        commitment::{Points, commit_all, tests::cell},
    };

    pub(in crate::ledger) const LEVELS: [SatisfactionLevel; 5] = SatisfactionLevel::ALL;

    /// Leaves by department, day and level; of each whether it is published now.
    pub(in crate::ledger) type Leaves = Vec<(&'static str, i64, usize, bool)>;

    pub(in crate::ledger) fn sum(leaves: &Leaves, salt_from: u8) -> Element {
        let (mut sum, mut points) = (Element::zero(), Points::default());
        for (n, (agency, day, level, _)) in (salt_from..).zip(leaves) {
            let cell = cell(Kind::Counted, agency, *day, LEVELS[*level]);
            sum = sum
                + Element::read(
                    &commit_all([(&cell, &Blinding::of_rating(&[n; 32]))], &mut points)[0],
                )
                .unwrap();
        }
        sum
    }

    pub(in crate::ledger) fn table(
        leaves: &Leaves,
        salt_from: u8,
        closing: Closing,
    ) -> (DayTable, Kept) {
        let (mut taken, mut rest) = (BTreeMap::<Group, Tally>::new(), Tally::default());
        for (n, (agency, day, level, is_taken)) in (salt_from..).zip(leaves) {
            let cell = cell(Kind::Counted, agency, *day, LEVELS[*level]);
            let to =
                if *is_taken { taken.entry(cell.group.clone()).or_default() } else { &mut rest };
            to.add_rating(cell, &[n; 32]);
        }
        close_day(closing, taken, &rest, None)
    }

    pub(in crate::ledger) fn closing(size: usize) -> Closing {
        Closing { number: 1, day: 20_782, from: 0, size: size as u64 }
    }

    pub(in crate::ledger) fn some() -> Leaves {
        vec![
            ("a", 2, 0, true),
            ("a", 2, 3, true),
            ("b", 1, 0, true),
            ("b", 2, 4, true),
            ("a", 2, 1, true),
            ("c", 2, 4, false),
        ]
    }

    #[test]
    fn what_was_changed_is_named() {
        let leaves = some();
        let (honest, _) = table(&leaves, 0, closing(6));
        let (before, n) = (Remainder::default(), leaves.len() as u64);
        let check = |table: &DayTable| table.check(&before, n, sum(&leaves, 0));
        assert_eq!(check(&honest), Ok(()));
        assert_eq!(honest.closed, "2026-11-25");
        assert_eq!(DayTable::read(&honest.to_bytes()), Ok(honest.clone()));

        let mut padded = honest.clone();
        padded.rows[0].counts.very_satisfied += 3;
        assert_eq!(check(&padded), Err(TableFault::Leaves { there: 6, told: 9 }));
        let mut flipped = leaves.clone();
        flipped[1].2 = 1;
        let message = check(&table(&flipped, 0, closing(6)).0).unwrap_err().to_string();
        assert!(
            message.ends_with(
                "a leaf of [1970-01-03 321002 a mobile citizen dissatisfied] is told as one of [1970-01-03 321002 a mobile citizen satisfied]"
            ),
            "{message}"
        );
        let mut removed = leaves.clone();
        removed.remove(5);
        assert_eq!(
            check(&table(&removed, 0, closing(6)).0),
            Err(TableFault::Leaves { there: 6, told: 5 })
        );
        let mut hidden = honest.clone();
        hidden.rows[0].counts.dissatisfied -= 1;
        hidden.remainder.leaves += 1;
        let message = check(&hidden).unwrap_err().to_string();
        assert!(
            message.contains("1 of [1970-01-03 321002 a mobile citizen dissatisfied] are missing"),
            "{message}"
        );
        let mut other_day = leaves.clone();
        other_day[0].1 = 1;
        assert!(matches!(
            check(&table(&other_day, 0, closing(6)).0),
            Err(TableFault::Sum { .. } | TableFault::Unproven)
        ));
        let mut unproven = honest.clone();
        let spread = unproven.spread.as_mut().unwrap();
        spread.groups[0].told =
            Disclosed::Counts(Counts { very_satisfied: 2, ..Counts::default() });
        assert_eq!(check(&unproven), Err(TableFault::Unproven));
        assert!(matches!(DayTable::read(b"{}"), Err(TableFault::Malformed(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Whatever is published when, each table follows from its leaves and what the one before
        /// left, and no other count does.
        #[test]
        fn a_later_table_takes_what_an_earlier_one_left(
            first in proptest::collection::vec((0..3_usize, 0..3_i64, 0..5_usize, any::<bool>()), 1..12),
            second in proptest::collection::vec((0..3_usize, 3..5_i64, 0..5_usize, any::<bool>()), 1..12),
        ) {
            let named = |leaves: &[(usize, i64, usize, bool)]| -> Leaves {
                leaves.iter().map(|(agency, day, level, taken)| (["a", "b", "c"][*agency], *day, *level, *taken)).collect()
            };
            let (first, second) = (named(&first), named(&second));
            let (n_first, n_second) = (first.len() as u64, second.len() as u64);
            let (one, left) = table(&first, 0, closing(first.len()));
            prop_assert_eq!(one.check(&Remainder::default(), n_first, sum(&first, 0)), Ok(()));

            // The second day takes everything that the first one left.
            let mut taken: BTreeMap<Group, Tally> = BTreeMap::new();
            let mut rest = Tally::default();
            for (n, (agency, day, level, is_taken)) in (0_u8..).zip(&first) {
                if !is_taken {
                    let cell = cell(Kind::Counted, agency, *day, LEVELS[*level]);
                    taken.entry(cell.group.clone()).or_default().add_rating(cell, &[n; 32]);
                }
            }
            for (n, (agency, day, level, is_taken)) in (100_u8..).zip(&second) {
                let cell = cell(Kind::Counted, agency, *day, LEVELS[*level]);
                let to = if *is_taken { taken.entry(cell.group.clone()).or_default() } else { &mut rest };
                to.add_rating(cell, &[n; 32]);
            }
            prop_assert_eq!(left.opening.check(1, &one.remainder), Ok(()));
            let of_both = Closing { number: 2, day: 20_783, from: n_first, size: n_first + n_second };
            let (two, kept) = close_day(of_both, taken, &rest, Some(&left));
            prop_assert_eq!(kept.opening.check(2, &two.remainder), Ok(()));
            prop_assert_eq!(two.check(&one.remainder, n_second, sum(&second, 100)), Ok(()));
            if let Some(row) = two.rows.first() {
                let mut wrong = two.clone();
                let level = LEVELS.into_iter().find(|level| row.counts.of(*level) > 0).unwrap();
                let other = LEVELS.into_iter().find(|other| *other != level).unwrap();
                let mut counts = Counts::default();
                LEVELS.into_iter().filter(|one| *one != level).for_each(|one| counts.add(one, row.counts.of(one)));
                counts.add(level, row.counts.of(level) - 1);
                counts.add(other, 1);
                wrong.rows[0].counts = counts;
                prop_assert!(wrong.check(&one.remainder, n_second, sum(&second, 100)).is_err());
            }
        }
    }
}
