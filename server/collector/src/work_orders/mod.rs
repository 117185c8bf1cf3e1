//! Work orders of bad ratings: who sees which, what may be done, and how it was done.

pub mod access;
pub mod act;
pub mod contact;
pub mod handling_figures;
pub mod improvements;
