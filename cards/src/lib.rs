//! The cards of grid workers, windows and halls: rosters are read and checked as a whole, and cards are drawn once and
//! written as PDF sheets, SVG or PNG.
//!
//! A roster becomes [`roster::Row`]s; whoever keeps cards (the collector) gives each row its link, which makes it a
//! [`face::Face`]; [`layout`] draws a face as a list of [`mark::Mark`]s; [`pdf`], [`svg`] and [`raster`] write marks.

mod archive;
mod batch;
pub mod face;
pub mod font;
mod layout;
mod mark;
pub mod pdf;
mod portrait;
pub mod raster;
pub mod roster;
pub mod sheet;
pub mod svg;

pub use archive::Format;
pub use batch::{Batch, PrintError};
pub use portrait::{Portrait, PortraitError};
