//! Groups that waited over several days. They are enough together and may be too few on each day, so that only what they add
//! up to is told, with a proof that the leaves of all those days add up to just that: of a commitment to hidden numbers it shows
//! the sums, and nothing of the numbers (a Σ-protocol for linear relations, made non-interactive by Fiat and Shamir).

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use serde::{Deserialize, Serialize};

use super::{
    Cell, Element, Group, Tally,
    commitment::{open, scalar},
    table::base64_bytes,
};
use crate::{calendar::CivilDate, rating::SatisfactionLevel, statistics::Counts};

/// A group over several days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpreadGroup {
    /// Which.
    #[serde(flatten)]
    pub group: Group,
    /// The days on which there were any, of whatever level, counted from 1970-01-01.
    pub days: Vec<i64>,
    /// How many of each level on all of them together.
    pub counts: Counts,
}

/// What several days' groups add up to, and the proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// The groups.
    pub groups: Vec<SpreadGroup>,
    /// The sum of their leaves.
    #[serde(with = "base64_bytes")]
    pub commitment: [u8; 32],
    /// That it is the sum of such leaves.
    pub proof: SpreadProof,
}

/// The proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpreadProof {
    /// What the prover says first.
    #[serde(with = "base64_bytes")]
    announcement: [u8; 32],
    /// One answer a group, level with any, and day, in that order; and one for the secret, last.
    #[serde(with = "base64_list")]
    answers: Vec<[u8; 32]>,
}

/// The hidden numbers of one group and level: by day they are hidden, their sum is told.
struct Block {
    points: Vec<RistrettoPoint>,
    total: u64,
}

fn blocks(groups: &[SpreadGroup]) -> Vec<Block> {
    let of_level = |spread: &SpreadGroup, level| {
        let cells = spread.days.iter().map(|day| Cell::new(spread.group.clone(), *day, level).point());
        Block { points: cells.collect(), total: spread.counts.of(level) }
    };
    let all = groups.iter().flat_map(|spread| SatisfactionLevel::ALL.map(|level| of_level(spread, level)));
    all.filter(|block| block.total > 0).collect()
}

fn challenge(groups: &[SpreadGroup], commitment: &[u8; 32], announcement: &[u8; 32]) -> Scalar {
    let said = serde_json::to_vec(groups).expect("groups are plain data");
    scalar(&[b"haochaping ledger 1 spread", &said, commitment, announcement])
}

impl Spread {
    /// The groups of a tally, over all its days.
    pub(super) fn new(groups: Vec<SpreadGroup>, tally: &Tally) -> Self {
        let (element, secret) = (tally.element(), tally.secret.0);
        let commitment = element.bytes();
        let said = serde_json::to_vec(&groups).expect("groups are plain data");
        // The masks follow from the secret, so that the same statement is never masked in two ways and no randomness can fail.
        let mut n_masks = 0_u64;
        let mut mask = || {
            n_masks += 1;
            scalar(&[b"haochaping ledger 1 mask", secret.as_bytes(), &commitment, &said, &n_masks.to_be_bytes()])
        };
        let blocks = blocks(&groups);
        let masks: Vec<Vec<Scalar>> = blocks
            .iter()
            .map(|block| {
                // They add up to nothing, so that the answers add up to the total times the challenge.
                let mut masks: Vec<_> = block.points.iter().skip(1).map(|_| mask()).collect();
                masks.push(-masks.iter().sum::<Scalar>());
                masks
            })
            .collect();
        let of_secret = mask();
        let terms =
            blocks.iter().zip(&masks).flat_map(|(block, masks)| block.points.iter().copied().zip(masks.clone()));
        let announcement = Element(open(terms, of_secret)).bytes();
        let challenge = challenge(&groups, &commitment, &announcement);
        let numbers = numbers(&groups, tally);
        let answers = masks.into_iter().flatten().zip(numbers).map(|(mask, n)| mask + challenge * Scalar::from(n));
        let answers = answers.chain([of_secret + challenge * secret]).map(|answer| answer.to_bytes()).collect();
        Self { groups, commitment, proof: SpreadProof { announcement, answers } }
    }

    /// The sum of the leaves, if it is proven that it is one of these groups on these days.
    pub(super) fn check(&self) -> Option<Element> {
        let element = Element::read(&self.commitment)?;
        let announcement = Element::read(&self.proof.announcement)?;
        let challenge = challenge(&self.groups, &self.commitment, &self.proof.announcement);
        let read = |answer: &[u8; 32]| Option::<Scalar>::from(Scalar::from_canonical_bytes(*answer));
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
        let is_proven = answers.is_empty() && open(terms, *of_secret) == announcement.0 + challenge * element.0;
        is_proven.then_some(element)
    }

    /// How many leaves.
    pub fn n_leaves(&self) -> u64 {
        self.groups.iter().map(|spread| spread.counts.total()).sum()
    }
}

