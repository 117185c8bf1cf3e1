//! Which waiting ratings are published today. A group is what waits of one atom, and has `group`
//! ratings or more; so every figure that is published daily is a sum of such groups, and no filter,
//! day or difference tells one rating of a group from the others.
//!
//! Figures of provinces, cities and large departments move by themselves meanwhile. Whatever lies
//! under such a figure must not be published to the last rating, or the difference would be the few
//! that came since: what is held back under each is a group too, and nothing is published under a
//! figure that does not know of all of it yet.

use std::collections::{BTreeMap, BTreeSet};

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    region::{Region, RegionKind},
    statistics::Counts,
};
use haochaping_store::{
    FigureKey,
    publication::{Atom, Group, Waiting},
};

use crate::config::Publication;

/// Whether the total of a region moves by itself: the root's, and all down to cities.
pub fn is_top(root: Region, region: Region) -> bool {
    region == root || (region.kind() <= RegionKind::City && root.contains(region))
}

/// From how many ratings on a figure that moves by itself may be shown anew, after it showed
/// `shown` (`None` for never) and `daily` of its ratings were published daily: one that begins to
/// move by itself begins with a group too.
pub fn least_shown(shown: Option<u64>, daily: u64, rules: Publication) -> u64 {
    match shown {
        Some(n) => n + rules.step,
        None => daily + rules.step.max(if daily > 0 { rules.group } else { 0 }),
    }
}

/// What has to be known of the figures that move by themselves.
pub trait Live {
    /// Whether a figure moves by itself.
    fn is_live(&self, key: &FigureKey) -> bool;
    /// Whether such a figure shows every rating but at most the last `n_today`, which came today.
    fn is_covered(&self, key: &FigureKey, n_today: u64) -> bool;
}

/// Ratings of an atom from before today.
struct Pile<'a> {
    atom: &'a Atom,
    /// By day, the earliest first; what is published of them is a beginning.
    days: Vec<(i64, Counts)>,
    n_days: usize,
    /// The figures that move by themselves and count these ratings.
    above: Vec<FigureKey>,
}

impl Pile<'_> {
    fn total(&self) -> u64 {
        self.days.iter().map(|(_, counts)| counts.total()).sum()
    }

    /// How many of them are published.
    fn size(&self) -> u64 {
        self.days[..self.n_days].iter().map(|(_, counts)| counts.total()).sum()
    }

    /// The day by which a group has waited.
    fn full_on(&self, group: u64) -> i64 {
        let mut n = 0;
        let day = self.days.iter().find(|(_, counts)| {
            n += counts.total();
            n >= group
        });
        day.map_or(i64::MAX, |(day, _)| *day)
    }

    /// Keeps the last day back, or everything where too few would be left.
    fn hold_back(&mut self, group: u64) {
        self.n_days = self.n_days.saturating_sub(1);
        if self.size() < group {
            self.n_days = 0;
        }
    }

    /// What is published: a group, or one for each month where each of them and what follows is a
    /// group by itself.
    fn groups(&self, group: u64) -> Vec<Group> {
        let (mut groups, mut counts, mut left) = (Vec::new(), Counts::default(), self.size());
        let taken = &self.days[..self.n_days];
        for (place, (until, of_day)) in taken.iter().enumerate() {
            counts.merge(of_day);
            left -= of_day.total();
            let ends_month =
                taken.get(place + 1).is_none_or(|(next, _)| month_of(*next) != month_of(*until));
            if left == 0 || (ends_month && counts.total() >= group && left >= group) {
                groups.push(Group { atom: self.atom.clone(), until: *until, counts });
                counts = Counts::default();
            }
        }
        groups
    }
}

/// What is published on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The groups.
    pub groups: Vec<Group>,
    /// The last day of which nothing waits any longer only because a figure above does not know of
    /// it: yesterday, or earlier.
    pub until: i64,
}

