//! A PostgreSQL database: a few connections, each statement on a thread that may wait; what met
//! others or lost its connection is tried again.

mod address;
mod backup;
mod lanes;
mod pooler;

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use haochaping::calendar::Instant;
use tokio::sync::Semaphore;

use crate::{
    Id, StoreError,
    database::{Client, Connection, params},
    engine::migrate,
    engine::{
        lease as slot,
        postgres::{
            address::Address,
            lanes::{Lane, Lanes},
        },
    },
    figure::counted,
    random::{Rng as _, SystemRng},
};

/// Connections of one collector: ratings need one, and people at the desk wait for no one else's
/// question.
const N_CONNECTIONS: usize = 8;
/// How long something that surely did not happen is tried again: the rest of a request's 15 s is
/// for the answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// Tries of what failed by a row that somebody else wrote at the same moment.
const ROW_TRIES: u32 = 3;
/// A batch finds everything by its keys. Its few statements are planned once, and not by how small
/// tables were at that moment.
const FOR_BATCHES: &str =
    "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off";
/// A distributed engine plans by the values that tell the shard.
const FOR_SHARDS: &str = "set plan_cache_mode = auto; set jit = off";
/// A lease is renewed this long after it was last.
const RENEW_MILLIS: i64 = slot::LEASE_MILLIS / 3;

const NO_STORE: &str =
    "there is no store in it; haochaping serve makes one, beside a key file that is there by --new";

/// A store on a server.
pub(crate) struct PostgresEngine {
    address: Address,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
    /// Whether the database is a distributed one.
    is_sharded: bool,
    /// Ratings have connections of their own.
    lanes: Lanes,
    holder: Id,
    /// Whether other processes keep copies of the figures; a command does not ask and believes it.
    is_read_by_others: AtomicBool,
    /// When the slot was last held, in milliseconds; 0 for a command, which holds none.
    held_at: AtomicI64,
}

impl std::fmt::Debug for PostgresEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresEngine")
            .field("address", &self.address.to_string())
            .finish_non_exhaustive()
    }
}

impl PostgresEngine {
    pub(crate) async fn connect(url: &str, is_new: bool) -> Result<Self, StoreError> {
        let mut holder = [0; 16];
        SystemRng.fill(&mut holder);
        let mut engine = Self {
            address: Address::parse(url)?,
            idle: Mutex::default(),
            permits: Semaphore::new(N_CONNECTIONS),
            is_sharded: false,
            lanes: Lanes::one(),
            holder,
            is_read_by_others: AtomicBool::new(true),
            held_at: AtomicI64::new(0),
        };
        let (connection, second) = (engine.open().await?, engine.open().await?);
        let prepared = on_thread(connection, move |c| {
            pooler::refuse_shared_sessions(c, &second)?;
            if !is_new && !migrate::has_store(c)? {
                return Err(StoreError::Failed(NO_STORE.into()));
            }
            migrate::run(c)?;
            lanes::distributed(c)
        });
        let (connection, shards) = prepared.await?;
        let shards = shards.map_err(|error| {
            StoreError::Failed(format!("{}: {}", engine.address, reason(error)))
        })?;
        if let Some(shards) = shards {
            engine.lanes = Lanes::of_shards(&shards);
            engine.is_sharded = true;
        } else {
            engine.idle().push(connection);
        }
        Ok(engine)
    }

    /// Writes each shard's ratings by a lane of their own from now on, as it does by itself where
    /// it finds the database distributed.
    ///
    /// # Errors
    /// In one line: the database is not distributed.
    pub(crate) async fn into_sharded(mut self) -> Result<Self, StoreError> {
        self.lanes = Lanes::of_shards(&self.read(lanes::shards).await?);
        self.is_sharded = true;
        self.idle().clear();
        Ok(self)
    }

    pub(crate) fn is_distributed(&self) -> bool {
        self.is_sharded
    }

    pub(crate) fn n_lanes(&self) -> usize {
        self.lanes.all.len()
    }

    pub(crate) fn lane(&self, part: u8) -> usize {
        self.lanes.number(part)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn open(&self) -> Result<Connection, StoreError> {
        let address = self.address.clone();
        let opened =
            tokio::task::spawn_blocking(move || Client::connect(|| address.connect())).await;
        let mut connection =
            Connection::postgres(opened.map_err(|error| StoreError::Failed(error.to_string()))??);
        if self.is_sharded {
            connection.set_sharded();
        }
        Ok(connection)
    }

    /// Runs `work` once on a connection that waits for work, counting into the slot of a part's
    /// way.
    async fn once<T: Send + 'static>(
        &self,
        part: u8,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit =
            self.permits.acquire().await.map_err(|e| StoreError::Failed(e.to_string()))?;
        let held = self.idle().pop();
        let mut connection = match held {
            Some(connection) => connection,
            None => self.open().await?,
        };
        self.set_slot(&mut connection, self.lanes.of(part));
        let (connection, result) = on_thread(connection, work).await?;
        if connection.is_lost() {
            // The others were lost with it: the next one begins anew rather than finding them out
            // one by one.
            self.idle().clear();
        } else {
            self.idle().push(connection);
        }
        result
    }

