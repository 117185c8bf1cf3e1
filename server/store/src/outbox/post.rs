//! Messages as they are written: in the transaction of what they tell of, to each endpoint that is
//! to be told.

use haochaping::{calendar::Instant, region::Region};
use sha2::{Digest, Sha256};

use crate::{
    Id, StoreError,
    database::{Connection, Selected as _, Transaction, params, read_row, row},
    number::number,
    outbox::EndpointKind,
    row::span,
};

/// Something to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'a> {
    pub part: u8,
    pub subject: &'a Id,
    /// The number of the history's entry; 0 for what is none.
    pub entry: u32,
    pub kind: &'a str,
    pub at: Instant,
    pub region: Region,
    /// Whose systems are told: the department's, and at a reassignment the one before too.
    pub agencies: &'a [&'a str],
}

row! {
    struct Live {
        id: Id = "id",
        kind: EndpointKind = "kind",
        region: Region = "region",
        agency: Option<String> = "agency",
    }
}

/// Writes a message to each endpoint of these kinds that is to be told: of departments to each that
/// is named, of others to the nearest up the tree of regions.
pub(crate) fn post(
    transaction: &Transaction<'_>,
    event: &Event<'_>,
    kinds: &[EndpointKind],
) -> Result<(), StoreError> {
    let live = live(transaction)?;
    for kind in kinds {
        let of_kind =
            live.iter().filter(|one| one.kind == *kind && one.region.contains(event.region));
        if *kind == EndpointKind::Department {
            let is_named = |one: &&Live| {
                one.agency.as_deref().is_some_and(|own| event.agencies.contains(&own))
            };
            for one in of_kind.filter(is_named) {
                insert(transaction, event, &one.id)?;
            }
        } else {
            // Whoever was told of the subject before goes on being told, though a nearer one came.
            let mut nearest: Option<(bool, i64, &Live)> = None;
            for one in of_kind {
                let place = (!was_told(transaction, event, &one.id)?, width(one.region), one);
                if nearest.as_ref().is_none_or(|found| (place.0, place.1) < (found.0, found.1)) {
                    nearest = Some(place);
                }
            }
            if let Some((.., one)) = nearest {
                insert(transaction, event, &one.id)?;
            }
        }
    }
    Ok(())
}

/// Whether there is an endpoint of this kind at all.
pub(crate) fn has_any(connection: &Connection, kind: EndpointKind) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from endpoint where kind = ?1 and disabled_at is null)";
    Ok(connection.query_row(sql, params![kind.name()], |row| row.get(0))?)
}

fn was_told(connection: &Connection, event: &Event<'_>, endpoint: &Id) -> Result<bool, StoreError> {
    let sql =
        "select exists (select 1 from outbox where endpoint = ?1 and part = ?2 and subject = ?3)";
    Ok(connection.query_row(sql, params![endpoint, event.part, event.subject], |row| row.get(0))?)
}

fn width(region: Region) -> i64 {
    let (low, high) = span(region);
    high - low
}

fn live(connection: &Connection) -> Result<Vec<Live>, StoreError> {
    let sql = format!("select {} from endpoint where disabled_at is null", Live::columns());
    Ok(connection.query(&sql, params![], read_row)?)
}

/// The id follows from what is told to whom, so that a message has one however often it is looked
/// at.
fn insert(
    transaction: &Transaction<'_>,
    event: &Event<'_>,
    endpoint: &Id,
) -> Result<(), StoreError> {
    let subject = params![endpoint, event.part, event.subject];
    // Holds those that wait until this is committed: whoever sends the last of them meanwhile must
    // see this one behind it.
    transaction.execute(
        "update outbox set sequence = sequence where endpoint = ?1 and part = ?2 and subject = ?3
           and state in ('waiting', 'dead')",
        subject,
    )?;
    let (sequence, n_before): (u32, u32) = transaction.query_row(
        "select coalesce(max(sequence), 0) + 1, count(case when state in ('waiting', 'dead') then 1 end) from outbox
         where endpoint = ?1 and part = ?2 and subject = ?3",
        subject,
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let told = [
        &endpoint[..],
        &[event.part],
        event.subject,
        &sequence.to_be_bytes(),
        event.kind.as_bytes(),
    ]
    .concat();
    let digest: [u8; 32] = Sha256::digest(told).into();
    let id: Id = std::array::from_fn(|i| digest[i]);
    let at = event.at.millis();
    transaction.execute(
        "insert into outbox (number, id, endpoint, part, subject, entry, kind, sequence, created_at, state, next_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting', ?10)",
        params![
            number(event.at),
            id,
            endpoint,
            event.part,
            event.subject,
            event.entry,
            event.kind,
            sequence,
            at,
            (n_before == 0).then_some(at)
        ],
    )?;
    Ok(())
}
