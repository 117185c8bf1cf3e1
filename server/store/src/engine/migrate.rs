//! Migrations: numbered texts that are applied once each, the same for both databases; a newer
//! store is refused.
//!
//! A text is written in the types of SQLite. Where only those differ, PostgreSQL's is made of it;
//! where a file that had ratings already needed more than that, there are two texts.

use std::borrow::Cow;

use crate::{
    StoreError,
    database::{Connection, Isolation, params},
};

/// A version of the tables.
struct Migration {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    /// `None` where only types differ.
    postgres: Option<&'static str>,
}

macro_rules! text {
    ($file:literal) => {
        include_str!(concat!("../../migrations/", $file, ".sql"))
    };
}

/// One text for both.
macro_rules! shared {
    ($version:literal, $name:literal, $file:literal) => {
        Migration { version: $version, name: $name, sqlite: text!($file), postgres: None }
    };
}

/// A text for each.
macro_rules! apart {
    ($version:literal, $name:literal, $sqlite:literal, $postgres:literal) => {
        Migration {
            version: $version,
            name: $name,
            sqlite: text!($sqlite),
            postgres: Some(text!($postgres)),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    shared!(1, "first", "0001_first"),
    shared!(2, "cards", "0002_cards"),
    shared!(3, "probe", "0003_probe"),
    apart!(4, "work_order", "0004_work_order.sqlite", "0004_work_order.postgres"),
    shared!(5, "desk", "0005_desk"),
    shared!(6, "supervision", "0006_supervision"),
    apart!(7, "outbox", "0007_outbox.sqlite", "0007_outbox.postgres"),
    shared!(8, "assist", "0008_assist"),
    shared!(9, "file", "0009_file"),
    apart!(10, "handling", "0010_handling.sqlite", "0010_handling.postgres"),
    shared!(11, "due_order", "0011_due_order"),
    apart!(12, "publication", "0012_publication.sqlite", "0012_publication.postgres"),
    apart!(13, "words", "0013_words.sqlite", "0013_words.postgres"),
    shared!(14, "improvement", "0014_improvement"),
    shared!(15, "collectors", "0015_collectors"),
    apart!(16, "exchange", "0016_exchange.sqlite", "0016_exchange.postgres"),
    apart!(17, "shards", "0017_shards.sqlite", "0017_shards.postgres"),
    shared!(18, "counted", "0018_counted"),
    shared!(19, "windows", "0019_windows"),
    shared!(20, "ledger", "0020_ledger"),
    shared!(21, "sign_in", "0021_sign_in"),
    apart!(22, "locality", "0022_locality.sqlite", "0022_locality.postgres"),
];

/// The version that this binary makes and needs.
const KNOWN: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

/// Fits SQLite, which gives a whole number the type `integer`, and PostgreSQL, where that has 32
/// bits.
const TABLE: &str =
    "create table if not exists schema_migration (version bigint primary key, name text not null)";

impl Migration {
    fn text(&self, is_postgres: bool) -> Cow<'static, str> {
        match self.postgres {
            _ if !is_postgres => self.sqlite.into(),
            Some(text) => text.into(),
            None => in_types_of_postgres(self.sqlite).into(),
        }
    }
}

/// Applies what is missing.
///
/// # Errors
/// In one line: a migration failed, or the store is newer than this binary.
pub(crate) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    make_table(connection)?;
    if current(connection)? < KNOWN {
        apply(connection)?;
    }
    let found = current(connection)?;
    if found > KNOWN {
        return Err(StoreError::Failed(format!(
            "the database is at version {found} and this binary knows up to {KNOWN}: use a newer haochaping"
        )));
    }
    Ok(())
}

/// Whether a store that cannot be written can be read by this binary.
///
/// # Errors
/// In one line, with the reason why it cannot be written: it is older or newer.
pub(crate) fn check(connection: &Connection, reason: &str) -> Result<(), StoreError> {
    let found = current(connection)?;
    if found == KNOWN {
        return Ok(());
    }
    Err(StoreError::Failed(format!(
        "the database is at version {found}, this binary needs {KNOWN}, and nothing can be written: {reason}"
    )))
}

/// Whether there is a store in the database, of whatever version.
pub(crate) fn has_store(connection: &Connection) -> Result<bool, StoreError> {
    let sql = if connection.is_postgres() {
        "select to_regclass('schema_migration') is not null"
    } else {
        "select exists (select 1 from sqlite_master where name = 'schema_migration')"
    };
    Ok(connection.query_row(sql, params![], |row| row.get(0))?)
}

/// Tables of this version in memory, to look at.
pub(crate) fn in_memory() -> Result<rusqlite::Connection, StoreError> {
    let connection = rusqlite::Connection::open_in_memory()?;
    for migration in MIGRATIONS {
        connection.execute_batch(migration.sqlite)?;
    }
    Ok(connection)
}

fn make_table(connection: &Connection) -> Result<(), StoreError> {
    if has_store(connection)? {
        return Ok(());
    }
    match connection.run(TABLE) {
        // Two that make the first table at the same moment meet in the server's catalogue: the
        // other's is as good.
        Err(_) if has_store(connection)? => Ok(()),
        made => Ok(made?),
    }
}