/// What to publish today, the `today`-th day since 1970-01-01 in China, out of all that waits.
pub fn choose(
    waiting: &[Waiting],
    today: i64,
    root: Region,
    group: u64,
    live: &dyn Live,
) -> Chosen {
    let group = group.max(1);
    let (mut piles, n_today) = piles(waiting, today, root, live);
    for pile in &mut piles {
        pile.n_days = if pile.total() >= group { pile.days.len() } else { 0 };
    }
    let mut until = today - 1;
    // Groups of one hide nobody, and nothing has to be held back for their sake.
    if group > 1 {
        let late: BTreeSet<_> = n_today
            .iter()
            .filter(|&(key, n)| !live.is_covered(key, *n))
            .map(|(key, _)| key)
            .collect();
        for pile in &mut piles {
            if pile.n_days > 0 && pile.above.iter().any(|key| late.contains(key)) {
                until = until.min(pile.full_on(group) - 1);
                pile.n_days = 0;
            }
        }
        let mut under: BTreeMap<FigureKey, Vec<usize>> = BTreeMap::new();
        for (place, pile) in piles.iter().enumerate() {
            for key in &pile.above {
                under.entry(key.clone()).or_default().push(place);
            }
        }
        for places in under.values() {
            keep_a_rest(&mut piles, places, group);
        }
    }
    Chosen { groups: piles.iter().flat_map(|pile| pile.groups(group)).collect(), until }
}

/// What waits from before today, and for each figure above how many of today wait.
fn piles<'a>(
    waiting: &'a [Waiting],
    today: i64,
    root: Region,
    live: &dyn Live,
) -> (Vec<Pile<'a>>, BTreeMap<FigureKey, u64>) {
    let mut by_atom: BTreeMap<&Atom, Vec<&Waiting>> = BTreeMap::new();
    for one in waiting {
        by_atom.entry(&one.atom).or_default().push(one);
    }
    let (mut piles, mut n_today) = (Vec::new(), BTreeMap::new());
    for (atom, mut all) in by_atom {
        let above: Vec<_> = keys_of(atom, root).filter(|key| live.is_live(key)).collect();
        all.sort_by_key(|one| one.day);
        let (before, of_today): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.day < today);
        for key in &above {
            *n_today.entry(key.clone()).or_default() +=
                of_today.iter().map(|one| one.counts.total()).sum::<u64>();
        }
        let days = before.into_iter().map(|one| (one.day, one.counts)).collect();
        piles.push(Pile { atom, days, n_days: 0, above });
    }
    (piles, n_today)
}

/// Holds back, the smallest first, until a group's worth of ratings under a figure is not
/// published, or nothing is.
fn keep_a_rest(piles: &mut [Pile<'_>], under: &[usize], group: u64) {
    loop {
        let rest: u64 =
            under.iter().map(|place| piles[*place].total() - piles[*place].size()).sum();
        if rest >= group {
            return;
        }
        let published = under.iter().copied().filter(|place| piles[*place].n_days > 0);
        let Some(smallest) = published.min_by_key(|place| piles[*place].size()) else { return };
        piles[smallest].hold_back(group);
    }
}

fn month_of(day: i64) -> u32 {
    Instant::from_millis(day * DAY_MILLIS).date_in_china().month()
}

/// The figures that may move by themselves and count an atom's ratings.
fn keys_of(atom: &Atom, root: Region) -> impl Iterator<Item = FigureKey> + '_ {
    let regions = atom.region.ancestors().filter(move |region| is_top(root, *region));
    regions.flat_map(|region| {
        ["", &atom.agency].map(|agency| FigureKey { region, agency: agency.to_owned() })
    })
}

/// The figures that may move by themselves and count any of these ratings.
pub fn keys(waiting: &[Waiting], root: Region) -> BTreeSet<FigureKey> {
    waiting.iter().flat_map(|one| keys_of(&one.atom, root)).collect()
}

#[cfg(test)]
mod tests;
