//! Finished services on record. Registering again gives the same link; a new one only when the old
//! one ended unused.

use std::collections::{BTreeMap, HashSet};

use haochaping::{link::part_of, wire::v1::ServiceMode};

use crate::{
    Counted, Id, NewService, PrimaryService, Registered, StoreError, Tally,
    database::{
        self, Connection, Isolation, OptionalRow as _, Param, Row, Transaction, params, set,
    },
    engine::{lease as slot, lease::service_slot},
    figure::{
        counted,
        sums::{count, roll_up_to_ancestors},
    },
    outbox::{
        EndpointKind,
        post::{Event, has_any, post},
    },
    revision::raise,
    row::signed,
};

/// How many visits may lead from one to the next.
pub(crate) const LEADS_MAX: usize = 4;

pub(crate) fn register(
    connection: &mut Connection,
    authority: &str,
    services: &[NewService],
) -> Result<(Vec<Known>, Option<Counted>), StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    // In the order of keys, so that two collectors that are sent the same services wait for each
    // other in one direction.
    let mut order: Vec<usize> = (0..services.len()).collect();
    order.sort_by_key(|n| {
        let NewService { part, service, .. } = &services[*n];
        (*part, service.case_number.as_str(), service.service_number)
    });
    keep_names(&transaction, services)?;
    let ordered: Vec<&NewService> = order.iter().map(|n| &services[*n]).collect();
    let mut registered: Vec<Option<Known>> = vec![None; services.len()];
    for (n, known) in order.into_iter().zip(register_all(&transaction, authority, &ordered)?) {
        registered[n] = Some(known);
    }
    let registered: Vec<Known> = registered.into_iter().flatten().collect();
    let counted = count_services(&transaction, services, &registered)?;
    transaction.commit()?;
    Ok((registered, counted))
}

/// Adds what is new to the services that can be rated: not those that came with their rating, since
/// of the others of their system nobody tells us, and of a visit the first only.
fn count_services(
    transaction: &Transaction<'_>,
    services: &[NewService],
    registered: &[Known],
) -> Result<Option<Counted>, StoreError> {
    let mut figures = BTreeMap::new();
    let news = services
        .iter()
        .zip(registered)
        .filter(|(new, known)| known.standing.is_new && is_asked_for(new));
    for (NewService { service, .. }, _) in news {
        roll_up_to_ancestors(
            &mut figures,
            (service.region, service.agency_code.as_str()),
            Tally::Service,
            1,
        );
    }
    if figures.is_empty() {
        return Ok(None);
    }
    let added: Vec<_> = figures.into_iter().map(|((key, tally), n)| (key, tally, n)).collect();
    let of_services = service_slot(transaction);
    count(transaction, of_services, &added)?;
    let counted =
        Counted { slot: of_services, revision: slot::raise(transaction, of_services)?, added };
    if let Some(new) = services.first() {
        counted::note(transaction, &counted, new.at)?;
    }
    Ok(Some(counted))
}

fn register_all(
    transaction: &Transaction<'_>,
    authority: &str,
    services: &[&NewService],
) -> Result<Vec<Known>, StoreError> {
    let key = |new: &&NewService| {
        (new.part, new.service.case_number.as_str().to_owned(), new.service.service_number)
    };
    let keys: Vec<_> = services.iter().map(key).collect();
    let sets: Vec<_> =
        keys.iter().map(|(part, case, number)| set![part, authority, case, number]).collect();
    let known = transaction.select_each(FIND, &sets, read)?;
    let news =
        services.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(new, _)| *new);
    let inserted = insert(transaction, authority, &news.collect::<Vec<_>>())?;
    let has_invitations = has_any(transaction, EndpointKind::Invitations)?;
    let mut registered = Vec::with_capacity(services.len());
    for ((new, known), set) in services.iter().zip(known).zip(sets) {
        registered.push(match known {
            Some(known) => prolong(transaction, new, known)?,
            None if inserted.contains(&new.id) => {
                if has_invitations && is_asked_for(new) {
                    invite(transaction, new)?;
                }
                let service = &new.service;
                let standing = Registered {
                    part: new.part,
                    id: new.id,
                    last_day: new.last_day,
                    is_new: true,
                    region: service.region,
                    agency: service.agency_code.to_string(),
                    rated_at: None,
                };
                Known { standing, lead: new.lead.clone() }
            }
            // Twice in one request, or another collector was quicker.
            None => prolong(transaction, new, transaction.query_row(FIND, &set, read)?)?,
        });
    }
    Ok(registered)
}

