//! A small migration runner: numbered files, applied once each, a newer store refused.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::StoreError;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../../migrations/sqlite/0001_first.sql")),
    (2, "cards", include_str!("../../migrations/sqlite/0002_cards.sql")),
    (3, "probe", include_str!("../../migrations/sqlite/0003_probe.sql")),
    (4, "work_order", include_str!("../../migrations/sqlite/0004_work_order.sql")),
    (5, "desk", include_str!("../../migrations/sqlite/0005_desk.sql")),
    (6, "supervision", include_str!("../../migrations/sqlite/0006_supervision.sql")),
    (7, "outbox", include_str!("../../migrations/sqlite/0007_outbox.sql")),
    (8, "assist", include_str!("../../migrations/sqlite/0008_assist.sql")),
    (9, "file", include_str!("../../migrations/sqlite/0009_file.sql")),
    (10, "handling", include_str!("../../migrations/sqlite/0010_handling.sql")),
    (11, "due_order", include_str!("../../migrations/sqlite/0011_due_order.sql")),
    (12, "publication", include_str!("../../migrations/sqlite/0012_publication.sql")),
    (13, "words", include_str!("../../migrations/sqlite/0013_words.sql")),
    (14, "improvement", include_str!("../../migrations/sqlite/0014_improvement.sql")),
    (15, "collectors", include_str!("../../migrations/sqlite/0015_collectors.sql")),
    (16, "exchange", include_str!("../../migrations/sqlite/0016_exchange.sql")),
    (17, "shards", include_str!("../../migrations/sqlite/0017_shards.sql")),
    (18, "counted", include_str!("../../migrations/sqlite/0018_counted.sql")),
    (19, "windows", include_str!("../../migrations/sqlite/0019_windows.sql")),
    (20, "ledger", include_str!("../../migrations/sqlite/0020_ledger.sql")),
    (21, "sign_in", include_str!("../../migrations/sqlite/0021_sign_in.sql")),
];

/// Whether a store that cannot be written can be read by this binary.
///
/// # Errors
/// In one line, with the reason why it cannot be written: it is older or newer.
pub(super) fn check(connection: &Connection, reason: &str) -> Result<(), StoreError> {
    let (found, known) = (current(connection)?, MIGRATIONS.last().map_or(0, |m| m.0));
    if found == known {
        return Ok(());
    }
    Err(StoreError::Failed(format!(
        "the database is at version {found}, this binary needs {known}, and nothing can be written: {reason}"
    )))
}

/// Applies what is missing, each migration in a transaction of its own.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    if check(connection, "").is_ok() {
        return Ok(());
    }
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

    /// Earlier versions opened work orders with their rating and state alone.
    #[test]
    fn bare_work_orders_are_completed() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("create table schema_migration (version integer primary key, name text not null)")
            .unwrap();
        for (version, name, sql) in &MIGRATIONS[..3] {
            connection.execute_batch(sql).unwrap();
            connection
                .execute("insert into schema_migration (version, name) values (?1, ?2)", (version, name))
                .unwrap();
        }
        // A registered person without contact, an anonymous one, and a card's with a contact.
        for (n, case, anonymous, contact) in [(1, "c", 0, "null"), (2, "d", 1, "null"), (3, "card", 0, "x'00'")] {
            connection
                .execute_batch(&format!(
                    "insert into rating (part, authority, case_number, service_number, id, key_digest, fingerprint, level,
                       indicators, indicator_version, contact, anonymous, channel, provenance, lang, agency, region,
                       rated_at, salt)
                     values (1, 'a', '{case}', 1, x'{n:032}', zeroblob(16), zeroblob(16), 'dissatisfied', '', '2020-05',
                       {contact}, {anonymous}, 'pc', 'citizen', 'zh-Hans', 'x', 321002000000, 1, zeroblob(32));
                     insert into work_order (part, rating, id, state, opened_at)
                     values (1, x'{n:032}', x'{n:032}', 'opened', {n});"
                ))
                .unwrap();
        }
        for case in ["c", "d"] {
            connection
                .execute(
                    "insert into service (part, authority, case_number, service_number, id, agency, region, finished_at,
                       mode, real_name, last_day, registered_at)
                     values (1, 'a', ?1, 1, randomblob(16), 'x', 321002000000, 1, 'online', 1, 1, 1)",
                    [case],
                )
                .unwrap();
        }
        run(&mut connection).unwrap();
        let rows =
            "select real_name || ' ' || has_contact || ' ' || (wake_at - opened_at >= 3600000) || ' ' || agency || ' ' || rated_agency || ' ' ||
                      region || ' ' || n_entries from work_order order by opened_at";
        let mut statement = connection.prepare(rows).unwrap();
        let found: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let expected = ["1 0 0 x x 321002000000 0", "0 0 1 x x 321002000000 0", "1 1 0 x x 321002000000 0"];
        assert_eq!(found, expected);
        let numbers = "select count(distinct changed) from work_order where changed > 0 and id <> rating";
        assert_eq!(connection.query_row(numbers, [], |row| row.get::<_, i64>(0)).unwrap(), 3);
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
