use super::{KeyId, KeyRing, TokenError, base32};
use crate::{calendar::CivilDate, text::UnknownName};

const LABEL: &[u8] = b"hcp-card-1\0";
/// Format 1: HMAC-SHA256, cut to 80 bits. Another MAC (HMAC-SM3, say) gets another format.
const FORMAT: u8 = 1;
const HEADER: usize = 5;
const TOKEN: usize = 15;
/// Expiry counts months from January of this year, so that seven bits last until August 2036.
const FIRST_YEAR: i32 = 2026;

/// What a printed card stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardKind {
    /// 代办员: a grid worker of a village or community.
    Agent,
    /// 窗口: a counter of a hall.
    Window,
    /// 大厅: a whole hall.
    Hall,
}

impl CardKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Window, Self::Hall];

    /// The name in columns and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Window => "window",
            Self::Hall => "hall",
        }
    }

    fn bits(self) -> u8 {
        match self {
            Self::Agent => 0,
            Self::Window => 1,
            Self::Hall => 2,
        }
    }
}

impl core::str::FromStr for CardKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownName("kind of card"))
    }
}

/// The last month in which a card is good; shown as `2028-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiryMonth(u8);

/// A month that no card can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month from 2026-01 to 2036-08 is expected, as 2028-12")]
pub struct MonthOutOfRange;

impl ExpiryMonth {
    const LAST: u8 = 127;

    /// From a year and a month 1–12.
    ///
    /// # Errors
    /// Before 2026-01 or after 2036-08.
    pub fn new(year: i32, month: u8) -> Result<Self, MonthOutOfRange> {
        let months = (i64::from(year) - i64::from(FIRST_YEAR)) * 12 + i64::from(month) - 1;
        let months = u8::try_from(months).map_err(|_| MonthOutOfRange)?;
        if months <= Self::LAST && (1..=12).contains(&month) {
            Ok(Self(months))
        } else {
            Err(MonthOutOfRange)
        }
    }

    /// The month that lies `months` after the one of `today`, or the last one a card can carry.
    pub fn after(today: CivilDate, months: u8) -> Self {
        let (year, month, _) = today.parts();
        let since = (i64::from(year) - i64::from(FIRST_YEAR)) * 12 + i64::from(month) - 1
            + i64::from(months);
        Self(u8::try_from(since.clamp(0, i64::from(Self::LAST))).expect("it was clamped"))
    }

    /// From the number of months since January 2026, as stored.
    pub fn from_months(months: u8) -> Option<Self> {
        (months <= Self::LAST).then_some(Self(months))
    }

    /// Months since January 2026.
    pub fn months(self) -> u8 {
        self.0
    }

    /// Year, and month 1–12.
    pub fn parts(self) -> (i32, u8) {
        (FIRST_YEAR + i32::from(self.0 / 12), self.0 % 12 + 1)
    }

    /// Whether a card is still good on this day (civil, in China): through the last day of the
    /// month.
    pub fn is_good_on(self, day: CivilDate) -> bool {
        let (year, month, _) = day.parts();
        (year, month) <= self.parts()
    }
}

impl core::fmt::Display for ExpiryMonth {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (year, month) = self.parts();
        write!(f, "{year:04}-{month:02}")
    }
}

impl core::str::FromStr for ExpiryMonth {
    type Err = MonthOutOfRange;

    /// Reads `2028-12`, `2028/12`, `2028年12月`, `202812`, and a whole date, of which the month
    /// counts.
    fn from_str(text: &str) -> Result<Self, MonthOutOfRange> {
        let text = text.trim();
        let parts: Vec<&str> =
            text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
        let (year, month) = match parts[..] {
            [both] if both.len() == 6 || both.len() == 8 => both.split_at(4),
            [year, month] | [year, month, _] if year.len() == 4 => (year, month),
            _ => return Err(MonthOutOfRange),
        };
        let month = month.get(..2.min(month.len())).unwrap_or("");
        Self::new(
            year.parse().map_err(|_| MonthOutOfRange)?,
            month.parse().map_err(|_| MonthOutOfRange)?,
        )
    }
}

/// A printed, reusable link to one service point: 24 symbols of Crockford base32.
///
/// 120 bits: format 2 · key id 4 · serial 24 · expiry month 7 · flags 3 (kind 2, one kept) · MAC 80
/// over a label, these bits and the canonical host. It names no person; what it stands for is
/// looked up by the serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// The number of the card, 1 to 16,777,215.
    pub serial: u32,
    /// What it stands for.
    pub kind: CardKind,
    /// The last month in which it is good.
    pub expires: ExpiryMonth,
}

