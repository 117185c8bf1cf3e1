//! Migrations of a server's database: those of a file, number by number and name by name.

use crate::store::{
    StoreError,
    database::{Connection, params},
};

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../../migrations/postgres/0001_first.sql")),
    (2, "cards", include_str!("../../migrations/postgres/0002_cards.sql")),
    (3, "probe", include_str!("../../migrations/postgres/0003_probe.sql")),
    (4, "work_order", include_str!("../../migrations/postgres/0004_work_order.sql")),
    (5, "desk", include_str!("../../migrations/postgres/0005_desk.sql")),
    (6, "supervision", include_str!("../../migrations/postgres/0006_supervision.sql")),
    (7, "outbox", include_str!("../../migrations/postgres/0007_outbox.sql")),
    (8, "assist", include_str!("../../migrations/postgres/0008_assist.sql")),
    (9, "file", include_str!("../../migrations/postgres/0009_file.sql")),
    (10, "handling", include_str!("../../migrations/postgres/0010_handling.sql")),
    (11, "due_order", include_str!("../../migrations/postgres/0011_due_order.sql")),
    (12, "publication", include_str!("../../migrations/postgres/0012_publication.sql")),
    (13, "words", include_str!("../../migrations/postgres/0013_words.sql")),
    (14, "improvement", include_str!("../../migrations/postgres/0014_improvement.sql")),
    (15, "collectors", include_str!("../../migrations/postgres/0015_collectors.sql")),
    (16, "exchange", include_str!("../../migrations/postgres/0016_exchange.sql")),
    (17, "shards", include_str!("../../migrations/postgres/0017_shards.sql")),
    (18, "counted", include_str!("../../migrations/postgres/0018_counted.sql")),
    (19, "windows", include_str!("../../migrations/postgres/0019_windows.sql")),
    (20, "ledger", include_str!("../../migrations/postgres/0020_ledger.sql")),
    (21, "sign_in", include_str!("../../migrations/postgres/0021_sign_in.sql")),
];

/// Applies what is missing, all in one transaction; of two that begin at the same moment one waits for the other.
pub(super) fn run(connection: &mut Connection, is_new: bool) -> Result<(), StoreError> {
    const KNOWN: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;
    if !is_new && !has_table(connection)? {
        return Err(StoreError::Failed(
            "there is no store in it; haochaping serve makes one, beside a key file that is there by --new".into(),
        ));
    }
    // Two that make the first table at the same moment meet in the server's catalogue: the other's is as good.
    if !has_table(connection)?
        && let Err(error) = connection.run(TABLE)
        && !has_table(connection)?
    {
        return Err(StoreError::from(error));
    }
    if current(connection)? < KNOWN {
        let transaction = connection.begin(crate::store::database::Isolation::ReadCommitted)?;
        transaction.run("lock table schema_migration in share row exclusive mode")?;
        let found = current(&transaction)?;
        for (version, name, sql) in MIGRATIONS.iter().filter(|(version, ..)| *version > found) {
            transaction.run(sql)?;
            let sql = "insert into schema_migration (version, name) values (?1, ?2)";
            transaction.execute(sql, params![version, name])?;
        }
        transaction.commit()?;
    }
    let found = current(connection)?;
    if found > KNOWN {
        return Err(StoreError::Failed(format!(
            "the database is at version {found} and this binary knows up to {KNOWN}: use a newer haochaping"
        )));
    }
    Ok(())
}

const TABLE: &str = "create table if not exists schema_migration (version bigint primary key, name text not null)";

fn has_table(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "select to_regclass('schema_migration') is not null";
    Ok(connection.query_row(sql, params![], |row| row.get(0))?)
}

fn current(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(version), 0) from schema_migration";
    Ok(connection.query_row(sql, params![], |row| row.get(0))?)
}
