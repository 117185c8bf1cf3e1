//! What a person who rates sees: the form, its post, its end, and the look-up.

pub mod done;
pub mod follow_up;
pub mod form;
pub mod handling;
pub(super) mod link;
pub mod lookup;
pub(super) mod posted;
pub mod script;
pub mod submit;
mod tag;
mod view;
