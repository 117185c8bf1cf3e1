//! Which waiting ratings are published today. A group is what waits of one atom, and has `group` ratings or more; so every
//! figure that is published daily is a sum of such groups, and no filter, day or difference tells one rating of a group
//! from the others.
//!
//! Figures of provinces, cities and large departments move by themselves meanwhile. Whatever lies under such a figure must
//! not be published to the last rating, or the difference would be the few that came since: what is held back under each is
//! a group too, and nothing is published under a figure that does not know of all of it yet.

use std::collections::{BTreeMap, BTreeSet};

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    region::{Region, RegionKind},
    statistics::Counts,
};

use crate::{
    config::Publication,
    store::{
        FigureKey,
        publication::{Atom, Group, Waiting},
    },
};

/// Whether the total of a region moves by itself: the root's, and all down to cities.
pub fn is_top(root: Region, region: Region) -> bool {
    region == root || (region.kind() <= RegionKind::City && root.contains(region))
}

/// From how many ratings on a figure that moves by itself may be shown anew, after it showed `shown` (`None` for never) and
/// `daily` of its ratings were published daily: one that begins to move by itself begins with a group too.
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

    /// Keeps the last day back, or everything where too few would be left.
    fn hold_back(&mut self, group: u64) {
        self.n_days = self.n_days.saturating_sub(1);
        if self.size() < group {
            self.n_days = 0;
        }
    }

    /// What is published: a group, or one for each month where each of them and what follows is a group by itself.
    fn groups(&self, group: u64) -> Vec<Group> {
        let (mut groups, mut counts, mut left) = (Vec::new(), Counts::default(), self.size());
        let taken = &self.days[..self.n_days];
        for (place, (until, of_day)) in taken.iter().enumerate() {
            counts.merge(of_day);
            left -= of_day.total();
            let ends_month = taken.get(place + 1).is_none_or(|(next, _)| month_of(*next) != month_of(*until));
            if left == 0 || (ends_month && counts.total() >= group && left >= group) {
                groups.push(Group { atom: self.atom.clone(), until: *until, counts });
                counts = Counts::default();
            }
        }
        groups
    }
}

/// The groups to publish today, the `today`-th day since 1970-01-01 in China, out of all that waits.
pub fn choose(waiting: &[Waiting], today: i64, root: Region, group: u64, live: &dyn Live) -> Vec<Group> {
    let group = group.max(1);
    let (mut piles, n_today) = piles(waiting, today, root, live);
    for pile in &mut piles {
        pile.n_days = if pile.total() >= group { pile.days.len() } else { 0 };
    }
    // Groups of one hide nobody, and nothing has to be held back for their sake.
    if group > 1 {
        let late: BTreeSet<_> =
            n_today.iter().filter(|&(key, n)| !live.is_covered(key, *n)).map(|(key, _)| key).collect();
        for pile in &mut piles {
            if pile.above.iter().any(|key| late.contains(key)) {
                pile.n_days = 0;
            }
        }
        let mut under: BTreeMap<&FigureKey, Vec<usize>> = BTreeMap::new();
        let above: Vec<_> = piles.iter().map(|pile| pile.above.clone()).collect();
        for (place, keys) in above.iter().enumerate() {
            for key in keys {
                under.entry(key).or_default().push(place);
            }
        }
        for places in under.values() {
            keep_a_rest(&mut piles, places, group);
        }
    }
    piles.iter().flat_map(|pile| pile.groups(group)).collect()
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
        let regions = atom.region.ancestors().filter(|region| is_top(root, *region));
        let keys =
            regions.flat_map(|region| [String::new(), atom.agency.clone()].map(|agency| FigureKey { region, agency }));
        let above: Vec<_> = keys.filter(|key| live.is_live(key)).collect();
        all.sort_by_key(|one| one.day);
        let (before, of_today): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.day < today);
        for key in &above {
            *n_today.entry(key.clone()).or_default() += of_today.iter().map(|one| one.counts.total()).sum::<u64>();
        }
        let days = before.into_iter().map(|one| (one.day, one.counts)).collect();
        piles.push(Pile { atom, days, n_days: 0, above });
    }
    (piles, n_today)
}

