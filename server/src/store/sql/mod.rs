//! The statements of the store, written once for both databases.

mod admin;
mod assist;
mod briefing;
mod call;
mod card;
mod commit;
pub(super) mod counted;
mod desk;
mod exchange;
mod file;
mod improvement;
mod ledger;
mod notice;
mod number;
mod order;
mod outbox;
mod post;
mod publication;
mod quarantine;
mod read;
mod register;
mod shards;
mod sign_in;
pub(super) mod slot;
mod staff;
mod sums;
mod verify;
mod visit;
mod vitals;
mod window;
mod word;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use async_trait::async_trait;
use haochaping::{calendar::Instant, link::RatingId, region::Region};

use self::number::number;
use super::{
    Agreed, Committed, Counted, Decision, FigureKey, Id, Issued, NewCard, NewRating, NewService, Published,
    Quarantined, RatingView, Registered, Registration, Revival, ServiceView, Store, StoreError, StoredApiKey,
    StoredCard, StoredKey, Tally, Verification, Vitals, copy,
    database::{Connection, Param, ToParam as _, Value},
    order::{NewEntry, OrderQuery, OrderRow, OrderStanding, StoredEntry},
    postgres::PostgresEngine,
    sqlite::SqliteEngine,
    staff::AuditEntry,
};

/// A store in a file or on a server.
#[derive(Debug)]
pub struct SqlStore {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(SqliteEngine),
    Postgres(PostgresEngine),
}

impl SqlStore {
    /// Opens the store in a data directory, makes it if it is not there, and brings it to this binary's version.
    ///
    /// # Errors
    /// In one line: the directory or file cannot be written, or the store is newer than this binary.
    /// It is also an error if a copy into it has not ended.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let store = Self::open_half(directory)?;
        if let Engine::Sqlite(engine) = &store.engine {
            whole(&engine.connection(true)?)?;
        }
        Ok(store)
    }

    /// The same for a store that a copy may not have ended in.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_half(directory: &Path) -> Result<Self, StoreError> {
        Ok(Self { engine: Engine::Sqlite(SqliteEngine::open(directory)?) })
    }

    /// Opens the store in a PostgreSQL database and brings it to this binary's version; where `is_new` it is made if it is not
    /// there.
    ///
    /// # Errors
    /// In one line: the address is none, the server cannot be reached or refuses, or the store is newer than this binary.
    /// It is also an error if a copy into it has not ended.
    pub async fn connect(url: &str, is_new: bool) -> Result<Self, StoreError> {
        let store = Self::connect_half(url, is_new).await?;
        store.read(whole).await?;
        Ok(store)
    }

    /// The same for a store that a copy may not have ended in.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_half(url: &str, is_new: bool) -> Result<Self, StoreError> {
        Ok(Self { engine: Engine::Postgres(PostgresEngine::connect(url, is_new).await?) })
    }

    /// Writes the ratings of each shard of a distributed engine by a way of their own from now on.
    ///
    /// # Errors
    /// In one line: this is no database of such an engine, or its tables are not distributed.
    pub async fn spread(self) -> Result<Self, StoreError> {
        match self.engine {
            Engine::Sqlite(_) => Err(StoreError::Failed("--distributed: name the coordinator by --database".into())),
            Engine::Postgres(engine) => Ok(Self { engine: Engine::Postgres(engine.spread().await?) }),
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.write(work).await,
            Engine::Postgres(engine) => engine.write(work).await,
        }
    }

    /// Writes rows of one shard, that of `part`.
    async fn write_part<T: Send + 'static>(
        &self,
        part: u8,
        work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.write(work).await,
            Engine::Postgres(engine) => engine.write_part(part, work).await,
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(work).await,
            Engine::Postgres(engine) => engine.read(work).await,
        }
    }

    /// A connection of its own.
    pub(super) async fn connection(&self) -> Result<Connection, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.connection(false),
            Engine::Postgres(engine) => engine.open().await,
        }
    }

    async fn commit_batch(&self, batch: Arc<[NewRating]>) -> Result<Committed, StoreError> {
        let part = batch.first().map_or(0, |rating| rating.part);
        let work = move |c: &mut Connection| commit::commit(c, &batch);
        match &self.engine {
            Engine::Sqlite(engine) => engine.write(work).await,
            Engine::Postgres(engine) => engine.write_again(part, work).await,
        }
    }

    async fn hold_slot(&self, at: Instant) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(engine) => engine.hold_slot(at).await,
        }
    }

    async fn give_slot_back(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(engine) => engine.give_slot_back().await,
        }
    }

    async fn try_disk(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.try_disk().await,
            // A server that has no room says so at each change, and not before.
            Engine::Postgres(_) => Ok(()),
        }
    }

    async fn back_up(&self, to: &Path, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.back_up(to, progress),
            Engine::Postgres(engine) => engine.back_up(to, progress).await,
        }
    }
}

