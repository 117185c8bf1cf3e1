//! SQLite's side.

use rusqlite::{
    Connection, ErrorCode, Statement,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    StoreError,
    database::{Error, Param, Result, Row, raw_row::RowOf},
};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Busy(error.to_string())
            }
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
                Self::Row(error.to_string())
            }
            Some(
                ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen,
            ) => Self::Unwritable(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// Commits. A log that took no more bytes has no valid frame of the commit, so it did not happen;
/// after any other error, a failed sync first of all, the file alone knows.
pub(super) fn commit(connection: &Connection) -> std::result::Result<(), StoreError> {
    let Err(error) = connection.execute_batch("commit") else { return Ok(()) };
    let is_refused =
        matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::ReadOnly));
    let is_unwritten = error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_WRITE);
    if is_refused || is_unwritten {
        Err(error.into())
    } else {
        Err(StoreError::OutcomeUnknown(error.to_string()))
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(n),
            Self::Bool(is) => ValueRef::Integer(i64::from(is)),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

pub(super) fn execute(connection: &Connection, sql: &str, params: &[Param<'_>]) -> Result<usize> {
    Ok(connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(params))?)
}

/// Runs a statement once for each set of values, and says how many rows each changed.
pub(super) fn execute_each(
    connection: &Connection,
    sql: &str,
    sets: &[Vec<Param<'_>>],
) -> Result<Vec<usize>> {
    let mut statement = connection.prepare_cached(sql)?;
    sets.iter().map(|set| Ok(statement.execute(rusqlite::params_from_iter(set))?)).collect()
}

pub(super) fn query_row<T>(
    connection: &Connection,
    sql: &str,
    params: &[Param<'_>],
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<T> {
    first_row(&mut *connection.prepare_cached(sql)?, params, &mut read)?.ok_or(Error::NoRow)
}

/// The first row of a statement for each set of values.
pub(super) fn query_each<T>(
    connection: &Connection,
    sql: &str,
    sets: &[Vec<Param<'_>>],
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    let mut statement = connection.prepare_cached(sql)?;
    sets.iter().map(|set| first_row(&mut statement, set, &mut read)).collect()
}

fn first_row<T>(
    statement: &mut Statement<'_>,
    params: &[Param<'_>],
    read: &mut impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let found = read(&Row(RowOf::Sqlite(row)))?;
    // To its end: a statement that changes rows and gives them back is done only then.
    while rows.next()?.is_some() {}
    Ok(Some(found))
}

pub(super) fn for_each(
    connection: &Connection,
    sql: &str,
    params: &[Param<'_>],
    mut each: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    while let Some(row) = rows.next()? {
        each(&Row(RowOf::Sqlite(row)))?;
    }
    Ok(())
}
