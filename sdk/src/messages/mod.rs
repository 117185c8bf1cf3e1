//! Everything a page says, in three languages, as const tables: a missing text does not compile.
//! Official texts (levels, options) stay official; other languages stand beside them.
//!
//! ```
//! use haochaping::{messages::{Lang, level_name}, rating::SatisfactionLevel};
//!
//! assert_eq!(Lang::negotiate("en-GB,zh;q=0.5"), Lang::En);
//! assert_eq!(level_name(SatisfactionLevel::VerySatisfied), "非常满意");
//! ```

#[cfg(feature = "en")]
mod en;
mod handling;
mod pad;
mod proof;
mod public;
#[cfg(feature = "zh-hans")]
mod zh_hans;
#[cfg(feature = "zh-hant")]
mod zh_hant;

#[cfg(not(any(feature = "zh-hans", feature = "zh-hant", feature = "en")))]
compile_error!("turn on at least one language: zh-hans, zh-hant, en");

use crate::{
    rating::{Indicator, SatisfactionLevel},
    wire::v1,
    work_order::{Class, Stage},
};

pub use handling::{HandlingMessages, Labelled};
pub use pad::PadMessages;
pub use proof::ProofMessages;
pub use public::PublicMessages;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// 简体中文
    #[default]
    ZhHans,
    /// 繁體中文
    ZhHant,
    /// English
    En,
}

impl Lang {
    /// Every language, in the order of the switch on the pages.
    pub const ALL: [Self; 3] = [Self::ZhHans, Self::ZhHant, Self::En];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhHans => "zh-Hans",
            Self::ZhHant => "zh-Hant",
            Self::En => "en",
        }
    }

    /// The language's name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::ZhHans => "简体",
            Self::ZhHant => "繁體",
            Self::En => "English",
        }
    }

    /// Exactly one of our tags.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The language that fits an arbitrary BCP 47 tag best: `zh-TW` reads traditional, `en-GB`
    /// English.
    pub fn matching(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        let traditional = ["zh-hant", "zh-tw", "zh-hk", "zh-mo"];
        match tag.split('-').next() {
            Some("zh") if traditional.iter().any(|t| tag.starts_with(t)) => Some(Self::ZhHant),
            Some("zh") => Some(Self::ZhHans),
            Some("en") => Some(Self::En),
            _ => None,
        }
    }

    /// The best language for an `Accept-Language` header; zh-Hans where none of ours is asked for.
    pub fn negotiate(header: &str) -> Self {
        let weigh = |part: &str| {
            let (tag, rest) = part.split_once(';').unwrap_or((part, "q=1"));
            let weight: f32 =
                rest.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok()).unwrap_or(0.0);
            Self::matching(tag).map(|lang| (lang, weight))
        };
        let mut best = (Self::ZhHans, 0.0);
        for (lang, weight) in header.split(',').filter_map(weigh) {
            if weight > best.1 {
                best = (lang, weight);
            }
        }
        best.0
    }

    /// What the form says in this language, or in the first one that was compiled in where this one
    /// was not.
    pub fn messages(self) -> &'static Messages {
        MESSAGES.iter().find(|messages| messages.lang == self).unwrap_or(&MESSAGES[0])
    }

    /// What the collector's pages say around it, chosen likewise.
    pub fn page_messages(self) -> &'static PageMessages {
        PAGE_MESSAGES.iter().find(|messages| messages.lang == self).unwrap_or(&PAGE_MESSAGES[0])
    }
}

const MESSAGES: &[&Messages] = &[
    #[cfg(feature = "zh-hans")]
    &zh_hans::MESSAGES,
    #[cfg(feature = "zh-hant")]
    &zh_hant::MESSAGES,
    #[cfg(feature = "en")]
    &en::MESSAGES,
];

const PAGE_MESSAGES: &[&PageMessages] = &[
    #[cfg(feature = "zh-hans")]
    &zh_hans::PAGE_MESSAGES,
    #[cfg(feature = "zh-hant")]
    &zh_hant::PAGE_MESSAGES,
    #[cfg(feature = "en")]
    &en::PAGE_MESSAGES,
];

