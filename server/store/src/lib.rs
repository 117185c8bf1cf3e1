//! The store behind the collector: one type for both databases, one contract that it passes on
//! each.
//!
#![doc = include_str!("../README.md")]

pub mod assist;
pub mod briefing;
mod card;
#[cfg(any(test, feature = "contract"))]
#[expect(clippy::unwrap_used, reason = "tests are made of it")]
pub mod contract;
pub mod copy;
mod database;
pub mod engine;
mod error;
pub mod exchange;
mod figure;
pub mod file;
mod handling;
mod holiday;
pub mod improvement;
mod key;
pub mod ledger;
#[cfg(debug_assertions)]
pub mod mutant;
mod number;
pub mod order;
pub mod outbox;
pub mod publication;
mod quarantine;
pub mod random;
mod rating;
mod region;
mod revision;
mod row;
mod service;
pub mod staff;
mod verify;
mod vitals;
pub mod window;
pub mod word;

use std::{collections::BTreeMap, path::Path};

pub use card::{Agreed, CARD_AUTHORITY, Issue, Issued, NewCard, NewVisit, Revival, StoredCard};
pub use error::StoreError;
pub use exchange::{IMPORT_PREFIX, ImportedCase};
pub use figure::{Counted, Figure, FigureKey, Published, Tally};
pub use key::{StoredApiKey, StoredKey};
pub use quarantine::{Decision, Quarantined, Standing};
pub use rating::{About, Committed, NewRating, Outcome, RatingView};
pub use service::{NewService, PrimaryService, Registered, Registration, ServiceView};
pub use verify::Verification;
pub use vitals::Vitals;

use database::Connection;
use engine::{Engine, postgres::PostgresEngine, sqlite::SqliteEngine};
use haochaping::calendar::Instant;

/// An id of 16 bytes, a UUIDv7.
pub type Id = [u8; 16];

/// A store in a file or on a server. Every write is one transaction and has happened when it
/// returns; of several lanes it is one for each, and an error then leaves what the others wrote.
#[derive(Debug)]
pub struct SqlStore {
    engine: Engine,
}

impl SqlStore {
    /// Opens the store in a data directory, makes it if it is not there, and brings it to this
    /// binary's version.
    ///
    /// # Errors
    /// In one line: the directory or file cannot be written, or the store is newer than this
    /// binary. It is also an error if a copy into it has not ended.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let store = Self::open_incomplete(directory)?;
        if let Engine::Sqlite(engine) = &store.engine {
            ensure_copy_finished(&engine.connection(true)?)?;
        }
        Ok(store)
    }

    /// The same for a store that a copy may not have ended in.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_incomplete(directory: &Path) -> Result<Self, StoreError> {
        Ok(Self { engine: Engine::Sqlite(SqliteEngine::open(directory)?) })
    }

    /// Opens the store in a PostgreSQL database and brings it to this binary's version; where
    /// `is_new` it is made if it is not there.
    ///
    /// # Errors
    /// In one line: the address is none, the server cannot be reached or refuses, or the store is
    /// newer than this binary. It is also an error if a copy into it has not ended.
    pub async fn connect(url: &str, is_new: bool) -> Result<Self, StoreError> {
        let store = Self::connect_incomplete(url, is_new).await?;
        store.read(ensure_copy_finished).await?;
        Ok(store)
    }

    /// The same for a store that a copy may not have ended in.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_incomplete(url: &str, is_new: bool) -> Result<Self, StoreError> {
        Ok(Self { engine: Engine::Postgres(PostgresEngine::connect(url, is_new).await?) })
    }

    /// Writes the ratings of each shard of a distributed engine by a way of their own from now on.
    ///
    /// # Errors
    /// In one line: this is no database of such an engine, or its tables are not distributed.
    pub async fn into_sharded(self) -> Result<Self, StoreError> {
        match self.engine {
            Engine::Sqlite(_) => {
                Err(StoreError::Failed("--distributed: name the coordinator by --database".into()))
            }
            Engine::Postgres(engine) => {
                Ok(Self { engine: Engine::Postgres(engine.into_sharded().await?) })
            }
        }
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.write(work).await,
            Engine::Postgres(engine) => engine.write(work).await,
        }
    }

    /// Writes rows of one shard, that of `part`.
    pub(crate) async fn write_part<T: Send + 'static>(
        &self,
        part: u8,
        work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.write(work).await,
            Engine::Postgres(engine) => engine.write_part(part, work).await,
        }
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(work).await,
            Engine::Postgres(engine) => engine.read(work).await,
        }
    }

    /// A connection of its own.
    pub(crate) async fn connection(&self) -> Result<Connection, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.connection(false),
            Engine::Postgres(engine) => engine.open().await,
        }
    }
}

impl SqlStore {
    /// Whether a question that names no part is asked of several machines.
    pub fn is_distributed(&self) -> bool {
        matches!(&self.engine, Engine::Postgres(engine) if engine.is_distributed())
    }

    /// How many lanes lead into the store, each with a queue of its own: one, or one for each
    /// shard.
    pub fn n_lanes(&self) -> usize {
        if let Engine::Postgres(engine) = &self.engine { engine.n_lanes() } else { 1 }
    }

    /// The number of the lane that ratings of a part take.
    pub fn lane(&self, part: u8) -> usize {
        if let Engine::Postgres(engine) = &self.engine { engine.lane(part) } else { 0 }
    }

    /// Why nothing can be written, the disk being full or read-only; `None` while it can, as far as
    /// is known.
    pub fn unwritable(&self) -> Option<String> {
        if let Engine::Sqlite(engine) = &self.engine { engine.unwritable() } else { None }
    }

    /// Tries to write something that changes nothing, and notes what the disk says to it.
    pub async fn try_disk(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.try_disk().await,
            // A server that has no room says so at each change, and not before.
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// Takes a slot of this process's own, and keeps it: asked once a second. Nothing's correctness
    /// rests on it.
    pub async fn hold_slot(&self, at: Instant) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(engine) => engine.hold_slot(at).await,
        }
    }

    /// Gives the slot back at the end.
    pub async fn give_slot_back(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(engine) => engine.give_slot_back().await,
        }
    }

    /// Writes a copy that can be opened as a store, while others go on writing. `progress` hears
    /// pages left and total.
    pub async fn backup(
        &self,
        to: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.back_up(to, progress),
            Engine::Postgres(engine) => engine.back_up(to, progress).await,
        }
    }

    /// Ends everything that is open, so that nothing of the store lies beside it. Nothing can be
    /// asked afterwards.
    pub async fn close(&self) -> Result<(), StoreError> {
        if let Engine::Sqlite(engine) = &self.engine { engine.close().await } else { Ok(()) }
    }

    /// The places in a list of those of one lane, each lane with a part of it.
    pub(crate) fn by_lane(&self, parts: impl Iterator<Item = u8>) -> Vec<(u8, Vec<usize>)> {
        let mut lanes: BTreeMap<usize, (u8, Vec<usize>)> = BTreeMap::new();
        for (n, part) in parts.enumerate() {
            lanes.entry(self.lane(part)).or_insert((part, Vec::new())).1.push(n);
        }
        lanes.into_values().collect()
    }
}

fn ensure_copy_finished(connection: &Connection) -> Result<(), StoreError> {
    if copy::is_half(connection)? {
        let message =
            "a copy into this store was begun and has not ended: run haochaping copy again";
        return Err(StoreError::Failed(message.into()));
    }
    Ok(())
}
