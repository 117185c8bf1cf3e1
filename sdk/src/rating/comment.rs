use super::Violation;
use crate::text::trimmed;

/// 文字评价: free text, normalised, at most [`Comment::MAX`] Unicode scalar values; empty when
/// nothing was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comment(String);

impl Comment {
    /// The most Unicode scalar values a comment has after normalisation.
    pub const MAX: usize = 500;

    /// Reads what a person typed: line ends become LF, text becomes NFC (feature `normalize`; in a
    /// browser the caller does it), outer white space goes, and what nobody can see is nothing.
    ///
    /// # Errors
    /// [`Violation::CommentTooLong`] with the length found, [`Violation::CommentControlCharacter`]
    /// with the place (in scalar values, from 0) and the code point of the first control character
    /// other than LF.
    pub fn parse(typed: &str) -> Result<Self, Violation> {
        let text = Self::normalize(typed);
        let control = text.chars().enumerate().find(|&(_, c)| c.is_control() && c != '\n');
        if let Some((place, c)) = control {
            return Err(Violation::CommentControlCharacter { place, code_point: u32::from(c) });
        }
        let found = text.chars().count();
        if found > Self::MAX {
            return Err(Violation::CommentTooLong { max: Self::MAX, found });
        }
        Ok(Self(text))
    }

    /// How many Unicode scalar values `typed` would have as a comment: what a counter beside the
    /// field shows.
    pub fn length(typed: &str) -> usize {
        Self::normalize(typed).chars().count()
    }

    fn normalize(typed: &str) -> String {
        let mut lines = String::with_capacity(typed.len());
        let mut before = ' ';
        for c in typed.chars() {
            match (before, c) {
                ('\r', '\n') => {}
                (_, '\r') => lines.push('\n'),
                _ => lines.push(c),
            }
            before = c;
        }
        #[cfg(feature = "normalize")]
        let lines: String =
            unicode_normalization::UnicodeNormalization::nfc(lines.as_str()).collect();
        trimmed(&lines).to_owned()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comment_of_500_characters_is_taken() {
        assert_eq!(Comment::parse(&"好".repeat(500)).unwrap().as_str().chars().count(), 500);
    }

    #[test]
    fn comment_of_501_characters_reports_its_length() {
        assert_eq!(
            Comment::parse(&"𬭎".repeat(501)),
            Err(Violation::CommentTooLong { max: 500, found: 501 })
        );
    }

    #[test]
    fn a_control_character_is_refused_with_its_place() {
        let refused = Comment::parse("慢\u{0}了");
        assert_eq!(refused, Err(Violation::CommentControlCharacter { place: 1, code_point: 0 }));
        assert!(Comment::parse("第一行\n第二行").is_ok());
    }

    #[cfg(feature = "normalize")]
    #[test]
    fn text_becomes_nfc() {
        assert_eq!(Comment::parse("Cafe\u{301}").unwrap().as_str(), "Caf\u{e9}");
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent(typed in "\\PC{0,40}(\r\n|\r|\n)?\\PC{0,40}") {
            if let Ok(once) = Comment::parse(&typed) {
                prop_assert_eq!(Comment::parse(once.as_str()).unwrap(), once);
            }
        }

        #[test]
        fn line_ends_do_not_matter(lines in prop::collection::vec("[^\\p{C}]{0,12}", 0..6)) {
            prop_assert_eq!(Comment::parse(&lines.join("\r\n")), Comment::parse(&lines.join("\n")));
        }
    }
}
