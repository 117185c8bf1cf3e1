//! What a rating is given, and what the page hears of it.

use haochaping::messages::Lang;
use yew::{AttrValue, Callback, Children, Properties};

/// What [`Rating`](super::Rating) is given.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct RatingProps {
    /// Origin (and path) of the collector, `https://hcp.example.gov.cn`. It has to allow the
    /// portal's origin (`--allow-origin`).
    pub collector: AttrValue,
    /// The single-use link's token, as the portal's back end got it when it registered the finished
    /// service.
    #[prop_or_default]
    pub ticket: Option<AttrValue>,
    /// The token of a printed card, instead of a ticket.
    #[prop_or_default]
    pub card: Option<AttrValue>,
    /// The language of everything but the official texts; by default that of the page's `<html
    /// lang>`, or 简体中文.
    #[prop_or_default]
    pub lang: Option<Lang>,
    /// 大字版; off by default.
    #[prop_or_default]
    pub is_elder: bool,
    /// Light by default, as most portals are.
    #[prop_or_default]
    pub theme: Theme,
    /// Hears that the person has rated. [`Outcome::Queued`] comes first where the rating waits for
    /// the network, and another outcome later. Never a level or a text.
    #[prop_or_default]
    pub on_rated: Callback<Rated>,
    /// Hears that the service was rated before, by another rating that stands.
    #[prop_or_default]
    pub on_already_rated: Callback<AlreadyRated>,
    /// Hears why there is no form, or why a rating was refused.
    #[prop_or_default]
    pub on_error: Callback<RatingError>,
    /// What stands there until the form does, and instead of it where the collector cannot be
    /// reached: the link itself.
    #[prop_or_default]
    pub children: Children,
}

/// Light or dark colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    #[default]
    Light,
    /// Light on dark.
    Dark,
    /// As the person's device has it.
    Auto,
}

impl Theme {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Auto => "auto",
        }
    }
}

/// A rating that a person gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rated {
    /// The public number of the rating; empty while it waits.
    pub receipt: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The collector has it, on disk.
    Accepted,
    /// The collector had it before.
    Replayed,
    /// It waits on this device and is sent by itself.
    Queued,
}

/// A rating that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlreadyRated {
    /// Its civil date in China, `2026-11-20`.
    pub on: String,
}

/// Why something did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingError {
    /// The stable code: `unreachable`, `expired`, `card-revoked`, `refused` (the form says what is
    /// wrong) and so on.
    pub code: String,
}
