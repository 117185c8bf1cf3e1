//! Accounts as they are stored.

use haochaping::{calendar::Instant, work_order::Role};

use crate::{
    StoreError,
    database::{self, Connection, OptionalRow as _, Row, params},
    row::{named, region_of},
    staff::StaffRow,
};

pub(crate) const COLUMNS: &str = "f.name, f.role, f.agency, f.region, f.password, f.invited_until, f.created_at, \
                       f.disabled_at from staff f";

pub(crate) fn read_staff(row: &Row<'_>) -> database::Result<StaffRow> {
    let time = |column| row.get::<Option<i64>>(column).map(|millis| millis.map(Instant::from_millis));
    Ok(StaffRow {
        name: row.get(0)?,
        role: named(row, 1, Role::from_name)?,
        agency: row.get(2)?,
        region: region_of(row.get(3)?),
        password: row.get(4)?,
        invited_until: time(5)?,
        created_at: Instant::from_millis(row.get(6)?),
        disabled_at: time(7)?,
    })
}

/// A live account.
pub(crate) fn by_name(connection: &Connection, name: &str) -> Result<Option<StaffRow>, StoreError> {
    let sql = format!("select {COLUMNS} where f.name = ?1 and f.disabled_at is null");
    Ok(connection.query_row(&sql, params![name], read_staff).optional()?)
}
