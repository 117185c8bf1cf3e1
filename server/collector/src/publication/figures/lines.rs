//! Published lines as they were read last: they change once a day, and pages ask for them all day.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use haochaping::region::Region;
use haochaping_store::{
    SqlStore, StoreError,
    publication::{Dimension, Line},
};

/// Of how many regions and dimensions lines are kept.
const KEPT_MAX: usize = 512;

/// The lines, all of one daily publication.
#[derive(Debug, Default)]
pub struct Lines {
    state: Mutex<(u64, Kept)>,
}

type Kept = HashMap<(Region, Dimension), Arc<Vec<Line>>>;

impl Lines {
    /// The published lines of a region along a dimension, as of daily publication number
    /// `generation`.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(
        &self,
        store: &SqlStore,
        generation: u64,
        region: Region,
        by: Dimension,
    ) -> Result<Arc<Vec<Line>>, StoreError> {
        if let Some(lines) = self.kept(generation, region, by) {
            return Ok(lines);
        }
        let lines = Arc::new(store.released(region, by).await?);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Read before a publication that came meanwhile, it may not stand for it.
        if state.0 == generation {
            if state.1.len() >= KEPT_MAX {
                state.1.clear();
            }
            state.1.insert((region, by), Arc::clone(&lines));
        }
        Ok(lines)
    }

    fn kept(&self, generation: u64, region: Region, by: Dimension) -> Option<Arc<Vec<Line>>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 != generation {
            *state = (generation, HashMap::new());
        }
        state.1.get(&(region, by)).map(Arc::clone)
    }
}
