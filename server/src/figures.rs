//! The figures behind public pages: an exact copy in memory of the counters, and what of it has been published.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use haochaping::{calendar::Instant, region::Region, statistics::Counts};

use crate::store::{Figure, FigureKey, Store, StoreError, Tally};

/// The figures in memory. Public pages see only [`Figures::published`].
#[derive(Debug)]
pub struct Figures {
    /// How many new ratings move a published figure.
    step: u64,
    state: Mutex<State>,
}

/// Ratings that are kept and do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// Not yet.
    pub quarantined: u64,
    /// Left out for good.
    pub excluded: u64,
    /// Tests.
    pub probes: u64,
}

#[derive(Debug)]
struct State {
    /// The revision of the counters that `exact` agrees with; `None` when it has fallen behind and must be reloaded.
    revision: Option<i64>,
    exact: BTreeMap<FigureKey, Figure>,
    published: BTreeMap<FigureKey, Counts>,
    as_of: Instant,
}

impl Figures {
    /// Empty figures, which [`Self::refresh`] fills.
    pub fn new(step: u64) -> Self {
        let state = State {
            revision: None,
            exact: BTreeMap::new(),
            published: BTreeMap::new(),
            as_of: Instant::from_millis(0),
        };
        Self { step: step.max(1), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what a commit added, if no other commit came between; else the copy waits for [`Self::refresh`].
    pub fn add(&self, revision: i64, added: &[(FigureKey, Tally, i64)]) {
        let mut state = self.state();
        // A batch that was halved raised the revision more than once; reloading is always right.
        if state.revision != Some(revision - 1) {
            state.revision = None;
            return;
        }
        state.revision = Some(revision);
        for (key, tally, n) in added {
            state.exact.entry(key.clone()).or_default().add(*tally, *n);
        }
    }

    /// Reads what was published before, once at the start.
    pub async fn load_published(&self, store: &dyn Store) -> Result<(), StoreError> {
        let published = store.published().await?;
        self.state().published = published;
        Ok(())
    }

    /// Brings the copy up to the store, and publishes every figure that has moved by a step. On disk first: what a
    /// reader has seen must not be taken back by a restart.
    pub async fn refresh(&self, store: &dyn Store, now: Instant) -> Result<(), StoreError> {
        let revision = store.slot_revision().await?;
        let is_behind = self.state().revision.is_none_or(|known| known < revision);
        if is_behind {
            let (revision, exact) = store.figures().await?;
            let mut state = self.state();
            // A commit of this process may have been added meanwhile; then the older snapshot is left alone.
            if state.revision.is_none_or(|known| known <= revision) {
                (state.revision, state.exact) = (Some(revision), exact);
            }
        }
        let moved = self.moved();
        if !moved.is_empty() {
            store.publish(moved.clone()).await?;
        }
        let mut state = self.state();
        state.published.extend(moved);
        state.as_of = now;
        Ok(())
    }

    fn moved(&self) -> Vec<(FigureKey, Counts)> {
        let state = self.state();
        let has_moved = |(key, figure): &(&FigureKey, &Figure)| {
            figure.counts.total() >= state.published.get(*key).map_or(0, Counts::total) + self.step
        };
        state.exact.iter().filter(has_moved).map(|(key, figure)| (key.clone(), figure.counts)).collect()
    }

    /// A published figure and as of when it holds.
    pub fn published(&self, region: Region, agency: &str) -> (Counts, Instant) {
        let state = self.state();
        let counts = state.published.get(&FigureKey { region, agency: agency.to_owned() }).copied().unwrap_or_default();
        (counts, state.as_of)
    }

    /// What does not count. It says no level, so it waits for no step.
    pub fn aside(&self, region: Region, agency: &str) -> Aside {
        let state = self.state();
        let figure = state.exact.get(&FigureKey { region, agency: agency.to_owned() });
        figure.map_or_else(Aside::default, |figure| Aside {
            quarantined: figure.n_quarantined,
            excluded: figure.n_excluded,
            probes: figure.n_probes,
        })
    }

    /// The agencies with a published figure in a region, with it.
    pub fn published_agencies(&self, region: Region) -> Vec<(String, Counts)> {
        let from = FigureKey { region, agency: String::new() };
        let state = self.state();
        let of_region = state.published.range(from..).take_while(|(key, _)| key.region == region);
        of_region.filter(|(key, _)| !key.agency.is_empty()).map(|(key, counts)| (key.agency.clone(), *counts)).collect()
    }

    /// The regions below district level, directly in `region`, with a published figure.
    pub fn published_children(&self, region: Region) -> Vec<Region> {
        let state = self.state();
        let children =
            state.published.keys().filter(|key| key.agency.is_empty() && key.region.parent() == Some(region));
        children.map(|key| key.region).collect()
    }
}

#[cfg(test)]
mod tests {
    use haochaping::rating::SatisfactionLevel;

    use super::*;

    fn satisfied(n: i64) -> (FigureKey, Tally, i64) {
        (key("320000"), Tally::Counted(SatisfactionLevel::Satisfied), n)
    }

    fn key(code: &str) -> FigureKey {
        FigureKey { region: code.parse().unwrap(), agency: String::new() }
    }

    fn ready(step: u64) -> Figures {
        let figures = Figures::new(step);
        figures.state().revision = Some(0);
        figures
    }

    #[test]
    fn a_figure_moves_only_after_a_step_of_new_ratings() {
        let figures = ready(5);
        for revision in 1..=4 {
            figures.add(revision, &[satisfied(1)]);
        }
        assert!(figures.moved().is_empty());
        figures.add(5, &[(key("320000"), Tally::Counted(SatisfactionLevel::Dissatisfied), 1)]);
        let moved = figures.moved();
        assert_eq!(moved.len(), 1);
        assert_eq!((moved[0].1.satisfied, moved[0].1.dissatisfied), (4, 1));
    }

    #[test]
    fn a_gap_in_revisions_makes_it_reload() {
        let figures = ready(1);
        figures.add(2, &[satisfied(1)]);
        assert_eq!(figures.state().revision, None);
        assert!(figures.moved().is_empty(), "a count that may miss something is not shown");
    }
}
