//! `/desk`: where staff work on bad ratings. Complete without scripts; in Chinese.
//!
//! A handler takes `extract.rs`'s `Allowed`, `Submitted` or `Uploaded`, which sign in, check
//! origin, token and role; without one it knows nobody. It answers with a page, with `Saved` (what
//! was done and what comes next), or with a `DeskError`.

mod answer;
pub mod assist;
pub mod briefings;
pub mod cards;
mod extract;
mod frame;
pub mod hot_words;
pub mod improvements;
pub mod messages;
pub mod order;
mod pages;
mod password;
pub mod queue;
pub mod record;
mod saved;
pub mod services;
mod session;
pub mod sign_in;
mod sign_in_page;
pub mod supervision;
mod texts;
mod upload;
pub mod users;
pub mod windows;
pub mod wishes;

pub(in crate::http) use answer::show_banner_once;
