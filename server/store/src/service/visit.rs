//! Visits of several services: which one is rated for all of them, and what was done.

use crate::{
    PrimaryService, StoreError,
    database::{Connection, params},
};

/// The service that is rated for a visit, which is `first` where the visit is new. Notes the names
/// of what was done.
pub(crate) fn claim(
    connection: &mut Connection,
    part: u8,
    (authority, visit): (&str, &str),
    first: &PrimaryService,
    items: &[String],
) -> Result<PrimaryService, StoreError> {
    let transaction = connection.transaction()?;
    transaction.execute(
        "insert into visit (part, authority, visit, case_number, service_number, items) values (?1, ?2, ?3, ?4, ?5, '')
         on conflict (part, authority, visit) do nothing",
        params![part, authority, visit, first.case_number, first.service_number],
    )?;
    let (lead, known): (PrimaryService, String) = transaction.query_row(
        "select case_number, service_number, items from visit where part = ?1 and authority = ?2 and visit = ?3",
        params![part, authority, visit],
        |row| Ok((PrimaryService { case_number: row.get(0)?, service_number: row.get(1)? }, row.get(2)?)),
    )?;
    let mut names: Vec<&str> = known.lines().collect();
    for item in items {
        if !names.contains(&item.as_str()) {
            names.push(item);
        }
    }
    if names.len() > known.lines().count() {
        transaction.execute(
            "update visit set items = ?4 where part = ?1 and authority = ?2 and visit = ?3",
            params![part, authority, visit, names.join("\n")],
        )?;
    }
    transaction.commit()?;
    Ok(lead)
}

/// The names of what was done, in the order in which they came.
pub(crate) fn items(
    connection: &Connection,
    part: u8,
    (authority, visit): (&str, &str),
) -> Result<Vec<String>, StoreError> {
    let found: Vec<String> = connection.query(
        "select items from visit where part = ?1 and authority = ?2 and visit = ?3",
        params![part, authority, visit],
        |row| row.get::<String>(0),
    )?;
    Ok(found.iter().flat_map(|items| items.lines().map(str::to_owned)).collect())
}
