//! The one model of the rating form: its order, names, labels, options and limits. [`RatingForm`]
//! describes it as a tree of [`Element`]s, and so do [`Done`], [`Notice`] and [`End`] what comes in
//! its place. The server writes the tree as [`html`]; the Yew components make their nodes of it.
//!
//! ```
//! use haochaping::{form::{self, options_of}, messages::Lang, rating::SatisfactionLevel};
//!
//! // Five equal choices, in the order of the official list.
//! let choices = form::level_choices(Lang::ZhHans.messages());
//! assert_eq!(choices.len(), 5);
//! // The options of a level: the common ones, and those behind “more”.
//! let (first, _more) = options_of(SatisfactionLevel::Dissatisfied);
//! assert!(!first.is_empty());
//! ```

mod driver;
mod end;
pub mod example;
pub mod html;
pub mod node;
mod rating_form;
mod subject;

pub use driver::{Driver, Post, Progress};
pub use end::{Done, End, Notice};
pub use node::Element;
pub use rating_form::RatingForm;
pub use subject::{CardSubject, Subject};

use crate::{
    messages::{Messages, level_name},
    rating::{Indicator, SatisfactionLevel},
};

/// The style sheet of the form, for a page's `<style>` and for a shadow root alike.
pub const STYLE: &str = include_str!("form.css");

/// How all our languages are read, on whatever page the form stands: as `dir`.
const DIRECTION: &str = "ltr";

/// Names of the form's fields, as posted.
pub mod field {
    /// A level's name.
    pub const LEVEL: &str = "level";
    /// A chosen option's code; several.
    pub const INDICATOR: &str = "indicator";
    /// The version of the list.
    pub const INDICATOR_VERSION: &str = "indicator_version";
    /// The comment.
    pub const COMMENT: &str = "comment";
    /// 匿名评价; `1` when ticked.
    pub const ANONYMOUS: &str = "anonymous";
    /// The name to answer to.
    pub const NAME: &str = "contact_name";
    /// The telephone number.
    pub const PHONE: &str = "contact_phone";
    /// The idempotency key.
    pub const KEY: &str = "key";
    /// The page token.
    pub const PAGE_TOKEN: &str = "page_token";
    /// The language of the form.
    pub const LANG: &str = "lang";
    /// How the person came here.
    pub const VIA: &str = "via";
    /// `1` where the answer should be a fragment and no page.
    pub const FRAGMENT: &str = "fragment";
    /// 办理内容, after a card.
    pub const PURPOSE: &str = "purpose";
    /// The mode of the page, as in its address.
    pub const MODE: &str = "mode";
}

/// One of the five choices.
#[derive(Clone, Copy, Debug)]
pub struct LevelChoice {
    /// The level.
    pub level: SatisfactionLevel,
    /// The official name.
    pub name: &'static str,
    /// The name in the reader's language; empty where that is the official one.
    pub gloss: &'static str,
}

/// The five choices, all alike, from 非常满意 down.
pub fn level_choices(messages: &Messages) -> [LevelChoice; 5] {
    SatisfactionLevel::ALL.map(|level| LevelChoice {
        level,
        name: level_name(level),
        gloss: messages.level_gloss(level),
    })
}

/// The options of a level: those that show at once, and those behind 更多.
pub fn options_of(level: SatisfactionLevel) -> (Vec<&'static Indicator>, Vec<&'static Indicator>) {
    Indicator::of_level(level).partition(|indicator| indicator.is_first)
}

/// The id of the element that a fault's link leads to, without the instance's prefix.
pub fn anchor_of(field: &str) -> &'static str {
    match field {
        "level" => "level-very_satisfied",
        "contact.name" => "name",
        "contact.phone" | "contact" => "phone",
        "indicators" | "indicator_version" => "options",
        "comment" => "comment",
        _ => "submit",
    }
}
