//! The code by which a device becomes the pad of a window: the desk or the command line shows it,
//! somebody types it.

use haochaping_store::staff::Digest;

use crate::{
    keys::Keys,
    ports::{Rng, random},
};

/// How long a code works, in minutes.
pub const CODE_MINUTES: u64 = 10;
/// Digits of a code: with a thousand tries, one chance in a hundred thousand.
pub const CODE_DIGITS: usize = 8;

/// What the store knows a code by.
pub fn digest_of_code(keys: &Keys, window: &str, code: &str) -> Digest {
    keys.fingerprint.mac(&[b"hcp-pair-1\0", window.as_bytes(), b"\0", code.as_bytes()].concat())
}

/// A code: random digits. A byte is a little more often a low one, which takes nothing that matters
/// from 26 bits.
pub fn make_code(rng: &dyn Rng) -> String {
    random::<CODE_DIGITS>(rng).map(|byte| char::from(b'0' + byte % 10)).iter().collect()
}
