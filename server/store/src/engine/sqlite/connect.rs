//! Connections to the file, and what is left of them while the disk takes nothing.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::StoreError;

/// How long another process may hold the file's write lock, so that commands work beside a running
/// collector. A rating that waits behind a batch that waits is still answered within a request's 15
/// s.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes the file readable and writable by its owner alone before SQLite opens it; the WAL takes
/// over its mode. A file that is there may lie on a disk that takes nothing.
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let made =
        std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop);
    if path.metadata().is_ok_and(|file| file.len() > 0) { Ok(()) } else { made }
}

/// A connection that writes.
///
/// # Errors
/// [`StoreError::Unwritable`] if the disk takes nothing.
pub(crate) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", synchronous())?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    // 64 MB of log before it is folded into the file: pages that many batches touch are then
    // written once.
    connection.pragma_update(None, "wal_autocheckpoint", 16_384)?;
    // Where the file or its directory is read-only, SQLite says so at the first change only.
    if connection.is_readonly("main")? {
        return Err(StoreError::Unwritable(format!("{} is read-only", path.display())));
    }
    Ok(connection)
}

/// A connection that reads.
pub(crate) struct Reader {
    pub(crate) connection: Connection,
    /// Whether it sees what others write, so that it may be used again.
    pub(crate) is_shared: bool,
}

/// A connection that reads, also where the disk has no room for the index of the log, which all
/// connections share.
pub(crate) fn reader(path: &Path) -> Result<Reader, StoreError> {
    let shared = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|connection| {
        // The first statement opens the log.
        connection.query_row("select count(*) from sqlite_master", [], |_| Ok(()))?;
        Ok(connection)
    });
    match shared {
        Err(StoreError::Unwritable(_)) => Ok(Reader { connection: alone(path)?, is_shared: false }),
        shared => Ok(Reader { connection: shared?, is_shared: true }),
    }
}

/// A connection that takes the file as it is, without locks and with an index of the log of its
/// own. Nobody writes where it is needed: whoever writes needs the shared index.
fn alone(path: &Path) -> Result<Connection, StoreError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let has_log = std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
    let name: String =
        form_urlencoded::byte_serialize(path.as_os_str().as_encoded_bytes()).collect();
    let how = if has_log { "vfs=unix-none" } else { "immutable=1" };
    let uri = format!("file:{}?mode=ro&{how}", name.replace('+', "%20"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags)?;
    prepare_once(&connection)?;
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    connection.query_row("select count(*) from sqlite_master", [], |_| Ok(()))?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    prepare_once(&connection)?;
    Ok(connection)
}

/// Keeps statements as they were prepared. Without the guarantee of a stable plan SQLite prepares a
/// statement anew for each set of values that might change its plan, which a condition of a partial
/// index is enough for.
fn prepare_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(128);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// FULL: NORMAL can lose acknowledged commits when the power fails.
fn synchronous() -> &'static str {
    #[cfg(debug_assertions)]
    if crate::mutant::is("sync-off") {
        return "off";
    }
    "full"
}
