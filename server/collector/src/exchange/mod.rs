//! Ratings as other systems write them: what leaves for a province or the nation, and old records
//! that come in.

mod export;
pub mod import;
mod incoming;
mod profile;
mod source;
mod watermark;

pub use export::Export;
pub use incoming::{Incoming, read_row};
pub use profile::{Field, Profile};
pub use source::{Format, Source};
pub use watermark::{Newest, Watermark};
