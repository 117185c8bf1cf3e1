//! One order: its page, and what can be done there.

pub mod act;
pub mod add_file;
pub mod add_note;
mod contact;
mod files;
mod notes;
mod page;
mod picture;
pub mod show_contact;

pub use files::SIZE_MAX;
