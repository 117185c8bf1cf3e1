//! Work orders and their histories.

use std::{ops::RangeInclusive, time::Duration};

use haochaping::{
    calendar::Instant,
    ledger::Kind,
    link::RatingId,
    region::Region,
    work_order::{ActionKind, Class, Facts, Stage},
};
use sha2::{Digest, Sha256};

use crate::{
    Id, StoreError,
    database::{
        Connection, Isolation, OptionalRow as _, Selected as _, Transaction, Value, params,
        read_row, row, set,
    },
    ledger,
    order::{NewEntry, OrderQuery, OrderRow, OrderStanding, RatedService, StoredEntry},
    outbox::{
        EndpointKind,
        post::{Event, post},
    },
    row::{params_of, region_of, signed, span},
};

/// Between 1 and 24 hours, by random bits of the rating that nobody outside sees: a department must
/// not tell from the time of an order whose anonymous rating it is.
fn delayed(salt: &[u8; 32], at: Instant) -> Instant {
    const HOUR: u64 = 3_600_000;
    let digest: [u8; 32] = Sha256::digest([b"delay of ", &salt[..]].concat()).into();
    let random = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    at + Duration::from_millis(HOUR + u64::from(random) % (23 * HOUR))
}

/// A bad rating that counts and is on record in the same transaction.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub(crate) part: u8,
    pub(crate) rating: RatingId,
    pub(crate) id: Id,
    pub(crate) at: Instant,
    pub(crate) agency: String,
    pub(crate) region: Region,
    pub(crate) is_anonymous: bool,
    /// Whether its service is one of a person who is known.
    pub(crate) is_real_name: bool,
    pub(crate) has_contact: bool,
    /// Random bytes of the rating.
    pub(crate) salt: [u8; 32],
}

/// Bad ratings that count are worked from now on. Done last in a transaction: the numbers of
/// changes are held until the commit.
pub(crate) fn open(transaction: &Transaction<'_>, orders: &[Opening]) -> Result<(), StoreError> {
    if orders.is_empty() {
        return Ok(());
    }
    let numbers = number_changes(transaction, orders.len())?;
    let sets = orders.iter().zip(numbers).map(|(new, changed)| {
        let wake_at = if new.is_anonymous { delayed(&new.salt, new.at) } else { new.at }.millis();
        let is_real_name = !new.is_anonymous && (new.is_real_name || new.has_contact);
        let (at, region) = (new.at.millis(), signed(new.region));
        let of = (new.part, &new.rating, &new.id);
        set![
            of.0,
            of.1,
            of.2,
            at,
            &new.agency,
            region,
            is_real_name,
            new.has_contact,
            wake_at,
            changed
        ]
    });
    transaction.insert_all(
        "insert into work_order (part, rating, id, state, opened_at, agency, rated_agency, region, real_name,
           has_contact, wake_at, changed) values (?1, ?2, ?3, 'opened', ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10)",
        &sets.collect::<Vec<_>>(),
    )?;
    Ok(())
}

row!(OrderRow {
    part: "w.part",
    id: "w.id",
    rating: "w.rating",
    opened_at: "w.opened_at",
    facts: [Facts],
    standing: [OrderStanding],
    changed: "w.changed",
    about: [RatedService],
});

row!(Facts {
    agency: "w.rated_agency",
    region: "w.region",
    is_real_name: "w.real_name",
    has_contact: "w.has_contact",
    // Which departments are bodies is not the store's to know.
    is_service_body: "0",
});

row!(OrderStanding {
    stage: "w.state",
    agency: "w.agency",
    class: "w.class",
    is_upheld: "w.upheld",
    round: "w.round",
    replied_at: "w.replied_at",
    n_entries: "w.n_entries",
    wake_at: "w.wake_at",
    due_at: "w.due_at",
    reply_due_at: "w.reply_due_at",
    notice_at: "w.notice_at",
    is_provisional: "w.due_provisional",
});

row!(RatedService {
    case_number: "r.case_number",
    item_code: "r.item_code",
    item_name: "s.item_name",
    window: "s.window",
    agency_name: "a.name",
    level: "r.level",
    indicators: "r.indicators",
    comment: "r.comment",
    contact: "r.contact",
    is_anonymous: "r.anonymous",
    rated_at: "r.rated_at",
});

row!(StoredEntry {
    number: "number",
    at: "at",
    role: "role",
    who: "who",
    action: "action",
    detail: "detail"
});

