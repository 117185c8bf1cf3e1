//! Values and columns of PostgreSQL, in the few types that the tables have.

use std::error::Error as StdError;

use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};

use crate::{
    StoreError,
    database::{Column, Error, Param, Result},
};

/// A column as the server sent it, of one of the types that the tables have.
struct Raw<'a>(Column<'a>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(
        of: &Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(match *of {
            Type::INT8 => Column::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Column::Int(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Column::Int(i16::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => Column::Int(bool::from_sql(of, raw)?.into()),
            Type::NUMERIC => Column::Int(whole(raw).ok_or("not a whole number of 64 bits")?),
            Type::BYTEA => Column::Blob(raw),
            _ => Column::Text(std::str::from_utf8(raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(Column::Null))
    }

    fn accepts(of: &Type) -> bool {
        [
            Type::INT8,
            Type::INT4,
            Type::INT2,
            Type::BOOL,
            Type::NUMERIC,
            Type::BYTEA,
            Type::TEXT,
            Type::VARCHAR,
            Type::NAME,
        ]
        .contains(of)
    }
}

/// A sum of big integers, which comes as a `numeric`: digits to the base of 10,000, most
/// significant first.
/// <https://www.postgresql.org/docs/15/datatype-numeric.html>
fn whole(raw: &[u8]) -> Option<i64> {
    let word =
        |at: usize| raw.get(2 * at..2 * at + 2).map(|two| i16::from_be_bytes([two[0], two[1]]));
    let (n_digits, weight, sign) = (word(0)?, word(1)?, word(2)?);
    let mut found: i64 = 0;
    for place in 0..=weight {
        let digit = if place < n_digits { word(4 + usize::try_from(place).ok()?)? } else { 0 };
        found = found.checked_mul(10_000)?.checked_add(digit.into())?;
    }
    match sign {
        0 if n_digits <= weight + 1 => Some(found),
        0x4000 if n_digits <= weight + 1 => Some(-found),
        _ => None,
    }
}

pub(super) fn column(row: &tokio_postgres::Row, column: usize) -> Result<Column<'_>> {
    let Raw(found) =
        row.try_get(column).map_err(|error| Error::Store(StoreError::Failed(error.to_string())))?;
    Ok(found)
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (*self, of) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Bool(is), &Type::BOOL) => is.to_sql(of, out),
            (Self::Bool(is), _) => Param::Int(is.into()).to_sql(of, out),
            (Self::Int(n), &Type::INT8) => n.to_sql(of, out),
            (Self::Int(n), &Type::INT4) => i32::try_from(n)?.to_sql(of, out),
            (Self::Int(n), &Type::INT2) => i16::try_from(n)?.to_sql(of, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => text.to_sql(of, out),
            (Self::Blob(bytes), &Type::BYTEA) => bytes.to_sql(of, out),
            (value, of) => Err(format!("{value:?} is not of type {of}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_whole_numbers() {
        let numeric = |digits: &[i16], weight: i16, sign: i16| {
            let n = i16::try_from(digits.len()).unwrap();
            let words = [&[n, weight, sign, 0], digits].concat();
            whole(&words.into_iter().flat_map(i16::to_be_bytes).collect::<Vec<_>>())
        };
        assert_eq!(numeric(&[], 0, 0), Some(0));
        assert_eq!(numeric(&[1234], 0, 0), Some(1234));
        assert_eq!(numeric(&[1, 2], 1, 0), Some(10_002));
        assert_eq!(numeric(&[3], 2, 0), Some(300_000_000), "zeros at the end are left out");
        assert_eq!(numeric(&[7], 0, 0x4000), Some(-7));
        assert_eq!(numeric(&[1, 5000], 0, 0), None, "1.5");
    }
}
