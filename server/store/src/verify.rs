//! Whether everything fits: counters are the fold of ratings, bad ratings that count have work
//! orders, links resolve.

use std::collections::BTreeMap;

use haochaping::{
    calendar::Instant,
    rating::{Provenance, SatisfactionLevel},
    region::Region,
};

use crate::{
    Id, SqlStore, StoreError,
    database::{Connection, Selected as _, params, row},
    row::region_of,
};

/// Named so that a fault in words says which counter.
type Fold = BTreeMap<String, i64>;

pub(crate) fn verify(connection: &Connection) -> Result<Verification, StoreError> {
    let snapshot = connection.snapshot()?;
    let mut found = Verification::default();
    if !snapshot.is_postgres() {
        let sound: String =
            snapshot.query_row("pragma quick_check(1)", params![], |row| row.get(0))?;
        if sound != "ok" {
            found.faults.push(format!("the file is damaged: {sound}"));
        }
    }
    let (mut figures, slices) = fold_ratings(&snapshot, &mut found)?;
    fold_services(&snapshot, &mut figures)?;
    compare(
        "counter",
        &figures,
        &stored(
            &snapshot,
            "select region || ' ' || agency || ' ' || level, sum(n) from counter group by 1",
        )?,
        &mut found,
    );
    compare(
        "slice",
        &slices,
        &stored(
            &snapshot,
            "select month || ' ' || city || ' ' || kind || ' ' || value || ' ' || level, sum(n) from slice group by 1",
        )?,
        &mut found,
    );
    check_publication(&snapshot, &mut found)?;
    check_work_orders(&snapshot, &mut found)?;
    check_services(&snapshot, &mut found)?;
    check_outbox(&snapshot, &mut found)?;
    Ok(found)
}

/// Messages tell of what is in a history, without gaps, and of one subject one at a time; and an
/// order has a term to watch when it has a term.
fn check_outbox(connection: &Connection, found: &mut Verification) -> Result<(), StoreError> {
    for (fault, sql) in [
        (
            "a message tells of an entry that is in no history",
            "select o.id from outbox o where o.entry > 0 and not exists (select 1 from work_order_entry h
               where h.part = o.part and h.rating = o.subject and h.number = o.entry)",
        ),
        (
            "entries between two that an endpoint was told of are missing for",
            "select o.subject from outbox o join endpoint e on e.id = o.endpoint and e.kind = 'hotline'
             where o.entry > 0 group by o.endpoint, o.part, o.subject
             having count(distinct o.entry) <> max(o.entry) - min(o.entry) + 1",
        ),
        (
            "the last entry was not told to an endpoint that knows of",
            "select o.subject from outbox o join endpoint e on e.id = o.endpoint and e.kind = 'hotline'
             join work_order w on w.part = o.part and w.rating = o.subject
             where e.disabled_at is null group by o.endpoint, o.part, o.subject
             having max(o.entry) < max(w.n_entries) and max(o.entry) > 0",
        ),
        (
            "more than one message is on its way about",
            "select subject from outbox where next_at is not null group by endpoint, part, subject
             having count(*) > 1",
        ),
        (
            "nothing sends on what waits about",
            "select subject from outbox group by endpoint, part, subject
             having count(case when state = 'waiting' then 1 end) > 0 and count(case when state = 'dead' then 1 end) = 0
               and count(next_at) = 0",
        ),
    ] {
        connection.for_each(sql, params![], |row| {
            let id: Id = row.get(0)?;
            found.faults.push(format!("{fault} {}", uuid::Uuid::from_bytes(id).simple()));
            Ok(())
        })?;
    }
    Ok(())
}

row! {
    /// What of a rating enters the figures, as it is stored: a name that is none is a finding.
    struct CountedColumns {
        level: String = "r.level",
        provenance: String = "r.provenance",
        agency: String = "r.agency",
        region: Region = "r.region",
        rated_at: Instant = "r.rated_at",
        was_held: bool = "q.part is not null",
        decision: Option<String> = "q.decision",
        is_unregistered: bool = "r.card is not null or coalesce(s.relayed, 0) = 1",
    }
}

