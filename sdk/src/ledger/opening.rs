//! What opens the remainder of a table. A remainder is a sum that nobody outside can take apart, so
//! that a collector whose program was changed could pad one group and put what is missing into it.
//! Who supervises the collector, and may know of groups that are too few to be published, has it
//! opened: it holds only numbers from 0 up, so that no group was ever told to have more of a level
//! than its leaves.

use std::collections::BTreeMap;

use curve25519_dalek::scalar::Scalar;
use serde::{Deserialize, Serialize};

use super::{
    Cell, Group, GroupCounts, Remainder, Tally,
    commitment::{Element, open},
    encoding::{base64_bytes, total},
    table::cells,
};
use crate::statistics::Counts;

/// The leaves that are in no table yet, by group and day, and their secret. Not for the public: it
/// tells of few people how they rated.
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
}

/// What a collector keeps of its newest table, beside the table itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What opens its remainder.
    pub opening: Opening,
    /// By how much the remainder is more than its leaves. With it the leaves could be searched for,
    /// so that it goes to nobody.
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
    #[error(
        "it opens the remainder of table {its}, and the newest is table {newest}: ask for that one's"
    )]
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
    #[error(
        "what is left of table {0} is not what is said of it: a published count is not that of its leaves"
    )]
    Other(u32),
}

impl Opening {
    fn of(table: u32, tally: &Tally) -> Self {
        let mut rows = BTreeMap::<(Group, i64), Counts>::new();
        for (cell, n) in tally.counts() {
            rows.entry((cell.group.clone(), cell.day)).or_default().add(cell.level, n);
        }
        let rows = rows
            .into_iter()
            .map(|((group, day), counts)| GroupCounts { group, day, counts })
            .collect();
        Self { table, rows, secret: tally.secret.0.to_bytes() }
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
        let read: Self = serde_json::from_slice(bytes)
            .map_err(|error| OpeningFault::Malformed(error.to_string()))?;
        let is_scalar = bool::from(Scalar::from_canonical_bytes(read.secret).is_some());
        if is_scalar { Ok(read) } else { Err(OpeningFault::Malformed("its secret is none".into())) }
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
        let told =
            told.ok_or_else(|| OpeningFault::Malformed("its numbers are too large".into()))?;
        if told != remainder.leaves {
            return Err(OpeningFault::Leaves { there: remainder.leaves, told });
        }
        let terms = cells(&self.rows).map(|(cell, n): (Cell, u64)| (cell.point(), Scalar::from(n)));
        let secret = Scalar::from_bytes_mod_order(self.secret);
        let is_it = Element(open(terms, secret)).bytes() == remainder.commitment;
        if is_it { Ok(()) } else { Err(OpeningFault::Other(table)) }
    }
}

impl Kept {
    pub(super) fn of(table: u32, tally: &Tally, mask: Scalar) -> Self {
        Self { opening: Opening::of(table, tally), mask: mask.to_bytes() }
    }

    /// As kept: JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an opening is plain data")
    }

    /// Reads it; `None` for anything else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(super) fn mask(&self) -> Scalar {
        Scalar::from_bytes_mod_order(self.mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        Closing, DayTable, Kind, TableFault,
        commitment::tests::cell,
        table::tests::{LEVELS, Leaves, closing, some, sum, table},
    };

    fn close(leaves: &Leaves, closing: Closing) -> (DayTable, Kept) {
        table(leaves, 0, closing)
    }

    /// The collector's own program was changed: it pads a row at closing and computes the remainder
    /// that makes it right.
    #[test]
    fn what_was_padded_into_the_remainder_is_found_by_whoever_has_it_opened() {
        let leaves = some();
        let (mut table, kept) = close(&leaves, closing(6));
        let opening = kept.opening;
        assert_eq!(opening.check(1, &table.remainder), Ok(()));
        assert_eq!(Opening::read(&opening.to_bytes()), Ok(opening.clone()));
        let whole = Element::read(&table.remainder.commitment).unwrap();
        let point = |level| Element(cell(Kind::Counted, "a", 2, level).point());
        table.rows[0].counts.dissatisfied -= 1;
        table.rows[0].counts.satisfied += 1;
        let padded = whole + point(LEVELS[3]) - point(LEVELS[1]);
        table.remainder.commitment = padded.bytes();
        assert_eq!(
            table.check(&Remainder::default(), 6, sum(&leaves, 0)),
            Ok(()),
            "nothing public tells it"
        );
        assert_eq!(opening.check(1, &table.remainder), Err(OpeningFault::Other(1)));
        // Numbers below 0 would open it, and there are none.
        let text = String::from_utf8(opening.to_bytes()).unwrap();
        let wrong = text.replace("\"very_dissatisfied\": 1", "\"very_dissatisfied\": -1");
        assert!(
            text != wrong
                && matches!(Opening::read(wrong.as_bytes()), Err(OpeningFault::Malformed(_)))
        );
        let more =
            Opening::read(text.replace("\"satisfied\": 0", "\"satisfied\": 1").as_bytes()).unwrap();
        assert!(matches!(
            more.check(1, &table.remainder),
            Err(OpeningFault::Leaves { there: 1, .. })
        ));
        assert_eq!(
            opening.check(2, &table.remainder),
            Err(OpeningFault::OtherTable { its: 1, newest: 2 })
        );

        table.remainder.leaves = u64::MAX;
        assert!(matches!(
            table.check(&Remainder::default(), 4, sum(&leaves, 0)),
            Err(TableFault::Malformed(_))
        ));
        let (mut nothing, _) = close(&vec![("a", 2, 0, true)], closing(1));
        assert_eq!(nothing.remainder, Remainder::default());
        nothing.remainder.commitment = whole.bytes();
        let refused = nothing.check(&Remainder::default(), 1, sum(&vec![("a", 2, 0, true)], 0));
        assert!(matches!(refused, Err(TableFault::Malformed(_))), "{refused:?}");
    }
}
