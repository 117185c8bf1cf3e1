//! One way to speak to either database: statements are written once, in SQL that both understand,
//! with `?1` for values.
//!
//! What differs is here: how a transaction begins, how values are carried, which errors can be
//! tried again, and that the rows of one statement travel together to a database that is a network
//! away.

mod postgres;
mod raw_row;
mod rewrite;
mod sqlite;
mod transaction;
mod typed_row;
mod types;
mod value;

use std::collections::BTreeMap;

pub(crate) use raw_row::Row;
pub(crate) use transaction::Transaction;
pub(crate) use typed_row::{Cursor, FromColumns, Selected, read_row, row};
pub(crate) use value::{Column, IntoParam, Param, ToParam, Value};

use crate::{
    StoreError,
    database::{
        raw_row::RowOf,
        rewrite::{insert_of_all, is_by_part, select_of_all, select_of_part},
        value::{all_storable, storable},
    },
};
pub(crate) use crate::{database::postgres::Client, params, set};

/// Why a statement gave no answer.
#[derive(Debug)]
pub(crate) enum Error {
    /// One row was asked for, and there is none.
    NoRow,
    /// Everything else.
    Store(StoreError),
}

impl Error {
    /// A stored value that this binary cannot have written.
    pub(crate) fn damaged(column: usize, expected: &str) -> Self {
        Self::Store(StoreError::Failed(format!(
            "column {column} of a row is damaged: no {expected}"
        )))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::NoRow => Self::Failed("a row that must be there is missing".into()),
            Error::Store(error) => error,
        }
    }
}

/// What a statement gives.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Makes “no row” a `None`.
pub(crate) trait OptionalRow<T> {
    /// The row if there is one.
    ///
    /// # Errors
    /// Everything but that there is no row.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalRow<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(row) => Ok(Some(row)),
            Err(Error::NoRow) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Values of a statement, in order.
#[macro_export]
#[doc(hidden)]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::database::ToParam::to_param(&$value)),*] as &[$crate::database::Param<'_>]
    };
}

/// Values of one set of many, in order: numbers as they are, everything else by reference.
#[macro_export]
#[doc(hidden)]
macro_rules! set {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::database::IntoParam::into_param($value)),*]
    };
}

/// How much a transaction wants to know of others that run beside it. SQLite runs one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// As if it were alone; tried again when it was not.
    Serializable,
    /// Each statement sees what is committed. For those whose every change is guarded by the row
    /// that it changes.
    ReadCommitted,
}

/// A connection to either database.
#[derive(Debug)]
pub(crate) struct Connection {
    driver: Driver,
    /// The first of the collector's two slots.
    slot: i64,
    /// Whether other processes keep copies of the figures.
    is_read_by_others: bool,
    /// Whether rows lie in shards, so that a statement finds its own only by values that it is
    /// given one by one.
    is_sharded: bool,
}

#[derive(Debug)]
enum Driver {
    Sqlite(rusqlite::Connection),
    Postgres(Client),
}

impl Connection {
    /// To a file.
    pub(crate) fn sqlite(connection: rusqlite::Connection) -> Self {
        Self {
            driver: Driver::Sqlite(connection),
            slot: 0,
            is_read_by_others: false,
            is_sharded: false,
        }
    }

    /// To a server.
    pub(crate) fn postgres(client: Client) -> Self {
        Self {
            driver: Driver::Postgres(client),
            slot: 0,
            is_read_by_others: false,
            is_sharded: false,
        }
    }

    /// The slot of ratings.
    pub(crate) fn slot(&self) -> i64 {
        self.slot
    }

    /// Counts into this slot from now on, and tells others of it if there are any.
    pub(crate) fn set_slot(&mut self, slot: i64, is_read_by_others: bool) {
        self.slot = slot;
        self.is_read_by_others = is_read_by_others;
    }

    /// Whether other processes keep copies of what is counted here.
    pub(crate) fn is_read_by_others(&self) -> bool {
        self.is_read_by_others
    }

    /// Speaks to a distributed engine from now on.
    pub(crate) fn set_sharded(&mut self) {
        self.is_sharded = true;
    }

