//! A posted form, read into a draft.

use haochaping::{
    form::field,
    rating::{ContactDraft, RatingDraft},
};

/// What a browser sent.
#[derive(Debug, Default)]
pub(in crate::http) struct Posted {
    pub draft: RatingDraft,
    pub key: String,
    pub page_token: String,
    pub via: String,
    pub purpose: String,
    pub is_fragment: bool,
    pub mode: String,
}

impl Posted {
    /// Reads `application/x-www-form-urlencoded`; fields that are none of ours are left out.
    pub(in crate::http) fn parse(body: &[u8]) -> Self {
        Self::of(
            form_urlencoded::parse(body)
                .map(|(name, value)| (name.into_owned(), value.into_owned())),
        )
    }

    /// The same of names and values.
    pub(in crate::http) fn of(fields: impl Iterator<Item = (String, String)>) -> Self {
        let mut posted = Self {
            draft: RatingDraft { indicator_version: String::new(), ..RatingDraft::default() },
            ..Self::default()
        };
        let mut contact = ContactDraft::default();
        for (name, value) in fields {
            match name.as_str() {
                field::LEVEL => posted.draft.level = value,
                field::INDICATOR => posted.draft.indicators.push(value),
                field::INDICATOR_VERSION => posted.draft.indicator_version = value,
                field::COMMENT => posted.draft.comment = value,
                field::ANONYMOUS => posted.draft.anonymous = value == "1",
                field::NAME => contact.name = value,
                field::PHONE => contact.phone = value,
                field::KEY => posted.key = value,
                field::PAGE_TOKEN => posted.page_token = value,
                field::LANG => posted.draft.lang = value,
                field::VIA => posted.via = value,
                field::PURPOSE => posted.purpose = value,
                field::FRAGMENT => posted.is_fragment = value == "1",
                field::MODE => posted.mode = value,
                _ => {}
            }
        }
        posted.draft.contact = contact;
        posted
    }

    /// What was done, if something was chosen.
    pub(super) fn purpose(&self) -> Option<&str> {
        Some(self.purpose.as_str()).filter(|purpose| !purpose.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_options_and_line_ends_arrive() {
        let posted = Posted::parse(
            b"level=dissatisfied&indicator=213&indicator=214&comment=a%0D%0Ab&anonymous=1&x=y",
        );
        assert_eq!(posted.draft.indicators, ["213", "214"]);
        assert_eq!(posted.draft.comment, "a\r\nb");
        assert!(posted.draft.anonymous && !posted.is_fragment);
    }
}
