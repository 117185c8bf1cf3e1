//! What opens the remainder of a table. A remainder is a sum that nobody outside can take apart, so that a collector whose program
//! was changed could pad one group and put what is missing into it. Who supervises the collector, and may know of groups that are
//! too few to be published, has it opened: it holds only numbers from 0 up, so that no group was ever told to have more of a level than
//! its leaves.

use std::collections::BTreeMap;

use curve25519_dalek::scalar::Scalar;
use serde::{Deserialize, Serialize};

use super::{
    Cell, Group, GroupCounts, Remainder, Tally,
    commitment::{Element, open},
    table::{base64_bytes, cells, total},
};
use crate::statistics::Counts;

/// The leaves that are in no table yet, by group and day, and their secret. Not for the public: it tells of few people how they
/// rated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Whose remainder it opens.
    pub table: u32,
    /// What is in it.
    pub rows: Vec<GroupCounts>,
    /// The sum of the secrets, and the mask.
    #[serde(with = "base64_bytes")]
    secret: [u8; 32],
    /// By how much the remainder is more than its leaves.
    #[serde(with = "base64_bytes")]
    mask: [u8; 32],
}

/// Why an opening does not open a remainder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpeningFault {
    /// It is no opening.
    #[error("it opens no remainder: {0}")]
    Malformed(String),
    /// It is of another table.
    #[error("it opens the remainder of table {its}, and the newest is table {newest}: ask for that one's")]
    OtherTable {
        /// Whose remainder it opens.
        its: u32,
        /// The table that was to be opened.
        newest: u32,
    },
    /// It has more leaves than the remainder, or fewer.
    #[error("{there} leaves are left, and it opens {told}")]
    Leaves {
        /// In the remainder.
        there: u64,
        /// In the opening.
        told: u64,
    },
    /// The remainder is something else.
    #[error("what is left of table {0} is not what is said of it: a published count is not that of its leaves")]
    Other(u32),
}

impl Opening {
    pub(super) fn of(table: u32, tally: &Tally, mask: Scalar) -> Self {
        let mut rows = BTreeMap::<(Group, i64), Counts>::new();
        for (cell, n) in tally.counts() {
            rows.entry((cell.group.clone(), cell.day)).or_default().add(cell.level, n);
        }
        let rows = rows.into_iter().map(|((group, day), counts)| GroupCounts { group, day, counts }).collect();
        Self { table, rows, secret: tally.secret.0.to_bytes(), mask: mask.to_bytes() }
    }

    /// As handed over: JSON, and a line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("an opening is plain data");
        bytes.push(b'\n');
        bytes
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`OpeningFault::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, OpeningFault> {
        let read: Self = serde_json::from_slice(bytes).map_err(|error| OpeningFault::Malformed(error.to_string()))?;
        let is_scalar = |bytes| Option::<Scalar>::from(Scalar::from_canonical_bytes(bytes)).is_some();
        if is_scalar(read.secret) && is_scalar(read.mask) {
            Ok(read)
        } else {
            Err(OpeningFault::Malformed("its secret is none".into()))
        }
    }

    /// Whether a table's remainder is just this.
    ///
    /// # Errors
    /// [`OpeningFault`].
    pub fn check(&self, table: u32, remainder: &Remainder) -> Result<(), OpeningFault> {
        if self.table != table {
            return Err(OpeningFault::OtherTable { its: self.table, newest: table });
        }
        let told = total(self.rows.iter().map(|row| &row.counts));
        let told = told.ok_or_else(|| OpeningFault::Malformed("its numbers are too large".into()))?;
        if told != remainder.leaves {
            return Err(OpeningFault::Leaves { there: remainder.leaves, told });
        }
        let terms = cells(&self.rows).map(|(cell, n): (Cell, u64)| (cell.point(), Scalar::from(n)));
        let secret = Scalar::from_bytes_mod_order(self.secret);
        let is_it = Element(open(terms, secret)).bytes() == remainder.commitment;
        if is_it { Ok(()) } else { Err(OpeningFault::Other(table)) }
    }

    pub(super) fn mask(&self) -> Scalar {
        Scalar::from_bytes_mod_order(self.mask)
    }
}
