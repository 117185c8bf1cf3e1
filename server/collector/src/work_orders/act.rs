//! Work orders between the rules of `haochaping::work_order` and the store: a history is opened,
//! replayed, added to and sealed again. Whoever acts, a department's system, a person or the
//! collector itself, acts through here.

use std::time::Duration;

use haochaping::{
    calendar::{HolidayFile, Instant, WorkingCalendar},
    link::RatingId,
    work_order::{Action, Actor, Broken, DueKind, Entry, Profile, Refused, Role, Stage, WorkOrder},
};
use haochaping_store::{
    SqlStore, StoreError,
    order::{NewEntry, OrderRow, OrderStanding, StoredEntry},
};

use crate::{keys::Vault, ports::Rng, state::App};

/// The place of an entry's texts for the vault.
const TABLE: &str = "work_order_entry";

/// How long before the end of a term its department is reminded: terms end with a day, so this is 8
/// o'clock of the last one.
const REMIND: Duration = Duration::from_hours(16);

/// A work order with its history.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// As the store has it.
    pub row: OrderRow,
    /// Everything that was done.
    pub history: Vec<Entry>,
    /// What that adds up to.
    pub order: WorkOrder,
}

/// Why a history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry does not open under any key, or is no action.
    #[error("entry {0} cannot be read")]
    Sealed(u32),
    /// The entries do not follow from one another.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// Why an action was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The rules.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Somebody else acted first: the order has so many entries now.
    #[error("the order has {0} entries now")]
    Moved(u32),
    /// The history.
    #[error(transparent)]
    History(#[from] HistoryError),
}

impl From<StoreError> for ActError {
    fn from(error: StoreError) -> Self {
        Self::History(error.into())
    }
}

/// Reads an order's history and replays it.
///
/// # Errors
/// [`HistoryError`]; of an order that was opened only, the store's alone.
pub async fn load(store: &SqlStore, vault: &Vault, row: OrderRow) -> Result<Loaded, HistoryError> {
    // Most orders of a busy minute have just been opened.
    if row.standing.n_entries == 0 {
        let order = WorkOrder::open(row.facts.clone(), row.opened_at);
        return Ok(Loaded { row, history: Vec::new(), order });
    }
    read(store, vault, row).await
}

async fn read(store: &SqlStore, vault: &Vault, row: OrderRow) -> Result<Loaded, HistoryError> {
    let stored = store.entries(row.part, row.rating).await?;
    let history = stored
        .iter()
        .map(|entry| unseal(vault, &row.rating, entry))
        .collect::<Result<Vec<_>, _>>()?;
    let order = WorkOrder::replay(row.facts.clone(), row.opened_at, &history)?;
    Ok(Loaded { row, history, order })
}

/// Takes an action on an order that has `n_entries` entries, as whoever acts has seen it.
///
/// To take the same action again gives the entry that stands, so that a lost answer can be asked
/// for again.
///
/// # Errors
/// [`ActError`]; nothing is changed then.
pub async fn act(
    app: &App,
    loaded: &Loaded,
    n_entries: u32,
    action: Action,
    actor: &Actor,
) -> Result<Entry, ActError> {
    if let Some(stands) = loaded.history.get(n_entries as usize) {
        let is_same =
            stands.action == action && stands.role == actor.role && stands.who == actor.who;
        return if is_same {
            Ok(stands.clone())
        } else {
            Err(ActError::Moved(loaded.order.n_entries))
        };
    }
    if n_entries != loaded.order.n_entries {
        return Err(ActError::Moved(loaded.order.n_entries));
    }
    let (profile, calendar) = (&app.config.profile, app.calendar());
    let entry = loaded.order.decide(action, actor, app.clock.now(), profile, &calendar)?;
    let new = to_new(app, &loaded.row, &loaded.order, &entry)?;
    if app.store.append_entries(vec![new]).await? == [true] {
        Ok(entry)
    } else {
        Err(ActError::Moved(entry.number))
    }
}

/// What the collector does by itself with orders whose time has come; returns how many entries that
/// were.
///
/// # Errors
/// The store's. An order that cannot be worked is logged and left, and the others are worked.
pub async fn wake(app: &App, limit: u32) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let mut news = Vec::new();
    for row in app.store.due_orders(now, limit).await? {
        match next_of_its_own(app, row.clone(), now).await {
            Ok(new) => news.push(new),
            Err(ActError::History(HistoryError::Store(error))) => return Err(error),
            Err(error) => put_off(app, row, now, &error).await?,
        }
    }
    if news.is_empty() {
        return Ok(0);
    }
    let done = app.store.append_entries(news).await?;
    Ok(done.into_iter().filter(|is_done| *is_done).count())
}