/// A statement for work orders `w` with their ratings `r`; `rest` says which and in what order.
pub(crate) fn select(rest: &str) -> String {
    format!(
        "select {} from work_order w join rating r on r.part = w.part and r.id = w.rating
         left join service s on s.part = r.part and s.authority = r.authority and s.case_number = r.case_number
           and s.service_number = r.service_number
         left join agency a on a.code = w.agency {rest}",
        OrderRow::columns()
    )
}

pub(crate) fn by_id(connection: &Connection, id: &Id) -> Result<Option<OrderRow>, StoreError> {
    Ok(connection.query_row(&select("where w.id = ?1"), params![id], read_row).optional()?)
}

pub(crate) fn of_rating(
    connection: &Connection,
    part: u8,
    rating: &RatingId,
) -> Result<Option<OrderRow>, StoreError> {
    Ok(connection
        .query_row(&select("where w.part = ?1 and w.rating = ?2"), params![part, rating], read_row)
        .optional()?)
}

pub(crate) fn to_wake(
    connection: &Connection,
    now: Instant,
    limit: u32,
) -> Result<Vec<OrderRow>, StoreError> {
    let sql = select("where w.wake_at <= ?1 order by w.wake_at limit ?2");
    Ok(connection.query(&sql, params![now.millis(), limit], read_row)?)
}

pub(crate) fn provisional(connection: &Connection) -> Result<Vec<OrderRow>, StoreError> {
    Ok(connection.query(
        &select("where w.due_provisional = 1 or (w.reply_due_at is null and w.n_entries > 0) order by w.changed"),
        params![],
        read_row,
    )?)
}

pub(crate) fn list(
    connection: &Connection,
    query: &OrderQuery,
) -> Result<Vec<OrderRow>, StoreError> {
    let mut sql = select("where w.changed > ?");
    let mut values = vec![Value::Integer(query.after)];
    if query.is_dispatched {
        sql += " and w.state <> 'opened'";
    }
    if !query.agencies.is_empty() {
        sql += &format!(" and w.agency in ({})", vec!["?"; query.agencies.len()].join(", "));
        values.extend(query.agencies.iter().cloned().map(Value::Text));
    }
    if !query.regions.is_empty() {
        sql += &format!(
            " and ({})",
            vec!["w.region between ? and ?"; query.regions.len()].join(" or ")
        );
        for region in &query.regions {
            let (low, high) = span(*region);
            values.extend([Value::Integer(low), Value::Integer(high)]);
        }
    }
    sql += " order by w.changed limit ?";
    values.push(Value::Integer(i64::from(query.limit)));
    Ok(connection.query(&sql, &params_of(&values), read_row)?)
}

pub(crate) fn entries(
    connection: &Connection,
    part: u8,
    rating: &RatingId,
) -> Result<Vec<StoredEntry>, StoreError> {
    let columns = StoredEntry::columns();
    let sql = format!(
        "select {columns} from work_order_entry where part = ?1 and rating = ?2 order by number"
    );
    Ok(connection.query(&sql, params![part, rating], read_row)?)
}

/// Appends entries, each only if the order has not moved meanwhile; says which.
pub(crate) fn append(
    connection: &mut Connection,
    news: &[NewEntry],
) -> Result<Vec<bool>, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let done: Vec<bool> =
        news.iter().map(|new| append_one(&transaction, new)).collect::<Result<_, _>>()?;
    let moved = news
        .iter()
        .zip(&done)
        .filter(|(_, is_done)| **is_done)
        .map(|(new, _)| (new.part, &new.rating));
    number_moved(&transaction, &moved.collect::<Vec<_>>())?;
    transaction.commit()?;
    Ok(done)
}

fn append_one(transaction: &Transaction<'_>, new: &NewEntry) -> Result<bool, StoreError> {
    let place = transaction
        .query_row(
            "select agency, region, has_contact, upheld from work_order where part = ?1 and rating = ?2",
            params![new.part, new.rating],
            read_row,
        )
        .optional()?;
    let Some((agency, region, has_contact, was_upheld)): Option<(String, i64, bool, bool)> = place
    else {
        return Ok(false);
    };
    if !update_if_unchanged(transaction, new.part, &new.rating, new.entry.number - 1, &new.after)? {
        return Ok(false);
    }
    transaction.execute(
        "insert into work_order_entry (part, rating, number, at, role, who, action, detail)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            new.part,
            new.rating,
            new.entry.number,
            new.entry.at.millis(),
            new.entry.role.name(),
            new.entry.who,
            new.entry.action.name(),
            new.entry.detail,
        ],
    )?;
    if was_upheld != new.after.is_upheld {
        note_validity(transaction, new)?;
    }
    // What is said before a department has the order is not told: it would tell when an anonymous
    // rating came.
    if new.after.stage == Stage::Opened {
        return Ok(true);
    }
    // Who had the order learns that it is gone, and who has it now that it came.
    let agencies = [agency.as_str(), new.after.agency.as_str()];
    let event = Event {
        part: new.part,
        subject: &new.rating,
        entry: new.entry.number,
        kind: new.entry.action.name(),
        at: new.entry.at,
        region: region_of(region),
        agencies: &agencies,
    };
    post(transaction, &event, &[EndpointKind::Hotline, EndpointKind::Department])?;
    if has_contact && new.entry.action == ActionKind::Reply {
        post(transaction, &event, &[EndpointKind::Raters])?;
    }
    Ok(true)
}

