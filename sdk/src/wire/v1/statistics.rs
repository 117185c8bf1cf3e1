//! Public figures.

use serde::{Deserialize, Serialize};

use crate::statistics::{self, Counts};

/// Of what figures are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scope {
    /// The region counted.
    pub region: String,
    /// The credit code of the department counted, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The code of the item counted, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The month counted as `2026-11`, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
}

/// `GET /api/v1/statistics`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statistics {
    /// Of what.
    #[serde(flatten)]
    pub scope: Scope,
    /// As of when the figures hold.
    pub as_of: String,
    /// Whether they move within a second, once enough new ratings came, or once a day; an older
    /// collector does not say.
    #[serde(default)]
    pub published: Published,
    /// The five counts.
    pub counts: Counts,
    /// 好评: the upper three.
    pub good: u64,
    /// 差评: the lower two.
    pub bad: u64,
    /// 好评率, 0–1; null with no rating or fewer than the collector shows rates from.
    pub good_rate: Option<f64>,
    /// 主动评价率 = services with a rating / services that can be rated, 0–1; null where it is not
    /// known.
    #[serde(default)]
    pub participation_rate: Option<f64>,
    /// How the bad ones were worked; an older collector does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<HandlingFigures>,
    /// Ratings that are kept and do not count yet.
    pub quarantined: u64,
    /// Ratings that were left out for good, each with a reason on record.
    pub excluded: u64,
    /// Ratings that were brought over from elsewhere; they enter nothing else.
    #[serde(default)]
    pub imported: u64,
    /// What another system filled in where nobody rated; it enters nothing else.
    #[serde(default)]
    pub defaults: u64,
    /// Tests of the whole path; they enter nothing else.
    pub probes: u64,
}

/// When a figure moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Published {
    /// Within a second, once enough new ratings came.
    #[default]
    Live,
    /// Once a day, in groups.
    Daily,
}

/// `GET /api/v1/statistics/{by}`: the public figures along one dimension, as open data. The columns
/// of the CSV are those of [`StatisticsRow`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatisticsTable {
    /// What each line is of.
    pub by: String,
    /// Of what.
    #[serde(flatten)]
    pub scope: Scope,
    /// As of when the latest of these figures hold.
    pub as_of: String,
    /// As of when those hold that are published once a day.
    pub daily_as_of: String,
    /// Under which licence these data are given.
    pub licence: String,
    /// The lines, in the order of their codes.
    pub rows: Vec<StatisticsRow>,
}

/// A line of open data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatisticsRow {
    /// The code of what is counted: of a region, a department or an item; a month as `2026-11`; the
    /// name of a channel or provenance; the serial of a card.
    pub code: String,
    /// Its name in Chinese; the code where nobody named it.
    pub name: String,
    /// The five counts.
    #[serde(flatten)]
    pub counts: Counts,
    /// 好评: the upper three.
    pub good: u64,
    /// 差评: the lower two.
    pub bad: u64,
    /// 好评率, 0–1; null with no rating or fewer than the collector shows rates from.
    pub good_rate: Option<f64>,
    /// When this line moves.
    pub published: Published,
}

/// `GET /api/v1/statistics/hot-words`: options and words by the number of ratings they are in, each
/// rating counted once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HotWords {
    /// Of what.
    #[serde(flatten)]
    pub scope: Scope,
    /// As of when they hold.
    pub as_of: String,
    /// Under which licence these data are given.
    pub licence: String,
    /// Options first, then words; each the most frequent first.
    pub rows: Vec<HotWord>,
}

/// A hot word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HotWord {
    /// `good` or `bad`: of which ratings.
    pub of: String,
    /// `option` or `word`.
    pub source: String,
    /// The code of an option; the word itself.
    pub code: String,
    /// The official text of an option; the word itself.
    pub text: String,
    /// In how many ratings it is.
    pub ratings: u64,
}

/// How bad ratings were worked. Upheld appeals leave the net figures, never the gross ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandlingFigures {
    /// What the rates are made of.
    #[serde(flatten)]
    pub handling: statistics::Handling,
    /// 有效差评 net: without those whose appeal was upheld.
    pub effective_bad: u64,
    /// 差评整改率 = answered / bad, 0–1; null without a bad rating.
    pub rectified_rate: Option<f64>,
    /// 按期整改率 = valid ones replied to within their term / valid ones due, 0–1.
    pub on_time_rate: Option<f64>,
    /// 实名差评回复率 = real-name ones replied to / real-name ones due, 0–1.
    pub real_name_reply_rate: Option<f64>,
}

impl From<statistics::Handling> for HandlingFigures {
    fn from(handling: statistics::Handling) -> Self {
        Self {
            effective_bad: handling.effective_bad(),
            rectified_rate: handling.rectified_rate(),
            on_time_rate: handling.on_time_rate(),
            real_name_reply_rate: handling.real_name_reply_rate(),
            handling,
        }
    }
}
