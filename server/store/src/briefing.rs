//! How bad ratings were worked, in sums, and the monthly briefings made of them.

use std::collections::BTreeMap;

use haochaping::{
    calendar::Instant,
    rating::SatisfactionLevel,
    region::Region,
    statistics::{Counts, Handling},
};

use crate::{
    FigureKey, Id, SqlStore, StoreError,
    database::{Connection, OptionalRow as _, Selected as _, params, read_row, row},
    handling::{HANDLED_SUMS, IS_DUE, read_handled},
    order::{
        OrderRow,
        queue::{DeskQuery, OrderQueue},
    },
    revision::raise,
    row::{region_of, signed, span},
    staff::{AuditEntry, statements::record},
};

/// What staff write for a month, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Briefing {
    /// Of which region.
    pub region: Region,
    /// The month, as `202611`.
    pub month: u32,
    /// Binds the text to its row.
    pub id: Id,
    /// The analysed cases as JSON, encrypted.
    pub cases: Vec<u8>,
    /// When it was written.
    pub changed_at: Instant,
    /// By whom.
    pub changed_by: String,
    /// When and by whom it was published; not changed afterwards.
    pub published: Option<(Instant, String)>,
    /// Whether everybody can read it.
    pub is_public: bool,
    /// The figures as they stood when it was published, as JSON.
    pub figures: Option<String>,
}

/// The same sums as `haochaping::statistics::Handling::add` makes, order by order; a test compares
/// the two.
fn handled(
    connection: &Connection,
    from: Instant,
    to: Instant,
    now: Instant,
) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
    let sql = format!(
        "{HANDLED_SUMS} from (select work_order.*, {IS_DUE} from work_order
           where opened_at >= ?2 and opened_at < ?3) w
         group by region, rated_agency"
    );
    Ok(connection.query(&sql, params![now.millis(), from.millis(), to.millis()], read_handled)?)
}

fn month_counts(
    connection: &Connection,
    month: u32,
) -> Result<BTreeMap<FigureKey, Counts>, StoreError> {
    let mut counts: BTreeMap<FigureKey, Counts> = BTreeMap::new();
    let rows: Vec<(FigureKey, SatisfactionLevel, u64)> = connection.query(
        "select city, value, level, sum(n) from slice where month = ?1 and kind = 'agency' group by city, value, level",
        params![month],
        read_row,
    )?;
    for (key, level, n) in rows {
        counts.entry(key).or_default().add(level, n);
    }
    Ok(counts)
}

fn published_handling(
    connection: &Connection,
) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
    let rows: Vec<(FigureKey, String)> = connection.query(
        "select region, agency, figures from published_handling",
        params![],
        |row| {
            let key = FigureKey { region: region_of(row.get(0)?), agency: row.get(1)? };
            Ok((key, row.get::<String>(2)?))
        },
    )?;
    let mut found = BTreeMap::new();
    for (key, text) in rows {
        let handling =
            serde_json::from_str(&text).map_err(|error| StoreError::Failed(error.to_string()))?;
        found.insert(key, handling);
    }
    Ok(found)
}

fn publish_handling(
    connection: &mut Connection,
    moved: &[(FigureKey, Handling, Option<Handling>)],
) -> Result<bool, StoreError> {
    let transaction = connection.transaction()?;
    let text =
        |handling: &Handling| serde_json::to_string(handling).expect("figures are plain data");
    for (key, new, known) in moved {
        let is_kept = match known {
            None => transaction.execute(
                "insert into published_handling (region, agency, figures) values (?1, ?2, ?3) on conflict do nothing",
                params![signed(key.region), key.agency, text(new)],
            )?,
            Some(known) => transaction.execute(
                "update published_handling set figures = ?3 where region = ?1 and agency = ?2 and figures = ?4",
                params![signed(key.region), key.agency, text(new), text(known)],
            )?,
        };
        if is_kept == 0 {
            return Ok(false);
        }
    }
    raise(&transaction, "handled")?;
    transaction.commit()?;
    Ok(true)
}

row!(Briefing {
    region: "region",
    month: "month",
    id: "id",
    cases: "cases",
    changed_at: "changed_at",
    changed_by: "changed_by",
    published: "published_at, published_by",
    is_public: "is_public",
    figures: "figures",
});