/// Whether a rating of it is awaited here.
fn is_asked_for(new: &NewService) -> bool {
    !new.is_probe && !new.is_rated_elsewhere && new.lead.is_none()
}

fn invite(transaction: &Transaction<'_>, new: &NewService) -> Result<(), StoreError> {
    let event = Event {
        part: new.part,
        subject: &new.id,
        entry: 0,
        kind: "finished",
        at: new.at,
        region: new.service.region,
        agencies: &[],
    };
    post(transaction, &event, &[EndpointKind::Invitations])
}

/// Inserts those that are not on record, and gives their ids.
fn insert(
    transaction: &Transaction<'_>,
    authority: &str,
    news: &[&NewService],
) -> Result<HashSet<Id>, StoreError> {
    let sets = news.iter().map(|new| {
        let service = &new.service;
        let mode = match service.mode {
            ServiceMode::Online => "online",
            ServiceMode::OnSite => "on_site",
        };
        set![
            new.part,
            authority,
            service.case_number.as_str(),
            service.service_number,
            &new.id,
            service.item_code.as_ref().map_or(Param::Null, |code| Param::Text(code.as_str())),
            &service.item_name,
            service.agency_code.as_str(),
            signed(service.region),
            service.finished_at.millis(),
            mode,
            service.is_real_name,
            &service.window,
            &service.staff_number,
            new.last_day,
            new.at.millis(),
            new.is_probe,
            new.is_rated_elsewhere,
            &service.visit,
            new.lead.as_ref().map_or(Param::Null, |lead| Param::Text(&lead.case_number)),
            new.lead.as_ref().map(|lead| lead.service_number),
        ]
    });
    Ok(transaction.insert_all_returning(
        "insert into service (part, authority, case_number, service_number, id, item_code, item_name, agency, region,
           finished_at, mode, real_name, \"window\", staff_number, last_day, registered_at, probe, relayed, visit,
           lead_case, lead_number)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
         on conflict (part, authority, case_number, service_number) do nothing returning id",
        &sets.collect::<Vec<_>>(),
        |row| row.get(0),
    )?)
}

/// A ticket that ended unused is replaced by one with a later day; every other stays as it was
/// given out.
fn prolong(
    transaction: &Transaction<'_>,
    new: &NewService,
    known: Known,
) -> Result<Known, StoreError> {
    let today = new.at.millis().div_euclid(haochaping::calendar::DAY_MILLIS);
    let Known { standing, lead } = known;
    if lead.is_some() || standing.rated_at.is_some() || i64::from(standing.last_day) >= today {
        return Ok(Known { standing, lead });
    }
    transaction.execute(
        "update service set last_day = ?1 where part = ?2 and id = ?3",
        params![new.last_day, standing.part, standing.id],
    )?;
    Ok(Known { standing: Registered { last_day: new.last_day, ..standing }, lead })
}

/// The first service of the visit of `new`, its ticket prolonged as its own would be; `None` if it
/// is not on record.
pub(crate) fn stand_in(
    connection: &mut Connection,
    authority: &str,
    lead: &PrimaryService,
    new: &NewService,
) -> Result<Option<Known>, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let PrimaryService { case_number, service_number } = lead;
    let part = part_of(authority, case_number);
    let set = params![part, authority, case_number, service_number];
    let Some(known) = transaction.query_row(FIND, set, read).optional()? else { return Ok(None) };
    let known = prolong(&transaction, new, known)?;
    transaction.commit()?;
    Ok(Some(known))
}