/// All that is missing is one transaction; of two that begin at the same moment one waits for the
/// other.
fn apply(connection: &mut Connection) -> Result<(), StoreError> {
    let is_postgres = connection.is_postgres();
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    if is_postgres {
        transaction.run("lock table schema_migration in share row exclusive mode")?;
    }
    let found = current(&transaction)?;
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > found) {
        transaction.run(&migration.text(is_postgres))?;
        let sql = "insert into schema_migration (version, name) values (?1, ?2)";
        transaction.execute(sql, params![migration.version, migration.name])?;
    }
    transaction.commit()?;
    Ok(())
}

fn current(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(version), 0) from schema_migration";
    Ok(connection.query_row(sql, params![], |row| row.get(0))?)
}

/// A text with the types of PostgreSQL. A word is a type where something stands before it in its
/// line; a column may be called `text`. What only PostgreSQL has stands in comments: `/* postgres:
/// with (fillfactor = 50) */`.
fn in_types_of_postgres(text: &str) -> String {
    let mut rewritten = String::with_capacity(text.len() * 5 / 4);
    for line in text.lines() {
        let (code, comment) = line.split_at(line.find("--").unwrap_or(line.len()));
        let code =
            code.replace("/* postgres: ", "").replace(" */", "").replace(" without rowid", "");
        let mut is_first = true;
        for word in code.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_') {
            let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
            let end = &word[bare.len()..];
            rewritten += match bare {
                "window" if !rewritten.ends_with('"') => "\"window\"",
                "integer" if !is_first => "bigint",
                "blob" if !is_first => "bytea",
                "text" if !is_first => "text collate \"C\"",
                other => other,
            };
            rewritten += end;
            is_first &= bare.is_empty();
        }
        rewritten += comment;
        rewritten.push('\n');
    }
    rewritten
}
#[cfg(test)]
mod tests {
    use super::*;

    /// A file as the first versions of this binary left it.
    fn of_version(version: i64) -> Connection {
        let connection = Connection::sqlite(rusqlite::Connection::open_in_memory().unwrap());
        connection.run(TABLE).unwrap();
        for migration in MIGRATIONS.iter().filter(|migration| migration.version <= version) {
            connection.run(migration.sqlite).unwrap();
            let sql = "insert into schema_migration (version, name) values (?1, ?2)";
            connection.execute(sql, params![migration.version, migration.name]).unwrap();
        }
        connection
    }

    #[test]
    fn types_are_rewritten_and_names_are_not() {
        let file = "create table note (\n  part integer not null, -- integer\n  text blob not null,\n  window text\n) without rowid /* postgres: with (fillfactor = 50) */;\n";
        let server = "create table note (\n  part bigint not null, -- integer\n  text bytea not null,\n  \"window\" text collate \"C\"\n) with (fillfactor = 50);\n";
        assert_eq!(in_types_of_postgres(file), server);
    }

    #[test]
    fn a_store_newer_than_the_binary_is_refused() {
        let mut connection = of_version(0);
        run(&mut connection).unwrap();
        run(&mut connection).unwrap();
        connection
            .run("insert into schema_migration (version, name) values (99, 'later')")
            .unwrap();
        let message = run(&mut connection).unwrap_err().to_string();
        assert!(
            message.contains("version 99") && message.contains("newer haochaping"),
            "{message}"
        );
    }

    /// Earlier versions opened work orders with their rating and state alone.
    #[test]
    fn bare_work_orders_are_completed() {
        let mut connection = of_version(3);
        // A registered person without contact, an anonymous one, and a card's with a contact.
        for (n, case, anonymous, contact) in
            [(1, "c", 0, "null"), (2, "d", 1, "null"), (3, "card", 0, "x'00'")]
        {
            connection
                .run(&format!(
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
                    params![case],
                )
                .unwrap();
        }
        run(&mut connection).unwrap();
        let rows =
            "select real_name || ' ' || has_contact || ' ' || (wake_at - opened_at >= 3600000) || ' ' || agency || ' ' || rated_agency || ' ' ||
                      region || ' ' || n_entries from work_order order by opened_at";
        let found: Vec<String> = connection.query(rows, params![], |row| row.get(0)).unwrap();
        let expected =
            ["1 0 0 x x 321002000000 0", "0 0 1 x x 321002000000 0", "1 1 0 x x 321002000000 0"];
        assert_eq!(found, expected);
        let numbers =
            "select count(distinct changed) from work_order where changed > 0 and id <> rating";
        assert_eq!(connection.query_row(numbers, params![], |row| row.get::<i64>(0)).unwrap(), 3);
    }

    #[test]
    fn a_store_of_the_first_version_keeps_its_ratings() {
        let mut connection = of_version(1);
        connection
            .execute(
                "insert into rating (part, authority, case_number, service_number, id, key_digest, fingerprint, level,
                   indicators, indicator_version, anonymous, channel, provenance, lang, agency, region, rated_at, salt)
                 values (1, 'a', 'c', 1, zeroblob(16), zeroblob(16), zeroblob(16), 'satisfied', '', '2020-05', 0, 'pc',
                   'citizen', 'zh-Hans', 'x', 321002000000, 1, zeroblob(32))",
                params![],
            )
            .unwrap();
        run(&mut connection).unwrap();
        let kept = "select level from rating where card is null and purpose is null";
        let level: String = connection.query_row(kept, params![], |row| row.get(0)).unwrap();
        assert_eq!((level.as_str(), current(&connection).unwrap()), ("satisfied", KNOWN));
    }
}
