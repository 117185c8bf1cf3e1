#![doc = include_str!("../README.md")]

mod code;
mod form_view;
mod open;
pub mod outbox;
mod rating;
mod rating_form;
mod shadow;
mod state;
mod vnode;

pub use haochaping::{
    form::{Subject, example},
    messages::Lang,
    rating::RatingDraft,
    wire,
};

pub use code::{RatingCode, RatingCodeProps};
pub use form_view::{RatingFormProps, RatingFormView};
pub use outbox::{OutboxHandle, use_outbox};
pub use rating::{
    AlreadyRated, Outcome, Rated, Rating, RatingError, RatingMsg, RatingProps, Theme,
};
pub use rating_form::RatingForm;
pub use shadow::{Shadow, ShadowProps};
pub use state::{Msg, Stage};
pub use vnode::{Markup, MarkupProps};
