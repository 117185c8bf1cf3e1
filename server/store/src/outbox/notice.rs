//! What is told about the terms of orders, each exactly once, however many processes watch.

use haochaping::{calendar::Instant, link::RatingId};

use crate::{
    StoreError,
    database::{Connection, Isolation, params, read_row},
    order::{OrderRow, statements::select},
    outbox::{
        EndpointKind, NoticeKind,
        post::{Event, post},
    },
};

pub(crate) fn due(
    connection: &Connection,
    now: Instant,
    limit: u32,
) -> Result<Vec<OrderRow>, StoreError> {
    let sql = select("where w.notice_at <= ?1 order by w.notice_at limit ?2");
    Ok(connection.query(&sql, params![now.millis(), limit], read_row)?)
}

pub(crate) fn record_notice(
    connection: &mut Connection,
    row: &OrderRow,
    kind: NoticeKind,
    at: Instant,
) -> Result<bool, StoreError> {
    let Some(due_at) = row.standing.due_at else { return Ok(false) };
    let next = (kind == NoticeKind::Reminder).then_some(due_at.millis() + 1);
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let is_here = transaction.execute(
        "update work_order set notice_at = ?5 where part = ?1 and rating = ?2 and n_entries = ?3 and due_at = ?4
               and notice_at is not null",
        params![row.part, row.rating, row.standing.n_entries, due_at.millis(), next],
    )?;
    let is_new = is_here > 0
        && transaction.execute(
            "insert into notice (part, rating, kind, due_at, at) values (?1, ?2, ?3, ?4, ?5)
                 on conflict do nothing",
            params![row.part, row.rating, kind.name(), due_at.millis(), at.millis()],
        )? > 0;
    if is_new {
        let event = Event {
            part: row.part,
            subject: &row.rating,
            entry: 0,
            kind: kind.name(),
            at,
            region: row.facts.region,
            agencies: &[&row.standing.agency],
        };
        post(&transaction, &event, &[EndpointKind::Hotline, EndpointKind::Department])?;
    }
    transaction.commit()?;
    Ok(is_new)
}

pub(crate) fn of_order(
    connection: &Connection,
    part: u8,
    rating: &RatingId,
) -> Result<Vec<(String, Instant, Instant)>, StoreError> {
    Ok(connection.query(
        "select kind, due_at, at from notice where part = ?1 and rating = ?2 order by at",
        params![part, rating],
        |row| {
            Ok((row.get(0)?, Instant::from_millis(row.get(1)?), Instant::from_millis(row.get(2)?)))
        },
    )?)
}
