use std::{
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};

use crate::ports::{Rng, random};

/// The key that wraps all others. It lives in a file of mode 0600 outside database and backup.
pub struct MasterKey(Aes256Gcm);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// There is none.
    #[error("{} is not there: name the key file of this store by --key-file", .0.display())]
    Missing(PathBuf),
    /// It cannot be read or written.
    #[error("{} cannot be used: {error}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It holds something else.
    #[error("{} does not hold a key of 64 hexadecimal digits", .0.display())]
    Malformed(PathBuf),
    /// Others may read it.
    #[error("{} can be read by others: run `chmod 600` on it", .0.display())]
    Open(PathBuf),
}

const NONCE: usize = 12;

impl MasterKey {
    /// A key of 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Aes256Gcm::new(&Key::<Aes256Gcm>::from(bytes)))
    }

    /// Reads the key file.
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        let unusable = |e: std::io::Error| match e.kind() {
            ErrorKind::NotFound => MasterKeyError::Missing(path.to_owned()),
            _ => MasterKeyError::Unusable { path: path.to_owned(), error: e },
        };
        let mut file = std::fs::File::open(path).map_err(unusable)?;
        if file.metadata().map_err(unusable)?.permissions().mode() & 0o077 != 0 {
            return Err(MasterKeyError::Open(path.to_owned()));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unusable)?;
        parse_hex(text.trim())
            .map(Self::new)
            .ok_or_else(|| MasterKeyError::Malformed(path.to_owned()))
    }

    /// Makes a key file; an existing one is never overwritten.
    pub fn make(path: &Path, rng: &dyn Rng) -> Result<Self, MasterKeyError> {
        let unusable = |e| MasterKeyError::Unusable { path: path.to_owned(), error: e };
        let bytes: [u8; 32] = random(rng);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(unusable)?;
        writeln!(file, "{hex}").and_then(|()| file.sync_all()).map_err(unusable)?;
        Ok(Self::new(bytes))
    }

    /// Wraps a key, bound to its purpose and number.
    pub fn wrap(&self, purpose: &str, id: u8, key: &[u8; 32], rng: &dyn Rng) -> Vec<u8> {
        let nonce: [u8; NONCE] = random(rng);
        let aad = format!("key‖{purpose}‖{id}");
        let sealed = self.0.encrypt(&Nonce::from(nonce), Payload { msg: key, aad: aad.as_bytes() });
        let mut out = nonce.to_vec();
        out.extend(sealed.expect("32 bytes are within the limits of AES-GCM"));
        out
    }

    /// Unwraps a key; `None` if it was wrapped by another master key or for another place.
    pub fn unwrap(&self, purpose: &str, id: u8, wrapped: &[u8]) -> Option<[u8; 32]> {
        let (nonce, sealed) = wrapped.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let aad = format!("key‖{purpose}‖{id}");
        self.0
            .decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: aad.as_bytes() })
            .ok()?
            .try_into()
            .ok()
    }
}

fn parse_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SystemRng;

    #[test]
    fn a_key_file_is_private_never_overwritten_and_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let made = MasterKey::make(&path, &SystemRng).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(MasterKey::make(&path, &SystemRng), Err(MasterKeyError::Unusable { .. })));
        let wrapped = made.wrap("ticket", 1, &[7; 32], &SystemRng);
        let read = MasterKey::read(&path).unwrap();
        assert_eq!(read.unwrap("ticket", 1, &wrapped), Some([7; 32]));
        assert_eq!(read.unwrap("ticket", 2, &wrapped), None);
        assert_eq!(read.unwrap("page", 1, &wrapped), None);
        assert_eq!(MasterKey::new([0; 32]).unwrap("ticket", 1, &wrapped), None);
    }

    #[test]
    fn a_key_file_that_is_missing_open_or_damaged_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        assert!(matches!(MasterKey::read(&path), Err(MasterKeyError::Missing(_))));
        std::fs::write(&path, "no key").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(MasterKey::read(&path), Err(MasterKeyError::Open(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(MasterKey::read(&path), Err(MasterKeyError::Malformed(_))));
    }
}
