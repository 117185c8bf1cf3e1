use haochaping::rating::{Channel, Provenance, SatisfactionLevel};
use proptest::prelude::*;

use super::*;

/// A village, its street, two districts of one city and one of another; the root is the province.
const REGIONS: [&str; 5] = ["321002001004", "321002001", "321003", "321012", "320106"];
const AGENCIES: [&str; 2] = ["A", "B"];
const ITEMS: [&str; 2] = ["", "item"];
const GROUP: u64 = 5;
const RULES: Publication =
    Publication { step: 3, group: GROUP, small: 40, rate_min: 10, word_min: 10 };
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
                source: String::new(),
                is_registered: true,
                provenance: Provenance::Citizen,
            };
            Given { atom, day, level }
        })
}

fn root() -> Region {
    "320000".parse().unwrap()
}

/// The figures that move by themselves, each as the ratings it shows: a beginning of all, by their
/// places.
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

/// What a figure that moves by itself shows beyond all that is published under it is a group or
/// more.
fn leaves_enough(model: &Model, released: &BTreeMap<usize, i64>) -> Result<(), TestCaseError> {
    for (key, n) in &model.shown {
        let shown: BTreeSet<_> = model.exact[key][..*n].iter().collect();
        let under: BTreeSet<_> =
            model.exact[key].iter().filter(|place| released.contains_key(place)).collect();
        if !under.is_empty() {
            prop_assert!(
                under.is_subset(&shown),
                "{key:?} does not know of all that is published under it"
            );
            prop_assert!((shown.len() - under.len()) as u64 >= GROUP, "{key:?} leaves too few");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Whatever is filtered, on whatever days, and however figures are added and subtracted: a
    /// rating that was published daily stands in every figure together with the same others, and
    /// they are a group or more. And what a figure that moves by itself shows beyond all that was
    /// published under it is a group or more.
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
            for group in choose(&waiting, today, root(), GROUP, &model).groups {
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
        // Two ratings that agree in atom and day of publication are in the same figures of every
        // day.
        let mut classes: BTreeMap<(&Atom, i64), u64> = BTreeMap::new();
        for (place, day) in &released {
            *classes.entry((&all[*place].atom, *day)).or_default() += 1;
        }
        prop_assert!(classes.values().all(|n| *n >= GROUP));
    }
}

/// Figures that know of everything, or lag behind.
struct Known(bool);

impl Live for Known {
    fn is_live(&self, key: &FigureKey) -> bool {
        key.agency.is_empty()
    }
    fn is_covered(&self, _: &FigureKey, _: u64) -> bool {
        self.0
    }
}

fn waits(region: &str, day: i64, n: u64) -> Waiting {
    let atom = Atom {
        region: region.parse().unwrap(),
        agency: "A".into(),
        item: String::new(),
        card: 0,
        channel: Channel::Pc,
        source: String::new(),
        is_registered: true,
        provenance: Provenance::Citizen,
    };
    Waiting { atom, day, counts: Counts { satisfied: n, ..Counts::default() } }
}

fn chosen(waiting: &[Waiting], group: u64) -> Vec<(String, i64, u64)> {
    let chosen = choose(waiting, 10, root(), group, &Known(true));
    chosen
        .groups
        .into_iter()
        .map(|g| (g.atom.region.to_string(), g.until, g.counts.total()))
        .collect()
}

#[test]
fn what_is_too_little_waits_until_there_is_enough() {
    let waiting = [
        waits("321002", 8, 3),
        waits("321002", 9, 2),
        waits("321003", 9, 4),
        waits("321012", 9, 20),
    ];
    let expected = [("321002".to_owned(), 9, 5), ("321012".to_owned(), 9, 20)];
    // Four of 321003 are held back for themselves; one more must be, or the city's total less the
    // districts' is four.
    assert_eq!(chosen(&waiting, 5), expected[1..]);
    let more = [&waiting[..], &[waits("321003", 8, 3), waits("321003", 10, 9)]].concat();
    assert_eq!(
        chosen(&more, 5).len(),
        2,
        "seven of 321003 are a group, and the smallest group is held back"
    );
}

#[test]
fn a_single_district_lags_by_a_day_and_not_for_ever() {
    let waiting = [
        waits("321002", 7, 6),
        waits("321002", 8, 1),
        waits("321002", 9, 6),
        waits("321002", 10, 50),
    ];
    assert_eq!(chosen(&waiting, 5), [("321002".to_owned(), 8, 7)]);
}

#[test]
fn a_group_of_one_hides_nobody_and_holds_nothing_back() {
    assert_eq!(chosen(&[waits("321002", 9, 1)], 1), [("321002".to_owned(), 9, 1)]);
}

/// 1970-01-31 is day 30.
#[test]
fn a_month_is_filed_by_itself_where_both_are_groups() {
    let rest = waits("321012", 40, 4);
    let of = |before: u64, after: u64| {
        let waiting = [
            waits("321002", 29, before),
            waits("321002", 31, after),
            rest.clone(),
            waits("321012", 41, 30),
        ];
        let chosen = choose(&waiting, 42, root(), 5, &Known(true)).groups;
        let of_district =
            chosen.into_iter().filter(|group| group.atom.region == waiting[0].atom.region);
        of_district.map(|group| (group.until, group.counts.total())).collect::<Vec<_>>()
    };
    // The neighbour is the smaller, and is what is held back.
    assert_eq!(of(40, 50), [(29, 40), (31, 50)]);
    assert_eq!(of(40, 4), [(31, 44)], "four of February are no group by themselves");
}

#[test]
fn what_waits_for_a_figure_above_is_not_said_to_be_published() {
    let late =
        choose(&[waits("321002", 7, 3), waits("321002", 8, 9)], 10, root(), 5, &Known(false));
    assert_eq!(
        late,
        Chosen { groups: Vec::new(), until: 7 },
        "to the day before the one on which they were enough"
    );
    let few = choose(&[waits("321002", 7, 3)], 10, root(), 5, &Known(false));
    assert_eq!(few.until, 9, "three would wait anyway");
}
