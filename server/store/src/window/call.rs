//! Calls: made one at a time for a window, and taken from state to state as the table of
//! `haochaping::call` says.

use haochaping::{
    calendar::Instant,
    call::{CallAction, CallState},
};

use crate::{
    Id, StoreError,
    database::{self, Connection, OptionalRow as _, Row, Selected as _, params, row, set},
    window::Call,
};

row! {
    struct CallColumns {
        id: Id = "c.id",
        window: String = "c.\"window\"",
        part: u8 = "c.service_part",
        service: Id = "c.service",
        ticket_day: u16 = "c.ticket_day",
        items: String = "c.items",
        agency: String = "c.agency",
        state: CallState = "c.state",
        called_at: Instant = "c.called_at",
        ends_at: Instant = "c.ends_at",
    }
}

fn read(row: &Row<'_>) -> database::Result<Call> {
    let CallColumns {
        id,
        window,
        part,
        service,
        ticket_day,
        items,
        agency,
        state,
        called_at,
        ends_at,
    } = row.read()?;
    let items = items.lines().map(str::to_owned).collect();
    Ok(Call { id, window, part, service, ticket_day, items, agency, state, called_at, ends_at })
}

/// A statement for calls `c`; `rest` says which and in what order.
fn select(rest: &str) -> String {
    format!("select {} from window_call c {rest}", CallColumns::columns())
}

/// Makes a call, or gives the one that is open.
pub(crate) fn make(connection: &mut Connection, new: &Call) -> Result<Option<Call>, StoreError> {
    let transaction = connection.transaction()?;
    let sql = select("where c.ended_at is null and c.\"window\" = ?1");
    let open = transaction.query_row(&sql, params![new.window], read).optional()?;
    if open.is_some() {
        return Ok(open);
    }
    transaction.execute(
        "insert into window_call (id, \"window\", service_part, service, ticket_day, items, agency, state, called_at,
           ends_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            new.id,
            new.window,
            new.part,
            new.service,
            new.ticket_day,
            new.items.join("\n"),
            new.agency,
            new.state.name(),
            new.called_at.millis(),
            new.ends_at.millis(),
        ],
    )?;
    transaction.commit()?;
    Ok(None)
}

pub(crate) fn by_id(connection: &Connection, id: Id) -> Result<Option<Call>, StoreError> {
    Ok(connection.query_row(&select("where c.id = ?1"), params![id], read).optional()?)
}

/// The last one of each window.
pub(crate) fn last(connection: &Connection, windows: &[String]) -> Result<Vec<Call>, StoreError> {
    let sql = select(
        "where c.\"window\" = ?1 and c.called_at = (select max(called_at) from window_call where \"window\" = ?1)",
    );
    let sets: Vec<_> = windows.iter().map(|window| set![window]).collect();
    Ok(connection.select_each(&sql, &sets, read)?.into_iter().flatten().collect())
}

/// Every open one, and whether what it asks about was rated.
pub(crate) fn open(connection: &Connection) -> Result<Vec<(Call, bool)>, StoreError> {
    let calls: Vec<Call> =
        connection.query(&select("where c.ended_at is null"), params![], read)?;
    let sets: Vec<_> = calls.iter().map(|call| set![call.part, &call.service]).collect();
    let rated = connection.select_each(
        "select r.rated_at is not null from service s left join rating r on r.part = s.part
           and r.authority = s.authority and r.case_number = s.case_number and r.service_number = s.service_number
         where s.part = ?1 and s.id = ?2",
        &sets,
        |row| row.get::<bool>(0),
    )?;
    Ok(calls
        .into_iter()
        .zip(rated)
        .map(|(call, is_rated)| (call, is_rated.unwrap_or(false)))
        .collect())
}

/// Takes a step, if there is one from where the call stands.
pub(crate) fn step(
    connection: &mut Connection,
    id: Id,
    action: CallAction,
    at: Instant,
    ends_at: Instant,
) -> Result<Option<Call>, StoreError> {
    let transaction = connection.transaction()?;
    let Some(call) = by_id(&transaction, id)? else { return Ok(None) };
    let Some(state) = call.state.after(action) else { return Ok(None) };
    let ends_at = if action.begins_anew() { ends_at } else { call.ends_at };
    let ended_at = (!state.is_open()).then_some(at.millis());
    transaction.execute(
        "update window_call set state = ?2, ends_at = ?3, ended_at = ?4 where id = ?1",
        params![id, state.name(), ends_at.millis(), ended_at],
    )?;
    transaction.commit()?;
    Ok(Some(Call { state, ends_at, ..call }))
}
