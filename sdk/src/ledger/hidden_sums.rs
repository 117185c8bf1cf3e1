//! Groups of which only sums are told: those that waited over several days, which are enough
//! together and may be too few on each day; and those of which the public hears a number and no
//! levels. With the sums comes a proof that the leaves add up to just them: of a commitment to
//! hidden numbers it shows the sums, and nothing of the numbers (a Σ-protocol for linear relations,
//! made non-interactive by Fiat and Shamir).

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use serde::{Deserialize, Serialize};

use super::{
    Cell, Element, Group, Tally,
    commitment::{open, scalar},
    encoding::{base64_bytes, base64_list, total},
};
use crate::{rating::SatisfactionLevel, statistics::Counts};

/// A group of which sums are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenGroup {
    /// Which.
    #[serde(flatten)]
    pub group: Group,
    /// The days on which there were any, of whatever level, counted from 1970-01-01.
    pub days: Vec<i64>,
    /// How many on all of them together.
    #[serde(flatten)]
    pub told: Disclosed,
}

/// How much is told of a group: of ratings that count, each level; of everything else, as on the
/// public page, the number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disclosed {
    /// How many of each level.
    Counts(Counts),
    /// How many.
    Total(u64),
}

impl HiddenGroup {
    /// What is told of a group whose leaves are in a tally.
    pub(super) fn of(group: &Group, tally: &Tally) -> Self {
        let mut counts = Counts::default();
        let mut days: Vec<i64> = tally.counts().map(|(cell, _)| cell.day).collect();
        days.sort_unstable();
        days.dedup();
        tally.counts().for_each(|(cell, n)| counts.add(cell.level, n));
        let told = if group.is_by_level() {
            Disclosed::Counts(counts)
        } else {
            Disclosed::Total(counts.total())
        };
        Self { group: group.clone(), days, told }
    }

    /// The day and its counts, where nothing of it has to be hidden.
    pub(super) fn in_one_day(&self) -> Option<(i64, Counts)> {
        match (&self.days[..], &self.told) {
            ([day], Disclosed::Counts(counts)) => Some((*day, *counts)),
            _ => None,
        }
    }

    /// The cells whose numbers are hidden, sum by sum.
    fn sums(&self) -> Vec<(Vec<Cell>, u64)> {
        let on_all_days =
            |level| self.days.iter().map(move |day| Cell::new(self.group.clone(), *day, level));
        let sums: Vec<(Vec<Cell>, u64)> = match &self.told {
            Disclosed::Counts(counts) => SatisfactionLevel::ALL
                .map(|level| (on_all_days(level).collect(), counts.of(level)))
                .into(),
            Disclosed::Total(n) => {
                vec![(SatisfactionLevel::ALL.into_iter().flat_map(on_all_days).collect(), *n)]
            }
        };
        sums.into_iter().filter(|(_, total)| *total > 0).collect()
    }
}

/// What such groups add up to, and the proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenSums {
    /// The groups.
    pub groups: Vec<HiddenGroup>,
    /// The sum of their leaves, and a mask of the collector.
    #[serde(with = "base64_bytes")]
    pub commitment: [u8; 32],
    /// That it is the sum of such leaves.
    pub proof: HiddenProof,
}

/// The proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenProof {
    /// What the prover says first.
    #[serde(with = "base64_bytes")]
    announcement: [u8; 32],
    /// One answer for each hidden number: by group, level with any, and day; and one for the
    /// secret, last.
    #[serde(with = "base64_list")]
    answers: Vec<[u8; 32]>,
}

/// Hidden numbers whose sum is told.
struct Block {
    points: Vec<RistrettoPoint>,
    total: u64,
}

fn blocks(groups: &[HiddenGroup]) -> Vec<Block> {
    let sums = groups.iter().flat_map(HiddenGroup::sums);
    sums.map(|(cells, total)| Block { points: cells.iter().map(Cell::point).collect(), total })
        .collect()
}

fn challenge(groups: &[HiddenGroup], commitment: &[u8; 32], announcement: &[u8; 32]) -> Scalar {
    let json = serde_json::to_vec(groups).expect("groups are plain data");
    scalar(&[b"haochaping ledger 1 spread", &json, commitment, announcement])
}