fn fold_ratings(
    connection: &Connection,
    found: &mut Verification,
) -> Result<(Fold, Fold), StoreError> {
    let (mut figures, mut slices) = (Fold::new(), Fold::new());
    let sql = format!(
        "select {} from rating r left join quarantine q on q.part = r.part and q.rating = r.id
           left join service s on s.part = r.part and s.authority = r.authority and s.case_number = r.case_number
             and s.service_number = r.service_number",
        CountedColumns::columns()
    );
    connection.for_each(&sql, params![], |row| {
        found.n_ratings += 1;
        let CountedColumns {
            level,
            provenance,
            agency,
            region,
            rated_at,
            was_held,
            decision,
            is_unregistered,
        } = row.read()?;
        if level.parse::<SatisfactionLevel>().is_err() {
            found.faults.push(format!("a rating has the level {level:?}"));
        }
        let Ok(of) = provenance.parse::<Provenance>() else {
            found.faults.push(format!("a rating has the provenance {provenance:?}"));
            return Ok(());
        };
        let counts = of.counts();
        let month = rated_at.date_in_china().month();
        let tally = match (was_held, decision.as_deref()) {
            (true, None) => "quarantined",
            (true, Some("excluded")) => "excluded",
            _ => level.as_str(),
        };
        let mut figure = |tally: &str| {
            for ancestor in region.ancestors() {
                for by in ["", &agency] {
                    *figures.entry(format!("{} {by} {tally}", ancestor.number())).or_default() += 1;
                }
            }
        };
        match of {
            Provenance::Probe | Provenance::Imported | Provenance::Default => figure(of.name()),
            Provenance::Citizen | Provenance::Assisted | Provenance::Relayed => figure(tally),
        }
        if counts && tally == level && is_unregistered {
            figure("unregistered");
        }
        if counts && tally == level {
            let city = region.city().number();
            *slices.entry(format!("{month} {city} agency {agency} {level}")).or_default() += 1;
        }
        Ok(())
    })?;
    Ok((figures, slices))
}

