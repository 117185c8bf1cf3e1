//! 以评促改: whether fewer people complain of something since it was changed, told from published
//! figures alone.

use std::collections::BTreeMap;

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    region::Region,
    statistics::{Change, Counts},
};
use haochaping_store::{
    StoreError,
    improvement::{Cause, Improvement},
    publication::Dimension,
    word::Source,
};

use crate::{
    publication::briefing::{after, before},
    state::App,
};

/// How many whole months before and after the month of the change are compared.
const MONTHS: usize = 3;

/// Ratings with a cause, and all ratings; `None` where a month's number is too small to be
/// published, which is not 0.
pub type Share = Option<(u64, u64)>;

/// What the published figures say of an improvement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The months before, the earliest first.
    pub months_before: Vec<u32>,
    /// The whole months since; none yet where the change is recent.
    pub months_after: Vec<u32>,
    /// Before.
    pub before: Share,
    /// After.
    pub after: Share,
    /// What can be said.
    pub change: Change,
}

/// A day as a month.
pub fn month_of(day: i64) -> u32 {
    Instant::from_millis(day * DAY_MILLIS).date_in_china().month()
}

/// Compares the months before a change with those after it.
///
/// # Errors
/// The store's.
pub async fn measure(app: &App, improvement: &Improvement) -> Result<Measured, StoreError> {
    let (change, this) = (month_of(improvement.day), app.clock.now().date_in_china().month());
    let (months_before, months_after) = windows(change, this);
    let shares = shares(app, improvement.region, &improvement.cause).await?;
    let sum = |months: &[u32]| {
        let of = months.iter().filter_map(|month| shares.get(month));
        of.copied()
            .try_fold((0, 0), |sum, share| share.map(|share| (sum.0 + share.0, sum.1 + share.1)))
    };
    let (before, after) = (sum(&months_before), sum(&months_after));
    let change =
        before.zip(after).map_or(Change::TooLittle, |(before, after)| Change::of(before, after));
    Ok(Measured { months_before, months_after, before, after, change })
}

/// The whole months before a change, and those after it that are over.
fn windows(change: u32, this: u32) -> (Vec<u32>, Vec<u32>) {
    let mut earlier: Vec<_> =
        std::iter::successors(Some(before(change)), |month| Some(before(*month)))
            .take(MONTHS)
            .collect();
    earlier.reverse();
    let later =
        std::iter::successors(Some(after(change)), |month| Some(after(*month))).take(MONTHS);
    (earlier, later.take_while(|month| *month < this).collect())
}

/// By month, the ratings that name a cause and all of the region; for a department, an item or a
/// region its bad ones and all.
async fn shares(
    app: &App,
    region: Region,
    cause: &Cause,
) -> Result<BTreeMap<u32, Share>, StoreError> {
    let (within, by, value) = match cause {
        Cause::Option(_) | Cause::Word(_) => (region, Dimension::All, ""),
        Cause::Item(code) => (region, Dimension::Item, code.as_str()),
        Cause::Agency(code) => (region, Dimension::Agency, code.as_str()),
        Cause::Region(within) => (*within, Dimension::All, ""),
    };
    let mut counts: BTreeMap<u32, Counts> = BTreeMap::new();
    let lines = app.lines.of(&app.store, app.figures.daily_generation(), within, by).await?;
    for (_, month, of_month) in lines.iter().filter(|(of, ..)| of == value) {
        counts.entry(*month).or_default().merge(of_month);
    }
    let named = match cause {
        Cause::Option(code) => app.store.shown_word(region, false, Source::Option, code).await?,
        Cause::Word(word) => app.store.shown_word(region, false, Source::Word, word).await?,
        _ => counts.iter().map(|(month, counts)| (*month, counts.bad())).collect(),
    };
    let named: BTreeMap<_, _> = named.into_iter().collect();
    let share = |(month, counts): (u32, Counts)| {
        // A rating of a month's last days may be filed with the next, where its group is, and its
        // words with its own.
        (month, named.get(&month).map(|n| (*n.min(&counts.total()), counts.total())))
    };
    Ok(counts.into_iter().map(share).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_whole_months_are_compared_and_none_that_is_not_over() {
        let all = (vec![202_510, 202_511, 202_512], vec![202_602, 202_603, 202_604]);
        assert_eq!(windows(202_601, 202_609), all);
        assert_eq!(windows(202_609, 202_611), (vec![202_606, 202_607, 202_608], vec![202_610]));
        assert_eq!(windows(202_611, 202_611).1, [0; 0]);
    }
}