    /// Whether the database is a server's.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.driver, Driver::Postgres(_))
    }

    /// Whether the connection is over, so that another has to be made.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(&self.driver, Driver::Postgres(client) if client.is_lost())
    }

    /// Begins a transaction that runs as if it were alone.
    pub(crate) fn transaction(&mut self) -> Result<Transaction<'_>> {
        self.begin(Isolation::Serializable)
    }

    /// Begins a transaction.
    pub(crate) fn begin(&mut self, isolation: Isolation) -> Result<Transaction<'_>> {
        self.run(match (&self.driver, isolation) {
            (Driver::Sqlite(_), _) => "begin immediate",
            (Driver::Postgres(_), Isolation::Serializable) => "begin isolation level serializable",
            (Driver::Postgres(_), Isolation::ReadCommitted) => {
                "begin isolation level read committed"
            }
        })?;
        Ok(Transaction::new(self))
    }

    /// Begins to read as of one moment.
    pub(crate) fn snapshot(&self) -> Result<Transaction<'_>> {
        self.run(match &self.driver {
            Driver::Sqlite(_) => "begin",
            Driver::Postgres(_) => "begin isolation level repeatable read read only",
        })?;
        Ok(Transaction::new(self))
    }

    /// Runs statements without values or rows.
    pub(crate) fn run(&self, sql: &str) -> Result<()> {
        match &self.driver {
            Driver::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Driver::Postgres(client) => client.run(sql),
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        storable(params)?;
        match &self.driver {
            Driver::Sqlite(connection) => sqlite::execute(connection, sql, params),
            Driver::Postgres(client) => client.execute(sql, params),
        }
    }

    /// Runs a statement once for each set of values, in order, and says how many rows each changed.
    pub(crate) fn execute_each(&self, sql: &str, sets: &[Vec<Param<'_>>]) -> Result<Vec<usize>> {
        all_storable(sets)?;
        match &self.driver {
            Driver::Sqlite(connection) => sqlite::execute_each(connection, sql, sets),
            Driver::Postgres(client) => client.execute_each(sql, sets),
        }
    }

    /// Inserts a row for each set of values; `sql` is an `insert … values (…)` of one. No two rows
    /// may have one key, unless those that are there are left alone.
    pub(crate) fn insert_all(&self, sql: &str, sets: &[Vec<Param<'_>>]) -> Result<()> {
        all_storable(sets)?;
        match &self.driver {
            Driver::Sqlite(_) => self.execute_each(sql, sets).map(drop),
            Driver::Postgres(client) => client.query_all(sql, sets, insert_of_all).map(drop),
        }
    }

    /// The same with `returning`: what was inserted, read by `read`.
    pub(crate) fn insert_all_returning<T, C: FromIterator<T>>(
        &self,
        sql: &str,
        sets: &[Vec<Param<'_>>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<C> {
        all_storable(sets)?;
        match &self.driver {
            Driver::Sqlite(_) => {
                Ok(self.query_each(sql, sets, read)?.into_iter().flatten().collect())
            }
            Driver::Postgres(client) => {
                let rows = client.query_all(sql, sets, insert_of_all)?;
                rows.iter().map(|row| read(&Row(RowOf::Postgres(row)))).collect()
            }
        }
    }

    /// The first row of a `select` for each set of values, in order.
    pub(crate) fn select_each<T>(
        &self,
        sql: &str,
        sets: &[Vec<Param<'_>>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<Option<T>>> {
        all_storable(sets)?;
        let client = match &self.driver {
            Driver::Postgres(client) if !self.is_sharded || is_by_part(sql) => client,
            _ => return self.query_each(sql, sets, read),
        };
        let mut found: Vec<Option<T>> = std::iter::repeat_with(|| None).take(sets.len()).collect();
        for places in self.together(sets) {
            let own: Vec<_> = places.iter().map(|place| sets[*place].clone()).collect();
            for row in client.query_all(
                sql,
                &own,
                if self.is_sharded { select_of_part } else { select_of_all },
            )? {
                let row = Row(RowOf::Postgres(&row));
                let nth: usize = row.get::<i64>(row.len() - 1)?.try_into().unwrap_or_default();
                let place = places.get(nth.wrapping_sub(1)).and_then(|place| found.get_mut(*place));
                if let Some(place @ None) = place {
                    *place = Some(read(&row)?);
                }
            }
        }
        Ok(found)
    }

    /// The places of the sets that one statement can ask for: all of them, or on a distributed
    /// engine those of one part, whose rows are on one machine.
    fn together(&self, sets: &[Vec<Param<'_>>]) -> Vec<Vec<usize>> {
        let mut by_part: BTreeMap<Option<i64>, Vec<usize>> = BTreeMap::new();
        for (place, set) in sets.iter().enumerate() {
            let part = match set.first() {
                Some(Param::Int(part)) if self.is_sharded => Some(*part),
                _ => None,
            };
            by_part.entry(part).or_default().push(place);
        }
        by_part.into_values().collect()
    }

    /// Every row, read by `read`.
    pub(crate) fn query<T, C: FromIterator<T>>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<C> {
        let mut found = Vec::new();
        self.for_each(sql, params, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found.into_iter().collect())
    }

    /// The first row, read by `read`.
    ///
    /// # Errors
    /// [`Error::NoRow`] if there is none.
    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        storable(params)?;
        match &self.driver {
            Driver::Sqlite(connection) => sqlite::query_row(connection, sql, params, read),
            Driver::Postgres(client) => {
                let row = client.query(sql, params)?.into_iter().next().ok_or(Error::NoRow)?;
                read(&Row(RowOf::Postgres(&row)))
            }
        }
    }

    /// The first row of a statement for each set of values, in order.
    pub(crate) fn query_each<T>(
        &self,
        sql: &str,
        sets: &[Vec<Param<'_>>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<Option<T>>> {
        all_storable(sets)?;
        match &self.driver {
            Driver::Sqlite(connection) => sqlite::query_each(connection, sql, sets, read),
            Driver::Postgres(client) => {
                let found = client.query_each(sql, sets)?;
                let first = |rows: &Vec<tokio_postgres::Row>| {
                    rows.first().map(|row| read(&Row(RowOf::Postgres(row)))).transpose()
                };
                found.iter().map(first).collect()
            }
        }
    }

    /// Hands each row to `each`, however many there are.
    pub(crate) fn for_each(
        &self,
        sql: &str,
        params: &[Param<'_>],
        each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        storable(params)?;
        match &self.driver {
            Driver::Sqlite(connection) => sqlite::for_each(connection, sql, params, each),
            Driver::Postgres(client) => client.for_each(sql, params, each),
        }
    }
}
