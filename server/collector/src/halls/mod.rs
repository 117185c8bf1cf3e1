//! Halls: their windows, the pads on them, and calls from one to the other.

pub mod calls;
pub mod pads;
pub mod pairing;
pub mod windows;
