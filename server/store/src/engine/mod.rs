//! The two databases that a store can be in, and the leases of collectors that share one.

pub(crate) mod lease;
pub(crate) mod migrate;
pub mod postgres;
pub mod sqlite;

#[derive(Debug)]
pub(crate) enum Engine {
    Sqlite(sqlite::SqliteEngine),
    Postgres(postgres::PostgresEngine),
}
