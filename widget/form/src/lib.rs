//! The rating form of 政务服务“好差评” as Yew components.

mod form_view;
mod state;
mod vnode;

pub use form_view::{RatingFormProps, RatingFormView};
pub use state::{Msg, Stage};
pub use vnode::{Markup, MarkupProps};
