//! Random moments that can be repeated.

use std::hash::{BuildHasher, RandomState};

/// SplitMix64: the moments of a run follow from its printed seed.
pub(crate) struct Moments(u64);

impl Moments {
    pub(crate) fn new(what: &str) -> Self {
        let seed = std::env::var("HAOCHAPING_TEST_SEED")
            .ok()
            .map(|text| text.parse().expect("a seed is a number"));
        let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(what));
        println!("{what}: HAOCHAPING_TEST_SEED={seed}");
        Self(seed)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}
