//! What is looked at now and then to know how the collector does.

use haochaping::calendar::Instant;

use crate::SqlStore;
use crate::{
    StoreError,
    database::{Connection, OptionalRow as _, params},
};

/// How a store does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Work orders whose term is over.
    pub n_overdue: u64,
    /// When the oldest message was written that waits to be taken.
    pub oldest_message: Option<Instant>,
    /// Commits whose leaves have no numbers yet.
    pub n_unnumbered: u64,
    /// When the last backup was written.
    pub backed_up_at: Option<Instant>,
}

const BACKED_UP_AT: &str = "backed_up_at";

pub(crate) fn read(connection: &Connection, now: Instant) -> Result<Vitals, StoreError> {
    let n = |sql: &str, params: &[_]| connection.query_row(sql, params, |row| row.get::<i64>(0));
    let oldest = "select min(created_at) from outbox where state = 'waiting'";
    let oldest: Option<i64> = connection.query_row(oldest, params![], |row| row.get(0))?;
    let backed_up: Option<String> = connection
        .query_row("select value from meta where name = ?1", params![BACKED_UP_AT], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(Vitals {
        n_overdue: n("select count(*) from work_order where due_at < ?1", params![now.millis()])?
            .unsigned_abs(),
        oldest_message: oldest.map(Instant::from_millis),
        n_unnumbered: n("select count(*) from ledger_pending", params![])?.unsigned_abs(),
        backed_up_at: backed_up.and_then(|at| at.parse().ok()).map(Instant::from_millis),
    })
}

pub(crate) fn note_backup(connection: &Connection, at: Instant) -> Result<(), StoreError> {
    connection.execute(
        "insert into meta (name, value) values (?1, ?2) on conflict (name) do update set value = excluded.value",
        params![BACKED_UP_AT, at.millis().to_string()],
    )?;
    Ok(())
}

impl SqlStore {
    /// How it does.
    pub async fn vitals(&self, now: Instant) -> Result<Vitals, StoreError> {
        self.read(move |c| read(c, now)).await
    }

    /// Notes that a backup was written.
    pub async fn note_backup(&self, at: Instant) -> Result<(), StoreError> {
        self.write(move |c| note_backup(c, at)).await
    }
}
