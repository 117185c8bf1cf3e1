use serde::{Deserialize, Serialize};

use super::{Contact, RatingAccepted, ServiceRegistration, Violation};
use crate::{
    calendar::Instant,
    rating::{Channel, ContactDraft, Rating, RatingDraft, Violations},
    service::Service,
};

/// The most ratings in one request.
pub const RELAYED_MAX: usize = 1_000;
const SOURCE_KEY_MAX: usize = 64;

/// `POST /api/v1/relay`: ratings that citizens gave to another system. That system is the authority
/// of the API key, and is shown as their source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RelayRequest {
    /// 1 to 1,000 ratings.
    pub ratings: Vec<RelayedRating>,
}

/// A rating that another system took, with the service it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RelayedRating {
    /// The rating's key in that system, 1 to 64 visible ASCII characters: sent again, it is the
    /// same rating.
    pub source_key: String,
    /// When that system took it, RFC 3339 with an offset: not before the service was finished, and
    /// not in the future.
    pub collected_at: String,
    /// `pc`, `mobile`, `qr`, `hall_pad`, `hall_terminal`, `phone` or `sms`.
    pub channel: String,
    /// The service, which is put on record if it is not.
    pub service: ServiceRegistration,
    /// What the person said.
    pub rating: RatingContent,
}

/// What a rating says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RatingContent {
    /// A level's name.
    pub level: String,
    /// Codes of the chosen options.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// The version of the list they were chosen from.
    pub indicator_version: String,
    /// What was written, at most 500 characters.
    #[serde(default)]
    pub comment: String,
    /// 匿名评价
    #[serde(default)]
    pub anonymous: bool,
    /// Whom to answer.
    #[serde(default)]
    pub contact: Option<Contact>,
    /// The language it was said in.
    pub lang: String,
}

impl RatingContent {
    /// The draft in it.
    pub fn draft(&self) -> RatingDraft {
        let contact = self.contact.clone().unwrap_or_default();
        RatingDraft {
            level: self.level.clone(),
            indicators: self.indicators.clone(),
            indicator_version: self.indicator_version.clone(),
            comment: self.comment.clone(),
            anonymous: self.anonymous,
            contact: ContactDraft { name: contact.name, phone: contact.phone },
            lang: self.lang.clone(),
        }
    }
}

/// A relayed rating that was checked.
#[derive(Clone, Debug)]
pub struct CheckedRelay {
    /// The rating's key in the other system.
    pub source_key: String,
    /// When that system took it.
    pub collected_at: Instant,
    /// How it came in there.
    pub channel: Channel,
    /// The service.
    pub service: Service,
    /// What the person said, which keeps all rules.
    pub draft: RatingDraft,
}

impl RelayedRating {
    /// Checks everything at once, as of `now`. A clock of another system may be ahead by five
    /// minutes.
    ///
    /// # Errors
    /// All faults, each with its field, code and a sentence.
    pub fn check(self, now: Instant) -> Result<CheckedRelay, Vec<(Violation, String)>> {
        const CLOCK_SKEW_MILLIS: i64 = 5 * 60 * 1_000;
        let mut faults = Vec::new();
        let mut fault = |field: &str, code: &str, said: String| {
            faults.push((
                Violation {
                    field: field.to_owned(),
                    code: code.to_owned(),
                    ..Violation::default()
                },
                said,
            ));
        };
        let is_key = (1..=SOURCE_KEY_MAX).contains(&self.source_key.len())
            && self.source_key.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_key {
            fault(
                "source_key",
                "malformed",
                format!("1 to {SOURCE_KEY_MAX} visible ASCII characters are allowed"),
            );
        }
        let channel = self.channel.parse::<Channel>().ok();
        if channel.is_none() {
            fault("channel", "unknown-channel", format!("unknown channel {:?}", self.channel));
        }
        let collected_at = Instant::parse_rfc3339(&self.collected_at);
        if collected_at.is_none() {
            fault("collected_at", "malformed-time", "not RFC 3339 with an offset".into());
        }
        if collected_at.is_some_and(|at| at.millis() > now.millis() + CLOCK_SKEW_MILLIS) {
            fault("collected_at", "in-the-future", "this moment has not come yet".into());
        }
        let service = Service::check(self.service, now).map_err(|found| {
            for one in &found {
                fault(&format!("service.{}", one.field()), one.code(), one.to_string());
            }
        });
        if let (Ok(service), Some(at)) = (&service, collected_at)
            && at < service.finished_at
        {
            fault("collected_at", "before-service", "before the service was finished".into());
        }
        let draft = self.rating.draft();
        if let Err(Violations(found)) = Rating::try_from(draft.clone()) {
            for one in &found {
                let wire = Violation::from(one);
                faults.push((
                    Violation { field: format!("rating.{}", wire.field), ..wire },
                    one.to_string(),
                ));
            }
        }
        match (channel, collected_at, service) {
            (Some(channel), Some(collected_at), Ok(service)) if faults.is_empty() => {
                Ok(CheckedRelay {
                    source_key: self.source_key,
                    collected_at,
                    channel,
                    service,
                    draft,
                })
            }
            _ => Err(faults),
        }
    }
}

