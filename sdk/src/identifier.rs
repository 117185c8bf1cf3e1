//! Identifiers that other systems give: case numbers, credit codes of agencies, item codes.
//!
//! ```
//! use haochaping::identifier::{CaseNumber, ItemCode, Uscc};
//!
//! // 统一社会信用代码 has a check character (GB 32100-2015).
//! assert!(Uscc::parse("11110000000021135M").is_ok());
//! assert!(Uscc::parse("111100000000211350").is_err());
//! // Full width and spaces are the same number.
//! assert_eq!(CaseNumber::parse(" ＪＳ-1 ")?.as_str(), "JS-1");
//! # Ok::<(), haochaping::identifier::IdentifierError>(())
//! ```

use core::fmt;

use crate::text::{is_bidi_control, is_invisible};

/// Why an identifier is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// The length is outside the limits.
    #[error("{found} characters, {min} to {max} are allowed")]
    Length {
        /// The fewest characters.
        min: usize,
        /// The most characters.
        max: usize,
        /// The number found.
        found: usize,
    },
    /// A character that is not allowed, at this place (from 0).
    #[error("a character that is not allowed at {place}")]
    Character {
        /// The place in characters, from 0.
        place: usize,
    },
    /// The check character does not fit.
    #[error("the check character does not fit")]
    CheckDigit,
}

/// 办件编号 `projectNo`: opaque, 1 to 50 visible characters (GB/T 39046-2020 table 9: an..50).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaseNumber(String);

impl CaseNumber {
    /// The most characters.
    pub const MAX: usize = 50;

    /// Takes the number, folded by [`fold_number`]: two systems that write it in another width mean
    /// the same service.
    ///
    /// # Errors
    /// [`IdentifierError::Length`], and [`IdentifierError::Character`] for a control character or
    /// one that nobody can see.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let number = fold_number(text);
        let found = number.chars().count();
        if found == 0 || found > Self::MAX {
            return Err(IdentifierError::Length { min: 1, max: Self::MAX, found });
        }
        match number
            .chars()
            .position(|one| one.is_control() || is_invisible(one) || is_bidi_control(one))
        {
            Some(place) => Err(IdentifierError::Character { place }),
            None => Ok(Self(number)),
        }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number of cases, visits or staff as it is compared: without outer white space, and in half
/// width. With feature `normalize`, which the collector has, digits and letters of every other form
/// of writing become the plain ones too (NFKC).
pub fn fold_number(text: &str) -> String {
    text.trim().chars().flat_map(fold).collect()
}

#[cfg(feature = "normalize")]
fn fold(one: char) -> impl Iterator<Item = char> {
    let narrow = half_width(one);
    let folded = narrow
        .is_alphanumeric()
        .then(|| unicode_normalization::UnicodeNormalization::nfkc(core::iter::once(narrow)));
    let is_folded = folded.is_some();
    folded.into_iter().flatten().chain((!is_folded).then_some(narrow))
}

#[cfg(not(feature = "normalize"))]
fn fold(one: char) -> impl Iterator<Item = char> {
    core::iter::once(half_width(one))
}

/// The signs of ASCII and the space that Chinese input writes in full width.
fn half_width(one: char) -> char {
    match one {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(one) - 0xfee0).unwrap_or(one),
        '\u{3000}' => ' ',
        _ => one,
    }
}

/// 统一社会信用代码 of an agency: 18 characters with a check character (GB 32100-2015).
///
/// ```
/// use haochaping::identifier::{IdentifierError, Uscc};
///
/// assert_eq!(Uscc::parse("11110000000021135m")?.as_str(), "11110000000021135M");
/// # Ok::<(), IdentifierError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uscc(String);

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

impl Uscc {
    /// Reads a code in upper or lower case and checks its last character.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let upper = text.to_ascii_uppercase();
        let found = upper.chars().count();
        if found != 18 {
            return Err(IdentifierError::Length { min: 18, max: 18, found });
        }
        // No department that registers bodies has the code 0 (GB 32100-2015, table 1).
        if upper.starts_with('0') {
            return Err(IdentifierError::Character { place: 0 });
        }
        let check =
            check_character(&upper[..upper.char_indices().nth(17).map_or(0, |(at, _)| at)])?;
        if upper.ends_with(check) { Ok(Self(upper)) } else { Err(IdentifierError::CheckDigit) }
    }

    /// The code in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The check character of the first 17: (31 − Σ value × weight mod 31) mod 31.
