//! Signatures of webhooks by the Standard Webhooks specification, version 1: what the collector
//! sends to other systems, and what they send back.
//!
//! The receiver checks [`verify`] before it reads the body, and keeps the ids it has seen for as
//! long as [`TOLERANCE_SECONDS`] lets one pass: the same id again is the same message.
//!
//! ```
//! use haochaping::webhook::{Headers, Secret, verify};
//!
//! let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
//! let body = br#"{"type":"work_order.dispatch"}"#;
//! let signature = secret.sign("msg_1", 1_614_265_330, body);
//! let headers = Headers { id: "msg_1", timestamp: "1614265330", signature: &signature };
//! assert!(verify(&secret, headers, body, 1_614_265_331).is_ok());
//! assert!(verify(&secret, headers, b"{}", 1_614_265_331).is_err());
//! # Ok::<(), haochaping::webhook::MalformedSecret>(())
//! ```

use core::str::FromStr;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// How far a timestamp may lie from the receiver's clock, either way.
pub const TOLERANCE_SECONDS: i64 = 300;

const PREFIX: &str = "whsec_";
const VERSION: &str = "v1";

/// A secret that sender and receiver share. Its bytes are never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// What is no secret: `whsec_` and 24 to 64 bytes in base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a secret is whsec_ and 24 to 64 bytes in base64")]
pub struct MalformedSecret;

/// The three headers as they came.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    /// `webhook-id`
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`: one or more of `v1,` and base64, separated by spaces.
    pub signature: &'a str,
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unverified {
    /// The id is empty, too long, or has a dot.
    #[error("webhook-id is missing or malformed")]
    Id,
    /// The timestamp is no number or lies too far from now: it was held back or sent again.
    #[error("webhook-timestamp is missing, or not within {TOLERANCE_SECONDS} seconds of now")]
    Timestamp,
    /// No signature is that of this body under this secret.
    #[error("webhook-signature is not that of this body")]
    Signature,
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl FromStr for Secret {
    type Err = MalformedSecret;

    fn from_str(text: &str) -> Result<Self, MalformedSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(MalformedSecret)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| MalformedSecret)?;
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(MalformedSecret) }
    }
}

impl Secret {
    /// A secret of 32 random bytes, which the caller brings.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes.to_vec())
    }

    /// As it is handed to the other side: `whsec_…`.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&self.0))
    }

    /// The value of `webhook-signature` for a message of this id, sent in this second since 1970.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mac = self.hmac(id, timestamp, body).finalize().into_bytes();
        format!("{VERSION},{}", BASE64_STANDARD.encode(mac))
    }

    fn hmac(&self, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut hmac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        hmac.update(format!("{id}.{timestamp}.").as_bytes());
        hmac.update(body);
        hmac
    }
}

/// Whether a message came from whoever holds the secret, just now. `now` is in seconds since 1970.
///
/// # Errors
/// [`Unverified`], the first.
pub fn verify(
    secret: &Secret,
    headers: Headers<'_>,
    body: &[u8],
    now: i64,
) -> Result<(), Unverified> {
    if headers.id.is_empty() || headers.id.len() > 128 || headers.id.contains('.') {
        return Err(Unverified::Id);
    }
    let timestamp: i64 = headers.timestamp.parse().map_err(|_| Unverified::Timestamp)?;
    if timestamp.abs_diff(now) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(Unverified::Timestamp);
    }
    let signatures = headers.signature.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let is_one = |encoded: &str| {
        BASE64_STANDARD
            .decode(encoded)
            .is_ok_and(|mac| secret.hmac(headers.id, timestamp, body).verify_slice(&mac).is_ok())
    };
    if signatures.into_iter().any(is_one) { Ok(()) } else { Err(Unverified::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    /// The example of the specification's reference implementations.
    #[test]
    fn the_example_of_the_specification_is_signed_alike() {
        let secret: Secret = SECRET.parse().unwrap();
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_message_is_believed_as_it_was_sent_and_in_its_time() {
        let secret: Secret = SECRET.parse().unwrap();
        let signature = secret.sign("msg_1", 1_000, BODY);
        let headers = Headers { id: "msg_1", timestamp: "1000", signature: &signature };
        let both = format!("v1,AAAA v2,x {signature}");
        assert_eq!(verify(&secret, Headers { signature: &both, ..headers }, BODY, 1_000), Ok(()));
        for (headers, body, now, fault) in [
            (Headers { id: "msg_2", ..headers }, BODY, 1_000, Unverified::Signature),
            (Headers { id: "", ..headers }, BODY, 1_000, Unverified::Id),
            (Headers { timestamp: "1001", ..headers }, BODY, 1_000, Unverified::Signature),
            (Headers { timestamp: "now", ..headers }, BODY, 1_000, Unverified::Timestamp),
            (headers, BODY, 1_301, Unverified::Timestamp),
            (headers, BODY, 699, Unverified::Timestamp),
            (headers, b"{}", 1_000, Unverified::Signature),
            (Headers { signature: "v1,", ..headers }, BODY, 1_000, Unverified::Signature),
        ] {
            assert_eq!(verify(&secret, headers, body, now), Err(fault), "{headers:?}");
        }
        let other = Secret::new([7; 32]);
        assert_eq!(verify(&other, headers, BODY, 1_000), Err(Unverified::Signature));
    }

    #[test]
    fn a_secret_is_read_as_it_was_shown() {
        let secret = Secret::new([9; 32]);
        assert_eq!(secret.reveal().parse(), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        for wrong in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!"] {
            assert_eq!(wrong.parse::<Secret>(), Err(MalformedSecret), "{wrong}");
        }
    }
}
