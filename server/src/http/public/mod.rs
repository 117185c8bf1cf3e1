//! What everyone may see.

pub mod briefings;
pub mod home;
