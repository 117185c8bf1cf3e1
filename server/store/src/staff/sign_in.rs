//! Attempts to sign in, and locks. A name that is no account costs what one that is costs.

use haochaping::calendar::{DAY_MILLIS, Instant};
use sha2::{Digest as _, Sha256};

use crate::{
    StoreError,
    database::{Connection, OptionalRow as _, Transaction, params},
    staff::{Attempt, Digest, row::by_name},
};

/// The first lock; each further attempt doubles it.
const FIRST_LOCK_MILLIS: i64 = 60_000;
/// The longest lock: 64 minutes.
const DOUBLINGS_MAX: u32 = 6;
/// Attempts on one account from all networks in which it never signed in, before those are locked.
const N_FREE_ELSEWHERE: u32 = 100;
/// All networks in which an account never signed in.
const ELSEWHERE: &str = "";
/// How long it is known in which networks an account signed in.
const KNOWN_DAYS: i64 = 180;

fn digest(name: &str) -> Digest {
    Sha256::digest(name.as_bytes()).into()
}

/// What is known of an account and a network.
#[derive(Default)]
struct Known {
    locked_until: Option<i64>,
    has_signed_in: bool,
}

fn known(
    transaction: &Transaction<'_>,
    account: &Digest,
    network: &str,
) -> Result<Known, StoreError> {
    let sql = "select locked_until, signed_in_at from sign_in where account = ?1 and network = ?2";
    let found = transaction.query_row(sql, params![account, network], |row| {
        Ok(Known { locked_until: row.get(0)?, has_signed_in: row.get::<Option<i64>>(1)?.is_some() })
    });
    Ok(found.optional()?.unwrap_or_default())
}

pub(crate) fn attempt(
    connection: &mut Connection,
    name: &str,
    network: &str,
    now: Instant,
    n_free: u32,
) -> Result<Attempt, StoreError> {
    let transaction = connection.transaction()?;
    let account = digest(name);
    let row = by_name(&transaction, name)?.filter(|row| row.password.is_some());
    let here = known(&transaction, &account, network)?;
    let elsewhere = known(&transaction, &account, ELSEWHERE)?;
    let counted = [
        (network, n_free, here.locked_until),
        (ELSEWHERE, N_FREE_ELSEWHERE, elsewhere.locked_until),
    ];
    // Whoever signed in here before is not locked by what others do elsewhere.
    let counted = &counted[..if here.has_signed_in { 1 } else { 2 }];
    let locked_until = counted.iter().filter_map(|(_, _, until)| *until).max();
    if let Some(until) = locked_until.map(Instant::from_millis).filter(|until| now < *until) {
        return Ok(Attempt::Locked(until));
    }
    for (network, n_free, _) in counted {
        count(&transaction, &account, network, now, *n_free)?;
    }
    transaction.commit()?;
    Ok(row.map_or(Attempt::Nobody, |row| Attempt::Open(Box::new(row))))
}

fn count(
    transaction: &Transaction<'_>,
    account: &Digest,
    network: &str,
    now: Instant,
    n_free: u32,
) -> Result<(), StoreError> {
    let n: u32 = transaction.query_row(
        "insert into sign_in (account, network, n_attempts, last_at) values (?1, ?2, 1, ?3)
         on conflict (account, network) do update set n_attempts = sign_in.n_attempts + 1, last_at = excluded.last_at
         returning n_attempts",
        params![account, network, now.millis()],
        |row| row.get(0),
    )?;
    if n >= n_free {
        let lock = FIRST_LOCK_MILLIS << (n - n_free).min(DOUBLINGS_MAX);
        transaction.execute(
            "update sign_in set locked_until = ?3 where account = ?1 and network = ?2",
            params![account, network, now.millis() + lock],
        )?;
    }
    Ok(())
}

/// The password was right: this network is known from now on, and its attempts begin anew.
pub(crate) fn succeed(
    connection: &Connection,
    name: &str,
    network: &str,
    now: Instant,
) -> Result<(), StoreError> {
    connection.execute(
        "insert into sign_in (account, network, last_at, signed_in_at) values (?1, ?2, ?3, ?3)
         on conflict (account, network) do update set n_attempts = 0, locked_until = null, last_at = excluded.last_at,
           signed_in_at = excluded.signed_in_at",
        params![digest(name), network, now.millis()],
    )?;
    Ok(())
}

/// A new password: whatever was locked is open.
pub(crate) fn unlock(connection: &Connection, name: &str) -> Result<(), StoreError> {
    connection.execute(
        "update sign_in set n_attempts = 0, locked_until = null where account = ?1",
        params![digest(name)],
    )?;
    Ok(())
}

/// Forgets attempts of the day before, and where an account has not signed in for long.
pub(crate) fn forget(connection: &Connection, now: Instant) -> Result<(), StoreError> {
    connection.execute(
        "delete from sign_in where (signed_in_at is null and last_at < ?1) or signed_in_at < ?2",
        params![now.millis() - DAY_MILLIS, now.millis() - KNOWN_DAYS * DAY_MILLIS],
    )?;
    Ok(())
}
