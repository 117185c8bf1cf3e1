//! One file: SQLite in WAL mode with `synchronous=FULL`, one thread that writes, a few connections that read.

mod backup;
mod migrate;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, mpsc},
    time::Duration,
};

use rusqlite::OpenFlags;
use tokio::sync::{Semaphore, oneshot};

use super::{StoreError, copy::Table, database::Connection};

/// The name of the file in the data directory.
pub const FILE_NAME: &str = "haochaping.sqlite3";
/// How long another process may hold the file's write lock, so that commands work beside a running collector. A rating
/// that waits behind a batch that waits is still answered within a request's 15 s.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const N_READERS: usize = 4;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A store in one file.
pub struct SqliteEngine {
    path: PathBuf,
    jobs: mpsc::Sender<Job>,
    readers: Mutex<Vec<Connection>>,
    reader_permits: Semaphore,
}

impl std::fmt::Debug for SqliteEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteEngine").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SqliteEngine {
    /// Opens the store in a data directory, makes it if it is not there, and brings it to this binary's version.
    ///
    /// # Errors
    /// In one line: the directory or file cannot be written, or the store is newer than this binary.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(FILE_NAME);
        make_private(&path).map_err(|e| StoreError::Failed(format!("{} cannot be written: {e}", path.display())))?;
        let mut connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        migrate::run(&mut connection)?;
        let mut connection = Connection::sqlite(connection);
        let (jobs, inbox) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                for job in inbox {
                    job(&mut connection);
                }
            })
            .map_err(|e| StoreError::Failed(format!("no thread for the store: {e}")))?;
        Ok(Self { path, jobs, readers: Mutex::default(), reader_permits: Semaphore::new(N_READERS) })
    }

    /// Another connection.
    pub(super) fn connection(&self, is_read_only: bool) -> Result<Connection, StoreError> {
        let flags = if is_read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
        Ok(Connection::sqlite(connect(&self.path, flags)?))
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Whoever asked may have gone; the work is done all the same.
            let _ = answer.send(work(connection));
        });
        self.jobs.send(job).map_err(|_| StoreError::Failed("the writing thread ended".into()))?;
        answered.await.map_err(|_| StoreError::OutcomeUnknown("the writing thread ended".into()))?
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit = self.reader_permits.acquire().await.map_err(|e| StoreError::Failed(e.to_string()))?;
        let held = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        let path = self.path.clone();
        let (connection, result) = tokio::task::spawn_blocking(move || {
            let connection = match held {
                Some(connection) => connection,
                None => Connection::sqlite(connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?),
            };
            let result = work(&connection);
            Ok::<_, StoreError>((connection, result))
        })
        .await
        .map_err(|e| StoreError::Failed(e.to_string()))??;
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(connection);
        result
    }

    pub(super) fn back_up(&self, to: &Path, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), StoreError> {
        // Its own connection, on this thread: a backup takes minutes and must not hold a reader.
        tokio::task::block_in_place(|| backup::backup(&self.path, to, progress))
    }
}

/// Every table of a store, as the migrations make them.
pub(super) fn tables() -> Result<Vec<Table>, StoreError> {
    let mut model = rusqlite::Connection::open_in_memory()?;
    migrate::run(&mut model)?;
    let mut names = model.prepare(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'schema_migration'
         order by name",
    )?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut columns = model.prepare("select name, pk from pragma_table_info(?1) order by cid")?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        let found = columns.query_map([&name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?)))?;
        let found: Vec<_> = found.collect::<Result<_, _>>()?;
        let mut key: Vec<_> = found.iter().filter(|(_, place)| *place > 0).collect();
        key.sort_by_key(|(_, place)| *place);
        let quoted = |(column, _): &(String, u32)| format!("\"{column}\"");
        tables.push(Table {
            name,
            columns: found.iter().map(quoted).collect(),
            key: key.into_iter().map(quoted).collect(),
        });
    }
    Ok(tables)
}

/// Makes the file readable and writable by its owner alone before SQLite opens it; the WAL takes over its mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<rusqlite::Connection, StoreError> {
    let connection = rusqlite::Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", synchronous())?;
        connection.pragma_update(None, "cache_size", -65_536)?;
        // 64 MB of log before it is folded into the file: pages that many batches touch are then written once.
        connection.pragma_update(None, "wal_autocheckpoint", 16_384)?;
    }
    Ok(connection)
}

/// FULL: NORMAL can lose acknowledged commits when the power fails.
fn synchronous() -> &'static str {
    #[cfg(debug_assertions)]
    if crate::mutant::is("sync-off") {
        return "off";
    }
    "full"
}
