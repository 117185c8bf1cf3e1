//! Leaves of ratings that were on record before there was a ledger, some at a time, and of what had
//! happened to them.

use std::collections::{BTreeMap, HashSet};

use haochaping::{
    calendar::Instant,
    ledger::Kind,
    link::{PARTS, RatingId},
};

use crate::{
    StoreError,
    database::{Connection, Isolation, Selected as _, Transaction, params, read_row},
    ledger::{
        OF_BEFORE, Record,
        before::{place, read_place},
        leaf::{Commit, NewLeaf, RatedRow, commit, of_commits},
    },
};

/// Ratings of one part whose leaves get their numbers together, as many as of a commit.
const AT_ONCE: u32 = 512;

/// Makes the leaves of some; false when there are no more.
pub(crate) fn backfill(connection: &mut Connection) -> Result<bool, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let Some(at) = place(&transaction)? else { return Ok(false) };
    let (mut part, mut after) = read_place(&at)?;
    while part < PARTS {
        let page = page(&transaction, part, &after)?;
        if let Some((last, ..)) = page.last() {
            let last = *last;
            write(&transaction, part, last, page)?;
            return moved(
                transaction,
                &at,
                Some(&format!("{part} {}", uuid::Uuid::from_bytes(last).simple())),
            );
        }
        (part, after) = (part + 1, [0; 16]);
    }
    moved(transaction, &at, None)
}

/// Ends the step, unless another collector took the same one.
fn moved(transaction: Transaction<'_>, from: &str, to: Option<&str>) -> Result<bool, StoreError> {
    let name = "ledger_backfill";
    let n = if let Some(to) = to {
        transaction.execute(
            "update meta set value = ?3 where name = ?1 and value = ?2",
            params![name, from, to],
        )?
    } else {
        transaction.execute("delete from ledger_before", params![])?;
        transaction
            .execute("delete from meta where name = ?1 and value = ?2", params![name, from])?
    };
    if n > 0 {
        transaction.commit()?;
    }
    Ok(to.is_some() || n == 0)
}

/// Ratings of a part after one, in order, with what had happened to each; those with a leaf have
/// none here.
fn page(
    connection: &Connection,
    part: u8,
    after: &RatingId,
) -> Result<Vec<(RatingId, Vec<NewLeaf>)>, StoreError> {
    let sql = format!(
        "select {}, r.slot, r.revision from rating r left join quarantine q on q.part = r.part and q.rating = r.id
         where r.part = ?1 and r.id > ?2 order by r.id limit ?3",
        RatedRow::columns()
    );
    let rated: Vec<(RatedRow, Commit)> =
        connection.query(&sql, params![part, after, AT_ONCE], read_row)?;
    let Some((last, _)) = rated.last() else { return Ok(Vec::new()) };
    let mut known = HashSet::new();
    for table in ["ledger_batch", "ledger_pending"] {
        let sql = format!("select 1 from {table} where part = ?1 and slot = ?2 and revision = ?3");
        known.extend(
            of_commits(connection, &sql, rated.iter().map(|(_, commit)| *commit), |_| Ok(()))?
                .into_keys(),
        );
    }
    let mut events = events(connection, part, (after, &last.id))?;
    let of = |(rated, commit): (RatedRow, Commit)| {
        let has_leaf = commit.is_some_and(|commit| known.contains(&commit));
        let own = (!has_leaf).then(|| rated.leaf());
        let before = events.remove(&rated.id).unwrap_or_default();
        let before = before.into_iter().map(|(kind, number, at)| rated.event(kind, at, number));
        (rated.id, own.into_iter().chain(before).collect())
    };
    Ok(rated.into_iter().map(of).collect())
}

/// What had happened to a rating: kind, number and when.
type Events = BTreeMap<RatingId, Vec<(Kind, u32, Instant)>>;

fn events(
    connection: &Connection,
    part: u8,
    (after, last): (&RatingId, &RatingId),
) -> Result<Events, StoreError> {
    let sql = "select rating, kind, number, at from ledger_before where part = ?1 and rating > ?2 and rating <= ?3
         order by rating, kind, number";
    let mut found = Events::new();
    connection.for_each(sql, params![part, after, last], |row| {
        let (rating, event): (RatingId, (Kind, u32, Instant)) = row.read()?;
        found.entry(rating).or_default().push(event);
        Ok(())
    })?;
    Ok(found)
}

fn write(
    transaction: &Transaction<'_>,
    part: u8,
    last: RatingId,
    page: Vec<(RatingId, Vec<NewLeaf>)>,
) -> Result<(), StoreError> {
    let leaves: Vec<_> = page.into_iter().flat_map(|(_, leaves)| leaves).collect();
    let records: Vec<_> = commit(&leaves).into_iter().map(|(_, record)| record).collect();
    if records.is_empty() {
        return Ok(());
    }
    let sql = "select coalesce(max(revision), 0) from (
         select revision from ledger_batch where part = ?1 and slot = ?2
         union all select revision from ledger_pending where part = ?1 and slot = ?2) b";
    let revision: i64 = transaction.query_row(sql, params![part, OF_BEFORE], |row| row.get(0))?;
    transaction.execute(
        "insert into ledger_pending (part, slot, revision, leaves, last) values (?1, ?2, ?3, ?4, ?5)",
        params![part, OF_BEFORE, revision + 1, Record::write_all(&records), last],
    )?;
    Ok(())
}
