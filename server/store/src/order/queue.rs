//! What the desk keeps beside the histories of work orders, and the orders as the desk lists them.

use haochaping::{
    calendar::Instant,
    link::RatingId,
    region::{Region, RegionKind},
    work_order::Stage,
};

use crate::{
    Id, SqlStore, StoreError,
    database::{Connection, Value, params, read_row},
    order::{OrderRow, statements::select},
    row::{params_of, span},
    staff::{AuditEntry, statements::record},
};

/// Which orders the desk lists, in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderQueue {
    /// Those with something due, the longest overdue first.
    #[default]
    Due,
    /// Open ones that wait for somebody else, the last changed first.
    Waiting,
    /// Those that a service-management body has to decide about, the last changed first.
    Body,
    /// Those at rest, the last changed first.
    Closed,
}

/// Where a page of the desk's list goes on: after this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// Its term in milliseconds, or its number of change.
    pub key: i64,
    /// Its id.
    pub id: Id,
}

/// A page of the desk's list.
#[derive(Clone, Debug)]
pub struct DeskQuery {
    /// Which ones.
    pub queue: OrderQueue,
    /// Of this department; `None` for all.
    pub agency: Option<String>,
    /// In this region with all below.
    pub region: Region,
    /// Only at these stages; empty for all.
    pub stages: Vec<Stage>,
    /// Only what is due before this.
    pub due_before: Option<Instant>,
    /// Only what is due at or after this.
    pub due_from: Option<Instant>,
    /// Whether orders that no department has yet are left out.
    pub is_dispatched: bool,
    /// Goes on after this one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: u32,
}

/// A note beside a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Binds the text to its row.
    pub id: Id,
    /// When.
    pub at: Instant,
    /// By whom.
    pub who: String,
    /// The text, encrypted.
    pub text: Vec<u8>,
}

/// That somebody has seen the contact of a rater.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Binds the reason to its row.
    pub id: Id,
    /// When.
    pub at: Instant,
    /// Who: `staff:` and a name or `api:` and a key.
    pub who: String,
    /// The reason they gave, encrypted.
    pub reason: Vec<u8>,
}

/// A condition for a region with all below, in the words of the indexes over what is due.
fn within(region: Region) -> Option<(String, Vec<i64>)> {
    let (low, high) = span(region);
    let size = match region.kind() {
        RegionKind::Country => return None,
        RegionKind::Province => 10_000_000_000,
        RegionKind::City => 100_000_000,
        RegionKind::District => 1_000_000,
        RegionKind::Street | RegionKind::Village => {
            return Some(("w.region between ? and ?".into(), vec![low, high]));
        }
    };
    Some((format!("w.region / {size} = ?"), vec![low / size]))
}

/// What follows `select …` for a page of orders, with its values.
fn clause(query: &DeskQuery) -> (String, Vec<Value>) {
    let (queue, key, way) = match query.queue {
        OrderQueue::Due => ("w.due_at is not null", "w.due_at", ""),
        OrderQueue::Waiting => ("w.due_at is null and w.state <> 'closed'", "w.changed", " desc"),
        OrderQueue::Body => ("w.state in ('reassigning', 'appealed')", "w.changed", " desc"),
        OrderQueue::Closed => ("w.state = 'closed'", "w.changed", " desc"),
    };
    let mut sql = format!(" where {queue}");
    let mut values: Vec<Value> = Vec::new();
    if let Some(agency) = &query.agency {
        sql += " and w.agency = ?";
        values.push(Value::Text(agency.clone()));
    }
    if let Some((condition, found)) = within(query.region) {
        // A department has fewer orders than a region: `+` keeps the planner from the region's
        // index.
        let index = if query.agency.is_some() { "+" } else { "" };
        sql += &format!(" and {index}{condition}");
        values.extend(found.into_iter().map(Value::Integer));
    }
    if query.is_dispatched {
        sql += " and w.state <> 'opened'";
    }
    if !query.stages.is_empty() {
        sql += &format!(" and w.state in ({})", vec!["?"; query.stages.len()].join(", "));
        values.extend(query.stages.iter().map(|stage| Value::Text(stage.name().to_owned())));
    }
    for (bound, sign) in [(query.due_before, "<"), (query.due_from, ">=")] {
        if let Some(at) = bound {
            sql += &format!(" and w.due_at {sign} ?");
            values.push(Value::Integer(at.millis()));
        }
    }
    if let Some(after) = query.after {
        let sign = if way.is_empty() { ">" } else { "<" };
        sql += &format!(" and ({key}, w.id) {sign} (?, ?)");
        values.extend([Value::Integer(after.key), Value::Blob(after.id.to_vec())]);
    }
    sql += &format!(" order by {key}{way}, w.id{way} limit ?");
    values.push(Value::Integer(i64::from(query.limit)));
    (sql, values)
}