impl HiddenSums {
    /// The groups of a tally.
    pub(super) fn new(groups: Vec<HiddenGroup>, tally: &Tally) -> Self {
        let (element, secret) = (tally.element(), tally.secret.0);
        let commitment = element.bytes();
        let json = serde_json::to_vec(&groups).expect("groups are plain data");
        // The masks follow from the secret, so that the same statement is never masked in two ways
        // and no randomness can fail.
        let mut n_masks = 0_u64;
        let mut mask = || {
            n_masks += 1;
            scalar(&[
                b"haochaping ledger 1 mask",
                secret.as_bytes(),
                &commitment,
                &json,
                &n_masks.to_be_bytes(),
            ])
        };
        let blocks = blocks(&groups);
        let masks: Vec<Vec<Scalar>> = blocks
            .iter()
            .map(|block| {
                // They add up to nothing, so that the answers add up to the total times the
                // challenge.
                let mut masks: Vec<_> = block.points.iter().skip(1).map(|_| mask()).collect();
                masks.push(-masks.iter().sum::<Scalar>());
                masks
            })
            .collect();
        let of_secret = mask();
        let terms = blocks
            .iter()
            .zip(&masks)
            .flat_map(|(block, masks)| block.points.iter().copied().zip(masks.clone()));
        let announcement = Element(open(terms, of_secret)).bytes();
        let challenge = challenge(&groups, &commitment, &announcement);
        let numbers = numbers(&groups, tally);
        let answers = masks
            .into_iter()
            .flatten()
            .zip(numbers)
            .map(|(mask, n)| mask + challenge * Scalar::from(n));
        let answers = answers
            .chain([of_secret + challenge * secret])
            .map(|answer| answer.to_bytes())
            .collect();
        Self { groups, commitment, proof: HiddenProof { announcement, answers } }
    }

    /// The sum of the leaves, if it is proven that it is one of these groups on these days, and
    /// that each level is told where it has to be.
    pub(super) fn check(&self) -> Option<Element> {
        let is_told = |spread: &HiddenGroup| {
            spread.group.is_by_level() == matches!(spread.told, Disclosed::Counts(_))
        };
        if !self.groups.iter().all(is_told) {
            return None;
        }
        let element = Element::read(&self.commitment)?;
        let announcement = Element::read(&self.proof.announcement)?;
        let challenge = challenge(&self.groups, &self.commitment, &self.proof.announcement);
        let read =
            |answer: &[u8; 32]| Option::<Scalar>::from(Scalar::from_canonical_bytes(*answer));
        let answers = self.proof.answers.iter().map(read).collect::<Option<Vec<_>>>()?;
        let (of_secret, mut answers) = answers.split_last()?;
        let mut terms = Vec::with_capacity(answers.len());
        for block in blocks(&self.groups) {
            let (mine, rest) = answers.split_at_checked(block.points.len())?;
            answers = rest;
            if mine.iter().sum::<Scalar>() != challenge * Scalar::from(block.total) {
                return None;
            }
            terms.extend(block.points.into_iter().zip(mine.iter().copied()));
        }
        let is_proven =
            answers.is_empty() && open(terms, *of_secret) == announcement.0 + challenge * element.0;
        is_proven.then_some(element)
    }

    /// How many leaves; `None` for more than can be counted.
    pub fn n_leaves(&self) -> Option<u64> {
        self.groups.iter().try_fold(0_u64, |sum, spread| match &spread.told {
            Disclosed::Counts(counts) => sum.checked_add(total([counts].into_iter())?),
            Disclosed::Total(n) => sum.checked_add(*n),
        })
    }
}

