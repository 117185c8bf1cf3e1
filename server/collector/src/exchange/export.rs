//! The ratings that have come since the last export, as rows of a profile.

use std::sync::Arc;

use anyhow::{Context, Result};
use haochaping::link::{PARTS, RatingId, Receipt};
use haochaping_store::{
    SqlStore,
    exchange::{ExportQuery, Outgoing, Place},
};

use super::{Newest, Profile, Watermark};
use crate::{keys::Keys, ports::Clock};

/// An export of one moment: what is committed later is of the next.
#[derive(Debug)]
pub struct Export<'a> {
    store: &'a SqlStore,
    keys: &'a Keys,
    profile: &'a Profile,
    asked: Arc<ExportQuery>,
    first: RatingId,
    mark: Watermark,
}

impl<'a> Export<'a> {
    /// How often `progress` is called in [`Self::run`].
    pub const STEPS: u64 = PARTS as u64 * 2;

    /// Of what came since `last`; without it of everything.
    ///
    /// # Errors
    /// In one line: the store is an older one than that which was exported last, or fails.
    pub async fn begin(
        (store, keys, clock): (&'a SqlStore, &'a Keys, &dyn Clock),
        profile: &'a Profile,
        last: Option<Watermark>,
    ) -> Result<Self> {
        // First the clock, then the commits, then the ratings: whatever comes meanwhile is of the
        // next export.
        let at = clock.now().to_rfc3339();
        let until = store.slot_revisions().await?;
        if let Some(last) = &last {
            last.check_before(&until)?;
            last.check_newest(
                &store.commits_of(last.newest.values().map(Newest::key).collect()).await?,
            )?;
        }
        let first = last.as_ref().map_or([0; 16], Watermark::first_id);
        let after = last.as_ref().map(|last| last.slots.clone());
        let mark = Watermark {
            at,
            slots: until.clone(),
            newest: last.map(|last| last.newest).unwrap_or_default(),
        };
        Ok(Self {
            store,
            keys,
            profile,
            asked: Arc::new(ExportQuery { after, until }),
            first,
            mark,
        })
    }

    /// Hands every rating to `write`, a text for each head of the profile; returns how many there
    /// were, and up to where this went.
    ///
    /// # Errors
    /// Those of `write`; the store failed, or a comment cannot be opened.
    pub async fn run(
        mut self,
        write: &mut (dyn FnMut(Vec<String>) -> Result<()> + Send),
        progress: &(dyn Fn() + Sync),
    ) -> Result<(u64, Watermark)> {
        let mut n_rows = 0;
        for part in 0..PARTS {
            // Of those that were in quarantine the id says nothing of when they were let out.
            for (place, first) in [(Place::Counted, self.first), (Place::Released, [0; 16])] {
                let mut after = Some(first);
                while let Some(id) = after {
                    let page = self.store.export(Arc::clone(&self.asked), place, part, id).await?;
                    for rating in &page.ratings {
                        write(self.profile.row(rating, &self.comment_of(rating)?))?;
                        n_rows += 1;
                        if let Some(commit) = rating.commit {
                            self.mark.note(rating.part, rating.id, commit);
                        }
                    }
                    after = page.last;
                }
                progress();
            }
        }
        Ok((n_rows, self.mark))
    }

    fn comment_of(&self, rating: &Outgoing) -> Result<String> {
        let Some(sealed) = &rating.comment else { return Ok(String::new()) };
        let opened = self.keys.vault.open("rating", &rating.id, "comment", sealed);
        opened.with_context(|| {
            format!(
                "the comment of rating {} cannot be opened",
                Receipt::of(rating.part, &rating.id)
            )
        })
    }
}
