//! What operators change: keys, API keys, names of regions, published figures; and the backup.

use std::path::Path;

use haochaping::{calendar::Instant, region::Region};
use rusqlite::{Connection, OpenFlags, TransactionBehavior, backup, params};

use super::{connect, make_private};
use crate::store::{FigureKey, Published, StoreError, StoredApiKey, StoredKey};

pub(super) fn raise(connection: &Connection, name: &str) -> Result<(), StoreError> {
    connection.prepare_cached("update revision set value = value + 1 where name = ?1")?.execute([name])?;
    Ok(())
}

/// Runs `change` in a transaction that also tells running collectors to re-read `name`.
fn change<T>(
    connection: &mut Connection,
    name: &str,
    change: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = change(&transaction)?;
    raise(&transaction, name)?;
    transaction.commit().map_err(|e| StoreError::OutcomeUnknown(e.to_string()))?;
    Ok(result)
}

pub(super) fn keys(connection: &Connection) -> Result<Vec<StoredKey>, StoreError> {
    let mut statement = connection
        .prepare_cached("select purpose, id, wrapped, created_at, retired_at from key order by purpose, id")?;
    let rows = statement.query_map([], |row| {
        Ok(StoredKey {
            purpose: row.get(0)?,
            id: row.get(1)?,
            wrapped: row.get(2)?,
            created_at: Instant::from_millis(row.get(3)?),
            retired_at: row.get::<_, Option<i64>>(4)?.map(Instant::from_millis),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
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
    let mut statement = connection.prepare_cached(
        "select id, authority, secret_hash, regions, agencies, scope, created_at, revoked_at from api_key order by created_at, id",
    )?;
    let rows = statement.query_map([], |row| {
        let list = |text: String| text.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        Ok(StoredApiKey {
            id: row.get(0)?,
            authority: row.get(1)?,
            secret_hash: row.get(2)?,
            regions: list(row.get(3)?).iter().filter_map(|code| code.parse().ok()).collect(),
            agencies: list(row.get(4)?),
            scope: row.get(5)?,
            created_at: Instant::from_millis(row.get(6)?),
            revoked_at: row.get::<_, Option<i64>>(7)?.map(Instant::from_millis),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
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
        let mut statement = c.prepare_cached(
            "insert into region (code, name) values (?1, ?2) on conflict (code) do update set name = excluded.name",
        )?;
        for (region, name) in names {
            statement.execute(params![region.number().cast_signed(), name])?;
        }
        Ok(())
    })
}

pub(super) fn import_holidays(connection: &mut Connection, years: &[(i32, String)]) -> Result<(), StoreError> {
    change(connection, "holidays", |c| {
        let mut statement = c.prepare_cached(
            "insert into holiday (year, days) values (?1, ?2) on conflict (year) do update set days = excluded.days",
        )?;
        for (year, days) in years {
            statement.execute(params![year, days])?;
        }
        Ok(())
    })
}

pub(super) fn publish(connection: &mut Connection, moved: &[(FigureKey, Published)]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut statement = transaction.prepare_cached(
            "insert into published (region, agency, very_satisfied, satisfied, basically_satisfied, dissatisfied,
               very_dissatisfied, n_visits) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             on conflict (region, agency) do update set very_satisfied = excluded.very_satisfied,
               satisfied = excluded.satisfied, basically_satisfied = excluded.basically_satisfied,
               dissatisfied = excluded.dissatisfied, very_dissatisfied = excluded.very_dissatisfied,
               n_visits = excluded.n_visits",
        )?;
        for (key, Published { counts, n_visits }) in moved {
            statement.execute(params![
                key.region.number().cast_signed(),
                key.agency,
                counts.very_satisfied.cast_signed(),
                counts.satisfied.cast_signed(),
                counts.basically_satisfied.cast_signed(),
                counts.dissatisfied.cast_signed(),
                counts.very_dissatisfied.cast_signed(),
                n_visits.cast_signed(),
            ])?;
        }
    }
    transaction.commit().map_err(|e| StoreError::OutcomeUnknown(e.to_string()))
}

/// Copies the file page by page while others write; the copy is a store of its own, in the state of one moment.
pub(super) fn backup(from: &Path, to: &Path, progress: &dyn Fn(u64, u64)) -> Result<(), StoreError> {
    let said = |e: std::io::Error| StoreError::Failed(format!("{} cannot be written: {e}", to.display()));
    if to.exists() {
        return Err(StoreError::Failed(format!("{} is there already: name another file", to.display())));
    }
    make_private(to).map_err(said)?;
    let source = connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut copy = Connection::open(to)?;
    {
        // One transaction on the source: without it every write of the collector would start the copy anew.
        let snapshot = source.unchecked_transaction()?;
        snapshot.query_row("select count(*) from meta", [], |_| Ok(()))?;
        let run = backup::Backup::new(&snapshot, &mut copy)?;
        loop {
            let step = run.step(1_000)?;
            let state = run.progress();
            let pages = |n| u64::try_from(n).unwrap_or(0);
            progress(pages(state.remaining), pages(state.pagecount));
            if step == backup::StepResult::Done {
                break;
            }
        }
    }
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(said)
}