/// The hidden numbers, in the order of the answers.
fn numbers(groups: &[SpreadGroup], tally: &Tally) -> Vec<u64> {
    let of = |spread: &SpreadGroup, level| -> Vec<u64> {
        let cells = spread.days.iter().map(|day| Cell::new(spread.group.clone(), *day, level));
        cells.map(|cell| tally.counts.get(&cell).copied().unwrap_or(0)).collect()
    };
    let levels = |spread: &SpreadGroup| {
        SatisfactionLevel::ALL.into_iter().filter(|level| spread.counts.of(*level) > 0).collect::<Vec<_>>()
    };
    groups
        .iter()
        .flat_map(|spread| levels(spread).into_iter().flat_map(|level| of(spread, level)).collect::<Vec<_>>())
        .collect()
}

/// The group of a tally whose cells are all of it.
pub(super) fn spread_group(group: &Group, tally: &Tally) -> SpreadGroup {
    let mut counts = Counts::default();
    let mut days: Vec<i64> = tally.counts().map(|(cell, _)| cell.day).collect();
    days.sort_unstable();
    days.dedup();
    tally.counts().for_each(|(cell, n)| counts.add(cell.level, n));
    SpreadGroup { group: group.clone(), days, counts }
}

/// The civil date of a day counted from 1970-01-01.
pub(super) fn date(day: i64) -> Option<CivilDate> {
    Some(CivilDate::new(1970, 1, 1)?.plus_days(day))
}

/// Answers as base64.
mod base64_list {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(all: &[[u8; 32]], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(|one| BASE64_STANDARD.encode(one)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<[u8; 32]>, D::Error> {
        let read = |text: String| BASE64_STANDARD.decode(text).ok()?.try_into().ok();
        let all = Vec::<String>::deserialize(from)?.into_iter().map(read).collect::<Option<_>>();
        all.ok_or_else(|| D::Error::custom("an answer has 32 bytes in base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Kind, commitment::tests::cell};

    fn spread(levels: &[(i64, SatisfactionLevel)]) -> Spread {
        let mut tally = Tally::default();
        for (n, (day, level)) in (0_u8..).zip(levels) {
            tally.add_rating(cell(Kind::Counted, "a", *day, *level), &[n; 32]);
        }
        let group = spread_group(&cell(Kind::Counted, "a", 0, SatisfactionLevel::Satisfied).group, &tally);
        Spread::new(vec![group], &tally)
    }

    #[test]
    fn sums_over_days_are_proven_and_no_other_sums_are() {
        use SatisfactionLevel::{Dissatisfied, Satisfied, VerySatisfied};
        let honest = spread(&[(1, Satisfied), (2, Satisfied), (2, Dissatisfied), (4, VerySatisfied), (4, Satisfied)]);
        assert!(honest.check().is_some());
        assert_eq!((honest.groups[0].days.as_slice(), honest.n_leaves()), (&[1, 2, 4][..], 5));
        let change = |with: &dyn Fn(&mut Spread)| {
            let mut other = honest.clone();
            with(&mut other);
            other.check()
        };
        assert_eq!(change(&|s| s.groups[0].counts.satisfied += 1), None, "a total padded");
        assert_eq!(
            change(&|s| {
                s.groups[0].counts.dissatisfied = 0;
                s.groups[0].counts.satisfied += 1;
            }),
            None,
            "a bad one told as a good one"
        );
        assert_eq!(change(&|s| s.groups[0].days[0] = 3), None, "another day");
        assert_eq!(change(&|s| s.proof.answers[0][0] ^= 1), None);
        assert_eq!(change(&|s| s.proof.answers.truncate(3)), None);
        assert_eq!(change(&|s| s.proof.answers = vec![]), None);
    }

    /// Whoever sees the proof must not be able to try the few ways in which five ratings lie over two days.
    #[test]
    fn the_same_sums_over_other_days_look_alike() {
        use SatisfactionLevel::{Dissatisfied, Satisfied};
        let one = spread(&[(1, Satisfied), (1, Satisfied), (2, Dissatisfied), (2, Satisfied)]);
        let other = spread(&[(1, Satisfied), (1, Dissatisfied), (2, Satisfied), (2, Satisfied)]);
        assert_eq!(one.groups, other.groups);
        let n = |spread: &Spread| spread.proof.answers.len();
        assert_eq!(n(&one), n(&other));
        // Without the secret no split explains the commitment.
        let bare = |cells: &[(i64, SatisfactionLevel)]| {
            Element(cells.iter().map(|(day, level)| cell(Kind::Counted, "a", *day, *level).point()).sum())
        };
        let split = [(1, Satisfied), (1, Satisfied), (2, Dissatisfied), (2, Satisfied)];
        assert_ne!(bare(&split).bytes(), one.commitment);
    }
}
