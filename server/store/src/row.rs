//! What statements of all features share: names and places as they are stored.

use haochaping::{
    region::{Region, RegionKind},
    statistics::Counts,
};

use crate::{
    StoreError,
    database::{self, Param, Row, ToParam as _, Value},
};

/// A stored region. What was stored was checked; a damaged number shows as the country rather than stopping a page.
pub(crate) fn region_of(number: i64) -> Region {
    u64::try_from(number).ok().and_then(Region::from_number).unwrap_or(Region::COUNTRY)
}

/// A region as it is stored.
pub(crate) fn signed(region: Region) -> i64 {
    region.number().cast_signed()
}

/// The first and last code in a region: all below share its digits.
pub(crate) fn span(region: Region) -> (i64, i64) {
    let size: i64 = match region.kind() {
        RegionKind::Country => 1_000_000_000_000,
        RegionKind::Province => 10_000_000_000,
        RegionKind::City => 100_000_000,
        RegionKind::District => 1_000_000,
        RegionKind::Street => 1_000,
        RegionKind::Village => 1,
    };
    let low = signed(region);
    (low, low + size - 1)
}

pub(crate) fn named<T>(row: &Row<'_>, column: usize, find: impl Fn(&str) -> Option<T>) -> database::Result<T> {
    let name: String = row.get(column)?;
    find(&name).ok_or_else(|| StoreError::Failed(format!("{name:?} is no name that this binary knows")).into())
}

pub(crate) fn params_of(values: &[Value]) -> Vec<Param<'_>> {
    values.iter().map(|value| value.to_param()).collect()
}

/// Five columns from `first` on, from 非常满意 down.
pub(crate) fn counts_of(row: &Row<'_>, first: usize) -> database::Result<Counts> {
    let n = |place| row.get::<i64>(place).map(i64::unsigned_abs);
    Ok(Counts {
        very_satisfied: n(first)?,
        satisfied: n(first + 1)?,
        basically_satisfied: n(first + 2)?,
        dissatisfied: n(first + 3)?,
        very_dissatisfied: n(first + 4)?,
    })
}

/// The columns that [`counts_of`] reads.
pub(crate) fn columns(counts: &Counts) -> [i64; 5] {
    let Counts { very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied } = counts;
    [very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied].map(|n| n.cast_signed())
}
