use super::{KeyRing, TokenError, base32, seal};
use crate::calendar::{DAY_MILLIS, Instant};

const LABEL: &str = "hcp-visit-1";

/// One visit to a service point: minted when a card's page is opened, and the idempotency key of
/// that visit's rating (一次一评). A retry is the same visit; opening the card again is another.
///
/// 30 bytes: version and key id 1 · serial 3 · milliseconds 6 · nonce 10 · MAC 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The card it was opened by.
    pub serial: u32,
    /// When.
    pub opened_at: Instant,
    /// Random, so that two visits of a millisecond differ.
    pub nonce: [u8; 10],
}

impl Visit {
    /// A page stays good for a day, and a rating that waits for the network for three more.
    pub const LIFETIME_MILLIS: i64 = 4 * DAY_MILLIS;

    /// Signs the visit: 48 symbols.
    pub fn mint(&self, ring: &KeyRing) -> String {
        let mut payload = [0; 19];
        payload[..3].copy_from_slice(&self.serial.to_be_bytes()[1..]);
        payload[3..9].copy_from_slice(&self.opened_at.millis().to_be_bytes()[2..]);
        payload[9..].copy_from_slice(&self.nonce);
        seal::seal(ring, LABEL, &[], &payload)
    }

    /// Reads a visit and checks that we made it, and when.
    ///
    /// # Errors
    /// [`TokenError::Expired`] after [`Self::LIFETIME_MILLIS`], and for a time that has not come
    /// yet.
    pub fn check(text: &str, ring: &KeyRing, now: Instant) -> Result<Self, TokenError> {
        let payload: [u8; 19] = seal::open(ring, LABEL, &[], text)?;
        let number = |bytes: &[u8]| bytes.iter().fold(0_i64, |n, byte| n << 8 | i64::from(*byte));
        let visit = Self {
            serial: u32::try_from(number(&payload[..3])).expect("three bytes"),
            opened_at: Instant::from_millis(number(&payload[3..9])),
            nonce: payload[9..].try_into().expect("ten bytes"),
        };
        // A minute of patience for collectors whose clocks differ.
        let age = now.millis() - visit.opened_at.millis();
        if (-60_000..=Self::LIFETIME_MILLIS).contains(&age) {
            Ok(visit)
        } else {
            Err(TokenError::Expired)
        }
    }

    /// Stands for the case number in the key of the visit's rating: no other visit has it.
    pub fn case_number(&self) -> String {
        let mut bytes = self.opened_at.millis().to_be_bytes()[2..].to_vec();
        bytes.extend(self.nonce);
        base32::encode(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::link::{KeyId, MacKey};

    fn ring() -> KeyRing {
        let id = KeyId::new(2).unwrap();
        KeyRing::new(BTreeMap::from([(id, MacKey::new([8; 32]))]), id).unwrap()
    }

    proptest! {
        #[test]
        fn a_visit_comes_back_for_four_days(serial in 0_u32..1 << 24, at in 0_i64..1 << 45, nonce in any::<[u8; 10]>()) {
            let visit = Visit { serial, opened_at: Instant::from_millis(at), nonce };
            let text = visit.mint(&ring());
            prop_assert!(crate::wire::v1::check_key(&text).is_ok(), "it serves as an idempotency key");
            let end = Instant::from_millis(at + 4 * DAY_MILLIS);
            prop_assert_eq!(Visit::check(&text, &ring(), end), Ok(visit));
            prop_assert_eq!(Visit::check(&text, &ring(), Instant::from_millis(end.millis() + 1)), Err(TokenError::Expired));
            prop_assert!(visit.case_number().len() <= 50);
        }

        #[test]
        fn a_flipped_bit_is_never_accepted(bit in 0_usize..240) {
            let visit = Visit { serial: 5, opened_at: Instant::from_millis(1_000), nonce: [1; 10] };
            let mut bytes = base32::decode(&visit.mint(&ring())).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Visit::check(&base32::encode(&bytes), &ring(), visit.opened_at).is_err());
        }
    }
}