fn fold_services(connection: &Connection, figures: &mut Fold) -> Result<(), StoreError> {
    let sql = "select region, agency, count(*) from service where probe = 0 and relayed = 0 and lead_case is null group by region, agency";
    connection.for_each(sql, params![], |row| {
        let (region, agency, n) =
            (region_of(row.get(0)?), row.get::<String>(1)?, row.get::<i64>(2)?);
        for ancestor in region.ancestors() {
            for by in ["", &agency] {
                *figures.entry(format!("{} {by} service", ancestor.number())).or_default() += n;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// What was published and what waits are together what counts, of every level in every department's
/// district.
fn check_publication(connection: &Connection, found: &mut Verification) -> Result<(), StoreError> {
    for (what, kind, of) in
        [("", "all", "agency = ''"), (" by department", "agency", "agency <> ''")]
    {
        let should = stored(
            connection,
            &format!(
                "select level, sum(n) from counter where region = 0 and {of}
                   and level not in ('quarantined', 'excluded', 'imported', 'default', 'probe', 'unregistered', 'service')
                 group by level having sum(n) <> 0"
            ),
        )?;
        let is = stored(
            connection,
            &format!(
                "with given (level, n) as (
                   select 'very_satisfied', very_satisfied from released where region = 0 and kind = '{kind}'
                   union all select 'satisfied', satisfied from released where region = 0 and kind = '{kind}'
                   union all select 'basically_satisfied', basically_satisfied from released
                     where region = 0 and kind = '{kind}'
                   union all select 'dissatisfied', dissatisfied from released where region = 0 and kind = '{kind}'
                   union all select 'very_dissatisfied', very_dissatisfied from released
                     where region = 0 and kind = '{kind}'
                   union all select 'very_satisfied', very_satisfied from waiting
                   union all select 'satisfied', satisfied from waiting
                   union all select 'basically_satisfied', basically_satisfied from waiting
                   union all select 'dissatisfied', dissatisfied from waiting
                   union all select 'very_dissatisfied', very_dissatisfied from waiting)
                 select level, sum(n) from given group by level having sum(n) <> 0"
            ),
        )?;
        compare(&format!("what was published{what} or waits"), &should, &is, found);
    }
    Ok(())
}

fn stored(connection: &Connection, sql: &str) -> Result<Fold, StoreError> {
    Ok(connection.query(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn compare(what: &str, folded: &Fold, stored: &Fold, found: &mut Verification) {
    for key in folded.keys().chain(stored.keys().filter(|key| !folded.contains_key(*key))) {
        let (is, should) = (stored.get(key).unwrap_or(&0), folded.get(key).unwrap_or(&0));
        if is != should {
            found.faults.push(format!("{what} [{key}] is {is}, the ratings give {should}"));
        }
    }
}

fn check_work_orders(connection: &Connection, found: &mut Verification) -> Result<(), StoreError> {
    found.n_work_orders = connection
        .query_row("select count(*) from work_order", params![], |row| row.get::<i64>(0))?
        .unsigned_abs();
    let missing: i64 = connection.query_row(
        "select count(*) from rating r
         where r.level in ('dissatisfied', 'very_dissatisfied') and r.provenance in ('citizen', 'assisted', 'relayed')
           and not exists (select 1 from work_order w where w.part = r.part and w.rating = r.id)
           and not exists (select 1 from quarantine q where q.part = r.part and q.rating = r.id
             and coalesce(q.decision, '') <> 'released')",
        params![],
        |row| row.get(0),
    )?;
    let stray: i64 = connection.query_row(
        "select count(*) from work_order w where not exists (
           select 1 from rating r where r.part = w.part and r.id = w.rating
             and r.level in ('dissatisfied', 'very_dissatisfied') and r.provenance in ('citizen', 'assisted', 'relayed')
             and not exists (select 1 from quarantine q where q.part = r.part and q.rating = r.id
               and coalesce(q.decision, '') <> 'released'))",
        params![],
        |row| row.get(0),
    )?;
    if missing > 0 {
        found.faults.push(format!("{missing} bad ratings have no work order"));
    }
    if stray > 0 {
        found.faults.push(format!("{stray} work orders have no bad rating"));
    }
    Ok(())
}

fn check_services(connection: &Connection, found: &mut Verification) -> Result<(), StoreError> {
    let stray: i64 = connection.query_row(
        "select count(*) from rating r where r.card is null and r.provenance <> 'imported' and not exists (
           select 1 from service s where s.part = r.part and s.authority = r.authority
             and s.case_number = r.case_number and s.service_number = r.service_number)",
        params![],
        |row| row.get(0),
    )?;
    if stray > 0 {
        found.faults.push(format!("{stray} ratings have no service"));
    }
    let stray: i64 = connection.query_row(
        "select count(*) from rating r left join card c on c.serial = r.card
         where r.card is not null and c.serial is null",
        params![],
        |row| row.get(0),
    )?;
    if stray > 0 {
        found.faults.push(format!("{stray} ratings have no card"));
    }
    Ok(())
}

/// What `verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Ratings in the store.
    pub n_ratings: u64,
    /// Work orders in the store.
    pub n_work_orders: u64,
    /// Everything that does not fit, in words.
    pub faults: Vec<String>,
}

impl SqlStore {
    /// Checks that counters are the fold of ratings, that every bad rating that counts has its work
    /// order, and that the file itself is sound.
    pub async fn verify(&self) -> Result<Verification, StoreError> {
        self.read(verify).await
    }
}
