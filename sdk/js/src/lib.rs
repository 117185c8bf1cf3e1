//! The face of the domain for JavaScript. It converts between the two worlds and decides nothing.
//! Structures cross as JSON texts: they are small, and the types of the wire have that form anyway.
//!
#![doc = include_str!("../README.md")]

pub mod form;
pub mod link;
pub mod submission;
