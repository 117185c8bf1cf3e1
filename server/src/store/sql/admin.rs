//! What operators change: keys, API keys, names of regions, published figures.

use haochaping::{calendar::Instant, region::Region};

use super::{read::columns, signed};
use crate::store::{
    FigureKey, Published, StoreError, StoredApiKey, StoredKey,
    database::{Connection, Param, params, set},
};

pub(super) fn raise(connection: &Connection, name: &str) -> Result<(), StoreError> {
    connection.execute("update revision set value = value + 1 where name = ?1", params![name])?;
    Ok(())
}

/// Runs `change` in a transaction that also tells running collectors to re-read `name`.
fn change<T>(
    connection: &mut Connection,
    name: &str,
    change: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction()?;
    let result = change(&transaction)?;
    raise(&transaction, name)?;
    transaction.commit()?;
    Ok(result)
}

pub(super) fn keys(connection: &Connection) -> Result<Vec<StoredKey>, StoreError> {
    Ok(connection.query(
        "select purpose, id, wrapped, created_at, retired_at from key order by purpose, id",
        params![],
        |row| {
            Ok(StoredKey {
                purpose: row.get(0)?,
                id: row.get(1)?,
                wrapped: row.get(2)?,
                created_at: Instant::from_millis(row.get(3)?),
                retired_at: row.get::<Option<i64>>(4)?.map(Instant::from_millis),
            })
        },
    )?)
}

pub(super) fn add_key(connection: &mut Connection, key: &StoredKey) -> Result<(), StoreError> {
    change(connection, "keys", |c| {
        c.execute(
            "insert into key (purpose, id, wrapped, created_at) values (?1, ?2, ?3, ?4)",
            params![key.purpose, key.id, key.wrapped, key.created_at.millis()],
        )?;
        Ok(())
    })
}

pub(super) fn retire_key(connection: &mut Connection, purpose: &str, id: u8, at: Instant) -> Result<bool, StoreError> {
    change(connection, "keys", |c| {
        let n = c.execute(
            "update key set retired_at = ?1 where purpose = ?2 and id = ?3 and retired_at is null",
            params![at.millis(), purpose, id],
        )?;
        Ok(n == 1)
    })
}

pub(super) fn api_keys(connection: &Connection) -> Result<Vec<StoredApiKey>, StoreError> {
    Ok(connection.query(
        "select id, authority, secret_hash, regions, agencies, scope, created_at, revoked_at from api_key order by
           created_at, id",
        params![],
        |row| {
            let list = |text: String| text.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect::<Vec<_>>();
            Ok(StoredApiKey {
                id: row.get(0)?,
                authority: row.get(1)?,
                secret_hash: row.get(2)?,
                regions: list(row.get(3)?).iter().filter_map(|code| code.parse().ok()).collect(),
                agencies: list(row.get(4)?),
                scope: row.get(5)?,
                created_at: Instant::from_millis(row.get(6)?),
                revoked_at: row.get::<Option<i64>>(7)?.map(Instant::from_millis),
            })
        },
    )?)
}

pub(super) fn add_api_key(connection: &mut Connection, key: &StoredApiKey) -> Result<(), StoreError> {
    let regions: Vec<String> = key.regions.iter().map(Region::to_string).collect();
    change(connection, "api_keys", |c| {
        c.execute(
            "insert into api_key (id, authority, secret_hash, regions, agencies, scope, created_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                key.id,
                key.authority,
                key.secret_hash,
                regions.join(","),
                key.agencies.join(","),
                key.scope,
                key.created_at.millis()
            ],
        )?;
        Ok(())
    })
}

pub(super) fn revoke_api_key(connection: &mut Connection, id: &str, at: Instant) -> Result<bool, StoreError> {
    change(connection, "api_keys", |c| {
        let n = c.execute(
            "update api_key set revoked_at = ?1 where id = ?2 and revoked_at is null",
            params![at.millis(), id],
        )?;
        Ok(n == 1)
    })
}

pub(super) fn import_regions(connection: &mut Connection, names: &[(Region, String)]) -> Result<(), StoreError> {
    change(connection, "regions", |c| {
        let sql =
            "insert into region (code, name) values (?1, ?2) on conflict (code) do update set name = excluded.name";
        let sets: Vec<_> = names.iter().map(|(region, name)| set![signed(*region), name]).collect();
        c.insert_all(sql, &sets)?;
        Ok(())
    })
}

pub(super) fn import_holidays(connection: &mut Connection, years: &[(i32, String)]) -> Result<(), StoreError> {
    change(connection, "holidays", |c| {
        let sql =
            "insert into holiday (year, days) values (?1, ?2) on conflict (year) do update set days = excluded.days";
        for (year, days) in years {
            c.execute(sql, params![year, days])?;
        }
        Ok(())
    })
}

/// Keeps figures as published, each only if it still stands as the caller knows it: of two collectors that publish at the
/// same moment one does, so that no figure moves by less than a step.
pub(super) fn publish(
    connection: &mut Connection,
    moved: &[(FigureKey, Published, Option<Published>)],
) -> Result<bool, StoreError> {
    let transaction = connection.transaction()?;
    for (key, new, known) in moved {
        let mut row = set![signed(key.region), &key.agency];
        row.extend(columns(&new.counts).map(Param::Int));
        row.push(Param::Int(new.n_unregistered.cast_signed()));
        let sql = if let Some(known) = known {
            row.push(Param::Int(known.counts.total().cast_signed()));
            "update published set very_satisfied = ?3, satisfied = ?4, basically_satisfied = ?5, dissatisfied = ?6,
               very_dissatisfied = ?7, n_unregistered = ?8
             where region = ?1 and agency = ?2 and very_satisfied + satisfied + basically_satisfied + dissatisfied
               + very_dissatisfied = ?9"
        } else {
            "insert into published (region, agency, very_satisfied, satisfied, basically_satisfied, dissatisfied,
               very_dissatisfied, n_unregistered) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict do nothing"
        };
        let is_kept = transaction.execute(sql, &row)?;
        if is_kept == 0 {
            return Ok(false);
        }
    }
    raise(&transaction, "published")?;
    transaction.commit()?;
    Ok(true)
}
