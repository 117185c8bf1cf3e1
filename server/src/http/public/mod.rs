//! What everyone may see.

pub mod home;
