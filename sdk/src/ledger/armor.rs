//! Bytes as the text that proofs and promises carry.

use base64::{Engine as _, prelude::BASE64_STANDARD};

pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}
