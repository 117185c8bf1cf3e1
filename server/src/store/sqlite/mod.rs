//! One file: SQLite in WAL mode with `synchronous=FULL`, one thread that writes, a few connections that read.

mod admin;
mod assist;
mod briefing;
mod card;
mod commit;
mod desk;
mod file;
mod improvement;
mod migrate;
mod notice;
mod order;
mod outbox;
mod post;
mod publication;
mod quarantine;
mod read;
mod register;
mod staff;
mod sums;
mod verify;
mod word;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use async_trait::async_trait;
use haochaping::{calendar::Instant, link::RatingId, region::Region};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction};
use tokio::sync::{Semaphore, oneshot};

use super::{
    Committed, Decision, Figure, FigureKey, Id, Issue, NewCard, NewRating, NewService, Published, Quarantined,
    RatingView, Registered, ServiceView, Store, StoreError, StoredApiKey, StoredCard, StoredKey, Verification,
    order::{NewEntry, OrderQuery, OrderRow, OrderStanding, StoredEntry},
    staff::AuditEntry,
};

/// The name of the file in the data directory.
pub const FILE_NAME: &str = "haochaping.sqlite3";
/// The counter slot of a store on one file, where one process collects.
const SLOT: i64 = 0;
/// How long another process may hold the file's write lock, so that commands work beside a running collector. A rating
/// that waits behind a batch that waits is still answered within a request's 15 s.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const N_READERS: usize = 4;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A store in one file.
pub struct SqliteStore {
    path: PathBuf,
    jobs: mpsc::Sender<Job>,
    readers: Mutex<Vec<Connection>>,
    reader_permits: Semaphore,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the store in a data directory, makes it if it is not there, and brings it to this binary's version.
    ///
    /// # Errors
    /// In one line: the directory or file cannot be written, or the store is newer than this binary.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(FILE_NAME);
        make_private(&path).map_err(|e| StoreError::Failed(format!("{} cannot be written: {e}", path.display())))?;
        let mut connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        migrate::run(&mut connection)?;
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

    async fn write<T: Send + 'static>(
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

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit = self.reader_permits.acquire().await.map_err(|e| StoreError::Failed(e.to_string()))?;
        let held = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        let path = self.path.clone();
        let (connection, result) = tokio::task::spawn_blocking(move || {
            let connection = match held {
                Some(connection) => connection,
                None => connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
            };
            let result = work(&connection);
            Ok::<_, StoreError>((connection, result))
        })
        .await
        .map_err(|e| StoreError::Failed(e.to_string()))??;
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(connection);
        result
    }
}

/// Raises this process's revision of the counters, in the transaction that changes them.
fn raise_slot(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    let raised = transaction
        .prepare_cached(
            "insert into slot (slot, revision) values (?1, 1)
             on conflict (slot) do update set revision = revision + 1 returning revision",
        )?
        .query_row([SLOT], |row| row.get(0))?;
    Ok(raised)
}

