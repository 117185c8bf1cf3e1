//! What is looked at now and then to know how the collector does.

use haochaping::calendar::Instant;

use crate::store::{
    StoreError, Vitals,
    database::{Connection, OptionalRow as _, params},
};

const BACKED_UP_AT: &str = "backed_up_at";

pub(super) fn read(connection: &Connection, now: Instant) -> Result<Vitals, StoreError> {
    let n = |sql: &str, params: &[_]| connection.query_row(sql, params, |row| row.get::<i64>(0));
    let oldest = "select min(created_at) from outbox where state = 'waiting'";
    let oldest: Option<i64> = connection.query_row(oldest, params![], |row| row.get(0))?;
    let backed_up: Option<String> = connection
        .query_row("select value from meta where name = ?1", params![BACKED_UP_AT], |row| row.get(0))
        .optional()?;
    Ok(Vitals {
        n_overdue: n("select count(*) from work_order where due_at < ?1", params![now.millis()])?.unsigned_abs(),
        oldest_message: oldest.map(Instant::from_millis),
        n_unnumbered: n("select count(*) from ledger_pending", params![])?.unsigned_abs(),
        backed_up_at: backed_up.and_then(|at| at.parse().ok()).map(Instant::from_millis),
    })
}

pub(super) fn note_backup(connection: &Connection, at: Instant) -> Result<(), StoreError> {
    connection.execute(
        "insert into meta (name, value) values (?1, ?2) on conflict (name) do update set value = excluded.value",
        params![BACKED_UP_AT, at.millis().to_string()],
    )?;
    Ok(())
}
