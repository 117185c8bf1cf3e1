//! What is read and never changes anything.

use std::collections::BTreeMap;

use haochaping::{calendar::Instant, link::RatingId, region::Region, statistics::Counts};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SLOT;
use crate::store::{Figure, FigureKey, Id, Published, RatingView, ServiceView, Standing, StoreError, Tally};

/// A stored region. What was stored was checked; a damaged number shows as the country rather than stopping a page.
pub(super) fn region_of(number: i64) -> Region {
    u64::try_from(number).ok().and_then(Region::from_number).unwrap_or(Region::COUNTRY)
}

pub(super) fn service(connection: &Connection, part: u8, id: Id) -> Result<Option<ServiceView>, StoreError> {
    let view = connection
        .prepare_cached(
            "select s.item_name, a.name, s.finished_at, r.rated_at, s.probe
             from service s
             left join agency a on a.code = s.agency
             left join rating r on r.part = s.part and r.authority = s.authority and r.case_number = s.case_number
               and r.service_number = s.service_number
             where s.part = ?1 and s.id = ?2",
        )?
        .query_row(params![part, id], |row| {
            Ok(ServiceView {
                item_name: row.get(0)?,
                agency_name: row.get(1)?,
                finished_at: Instant::from_millis(row.get(2)?),
                rated_at: row.get::<_, Option<i64>>(3)?.map(Instant::from_millis),
                is_probe: row.get(4)?,
            })
        })
        .optional()?;
    Ok(view)
}

pub(super) fn ratings_between(
    connection: &Connection,
    part: u8,
    low: RatingId,
    high: RatingId,
) -> Result<Vec<RatingView>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select r.id, r.rated_at, q.part is not null, q.decision from rating r
         left join quarantine q on q.part = r.part and q.rating = r.id
         where r.part = ?1 and r.id between ?2 and ?3",
    )?;
    let rows = statement.query_map(params![part, low, high], |row| {
        Ok(RatingView {
            id: row.get(0)?,
            rated_at: Instant::from_millis(row.get(1)?),
            standing: match (row.get(2)?, row.get::<_, Option<String>>(3)?.as_deref()) {
                (true, None) => Standing::Quarantined,
                (true, Some("excluded")) => Standing::Excluded,
                _ => Standing::Counts,
            },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn slot_revision(connection: &Connection) -> Result<i64, StoreError> {
    let revision = connection
        .prepare_cached("select revision from slot where slot = ?1")?
        .query_row([SLOT], |row| row.get(0))
        .optional()?;
    Ok(revision.unwrap_or(0))
}

/// The revision is read first and within one snapshot, so that a batch committed meanwhile is not counted twice.
pub(super) fn figures(connection: &Connection) -> Result<(i64, BTreeMap<FigureKey, Figure>), StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let revision = slot_revision(&snapshot)?;
    let mut figures: BTreeMap<FigureKey, Figure> = BTreeMap::new();
    let mut statement =
        snapshot.prepare_cached("select region, agency, level, sum(n) from counter group by region, agency, level")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key = FigureKey { region: region_of(row.get(0)?), agency: row.get(1)? };
        let tally: String = row.get(2)?;
        let tally: Tally = tally.parse().map_err(|e| StoreError::Failed(format!("counter: {e}")))?;
        figures.entry(key).or_default().add(tally, row.get(3)?);
    }
    Ok((revision, figures))
}

/// Five columns from `first` on, from 非常满意 down.
pub(super) fn counts_of(row: &Row<'_>, first: usize) -> rusqlite::Result<Counts> {
    let n = |place| row.get::<_, i64>(place).map(i64::unsigned_abs);
    Ok(Counts {
        very_satisfied: n(first)?,
        satisfied: n(first + 1)?,
        basically_satisfied: n(first + 2)?,
        dissatisfied: n(first + 3)?,
        very_dissatisfied: n(first + 4)?,
    })
}

pub(super) fn published(connection: &Connection) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select region, agency, very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied, n_visits
         from published",
    )?;
    let rows = statement.query_map([], |row| {
        let n_visits = row.get::<_, i64>(7)?.unsigned_abs();
        let key = FigureKey { region: region_of(row.get(0)?), agency: row.get(1)? };
        Ok((key, Published { counts: counts_of(row, 2)?, n_visits }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn agency_names(connection: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let mut statement = connection.prepare_cached("select code, name from agency")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn holidays(connection: &Connection) -> Result<Vec<(i32, String)>, StoreError> {
    let mut statement = connection.prepare_cached("select year, days from holiday order by year")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn revisions(connection: &Connection) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut statement = connection.prepare_cached("select name, value from revision")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn regions(connection: &Connection) -> Result<BTreeMap<Region, String>, StoreError> {
    let mut statement = connection.prepare_cached("select code, name from region")?;
    let rows = statement.query_map([], |row| Ok((region_of(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
