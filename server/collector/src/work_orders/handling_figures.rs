//! How bad ratings were worked, as the public pages show it. Computed from the orders themselves a
//! few seconds after one moved; a figure moves only after a step, so that nobody reads a single
//! person's order from it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use haochaping::{calendar::Instant, region::Region, statistics::Handling};
use haochaping_store::{FigureKey, SqlStore, StoreError};

use crate::{config::Publication, publication::figures::Figures};

/// Not computed again before this.
const INTERVAL_MILLIS: i64 = 5_000;
/// Computed again after this although no order moved: terms end by themselves.
const IDLE_MILLIS: i64 = 60_000;

/// The published handling.
#[derive(Debug, Default)]
pub struct HandlingFigures {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    published: BTreeMap<FigureKey, Handling>,
    /// When it was computed, and of which change.
    computed: Option<(Instant, i64)>,
    /// Of which day, and of which daily publication, the rest was computed.
    of_day: Option<(i64, u64)>,
}

impl HandlingFigures {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what was published before, or by another collector.
    ///
    /// # Errors
    /// The store's.
    pub async fn load_published(&self, store: &SqlStore) -> Result<(), StoreError> {
        let published = store.published_handling().await?;
        self.state().published = published;
        Ok(())
    }

    /// Computes the figures if orders moved, and publishes those that moved by a step; where
    /// ratings are published daily, of the published ones alone, once a day and by a group. On disk
    /// first.
    ///
    /// # Errors
    /// The store's.
    pub async fn refresh(
        &self,
        store: &SqlStore,
        figures: &Figures,
        rules: Publication,
        now: Instant,
    ) -> Result<(), StoreError> {
        let day = (now.day_in_china(), figures.daily_generation());
        if self.state().of_day != Some(day) {
            let mut exact = around(&store.handled_of_released(now).await?);
            exact.retain(|key, _| !figures.moves_by_itself(key));
            self.publish(store, exact, rules.group).await?;
            self.state().of_day = Some(day);
        }
        let change = store.last_change().await?;
        let computed = self.state().computed;
        let is_fresh = computed.is_some_and(|(at, of)| {
            let age = now.millis() - at.millis();
            age < INTERVAL_MILLIS || (of == change && age < IDLE_MILLIS)
        });
        if is_fresh {
            return Ok(());
        }
        let all = store
            .handled(Instant::from_millis(i64::MIN), Instant::from_millis(i64::MAX), now)
            .await?;
        let mut exact = around(&all);
        exact.retain(|key, _| figures.moves_by_itself(key));
        self.publish(store, exact, rules.step).await?;
        self.state().computed = Some((now, change));
        Ok(())
    }

    async fn publish(
        &self,
        store: &SqlStore,
        exact: BTreeMap<FigureKey, Handling>,
        step: u64,
    ) -> Result<(), StoreError> {
        let moved = self.moved(exact, step.max(1));
        if !moved.is_empty() {
            if store.publish_handling(moved.clone()).await? {
                self.state().published.extend(moved.into_iter().map(|(key, now, _)| (key, now)));
            } else {
                // Another collector was quicker: what it published is what the next step is counted
                // from.
                self.load_published(store).await?;
            }
        }
        Ok(())
    }

    fn moved(
        &self,
        exact: BTreeMap<FigureKey, Handling>,
        step: u64,
    ) -> Vec<(FigureKey, Handling, Option<Handling>)> {
        let state = self.state();
        let known = exact.into_iter().map(|(key, now)| {
            let before = state.published.get(&key).copied();
            (key, now, before)
        });
        known
            .filter(|(_, now, before)| now.has_moved_by(step, &before.unwrap_or_default()))
            .collect()
    }

    /// A published figure.
    pub fn published(&self, region: Region, agency: &str) -> Handling {
        let key = FigureKey { region, agency: agency.to_owned() };
        self.state().published.get(&key).copied().unwrap_or_default()
    }
}

/// Each figure in its region and all around it, for its agency and for all.
pub fn around(of: &BTreeMap<FigureKey, Handling>) -> BTreeMap<FigureKey, Handling> {
    let mut sums: BTreeMap<FigureKey, Handling> = BTreeMap::new();
    for (key, handling) in of {
        for region in key.region.ancestors() {
            for agency in ["", &key.agency] {
                sums.entry(FigureKey { region, agency: agency.to_owned() })
                    .or_default()
                    .merge(handling);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(region: &str, agency: &str) -> FigureKey {
        FigureKey { region: region.parse().unwrap(), agency: agency.into() }
    }

    #[test]
    fn an_order_shows_in_every_region_around_it_once() {
        let one = Handling { bad: 1, answered: 1, ..Handling::default() };
        let sums = around(&BTreeMap::from([(key("321002", "A"), one), (key("321003", "B"), one)]));
        assert_eq!(sums[&key("321000", "")].bad, 2);
        assert_eq!(sums[&key("000000", "A")].answered, 1);
        assert_eq!(sums[&key("321002", "")], one);
    }

    #[test]
    fn a_figure_moves_only_after_a_step() {
        let handled = HandlingFigures::default();
        let of = |bad, answered| {
            BTreeMap::from([(key("321002", ""), Handling { bad, answered, ..Handling::default() })])
        };
        assert!(handled.moved(of(4, 0), 5).is_empty());
        assert!(
            handled.moved(of(6, 2), 5).is_empty(),
            "two answers would show beside six that came"
        );
        assert_eq!(handled.moved(of(6, 0), 5).len(), 1);
        handled.state().published = of(6, 0);
        assert!(
            handled.moved(of(7, 5), 5).is_empty(),
            "nor does one that came show beside five answers"
        );
        assert_eq!(handled.moved(of(6, 5), 5).len(), 1);
    }
}
