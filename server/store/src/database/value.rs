//! What goes into a statement and comes out of a row, in the few types that both databases have.

use crate::{StoreError, database::Error};

/// A value on its way into a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Param<'a> {
    /// `null`
    Null,
    /// An integer.
    Int(i64),
    /// A truth value, which SQLite keeps as 0 or 1 and the columns of both databases too.
    Bool(bool),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// What can be a value of a statement.
pub(crate) trait ToParam {
    /// The value.
    fn to_param(&self) -> Param<'_>;
}

/// What can be a value of one set of many, which outlives the place where it was put together.
pub(crate) trait IntoParam<'a> {
    /// The value.
    fn into_param(self) -> Param<'a>;
}

impl<'a, T: ToParam + ?Sized> IntoParam<'a> for &'a T {
    fn into_param(self) -> Param<'a> {
        self.to_param()
    }
}

impl<'a> IntoParam<'a> for Param<'a> {
    fn into_param(self) -> Self {
        self
    }
}

impl<'a> IntoParam<'a> for bool {
    fn into_param(self) -> Param<'a> {
        Param::Bool(self)
    }
}

impl<'a> IntoParam<'a> for Option<u32> {
    fn into_param(self) -> Param<'a> {
        self.map_or(Param::Null, IntoParam::into_param)
    }
}

macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl ToParam for $integer {
            fn to_param(&self) -> Param<'_> {
                Param::Int(i64::from(*self))
            }
        }
        impl<'a> IntoParam<'a> for $integer {
            fn into_param(self) -> Param<'a> {
                Param::Int(i64::from(self))
            }
        }
        impl FromColumn for $integer {
            fn from_column(column: Column<'_>) -> Option<Self> {
                match column {
                    Column::Int(n) => n.try_into().ok(),
                    _ => None,
                }
            }
        }
    )+};
}

integers!(u8, u16, i32, u32, i64);

impl ToParam for bool {
    fn to_param(&self) -> Param<'_> {
        Param::Bool(*self)
    }
}

impl ToParam for str {
    fn to_param(&self) -> Param<'_> {
        Param::Text(self)
    }
}

impl ToParam for String {
    fn to_param(&self) -> Param<'_> {
        Param::Text(self)
    }
}

impl ToParam for Vec<u8> {
    fn to_param(&self) -> Param<'_> {
        Param::Blob(self)
    }
}

impl ToParam for [u8] {
    fn to_param(&self) -> Param<'_> {
        Param::Blob(self)
    }
}

impl<const N: usize> ToParam for [u8; N] {
    fn to_param(&self) -> Param<'_> {
        Param::Blob(self)
    }
}

impl<T: ToParam> ToParam for Option<T> {
    fn to_param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, ToParam::to_param)
    }
}

impl<T: ToParam + ?Sized> ToParam for &T {
    fn to_param(&self) -> Param<'_> {
        (**self).to_param()
    }
}

/// A value of its own, for statements that are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// `null`
    Null,
    /// An integer.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl ToParam for Value {
    fn to_param(&self) -> Param<'_> {
        match self {
            Self::Null => Param::Null,
            Self::Integer(n) => Param::Int(*n),
            Self::Text(text) => Param::Text(text),
            Self::Blob(bytes) => Param::Blob(bytes),
        }
    }
}

/// A value on its way out of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column<'a> {
    /// `null`
    Null,
    /// An integer or a truth value.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// What can be read from a column.
pub(crate) trait FromColumn: Sized {
    /// `None` if the column holds something else.
    fn from_column(column: Column<'_>) -> Option<Self>;
}

impl FromColumn for Value {
    fn from_column(column: Column<'_>) -> Option<Self> {
        Some(match column {
            Column::Null => Self::Null,
            Column::Int(n) => Self::Integer(n),
            Column::Text(text) => Self::Text(text.to_owned()),
            Column::Blob(bytes) => Self::Blob(bytes.to_vec()),
        })
    }
}

impl FromColumn for bool {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Int(n) => Some(n != 0),
            _ => None,
        }
    }
}

impl FromColumn for String {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Blob(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

impl<const N: usize> FromColumn for [u8; N] {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Null => Some(None),
            other => T::from_column(other).map(Some),
        }
    }
}

/// No text of a server's holds the character 0, and the file answers as it does.
pub(super) fn storable(params: &[Param<'_>]) -> Result<(), Error> {
    let has_nul =
        params.iter().any(|param| matches!(param, Param::Text(text) if text.contains('\0')));
    if has_nul {
        Err(StoreError::Row("a text holds the character 0".into()).into())
    } else {
        Ok(())
    }
}

pub(super) fn all_storable(sets: &[Vec<Param<'_>>]) -> Result<(), Error> {
    sets.iter().try_for_each(|set| storable(set))
}
