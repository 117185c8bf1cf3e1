//! A small migration runner: numbered files, applied once each, a newer store refused.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::StoreError;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../../migrations/sqlite/0001_first.sql")),
    (2, "cards", include_str!("../../migrations/sqlite/0002_cards.sql")),
    (3, "probe", include_str!("../../migrations/sqlite/0003_probe.sql")),
];

/// Applies what is missing, each migration in a transaction of its own.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "create table if not exists schema_migration (version integer primary key, name text not null)",
    )?;
    for &(version, name, sql) in MIGRATIONS {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let current = current(&transaction)?;
        if current < version {
            transaction.execute_batch(sql)?;
            transaction.execute("insert into schema_migration (version, name) values (?1, ?2)", (version, name))?;
        }
        transaction.commit()?;
    }
    let (found, known) = (current(connection)?, MIGRATIONS.last().map_or(0, |m| m.0));
    if found > known {
        return Err(StoreError::Failed(format!(
            "the database is at version {found} and this binary knows up to {known}: use a newer haochaping"
        )));
    }
    Ok(())
}

fn current(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("select coalesce(max(version), 0) from schema_migration", [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_newer_than_the_binary_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection).unwrap();
        run(&mut connection).unwrap();
        connection.execute("insert into schema_migration (version, name) values (99, 'later')", []).unwrap();
        let said = run(&mut connection).unwrap_err().to_string();
        assert!(said.contains("version 99") && said.contains("newer haochaping"), "{said}");
    }

    #[test]
    fn a_store_of_the_first_version_keeps_its_ratings() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("create table schema_migration (version integer primary key, name text not null)")
            .unwrap();
        connection.execute_batch(MIGRATIONS[0].2).unwrap();
        connection.execute("insert into schema_migration (version, name) values (1, 'first')", []).unwrap();
        connection
            .execute(
                "insert into rating (part, authority, case_number, service_number, id, key_digest, fingerprint, level,
                   indicators, indicator_version, anonymous, channel, provenance, lang, agency, region, rated_at, salt)
                 values (1, 'a', 'c', 1, zeroblob(16), zeroblob(16), zeroblob(16), 'satisfied', '', '2020-05', 0, 'pc',
                   'citizen', 'zh-Hans', 'x', 321002000000, 1, zeroblob(32))",
                [],
            )
            .unwrap();
        run(&mut connection).unwrap();
        let kept = "select level from rating where card is null and purpose is null";
        let level: String = connection.query_row(kept, [], |row| row.get(0)).unwrap();
        assert_eq!((level.as_str(), current(&connection).unwrap()), ("satisfied", MIGRATIONS[MIGRATIONS.len() - 1].0));
    }
}