/// The hidden numbers, in the order of the answers.
fn numbers(groups: &[HiddenGroup], tally: &Tally) -> Vec<u64> {
    let cells = groups.iter().flat_map(HiddenGroup::sums).flat_map(|(cells, _)| cells);
    cells.map(|cell| tally.counts.get(&cell).copied().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Kind, commitment::tests::cell};

    fn spread(levels: &[(i64, SatisfactionLevel)]) -> HiddenSums {
        let mut tally = Tally::default();
        for (n, (day, level)) in (0_u8..).zip(levels) {
            tally.add_rating(cell(Kind::Counted, "a", *day, *level), &[n; 32]);
        }
        let group = HiddenGroup::of(
            &cell(Kind::Counted, "a", 0, SatisfactionLevel::Satisfied).group,
            &tally,
        );
        HiddenSums::new(vec![group], &tally)
    }

    #[test]
    fn sums_over_days_are_proven_and_no_other_sums_are() {
        use SatisfactionLevel::{Dissatisfied, Satisfied, VerySatisfied};
        let honest = spread(&[
            (1, Satisfied),
            (2, Satisfied),
            (2, Dissatisfied),
            (4, VerySatisfied),
            (4, Satisfied),
        ]);
        assert!(honest.check().is_some());
        assert_eq!(
            (honest.groups[0].days.as_slice(), honest.n_leaves()),
            (&[1, 2, 4][..], Some(5))
        );
        let change = |with: &dyn Fn(&mut HiddenSums)| {
            let mut other = honest.clone();
            with(&mut other);
            other.check()
        };
        let count = |change: fn(&mut Counts)| {
            let mut counts =
                Counts { very_satisfied: 1, satisfied: 3, dissatisfied: 1, ..Counts::default() };
            assert_eq!(honest.groups[0].told, Disclosed::Counts(counts));
            change(&mut counts);
            Disclosed::Counts(counts)
        };
        let padded = count(|counts| counts.satisfied += 1);
        assert_eq!(change(&|s| s.groups[0].told = padded.clone()), None, "a total padded");
        let flipped = count(|counts| (counts.satisfied, counts.dissatisfied) = (4, 0));
        assert_eq!(
            change(&|s| s.groups[0].told = flipped.clone()),
            None,
            "a bad one told as a good one"
        );
        assert_eq!(
            change(&|s| s.groups[0].told = Disclosed::Total(5)),
            None,
            "levels that have to be told"
        );
        assert_eq!(change(&|s| s.groups[0].days[0] = 3), None, "another day");
        assert_eq!(change(&|s| s.proof.answers[0][0] ^= 1), None);
        assert_eq!(change(&|s| s.proof.answers.truncate(3)), None);
        assert_eq!(change(&|s| s.proof.answers = vec![]), None);
    }

    /// Of six that were held and five that were excluded one would know how the sixth rated.
    #[test]
    fn of_what_does_not_count_the_number_is_told_and_no_levels() {
        let mut tally = Tally::default();
        for (n, level) in (0_u8..).zip(SatisfactionLevel::ALL) {
            tally.add_rating(cell(Kind::Held, "a", 1, level), &[n; 32]);
        }
        let group =
            HiddenGroup::of(&cell(Kind::Held, "a", 1, SatisfactionLevel::Satisfied).group, &tally);
        assert_eq!((&group.told, group.in_one_day()), (&Disclosed::Total(5), None));
        let mut spread = HiddenSums::new(vec![group], &tally);
        assert!(spread.check().is_some());
        let text = serde_json::to_string(&spread).unwrap();
        assert!(text.contains(r#""total":5"#) && !text.contains("satisfied"), "{text}");
        assert_eq!(serde_json::from_str::<HiddenSums>(&text).unwrap(), spread);
        spread.groups[0].told = Disclosed::Total(6);
        assert_eq!(spread.check(), None);
    }

    /// Whoever sees the proof must not be able to try the few ways in which five ratings lie over
    /// two days.
    #[test]
    fn the_same_sums_over_other_days_look_alike() {
        use SatisfactionLevel::{Dissatisfied, Satisfied};
        let one = spread(&[(1, Satisfied), (1, Satisfied), (2, Dissatisfied), (2, Satisfied)]);
        let other = spread(&[(1, Satisfied), (1, Dissatisfied), (2, Satisfied), (2, Satisfied)]);
        assert_eq!(one.groups, other.groups);
        let n = |spread: &HiddenSums| spread.proof.answers.len();
        assert_eq!(n(&one), n(&other));
        // Without the secret no split explains the commitment.
        let bare = |cells: &[(i64, SatisfactionLevel)]| {
            Element(
                cells
                    .iter()
                    .map(|(day, level)| cell(Kind::Counted, "a", *day, *level).point())
                    .sum(),
            )
        };
        let split = [(1, Satisfied), (1, Satisfied), (2, Dissatisfied), (2, Satisfied)];
        assert_ne!(bare(&split).bytes(), one.commitment);
    }
}