/// A statement for briefings; `rest` says which and in what order.
fn select(rest: &str) -> String {
    format!("select {} from briefing {rest}", Briefing::columns())
}

fn write(
    connection: &mut Connection,
    new: &Briefing,
    entry: &AuditEntry,
) -> Result<bool, StoreError> {
    let transaction = connection.transaction()?;
    let (at, by) = new.published.as_ref().map(|(at, by)| (at.millis(), by.as_str())).unzip();
    let n = transaction.execute(
        "insert into briefing (region, month, id, cases, changed_at, changed_by, published_at, published_by, is_public,
           figures)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         on conflict (region, month) do update set id = excluded.id, cases = excluded.cases,
           changed_at = excluded.changed_at, changed_by = excluded.changed_by, published_at = excluded.published_at,
           published_by = excluded.published_by, is_public = excluded.is_public, figures = excluded.figures
         where briefing.published_at is null",
        params![
            signed(new.region),
            new.month,
            new.id,
            new.cases,
            new.changed_at.millis(),
            new.changed_by,
            at,
            by,
            new.is_public,
            new.figures
        ],
    )?;
    if n > 0 {
        record(&transaction, entry)?;
    }
    transaction.commit()?;
    Ok(n > 0)
}

impl SqlStore {
    /// The number of the last change to any order.
    pub async fn last_change(&self) -> Result<i64, StoreError> {
        self.read(|c| {
            let sql = "select value from revision where name = 'changes'";
            Ok(c.query_row(sql, params![], |row| row.get(0))?)
        })
        .await
    }

    /// How orders that were opened from `from` to before `to` were worked as of `now`, by the
    /// region and agency rated. Only of those themselves: nothing is summed up over regions.
    pub async fn handled(
        &self,
        from: Instant,
        to: Instant,
        now: Instant,
    ) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
        self.read(move |c| handled(c, from, to, now)).await
    }

    /// The handling as last published.
    pub async fn published_handling(&self) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
        self.read(published_handling).await
    }

    /// Keeps handling as published.
    pub async fn publish_handling(
        &self,
        moved: Vec<(FigureKey, Handling, Option<Handling>)>,
    ) -> Result<bool, StoreError> {
        self.write(move |c| publish_handling(c, &moved)).await
    }

    /// The ratings of a month that count, by city and agency.
    pub async fn month_counts(
        &self,
        month: u32,
    ) -> Result<BTreeMap<FigureKey, Counts>, StoreError> {
        self.read(move |c| month_counts(c, month)).await
    }

    /// Orders of a region that are overdue, the longest first.
    pub async fn overdue(
        &self,
        region: Region,
        now: Instant,
        limit: u32,
    ) -> Result<Vec<OrderRow>, StoreError> {
        self.desk_orders(DeskQuery {
            queue: OrderQueue::Due,
            agency: None,
            region,
            stages: Vec::new(),
            due_before: Some(now),
            due_from: None,
            is_dispatched: false,
            after: None,
            limit,
        })
        .await
    }

    /// A briefing.
    pub async fn briefing(
        &self,
        region: Region,
        month: u32,
    ) -> Result<Option<Briefing>, StoreError> {
        self.read(move |c| {
            let sql = select("where region = ?1 and month = ?2");
            Ok(c.query_row(&sql, params![signed(region), month], read_row).optional()?)
        })
        .await
    }

    /// The briefings of a region with all below, or of every one, the newest first; only public
    /// ones if so asked.
    pub async fn briefings(
        &self,
        region: Region,
        is_public: bool,
        limit: u32,
    ) -> Result<Vec<Briefing>, StoreError> {
        let (low, high) = span(region);
        self.read(move |c| {
            let sql = select(
                "where region between ?1 and ?2 and (not ?3 or (is_public = 1 and published_at is not null))
                 order by month desc, region limit ?4",
            );
            Ok(c.query(&sql, params![low, high, is_public, limit], read_row)?)
        })
        .await
    }

    /// Writes a briefing that is not published; false if it is.
    pub async fn write_briefing(
        &self,
        briefing: Briefing,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.write(move |c| write(c, &briefing, &entry)).await
    }
}
