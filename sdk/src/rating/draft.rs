use super::{
    Comment, Contact, INDICATOR_VERSION, Indicator, IndicatorCode, SatisfactionLevel, Violation,
};
use crate::messages::Lang;

/// A rating as it arrives: nothing is checked yet. [`Rating::try_from`] is the only way on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingDraft {
    /// A level's name; empty when none was chosen.
    pub level: String,
    /// Codes of options, in any order; doubles count once.
    pub indicators: Vec<String>,
    /// The version of the list the options were chosen from.
    pub indicator_version: String,
    /// What was typed.
    pub comment: String,
    /// 匿名评价
    pub anonymous: bool,
    /// Whom to answer; empty fields are none.
    pub contact: ContactDraft,
    /// The language the form was shown in.
    pub lang: String,
}

/// A name and a telephone number as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactDraft {
    /// The name.
    pub name: String,
    /// The telephone number.
    pub phone: String,
}

impl Default for RatingDraft {
    /// An untouched form: no level, the current list, zh-Hans.
    fn default() -> Self {
        Self {
            level: String::new(),
            indicators: Vec::new(),
            indicator_version: INDICATOR_VERSION.to_owned(),
            comment: String::new(),
            anonymous: false,
            contact: ContactDraft::default(),
            lang: Lang::ZhHans.tag().to_owned(),
        }
    }
}

impl RatingDraft {
    /// Drops what a browser sends although the person no longer sees it: options of other levels
    /// than the chosen one, ticked before the choice changed, and contact data under 匿名评价. For
    /// form posts only; in JSON both are faults.
    pub fn without_hidden_fields(mut self) -> Self {
        if let Ok(level) = self.level.parse::<SatisfactionLevel>() {
            self.indicators
                .retain(|code| Indicator::find_current(code).is_none_or(|i| i.level == level));
        }
        if self.anonymous {
            self.contact = ContactDraft::default();
        }
        self
    }

    /// The faults that a person can make in a form: what the widget checks before it sends. The
    /// others (options that are not on the list, an unknown language) only a program can make.
    pub fn validate_input(&self) -> Vec<Violation> {
        let mut faults = Vec::new();
        match self.level.parse::<SatisfactionLevel>() {
            Err(_) if self.level.is_empty() => faults.push(Violation::LevelMissing),
            Err(_) => faults.push(Violation::LevelUnknown),
            Ok(level) => {
                let gives_no_reason =
                    self.indicators.is_empty() && Comment::length(&self.comment) == 0;
                if level.is_bad() && gives_no_reason {
                    faults.push(Violation::ReasonMissing);
                }
            }
        }
        faults.extend(Comment::parse(&self.comment).err());
        match Contact::parse(&self.contact) {
            Err(found) => faults.extend(found),
            Ok(Some(_)) if self.anonymous => faults.push(Violation::ContactOnAnonymous),
            Ok(_) => {}
        }
        faults
    }
}

/// A rating that keeps the rules. It never changes after it is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    level: SatisfactionLevel,
    indicators: Vec<IndicatorCode>,
    comment: Comment,
    anonymous: bool,
    contact: Option<Contact>,
    lang: Lang,
}

impl Rating {
    /// The level.
    pub fn level(&self) -> SatisfactionLevel {
        self.level
    }
    /// The chosen options, sorted, each once.
    pub fn indicators(&self) -> &[IndicatorCode] {
        &self.indicators
    }
    /// The comment, maybe empty.
    pub fn comment(&self) -> &Comment {
        &self.comment
    }
    /// Whether the person asked to stay unnamed.
    pub fn is_anonymous(&self) -> bool {
        self.anonymous
    }
    /// Whom to answer.
    pub fn contact(&self) -> Option<&Contact> {
        self.contact.as_ref()
    }
    /// The language the form was shown in.
    pub fn lang(&self) -> Lang {
        self.lang
    }
}

/// Everything wrong with a draft: first what a person can put right, in the order of the form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rating has {} faults", .0.len())]
pub struct Violations(pub Vec<Violation>);

impl TryFrom<RatingDraft> for Rating {
    type Error = Violations;

    /// Checks a draft against every rule and names all faults at once.
    fn try_from(draft: RatingDraft) -> Result<Self, Violations> {
        let mut faults = draft.validate_input();
        let level = draft.level.parse().ok();
        let indicators = check_indicators(&draft, level, &mut faults);
        let lang = Lang::from_tag(&draft.lang);
        if lang.is_none() {
            faults.push(Violation::LangUnknown);
        }
        match (level, Comment::parse(&draft.comment), Contact::parse(&draft.contact), lang) {
            (Some(level), Ok(comment), Ok(contact), Some(lang)) if faults.is_empty() => {
                Ok(Self { level, indicators, comment, anonymous: draft.anonymous, contact, lang })
            }
            _ => Err(Violations(faults)),
        }
    }
}