/// Holds back, the smallest first, until a group's worth of ratings under a figure is not published, or nothing is.
fn keep_a_rest(piles: &mut [Pile<'_>], under: &[usize], group: u64) {
    loop {
        let rest: u64 = under.iter().map(|place| piles[*place].total() - piles[*place].size()).sum();
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
    regions.flat_map(|region| ["", &atom.agency].map(|agency| FigureKey { region, agency: agency.to_owned() }))
}

/// The figures that may move by themselves and count any of these ratings.
pub fn keys(waiting: &[Waiting], root: Region) -> BTreeSet<FigureKey> {
    waiting.iter().flat_map(|one| keys_of(&one.atom, root)).collect()
}

#[cfg(test)]
mod tests {
    use haochaping::rating::{Channel, Provenance, SatisfactionLevel};
    use proptest::prelude::*;

    use super::*;

    /// A village, its street, two districts of one city and one of another; the root is the province.
    const REGIONS: [&str; 5] = ["321002001004", "321002001", "321003", "321012", "320106"];
    const AGENCIES: [&str; 2] = ["A", "B"];
    const ITEMS: [&str; 2] = ["", "item"];
    const GROUP: u64 = 5;
    const RULES: Publication = Publication { step: 3, group: GROUP, small: 40, rate_min: 10, word_min: 10 };
    const N_DAYS: i64 = 6;

    /// One rating: where, by whom, what, and on which day; the days are in order.
    #[derive(Clone, Debug)]
    struct Given {
        atom: Atom,
        day: i64,
        level: SatisfactionLevel,
    }

    fn given() -> impl Strategy<Value = Given> {
        (
            prop::sample::select(REGIONS.to_vec()),
            prop::sample::select(AGENCIES.to_vec()),
            prop::sample::select(ITEMS.to_vec()),
            prop::bool::weighted(0.2),
            0..N_DAYS,
            prop::sample::select(SatisfactionLevel::ALL.to_vec()),
        )
            .prop_map(|(region, agency, item, is_phone, day, level)| {
                let atom = Atom {
                    region: region.parse().unwrap(),
                    agency: agency.into(),
                    item: item.into(),
                    card: 0,
                    channel: if is_phone { Channel::Phone } else { Channel::Pc },
                    provenance: Provenance::Citizen,
                };
                Given { atom, day, level }
            })
    }

    fn root() -> Region {
        "320000".parse().unwrap()
    }

    /// The figures that move by themselves, each as the ratings it shows: a beginning of all, by their places.
    #[derive(Default)]
    struct Model {
        /// Ratings of a key that were accepted, and how many of them are shown.
        exact: BTreeMap<FigureKey, Vec<usize>>,
        shown: BTreeMap<FigureKey, usize>,
    }

    impl Model {
        fn accept(&mut self, place: usize, atom: &Atom, released: &BTreeMap<usize, i64>) {
            for key in keys_of(atom, root()) {
                self.exact.entry(key.clone()).or_default().push(place);
                let of = &self.exact[&key];
                let daily = of.iter().filter(|place| released.contains_key(place)).count() as u64;
                let shown = self.shown.get(&key).map(|n| *n as u64);
                if self.is_live(&key) && of.len() as u64 >= least_shown(shown, daily, RULES) {
                    self.shown.insert(key.clone(), of.len());
                }
            }
        }
    }

    impl Live for Model {
        fn is_live(&self, key: &FigureKey) -> bool {
            key.agency.is_empty() || self.exact.get(key).map_or(0, Vec::len) as u64 >= RULES.small
        }

        fn is_covered(&self, key: &FigureKey, n_today: u64) -> bool {
            let exact = self.exact.get(key).map_or(0, Vec::len) as u64;
            self.shown.get(key).copied().unwrap_or(0) as u64 + n_today >= exact
        }
    }

    fn waiting_of(all: &[Given], released: &BTreeMap<usize, i64>, today: i64) -> Vec<Waiting> {
        let mut sums: BTreeMap<(Atom, i64), Counts> = BTreeMap::new();
        for (place, one) in all.iter().enumerate().filter(|(_, one)| one.day <= today) {
            if !released.contains_key(&place) {
                sums.entry((one.atom.clone(), one.day)).or_default().add(one.level, 1);
            }
        }
        sums.into_iter().map(|((atom, day), counts)| Waiting { atom, day, counts }).collect()
    }

    /// What a figure that moves by itself shows beyond all that is published under it is a group or more.
    fn leaves_enough(model: &Model, released: &BTreeMap<usize, i64>) -> Result<(), TestCaseError> {
        for (key, n) in &model.shown {
            let shown: BTreeSet<_> = model.exact[key][..*n].iter().collect();
            let under: BTreeSet<_> = model.exact[key].iter().filter(|place| released.contains_key(place)).collect();
            if !under.is_empty() {
                prop_assert!(under.is_subset(&shown), "{key:?} does not know of all that is published under it");
                prop_assert!((shown.len() - under.len()) as u64 >= GROUP, "{key:?} leaves too few");
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(120))]

        /// Whatever is filtered, on whatever days, and however figures are added and subtracted: a rating that was published
        /// daily stands in every figure together with the same others, and they are a group or more. And what a figure that
        /// moves by itself shows beyond all that was published under it is a group or more.
        #[test]
        fn no_figure_or_difference_tells_one_rating_from_the_others(mut all in prop::collection::vec(given(), 0..400)) {
            all.sort_by_key(|one| one.day);
            let (mut model, mut released) = (Model::default(), BTreeMap::new());
            let mut next = 0;
            for today in 0..=N_DAYS {
                // The first half of the day comes before what is published on it, the other half after.
                let of_today: Vec<_> = (next..all.len()).filter(|place| all[*place].day <= today).collect();
                next += of_today.len();
                let (before, after) = of_today.split_at(of_today.len() / 2);
                for place in before {
                    model.accept(*place, &all[*place].atom, &released);
                }
                let known: Vec<_> = all[..next - after.len()].to_vec();
                let waiting = waiting_of(&known, &released, today);
                for group in choose(&waiting, today, root(), GROUP, &model) {
                    prop_assert!(group.counts.total() >= GROUP, "{group:?}");
                    prop_assert!(group.until < today, "today's wait for tomorrow");
                    let taken: Vec<_> = (0..known.len())
                        .filter(|p| known[*p].atom == group.atom && known[*p].day <= group.until && !released.contains_key(p))
                        .collect();
                    prop_assert_eq!(taken.len() as u64, group.counts.total(), "a group is all that waits of its atom");
                    released.extend(taken.into_iter().map(|place| (place, today)));
                }
                leaves_enough(&model, &released)?;
                for place in after {
                    model.accept(*place, &all[*place].atom, &released);
                }
                leaves_enough(&model, &released)?;
            }
            // Two ratings that agree in atom and day of publication are in the same figures of every day.
            let mut classes: BTreeMap<(&Atom, i64), u64> = BTreeMap::new();
            for (place, day) in &released {
                *classes.entry((&all[*place].atom, *day)).or_default() += 1;
            }
            prop_assert!(classes.values().all(|n| *n >= GROUP));
        }
    }

    struct Everything;

    impl Live for Everything {
        fn is_live(&self, key: &FigureKey) -> bool {
            key.agency.is_empty()
        }
        fn is_covered(&self, _: &FigureKey, _: u64) -> bool {
            true
        }
    }

    fn waits(region: &str, day: i64, n: u64) -> Waiting {
        let atom = Atom {
            region: region.parse().unwrap(),
            agency: "A".into(),
            item: String::new(),
            card: 0,
            channel: Channel::Pc,
            provenance: Provenance::Citizen,
        };
        Waiting { atom, day, counts: Counts { satisfied: n, ..Counts::default() } }
    }

    fn chosen(waiting: &[Waiting], group: u64) -> Vec<(String, i64, u64)> {
        let chosen = choose(waiting, 10, root(), group, &Everything);
        chosen.into_iter().map(|g| (g.atom.region.to_string(), g.until, g.counts.total())).collect()
    }

    #[test]
    fn what_is_too_little_waits_until_there_is_enough() {
        let waiting = [waits("321002", 8, 3), waits("321002", 9, 2), waits("321003", 9, 4), waits("321012", 9, 20)];
        let expected = [("321002".to_owned(), 9, 5), ("321012".to_owned(), 9, 20)];
        // Four of 321003 are held back for themselves; one more must be, or the city's total less the districts' is four.
        assert_eq!(chosen(&waiting, 5), expected[1..]);
        let more = [&waiting[..], &[waits("321003", 8, 3), waits("321003", 10, 9)]].concat();
        assert_eq!(chosen(&more, 5).len(), 2, "seven of 321003 are a group, and the smallest group is held back");
    }

    #[test]
    fn a_single_district_lags_by_a_day_and_not_for_ever() {
        let waiting = [waits("321002", 7, 6), waits("321002", 8, 1), waits("321002", 9, 6), waits("321002", 10, 50)];
        assert_eq!(chosen(&waiting, 5), [("321002".to_owned(), 8, 7)]);
    }

    #[test]
    fn a_group_of_one_hides_nobody_and_holds_nothing_back() {
        assert_eq!(chosen(&[waits("321002", 9, 1)], 1), [("321002".to_owned(), 9, 1)]);
    }
}