/// One that cannot be worked now holds the others up no longer: it wakes when its terms say, or is
/// tried again in an hour.
async fn put_off(
    app: &App,
    row: OrderRow,
    now: Instant,
    error: &ActError,
) -> Result<(), StoreError> {
    tracing::error!(order = id_of(&row), %error, "the next step of a work order was refused");
    let (part, rating, kept) = (row.part, row.rating, row.standing.clone());
    let in_an_hour = now + Duration::from_hours(1);
    let terms = load(&app.store, &app.keys().vault, row).await.ok();
    let wake_at = terms
        .and_then(|found| standing(&found.order, &app.config.profile, &app.calendar()).wake_at);
    let wake_at = Some(wake_at.filter(|at| *at > now).unwrap_or(in_an_hour));
    app.store.move_due(part, rating, OrderStanding { wake_at, ..kept }).await.map(drop)
}

async fn next_of_its_own(app: &App, row: OrderRow, now: Instant) -> Result<NewEntry, ActError> {
    let action = match row.standing.stage {
        Stage::Replied => Action::NoAnswer,
        Stage::FollowedUp => Action::Close,
        _ => Action::Dispatch,
    };
    let loaded = load(&app.store, &app.keys().vault, row).await?;
    let entry =
        loaded.order.decide(action, &Actor::system(), now, &app.config.profile, &app.calendar())?;
    to_new(app, &loaded.row, &loaded.order, &entry)
}

/// The hour at which an order reaches its department was drawn when it was opened; whatever is done
/// before leaves it alone.
fn keep_hour(after: OrderStanding, row: &OrderRow) -> OrderStanding {
    if after.stage == Stage::Opened {
        OrderStanding { wake_at: row.standing.wake_at, ..after }
    } else {
        after
    }
}

fn to_new(
    app: &App,
    row: &OrderRow,
    order: &WorkOrder,
    entry: &Entry,
) -> Result<NewEntry, ActError> {
    let after = order.apply(entry).map_err(HistoryError::from)?;
    let after = keep_hour(standing(&after, &app.config.profile, &app.calendar()), row);
    let entry = seal(&app.keys().vault, &row.rating, entry, &*app.rng);
    Ok(NewEntry { part: row.part, rating: row.rating, entry, after })
}

/// The days off that are built in, with what was imported.
///
/// # Errors
/// The store's. A year that cannot be read is logged and left as it was.
pub async fn read_calendar(store: &SqlStore) -> Result<WorkingCalendar, StoreError> {
    let mut calendar = WorkingCalendar::built_in();
    for (year, days) in store.holidays().await? {
        let file = serde_json::from_str(&days)
            .map(|days| HolidayFile { years: [(year.to_string(), days)].into() });
        let taken = file
            .map_err(|error| error.to_string())
            .and_then(|file| calendar.import(&file).map_err(|error| error.to_string()));
        if let Err(error) = taken {
            tracing::error!(year, error, "imported days off cannot be read");
        }
    }
    Ok(calendar)
}

/// Computes terms anew that reached into a year without known days off, and logs each that moved.
///
/// # Errors
/// The store's.
pub async fn move_provisional(app: &App) -> Result<(), StoreError> {
    for row in app.store.provisional_orders().await? {
        let (name, before) = (id_of(&row), row.standing.clone());
        let loaded = match load(&app.store, &app.keys().vault, row).await {
            Ok(loaded) => loaded,
            Err(HistoryError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::error!(order = name, %error, "a provisional term was not computed anew");
                continue;
            }
        };
        let after =
            keep_hour(standing(&loaded.order, &app.config.profile, &app.calendar()), &loaded.row);
        if after != before
            && app.store.move_due(loaded.row.part, loaded.row.rating, after.clone()).await?
        {
            let due = |standing: &OrderStanding| standing.due_at.map(Instant::to_rfc3339);
            tracing::info!(order = name, before = ?due(&before), after = ?due(&after), "a provisional term is settled");
        }
    }
    Ok(())
}

