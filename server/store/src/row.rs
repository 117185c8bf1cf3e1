//! What statements of all features share: names and places as they are stored.

use haochaping::{
    region::{Region, RegionKind},
    statistics::Counts,
};

use crate::database::{Param, ToParam as _, Value, row};

/// A stored region. What was stored was checked; a damaged number shows as the country rather than
/// stopping a page.
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

pub(crate) fn params_of(values: &[Value]) -> Vec<Param<'_>> {
    values.iter().map(|value| value.to_param()).collect()
}

row!(Counts {
    very_satisfied: "very_satisfied",
    satisfied: "satisfied",
    basically_satisfied: "basically_satisfied",
    dissatisfied: "dissatisfied",
    very_dissatisfied: "very_dissatisfied",
});

/// Sums of the five levels, where there may be no row.
pub(crate) const SUMS: &str = "coalesce(sum(very_satisfied), 0), coalesce(sum(satisfied), 0),
  coalesce(sum(basically_satisfied), 0), coalesce(sum(dissatisfied), 0), coalesce(sum(very_dissatisfied), 0)";

/// The five numbers as they are stored.
pub(crate) fn columns(counts: &Counts) -> [i64; 5] {
    let Counts { very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied } =
        counts;
    [very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied]
        .map(|n| n.cast_signed())
}
