use core::fmt;

use super::{MacKey, base32};

/// A rating's id: a UUIDv7, so its first 48 bits are the milliseconds since 1970 at which it was
/// accepted.
pub type RatingId = [u8; 16];

/// 2020-01-01T00:00:00Z in milliseconds: codes count from here, so that 42 bits last until 2159.
const EPOCH_MILLIS: u64 = 1_577_836_800_000;
const TIME_BITS: u32 = 42;
const MAC_BITS: u32 = 52;

/// A receipt: the public number of a rating, `XXXX-XXXX-XXXX-XXXX`. It says that a rating was
/// accepted and nothing about what it says; whoever holds it learns no level, text or case.
///
/// 80 bits: part 6 · milliseconds since 2020 42 · the id's last 32.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt(String);

impl Receipt {
    /// The receipt of a rating.
    pub fn of(part: u8, id: &RatingId) -> Self {
        let tail = u32::from_be_bytes([id[12], id[13], id[14], id[15]]);
        let bits = u128::from(part) << 74 | u128::from(since_epoch(id)) << 32 | u128::from(tail);
        Self(group(&base32::encode(&bits.to_be_bytes()[6..]), 4))
    }

    /// The number with its hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A look-up code: the person's own key to the rating's progress, `XXXXX-XXXXX-XXXXX-XXXXX`.
///
/// 100 bits: part 6 · milliseconds since 2020 42 · 52 bits of a MAC over the id. Part and time lead
/// to the row through the plain index on ids; the MAC is the secret. So the store holds no code,
/// and a stolen store gives none away.
///
/// ```
/// use haochaping::link::{LookupCode, MacKey};
///
/// let key = MacKey::new([7; 32]);
/// let code = LookupCode::of(3, &[9; 16], &key).to_string();
/// // As people type it: small letters, spaces.
/// let typed = LookupCode::parse(&code.to_lowercase())?;
/// assert!(typed.belongs_to(&[9; 16], &key));
/// # Ok::<(), haochaping::link::MalformedLookup>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupCode {
    part: u8,
    millis: u64,
    mac: u64,
}

/// A code that has not 20 symbols of Crockford base32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the look-up code has not 20 letters and digits")]
pub struct MalformedLookup;

impl LookupCode {
    /// The code of a rating; the same again for the same rating.
    pub fn of(part: u8, id: &RatingId, key: &MacKey) -> Self {
        let mut message = b"hcp-lookup-1".to_vec();
        message.push(part);
        message.extend(id);
        let mac = u64::from_be_bytes(key.mac(&message)) >> (64 - MAC_BITS);
        Self { part, millis: since_epoch(id), mac }
    }

    /// Reads what a person typed, forgiving case, spaces, hyphens, O for 0 and I or L for 1.
    pub fn parse(typed: &str) -> Result<Self, MalformedLookup> {
        let symbols = typed.chars().filter(|c| !c.is_whitespace() && !"-‐–—－".contains(*c));
        let (mut bits, mut n_symbols) = (0_u128, 0);
        for symbol in symbols {
            let value = base32::value(symbol).ok_or(MalformedLookup)?;
            n_symbols += 1;
            if n_symbols > 20 {
                return Err(MalformedLookup);
            }
            bits = bits << 5 | u128::from(value);
        }
        if n_symbols != 20 {
            return Err(MalformedLookup);
        }
        let low =
            |n: u32, of: u128| u64::try_from(of & ((1 << n) - 1)).expect("fewer than 64 bits");
        Ok(Self {
            part: u8::try_from(bits >> (TIME_BITS + MAC_BITS)).expect("six bits"),
            millis: low(TIME_BITS, bits >> MAC_BITS),
            mac: low(MAC_BITS, bits),
        })
    }

    /// The partition to look in.
    pub fn part(&self) -> u8 {
        self.part
    }

    /// The lowest and the highest id a rating of this code's millisecond can have.
    pub fn id_range(&self) -> (RatingId, RatingId) {
        let at = (self.millis + EPOCH_MILLIS).to_be_bytes();
        let (mut low, mut high) = ([0; 16], [0xFF; 16]);
        low[..6].copy_from_slice(&at[2..]);
        high[..6].copy_from_slice(&at[2..]);
        (low, high)
    }

    /// Whether this is the code of the rating `id`. Compared as one number, which takes the same
    /// time for every code.
    pub fn belongs_to(&self, id: &RatingId, key: &MacKey) -> bool {
        *self == Self::of(self.part, id, key)
    }
}

impl fmt::Display for LookupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from(self.part) << (TIME_BITS + MAC_BITS)
            | u128::from(self.millis) << MAC_BITS
            | u128::from(self.mac);
        // 100 bits are 12.5 bytes: moved to the front of 13.
        f.write_str(&group(&base32::encode(&(bits << 4).to_be_bytes()[3..])[..20], 5))
    }
}

fn since_epoch(id: &RatingId) -> u64 {
    let at = u64::from_be_bytes([0, 0, id[0], id[1], id[2], id[3], id[4], id[5]]);
    at.saturating_sub(EPOCH_MILLIS) & ((1 << TIME_BITS) - 1)
}

fn group(symbols: &str, size: usize) -> String {
    let mut out = String::new();
    for (i, c) in symbols.chars().enumerate() {
        if i > 0 && i % size == 0 {
            out.push('-');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id_at(millis: u64, tail: [u8; 10]) -> RatingId {
        let mut id = [0; 16];
        id[..6].copy_from_slice(&(EPOCH_MILLIS + millis).to_be_bytes()[2..]);
        id[6..].copy_from_slice(&tail);
        id
    }

    fn any_id() -> impl Strategy<Value = RatingId> {
        (0_u64..1 << 42, any::<[u8; 10]>()).prop_map(|(millis, tail)| id_at(millis, tail))
    }

    proptest! {
        #[test]
        fn a_code_comes_back_however_it_is_typed(part in 0_u8..64, id in any_id()) {
            let key = MacKey::new([5; 32]);
            let code = LookupCode::of(part, &id, &key);
            let shown = code.to_string();
            prop_assert_eq!(shown.len(), 23);
            let typed = shown.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "i");
            prop_assert_eq!(LookupCode::parse(&typed), Ok(code));
            prop_assert!(LookupCode::parse(&shown).unwrap().belongs_to(&id, &key));
            let (low, high) = code.id_range();
            prop_assert!(low <= id && id <= high);
        }

        #[test]
        fn the_code_of_another_rating_or_key_does_not_fit(id in any_id(), tail in any::<[u8; 10]>()) {
            let key = MacKey::new([5; 32]);
            let mut other = id;
            other[6..].copy_from_slice(&tail);
            prop_assume!(other != id);
            prop_assert!(!LookupCode::of(1, &id, &key).belongs_to(&other, &key));
            prop_assert!(!LookupCode::of(1, &id, &MacKey::new([6; 32])).belongs_to(&id, &key));
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,40}") {
            let _ = LookupCode::parse(&text);
        }

        #[test]
        fn a_receipt_has_four_groups(part in 0_u8..64, id in any_id()) {
            let receipt = Receipt::of(part, &id);
            prop_assert!(receipt.as_str().split('-').all(|g| g.len() == 4));
            prop_assert_eq!(receipt.as_str().len(), 19);
        }
    }
}
