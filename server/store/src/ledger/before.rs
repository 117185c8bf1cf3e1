//! How far leaves of ratings from before the ledger have been made.

use haochaping::link::RatingId;

use crate::{
    StoreError,
    database::{Connection, OptionalRow as _, params},
};

pub(crate) fn place(connection: &Connection) -> Result<Option<String>, StoreError> {
    let sql = "select value from meta where name = 'ledger_backfill'";
    Ok(connection.query_row(sql, params![], |row| row.get(0)).optional()?)
}

pub(crate) fn read_place(text: &str) -> Result<(u8, RatingId), StoreError> {
    let read = || {
        let (part, rating) = text.split_once(' ')?;
        let rating = if rating.is_empty() {
            [0; 16]
        } else {
            rating.parse::<uuid::Uuid>().ok()?.into_bytes()
        };
        Some((part.parse().ok()?, rating))
    };
    read().ok_or_else(|| StoreError::Failed(format!("{text:?} does not name a part and a rating")))
}

/// Whether a rating is still to be come to.
pub(crate) fn is_ahead(
    connection: &Connection,
    part: u8,
    rating: &RatingId,
) -> Result<bool, StoreError> {
    let Some(at) = place(connection)? else { return Ok(false) };
    Ok((part, *rating) > read_place(&at)?)
}
