//! Finished services on record. Registering again gives the same link; a new one only when the old one ended unused.

use std::collections::BTreeMap;

use haochaping::{calendar::Instant, wire::v1::ServiceMode};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{
    admin::raise,
    post::{Event, post},
    sums::{add_around, count},
};
use crate::store::{NewService, Registered, StoreError, Tally, outbox::EndpointKind};

pub(super) fn register(
    connection: &mut Connection,
    authority: &str,
    services: &[NewService],
) -> Result<Vec<Registered>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let registered: Vec<Registered> =
        services.iter().map(|new| register_one(&transaction, authority, new)).collect::<Result<_, _>>()?;
    count_services(&transaction, services, &registered)?;
    transaction.commit().map_err(|e| StoreError::OutcomeUnknown(e.to_string()))?;
    Ok(registered)
}

/// Adds what is new to the services that can be rated.
fn count_services(
    transaction: &Transaction<'_>,
    services: &[NewService],
    registered: &[Registered],
) -> Result<(), StoreError> {
    let mut figures = BTreeMap::new();
    let news = services.iter().zip(registered).filter(|(new, known)| known.is_new && !new.is_probe);
    for (NewService { service, .. }, _) in news {
        add_around(&mut figures, (service.region, service.agency_code.as_str()), Tally::Service, 1);
    }
    if figures.is_empty() {
        return Ok(());
    }
    let added: Vec<_> = figures.into_iter().map(|((key, tally), n)| (key, tally, n)).collect();
    // Without raising the slot: who registers adds to the copy in memory, and another process need not read all anew.
    count(transaction, &added)
}

fn register_one(transaction: &Transaction<'_>, authority: &str, new: &NewService) -> Result<Registered, StoreError> {
    let service = &new.service;
    keep_names(transaction, new)?;
    let known = find(transaction, new.part, authority, service.case_number.as_str(), service.service_number)?;
    if let Some(known) = known {
        return prolong(transaction, new, known);
    }
    transaction
        .prepare_cached(
            "insert into service (part, authority, case_number, service_number, id, item_code, item_name, agency, region,
               finished_at, mode, real_name, window, staff_number, last_day, registered_at, probe)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        )?
        .execute(params![
            new.part,
            authority,
            service.case_number.as_str(),
            service.service_number,
            new.id,
            service.item_code.as_ref().map(haochaping::identifier::ItemCode::as_str),
            service.item_name,
            service.agency_code.as_str(),
            service.region.number().cast_signed(),
            service.finished_at.millis(),
            match service.mode {
                ServiceMode::Online => "online",
                ServiceMode::OnSite => "on_site",
            },
            service.is_real_name,
            service.window,
            service.staff_number,
            new.last_day,
            new.at.millis(),
            new.is_probe,
        ])?;
    if !new.is_probe {
        let event = Event {
            part: new.part,
            subject: &new.id,
            entry: 0,
            kind: "finished",
            at: new.at,
            region: service.region,
            agencies: &[],
        };
        post(transaction, &event, &[EndpointKind::Invitations])?;
    }
    Ok(Registered { id: new.id, last_day: new.last_day, is_new: true, rated_at: None })
}

/// A ticket that ended unused is replaced by one with a later day; every other stays as it was given out.
fn prolong(transaction: &Transaction<'_>, new: &NewService, known: Registered) -> Result<Registered, StoreError> {
    let today = new.at.millis().div_euclid(haochaping::calendar::DAY_MILLIS);
    if known.rated_at.is_some() || i64::from(known.last_day) >= today {
        return Ok(known);
    }
    transaction.prepare_cached("update service set last_day = ?1 where part = ?2 and id = ?3")?.execute(params![
        new.last_day,
        new.part,
        known.id
    ])?;
    Ok(Registered { last_day: new.last_day, ..known })
}

/// The latest names of department and item.
fn keep_names(transaction: &Transaction<'_>, new: &NewService) -> Result<(), StoreError> {
    let service = &new.service;
    if let Some(name) = &service.agency_name {
        keep_name(transaction, "agency", service.agency_code.as_str(), name)?;
    }
    match (&service.item_code, &service.item_name) {
        _ if new.is_probe => {}
        (Some(code), Some(name)) => keep_name(transaction, "item", code.as_str(), name)?,
        // It is known all the same, by its code.
        (Some(code), None) => {
            let sql = "insert into item (code, name) values (?1, ?1) on conflict do nothing";
            if transaction.prepare_cached(sql)?.execute([code.as_str()])? > 0 {
                raise(transaction, "names")?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Keeps the name of a code in a table of names, and tells running collectors if it is a new one.
pub(super) fn keep_name(
    transaction: &Transaction<'_>,
    table: &'static str,
    code: &str,
    name: &str,
) -> Result<(), StoreError> {
    let changed = transaction
        .prepare_cached(&format!(
            "insert into {table} (code, name) values (?1, ?2)
             on conflict (code) do update set name = excluded.name where name <> excluded.name"
        ))?
        .execute([code, name])?;
    if changed > 0 {
        raise(transaction, "names")?;
    }
    Ok(())
}

pub(super) fn find(
    connection: &Connection,
    part: u8,
    authority: &str,
    case: &str,
    number: u32,
) -> Result<Option<Registered>, StoreError> {
    let known = connection
        .prepare_cached(
            "select s.id, s.last_day, r.rated_at from service s
             left join rating r on r.part = s.part and r.authority = s.authority and r.case_number = s.case_number
               and r.service_number = s.service_number
             where s.part = ?1 and s.authority = ?2 and s.case_number = ?3 and s.service_number = ?4",
        )?
        .query_row(params![part, authority, case, number], |row| {
            Ok(Registered {
                id: row.get(0)?,
                last_day: row.get(1)?,
                is_new: false,
                rated_at: row.get::<_, Option<i64>>(2)?.map(Instant::from_millis),
            })
        })
        .optional()?;
    Ok(known)
}