    /// Reads; what met a lost connection is asked again on a new one.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        self.write(move |connection| work(connection)).await
    }

    /// Writes. What surely did not happen is tried again; what may have happened is not, and says
    /// so.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        self.write_part(0, work).await
    }

    /// Writes rows of one shard, that of `part`, into whose slot it counts.
    pub(crate) async fn write_part<T: Send + 'static>(
        &self,
        part: u8,
        work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        let work = Arc::new(work);
        let mut tries = Tries::begin();
        let mut n_rows = 0;
        loop {
            let work = Arc::clone(&work);
            match self.once(part, move |c| work(c)).await {
                Err(StoreError::Busy(reason)) if tries.go_on(&reason).await => {}
                Err(StoreError::Row(reason)) if n_rows < ROW_TRIES => {
                    n_rows += 1;
                    if !tries.go_on(&reason).await {
                        return Err(StoreError::Row(reason));
                    }
                }
                other => return other,
            }
        }
    }

    /// Writes what can be written twice: a batch of ratings with their own ids. When nobody knows
    /// whether a commit happened it is run again, and finds its own rows if it did.
    pub(crate) async fn write_again<T: Send + 'static>(
        &self,
        part: u8,
        work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        let work = Arc::new(work);
        let mut tries = Tries::begin();
        let lane = self.lanes.of(part);
        let mut writer = lane.writer.lock().await;
        loop {
            let reason = match self.once_as_writer(lane, &mut writer, Arc::clone(&work)).await {
                Err(StoreError::OutcomeUnknown(reason) | StoreError::Busy(reason)) => reason,
                other => return other,
            };
            if !tries.go_on(&reason).await {
                // Whoever asked is told that it did not work, and finds the rating when they send
                // it again.
                return Err(StoreError::Busy(reason));
            }
        }
    }

    async fn once_as_writer<T: Send + 'static>(
        &self,
        lane: &Lane,
        writer: &mut Option<Connection>,
        work: Arc<impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static>,
    ) -> Result<T, StoreError> {
        let mut connection = if let Some(connection) = writer.take() {
            connection
        } else {
            let settings = if self.is_sharded { FOR_SHARDS } else { FOR_BATCHES };
            let set = move |c: &mut Connection| c.run(settings).map_err(StoreError::from);
            let (connection, result) = on_thread(self.open().await?, set).await?;
            result?;
            connection
        };
        self.set_slot(&mut connection, lane);
        let (connection, result) = on_thread(connection, move |c| work(c)).await?;
        if !connection.is_lost() {
            *writer = Some(connection);
        }
        result
    }

    fn set_slot(&self, connection: &mut Connection, lane: &Lane) {
        connection.set_slot(lane.slot(), self.is_read_by_others.load(Ordering::Relaxed));
    }

    pub(crate) async fn hold_slot(&self, at: Instant) -> Result<(), StoreError> {
        let held_at = self.held_at.load(Ordering::Relaxed);
        if held_at > 0 && at.millis() - held_at < RENEW_MILLIS {
            return Ok(());
        }
        let holder = self.holder;
        let mut held = Ok(());
        for lane in &self.lanes.all {
            let known = (held_at > 0).then(|| lane.slot());
            let part = lane.part;
            match self.write(move |c| slot::hold(c, &holder, part, known, at)).await {
                Ok(slot) => {
                    if known.is_some_and(|known| known != slot) {
                        tracing::warn!(
                            slot,
                            "the lease of the counter slot had ended; another was taken"
                        );
                    }
                    lane.set_slot(slot);
                }
                Err(error) => held = Err(error),
            }
        }
        held?;
        let others = self.write(move |c| {
            counted::forget(c, at)?;
            slot::is_any_held_by_others(c, &holder, at)
        });
        self.is_read_by_others.store(others.await?, Ordering::Relaxed);
        self.held_at.store(at.millis(), Ordering::Relaxed);
        Ok(())
    }

    pub(crate) async fn give_slot_back(&self) -> Result<(), StoreError> {
        let holder = self.holder;
        self.write(move |c| slot::give_back(c, &holder)).await
    }

    pub(crate) async fn back_up(
        &self,
        to: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), StoreError> {
        let sql = "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind = 'r' order by 1";
        let tables: Vec<String> =
            self.read(move |c| Ok(c.query(sql, params![], |row| row.get(0))?)).await?;
        tokio::task::block_in_place(|| backup::backup(&self.address, &tables, to, progress))
    }
}

/// An error's own words.
fn reason(error: StoreError) -> String {
    match error {
        StoreError::Busy(reason)
        | StoreError::Unwritable(reason)
        | StoreError::Row(reason)
        | StoreError::OutcomeUnknown(reason)
        | StoreError::Failed(reason) => reason,
    }
}

/// Statements wait for a server, so they run where waiting harms no one.
async fn on_thread<T: Send + 'static>(
    mut connection: Connection,
    work: impl FnOnce(&mut Connection) -> T + Send + 'static,
) -> Result<(Connection, T), StoreError> {
    tokio::task::spawn_blocking(move || {
        let result = work(&mut connection);
        (connection, result)
    })
    .await
    .map_err(|error| StoreError::Failed(error.to_string()))
}

/// Tries with growing pauses until patience ends.
struct Tries {
    begun: std::time::Instant,
    pause: Duration,
}

impl Tries {
    fn begin() -> Self {
        Self { begun: std::time::Instant::now(), pause: Duration::from_millis(2) }
    }

    /// Waits before the next try; false if there shall be none.
    async fn go_on(&mut self, reason: &str) -> bool {
        const LONGEST: Duration = Duration::from_millis(500);
        if self.begun.elapsed() >= PATIENCE {
            return false;
        }
        tracing::debug!(reason, "tried again");
        // Two that met do not meet again at the same moment.
        let mut random = [0];
        SystemRng.fill(&mut random);
        let part = f64::from(random[0]) / f64::from(u8::MAX);
        tokio::time::sleep(self.pause.mul_f64(0.5 + part)).await;
        self.pause = (self.pause * 2).min(LONGEST);
        true
    }
}
