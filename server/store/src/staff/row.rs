//! Accounts as they are stored.

use crate::{
    StoreError,
    database::{Connection, OptionalRow as _, Selected as _, params, read_row, row},
    staff::{Session, StaffRow},
};

row!(StaffRow {
    name: "f.name",
    role: "f.role",
    agency: "f.agency",
    region: "f.region",
    password: "f.password",
    invited_until: "f.invited_until",
    created_at: "f.created_at",
    disabled_at: "f.disabled_at",
});

row!(Session { staff: [StaffRow], created_at: "s.created_at", last_at: "s.last_at" });

/// A statement for accounts `f`; `rest` says which and in what order.
pub(crate) fn select(rest: &str) -> String {
    format!("select {} from staff f {rest}", StaffRow::columns())
}

/// A live account.
pub(crate) fn by_name(connection: &Connection, name: &str) -> Result<Option<StaffRow>, StoreError> {
    let sql = select("where f.name = ?1 and f.disabled_at is null");
    Ok(connection.query_row(&sql, params![name], read_row).optional()?)
}