fn list(connection: &Connection, query: &DeskQuery) -> Result<Vec<OrderRow>, StoreError> {
    let (clause, values) = clause(query);
    Ok(connection.query(&select(&clause), &params_of(&values), read_row)?)
}

fn count(connection: &Connection, query: &DeskQuery) -> Result<u64, StoreError> {
    let (clause, values) = clause(query);
    let sql = format!("select count(*) from (select 1 from work_order w{clause}) found");
    let n: i64 = connection.query_row(&sql, &params_of(&values), |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

/// Deletes contacts of ratings whose order, if they have one, is closed. That one was left stays
/// known: it is in the order's facts.
fn purge_contacts(connection: &Connection, before: Instant, limit: u32) -> Result<u64, StoreError> {
    let n = connection.execute(
        "update rating set contact = null where (part, id) in (
           select r.part, r.id from rating r left join work_order w on w.part = r.part and w.rating = r.id
           left join quarantine q on q.part = r.part and q.rating = r.id
           where r.contact is not null and r.rated_at < ?1 and coalesce(w.state, 'closed') = 'closed'
             and (q.rating is null or q.decided_at is not null)
           limit ?2)",
        params![before.millis(), limit],
    )?;
    Ok(n as u64)
}

impl SqlStore {
    /// A page of orders.
    pub async fn desk_orders(&self, query: DeskQuery) -> Result<Vec<OrderRow>, StoreError> {
        self.read(move |c| list(c, &query)).await
    }

    /// How many orders of such a page there are, at most `limit`.
    pub async fn count_orders(&self, query: DeskQuery) -> Result<u64, StoreError> {
        self.read(move |c| count(c, &query)).await
    }

    /// Adds a note, with the entry of the record that tells of it.
    pub async fn add_note(
        &self,
        part: u8,
        rating: RatingId,
        note: Note,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        self.write(move |c| {
            let t = c.transaction()?;
            t.execute(
                "insert into order_note (part, rating, id, at, who, text) values (?1, ?2, ?3, ?4, ?5, ?6)",
                params![part, rating, note.id, note.at.millis(), note.who, note.text],
            )?;
            record(&t, &entry)?;
            t.commit()
        })
        .await
    }

    /// Records that a contact was seen, with the entry of the record that tells of it.
    pub async fn disclose(
        &self,
        part: u8,
        rating: RatingId,
        seen: Disclosure,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        self.write(move |c| {
            let t = c.transaction()?;
            t.execute(
                "insert into disclosure (part, rating, id, at, who, reason) values (?1, ?2, ?3, ?4, ?5, ?6)",
                params![part, rating, seen.id, seen.at.millis(), seen.who, seen.reason],
            )?;
            record(&t, &entry)?;
            t.commit()
        })
        .await
    }

    /// Who has seen the contact of an order's rater, oldest first.
    pub async fn disclosures(
        &self,
        part: u8,
        rating: RatingId,
    ) -> Result<Vec<Disclosure>, StoreError> {
        self.read(move |c| {
            Ok(c.query(
                "select id, at, who, reason from disclosure where part = ?1 and rating = ?2 order by at, id",
                params![part, rating],
                |row| {
                    let at = Instant::from_millis(row.get(1)?);
                    Ok(Disclosure { id: row.get(0)?, at, who: row.get(2)?, reason: row.get(3)? })
                },
            )?)
        })
        .await
    }

    /// Deletes the contacts of ratings from before this time whose order, if they have one, is
    /// closed; how many.
    pub async fn purge_contacts(&self, before: Instant, limit: u32) -> Result<u64, StoreError> {
        self.write(move |c| purge_contacts(c, before, limit)).await
    }

    /// The notes of an order, oldest first.
    pub async fn notes(&self, part: u8, rating: RatingId) -> Result<Vec<Note>, StoreError> {
        self.read(move |c| {
            Ok(c.query(
                "select id, at, who, text from order_note where part = ?1 and rating = ?2 order by at, id",
                params![part, rating],
                |row| {
                    let at = Instant::from_millis(row.get(1)?);
                    Ok(Note { id: row.get(0)?, at, who: row.get(2)?, text: row.get(3)? })
                },
            )?)
        })
        .await
    }
}
