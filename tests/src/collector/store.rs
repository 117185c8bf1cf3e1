//! What a collector has stored, looked at and changed behind its back.

use haochaping_store::SqlStore;

use super::Collector;

/// A store that is kept from writing.
#[derive(Debug)]
pub enum Held {
    /// By a transaction on its file.
    File(rusqlite::Connection),
    /// By locks in a session.
    Server(haochaping_postgres::Session),
}

/// Whether collectors of these tests keep their stores on a server:
/// `HAOCHAPING_TEST_STORE=postgres`.
pub fn on_server() -> bool {
    std::env::var("HAOCHAPING_TEST_STORE").is_ok_and(|store| store == "postgres")
}

impl Collector {
    /// Changes the store behind its back.
    ///
    /// # Panics
    /// If the statements fail.
    pub fn run_sql(&self, sql: &str) {
        match &self.database {
            Some(url) => drop(haochaping_postgres::shared().sql_at(url, sql)),
            None => self.file().execute_batch(sql).expect("statements that fit the tables"),
        }
    }

    /// Reads the first column of every row behind its back, as text; `null` is empty.
    ///
    /// # Panics
    /// If the statement fails.
    pub fn read_sql(&self, sql: &str) -> Vec<String> {
        if let Some(url) = &self.database {
            return haochaping_postgres::shared().rows_at(url, sql);
        }
        let file = self.file();
        let mut statement = file.prepare(sql).expect("a statement that fits the tables");
        let text = |row: &rusqlite::Row<'_>| {
            Ok(match row.get::<_, rusqlite::types::Value>(0)? {
                rusqlite::types::Value::Null => String::new(),
                rusqlite::types::Value::Integer(n) => n.to_string(),
                rusqlite::types::Value::Real(n) => n.to_string(),
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Blob(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            })
        };
        statement.query_map([], text).expect("rows").map(|row| row.expect("a row")).collect()
    }

    fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data_dir().join("haochaping.sqlite3"))
            .expect("the file opens")
    }

    /// Its store, opened beside it.
    ///
    /// # Panics
    /// If it does not open.
    pub async fn open_store(&self) -> SqlStore {
        match &self.database {
            Some(url) => SqlStore::connect(url, false).await.expect("the database is there"),
            None => SqlStore::open(self.data_dir()).expect("the file opens"),
        }
    }

    /// Keeps its store from writing until the answer is dropped.
    ///
    /// # Panics
    /// If it cannot be held.
    pub fn hold(&self) -> Held {
        if let Some(url) = &self.database {
            return Held::Server(
                haochaping_postgres::shared()
                    .hold(url, "lock table rating, service in exclusive mode"),
            );
        }
        let file = self.file();
        file.execute_batch("begin immediate").expect("the file is free");
        Held::File(file)
    }

    /// Everything that its store has on disk.
    pub fn stored_bytes(&self) -> Vec<u8> {
        if let Some(url) = &self.database {
            return haochaping_postgres::shared().bytes_of(url);
        }
        let files =
            ["haochaping.sqlite3", "haochaping.sqlite3-wal"].map(|name| self.data_dir().join(name));
        files.into_iter().flat_map(|path| std::fs::read(path).unwrap_or_default()).collect()
    }
}