/// The net figures lose a rating, or have it again: a leaf says so.
fn note_validity(transaction: &Transaction<'_>, new: &NewEntry) -> Result<(), StoreError> {
    let kind = if new.after.is_upheld { Kind::Upheld } else { Kind::Restored };
    let rated = ledger::rated(transaction, new.part, &new.rating)?;
    let rated = rated.ok_or_else(|| StoreError::Failed("a work order has no rating".into()))?;
    ledger::note_event(transaction, rated.event(kind, new.entry.at, new.entry.number))
}

/// Takes numbers for `n` changes. The row is held until the commit, so that changes become visible
/// in the order of their numbers: whoever asks for what came after one misses none.
fn number_changes(
    transaction: &Transaction<'_>,
    n: usize,
) -> Result<RangeInclusive<i64>, StoreError> {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    let sql = "update revision set value = value + ?1 where name = 'changes' returning value";
    let last: i64 = transaction.query_row(sql, params![n], |row| row.get(0))?;
    Ok(last - n + 1..=last)
}

/// Numbers the changes of orders whose rows this transaction holds. Done last, so that nobody waits
/// long for a number.
fn number_moved(
    transaction: &Transaction<'_>,
    moved: &[(u8, &RatingId)],
) -> Result<(), StoreError> {
    if moved.is_empty() {
        return Ok(());
    }
    let numbers = number_changes(transaction, moved.len())?;
    let sets: Vec<_> =
        moved.iter().zip(numbers).map(|((part, rating), n)| set![*part, *rating, n]).collect();
    transaction.execute_each(
        "update work_order set changed = ?3 where part = ?1 and rating = ?2",
        &sets,
    )?;
    Ok(())
}

/// Puts an order's row where its history is; false if the order has another number of entries.
fn update_if_unchanged(
    transaction: &Transaction<'_>,
    part: u8,
    rating: &RatingId,
    n_entries: u32,
    after: &OrderStanding,
) -> Result<bool, StoreError> {
    let changed = transaction.execute(
        "update work_order set state = ?4, agency = ?5, class = ?6, upheld = ?7, round = ?8, replied_at = ?9,
               n_entries = ?10, wake_at = ?11, due_at = ?12, due_provisional = ?13, notice_at = ?14,
               reply_due_at = ?15
             where part = ?1 and rating = ?2 and n_entries = ?3",
        params![
            part,
            rating,
            n_entries,
            after.stage.name(),
            after.agency,
            after.class.map(Class::name),
            after.is_upheld,
            after.round,
            after.replied_at.map(Instant::millis),
            after.n_entries,
            after.wake_at.map(Instant::millis),
            after.due_at.map(Instant::millis),
            after.is_provisional,
            after.notice_at.map(Instant::millis),
            after.reply_due_at.map(Instant::millis),
        ],
    )?;
    Ok(changed > 0)
}

/// Moves what is due without an entry: only days off that became known do so.
pub(crate) fn move_due(
    connection: &mut Connection,
    part: u8,
    rating: &RatingId,
    after: &OrderStanding,
) -> Result<bool, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let is_moved = update_if_unchanged(&transaction, part, rating, after.n_entries, after)?;
    if is_moved {
        number_moved(&transaction, &[(part, rating)])?;
    }
    transaction.commit()?;
    Ok(is_moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anonymous_order_waits_between_1_and_24_hours() {
        let hours = |n: u8| (delayed(&[n; 32], Instant::from_millis(0)).millis()) / 3_600_000;
        let found: std::collections::BTreeSet<_> = (0..=255).map(hours).collect();
        assert!(found.iter().all(|hours| (1..24).contains(hours)), "{found:?}");
        assert!(found.len() > 20, "spread over the day: {found:?}");
    }
}
