//! Closing a day: the table that is published, and what is kept of it.

use std::collections::BTreeMap;

use curve25519_dalek::scalar::Scalar;

use super::{
    DayTable, Group, GroupCounts, HiddenGroup, HiddenSums, Kept, Remainder, Tally,
    commitment::{Secret, scalar},
    encoding::date,
};

/// What a table closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The table's number.
    pub number: u32,
    /// The last closed day, counted from 1970-01-01.
    pub day: i64,
    /// The first leaf that the table before did not account for.
    pub from: u64,
    /// The size of the log.
    pub size: u64,
}

/// Makes the table, and what is kept of it: `taken` has what is published, each group with its
/// leaves; `rest` has what is not; `before` was kept of the table before.
///
/// Exact sums of leaves could be searched for the leaves that are in them, where there are few. So
/// what is left, and what is spread over days, each carry a mask more than their leaves, and the
/// sum of secrets that much less.
pub fn close_day(
    closing: Closing,
    taken: BTreeMap<Group, Tally>,
    rest: &Tally,
    before: Option<&Kept>,
) -> (DayTable, Kept) {
    let (mut rows, mut open_tally, mut groups, mut spread_tally) =
        (Vec::new(), Tally::default(), Vec::new(), Tally::default());
    for (group, tally) in taken {
        let spread = HiddenGroup::of(&group, &tally);
        if let Some((day, counts)) = spread.in_one_day() {
            rows.push(GroupCounts { group, day, counts });
            open_tally.merge(tally);
        } else {
            groups.push(spread);
            spread_tally.merge(tally);
        }
    }
    let (of_spread, of_rest) =
        (mask(b"spread", closing, &spread_tally), mask(b"rest", closing, rest));
    spread_tally.secret.0 += of_spread;
    let mut rest = rest.clone();
    rest.secret.0 += of_rest;
    let secret_sum =
        open_tally.secret.0 + before.map_or(Scalar::ZERO, Kept::mask) - of_spread - of_rest;
    let table = DayTable {
        number: closing.number,
        closed: date(closing.day).map_or_else(String::new, |date| date.to_string()),
        from: closing.from,
        size: closing.size,
        rows,
        secret_sum: secret_sum.to_bytes(),
        spread: (!groups.is_empty()).then(|| HiddenSums::new(groups, &spread_tally)),
        remainder: Remainder { leaves: rest.n_leaves(), commitment: rest.element().bytes() },
    };
    (table, Kept::of(closing.number, &rest, of_rest))
}

/// A mask that follows from secrets that only the collector has, another one for every table; none
/// where nothing is to be hidden.
fn mask(of: &[u8], closing: Closing, tally: &Tally) -> Scalar {
    if tally.n_leaves() == 0 {
        return Scalar::ZERO;
    }
    let Secret(secret) = tally.secret;
    scalar(&[b"haochaping ledger 1 closing", of, secret.as_bytes(), &closing.number.to_be_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        Blinding, Element, Kind,
        commitment::{Points, commit_all, open, tests::cell},
        table::{
            cells,
            tests::{LEVELS, closing, some, table},
        },
    };

    /// Whoever guesses which leaves are in a table must not be told that it was the right guess.
    #[test]
    fn no_exact_sum_of_leaves_is_published() {
        let leaves = some();
        let (table, _) = table(&leaves, 0, closing(6));
        let sum_of = |which: fn(usize) -> bool| {
            let mut points = Points::default();
            let each = (0_u8..).zip(&leaves).enumerate().filter(|(n, _)| which(*n)).map(
                |(_, (salt, leaf))| {
                    let cell = cell(Kind::Counted, leaf.0, leaf.1, LEVELS[leaf.2]);
                    Element::read(
                        &commit_all([(&cell, &Blinding::of_rating(&[salt; 32]))], &mut points)[0],
                    )
                    .unwrap()
                },
            );
            each.sum::<Element>()
        };
        assert_ne!(table.remainder.commitment, sum_of(|n| n == 5).bytes());
        assert_ne!(table.spread.as_ref().unwrap().commitment, sum_of(|n| n == 2 || n == 3).bytes());
        let secret = Scalar::from_canonical_bytes(table.secret_sum).unwrap();
        let rows = Element(open(
            cells(&table.rows).map(|(cell, n)| (cell.point(), Scalar::from(n))),
            secret,
        ));
        assert_ne!(rows, sum_of(|n| matches!(n, 0 | 1 | 4)));
    }
}
