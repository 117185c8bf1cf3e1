//! Files beside the histories of orders.

use haochaping::calendar::Instant;

use super::staff::Digest;

/// A file of an order, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFile {
    /// SHA-256 of the content.
    pub digest: Digest,
    /// What the content is.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// The name it came with, encrypted.
    pub name: Vec<u8>,
    /// When it came.
    pub at: Instant,
    /// From whom.
    pub who: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    Added,
    /// It was there already.
    Known,
    /// The order has as many as an order may.
    Full,
}
