//! Commitments: a hash of the cell into Ristretto255, plus a secret multiple of its base point.
//! Whoever does not know the secret learns nothing from a commitment; whoever does cannot open it
//! as another cell; and commitments add up.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use curve25519_dalek::{
    constants::RISTRETTO_BASEPOINT_TABLE,
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
    traits::VartimeMultiscalarMul,
};
use sha2::{Digest, Sha512};

use super::{Cell, Kind};

/// The number of this scheme: the first byte of every leaf. Another way to commit is another
/// number.
pub const SCHEME: u8 = 1;

/// The most cells whose points are remembered: some megabytes.
const POINTS_MAX: usize = 50_000;

/// One half, which takes longer to find than anything that it is multiplied with.
static HALF: LazyLock<Scalar> = LazyLock::new(|| Scalar::from(2_u8).invert());

/// An element of the group, as 32 bytes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element(pub(super) RistrettoPoint);

impl Element {
    /// Nothing committed to.
    pub fn zero() -> Self {
        Self(RistrettoPoint::default())
    }

    /// Reads an element; `None` for 32 bytes that are none.
    pub fn read(bytes: &[u8; 32]) -> Option<Self> {
        CompressedRistretto(*bytes).decompress().map(Self)
    }

    /// Its 32 bytes.
    pub fn bytes(&self) -> [u8; 32] {
        self.0.compress().0
    }
}

impl core::ops::Add for Element {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl core::ops::Sub for Element {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl core::iter::Sum for Element {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self(all.map(|one| one.0).sum())
    }
}

/// The secret of a commitment. It follows from the rating's salt, and so do those of what happens
/// to the rating later.
#[derive(Clone, Copy)]
pub struct Blinding {
    /// Half of the secret times the base point: halves are added up and doubled in one go.
    half: RistrettoPoint,
}

impl core::fmt::Debug for Blinding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Blinding(…)")
    }
}

impl Blinding {
    /// Of the leaf of a rating.
    pub fn of_rating(salt: &[u8; 32]) -> Self {
        Self::from_secret(rating_secret(salt))
    }

    /// Of the leaf of what happened to a rating later.
    pub fn of_event(salt: &[u8; 32], kind: Kind, number: u32) -> Self {
        Self::from_secret(event_secret(salt, kind, number))
    }

    fn from_secret(secret: Scalar) -> Self {
        Self { half: &(*HALF * secret) * RISTRETTO_BASEPOINT_TABLE }
    }
}

/// The salt of a rating, and the secret that follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Salt {
    bytes: [u8; 32],
    blinding: Blinding,
}

impl Salt {
    /// From 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { bytes, blinding: Blinding::of_rating(&bytes) }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The secret.
    pub fn blinding(&self) -> Blinding {
        self.blinding
    }
}

fn rating_secret(salt: &[u8; 32]) -> Scalar {
    scalar(&[b"haochaping ledger 1 rating", salt])
}

fn event_secret(salt: &[u8; 32], kind: Kind, number: u32) -> Scalar {
    scalar(&[b"haochaping ledger 1 event", salt, &number.to_be_bytes(), kind.name().as_bytes()])
}

/// A scalar from a hash of 512 bits, so that none is likelier than another.
pub(super) fn scalar(parts: &[&[u8]]) -> Scalar {
    let mut hash = Sha512::new();
    for part in parts {
        hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// The points of cells that were met lately. A new day has new cells, so that those of the days
/// before go.
#[derive(Debug, Default)]
pub struct Points {
    day: i64,
    halves: HashMap<Cell, RistrettoPoint>,
}

impl Points {
    fn half(&mut self, cell: &Cell) -> RistrettoPoint {
        if cell.day > self.day || self.halves.len() >= POINTS_MAX {
            self.day = self.day.max(cell.day);
            self.halves.clear();
        }
        if let Some(half) = self.halves.get(cell) {
            return *half;
        }
        let half = cell.point() * *HALF;
        self.halves.insert(cell.clone(), half);
        half
    }
}

/// The commitments to cells, in order, each under its secret.
pub fn commit_all<'a>(
    all: impl IntoIterator<Item = (&'a Cell, &'a Blinding)>,
    points: &mut Points,
) -> Vec<[u8; 32]> {
    let halves = all.into_iter().map(|(cell, blinding)| points.half(cell) + blinding.half);
    let halves: Vec<_> = halves.collect();
    RistrettoPoint::double_and_compress_batch(&halves).into_iter().map(|one| one.0).collect()
}

/// What several leaves add up to: how many of each cell, and the sum of their secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub(super) counts: BTreeMap<Cell, u64>,
    pub(super) secret: Secret,
}

