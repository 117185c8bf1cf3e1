use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A 256-bit key for HMAC-SHA256. Its bytes are never printed.
#[derive(Clone)]
pub struct MacKey([u8; 32]);

impl core::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MacKey(…)")
    }
}

impl MacKey {
    /// A key of 32 random bytes, which the caller brings.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The first `N` bytes of HMAC-SHA256 over `message`, `N` ≤ 32.
    pub fn mac<const N: usize>(&self, message: &[u8]) -> [u8; N] {
        let full = self.hmac(message).finalize().into_bytes();
        core::array::from_fn(|i| full[i])
    }

    /// Whether `mac` is the start of the MAC over `message`, compared in constant time.
    pub fn verifies(&self, message: &[u8], mac: &[u8]) -> bool {
        self.hmac(message).verify_truncated_left(mac).is_ok()
    }

    fn hmac(&self, message: &[u8]) -> Hmac<Sha256> {
        let mut hmac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        hmac.update(message);
        hmac
    }
}

/// The number of a key, 0 to 15: four bits of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(u8);

impl KeyId {
    /// The most keys one purpose ever has.
    pub const COUNT: u8 = 16;

    /// `None` above 15.
    pub fn new(id: u8) -> Option<Self> {
        (id < Self::COUNT).then_some(Self(id))
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

/// The live keys of one purpose: all verify, the active one signs. Links printed under an older key
/// stay good until that key is retired.
#[derive(Clone, Debug)]
pub struct KeyRing {
    keys: BTreeMap<KeyId, MacKey>,
    active: KeyId,
}

/// A ring whose active key is not among its keys.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the active key is not among the live keys")]
pub struct UnusableRing;

impl KeyRing {
    /// A ring of live keys, of which `active` signs.
    pub fn new(keys: BTreeMap<KeyId, MacKey>, active: KeyId) -> Result<Self, UnusableRing> {
        if keys.contains_key(&active) { Ok(Self { keys, active }) } else { Err(UnusableRing) }
    }

    /// The key that signs, with its number.
    pub fn active(&self) -> (KeyId, &MacKey) {
        (self.active, &self.keys[&self.active])
    }

    /// A live key; `None` if it was retired or never was.
    pub fn get(&self, id: KeyId) -> Option<&MacKey> {
        self.keys.get(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn the_mac_is_hmac_sha256() {
        let mut hmac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        hmac.update(b"what do ya want for nothing?");
        assert_eq!(hmac.finalize().into_bytes()[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }

    #[test]
    fn a_cut_mac_verifies_and_another_does_not() {
        let key = MacKey::new([1; 32]);
        let mac: [u8; 10] = key.mac(b"text");
        assert!(key.verifies(b"text", &mac));
        assert!(!key.verifies(b"texT", &mac));
        assert!(!MacKey::new([2; 32]).verifies(b"text", &mac));
    }
}
