#![doc = include_str!("../README.md")]

mod archive;
mod batch;
pub mod face;
pub mod font;
mod layout;
mod mark;
pub mod pdf;
mod portrait;
pub mod raster;
pub mod report;
pub mod roster;
pub mod sheet;
pub mod svg;

pub use archive::Format;
pub use batch::{Batch, PrintError};
pub use portrait::{Portrait, PortraitError};