impl Card {
    /// The largest serial.
    pub const SERIAL_MAX: u32 = (1 << 24) - 1;

    /// Signs the card for a host; the text is upper case and read in any case.
    ///
    /// # Panics
    /// If the serial is over [`Self::SERIAL_MAX`].
    pub fn mint(&self, ring: &KeyRing, host: &str) -> String {
        assert!(self.serial <= Self::SERIAL_MAX, "a serial has 24 bits");
        let (id, key) = ring.active();
        let bits = u64::from(FORMAT) << 38
            | u64::from(id.get()) << 34
            | u64::from(self.serial) << 10
            | u64::from(self.expires.months()) << 3
            | u64::from(self.kind.bits()) << 1;
        let mut token = [0; TOKEN];
        token[..HEADER].copy_from_slice(&bits.to_be_bytes()[3..]);
        let mac: [u8; TOKEN - HEADER] = key.mac(&message(&token[..HEADER], host));
        token[HEADER..].copy_from_slice(&mac);
        base32::encode(&token)
    }

    /// Reads a token and checks that we made it for this host; says nothing about its time.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] and [`TokenError::NotGenuine`], both decided by token and keys
    /// alone.
    pub fn verify(text: &str, ring: &KeyRing, host: &str) -> Result<Self, TokenError> {
        let (card, key) = Self::read(text)?;
        let token = base32::decode(text).ok_or(TokenError::Malformed)?;
        let (header, mac) = token.split_at(HEADER);
        let key = ring.get(key).ok_or(TokenError::NotGenuine)?;
        if key.verifies(&message(header, host), mac) {
            Ok(card)
        } else {
            Err(TokenError::NotGenuine)
        }
    }

    /// What a token says of itself, and which key it names. Nothing is proved by it.
    ///
    /// # Errors
    /// [`TokenError::Malformed`]
    pub fn read(text: &str) -> Result<(Self, KeyId), TokenError> {
        // The length first: nobody makes us decode a megabyte.
        if text.len() != TOKEN * 8 / 5 {
            return Err(TokenError::Malformed);
        }
        let token = base32::decode(text).ok_or(TokenError::Malformed)?;
        let bits = token[..HEADER].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let field = |shift: u32, width: u32| (bits >> shift) & ((1 << width) - 1);
        let small = |value: u64| u8::try_from(value).expect("at most seven bits");
        if small(field(38, 2)) != FORMAT {
            return Err(TokenError::Malformed);
        }
        let kind = CardKind::ALL.into_iter().find(|kind| u64::from(kind.bits()) == field(1, 2));
        let card = Self {
            serial: u32::try_from(field(10, 24)).expect("24 bits"),
            kind: kind.ok_or(TokenError::Malformed)?,
            expires: ExpiryMonth(small(field(3, 7))),
        };
        Ok((card, KeyId::new(small(field(34, 4))).ok_or(TokenError::Malformed)?))
    }
}

fn message(header: &[u8], host: &str) -> Vec<u8> {
    let mut message = LABEL.to_vec();
    message.extend(header);
    message.extend(host.as_bytes());
    message
}

/// The host of a URL as cards are bound to it: lower case, with its port unless that is the
/// scheme's own.
///
/// ```
/// use haochaping::link::canonical_host;
/// assert_eq!(canonical_host("HTTPS://Hcp.Example.Gov.CN:443/path"), "hcp.example.gov.cn");
/// assert_eq!(canonical_host("http://127.0.0.1:8080"), "127.0.0.1:8080");
/// ```
pub fn canonical_host(url: &str) -> String {
    let url = url.to_ascii_lowercase();
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", &url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let own = if scheme == "http" { ":80" } else { ":443" };
    host.strip_suffix(own).unwrap_or(host).to_owned()
}

