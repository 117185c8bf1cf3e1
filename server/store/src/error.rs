/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It can be tried again: nothing was changed.
    #[error("the store is busy: {0}")]
    Busy(String),
    /// The disk takes nothing, being full or read-only: nothing was changed, and what is stored can
    /// be read.
    #[error("nothing can be stored: {0}")]
    Unwritable(String),
    /// A row does not fit by its data: nothing was changed.
    #[error("a row does not fit: {0}")]
    Row(String),
    /// Whether the change happened is not known. On one file the process ends and reads the file
    /// anew.
    #[error("the outcome of a commit is unknown: {0}")]
    OutcomeUnknown(String),
    /// Reading failed, or something is broken that trying again will not mend.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// Whether nothing was changed and the same may work later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unwritable(_))
    }
}
