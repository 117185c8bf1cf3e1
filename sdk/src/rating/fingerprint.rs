use super::Rating;
use crate::link::MacKey;

/// A keyed digest of what a rating says, by which a repeated request is told from a changed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// HMAC over level, options, normalised comment, anonymity and contact. The language does not
    /// matter: the same rating sent again from a page in another language is the same rating.
    pub fn of(rating: &Rating, key: &MacKey) -> Self {
        let codes: Vec<String> = rating.indicators().iter().map(ToString::to_string).collect();
        let (name, phone) = rating.contact().map_or(("", ""), |c| (c.name(), c.phone()));
        let anonymous = if rating.is_anonymous() { "1" } else { "0" };
        let parts = [
            rating.level().name(),
            &codes.join(","),
            rating.comment().as_str(),
            anonymous,
            name,
            phone,
        ];
        let mut message = b"hcp-fingerprint-1".to_vec();
        for part in parts {
            // Lengths keep two different ratings from ever giving the same bytes.
            message.extend((part.len() as u64).to_be_bytes());
            message.extend(part.as_bytes());
        }
        Self(key.mac(&message))
    }

    /// The bytes as stored.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rating::{ContactDraft, Indicator, RatingDraft, SatisfactionLevel};

    fn of(draft: &RatingDraft) -> Fingerprint {
        Fingerprint::of(&Rating::try_from(draft.clone()).unwrap(), &MacKey::new([7; 32]))
    }

    proptest! {
        #[test]
        fn order_of_options_line_ends_and_language_do_not_change_it(
            place in 0..5_usize,
            order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
            lines in prop::collection::vec("[a-z办理]{1,9}", 1..4),
        ) {
            let level = SatisfactionLevel::ALL[place];
            let codes: Vec<_> = Indicator::of_level(level).map(|i| i.code.to_string()).collect();
            let one = RatingDraft {
                level: level.name().into(), indicators: codes.clone(), comment: lines.join("\n"), ..RatingDraft::default()
            };
            let other = RatingDraft {
                indicators: order.iter().map(|&i| codes[i].clone()).collect(),
                comment: lines.join("\r\n"),
                lang: "en".into(),
                ..one.clone()
            };
            prop_assert_eq!(of(&one), of(&other));
        }

        #[test]
        fn any_other_content_changes_it(a in "[a-z]{0,5}", b in "[a-z]{0,5}", name in "[a-z]{0,5}") {
            let make = |comment: &str, name: &str| RatingDraft {
                level: "satisfied".into(), comment: comment.into(),
                contact: ContactDraft { name: name.into(), phone: String::new() }, ..RatingDraft::default()
            };
            prop_assert_eq!(of(&make(&a, &name)) == of(&make(&b, &name)), a == b);
            // What moves from one field to the next is another rating too.
            if !name.is_empty() {
                prop_assert_ne!(of(&make(&format!("{a}{name}"), "")), of(&make(&a, &name)));
            }
        }
    }
}
