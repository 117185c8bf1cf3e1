//! The exact figures in memory: what each slot counted, and the sums over all slots.
//!
//! What this process commits is added at once. What another collector counted is taken over commit
//! by commit when its slot's revision has moved, or read again as a whole where commits between are
//! not known any more.

use std::collections::BTreeMap;

use haochaping::rating::SatisfactionLevel;
use haochaping_store::{Figure, FigureKey, Tally};

/// A figure and by how much it moved.
pub type Added = (FigureKey, Tally, i64);

/// The figures of all slots.
#[derive(Debug, Default)]
pub(super) struct Exact {
    slots: BTreeMap<i64, Slot>,
    sums: BTreeMap<FigureKey, Sum>,
}

#[derive(Debug, Default)]
struct Slot {
    /// `None` until it was read.
    revision: Option<i64>,
    counted: BTreeMap<(FigureKey, Tally), i64>,
    /// Commits that came before those between were known.
    early: BTreeMap<i64, Vec<Added>>,
}

/// A sum by tally. A slot of its own may be negative: what was in quarantine by one collector is
/// released by another.
#[derive(Clone, Copy, Debug, Default)]
struct Sum([i64; TALLIES.len()]);

const TALLIES: [Tally; 12] = [
    Tally::Counted(SatisfactionLevel::VerySatisfied),
    Tally::Counted(SatisfactionLevel::Satisfied),
    Tally::Counted(SatisfactionLevel::BasicallySatisfied),
    Tally::Counted(SatisfactionLevel::Dissatisfied),
    Tally::Counted(SatisfactionLevel::VeryDissatisfied),
    Tally::Quarantined,
    Tally::Excluded,
    Tally::Imported,
    Tally::Default,
    Tally::Probe,
    Tally::Unregistered,
    Tally::Service,
];

impl Sum {
    fn figure(&self) -> Figure {
        let mut figure = Figure::default();
        for (tally, n) in TALLIES.into_iter().zip(self.0) {
            figure.add(tally, n.max(0));
        }
        figure
    }
}

impl Exact {
    /// The last commit of a slot that is counted in; `None` until the slot was read.
    pub(super) fn revision(&self, slot: i64) -> Option<i64> {
        self.slots.get(&slot).and_then(|known| known.revision)
    }

    /// Takes over what a commit added, in the order of the slot's revisions.
    pub(super) fn add(&mut self, slot: i64, revision: i64, added: &[Added]) {
        let of_slot = self.slots.entry(slot).or_default();
        if of_slot.revision.is_none_or(|known| known < revision) {
            of_slot.early.insert(revision, added.to_vec());
        }
        self.catch_up(slot);
    }

    fn catch_up(&mut self, slot: i64) {
        let Some(Slot { revision: Some(revision), counted, early }) = self.slots.get_mut(&slot)
        else {
            return;
        };
        early.retain(|of, _| *of > *revision);
        while let Some(added) = early.remove(&(*revision + 1)) {
            *revision += 1;
            for (key, tally, n) in added {
                add(&mut self.sums, &key, tally, n);
                *counted.entry((key, tally)).or_default() += n;
            }
        }
    }

    /// Whether the store has more of a slot than is known here.
    pub(super) fn is_behind(&self, slot: i64, revision: i64) -> bool {
        self.revision(slot).is_none_or(|known| known < revision)
    }

    /// How many commits are counted in, over all slots.
    pub(super) fn commits(&self) -> i64 {
        self.slots.values().filter_map(|slot| slot.revision).sum()
    }

    /// Whether everything that this process knows to be committed is counted in.
    pub(super) fn is_whole(&self) -> bool {
        self.slots.values().all(|slot| slot.revision.is_some() && slot.early.is_empty())
    }

    /// Takes over a slot as it was read from the store.
    pub(super) fn load(&mut self, slot: i64, revision: i64, figures: Vec<Added>) {
        let of_slot = self.slots.entry(slot).or_default();
        // A commit of this process may have been added meanwhile; then the older snapshot is left
        // alone.
        if of_slot.revision.is_some_and(|known| known >= revision) {
            return;
        }
        for ((key, tally), n) in std::mem::take(&mut of_slot.counted) {
            add(&mut self.sums, &key, tally, -n);
        }
        for (key, tally, n) in figures {
            add(&mut self.sums, &key, tally, n);
            of_slot.counted.insert((key, tally), n);
        }
        of_slot.revision = Some(revision);
        self.catch_up(slot);
    }

    /// A figure.
    pub(super) fn get(&self, key: &FigureKey) -> Option<Figure> {
        self.sums.get(key).map(Sum::figure)
    }

    /// Every figure.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&FigureKey, Figure)> {
        self.sums.iter().map(|(key, sum)| (key, sum.figure()))
    }
}

fn add(sums: &mut BTreeMap<FigureKey, Sum>, key: &FigureKey, tally: Tally, n: i64) {
    let Some(place) = TALLIES.iter().position(|one| *one == tally) else { return };
    if let Some(sum) = sums.get_mut(key) {
        sum.0[place] += n;
    } else {
        sums.entry(key.clone()).or_default().0[place] += n;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> FigureKey {
        FigureKey { region: "320000".parse().unwrap(), agency: String::new() }
    }

    fn one(n: i64) -> Vec<Added> {
        vec![(key(), Tally::Quarantined, n)]
    }

    #[test]
    fn what_one_slot_added_and_another_took_away_is_nothing() {
        let mut exact = Exact::default();
        exact.load(2, 1, one(-1));
        assert_eq!(exact.get(&key()).unwrap().n_quarantined, 0);
        exact.load(0, 1, one(3));
        assert_eq!(exact.get(&key()).unwrap().n_quarantined, 2);
        exact.load(2, 2, one(-2));
        assert_eq!(exact.get(&key()).unwrap().n_quarantined, 1);
    }

    proptest! {
        /// In whatever order commits become known, and whenever the slot is read beside them, each
        /// counts once.
        #[test]
        fn each_commit_counts_once(
            order in Just((1..=20_i64).collect::<Vec<_>>()).prop_shuffle(),
            reads in proptest::collection::vec((0..20_usize, 0..=20_i64), 0..6),
        ) {
            let mut exact = Exact::default();
            for (n, revision) in order.iter().enumerate() {
                for (_, read) in reads.iter().filter(|(at, _)| *at == n) {
                    exact.load(0, *read, one(*read));
                }
                exact.add(0, *revision, &one(1));
            }
            exact.load(0, 0, Vec::new());
            prop_assert!(exact.is_whole());
            prop_assert_eq!(exact.get(&key()).unwrap().n_quarantined, 20);
            prop_assert!(!exact.is_behind(0, 20));
        }
    }
}
