//! Ratings that wait to be published by place, agent and item, and those that were.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    rating::{Channel, Provenance},
    region::Region,
    statistics::{Counts, Handling},
};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};

use super::{
    SqliteStore,
    admin::raise,
    briefing::{HANDLED_SUMS, read_handled},
    order::named,
    read::{counts_of, region_of},
};
use crate::store::{
    FigureKey, Published, StoreError,
    publication::{Atom, Dimension, Group, Line, PublicationStore, Waiting},
};

/// Six columns from `first` on.
fn atom_of(row: &Row<'_>, first: usize) -> rusqlite::Result<Atom> {
    Ok(Atom {
        region: region_of(row.get(first)?),
        agency: row.get(first + 1)?,
        item: row.get(first + 2)?,
        card: row.get(first + 3)?,
        channel: named(row, first + 4, |name| name.parse::<Channel>().ok())?,
        provenance: named(row, first + 5, |name| name.parse::<Provenance>().ok())?,
    })
}

fn waiting(connection: &Connection) -> Result<Vec<Waiting>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select region, agency, item, card, channel, provenance, day, sum(very_satisfied), sum(satisfied),
           sum(basically_satisfied), sum(dissatisfied), sum(very_dissatisfied) from waiting
         group by region, agency, item, card, channel, provenance, day",
    )?;
    let rows = statement
        .query_map([], |row| Ok(Waiting { atom: atom_of(row, 0)?, day: row.get(6)?, counts: counts_of(row, 7)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn release(connection: &mut Connection, groups: &[Group]) -> Result<u64, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut sums: BTreeMap<(Region, &'static str, String, u32), Counts> = BTreeMap::new();
    let mut n_released = 0;
    for group in groups {
        if !take(&transaction, group)? {
            continue;
        }
        n_released += 1;
        let month = Instant::from_millis(group.until * DAY_MILLIS).date_in_china().month();
        for by in Dimension::ALL {
            let Some(value) = by.value(&group.atom) else { continue };
            for region in group.atom.region.ancestors() {
                sums.entry((region, by.name(), value.clone(), month)).or_default().merge(&group.counts);
            }
        }
    }
    let mut statement = transaction.prepare_cached(
        "insert into released (region, kind, value, month, very_satisfied, satisfied, basically_satisfied, dissatisfied,
           very_dissatisfied) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         on conflict (region, kind, value, month) do update set very_satisfied = very_satisfied + excluded.very_satisfied,
           satisfied = satisfied + excluded.satisfied,
           basically_satisfied = basically_satisfied + excluded.basically_satisfied,
           dissatisfied = dissatisfied + excluded.dissatisfied,
           very_dissatisfied = very_dissatisfied + excluded.very_dissatisfied",
    )?;
    for ((region, kind, value, month), counts) in sums {
        statement.execute(params![
            region.number().cast_signed(),
            kind,
            value,
            month,
            counts.very_satisfied.cast_signed(),
            counts.satisfied.cast_signed(),
            counts.basically_satisfied.cast_signed(),
            counts.dissatisfied.cast_signed(),
            counts.very_dissatisfied.cast_signed(),
        ])?;
    }
    drop(statement);
    raise(&transaction, "released")?;
    transaction.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))?;
    Ok(n_released)
}

/// Takes a group out of what waits; false, and nothing is taken, if something else waits there by now.
fn take(transaction: &Transaction<'_>, Group { atom, until, counts }: &Group) -> Result<bool, StoreError> {
    const OF_ATOM: &str =
        "part = 0 and region = ?1 and agency = ?2 and item = ?3 and card = ?4 and channel = ?5 and provenance = ?6";
    let key = params![
        atom.region.number().cast_signed(),
        atom.agency,
        atom.item,
        atom.card,
        atom.channel.name(),
        atom.provenance.name(),
        until
    ];
    let found = transaction
        .prepare_cached(&format!(
            "select coalesce(sum(very_satisfied), 0), coalesce(sum(satisfied), 0), coalesce(sum(basically_satisfied), 0),
               coalesce(sum(dissatisfied), 0), coalesce(sum(very_dissatisfied), 0) from waiting
             where {OF_ATOM} and day <= ?7"
        ))?
        .query_row(key, |row| counts_of(row, 0))?;
    if found != *counts {
        return Ok(false);
    }
    transaction.prepare_cached(&format!("delete from waiting where {OF_ATOM} and day <= ?7"))?.execute(key)?;
    transaction
        .prepare_cached(
            "insert into released_until (region, agency, item, card, channel, provenance, day)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (region, agency, item, card, channel, provenance) do update set day = excluded.day",
        )?
        .execute(key)?;
    Ok(true)
}

fn daily(connection: &Connection) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select region, kind, value, sum(very_satisfied), sum(satisfied), sum(basically_satisfied), sum(dissatisfied),
           sum(very_dissatisfied) from released where kind in ('all', 'agency', 'visit') group by region, kind, value",
    )?;
    let mut rows = statement.query([])?;
    let mut found: BTreeMap<FigureKey, Published> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (region, kind, agency) = (region_of(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, String>(2)?);
        let counts = counts_of(row, 3)?;
        if kind == Dimension::Visit.name() {
            for agency in [String::new(), agency] {
                found.entry(FigureKey { region, agency }).or_default().n_visits += counts.total();
            }
        } else {
            found.entry(FigureKey { region, agency }).or_default().counts = counts;
        }
    }
    Ok(found)
}

fn released(connection: &Connection, region: Region, by: Dimension) -> Result<Vec<Line>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select value, month, very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied
         from released where region = ?1 and kind = ?2 order by value, month",
    )?;
    let rows = statement.query_map(params![region.number().cast_signed(), by.name()], |row| {
        Ok((row.get(0)?, row.get(1)?, counts_of(row, 2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An order is spoken of when its rating is published: of a visit to a card that is its card's affair, so the atom is looked
/// up column by column.
fn handled(connection: &Connection, now: Instant) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
    let sql = format!(
        "{HANDLED_SUMS} from (select w.*, w.replied_at is not null or coalesce(w.reply_due_at < ?1, 0) as is_due
           from work_order w join rating r on r.part = w.part and r.id = w.rating
           join released_until u on u.region = r.region and u.agency = r.agency and u.item = coalesce(r.item_code, '')
             and u.card = coalesce(r.card, 0) and u.channel = r.channel and u.provenance = r.provenance
           where (w.opened_at + 28800000) / 86400000 <= u.day)
         group by region, rated_agency"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([now.millis()], read_handled)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[async_trait]
impl PublicationStore for SqliteStore {
    async fn waiting_ratings(&self) -> Result<Vec<Waiting>, StoreError> {
        self.read(waiting).await
    }
    async fn release(&self, groups: Vec<Group>) -> Result<u64, StoreError> {
        self.write(move |c| release(c, &groups)).await
    }
    async fn daily(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
        self.read(daily).await
    }
    async fn released(&self, region: Region, by: Dimension) -> Result<Vec<Line>, StoreError> {
        self.read(move |c| released(c, region, by)).await
    }
    async fn handled_of_released(&self, now: Instant) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
        self.read(move |c| handled(c, now)).await
    }
    async fn item_names(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached("select code, name from item")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
