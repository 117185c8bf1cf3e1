use serde::{Deserialize, Serialize};

use super::Contact;
use crate::rating::{ContactDraft, RatingDraft};

/// `POST /api/v1/assisted-ratings`: 代录, a rating entered at the citizen's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AssistedRating {
    /// Whose case number it is.
    pub authority: String,
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: u32,
    /// `phone` or `hall_terminal`.
    pub channel: String,
    /// The operator's own number, at most 40 characters; kept with the rating.
    pub operator: String,
    /// That the rating was read back to the person, who agreed: true, or it is refused.
    pub read_back: bool,
    /// The idempotency key, 22 to 64 letters, digits, `-` or `_`: made once for a rating and kept
    /// over every retry.
    pub key: String,
    /// A level's name.
    pub level: String,
    /// Codes of the chosen options.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// The version of the list they were chosen from.
    pub indicator_version: String,
    /// What was said, at most 500 characters.
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

impl AssistedRating {
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
