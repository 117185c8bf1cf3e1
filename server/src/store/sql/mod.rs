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

use haochaping::{calendar::Instant, link::RatingId, region::Region};

use self::number::number;
use super::{
    Agreed, Committed, Counted, Decision, FigureKey, Id, Issued, NewCard, NewRating, NewService, Published,
    Quarantined, RatingView, Registered, Registration, Revival, ServiceView, StoreError, StoredApiKey, StoredCard,
    StoredKey, Tally, Verification, Vitals, copy,
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

impl SqlStore {
    /// Whether a question that names no part is asked of several machines.
    pub fn is_distributed(&self) -> bool {
        matches!(&self.engine, Engine::Postgres(engine) if engine.is_distributed())
    }
    /// How many lanes lead into the store, each with a queue of its own: one, or one for each shard.
    pub fn n_lanes(&self) -> usize {
        if let Engine::Postgres(engine) = &self.engine { engine.n_lanes() } else { 1 }
    }
    /// The number of the lane that ratings of a part take.
    pub fn lane(&self, part: u8) -> usize {
        if let Engine::Postgres(engine) = &self.engine { engine.lane(part) } else { 0 }
    }
    /// Why nothing can be written, the disk being full or read-only; `None` while it can, as far as is known.
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
    /// How it does.
    pub async fn vitals(&self, now: Instant) -> Result<Vitals, StoreError> {
        self.read(move |c| vitals::read(c, now)).await
    }
    /// Notes that a backup was written.
    pub async fn note_backup(&self, at: Instant) -> Result<(), StoreError> {
        self.write(move |c| vitals::note_backup(c, at)).await
    }
    /// Ends everything that is open, so that nothing of the store lies beside it. Nothing can be asked afterwards.
    pub async fn close(&self) -> Result<(), StoreError> {
        if let Engine::Sqlite(engine) = &self.engine { engine.close().await } else { Ok(()) }
    }
    /// Writes a batch of ratings with work orders and counters in one transaction. All of one lane can be one batch;
    /// others may, and are slower.
    ///
    /// # Errors
    /// [`StoreError::OutcomeUnknown`] when the commit itself failed; the caller must not answer anyone.
    pub async fn commit(&self, batch: Arc<[NewRating]>) -> Result<Committed, StoreError> {
        let part = batch.first().map_or(0, |rating| rating.part);
        let work = move |c: &mut Connection| commit::commit(c, &batch);
        match &self.engine {
            Engine::Sqlite(engine) => engine.write(work).await,
            Engine::Postgres(engine) => engine.write_again(part, work).await,
        }
    }
    /// Puts services on record, a transaction for each lane, each applied alone; the answers are in order.
    pub async fn register(&self, authority: &str, services: Vec<NewService>) -> Result<Registration, StoreError> {
        self.register_all(authority, services).await
    }
    /// The service of a ticket.
    pub async fn service(&self, part: u8, id: Id) -> Result<Option<ServiceView>, StoreError> {
        self.read(move |c| read::service(c, part, id)).await
    }
    /// A service by its case, with its id and last ticket day.
    pub async fn find_service(
        &self,
        part: u8,
        authority: &str,
        case: &str,
        number: u32,
    ) -> Result<Option<Registered>, StoreError> {
        let (authority, case) = (authority.to_owned(), case.to_owned());
        self.read(move |c| register::find(c, part, &authority, &case, number)).await
    }
    /// The ratings whose ids lie in a range, both ends included.
    pub async fn ratings_between(
        &self,
        part: u8,
        low: RatingId,
        high: RatingId,
    ) -> Result<Vec<RatingView>, StoreError> {
        self.read(move |c| read::ratings_between(c, part, low, high)).await
    }
    /// The revision of each slot: every collector counts into slots of its own, and a total is the sum over all.
    pub async fn slot_revisions(&self) -> Result<BTreeMap<i64, i64>, StoreError> {
        self.read(read::slot_revisions).await
    }
    /// The revision of a slot and what was counted into it.
    pub async fn figures(&self, slot: i64) -> Result<(i64, Vec<(FigureKey, Tally, i64)>), StoreError> {
        self.read(move |c| read::figures(c, slot)).await
    }
    /// The commits of a slot after a revision, in order, as far as they are still known.
    pub async fn counted_since(&self, slot: i64, revision: i64) -> Result<Vec<Counted>, StoreError> {
        self.read(move |c| counted::since(c, slot, revision)).await
    }
    /// Takes a slot of this process's own, and keeps it: asked once a second. Nothing's correctness rests on it.
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
    /// The figures as last published.
    pub async fn published(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
        self.read(read::published).await
    }
    /// Keeps figures as published, each with what it was before; false, and nothing is kept, if one of them has been
    /// published by another collector meanwhile.
    pub async fn publish(&self, moved: Vec<(FigureKey, Published, Option<Published>)>) -> Result<bool, StoreError> {
        self.write(move |c| admin::publish(c, &moved)).await
    }
    /// Names of agencies by code.
    pub async fn agency_names(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.read(read::agency_names).await
    }
    /// The numbers that tell whether keys, API keys or regions changed.
    pub async fn revisions(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        self.read(read::revisions).await
    }
    /// Every key, retired ones included.
    pub async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.read(admin::keys).await
    }
    /// Adds a key.
    pub async fn add_key(&self, key: StoredKey) -> Result<(), StoreError> {
        self.write(move |c| admin::add_key(c, &key)).await
    }
    /// Retires a key; false if there is none.
    pub async fn retire_key(&self, purpose: &str, id: u8, at: Instant) -> Result<bool, StoreError> {
        let purpose = purpose.to_owned();
        self.write(move |c| admin::retire_key(c, &purpose, id, at)).await
    }
    /// Every API key, revoked ones included.
    pub async fn api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError> {
        self.read(admin::api_keys).await
    }
    /// Adds an API key.
    pub async fn add_api_key(&self, key: StoredApiKey) -> Result<(), StoreError> {
        self.write(move |c| admin::add_api_key(c, &key)).await
    }
    /// Revokes an API key; false if there is none.
    pub async fn revoke_api_key(&self, id: &str, at: Instant) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |c| admin::revoke_api_key(c, &id, at)).await
    }
    /// Imported names of regions.
    pub async fn regions(&self) -> Result<BTreeMap<Region, String>, StoreError> {
        self.read(read::regions).await
    }
    /// Adds names of regions or changes them.
    pub async fn import_regions(&self, names: Vec<(Region, String)>) -> Result<(), StoreError> {
        self.write(move |c| admin::import_regions(c, &names)).await
    }
    /// Issues the cards of a roster in one transaction; the answers are in order. A row that is on record as it stands
    /// gives its card again; of a changed one, or of a card that has expired, the new card replaces the old.
    /// Nothing is issued if a card would end that is not agreed to.
    pub async fn issue_cards(
        &self,
        cards: Vec<NewCard>,
        agreed: Agreed,
        entry: AuditEntry,
    ) -> Result<Issued, StoreError> {
        self.write(move |c| card::issue(c, &cards, &agreed, &entry)).await
    }
    /// Issues a card that says the same in the place of one that was lost; `None` if there is no such live card.
    pub async fn replace_card(&self, serial: u32, entry: AuditEntry) -> Result<Option<StoredCard>, StoreError> {
        self.write(move |c| card::replace(c, serial, &entry)).await
    }
    /// Ends a card; false if there is no such live card.
    pub async fn revoke_card(&self, serial: u32, reason: &str, entry: AuditEntry) -> Result<bool, StoreError> {
        let reason = reason.to_owned();
        self.write(move |c| card::revoke(c, serial, &reason, &entry)).await
    }
    /// Puts a card that was replaced by mistake into use again, and ends its successor, while nobody has rated by that.
    pub async fn revive_card(&self, serial: u32, reason: &str, entry: AuditEntry) -> Result<Revival, StoreError> {
        let reason = reason.to_owned();
        self.write(move |c| card::revive(c, serial, &reason, &entry)).await
    }
    /// A card, and the name of its agency.
    pub async fn card(&self, serial: u32) -> Result<Option<StoredCard>, StoreError> {
        self.read(move |c| card::one(c, serial)).await
    }
    /// Every card, in the order of serials.
    pub async fn cards(&self) -> Result<Vec<StoredCard>, StoreError> {
        self.read(card::all).await
    }
    /// Ratings in quarantine, oldest first; with `decided` also those that were in it.
    pub async fn quarantined(&self, decided: bool) -> Result<Vec<Quarantined>, StoreError> {
        self.read(move |c| quarantine::list(c, decided)).await
    }
    /// Decides about one; false if it is not in quarantine.
    pub async fn decide(
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
    /// Releases what is due, up to 500, a transaction for each lane; returns how many.
    pub async fn release_due(&self, at: Instant) -> Result<u64, StoreError> {
        self.release_all(at).await
    }
    /// Forgets how often cards were rated, and from which sources, on days before `day`.
    pub async fn forget_sources(&self, day: i64) -> Result<(), StoreError> {
        self.write(move |c| quarantine::forget_sources(c, day)).await
    }
    /// A work order by its id.
    pub async fn order(&self, id: Id) -> Result<Option<OrderRow>, StoreError> {
        self.read(move |c| order::by_id(c, &id)).await
    }
    /// The work order of a rating.
    pub async fn order_of(&self, part: u8, rating: RatingId) -> Result<Option<OrderRow>, StoreError> {
        self.read(move |c| order::of_rating(c, part, &rating)).await
    }
    /// Work orders in the order of their last change.
    pub async fn orders(&self, query: OrderQuery) -> Result<Vec<OrderRow>, StoreError> {
        self.read(move |c| order::list(c, &query)).await
    }
    /// Work orders with which the collector has something to do by itself, the longest overdue first.
    pub async fn orders_to_wake(&self, now: Instant, limit: u32) -> Result<Vec<OrderRow>, StoreError> {
        self.read(move |c| order::to_wake(c, now, limit)).await
    }
    /// Work orders whose term reaches into a year without known days off, or was never computed.
    pub async fn provisional_orders(&self) -> Result<Vec<OrderRow>, StoreError> {
        self.read(order::provisional).await
    }
    /// The history of a work order.
    pub async fn entries(&self, part: u8, rating: RatingId) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(move |c| order::entries(c, part, &rating)).await
    }
    /// Appends entries, a transaction for each lane, each only if its order has not moved meanwhile; says which were.
    pub async fn append_entries(&self, news: Vec<NewEntry>) -> Result<Vec<bool>, StoreError> {
        self.append_all(&news).await
    }
    /// Moves what is due of an order that has not moved meanwhile; false if it has.
    pub async fn move_due(&self, part: u8, rating: RatingId, after: OrderStanding) -> Result<bool, StoreError> {
        self.write_part(part, move |c| order::move_due(c, part, &rating, &after)).await
    }
    /// Imported days off: a year each, as JSON of one year of `haochaping::calendar::HolidayFile`.
    pub async fn holidays(&self) -> Result<Vec<(i32, String)>, StoreError> {
        self.read(read::holidays).await
    }
    /// Adds years of days off or puts them in the place of what was there.
    pub async fn import_holidays(&self, years: Vec<(i32, String)>) -> Result<(), StoreError> {
        self.write(move |c| admin::import_holidays(c, &years)).await
    }
    /// Checks that counters are the fold of ratings, that every bad rating that counts has its work order, and that the
    /// file itself is sound.
    pub async fn verify(&self) -> Result<Verification, StoreError> {
        self.read(verify::verify).await
    }
    /// Writes a copy that can be opened as a store, while others go on writing. `progress` hears pages left and total.
    pub async fn backup(&self, to: &Path, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.back_up(to, progress),
            Engine::Postgres(engine) => engine.back_up(to, progress).await,
        }
    }
}
