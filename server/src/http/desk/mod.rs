//! `/desk`: where staff work on bad ratings. Complete without scripts; in Chinese.

mod admit;
pub mod assist;
pub mod briefings;
pub mod cards;
pub mod contact;
pub mod file;
mod frame;
pub mod hot_words;
pub mod improvements;
pub mod list;
pub mod messages;
pub mod note;
pub mod order;
mod picture;
pub mod record;
mod roster;
mod roster_file;
pub mod services;
mod session;
pub mod sign_in;
pub mod supervision;
mod texts;
mod upload;
pub mod users;
pub mod windows;
pub mod wishes;

pub(in crate::http) use self::{session::note_refusal, texts::refused};