fn check_indicators(
    draft: &RatingDraft,
    chosen: Option<SatisfactionLevel>,
    faults: &mut Vec<Violation>,
) -> Vec<IndicatorCode> {
    if draft.indicator_version != INDICATOR_VERSION {
        faults.push(Violation::IndicatorVersionUnknown { current: INDICATOR_VERSION });
    }
    let mut kept = Vec::new();
    for (index, code) in draft.indicators.iter().enumerate() {
        match Indicator::find_current(code) {
            None => faults.push(match Indicator::find_retired(code) {
                Some(code) => Violation::IndicatorRetired { code },
                None => Violation::IndicatorUnknown { index },
            }),
            Some(i) if chosen.is_some_and(|level| level != i.level) => {
                faults.push(Violation::IndicatorOfOtherLevel { code: i.code, level: i.level });
            }
            // Into its place rather than sorting at the end: a sort is 3 KB of wasm for eight
            // options.
            Some(i) => {
                if let Err(place) = kept.binary_search(&i.code) {
                    kept.insert(place, i.code);
                }
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(level: &str, indicators: &[&str], comment: &str) -> RatingDraft {
        RatingDraft {
            level: level.into(),
            indicators: indicators.iter().map(|&code| code.into()).collect(),
            comment: comment.into(),
            ..RatingDraft::default()
        }
    }

    fn faults(draft: RatingDraft) -> Vec<Violation> {
        Rating::try_from(draft).map_or_else(|Violations(found)| found, |_| Vec::new())
    }

    /// The deployed process refuses levels 1 and 2 with neither option nor text, and takes the good
    /// ones bare.
    #[test]
    fn a_bad_rating_needs_an_option_or_a_comment() {
        for level in SatisfactionLevel::ALL {
            let expected = if level.is_bad() { vec![Violation::ReasonMissing] } else { vec![] };
            assert_eq!(faults(draft(level.name(), &[], " \n ")), expected, "{level}");
            assert_eq!(faults(draft(level.name(), &[], "有话说")), [], "{level}");
            let option = Indicator::of_level(level).next().unwrap().code.to_string();
            assert_eq!(faults(draft(level.name(), &[&option], "")), [], "{level}");
        }
    }

    #[test]
    fn options_of_other_levels_are_refused_in_json_and_dropped_from_a_form() {
        let mixed = draft("dissatisfied", &["213", "510"], "");
        let other = Violation::IndicatorOfOtherLevel {
            code: Indicator::find("510").unwrap().code,
            level: SatisfactionLevel::VerySatisfied,
        };
        assert_eq!(faults(mixed.clone()), [other]);
        let kept = Rating::try_from(mixed.without_hidden_fields()).unwrap();
        assert_eq!(kept.indicators(), [Indicator::find("213").unwrap().code]);
    }

    #[test]
    fn a_retired_option_is_not_choosable() {
        let code = Indicator::find("201").unwrap().code;
        assert_eq!(
            faults(draft("dissatisfied", &["201"], "")),
            [Violation::IndicatorRetired { code }]
        );
    }

    #[test]
    fn options_are_sorted_and_doubles_count_once() {
        let rating = Rating::try_from(draft("dissatisfied", &["214", "207", "214"], "")).unwrap();
        let codes: Vec<_> = rating.indicators().iter().map(ToString::to_string).collect();
        assert_eq!(codes, ["207", "214"]);
    }

    #[test]
    fn contact_data_under_anonymous_is_a_fault_in_json_and_dropped_from_a_form() {
        let mut given = draft("satisfied", &[], "");
        given.anonymous = true;
        given.contact.phone = "13800001234".into();
        assert_eq!(faults(given.clone()), [Violation::ContactOnAnonymous]);
        assert_eq!(Rating::try_from(given.without_hidden_fields()).unwrap().contact(), None);
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let all_wrong = RatingDraft {
            level: "great".into(),
            indicators: vec!["000".into()],
            indicator_version: "1999".into(),
            comment: "\u{7}".into(),
            contact: ContactDraft { name: String::new(), phone: "x".into() },
            lang: "tlh".into(),
            anonymous: false,
        };
        let fields: Vec<_> = faults(all_wrong).iter().map(|f| (f.field(), f.code())).collect();
        assert_eq!(
            fields,
            [
                ("level", "unknown"),
                ("comment", "control-character"),
                ("contact.phone", "malformed"),
                ("indicator_version", "unknown"),
                ("indicators", "unknown"),
                ("lang", "unknown"),
            ]
        );
    }
}
