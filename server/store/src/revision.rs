//! Numbers that tell running collectors what another process changed.

use std::collections::BTreeMap;

use crate::{
    SqlStore, StoreError,
    database::{Connection, params},
};

impl SqlStore {
    /// The numbers that tell whether keys, API keys or regions changed.
    pub async fn revisions(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        self.read(revisions).await
    }
}

pub(crate) fn raise(connection: &Connection, name: &str) -> Result<(), StoreError> {
    connection.execute("update revision set value = value + 1 where name = ?1", params![name])?;
    Ok(())
}

/// Runs `change` in a transaction that also tells running collectors to re-read `name`.
pub(crate) fn change<T>(
    connection: &mut Connection,
    name: &str,
    change: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction()?;
    let result = change(&transaction)?;
    raise(&transaction, name)?;
    transaction.commit()?;
    Ok(result)
}

fn revisions(connection: &Connection) -> Result<BTreeMap<String, i64>, StoreError> {
    Ok(connection.query("select name, value from revision", params![], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?)
}
