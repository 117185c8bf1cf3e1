//! How often loops ask a distributed engine. A question that names no part goes to every shard
//! there is: where nothing was committed, what only follows from time can wait some seconds.

use std::time::{Duration, Instant};

use crate::state::App;

/// What follows from time: terms, releases, lists of what waits.
pub const OF_TERMS: Duration = Duration::from_secs(20);
/// Leaves, messages: what follows from commits of other collectors, which are heard of in between.
pub const OF_COMMITS: Duration = Duration::from_secs(5);

/// When a loop asked last, and what had been committed by then.
#[derive(Debug, Default)]
pub struct Pace {
    asked: Option<(Instant, i64)>,
}

impl Pace {
    /// Whether a loop shall ask now: always of one machine, else after a commit or when `idle` is
    /// over.
    pub fn is_due(&mut self, app: &App, idle: Duration) -> bool {
        if !app.store.is_distributed() {
            return true;
        }
        let committed = app.figures.commits();
        let is_due =
            self.asked.is_none_or(|(at, known)| known != committed || at.elapsed() >= idle);
        if is_due {
            self.asked = Some((Instant::now(), committed));
        }
        is_due
    }
}
