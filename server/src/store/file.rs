//! Files beside the histories of orders.

use async_trait::async_trait;
use haochaping::{calendar::Instant, link::RatingId};

use super::{
    StoreError,
    staff::{AuditEntry, Digest},
};

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

/// The files' side of the store.
#[async_trait]
pub trait FileStore: Send + Sync + 'static {
    /// Keeps a file with its order, at most `max` an order, with the entry of the record that tells of it.
    async fn add_file(
        &self,
        order: (u8, RatingId),
        file: OrderFile,
        content: Vec<u8>,
        max: u32,
        entry: AuditEntry,
    ) -> Result<Kept, StoreError>;
    /// The files of an order, oldest first.
    async fn files(&self, part: u8, rating: RatingId) -> Result<Vec<OrderFile>, StoreError>;
    /// A file of an order with its content, encrypted.
    async fn file(
        &self,
        part: u8,
        rating: RatingId,
        digest: Digest,
    ) -> Result<Option<(OrderFile, Vec<u8>)>, StoreError>;
}
