//! What a person who rates sees: the form, its post, its end, and the look-up.

pub mod done;
pub mod form;
mod link;
pub mod lookup;
mod posted;
pub mod submit;
mod view;