/// A sum of secrets. It opens no leaf.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Secret(pub(super) Scalar);

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Tally {
    /// Adds the leaf of a rating.
    pub fn add_rating(&mut self, cell: Cell, salt: &[u8; 32]) {
        self.add(cell, rating_secret(salt));
    }

    /// Adds the leaf of an event.
    pub fn add_event(&mut self, cell: Cell, salt: &[u8; 32], number: u32) {
        let secret = event_secret(salt, cell.group.kind, number);
        self.add(cell, secret);
    }

    fn add(&mut self, cell: Cell, secret: Scalar) {
        *self.counts.entry(cell).or_default() += 1;
        self.secret.0 += secret;
    }

    /// Adds what was added up apart.
    pub fn merge(&mut self, other: Self) {
        for (cell, n) in other.counts {
            *self.counts.entry(cell).or_default() += n;
        }
        self.secret.0 += other.secret.0;
    }

    /// How many leaves.
    pub fn n_leaves(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The cells, and how many leaves of each.
    pub fn counts(&self) -> impl Iterator<Item = (&Cell, u64)> {
        self.counts.iter().map(|(cell, n)| (cell, *n))
    }

    /// The commitment to all of it: the sum of the leaves' own.
    pub fn element(&self) -> Element {
        Element(open(
            self.counts.iter().map(|(cell, n)| (cell.point(), Scalar::from(*n))),
            self.secret.0,
        ))
    }
}

/// The sum of multiples of points, and of the base point.
pub(super) fn open(
    terms: impl IntoIterator<Item = (RistrettoPoint, Scalar)>,
    secret: Scalar,
) -> RistrettoPoint {
    let (points, scalars): (Vec<_>, Vec<_>) = terms.into_iter().unzip();
    RistrettoPoint::vartime_multiscalar_mul(scalars, points) + &secret * RISTRETTO_BASEPOINT_TABLE
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        ledger::Group,
        rating::{Channel, Provenance, SatisfactionLevel},
    };

    pub(crate) fn cell(kind: Kind, agency: &str, day: i64, level: SatisfactionLevel) -> Cell {
        let group = Group {
            kind,
            district: "321002".parse().unwrap(),
            agency: agency.into(),
            channel: Channel::Mobile,
            provenance: Provenance::Citizen,
        };
        Cell::new(group, day, level)
    }

    #[test]
    fn a_sum_of_leaves_is_the_commitment_to_their_counts() {
        let (mut points, mut tally, mut sum) =
            (Points::default(), Tally::default(), Element::zero());
        for n in 0..40_u8 {
            let salt = [n; 32];
            let cell = cell(
                Kind::Counted,
                "a",
                20_000 + i64::from(n % 3),
                SatisfactionLevel::ALL[usize::from(n % 5)],
            );
            let leaf = commit_all([(&cell, &Blinding::of_rating(&salt))], &mut points)[0];
            sum = sum + Element::read(&leaf).unwrap();
            tally.add_rating(cell, &salt);
        }
        assert_eq!(tally.n_leaves(), 40);
        assert_eq!(tally.element(), sum);
    }

    #[test]
    fn every_part_of_a_cell_and_the_salt_change_a_commitment() {
        let base = cell(Kind::Counted, "a", 20_000, SatisfactionLevel::Satisfied);
        let mut others = vec![base.clone()];
        let mut change = |with: &dyn Fn(&mut Cell)| {
            let mut other = base.clone();
            with(&mut other);
            others.push(other);
        };
        change(&|c| c.day += 1);
        change(&|c| c.level = SatisfactionLevel::Dissatisfied);
        change(&|c| c.group.kind = Kind::Held);
        change(&|c| c.group.agency = "b".into());
        change(&|c| c.group.channel = Channel::Pc);
        change(&|c| c.group.provenance = Provenance::Assisted);
        change(&|c| c.group.district = "321003".parse().unwrap());
        let of = |cell: &Cell, blinding: Blinding| {
            commit_all([(cell, &blinding)], &mut Points::default())[0]
        };
        let mut found: Vec<_> =
            others.iter().map(|cell| of(cell, Blinding::of_rating(&[1; 32]))).collect();
        found.push(of(&base, Blinding::of_rating(&[2; 32])));
        found.push(of(&base, Blinding::of_event(&[1; 32], Kind::Upheld, 1)));
        found.push(of(&base, Blinding::of_event(&[1; 32], Kind::Upheld, 2)));
        let distinct: std::collections::BTreeSet<_> = found.iter().collect();
        assert_eq!(distinct.len(), found.len());
    }

    #[test]
    fn a_street_commits_to_its_district() {
        let mut street = cell(Kind::Counted, "a", 1, SatisfactionLevel::Satisfied).group;
        street.district = "321002001".parse().unwrap();
        assert_eq!(
            Cell::new(street, 1, SatisfactionLevel::Satisfied),
            cell(Kind::Counted, "a", 1, SatisfactionLevel::Satisfied)
        );
    }
}
