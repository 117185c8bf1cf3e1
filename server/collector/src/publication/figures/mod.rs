//! The figures behind public pages: an exact copy in memory of the counters, and what of it has
//! been published.

mod exact;
pub mod lines;
pub mod release;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    region::Region,
    statistics::{Counts, rate},
};
use haochaping_store::{
    Counted, Figure, FigureKey, Published, SqlStore, StoreError, publication::Waiting,
};

pub use self::exact::Added;
use self::{
    exact::Exact,
    release::{Live, is_top},
};
use crate::config::Publication;

/// How long until a day's publication is tried again, where a figure above did not know of all
/// ratings yet.
const RETRY_MILLIS: i64 = 600_000;

/// The figures in memory. Public pages see only [`Figures::shown`].
#[derive(Debug)]
pub struct Figures {
    rules: Publication,
    root: Region,
    state: Mutex<State>,
}

/// Ratings that are kept and do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExcludedCounts {
    /// Not yet.
    pub quarantined: u64,
    /// Left out for good.
    pub excluded: u64,
    /// History that was brought over.
    pub imported: u64,
    /// Filled in where nobody rated.
    pub defaults: u64,
    /// Tests.
    pub probes: u64,
}

/// A figure as everybody may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The ratings.
    pub counts: Counts,
    /// 主动评价率: rated services of all that can be rated, as part and whole.
    pub participation: (u64, u64),
    /// As of when.
    pub as_of: Instant,
    /// Whether it moves by itself, or once a day.
    pub is_live: bool,
}

#[derive(Debug, Default)]
struct State {
    exact: Exact,
    /// What moves by itself.
    live: BTreeMap<FigureKey, Published>,
    /// What is published once a day.
    daily: BTreeMap<FigureKey, Published>,
    as_of: Instant,
    /// When publishing of the day was tried last, and to the end of which day it went.
    tried_at: Option<Instant>,
    daily_until: Option<Instant>,
    /// Raised whenever a page may look different, and whenever daily figures do.
    generation: u64,
    daily_generation: u64,
}

