//! From a request to the disk: checks, limits, and the batches that ratings are written in.

pub mod accept;
pub mod assist;
pub mod limits;
pub mod new_rating;
pub mod writer;
