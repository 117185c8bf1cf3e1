//! One file: SQLite in WAL mode with `synchronous=FULL`, one thread that writes, a few connections
//! that read.

mod backup;
mod connect;
mod disk;
pub(crate) mod tables;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
};

use tokio::sync::{Semaphore, oneshot};

use crate::{StoreError, database::Connection, engine::migrate, engine::sqlite::disk::Disk};

/// The name of the file in the data directory.
pub const FILE_NAME: &str = "haochaping.sqlite3";
const N_READERS: u32 = 4;

type Work = Box<dyn FnOnce(Result<&mut Connection, StoreError>) + Send>;

enum Job {
    Write(Work),
    /// Ends the thread and its connection, and says so.
    Close(oneshot::Sender<()>),
}

/// A store in one file.
pub struct SqliteEngine {
    path: PathBuf,
    disk: Arc<Disk>,
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
    /// Opens the store in a data directory, makes it if it is not there, and brings it to this
    /// binary's version. On a disk that takes nothing a store of this version is opened all the
    /// same, to be read until there is room.
    ///
    /// # Errors
    /// In one line: the directory or file cannot be written, or the store is newer than this
    /// binary.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(FILE_NAME);
        let is_empty = |file: &Path| file.metadata().map_or(true, |file| file.len() == 0);
        let log = directory.join(format!("{FILE_NAME}-wal"));
        if is_empty(&path) && !is_empty(&log) {
            // SQLite would throw the log away, and with it what it holds.
            return Err(StoreError::Failed(format!(
                "{} is left of a store whose file is not there: put {} back beside it, or move it away",
                log.display(),
                path.display()
            )));
        }
        connect::make_private(&path).map_err(|e| {
            StoreError::Failed(format!("{} cannot be written: {e}", path.display()))
        })?;
        let disk = Arc::new(Disk::default());
        let opened = connect::writer(&path).and_then(|connection| {
            let mut connection = Connection::sqlite(connection);
            migrate::run(&mut connection)?;
            Ok(connection)
        });
        let writer = match opened {
            Ok(connection) => Some(connection),
            Err(StoreError::Unwritable(reason)) => {
                migrate::check(&Connection::sqlite(connect::reader(&path)?.connection), &reason)?;
                disk.refused(&reason);
                None
            }
            Err(error) => return Err(error),
        };
        let (jobs, inbox) = mpsc::channel::<Job>();
        let file = path.clone();
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_all(&file, writer, inbox))
            .map_err(|e| StoreError::Failed(format!("no thread for the store: {e}")))?;
        Ok(Self {
            path,
            disk,
            jobs,
            readers: Mutex::default(),
            reader_permits: Semaphore::new(N_READERS as usize),
        })
    }

    /// Another connection.
    pub(crate) fn connection(&self, is_read_only: bool) -> Result<Connection, StoreError> {
        let connection = if is_read_only {
            connect::reader(&self.path)?.connection
        } else {
            connect::writer(&self.path)?
        };
        Ok(Connection::sqlite(connection))
    }

    /// Why nothing can be written; `None` while it can.
    pub(crate) fn unwritable(&self) -> Option<String> {
        self.disk.reason()
    }

    /// Tries to write something that changes nothing; what was refused last is over if that works.
    pub(crate) async fn try_disk(&self) -> Result<(), StoreError> {
        // Readers that found the index of the log read-only would keep it so for the whole process.
        let _all = self
            .reader_permits
            .acquire_many(N_READERS)
            .await
            .map_err(|e| StoreError::Failed(e.to_string()))?;
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
        self.write(disk::write_something).await?;
        self.disk.accepted();
        Ok(())
    }

    /// Closes every connection. The last one folds the log into the file.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let failed = |reason: String| StoreError::Failed(reason);
        let all =
            self.reader_permits.acquire_many(N_READERS).await.map_err(|e| failed(e.to_string()))?;
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
        // Whoever still asks gets no connection any more.
        self.reader_permits.close();
        drop(all);
        let (tell, told) = oneshot::channel();
        self.jobs.send(Job::Close(tell)).map_err(|_| failed("the writing thread ended".into()))?;
        told.await.map_err(|_| failed("the writing thread ended".into()))
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            // Whoever asked may have gone; the work is done all the same.
            let _ = answer.send(connection.and_then(work));
        });
        self.jobs
            .send(Job::Write(work))
            .map_err(|_| StoreError::Failed("the writing thread ended".into()))?;
        let written = answered
            .await
            .map_err(|_| StoreError::OutcomeUnknown("the writing thread ended".into()))?;
        if let Err(StoreError::Unwritable(reason)) = &written {
            self.disk.refused(reason);
        }
        written
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit =
            self.reader_permits.acquire().await.map_err(|e| StoreError::Failed(e.to_string()))?;
        let held = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        let path = self.path.clone();
        let (kept, result) = tokio::task::spawn_blocking(move || {
            let (connection, is_shared) = if let Some(connection) = held {
                (connection, true)
            } else {
                let reader = connect::reader(&path)?;
                (Connection::sqlite(reader.connection), reader.is_shared)
            };
            let result = work(&connection);
            Ok::<_, StoreError>((is_shared.then_some(connection), result))
        })
        .await
        .map_err(|e| StoreError::Failed(e.to_string()))??;
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(kept);
        result
    }

    pub(crate) fn back_up(
        &self,
        to: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), StoreError> {
        // Its own connection, on this thread: a backup takes minutes and must not hold a reader.
        tokio::task::block_in_place(|| backup::backup(&self.path, to, progress))
    }
}

/// Works the jobs one after the other. A connection that could not be opened is tried again by
/// each.
fn write_all(path: &Path, mut writer: Option<Connection>, jobs: mpsc::Receiver<Job>) {
    for job in jobs {
        let job = match job {
            Job::Write(work) => work,
            Job::Close(tell) => {
                drop(writer);
                let _ = tell.send(());
                return;
            }
        };
        if writer.is_none() {
            match connect::writer(path) {
                Ok(connection) => writer = Some(Connection::sqlite(connection)),
                Err(error) => {
                    job(Err(error));
                    continue;
                }
            }
        }
        job(writer.as_mut().ok_or_else(|| StoreError::Failed("no connection".into())));
    }
}