/// The answer to a relay. Each rating is in one of the two lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelayAnswer {
    /// The system as which these ratings are shown.
    pub source: String,
    /// What is on disk.
    pub accepted: Vec<RelayAccepted>,
    /// What is not, and why; all faults of a rating.
    pub rejected: Vec<RelayRejected>,
}

/// A relayed rating that is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelayAccepted {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Its key in the other system.
    pub source_key: String,
    /// Whether it was on disk before: the same rating, sent again.
    pub replayed: bool,
    /// What the person is to be told.
    pub answer: RatingAccepted,
}

/// A relayed rating that was not taken. Nothing of it is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelayRejected {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Its key in the other system, as sent.
    pub source_key: String,
    /// The field at fault and the stable code of the fault.
    pub violation: Violation,
    /// The fault in words, in the language of whoever sent it.
    pub said: String,
    /// With `already-rated`: the day of the rating that stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated_on: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> RelayedRating {
        RelayedRating {
            source_key: "hotline-1".into(),
            collected_at: "2026-11-20T16:00:00+08:00".into(),
            channel: "phone".into(),
            service: ServiceRegistration {
                case_number: "JS-2026-1".into(),
                service_number: 1,
                agency_code: "11110000000021135M".into(),
                region: "321002".into(),
                finished_at: "2026-11-20T15:04:05+08:00".into(),
                real_name: true,
                ..ServiceRegistration::default()
            },
            rating: RatingContent {
                level: "satisfied".into(),
                indicator_version: crate::rating::INDICATOR_VERSION.into(),
                lang: "zh-Hans".into(),
                ..RatingContent::default()
            },
        }
    }

    fn faults(relayed: RelayedRating) -> Vec<(String, String)> {
        let now = Instant::parse_rfc3339("2026-11-21T08:00:00+08:00").unwrap();
        let found = relayed.check(now).map(|_| ()).err().unwrap_or_default();
        found.into_iter().map(|(violation, _)| (violation.field, violation.code)).collect()
    }

    #[test]
    fn what_keeps_all_rules_is_taken() {
        assert_eq!(faults(sent()), []);
    }

    #[test]
    fn every_fault_is_named_with_its_field() {
        let mut wrong = sent();
        (wrong.source_key, wrong.channel, wrong.collected_at) =
            ("a b".into(), "fax".into(), "today".into());
        (wrong.service.service_number, wrong.rating.level) = (0, "very_dissatisfied".into());
        let found = faults(wrong);
        let fields: Vec<_> =
            found.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
        assert_eq!(
            fields,
            [
                ("source_key", "malformed"),
                ("channel", "unknown-channel"),
                ("collected_at", "malformed-time"),
                ("service.service_number", "out-of-range"),
                ("rating.indicators", "reason-missing"),
            ]
        );
    }

    /// A rating is given after the service (`assessTime` is later than the service).
    #[test]
    fn a_rating_lies_between_its_service_and_now() {
        let at = |time: &str| faults(RelayedRating { collected_at: time.into(), ..sent() });
        assert_eq!(
            at("2026-11-20T15:04:04+08:00"),
            [("collected_at".to_owned(), "before-service".to_owned())]
        );
        assert_eq!(
            at("2026-11-21T08:05:01+08:00"),
            [("collected_at".to_owned(), "in-the-future".to_owned())]
        );
        assert_eq!(at("2026-11-21T08:04:59+08:00"), []);
    }
}