fn check_character(first_17: &str) -> Result<char, IdentifierError> {
    let mut sum = 0;
    for (place, c) in first_17.chars().enumerate() {
        let value = USCC_ALPHABET.iter().position(|&a| char::from(a) == c);
        sum += value.ok_or(IdentifierError::Character { place })? * USCC_WEIGHTS[place];
    }
    Ok(char::from(USCC_ALPHABET[(31 - sum % 31) % 31]))
}

/// 事项编码: 31 characters `taskCode`, or 33 with the handling item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ItemCode(String);

impl ItemCode {
    /// Reads a code in upper or lower case.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let upper = text.to_ascii_uppercase();
        let found = upper.chars().count();
        if found != 31 && found != 33 {
            return Err(IdentifierError::Length { min: 31, max: 33, found });
        }
        match upper.chars().position(|c| !c.is_ascii_alphanumeric()) {
            Some(place) => Err(IdentifierError::Character { place }),
            None => Ok(Self(upper)),
        }
    }

    /// The code in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The item's `taskCode`: the first 31 characters.
    pub fn task_code(&self) -> &str {
        &self.0[..31]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// GB 32100-2015; the sample is the published code of a ministry.
    #[test]
    fn a_credit_code_is_checked_by_its_last_character() {
        assert!(Uscc::parse("11110000000021135M").is_ok());
        assert!(Uscc::parse("11110000000021135m").is_ok());
        assert_eq!(Uscc::parse("11110000000021135N"), Err(IdentifierError::CheckDigit));
        assert_eq!(Uscc::parse("000000000000000000"), Err(IdentifierError::Character { place: 0 }));
        assert_eq!(
            Uscc::parse("1111000000002113I5"),
            Err(IdentifierError::Character { place: 16 })
        );
        assert_eq!(
            Uscc::parse("统一社会信用代码"),
            Err(IdentifierError::Length { min: 18, max: 18, found: 8 })
        );
    }

    #[test]
    fn an_item_has_31_or_33_characters() {
        for (length, is_ok) in [(30, false), (31, true), (32, false), (33, true), (34, false)] {
            assert_eq!(ItemCode::parse(&"1".repeat(length)).is_ok(), is_ok, "{length}");
        }
        assert_eq!(ItemCode::parse(&"A".repeat(33)).unwrap().task_code().len(), 31);
    }

    #[test]
    fn a_case_number_has_1_to_50_characters() {
        assert!(CaseNumber::parse("").is_err());
        assert!(CaseNumber::parse(&"号".repeat(50)).is_ok());
        assert_eq!(
            CaseNumber::parse(&"1".repeat(51)),
            Err(IdentifierError::Length { min: 1, max: 50, found: 51 })
        );
        assert_eq!(CaseNumber::parse("a\nb"), Err(IdentifierError::Character { place: 1 }));
        for invisible in ["JS\u{200b}1", "JS\u{202e}1", "JS\u{3164}", "\u{feff}JS"] {
            assert!(
                matches!(CaseNumber::parse(invisible), Err(IdentifierError::Character { .. })),
                "{invisible:?}"
            );
        }
        assert!(CaseNumber::parse(" \u{3000} ").is_err());
    }

    #[test]
    fn a_number_in_another_width_is_the_same_number() {
        for written in ["ＢＯＭ－１", " BOM-1 ", "BOM-1", "\u{3000}BOM－1\n"] {
            assert_eq!(CaseNumber::parse(written).unwrap().as_str(), "BOM-1", "{written:?}");
        }
        assert_eq!(fold_number("扬州〔2026〕第１２号"), "扬州〔2026〕第12号");
        #[cfg(feature = "normalize")]
        assert_eq!(fold_number("𝟏２①Ⅳ"), "121IV");
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_always_noticed(
            first in "[1-9A-HJKLMNPQRTUWXY][0-9A-HJKLMNPQRTUWXY]{16}", place in 0_usize..18, other in "[0-9A-HJKLMNPQRTUWXY]",
        ) {
            let code = format!("{first}{}", check_character(&first).unwrap());
            prop_assert!(Uscc::parse(&code).is_ok());
            let changed = format!("{}{other}{}", &code[..place], &code[place + 1..]);
            prop_assert_eq!(Uscc::parse(&changed).is_ok(), changed == code, "{}", changed);
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,40}") {
            let _ = (Uscc::parse(&text), ItemCode::parse(&text), CaseNumber::parse(&text));
        }
    }
}
