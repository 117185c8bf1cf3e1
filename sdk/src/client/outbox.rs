//! The rules of an outbox: what a device keeps until the collector has it. The element's
//! `outbox.js` is held to the same numbers.

use serde::{Deserialize, Serialize};

/// The most ratings that are written down at a time; a further one is sent all the same.
pub const MAX_ENTRIES: usize = 20;
/// How long one is kept that cannot be sent, in milliseconds: the collector takes none of a link
/// that ended earlier.
pub const MAX_AGE_MILLIS: f64 = 72.0 * 3_600_000.0;
/// However far the device's clock jumps between two tries, no more time was seen to pass, in
/// milliseconds.
const MAX_STEP_MILLIS: f64 = 24.0 * 3_600_000.0;
/// And nothing is given up before it was tried so often.
const MIN_TRIES: u32 = 5;
const FIRST_LIMIT_MILLIS: u32 = 8_000;
const LONGEST_WAIT_MILLIS: f64 = 60_000.0;

/// How long a rating was seen to wait: clocks of devices jump by days, and nothing is given up for
/// that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Waited {
    /// When it was tried last, in milliseconds since 1970 by the device's clock; 0 before the first
    /// try.
    pub seen: f64,
    /// How much time was seen to pass, in milliseconds.
    pub spent: f64,
    /// How often it was tried.
    pub tries: u32,
}

impl Waited {
    /// Counts a try at `now` of what was submitted at `at`, both in milliseconds since 1970;
    /// whether it was the last.
    pub fn count(&mut self, at: f64, now: f64) -> bool {
        let since = [self.seen, at].into_iter().find(|since| *since != 0.0).unwrap_or(now);
        self.seen = now;
        self.spent += (now - since).clamp(0.0, MAX_STEP_MILLIS);
        self.tries += 1;
        self.spent > MAX_AGE_MILLIS && self.tries >= MIN_TRIES
    }
}

/// How long an answer is waited for, in milliseconds, after `n_tries` tries: a slow network gets
/// longer each time. What was cut off may have arrived, and the same key finds it again.
pub fn request_limit(n_tries: u32) -> u32 {
    FIRST_LIMIT_MILLIS << n_tries.min(3)
}

/// How long to wait before the next try, in milliseconds, after `n_tries` tries: not less than the
/// collector asks for, and drawn by `jitter` (0 to 1) from all of a range, so that a hall full of
/// phones does not come back at once.
pub fn wait(n_tries: u32, asked_millis: f64, jitter: f64) -> f64 {
    let ceiling = f64::from(1_000_u32 << n_tries.min(6)).min(LONGEST_WAIT_MILLIS);
    asked_millis.max(jitter.clamp(0.0, 1.0) * ceiling)
}
