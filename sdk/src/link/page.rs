use super::{KeyRing, RatingId, TokenError, seal};
use crate::calendar::{DAY_MILLIS, Instant};

const PAGE_LABEL: &str = "hcp-page-1";
const DONE_LABEL: &str = "hcp-done-1";

/// Shows that a form post comes from a form we made: a MAC over link, idempotency key and issue
/// time. It stands in for a cookie, which web-views and foreign portals would lose.
#[derive(Clone, Copy, Debug)]
pub struct PageToken;

impl PageToken {
    /// How long a form stays good on an open page. After it the form comes back with everything
    /// kept.
    pub const LIFETIME_MILLIS: i64 = DAY_MILLIS;

    /// A token for the form of `link` with `key`, made at `now`.
    pub fn mint(ring: &KeyRing, link: &str, key: &str, now: Instant) -> String {
        seal::seal(ring, PAGE_LABEL, &context(link, key), &now.millis().to_be_bytes())
    }

    /// When the form was made.
    ///
    /// # Errors
    /// [`TokenError::Expired`] after [`Self::LIFETIME_MILLIS`], and for a time that has not come
    /// yet.
    pub fn check(
        ring: &KeyRing,
        link: &str,
        key: &str,
        token: &str,
        now: Instant,
    ) -> Result<Instant, TokenError> {
        let issued = Instant::from_millis(i64::from_be_bytes(seal::open(
            ring,
            PAGE_LABEL,
            &context(link, key),
            token,
        )?));
        let age = now.millis() - issued.millis();
        // A minute of patience for collectors whose clocks differ.
        if (-60_000..=Self::LIFETIME_MILLIS).contains(&age) {
            Ok(issued)
        } else {
            Err(TokenError::Expired)
        }
    }
}

fn context(link: &str, key: &str) -> Vec<u8> {
    let mut context = link.to_ascii_uppercase().into_bytes();
    context.push(0);
    context.extend(key.as_bytes());
    context
}

/// Opens the receipt after a rating, to the one who was redirected there: a MAC over link, rating
/// and time.
#[derive(Clone, Copy, Debug)]
pub struct DoneToken;

impl DoneToken {
    /// How long the receipt can be looked at again: long enough to copy it, too short for whoever
    /// sits down next.
    pub const LIFETIME_MILLIS: i64 = 30 * 60_000;

    /// A token for the rating made through `link`.
    pub fn mint(ring: &KeyRing, link: &str, part: u8, rating: &RatingId, now: Instant) -> String {
        let mut payload = [0; 25];
        payload[..16].copy_from_slice(rating);
        payload[16..24].copy_from_slice(&now.millis().to_be_bytes());
        payload[24] = part;
        seal::seal(ring, DONE_LABEL, link.to_ascii_uppercase().as_bytes(), &payload)
    }

    /// The rating whose receipt may be shown, with its partition.
    pub fn check(
        ring: &KeyRing,
        link: &str,
        token: &str,
        now: Instant,
    ) -> Result<(u8, RatingId), TokenError> {
        let payload: [u8; 25] =
            seal::open(ring, DONE_LABEL, link.to_ascii_uppercase().as_bytes(), token)?;
        let (rating, issued) = payload.split_at(16);
        let (issued, part) = (&issued[..8], issued[8]);
        let issued = i64::from_be_bytes(issued.try_into().expect("eight bytes"));
        if !(-60_000..=Self::LIFETIME_MILLIS).contains(&(now.millis() - issued)) {
            return Err(TokenError::Expired);
        }
        Ok((part, rating.try_into().expect("sixteen bytes")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::link::{KeyId, MacKey};

    fn ring() -> KeyRing {
        let id = KeyId::new(0).unwrap();
        KeyRing::new(BTreeMap::from([(id, MacKey::new([4; 32]))]), id).unwrap()
    }

    #[test]
    fn a_page_token_is_bound_to_link_key_and_a_day() {
        let (ring, now) = (ring(), Instant::from_millis(1_000_000));
        let later = |ms| Instant::from_millis(now.millis() + ms);
        let token = PageToken::mint(&ring, "LINK", "key", now);
        assert_eq!(PageToken::check(&ring, "link", "key", &token, later(5)), Ok(now));
        assert_eq!(
            PageToken::check(&ring, "LINK", "kez", &token, now),
            Err(TokenError::NotGenuine)
        );
        assert_eq!(
            PageToken::check(&ring, "LINKk", "ey", &token, now),
            Err(TokenError::NotGenuine)
        );
        assert_eq!(
            PageToken::check(&ring, "LINK", "key", &token, later(DAY_MILLIS + 1)),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn a_done_token_opens_one_receipt_for_half_an_hour() {
        let (ring, now) = (ring(), Instant::from_millis(1_000_000));
        let token = DoneToken::mint(&ring, "LINK", 9, &[7; 16], now);
        assert_eq!(DoneToken::check(&ring, "LINK", &token, now), Ok((9, [7; 16])));
        assert_eq!(DoneToken::check(&ring, "OTHER", &token, now), Err(TokenError::NotGenuine));
        let late = Instant::from_millis(now.millis() + 30 * 60_000 + 1);
        assert_eq!(DoneToken::check(&ring, "LINK", &token, late), Err(TokenError::Expired));
        let page = PageToken::mint(&ring, "LINK", "key", now);
        assert!(
            DoneToken::check(&ring, "LINK", &page, now).is_err(),
            "one kind is never taken for another"
        );
    }
}
