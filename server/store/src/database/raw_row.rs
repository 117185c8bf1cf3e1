//! Rows as they come out of either database.

use rusqlite::types::ValueRef;

use super::{Column, Cursor, Error, FromColumns, Result, types, value::FromColumn};

/// A row of either database.
#[derive(Clone, Copy)]
pub(crate) struct Row<'r>(pub(super) RowOf<'r>);

#[derive(Clone, Copy)]
pub(super) enum RowOf<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// How many columns there are.
    pub(super) fn len(&self) -> usize {
        match &self.0 {
            RowOf::Sqlite(row) => row.as_ref().column_count(),
            RowOf::Postgres(row) => row.len(),
        }
    }

    /// All columns, in order.
    ///
    /// # Errors
    /// One is damaged: it does not have this type.
    pub(crate) fn read<T: FromColumns>(&self) -> Result<T> {
        Cursor::new(*self).take()
    }

    /// The value of a column, counted from 0.
    ///
    /// # Errors
    /// It is damaged: it does not have this type.
    pub(crate) fn get<T: FromColumn>(&self, column: usize) -> Result<T> {
        let found = match &self.0 {
            RowOf::Sqlite(row) => of_sqlite(row, column)?,
            RowOf::Postgres(row) => types::column(row, column)?,
        };
        T::from_column(found).ok_or_else(|| Error::damaged(column, std::any::type_name::<T>()))
    }
}

fn of_sqlite<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<Column<'r>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Column::Null,
        ValueRef::Integer(n) => Column::Int(n),
        ValueRef::Text(text) => {
            Column::Text(std::str::from_utf8(text).map_err(|_| Error::damaged(column, "text"))?)
        }
        ValueRef::Blob(bytes) => Column::Blob(bytes),
        ValueRef::Real(_) => return Err(Error::damaged(column, "whole number")),
    })
}
