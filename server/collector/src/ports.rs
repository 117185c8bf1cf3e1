//! Time, randomness and ids: what a test replaces, and nothing else.

use haochaping::calendar::Instant;
pub use haochaping_store::random::{Rng, SystemRng, random};

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// Now, UTC.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Instant {
        let since =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A fresh UUIDv7 of this moment.
pub fn fresh_id(clock: &dyn Clock, rng: &dyn Rng) -> [u8; 16] {
    uuid_at(clock.now(), rng)
}

/// A fresh UUIDv7 of a given moment.
pub fn uuid_at(at: Instant, rng: &dyn Rng) -> [u8; 16] {
    let millis = u64::try_from(at.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random(rng)).into_uuid().into_bytes()
}

/// A random UUID, which tells nothing of its moment.
pub fn random_id(rng: &dyn Rng) -> [u8; 16] {
    uuid::Builder::from_random_bytes(random(rng)).into_uuid().into_bytes()
}