/// What an order's row holds.
pub fn standing(order: &WorkOrder, profile: &Profile, calendar: &WorkingCalendar) -> OrderStanding {
    let due = order.due(profile, calendar);
    let owed = due
        .iter()
        .find(|(kind, _)| matches!(kind, DueKind::Contact | DueKind::Reply))
        .map(|(_, at)| *at);
    let follow_up = due.iter().find(|(kind, _)| *kind == DueKind::FollowUp).map(|(_, at)| at.at);
    let wake_at = match order.stage() {
        // A second reply is not answered again, so its order goes to rest at once.
        Stage::Replied => {
            Some(follow_up.map_or(order.since, |last| last + Duration::from_millis(1)))
        }
        Stage::FollowedUp => Some(order.since),
        _ => None,
    };
    OrderStanding {
        stage: order.stage(),
        agency: order.agency.clone(),
        class: order.class,
        is_upheld: order.is_upheld,
        round: order.round,
        replied_at: order.replied_at,
        n_entries: order.n_entries,
        wake_at,
        due_at: owed.map(|deadline| deadline.at),
        reply_due_at: order.reply_due(profile, calendar).map(|deadline| deadline.at),
        notice_at: owed.map(|deadline| deadline.at - REMIND),
        is_provisional: due.iter().any(|(_, deadline)| deadline.is_provisional),
    }
}

fn seal(vault: &Vault, rating: &RatingId, entry: &Entry, rng: &dyn Rng) -> StoredEntry {
    let text = serde_json::to_string(&entry.action).expect("an action is plain data");
    StoredEntry {
        number: entry.number,
        at: Instant::from_millis(entry.at),
        role: entry.role,
        who: entry.who.clone(),
        action: entry.action.kind(),
        detail: vault.seal(
            TABLE,
            rating,
            &column(entry.number, entry.at, entry.role, &entry.who),
            &text,
            rng,
        ),
    }
}

fn unseal(vault: &Vault, rating: &RatingId, stored: &StoredEntry) -> Result<Entry, HistoryError> {
    let column = column(stored.number, stored.at.millis(), stored.role, &stored.who);
    let text = vault.open(TABLE, rating, &column, &stored.detail);
    let action: Option<Action> = text.and_then(|text| serde_json::from_str(&text).ok());
    // What stands in the open is what was sealed.
    let action = action
        .filter(|action| action.kind() == stored.action)
        .ok_or(HistoryError::Sealed(stored.number))?;
    Ok(Entry {
        number: stored.number,
        at: stored.at.millis(),
        role: stored.role,
        who: stored.who.clone(),
        action,
    })
}

/// An entry opens in its own place of the history only, and as that person's and of that moment.
fn column(number: u32, at: i64, role: Role, who: &str) -> String {
    format!("detail {number} {at} {role} {who}")
}

/// The id of an order as others see it. Without its partition, which says something of the case
/// number.
pub fn id_of(row: &OrderRow) -> String {
    uuid::Uuid::from_bytes(row.id).to_string()
}

/// The id of [`id_of`]; `None` for anything else.
pub fn parse_id(text: &str) -> Option<[u8; 16]> {
    uuid::Uuid::try_parse(text).ok().map(uuid::Uuid::into_bytes)
}

/// Every order whose row is not what its history adds up to, in words. What depends on days off is
/// left to `calendar import`.
///
/// # Errors
/// The store's.
pub async fn verify(store: &SqlStore, vault: &Vault) -> Result<Vec<String>, StoreError> {
    const PAGE: u32 = 1_000;
    let mut faults = Vec::new();
    let mut after = 0;
    loop {
        let query =
            haochaping_store::order::OrderQuery { after, limit: PAGE, ..Default::default() };
        let rows = store.orders(query).await?;
        let Some(last) = rows.last() else { return Ok(faults) };
        after = last.changed;
        for row in rows {
            faults.extend(fault_of(store, vault, row).await?);
        }
    }
}

/// What is wrong with one order. An order that moved while its history was read is read again: a
/// collector may be at work.
async fn fault_of(
    store: &SqlStore,
    vault: &Vault,
    mut row: OrderRow,
) -> Result<Option<String>, StoreError> {
    loop {
        let (id, changed) = (row.id, row.changed);
        let fault = compare(store, vault, row).await?;
        match store.order(id).await? {
            Some(now) if fault.is_some() && now.changed != changed => row = now,
            _ => return Ok(fault),
        }
    }
}

async fn compare(
    store: &SqlStore,
    vault: &Vault,
    row: OrderRow,
) -> Result<Option<String>, StoreError> {
    let (name, kept) = (id_of(&row), row.standing.clone());
    let found = match read(store, vault, row).await {
        Ok(found) => found,
        Err(HistoryError::Store(error)) => return Err(error),
        Err(error) => return Ok(Some(format!("work order {name}: {error}"))),
    };
    let is = (
        kept.stage,
        &kept.agency,
        kept.class,
        kept.is_upheld,
        kept.round,
        kept.replied_at,
        kept.n_entries,
    );
    let o = &found.order;
    let should = (o.stage(), &o.agency, o.class, o.is_upheld, o.round, o.replied_at, o.n_entries);
    Ok((is != should).then(|| format!("work order {name} is {is:?}, its history gives {should:?}")))
}
