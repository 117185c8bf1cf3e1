//! Rows with typed columns. What a statement selects is named once, beside the field that it goes
//! into, so that no reader counts columns.

use haochaping::{
    calendar::Instant,
    call::CallState,
    ledger::{Hash, Kind},
    link::{CardKind, ExpiryMonth},
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
    work_order::{ActionKind, Class, Role, Stage},
};

use super::{Column, Result, Row, value::FromColumn};
use crate::{Tally, outbox::EndpointKind, quarantine::Decision, word::Source};

/// Goes through the columns of a row, from the first on.
pub(crate) struct Cursor<'r> {
    row: Row<'r>,
    next: usize,
}

impl<'r> Cursor<'r> {
    /// At the first column.
    pub(super) fn new(row: Row<'r>) -> Self {
        Self { row, next: 0 }
    }

    /// What comes next, of one column or of several.
    ///
    /// # Errors
    /// A column is damaged: it does not have this type.
    pub(crate) fn take<T: FromColumns>(&mut self) -> Result<T> {
        T::from_columns(self)
    }
}

/// What can be read from the next columns of a row.
pub(crate) trait FromColumns: Sized {
    /// Reads as many columns as it is made of.
    fn from_columns(cursor: &mut Cursor<'_>) -> Result<Self>;
}

/// What names its own columns.
pub(crate) trait Selected: FromColumns {
    /// The columns, separated by commas.
    fn columns() -> String;
}

impl<T: FromColumn> FromColumns for T {
    fn from_columns(cursor: &mut Cursor<'_>) -> Result<Self> {
        cursor.next += 1;
        cursor.row.get(cursor.next - 1)
    }
}

/// All columns of a row, in order, as a reader of rows.
///
/// # Errors
/// One is damaged: it does not have this type.
pub(crate) fn read_row<T: FromColumns>(row: &Row<'_>) -> Result<T> {
    row.read()
}

macro_rules! tuples {
    ($(($($name:ident),+))+) => {$(
        impl<$($name: FromColumns),+> FromColumns for ($($name,)+) {
            fn from_columns(cursor: &mut Cursor<'_>) -> Result<Self> {
                Ok(($(cursor.take::<$name>()?,)+))
            }
        }
    )+};
}

tuples! { (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) }

/// Both or neither.
impl<A: FromColumn, B: FromColumn> FromColumns for Option<(A, B)> {
    fn from_columns(cursor: &mut Cursor<'_>) -> Result<Self> {
        let (a, b): (Option<A>, Option<B>) = cursor.take()?;
        Ok(a.zip(b))
    }
}

/// All or none.
impl<A: FromColumn, B: FromColumn, C: FromColumn> FromColumns for Option<(A, B, C)> {
    fn from_columns(cursor: &mut Cursor<'_>) -> Result<Self> {
        let (a, b, c): (Option<A>, Option<B>, Option<C>) = cursor.take()?;
        Ok(a.zip(b).zip(c).map(|((a, b), c)| (a, b, c)))
    }
}

/// Names the columns of a row: `row!(Key { id: "k.id", made: "k.made_at" })` for a type that is
/// there, `row!(struct Key { id: Id = "k.id" })` for one of its own. A field of several columns
/// names them with commas; one that names its own is `[Type]`.
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($field:ident: $type:ty = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        $vis struct $name {
            $($field: $type),+
        }

        $crate::database::row!($name { $($field: $text),+ });
    };
    ($type:ty { $($field:ident: $columns:tt),+ $(,)? }) => {
        impl $crate::database::FromColumns for $type {
            fn from_columns(cursor: &mut $crate::database::Cursor<'_>) -> $crate::database::Result<Self> {
                Ok(Self { $($field: cursor.take()?),+ })
            }
        }

        impl $crate::database::Selected for $type {
            fn columns() -> String {
                [$($crate::database::row!(@columns $columns)),+].join(", ")
            }
        }
    };
    (@columns [$nested:ty]) => { <$nested as $crate::database::Selected>::columns() };
    (@columns $text:literal) => { ($text).to_owned() };
}
pub(crate) use row;

impl FromColumn for Instant {
    fn from_column(column: Column<'_>) -> Option<Self> {
        i64::from_column(column).map(Self::from_millis)
    }
}

impl FromColumn for u64 {
    /// Counts are stored as they are; a negative one is none.
    fn from_column(column: Column<'_>) -> Option<Self> {
        i64::from_column(column).and_then(|n| n.try_into().ok())
    }
}

impl FromColumn for Region {
    /// What was stored was checked; a damaged number shows as the country rather than stopping a
    /// page.
    fn from_column(column: Column<'_>) -> Option<Self> {
        let number = i64::from_column(column)?;
        Some(u64::try_from(number).ok().and_then(Self::from_number).unwrap_or(Self::COUNTRY))
    }
}

impl FromColumn for Hash {
    fn from_column(column: Column<'_>) -> Option<Self> {
        <[u8; 32]>::from_column(column).map(Self)
    }
}

impl FromColumn for ExpiryMonth {
    fn from_column(column: Column<'_>) -> Option<Self> {
        u8::from_column(column).and_then(Self::from_months)
    }
}

impl FromColumns for Option<Class> {
    /// A class that only a newer collector knows is none here: an order with it stays in every
    /// list.
    fn from_columns(cursor: &mut Cursor<'_>) -> Result<Self> {
        let name: Option<String> = cursor.take()?;
        Ok(name.as_deref().and_then(Class::from_name))
    }
}

/// Names of the domain, as they are stored.
macro_rules! names {
    ($($type:ty: $find:expr;)+) => {$(
        impl FromColumn for $type {
            fn from_column(column: Column<'_>) -> Option<Self> {
                let Column::Text(name) = column else { return None };
                let find: fn(&str) -> Option<Self> = $find;
                find(name)
            }
        }
    )+};
}

names! {
    Kind: |name| name.parse().ok();
    SatisfactionLevel: |name| name.parse().ok();
    Channel: |name| name.parse().ok();
    Provenance: |name| name.parse().ok();
    Tally: |name| name.parse().ok();
    CardKind: |name| name.parse().ok();
    Stage: Stage::from_name;
    Role: Role::from_name;
    ActionKind: ActionKind::from_name;
    CallState: CallState::from_name;
    EndpointKind: EndpointKind::from_name;
    Source: Source::from_name;
    // What a newer collector decides counts no rating here either.
    Decision: |name| Some(Decision::from_name(name).unwrap_or(Decision::Excluded));
}