fn whole(connection: &Connection) -> Result<(), StoreError> {
    if copy::is_half(connection)? {
        let said = "a copy into this store was begun and has not ended: run haochaping copy again";
        return Err(StoreError::Failed(said.into()));
    }
    Ok(())
}

/// The slot of services, beside that of ratings: who registers does not wait for a batch.
fn service_slot(connection: &Connection) -> i64 {
    connection.slot() + 1
}

/// A region as it is stored.
fn signed(region: Region) -> i64 {
    region.number().cast_signed()
}

fn params_of(values: &[Value]) -> Vec<Param<'_>> {
    values.iter().map(|value| value.to_param()).collect()
}

#[async_trait]
impl Store for SqlStore {
    fn is_distributed(&self) -> bool {
        matches!(&self.engine, Engine::Postgres(engine) if engine.is_distributed())
    }
    fn n_lanes(&self) -> usize {
        if let Engine::Postgres(engine) = &self.engine { engine.n_lanes() } else { 1 }
    }
    fn lane(&self, part: u8) -> usize {
        if let Engine::Postgres(engine) = &self.engine { engine.lane(part) } else { 0 }
    }
    fn unwritable(&self) -> Option<String> {
        if let Engine::Sqlite(engine) = &self.engine { engine.unwritable() } else { None }
    }
    async fn try_disk(&self) -> Result<(), StoreError> {
        self.try_disk().await
    }
    async fn vitals(&self, now: Instant) -> Result<Vitals, StoreError> {
        self.read(move |c| vitals::read(c, now)).await
    }
    async fn note_backup(&self, at: Instant) -> Result<(), StoreError> {
        self.write(move |c| vitals::note_backup(c, at)).await
    }
    async fn close(&self) -> Result<(), StoreError> {
        if let Engine::Sqlite(engine) = &self.engine { engine.close().await } else { Ok(()) }
    }
    async fn commit(&self, batch: Arc<[NewRating]>) -> Result<Committed, StoreError> {
        self.commit_batch(batch).await
    }
    async fn register(&self, authority: &str, services: Vec<NewService>) -> Result<Registration, StoreError> {
        self.register_all(authority, services).await
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
    async fn slot_revisions(&self) -> Result<BTreeMap<i64, i64>, StoreError> {
        self.read(read::slot_revisions).await
    }
    async fn figures(&self, slot: i64) -> Result<(i64, Vec<(FigureKey, Tally, i64)>), StoreError> {
        self.read(move |c| read::figures(c, slot)).await
    }
    async fn counted_since(&self, slot: i64, revision: i64) -> Result<Vec<Counted>, StoreError> {
        self.read(move |c| counted::since(c, slot, revision)).await
    }
    async fn hold_slot(&self, at: Instant) -> Result<(), StoreError> {
        self.hold_slot(at).await
    }
    async fn give_slot_back(&self) -> Result<(), StoreError> {
        self.give_slot_back().await
    }
    async fn published(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
        self.read(read::published).await
    }
    async fn publish(&self, moved: Vec<(FigureKey, Published, Option<Published>)>) -> Result<bool, StoreError> {
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
    async fn issue_cards(&self, cards: Vec<NewCard>, agreed: Agreed, entry: AuditEntry) -> Result<Issued, StoreError> {
        self.write(move |c| card::issue(c, &cards, &agreed, &entry)).await
    }
    async fn replace_card(&self, serial: u32, entry: AuditEntry) -> Result<Option<StoredCard>, StoreError> {
        self.write(move |c| card::replace(c, serial, &entry)).await
    }
    async fn revoke_card(&self, serial: u32, reason: &str, entry: AuditEntry) -> Result<bool, StoreError> {
        let reason = reason.to_owned();
        self.write(move |c| card::revoke(c, serial, &reason, &entry)).await
    }
    async fn revive_card(&self, serial: u32, reason: &str, entry: AuditEntry) -> Result<Revival, StoreError> {
        let reason = reason.to_owned();
        self.write(move |c| card::revive(c, serial, &reason, &entry)).await
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
        self.write_part(part, move |c| quarantine::decide(c, part, &rating, decision, &why, &entry)).await
    }
    async fn release_due(&self, at: Instant) -> Result<u64, StoreError> {
        self.release_all(at).await
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
        self.append_all(&news).await
    }
    async fn move_due(&self, part: u8, rating: RatingId, after: OrderStanding) -> Result<bool, StoreError> {
        self.write_part(part, move |c| order::move_due(c, part, &rating, &after)).await
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
        self.back_up(to, progress).await
    }
}
