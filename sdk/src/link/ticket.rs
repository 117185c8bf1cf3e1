use sha2::{Digest, Sha256};

use super::{KeyRing, TokenError, seal};
use crate::calendar::{DAY_MILLIS, Instant};

const LABEL: &str = "hcp-ticket-1";
/// How long after its end a ticket still takes a rating that waited in a queue for the network.
const GRACE_MILLIS: i64 = 3 * DAY_MILLIS;

/// A single-use link for one finished service: `/r/<48 symbols>`.
///
/// 30 bytes: version and key id 1 · part 1 · service id 16 · last day 2 (days since 1970-01-01,
/// UTC) · MAC 10. It names no person and no case, and only its holder can rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The partition the service lives in, 0 to 63.
    pub part: u8,
    /// The service's id, a UUIDv7.
    pub service: [u8; 16],
    /// The last day (UTC, days since 1970-01-01) on which the link opens a form.
    pub last_day: u16,
}

impl Ticket {
    /// A ticket that lives for `days` after `now`.
    pub fn new(part: u8, service: [u8; 16], now: Instant, days: u16) -> Self {
        let today = u16::try_from(now.millis().div_euclid(DAY_MILLIS)).unwrap_or(u16::MAX);
        Self { part, service, last_day: today.saturating_add(days) }
    }

    /// Signs the ticket. The text is upper case and read in any case.
    pub fn mint(&self, ring: &KeyRing) -> String {
        let mut payload = [0; 19];
        payload[0] = self.part;
        payload[1..17].copy_from_slice(&self.service);
        payload[17..].copy_from_slice(&self.last_day.to_be_bytes());
        seal::seal(ring, LABEL, &[], &payload)
    }

    /// Reads a ticket and checks that we made it; says nothing about its time.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] and [`TokenError::NotGenuine`].
    pub fn verify(text: &str, ring: &KeyRing) -> Result<Self, TokenError> {
        seal::open(ring, LABEL, &[], text).map(|payload| Self::of(&payload))
    }

    /// What a token says of itself. Only the collector can tell whether it is genuine.
    ///
    /// # Errors
    /// [`TokenError::Malformed`]
    pub fn read(text: &str) -> Result<Self, TokenError> {
        seal::read(text).map(|payload| Self::of(&payload))
    }

    fn of(payload: &[u8; 19]) -> Self {
        Self {
            part: payload[0],
            service: payload[1..17].try_into().expect("sixteen bytes"),
            last_day: u16::from_be_bytes([payload[17], payload[18]]),
        }
    }

    /// When the link ends: the first instant at which it no longer opens a form.
    pub fn ends_at(&self) -> Instant {
        Instant::from_millis((i64::from(self.last_day) + 1) * DAY_MILLIS)
    }

    /// Whether a form opens.
    pub fn opens_at(&self, now: Instant) -> bool {
        now < self.ends_at()
    }

    /// Whether a rating is taken: also 72 hours after the end, for one that waited for the network.
    pub fn takes_rating_at(&self, now: Instant) -> bool {
        now.millis() < self.ends_at().millis() + GRACE_MILLIS
    }
}

/// How many partitions there are.
pub const PARTS: u8 = 64;

/// The partition of a case, 0 to 63: the first 8 bytes, big-endian, of SHA-256 over label,
/// authority and case number, mod 64. Version 1; the store keeps the version beside its data.
pub fn part_of(authority: &str, case_number: &str) -> u8 {
    let mut hash = Sha256::new();
    hash.update(b"hcp-part-1");
    hash.update(authority.as_bytes());
    hash.update([0]);
    hash.update(case_number.as_bytes());
    // mod 64 of a big-endian number is its last six bits.
    hash.finalize()[7] % PARTS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::link::{KeyId, MacKey, base32};

    fn ring(ids: &[u8], active: u8) -> KeyRing {
        let id = |n| KeyId::new(n).unwrap();
        KeyRing::new(
            ids.iter().map(|&n| (id(n), MacKey::new([n; 32]))).collect::<BTreeMap<_, _>>(),
            id(active),
        )
        .unwrap()
    }

    fn any_ticket() -> impl Strategy<Value = Ticket> {
        (0_u8..64, any::<[u8; 16]>(), any::<u16>()).prop_map(|(part, service, last_day)| Ticket {
            part,
            service,
            last_day,
        })
    }

    proptest! {
        #[test]
        fn a_ticket_comes_back_in_any_case(ticket in any_ticket()) {
            let text = ticket.mint(&ring(&[3], 3));
            prop_assert_eq!(text.len(), 48);
            prop_assert_eq!(Ticket::verify(&text, &ring(&[3], 3)), Ok(ticket));
            prop_assert_eq!(Ticket::verify(&text.to_lowercase(), &ring(&[3], 3)), Ok(ticket));
        }

        #[test]
        fn a_flipped_bit_is_never_accepted(ticket in any_ticket(), bit in 0_usize..240) {
            let mut bytes = base32::decode(&ticket.mint(&ring(&[3], 3))).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Ticket::verify(&base32::encode(&bytes), &ring(&[3], 3)).is_err());
        }

        #[test]
        fn arbitrary_text_is_never_accepted(text in "\\PC{0,60}|[0-9A-Z]{48}") {
            prop_assert!(Ticket::verify(&text, &ring(&[3], 3)).is_err());
        }
    }

    #[test]
    fn a_rotated_key_keeps_old_links_and_a_retired_one_ends_them() {
        let ticket = Ticket { part: 1, service: [9; 16], last_day: 20_000 };
        let old = ticket.mint(&ring(&[1], 1));
        assert_eq!(Ticket::verify(&old, &ring(&[1, 2], 2)), Ok(ticket));
        assert_eq!(Ticket::verify(&old, &ring(&[2], 2)), Err(TokenError::NotGenuine));
    }

    #[test]
    fn a_ticket_of_90_days_opens_until_the_last_day_ends_and_then_has_72_hours_of_grace() {
        let now = Instant::from_millis(20_000 * DAY_MILLIS + 5);
        let ticket = Ticket::new(0, [0; 16], now, 90);
        let end = 20_091 * DAY_MILLIS;
        assert!(ticket.opens_at(Instant::from_millis(end - 1)));
        assert!(!ticket.opens_at(Instant::from_millis(end)));
        assert!(ticket.takes_rating_at(Instant::from_millis(end + 72 * 3_600_000 - 1)));
        assert!(!ticket.takes_rating_at(Instant::from_millis(end + 72 * 3_600_000)));
    }

    /// Computed once with `printf 'hcp-part-1jiangsu\0CASE-1' | sha256sum`.
    #[test]
    fn the_part_of_a_case_never_changes() {
        assert_eq!(part_of("jiangsu", "CASE-1"), 0xFE % 64);
    }
}
