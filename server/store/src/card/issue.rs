//! Cards: issued, replaced, revoked, listed.

use haochaping::{calendar::Instant, link::Card};

use crate::{
    Agreed, Issue, Issued, NewCard, Revival, StoreError, StoredCard,
    database::{Connection, OptionalRow as _, Selected as _, Transaction, params, read_row, row},
    row::signed,
    service::register::keep_name,
    staff::{AuditEntry, statements::record},
};

row!(StoredCard {
    serial: "c.serial",
    card: [NewCard],
    issued_at: "c.issued_at",
    revoked: "c.revoked_at, c.revoked_reason",
    replaced_by: "c.replaced_by",
});

row!(NewCard {
    kind: "c.kind",
    name: "c.name",
    number: "c.number",
    agency: "c.agency",
    agency_name: "a.name",
    region: "c.region",
    scope: "c.scope",
    phone: "c.phone",
    expires: "c.expires",
    content: "c.content",
});

/// A statement for cards `c`; `rest` says which and in what order.
fn select(rest: &str) -> String {
    format!(
        "select {} from card c left join agency a on a.code = c.agency {rest}",
        StoredCard::columns()
    )
}

pub(crate) fn issue(
    connection: &mut Connection,
    cards: &[NewCard],
    agreed: &Agreed,
    entry: &AuditEntry,
) -> Result<Issued, StoreError> {
    let transaction = connection.transaction()?;
    let issued: Vec<_> = cards
        .iter()
        .map(|new| issue_one(&transaction, new, entry.at))
        .collect::<Result<_, StoreError>>()?;
    let ended = issued
        .iter()
        .filter_map(|(_, issue)| if let Issue::Replaces(old) = issue { Some(*old) } else { None });
    let others: Vec<_> = match agreed {
        Agreed::All => Vec::new(),
        Agreed::Serials(serials) => ended.filter(|old| !serials.contains(old)).collect(),
    };
    if !others.is_empty() {
        // What was written so far goes with the transaction.
        return Ok(Err(others));
    }
    record(&transaction, entry)?;
    transaction.commit()?;
    Ok(Ok(issued))
}

fn issue_one(
    transaction: &Transaction<'_>,
    new: &NewCard,
    at: Instant,
) -> Result<(StoredCard, Issue), StoreError> {
    if let Some(name) = &new.agency_name {
        keep_name(transaction, "agency", &new.agency, name)?;
    }
    let live: Option<StoredCard> = transaction
        .query_row(
            &select(
                "where c.agency = ?1 and c.kind = ?2 and c.number = ?3 and c.revoked_at is null
               and c.replaced_by is null",
            ),
            params![new.agency, new.kind.name(), new.number],
            read_row,
        )
        .optional()?;
    match live {
        Some(live)
            if live.card.content == new.content
                && live.card.expires.is_good_on(at.date_in_china()) =>
        {
            Ok((live, Issue::Known))
        }
        Some(live) => {
            let card = insert(transaction, new, at)?;
            succeed(transaction, live.serial, card.serial)?;
            Ok((card, Issue::Replaces(live.serial)))
        }
        None => Ok((insert(transaction, new, at)?, Issue::New)),
    }
}

fn insert(
    transaction: &Transaction<'_>,
    new: &NewCard,
    at: Instant,
) -> Result<StoredCard, StoreError> {
    let serial: u32 = transaction.query_row(
        "select coalesce(max(serial), 0) + 1 from card",
        params![],
        |row| row.get(0),
    )?;
    if serial > Card::SERIAL_MAX {
        return Err(StoreError::Failed("all 16,777,215 serials of cards are used up".into()));
    }
    transaction.execute(
        "insert into card (serial, kind, name, number, agency, region, scope, phone, expires, content, issued_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            serial,
            new.kind.name(),
            new.name,
            new.number,
            new.agency,
            signed(new.region),
            new.scope,
            new.phone,
            new.expires.months(),
            new.content,
            at.millis(),
        ],
    )?;
    Ok(StoredCard { serial, card: new.clone(), issued_at: at, revoked: None, replaced_by: None })
}

fn succeed(transaction: &Transaction<'_>, old: u32, new: u32) -> Result<(), StoreError> {
    transaction.execute("update card set replaced_by = ?2 where serial = ?1", params![old, new])?;
    Ok(())
}

pub(crate) fn replace(
    connection: &mut Connection,
    serial: u32,
    entry: &AuditEntry,
) -> Result<Option<StoredCard>, StoreError> {
    let at = entry.at;
    let transaction = connection.transaction()?;
    let is_live = |card: &StoredCard| {
        card.revoked.is_none()
            && card.replaced_by.is_none()
            && card.card.expires.is_good_on(at.date_in_china())
    };
    let live = one(&transaction, serial)?.filter(is_live);
    let Some(live) = live else { return Ok(None) };
    let card = insert(&transaction, &live.card, at)?;
    succeed(&transaction, serial, card.serial)?;
    record(&transaction, entry)?;
    transaction.commit()?;
    Ok(Some(card))
}

pub(crate) fn revoke(
    connection: &mut Connection,
    serial: u32,
    reason: &str,
    entry: &AuditEntry,
) -> Result<bool, StoreError> {
    let transaction = connection.transaction()?;
    let n = transaction.execute(
        "update card set revoked_at = ?2, revoked_reason = ?3
             where serial = ?1 and revoked_at is null and replaced_by is null",
        params![serial, entry.at.millis(), reason],
    )?;
    if n == 1 {
        record(&transaction, entry)?;
    }
    transaction.commit()?;
    Ok(n == 1)
}

pub(crate) fn revive(
    connection: &mut Connection,
    serial: u32,
    reason: &str,
    entry: &AuditEntry,
) -> Result<Revival, StoreError> {
    let transaction = connection.transaction()?;
    let Some(old) = one(&transaction, serial)?.filter(|card| card.revoked.is_none()) else {
        return Ok(Revival::NotReplaced);
    };
    if !old.card.expires.is_good_on(entry.at.date_in_china()) {
        return Ok(Revival::Over);
    }
    let Some(successor) = old.replaced_by else { return Ok(Revival::NotReplaced) };
    let is_in_use = |card: &StoredCard| card.revoked.is_none() && card.replaced_by.is_none();
    if !one(&transaction, successor)?.is_some_and(|card| is_in_use(&card)) {
        return Ok(Revival::NotReplaced);
    }
    let n_ratings: i64 = transaction.query_row(
        "select count(*) from rating where card = ?1",
        params![successor],
        |row| row.get(0),
    )?;
    if n_ratings > 0 {
        return Ok(Revival::InUse { successor });
    }
    transaction.execute(
        "update card set revoked_at = ?2, revoked_reason = ?3 where serial = ?1",
        params![successor, entry.at.millis(), reason],
    )?;
    transaction.execute("update card set replaced_by = null where serial = ?1", params![serial])?;
    record(&transaction, entry)?;
    transaction.commit()?;
    Ok(Revival::Revived { ended: successor })
}

pub(crate) fn one(connection: &Connection, serial: u32) -> Result<Option<StoredCard>, StoreError> {
    Ok(connection
        .query_row(&select("where c.serial = ?1"), params![serial], read_row)
        .optional()?)
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<StoredCard>, StoreError> {
    Ok(connection.query(&select("order by c.serial"), params![], read_row)?)
}