/// The printed link of a card's token: `HTTPS://HOST/C/TOKEN`, all of it in the QR code's
/// alphanumeric mode. Under a path, or with `is_lower_case`, everything before the token keeps or
/// takes lower case.
pub fn card_url(public_url: &str, token: &str, is_lower_case: bool) -> String {
    let public_url = public_url.trim_end_matches('/');
    let has_path = public_url.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
    if has_path {
        format!("{public_url}/c/{token}")
    } else if is_lower_case {
        format!("{}/c/{token}", public_url.to_ascii_lowercase())
    } else {
        format!("{}/C/{token}", public_url.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::{calendar::Instant, link::MacKey};

    const HOST: &str = "hcp.example.gov.cn";

    fn ring(ids: &[u8], active: u8) -> KeyRing {
        let id = |n| KeyId::new(n).unwrap();
        KeyRing::new(
            ids.iter().map(|&n| (id(n), MacKey::new([n; 32]))).collect::<BTreeMap<_, _>>(),
            id(active),
        )
        .unwrap()
    }

    fn any_card() -> impl Strategy<Value = Card> {
        let kind = prop::sample::select(CardKind::ALL.to_vec());
        (0..=Card::SERIAL_MAX, kind, 0_u8..128).prop_map(|(serial, kind, month)| Card {
            serial,
            kind,
            expires: ExpiryMonth(month),
        })
    }

    proptest! {
        #[test]
        fn a_card_comes_back_as_people_type_it(card in any_card(), id in 0_u8..16) {
            let text = card.mint(&ring(&[id], id), HOST);
            prop_assert_eq!(text.len(), 24);
            let typed = text.to_lowercase().replace('0', "o").replace('1', "l");
            for read in [text.as_str(), &typed, &text.replace('1', "I")] {
                prop_assert_eq!(Card::verify(read, &ring(&[id], id), HOST), Ok(card));
            }
        }

        #[test]
        fn a_flipped_bit_is_never_accepted(card in any_card(), bit in 0_usize..120) {
            let mut bytes = base32::decode(&card.mint(&ring(&[3], 3), HOST)).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let every: Vec<u8> = (0..16).collect();
            prop_assert!(Card::verify(&base32::encode(&bytes), &ring(&every, 3), HOST).is_err());
        }

        #[test]
        fn arbitrary_text_is_never_accepted(text in "\\PC{0,30}|[0-9A-HJKMNP-TV-Z]{24}") {
            let every: Vec<u8> = (0..16).collect();
            prop_assert!(Card::verify(&text, &ring(&every, 3), HOST).is_err());
        }

        #[test]
        fn a_rotated_key_keeps_printed_cards_and_a_retired_one_ends_them(card in any_card(), old in 0_u8..8, new in 8_u8..16) {
            let text = card.mint(&ring(&[old], old), HOST);
            prop_assert_eq!(Card::verify(&text, &ring(&[old, new], new), HOST), Ok(card));
            prop_assert_eq!(Card::verify(&text, &ring(&[new], new), HOST), Err(TokenError::NotGenuine));
        }
    }

    #[test]
    fn a_card_is_good_on_its_own_host_only() {
        let card = Card { serial: 7, kind: CardKind::Agent, expires: ExpiryMonth(35) };
        let text = card.mint(&ring(&[1], 1), HOST);
        assert_eq!(
            Card::verify(&text, &ring(&[1], 1), "hcp.example.gov.cn.evil.example"),
            Err(TokenError::NotGenuine)
        );
    }

    #[test]
    fn a_month_is_read_as_offices_write_it_and_good_through_its_last_day() {
        for text in [
            "2028-12",
            "2028/12",
            "2028年12月",
            "202812",
            "2028-12-31",
            "2028/12/5",
            "20281205",
            " 2028.12 ",
        ] {
            assert_eq!(text.parse::<ExpiryMonth>().unwrap().to_string(), "2028-12", "{text}");
        }
        for text in ["", "2028", "2025-12", "2036-09", "2028-13", "2028-00", "长期", "12-2028"] {
            assert!(text.parse::<ExpiryMonth>().is_err(), "{text}");
        }
        let month: ExpiryMonth = "2028-12".parse().unwrap();
        let day = |text: &str| Instant::parse_rfc3339(text).unwrap().date_in_china();
        assert!(month.is_good_on(day("2028-12-31T23:59:59+08:00")));
        assert!(!month.is_good_on(day("2028-12-31T16:00:00Z")), "it is the new year in China");
        assert_eq!(ExpiryMonth::after(day("2026-11-24T00:00:00+08:00"), 24).to_string(), "2028-11");
        assert_eq!(
            ExpiryMonth::after(day("2026-11-24T00:00:00+08:00"), 255).to_string(),
            "2036-08"
        );
    }

    #[test]
    fn a_link_is_upper_case_unless_a_path_or_the_office_asks_otherwise() {
        let token = "A".repeat(24);
        let check = |url: &str, lower, expected: &str| {
            assert_eq!(card_url(url, &token, lower), format!("{expected}{token}"));
        };
        check("https://hcp.js.gov.cn", false, "HTTPS://HCP.JS.GOV.CN/C/");
        check("https://hcp.js.gov.cn/", true, "https://hcp.js.gov.cn/c/");
        check("https://www.js.gov.cn/hcp", false, "https://www.js.gov.cn/hcp/c/");
    }
}
