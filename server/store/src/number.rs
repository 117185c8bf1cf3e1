//! Numbers that are in the order of time.

use std::sync::{
    LazyLock,
    atomic::{AtomicI64, Ordering},
};

use haochaping::calendar::Instant;

use crate::random::{Rng as _, SystemRng};

/// A number of the record or of a message, in the order of time and of its own in every process:
/// milliseconds, and a count that began at random.
pub(crate) fn number(at: Instant) -> i64 {
    const BITS: u32 = 22;
    static NEXT: LazyLock<AtomicI64> = LazyLock::new(|| {
        let mut random = [0; 4];
        SystemRng.fill(&mut random);
        AtomicI64::new(u32::from_be_bytes(random).into())
    });
    (at.millis() << BITS) | (NEXT.fetch_add(1, Ordering::Relaxed) & ((1 << BITS) - 1))
}
