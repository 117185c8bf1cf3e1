use std::collections::BTreeMap;

use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};

use crate::ports::{Rng, random};

/// Encrypts what people write. A blob is format 1 · key id · nonce 12 · AES-256-GCM, bound to its
/// table, row and column, so that no blob opens in another place.
pub struct Vault {
    keys: BTreeMap<u8, Aes256Gcm>,
    active: u8,
}

const FORMAT: u8 = 1;
const HEADER: usize = 2;
const NONCE: usize = 12;

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("active", &self.active).finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault that encrypts under the newest key and opens with all of them; `None` without a key.
    pub fn new(keys: BTreeMap<u8, [u8; 32]>) -> Option<Self> {
        let active = *keys.keys().next_back()?;
        let keys = keys
            .into_iter()
            .map(|(id, bytes)| (id, Aes256Gcm::new(&Key::<Aes256Gcm>::from(bytes))))
            .collect();
        Some(Self { keys, active })
    }

    /// Encrypts `text` for one column of one row.
    pub fn seal(
        &self,
        table: &str,
        row: &[u8; 16],
        column: &str,
        text: &str,
        rng: &dyn Rng,
    ) -> Vec<u8> {
        self.seal_bytes(table, row, column, text.as_bytes(), rng)
    }

    /// Encrypts bytes likewise.
    pub fn seal_bytes(
        &self,
        table: &str,
        row: &[u8; 16],
        column: &str,
        bytes: &[u8],
        rng: &dyn Rng,
    ) -> Vec<u8> {
        let nonce: [u8; NONCE] = random(rng);
        let aad = place(table, row, column);
        let sealed =
            self.keys[&self.active].encrypt(&Nonce::from(nonce), Payload { msg: bytes, aad: &aad });
        let mut blob = vec![FORMAT, self.active];
        blob.extend(nonce);
        blob.extend(sealed.expect("a text or file is within the limits of AES-GCM"));
        blob
    }

    /// Opens what [`Self::seal`] made for the same place; `None` for anything else.
    pub fn open(&self, table: &str, row: &[u8; 16], column: &str, blob: &[u8]) -> Option<String> {
        String::from_utf8(self.open_bytes(table, row, column, blob)?).ok()
    }

    /// Opens what [`Self::seal_bytes`] made likewise.
    pub fn open_bytes(
        &self,
        table: &str,
        row: &[u8; 16],
        column: &str,
        blob: &[u8],
    ) -> Option<Vec<u8>> {
        let (header, rest) = blob.split_at_checked(HEADER)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let key = self.keys.get(&header[1]).filter(|_| header[0] == FORMAT)?;
        key.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: &place(table, row, column) })
            .ok()
    }
}

fn place(table: &str, row: &[u8; 16], column: &str) -> Vec<u8> {
    [table.as_bytes(), "‖".as_bytes(), row, "‖".as_bytes(), column.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SystemRng;

    #[test]
    fn a_text_opens_in_its_place_only_and_under_older_keys_too() {
        let old = Vault::new(BTreeMap::from([(0, [1; 32])])).unwrap();
        let blob = old.seal("rating", &[5; 16], "comment", "态度生硬", &SystemRng);
        assert!(!blob.windows(6).any(|window| window == "态度".as_bytes()));
        let rotated = Vault::new(BTreeMap::from([(0, [1; 32]), (1, [2; 32])])).unwrap();
        assert_eq!(rotated.open("rating", &[5; 16], "comment", &blob).as_deref(), Some("态度生硬"));
        assert_eq!(rotated.open("rating", &[6; 16], "comment", &blob), None);
        assert_eq!(rotated.open("rating", &[5; 16], "contact", &blob), None);
        assert_eq!(rotated.open("rating", &[5; 16], "comment", &blob[..9]), None);
        assert_eq!(rotated.seal("rating", &[5; 16], "comment", "x", &SystemRng)[1], 1);
    }
}
