//! 评价热词: in how many ratings of a month an option was chosen or a word was written. Ratings are
//! read once each, when they are published: words are counted over the same groups as every daily
//! figure. Whoever reads some takes them off the list in the transaction that adds what is in them,
//! so that any number of collectors share the work and nothing is counted twice.

pub mod cutter;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use haochaping::region::{Region, RegionKind};
use haochaping_store::{
    SqlStore, StoreError,
    publication::Dimension,
    word::{Source, Unread, WordKey},
};

use self::cutter::{Cutter, version};
use crate::{
    config::Publication,
    keys::{Keys, Vault},
    publication::figures::Figures,
};

/// Ratings read in one go.
const BATCH: u32 = 500;
/// Goes a second; what is more waits, since keys have to be re-read.
const ROUNDS_MAX: usize = 10;

/// What this process knows of the counting.
#[derive(Debug, Default)]
pub struct HotWords {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Loaded when there is something to read: the dictionary is some 30 MB.
    cutter: Option<(String, Arc<Cutter>)>,
    /// Of which daily publication, and by which rules, figures were shown last.
    shown: Option<(u64, String)>,
}

impl HotWords {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what waits, and shows the figures once everything of yesterday is read.
///
/// # Errors
/// The store's; what was read by then is counted.
pub async fn work(
    words: &HotWords,
    store: &SqlStore,
    figures: &Figures,
    rules: Publication,
    keys: &Arc<Keys>,
) -> Result<(), StoreError> {
    let (known, synonyms) = store.word_rules().await?;
    let current = version(&synonyms);
    if known != current {
        store.recount_words(&current).await?;
        tracing::info!("hot words are counted anew: their rules have changed");
    }
    // Nothing can be read that was not published since.
    let now = (figures.daily_generation(), current.clone());
    if words.state().shown.as_ref() == Some(&now) {
        return Ok(());
    }
    for _ in 0..ROUNDS_MAX {
        let unread = store.unread(BATCH).await?;
        if unread.is_empty() {
            store.show_words(rules.word_min.max(1), rules.group.max(1)).await?;
            words.state().shown = Some(now);
            return Ok(());
        }
        let cutter = cutter(words, &current, &synonyms).await?;
        let keys = Arc::clone(keys);
        let read = tokio::task::spawn_blocking(move || {
            let sums = count(&unread, &cutter, &keys.vault);
            (
                unread.into_iter().map(|one| (one.day, one.part, one.rating)).collect::<Vec<_>>(),
                sums,
            )
        });
        let (read, sums) = read.await.map_err(|error| StoreError::Failed(error.to_string()))?;
        // Another process may have read some of them, or the rules may be others by now: then the
        // next go sees.
        store.count_words(read, sums, &current).await?;
    }
    Ok(())
}

async fn cutter(
    words: &HotWords,
    current: &str,
    synonyms: &BTreeMap<String, String>,
) -> Result<Arc<Cutter>, StoreError> {
    if let Some((_, cutter)) =
        words.state().cutter.as_ref().filter(|(version, _)| version == current)
    {
        return Ok(Arc::clone(cutter));
    }
    let synonyms = synonyms.clone();
    let made = tokio::task::spawn_blocking(move || Arc::new(Cutter::new(synonyms)));
    let made = made.await.map_err(|error| StoreError::Failed(error.to_string()))?;
    words.state().cutter = Some((current.to_owned(), Arc::clone(&made)));
    Ok(made)
}

/// The sums of some ratings.
pub fn count(ratings: &[Unread], cutter: &Cutter, vault: &Vault) -> BTreeMap<WordKey, u64> {
    let mut sums = BTreeMap::new();
    for rating in ratings {
        let is_good = !rating.level.is_bad();
        let comment = rating
            .comment
            .as_ref()
            .and_then(|blob| vault.open("rating", &rating.rating, "comment", blob));
        let words = comment.map_or_else(BTreeSet::new, |text| cutter.words(&text));
        let options =
            rating.indicators.split(',').filter(|code| !code.is_empty()).map(str::to_owned);
        let found = options
            .map(|code| (Source::Option, code))
            .chain(words.into_iter().map(|word| (Source::Word, word)));
        for (source, word) in found {
            for (region, kind, value) in places(rating) {
                let month = rating.rated_at.date_in_china().month();
                let key = WordKey {
                    region,
                    kind,
                    value: value.to_owned(),
                    is_good,
                    source,
                    word: word.clone(),
                    month,
                };
                *sums.entry(key).or_default() += 1;
            }
        }
    }
    sums
}

/// Where a rating's words are counted: to the district and in all around it, in all and for its
/// department and item.
fn places(rating: &Unread) -> impl Iterator<Item = (Region, Dimension, &str)> {
    let regions = rating.region.ancestors().filter(|region| region.kind() <= RegionKind::District);
    regions.flat_map(|region| {
        let item = rating.item.as_deref().map(|item| (region, Dimension::Item, item));
        [(region, Dimension::All, ""), (region, Dimension::Agency, rating.agency.as_str())]
            .into_iter()
            .chain(item)
    })
}
