//! Whether the disk takes what is written.

use std::sync::{Mutex, PoisonError};

use crate::{
    StoreError,
    database::{Connection, params},
};

/// What the disk said last.
#[derive(Debug, Default)]
pub(crate) struct Disk(Mutex<Option<String>>);

impl Disk {
    /// Something was not written.
    pub(crate) fn refused(&self, reason: &str) {
        let before = self.set(Some(reason.to_owned()));
        if before.is_none() {
            tracing::error!(
                reason,
                "the disk takes nothing: ratings and steps are answered by 503 until there is room; pages are served"
            );
        }
    }

    /// Something was written again.
    pub(crate) fn accepted(&self) {
        if self.set(None).is_some() {
            tracing::info!("the disk takes what is written again");
        }
    }

    /// Why nothing can be written; `None` while it can.
    pub(crate) fn reason(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, reason: Option<String>) -> Option<String> {
        metrics::gauge!("haochaping_store_writable").set(f64::from(u8::from(reason.is_none())));
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), reason)
    }
}

/// Writes a page of the file that means nothing to anybody: its user version, which no table uses.
pub(crate) fn write_something(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    let version: i64 = transaction.query_row("pragma user_version", params![], |row| row.get(0))?;
    transaction.run(&format!("pragma user_version = {}", (version + 1) % 1_000_000))?;
    transaction.commit()
}