macro_rules! texts {
    ($(#[$doc:meta])* $table:ident { $($(#[$field_doc:meta])* $name:ident),* $(,)? } $($extra:ident: $extra_type:ty),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        #[expect(missing_docs, reason = "a text is documented by its name and by what it says")]
        pub struct $table {
            /// The language.
            pub lang: Lang,
            $(pub $extra: $extra_type,)*
            $($(#[$field_doc])* pub $name: &'static str,)*
        }

        impl $table {
            /// Every text by its name.
            pub fn entries(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

texts! {
    /// What the form says, from the first question to the button. The widget carries all of it, so
    /// it holds nothing that only the collector's own HTML says.
    Messages {
        level_legend,
        indicators_legend, more,
        reason_hint,
        comment_label, comment_hint, count_of, count_over,
        anonymous_label, who_sees,
        contact_legend, name_label, phone_label,
        submit, sending, sending_slow,
        already_replay,
        error_prefix, error_summary, failed_title, failed_other, retry,
        link_wrong_text, link_ended_text,
        fault_level_missing, fault_reason_missing, fault_too_long, fault_control, fault_phone, fault_name,
        fault_anonymous_contact, fault_indicator, fault_other,
    }
    // Glosses of the five levels beside their official names, from 非常满意 down; empty where the
    // official name is the language's own. Then what an option says in this language, by code;
    // empty where the official text is read as it is.
    level_glosses: [&'static str; 5],
    indicator_glosses: &'static [(&'static str, &'static str)],
}

texts! {
    /// What the collector's own HTML says around the form and in its place.
    PageMessages {
        product, title,
        done_title, done_text, done_again, receipt_label, lookup_label, lookup_hint, copy, copied, copy_failed, save_picture,
        print, lookup_link, rated_at_label,
        already_title, already_text,
        failed_network, failed_busy, failed_server,
        saved_title, saved_text, saved_now, unsaved_title, unsaved_text,
        late_text, late_refused_title, late_refused_text, late_expired, dismiss,
        test_title, test_text, probes_label,
        about_item, about_agency, about_finished, item_unnamed, about_agent, about_window, about_hall, about_number, about_place,
        about_scope, about_answerable, purpose_label, purpose_none,
        indicators_all,
        page_expired, foreign_origin,
        card_malformed_title, card_malformed_text, card_forged_title, card_forged_text, card_expired_title, card_expired_text,
        card_revoked_title, card_revoked_text, card_replaced_title, card_replaced_text, visit_rated_text,
        link_wrong_title, link_ended_title, service_unknown_title, service_unknown_text, hotline,
        not_found_title, not_found_text, unreadable_title, unreadable_text, failed_title, failed_text,
        elder_link, standard_link, size_label, size_first, size_second, size_third, language_label, footer, organiser_label, site_code_label, contact_label, public_link,
        lookup_title, lookup_intro, lookup_field, lookup_submit, lookup_malformed, lookup_unknown, status_label,
        status_accepted, status_opened, status_quarantined, status_excluded, quarantined_label, excluded_label,
        stage_dispatched, stage_reassigning, stage_contacted, stage_valid, stage_contested, stage_appealed, stage_upheld,
        stage_rectifying, stage_completed, stage_replied, stage_followed_up, stage_closed, class_label, class_simple,
        class_general, class_complex, reply_due_label, due_provisional, reply_label, follow_up_title, follow_up_text,
        follow_up_satisfied, follow_up_dissatisfied, follow_up_words, follow_up_words_hint,
        follow_up_late,
        public_title, public_slogan, public_intro, as_of, total_label, good_label, bad_label, good_rate_label,
        good_rate_definition, by_region, by_agency, region_label, agency_label, level_label, count_label, step_note, back_up,
        no_ratings,
    }
}

impl PageMessages {
    /// Where a work order stands, as the person is told.
    pub fn stage(&self, stage: Stage) -> &'static str {
        match stage {
            Stage::Opened => self.status_opened,
            Stage::Dispatched => self.stage_dispatched,
            Stage::Reassigning => self.stage_reassigning,
            Stage::Contacted => self.stage_contacted,
            Stage::Valid => self.stage_valid,
            Stage::Contested => self.stage_contested,
            Stage::Appealed => self.stage_appealed,
            Stage::Upheld => self.stage_upheld,
            Stage::Rectifying => self.stage_rectifying,
            Stage::Completed => self.stage_completed,
            Stage::Replied => self.stage_replied,
            Stage::FollowedUp => self.stage_followed_up,
            Stage::Closed => self.stage_closed,
        }
    }

    /// The class of a valid bad rating.
    pub fn class(&self, class: Class) -> &'static str {
        match class {
            Class::Simple => self.class_simple,
            Class::General => self.class_general,
            Class::Complex => self.class_complex,
        }
    }
}

impl Messages {
    /// The gloss beside a level's official name; empty if there is none.
    pub fn level_gloss(&self, level: SatisfactionLevel) -> &'static str {
        self.level_glosses[level.index()]
    }

    /// The gloss beside an option's official text; empty if there is none.
    pub fn indicator_gloss(&self, indicator: &Indicator) -> &'static str {
        self.indicator_glosses
            .iter()
            .find(|(of, _)| *of == indicator.code.as_str())
            .map_or("", |(_, gloss)| gloss)
    }

    /// A fault in the reader's words.
    pub fn fault(&self, fault: &v1::Violation) -> String {
        let show = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
        match (fault.field.as_str(), fault.code.as_str()) {
            ("level", _) => self.fault_level_missing.to_owned(),
            (_, "reason-missing") => self.fault_reason_missing.to_owned(),
            ("indicators" | "indicator_version", _) => self.fault_indicator.to_owned(),
            (_, "too-long") => fill(
                self.fault_too_long,
                &[("max", &show(fault.max)), ("found", &show(fault.found))],
            ),
            ("key", "reused") => self.already_replay.to_owned(),
            ("comment", "control-character") => self.fault_control.to_owned(),
            ("contact.phone", _) => self.fault_phone.to_owned(),
            ("contact.name", _) => self.fault_name.to_owned(),
            ("contact", _) => self.fault_anonymous_contact.to_owned(),
            ("ticket" | "visit", "expired") => self.link_ended_text.to_owned(),
            ("ticket" | "visit", _) => self.link_wrong_text.to_owned(),
            (field, code) => fill(self.fault_other, &[("code", &[field, ": ", code].concat())]),
        }
    }
}

/// Puts values into the places of a text: `{max}` becomes the value named `max`.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (i, piece) in text.split('{').enumerate() {
        match piece.split_once('}').filter(|_| i > 0) {
            None => out.push_str(piece),
            Some((name, rest)) => {
                out.push_str(
                    values.iter().find(|(of, _)| *of == name).map_or("", |(_, value)| value),
                );
                out.push_str(rest);
            }
        }
    }
    out
}

/// The official name of a level, the same in every language (GB/T 39734-2020 7.3).
pub fn level_name(level: SatisfactionLevel) -> &'static str {
    match level {
        SatisfactionLevel::VerySatisfied => "非常满意",
        SatisfactionLevel::Satisfied => "满意",
        SatisfactionLevel::BasicallySatisfied => "基本满意",
        SatisfactionLevel::Dissatisfied => "不满意",
        SatisfactionLevel::VeryDissatisfied => "非常不满意",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::{Rating, RatingDraft};

    #[test]
    fn the_language_asked_for_most_is_taken() {
        let check = |header, lang| assert_eq!(Lang::negotiate(header), lang, "{header}");
        check("", Lang::ZhHans);
        check("fr", Lang::ZhHans);
        check("en-GB,en;q=0.9", Lang::En);
        check("zh-TW,zh;q=0.9,en;q=0.8", Lang::ZhHant);
        check("fr,en;q=0.3,zh-HK;q=0.7", Lang::ZhHant);
        check("zh-CN,zh;q=0.9,en;q=0.8", Lang::ZhHans);
        check("en;q=zero,zh;q=", Lang::ZhHans);
    }

    #[test]
    fn no_text_is_empty_and_places_to_fill_are_the_same_in_every_language() {
        let places = |text: &str| {
            let mut found: Vec<_> = text
                .split('{')
                .skip(1)
                .map(|rest| rest.split('}').next().unwrap().to_owned())
                .collect();
            found.sort();
            found
        };
        for lang in Lang::ALL {
            let all = |lang: Lang| lang.messages().entries().chain(lang.page_messages().entries());
            for ((name, text), (_, reference)) in all(lang).zip(all(Lang::ZhHans)) {
                assert!(!text.trim().is_empty(), "{name} in {lang:?}");
                assert_eq!(places(text), places(reference), "{name} in {lang:?}");
            }
            assert_eq!((lang.messages().lang, lang.page_messages().lang), (lang, lang));
        }
    }

    #[test]
    fn an_english_reader_understands_every_level_and_option() {
        let english = Lang::En.messages();
        for level in SatisfactionLevel::ALL {
            assert!(!english.level_gloss(level).is_empty());
            for indicator in Indicator::of_level(level) {
                assert!(!english.indicator_gloss(indicator).is_empty(), "{}", indicator.code);
            }
        }
        assert_eq!(english.indicator_glosses.len(), 40);
    }

    #[test]
    fn a_fault_is_said_with_its_numbers() {
        let draft = RatingDraft {
            level: "satisfied".into(),
            comment: "长".repeat(501),
            ..RatingDraft::default()
        };
        let faults = Rating::try_from(draft).unwrap_err().0;
        let message = Lang::ZhHans.messages().fault(&v1::Violation::from(&faults[0]));
        assert!(message.contains("501") && message.contains("500"), "{message}");
    }
}
