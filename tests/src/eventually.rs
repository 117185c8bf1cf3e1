//! Waiting for what is late by a known measure.

use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_mins(1);

/// Asks again until the answer fits: what the collector re-reads once a second is late by that much
/// and no more.
///
/// # Panics
/// If it does not fit within a minute: a bound for a machine that does something else, not a claim
/// about how late it is.
#[track_caller]
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within {LIMIT:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