/// Makes the file readable and writable by its owner alone before SQLite opens it; the WAL takes over its mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
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
    #[cfg(feature = "mutants")]
    if crate::mutant::is("sync-off") {
        return "off";
    }
    "full"
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error.to_string()),
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
                Self::Row(error.to_string())
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, batch: Arc<[NewRating]>) -> Result<Committed, StoreError> {
        self.write(move |c| commit::commit(c, &batch)).await
    }
    async fn register(&self, authority: &str, services: Vec<NewService>) -> Result<Vec<Registered>, StoreError> {
        let authority = authority.to_owned();
        self.write(move |c| register::register(c, &authority, &services)).await
    }
    async fn service(&self, part: u8, id: Id) -> Result<Option<ServiceView>, StoreError> {
        self.read(move |c| read::service(c, part, id)).await
    }
    async fn find_service(
        &self,
        part: u8,
        authority: &str,
        case: &str,
        number: u32,
    ) -> Result<Option<Registered>, StoreError> {
        let (authority, case) = (authority.to_owned(), case.to_owned());
        self.read(move |c| register::find(c, part, &authority, &case, number)).await
    }
    async fn ratings_between(&self, part: u8, low: RatingId, high: RatingId) -> Result<Vec<RatingView>, StoreError> {
        self.read(move |c| read::ratings_between(c, part, low, high)).await
    }
    async fn figures(&self) -> Result<(i64, BTreeMap<FigureKey, Figure>), StoreError> {
        self.read(read::figures).await
    }
    async fn slot_revision(&self) -> Result<i64, StoreError> {
        self.read(read::slot_revision).await
    }
    async fn published(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
        self.read(read::published).await
    }
    async fn publish(&self, moved: Vec<(FigureKey, Published)>) -> Result<(), StoreError> {
        self.write(move |c| admin::publish(c, &moved)).await
    }
    async fn agency_names(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.read(read::agency_names).await
    }
    async fn revisions(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        self.read(read::revisions).await
    }
    async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.read(admin::keys).await
    }
    async fn add_key(&self, key: StoredKey) -> Result<(), StoreError> {
        self.write(move |c| admin::add_key(c, &key)).await
    }
    async fn retire_key(&self, purpose: &str, id: u8, at: Instant) -> Result<bool, StoreError> {
        let purpose = purpose.to_owned();
        self.write(move |c| admin::retire_key(c, &purpose, id, at)).await
    }
    async fn api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError> {
        self.read(admin::api_keys).await
    }
    async fn add_api_key(&self, key: StoredApiKey) -> Result<(), StoreError> {
        self.write(move |c| admin::add_api_key(c, &key)).await
    }
    async fn revoke_api_key(&self, id: &str, at: Instant) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |c| admin::revoke_api_key(c, &id, at)).await
    }
    async fn regions(&self) -> Result<BTreeMap<Region, String>, StoreError> {
        self.read(read::regions).await
    }
    async fn import_regions(&self, names: Vec<(Region, String)>) -> Result<(), StoreError> {
        self.write(move |c| admin::import_regions(c, &names)).await
    }
    async fn issue_cards(
        &self,
        cards: Vec<NewCard>,
        entry: AuditEntry,
    ) -> Result<Vec<(StoredCard, Issue)>, StoreError> {
        self.write(move |c| card::issue(c, &cards, &entry)).await
    }
    async fn replace_card(&self, serial: u32, entry: AuditEntry) -> Result<Option<StoredCard>, StoreError> {
        self.write(move |c| card::replace(c, serial, &entry)).await
    }
    async fn revoke_card(&self, serial: u32, reason: &str, entry: AuditEntry) -> Result<bool, StoreError> {
        let reason = reason.to_owned();
        self.write(move |c| card::revoke(c, serial, &reason, &entry)).await
    }
    async fn card(&self, serial: u32) -> Result<Option<StoredCard>, StoreError> {
        self.read(move |c| card::one(c, serial)).await
    }
    async fn cards(&self) -> Result<Vec<StoredCard>, StoreError> {
        self.read(card::all).await
    }
    async fn quarantined(&self, decided: bool) -> Result<Vec<Quarantined>, StoreError> {
        self.read(move |c| quarantine::list(c, decided)).await
    }
    async fn decide(
        &self,
        part: u8,
        rating: RatingId,
        decision: Decision,
        why: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let why = why.to_owned();
        self.write(move |c| quarantine::decide(c, part, &rating, decision, &why, &entry)).await
    }
    async fn release_due(&self, at: Instant) -> Result<u64, StoreError> {
        // Asked once a second: it must not take the write lock for nothing.
        if !self.read(move |c| quarantine::is_any_due(c, at)).await? {
            return Ok(0);
        }
        self.write(move |c| quarantine::release_due(c, at)).await
    }
    async fn forget_sources(&self, day: i64) -> Result<(), StoreError> {
        self.write(move |c| quarantine::forget_sources(c, day)).await
    }
    async fn order(&self, id: Id) -> Result<Option<OrderRow>, StoreError> {
        self.read(move |c| order::by_id(c, &id)).await
    }
    async fn order_of(&self, part: u8, rating: RatingId) -> Result<Option<OrderRow>, StoreError> {
        self.read(move |c| order::of_rating(c, part, &rating)).await
    }
    async fn orders(&self, query: OrderQuery) -> Result<Vec<OrderRow>, StoreError> {
        self.read(move |c| order::list(c, &query)).await
    }
    async fn orders_to_wake(&self, now: Instant, limit: u32) -> Result<Vec<OrderRow>, StoreError> {
        self.read(move |c| order::to_wake(c, now, limit)).await
    }
    async fn provisional_orders(&self) -> Result<Vec<OrderRow>, StoreError> {
        self.read(order::provisional).await
    }
    async fn entries(&self, part: u8, rating: RatingId) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(move |c| order::entries(c, part, &rating)).await
    }
    async fn append_entries(&self, news: Vec<NewEntry>) -> Result<Vec<bool>, StoreError> {
        self.write(move |c| order::append(c, &news)).await
    }
    async fn move_due(&self, part: u8, rating: RatingId, after: OrderStanding) -> Result<bool, StoreError> {
        self.write(move |c| order::move_due(c, part, &rating, &after)).await
    }
    async fn holidays(&self) -> Result<Vec<(i32, String)>, StoreError> {
        self.read(read::holidays).await
    }
    async fn import_holidays(&self, years: Vec<(i32, String)>) -> Result<(), StoreError> {
        self.write(move |c| admin::import_holidays(c, &years)).await
    }
    async fn verify(&self) -> Result<Verification, StoreError> {
        self.read(verify::verify).await
    }
    async fn backup(&self, to: &Path, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), StoreError> {
        // Its own connection, on this thread: a backup takes minutes and must not hold a reader.
        tokio::task::block_in_place(|| admin::backup(&self.path, to, progress))
    }
}