/// The latest names of departments and items. What has one is asked first: names hardly ever
/// change, and a row that is not touched holds nobody up.
fn keep_names(transaction: &Transaction<'_>, services: &[NewService]) -> Result<(), StoreError> {
    let (mut agencies, mut items) = (BTreeMap::new(), BTreeMap::new());
    for NewService { service, is_probe, .. } in services {
        if let Some(name) = &service.agency_name {
            agencies.insert(service.agency_code.as_str(), Some(name.as_str()));
        }
        if let Some(code) = service.item_code.as_ref().filter(|_| !is_probe) {
            let name = items.entry(code.as_str()).or_insert(None);
            *name = service.item_name.as_deref().or(*name);
        }
    }
    for (table, names) in [("agency", agencies), ("item", items)] {
        let sets: Vec<_> = names.keys().map(|code| set![*code]).collect();
        let sql = format!("select name from {table} where code = ?1");
        let known = transaction.select_each(&sql, &sets, |row| row.get::<String>(0))?;
        for ((code, name), known) in names.into_iter().zip(known) {
            match (name, known) {
                (Some(name), known) if known.as_deref() != Some(name) => {
                    keep_name(transaction, table, code, name)?;
                }
                // It is known all the same, by its code.
                (None, None) => keep_name(transaction, table, code, code)?,
                _ => {}
            }
        }
    }
    Ok(())
}

/// Keeps the name of a code in a table of names, and tells running collectors if it is a new one.
pub(crate) fn keep_name(
    transaction: &Transaction<'_>,
    table: &'static str,
    code: &str,
    name: &str,
) -> Result<(), StoreError> {
    let sql = format!("select name from {table} where code = ?1");
    let known: Option<String> =
        transaction.query_row(&sql, params![code], |row| row.get(0)).optional()?;
    if known.as_deref() == Some(name) {
        return Ok(());
    }
    let changed = transaction.execute(
        &format!(
            "insert into {table} (code, name) values (?1, ?2)
             on conflict (code) do update set name = excluded.name where {table}.name <> excluded.name"
        ),
        params![code, name],
    )?;
    if changed > 0 {
        raise(transaction, "names")?;
    }
    Ok(())
}

/// A service on record, and the one that is rated in its place.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) standing: Registered,
    pub(crate) lead: Option<PrimaryService>,
}

const FIND: &str =
    "select s.part, s.id, s.last_day, s.region, s.agency, r.rated_at, s.lead_case, s.lead_number from service s
     left join rating r on r.part = s.part and r.authority = s.authority and r.case_number = s.case_number
       and r.service_number = s.service_number
     where s.part = ?1 and s.authority = ?2 and s.case_number = ?3 and s.service_number = ?4";

fn read(row: &Row<'_>) -> database::Result<Known> {
    let (part, id, last_day, region, agency, rated_at, lead): (
        _,
        _,
        _,
        _,
        _,
        _,
        Option<(String, u32)>,
    ) = row.read()?;
    let lead =
        lead.map(|(case_number, service_number)| PrimaryService { case_number, service_number });
    Ok(Known {
        standing: Registered { part, id, last_day, is_new: false, region, agency, rated_at },
        lead,
    })
}

pub(crate) fn find(
    connection: &Connection,
    part: u8,
    authority: &str,
    case: &str,
    number: u32,
) -> Result<Option<Registered>, StoreError> {
    let mut key = (part, case.to_owned(), number);
    for _ in 0..LEADS_MAX {
        let set = params![key.0, authority, key.1, key.2];
        let Some(Known { standing, lead }) = connection.query_row(FIND, set, read).optional()?
        else {
            return Ok(None);
        };
        let Some(lead) = lead else { return Ok(Some(standing)) };
        key = (part_of(authority, &lead.case_number), lead.case_number, lead.service_number);
    }
    Ok(None)
}
