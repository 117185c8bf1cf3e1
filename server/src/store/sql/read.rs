//! What is read and never changes anything.

use std::collections::BTreeMap;

use haochaping::{calendar::Instant, link::RatingId, region::Region, statistics::Counts};

use super::{order::named, slot::part_of, sums::Added, visit};
use crate::store::{
    FigureKey, Id, Published, RatingView, ServiceView, Standing, StoreError, Tally,
    database::{self, Connection, OptionalRow as _, Row, params},
};

/// A stored region. What was stored was checked; a damaged number shows as the country rather than stopping a page.
pub(super) fn region_of(number: i64) -> Region {
    u64::try_from(number).ok().and_then(Region::from_number).unwrap_or(Region::COUNTRY)
}

pub(super) fn service(connection: &Connection, part: u8, id: Id) -> Result<Option<ServiceView>, StoreError> {
    let found = connection
        .query_row(
            "select s.item_name, a.name, s.finished_at, r.rated_at, s.probe, s.authority, s.visit
             from service s
             left join agency a on a.code = s.agency
             left join rating r on r.part = s.part and r.authority = s.authority and r.case_number = s.case_number
               and r.service_number = s.service_number
             where s.part = ?1 and s.id = ?2",
            params![part, id],
            |row| {
                let view = ServiceView {
                    item_name: row.get(0)?,
                    agency_name: row.get(1)?,
                    finished_at: Instant::from_millis(row.get(2)?),
                    rated_at: row.get::<Option<i64>>(3)?.map(Instant::from_millis),
                    is_probe: row.get(4)?,
                };
                Ok((view, row.get::<String>(5)?, row.get::<Option<String>>(6)?))
            },
        )
        .optional()?;
    let Some((mut view, authority, visit)) = found else { return Ok(None) };
    if let Some(visit) = visit {
        // It is rated for all that was done in the visit.
        let items = visit::items(connection, haochaping::link::part_of(&authority, &visit), (&authority, &visit))?;
        view.item_name = Some(items.join("、")).filter(|items| !items.is_empty()).or(view.item_name);
    }
    Ok(Some(view))
}

pub(super) fn ratings_between(
    connection: &Connection,
    part: u8,
    low: RatingId,
    high: RatingId,
) -> Result<Vec<RatingView>, StoreError> {
    Ok(connection.query(
        "select r.id, r.rated_at, q.part is not null, q.decision from rating r
         left join quarantine q on q.part = r.part and q.rating = r.id
         where r.part = ?1 and r.id between ?2 and ?3",
        params![part, low, high],
        |row| {
            Ok(RatingView {
                id: row.get(0)?,
                rated_at: Instant::from_millis(row.get(1)?),
                standing: match (row.get(2)?, row.get::<Option<String>>(3)?.as_deref()) {
                    (true, None) => Standing::Quarantined,
                    (true, Some("excluded")) => Standing::Excluded,
                    _ => Standing::Counts,
                },
            })
        },
    )?)
}

/// The revision of each collector's slots.
pub(super) fn slot_revisions(connection: &Connection) -> Result<BTreeMap<i64, i64>, StoreError> {
    Ok(connection.query("select slot, revision from slot", params![], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The revision of a slot and its figures, of one moment, so that a batch committed meanwhile is not counted twice: one
/// statement, since engines of several machines have no moment in common.
pub(super) fn figures(connection: &Connection, slot: i64) -> Result<(i64, Vec<Added>), StoreError> {
    let (mut revision, mut figures) = (0, Vec::new());
    connection.for_each(
        "select s.revision, c.region, c.agency, c.level, c.n from slot s
           left join counter c on c.part = s.part and c.slot = s.slot where s.part = ?1 and s.slot = ?2",
        params![part_of(slot), slot],
        |row| {
            revision = row.get(0)?;
            if let Some(region) = row.get::<Option<i64>>(1)? {
                let key = FigureKey { region: region_of(region), agency: row.get(2)? };
                figures.push((key, named(row, 3, |name| name.parse::<Tally>().ok())?, row.get(4)?));
            }
            Ok(())
        },
    )?;
    Ok((revision, figures))
}

/// Five columns from `first` on, from 非常满意 down.
pub(super) fn counts_of(row: &Row<'_>, first: usize) -> database::Result<Counts> {
    let n = |place| row.get::<i64>(place).map(i64::unsigned_abs);
    Ok(Counts {
        very_satisfied: n(first)?,
        satisfied: n(first + 1)?,
        basically_satisfied: n(first + 2)?,
        dissatisfied: n(first + 3)?,
        very_dissatisfied: n(first + 4)?,
    })
}

/// The columns that [`counts_of`] reads.
pub(super) fn columns(counts: &Counts) -> [i64; 5] {
    let Counts { very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied } = counts;
    [very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied].map(|n| n.cast_signed())
}

pub(super) fn published(connection: &Connection) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
    Ok(connection.query(
        "select region, agency, very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied,
           n_unregistered from published",
        params![],
        |row| {
            let n_unregistered = row.get::<i64>(7)?.unsigned_abs();
            let key = FigureKey { region: region_of(row.get(0)?), agency: row.get(1)? };
            Ok((key, Published { counts: counts_of(row, 2)?, n_unregistered }))
        },
    )?)
}

pub(super) fn agency_names(connection: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    Ok(connection.query("select code, name from agency", params![], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

pub(super) fn holidays(connection: &Connection) -> Result<Vec<(i32, String)>, StoreError> {
    Ok(connection
        .query("select year, days from holiday order by year", params![], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

pub(super) fn revisions(connection: &Connection) -> Result<BTreeMap<String, i64>, StoreError> {
    Ok(connection.query("select name, value from revision", params![], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

pub(super) fn regions(connection: &Connection) -> Result<BTreeMap<Region, String>, StoreError> {
    Ok(connection.query("select code, name from region", params![], |row| Ok((region_of(row.get(0)?), row.get(1)?)))?)
}
