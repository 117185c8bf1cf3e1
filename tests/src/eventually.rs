//! Waiting for what is late by a known measure.

use std::time::{Duration, Instant};

/// Asks again until the answer fits: what the collector re-reads once a second is late by that much and no more.
///
/// # Panics
/// If it does not fit within 15 seconds.
#[track_caller]
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(15);
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within 15 seconds");
        std::thread::sleep(Duration::from_millis(20));
    }
}