impl Figures {
    /// Empty figures, which [`Self::refresh`] fills.
    pub fn new(rules: Publication, root: Region) -> Self {
        let rules = Publication { step: rules.step.max(1), ..rules };
        Self { rules, root, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what a commit of this process added; what it misses is read by [`Self::refresh`].
    pub fn add(&self, Counted { slot, revision, added }: &Counted) {
        self.state().exact.add(*slot, *revision, added);
    }

    /// A number that grows with every commit that this process knows of, its own and others'.
    pub fn commits(&self) -> i64 {
        self.state().exact.commits()
    }

    /// Reads what was published before, once at the start.
    pub async fn load_published(&self, store: &SqlStore) -> Result<(), StoreError> {
        self.load_live(store).await?;
        self.load_daily(store).await
    }

    /// Reads what moves by itself as it was published last, by this or another collector.
    pub async fn load_live(&self, store: &SqlStore) -> Result<(), StoreError> {
        let live = store.published().await?;
        let mut state = self.state();
        state.live = live;
        state.generation += 1;
        Ok(())
    }

    /// Reads what was published daily, after this or another collector has published.
    pub async fn load_daily(&self, store: &SqlStore) -> Result<(), StoreError> {
        let daily = store.daily().await?;
        let mut state = self.state();
        state.daily = daily;
        state.generation += 1;
        state.daily_generation += 1;
        Ok(())
    }

    fn is_behind(&self, slot: i64, revision: i64) -> bool {
        self.state().exact.is_behind(slot, revision)
    }

    /// Takes over the commits of a slot up to a revision, or else the whole slot.
    async fn catch_up(&self, store: &SqlStore, slot: i64, revision: i64) -> Result<(), StoreError> {
        let known = self.state().exact.revision(slot);
        if let Some(known) = known {
            for counted in store.counted_since(slot, known).await? {
                self.add(&counted);
            }
        }
        if self.is_behind(slot, revision) {
            let (revision, figures) = store.figures(slot).await?;
            self.state().exact.load(slot, revision, figures);
        }
        Ok(())
    }

    /// Brings the copy up to the store, and publishes every figure that has moved by a step. On
    /// disk first: what a reader has seen must not be taken back by a restart.
    pub async fn refresh(&self, store: &SqlStore, now: Instant) -> Result<(), StoreError> {
        for (slot, revision) in store.slot_revisions().await? {
            if self.is_behind(slot, revision) {
                self.catch_up(store, slot, revision).await?;
            }
        }
        if store.unwritable().is_some() {
            return Ok(());
        }
        let moved = self.moved();
        if !moved.is_empty() && !store.publish(moved.clone()).await? {
            // Another collector was quicker: what it published is what the next step is counted
            // from.
            self.load_live(store).await?;
            return Ok(());
        }
        let moved = moved.into_iter().map(|(key, published, _)| (key, published));
        {
            let mut state = self.state();
            state.live.extend(moved);
            state.as_of = now;
            state.generation += 1;
        }
        self.publish_day(store, now).await
    }

    /// Publishes what is due of the figures that move once a day.
    async fn publish_day(&self, store: &SqlStore, now: Instant) -> Result<(), StoreError> {
        let today = now.day_in_china();
        let is_due = self.state().tried_at.is_none_or(|at| {
            at.day_in_china() != today || now.millis() - at.millis() >= RETRY_MILLIS
        });
        if !is_due {
            return Ok(());
        }
        let waiting = store.waiting_ratings().await?;
        let Some(live) = self.snapshot(&waiting) else { return Ok(()) };
        let (root, group) = (self.root, self.rules.group);
        let chosen = tokio::task::spawn_blocking(move || {
            release::choose(&waiting, today, root, group, &live)
        });
        let chosen = chosen.await.map_err(|error| StoreError::Failed(error.to_string()))?;
        if !chosen.groups.is_empty() {
            store.release(chosen.groups).await?;
            self.load_daily(store).await?;
        }
        let mut state = self.state();
        state.tried_at = Some(now);
        state.daily_until =
            Some(Instant::from_millis(chosen.until * DAY_MILLIS).date_in_china().end_in_china());
        Ok(())
    }

    /// What the daily publication has to know of the figures that count these ratings and move by
    /// themselves; `None` while the copy has fallen behind the store.
    fn snapshot(&self, waiting: &[Waiting]) -> Option<Snapshot> {
        let keys = release::keys(waiting, self.root);
        let state = self.state();
        if !state.exact.is_whole() {
            return None;
        }
        let total = |of: Option<Counts>| of.map_or(0, |counts| counts.total());
        let live = keys.into_iter().filter(|key| self.is_live(&state, key)).map(|key| {
            let exact = total(state.exact.get(&key).map(|figure| figure.counts));
            let shown = total(state.live.get(&key).map(|published| published.counts));
            (key, (exact, shown))
        });
        Some(Snapshot(live.collect()))
    }

    /// What has moved by a step, with what stood before.
    fn moved(&self) -> Vec<(FigureKey, Published, Option<Published>)> {
        let state = self.state();
        let has_moved = |(key, figure): &(&FigureKey, Figure)| {
            if !is_top(self.root, key.region) {
                return false;
            }
            let n = |of: &BTreeMap<FigureKey, Published>| {
                of.get(*key).map(|published| published.counts.total())
            };
            let least =
                release::least_shown(n(&state.live), n(&state.daily).unwrap_or(0), self.rules);
            self.is_live(&state, key) && figure.counts.total() >= least
        };
        let moved = state.exact.iter().filter(has_moved);
        let before = |key| state.live.get(key).copied();
        moved
            .map(|(key, f)| {
                (
                    key.clone(),
                    Published { counts: f.counts, n_unregistered: f.n_unregistered },
                    before(key),
                )
            })
            .collect()
    }

    /// Whether a figure moves by itself: totals of the root, of provinces and of cities, and there
    /// departments that are not small, or no longer.
    fn is_live(&self, state: &State, key: &FigureKey) -> bool {
        let n = |key| state.exact.get(key).map_or(0, |figure| figure.counts.total());
        is_top(self.root, key.region)
            && (key.agency.is_empty() || state.live.contains_key(key) || n(key) >= self.rules.small)
    }

    /// A figure as it was published last.
    pub fn shown(&self, region: Region, agency: &str) -> Shown {
        let (key, state) = (FigureKey { region, agency: agency.to_owned() }, self.state());
        let is_live = self.is_live(&state, &key);
        // What is large by now and has not moved yet is still shown as it was published daily.
        let live = state.live.get(&key).filter(|_| is_live);
        let Published { counts, n_unregistered } =
            live.or_else(|| state.daily.get(&key)).copied().unwrap_or_default();
        let n_services = state.exact.get(&key).map_or(0, |figure| figure.n_services);
        let as_of = if is_live { state.as_of } else { state.daily_until.unwrap_or_default() };
        Shown {
            counts,
            participation: (counts.total().saturating_sub(n_unregistered), n_services),
            as_of,
            is_live,
        }
    }

    /// A rate as everybody may see it; `None` below the number from which on rates are shown.
    pub fn rate(&self, part: u64, whole: u64) -> Option<f64> {
        rate(part, whole).filter(|_| whole >= self.rules.rate_min)
    }

    /// Whether a figure moves by itself.
    pub fn moves_by_itself(&self, key: &FigureKey) -> bool {
        self.is_live(&self.state(), key)
    }

    /// A number that changes whenever a page may look different.
    pub fn generation(&self) -> u64 {
        self.state().generation
    }

    /// A number that changes whenever daily figures were published.
    pub fn daily_generation(&self) -> u64 {
        self.state().daily_generation
    }

    /// As of when daily figures are.
    pub fn daily_as_of(&self) -> Instant {
        self.state().daily_until.unwrap_or_default()
    }

    /// What does not count. It says no level, so it waits for no step.
    pub fn excluded_counts(&self, region: Region, agency: &str) -> ExcludedCounts {
        let state = self.state();
        let figure = state.exact.get(&FigureKey { region, agency: agency.to_owned() });
        figure.map_or_else(ExcludedCounts::default, |figure| ExcludedCounts {
            quarantined: figure.n_quarantined,
            excluded: figure.n_excluded,
            imported: figure.n_imported,
            defaults: figure.n_defaults,
            probes: figure.n_probes,
        })
    }

    /// Whether a region has a published figure.
    pub fn has_region(&self, region: Region) -> bool {
        let (key, state) = (FigureKey { region, agency: String::new() }, self.state());
        state.live.contains_key(&key) || state.daily.contains_key(&key)
    }

    /// Whether a department has a published figure in a region.
    pub fn has_agency(&self, region: Region, agency: &str) -> bool {
        let (key, state) = (FigureKey { region, agency: agency.to_owned() }, self.state());
        state.live.contains_key(&key) || state.daily.contains_key(&key)
    }

    /// The agencies with a published figure in a region.
    pub fn agencies(&self, region: Region) -> BTreeSet<String> {
        let from = FigureKey { region, agency: String::new() };
        let state = self.state();
        let of = |published: &BTreeMap<FigureKey, Published>| {
            let keys = published
                .range(from.clone()..)
                .map(|(key, _)| key)
                .take_while(|key| key.region == region);
            keys.filter(|key| !key.agency.is_empty())
                .map(|key| key.agency.clone())
                .collect::<Vec<_>>()
        };
        of(&state.live).into_iter().chain(of(&state.daily)).collect()
    }

    /// The regions directly in `region` with a published figure.
    pub fn children(&self, region: Region) -> BTreeSet<Region> {
        let state = self.state();
        let keys = state.live.keys().chain(state.daily.keys());
        keys.filter(|key| key.agency.is_empty() && key.region.parent() == Some(region))
            .map(|key| key.region)
            .collect()
    }
}

/// The figures that move by themselves: how many ratings they have, and how many they show.
struct Snapshot(BTreeMap<FigureKey, (u64, u64)>);

impl Live for Snapshot {
    fn is_live(&self, key: &FigureKey) -> bool {
        self.0.contains_key(key)
    }

    fn is_covered(&self, key: &FigureKey, n_today: u64) -> bool {
        self.0.get(key).is_none_or(|(exact, shown)| shown + n_today >= *exact)
    }
}

#[cfg(test)]
mod tests {
    use haochaping::rating::SatisfactionLevel;

    use super::*;
    use haochaping_store::Tally;

    fn satisfied(n: i64) -> (FigureKey, Tally, i64) {
        (key("320000"), Tally::Counted(SatisfactionLevel::Satisfied), n)
    }

    fn key(code: &str) -> FigureKey {
        FigureKey { region: code.parse().unwrap(), agency: String::new() }
    }

    fn ready(step: u64) -> Figures {
        let figures = Figures::new(Publication { step, ..Publication::USUAL }, Region::COUNTRY);
        figures.state().exact.load(0, 0, Vec::new());
        figures
    }

    fn counted(revision: i64, added: Added) -> Counted {
        Counted { slot: 0, revision, added: vec![added] }
    }

    #[test]
    fn a_figure_moves_only_after_a_step_of_new_ratings() {
        let figures = ready(5);
        for revision in 1..=4 {
            figures.add(&counted(revision, satisfied(1)));
        }
        assert!(figures.moved().is_empty());
        figures
            .add(&counted(5, (key("320000"), Tally::Counted(SatisfactionLevel::Dissatisfied), 1)));
        let moved = figures.moved();
        assert_eq!(moved.len(), 1);
        assert_eq!((moved[0].1.counts.satisfied, moved[0].1.counts.dissatisfied), (4, 1));
    }

    #[test]
    fn a_count_that_may_miss_something_is_not_shown() {
        let figures = ready(1);
        figures.add(&counted(2, satisfied(1)));
        assert!(figures.moved().is_empty());
        figures.state().exact.load(0, 2, vec![satisfied(2)]);
        assert_eq!(figures.moved()[0].1.counts.satisfied, 2);
    }
}
