//! What everyone may see.

pub mod briefings;
pub mod cache;
pub mod chart;
pub mod home;
pub mod improvements;
pub mod question;
mod sections;
pub mod table;
mod view;
pub mod words;
