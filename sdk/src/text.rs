//! What a text is to whoever reads it: whether anything of it can be seen, and whether it reads in
//! the order in which it is written.
//!
//! ```
//! assert_eq!(haochaping::text::trimmed("  谢谢 "), "谢谢");
//! assert!(!haochaping::text::is_plain("a\u{7}"));
//! ```

/// A name that is none of the known ones; it says of what.
///
/// ```
/// use haochaping::rating::Channel;
///
/// let error = "fax".parse::<Channel>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown channel");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {0}")]
pub struct UnknownName(pub &'static str);

/// Whether anything of a text can be seen: not white space, invisible format characters, fillers or
/// blank Braille alone.
///
/// ```
/// use haochaping::text::is_visible;
///
/// assert!(is_visible("办得快"));
/// assert!(!is_visible(" \u{200b}\u{3164}\n"));
/// ```
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|one| !one.is_whitespace() && !one.is_control() && !is_invisible(one))
}

/// A typed text without outer white space; empty if nothing of it can be seen. One with control
/// characters stays as it is, so that they are noticed.
pub fn trimmed(typed: &str) -> &str {
    let text = typed.trim();
    if is_visible(text) || !is_plain(text) { text } else { "" }
}

/// Whether a text has no control character but line feeds.
pub fn is_plain(text: &str) -> bool {
    !text.contains(|one: char| one.is_control() && one != '\n')
}

/// Whether a character changes the direction in which others are shown: with one, a name reads as
/// another than it is (UAX #9; `Bidi_Control` of Unicode 16).
pub fn is_bidi_control(one: char) -> bool {
    matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// First and last of each run of characters that leave no mark: `Default_Ignorable_Code_Point` and
/// `General_Category=Format` of Unicode 16, and blank Braille, which is a symbol without a dot.
#[cfg(feature = "normalize")]
const INVISIBLE: [(char, char); 26] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Those that keyboards and chats bring along. A browser knows no more; the collector decides.
#[cfg(not(feature = "normalize"))]
const INVISIBLE: [(char, char); 4] = [
    ('\u{200b}', '\u{200f}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{feff}', '\u{feff}'),
];

/// Whether a character leaves no mark.
pub fn is_invisible(one: char) -> bool {
    INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&one))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[cfg(feature = "normalize")]
    #[test]
    fn fillers_and_format_characters_say_nothing() {
        for one in [
            "",
            " ",
            "\u{3000}",
            "\u{a0}",
            "\n\t",
            "\u{200b}",
            "\u{200d}",
            "\u{feff}",
            "\u{2060}",
            "\u{ad}",
            "\u{115f}\u{1160}",
            "\u{3164}",
            "\u{ffa0}",
            "\u{2800}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{180e}",
            "\u{202e}",
            "\u{2069}",
        ] {
            assert!(!is_visible(one) && trimmed(one).is_empty(), "{one:?}");
        }
        for one in ["。", "好", "⠁", "a\u{200b}", "👍🏻", "👨\u{200d}👩", "한", "é"] {
            assert!(is_visible(one), "{one:?}");
        }
    }

    #[cfg(feature = "normalize")]
    #[test]
    fn the_order_of_reading_is_changed_by_twelve_characters() {
        assert_eq!(('\0'..=char::MAX).filter(|one| is_bidi_control(*one)).count(), 12);
        assert!(('\0'..=char::MAX).filter(|one| is_bidi_control(*one)).all(is_invisible));
    }

    proptest! {
        #[test]
        fn what_is_around_a_visible_character_does_not_hide_it(before in "[\\u{200b}\\u{2800} ]{0,5}", one in "[\\p{L}\\p{N}\\p{P}&&[^\\u{115f}\\u{1160}\\u{3164}\\u{ffa0}]]") {
            let text = format!("{before}{one}{before}");
            prop_assert!(is_visible(&text));
        }
    }
}
