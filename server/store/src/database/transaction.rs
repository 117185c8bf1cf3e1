//! A transaction, and how it ends.

use super::{Connection, Driver, sqlite};
use crate::StoreError;

/// A transaction. It is taken back when it is dropped before its commit.
#[derive(Debug)]
pub(crate) struct Transaction<'c> {
    connection: &'c Connection,
    is_open: bool,
}

impl<'c> Transaction<'c> {
    /// One that has just begun.
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, is_open: true }
    }
}

impl std::ops::Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Transaction<'_> {
    /// Commits.
    ///
    /// # Errors
    /// [`StoreError::Busy`] or [`StoreError::Unwritable`] if it surely did not happen,
    /// [`StoreError::OutcomeUnknown`] if nobody knows.
    pub(crate) fn commit(mut self) -> Result<(), StoreError> {
        self.is_open = false;
        match &self.connection.driver {
            Driver::Sqlite(connection) => sqlite::commit(connection),
            Driver::Postgres(client) => client.commit(),
        }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // A connection that is lost has taken it back by itself.
            let _ = self.connection.run("rollback");
        }
    }
}
