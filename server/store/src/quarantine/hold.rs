//! Into quarantine: each visit is counted against the limits of its card in the rating's own
//! transaction.

use crate::{
    NewRating, NewVisit, StoreError,
    database::{Connection, Transaction, params, set},
};

/// Counts each visit's rating against the limits of its card, in order, and puts it into quarantine
/// beyond them; says which.
pub(crate) fn hold(
    transaction: &Transaction<'_>,
    visits: &[(&NewRating, &NewVisit)],
) -> Result<Vec<bool>, StoreError> {
    // In the order of keys, so that two transactions with the same cards wait for each other in one
    // direction. Those of one card stay in the order in which they came.
    let mut order: Vec<usize> = (0..visits.len()).collect();
    order.sort_by_key(|n| {
        let (_, visit) = visits[*n];
        (visit.card % 64, visit.card, visit.day, visit.source)
    });
    let sorted: Vec<_> = order.iter().map(|n| visits[*n]).collect();
    let mut is_held = vec![false; visits.len()];
    for (n, held) in order.into_iter().zip(hold_sorted(transaction, &sorted)?) {
        is_held[n] = held;
    }
    Ok(is_held)
}

fn hold_sorted(
    transaction: &Transaction<'_>,
    visits: &[(&NewRating, &NewVisit)],
) -> Result<Vec<bool>, StoreError> {
    let days = visits.iter().map(|(_, visit)| set![visit.card % 64, visit.card, visit.day]);
    let n_of_days: Vec<Option<u32>> = transaction.query_each(
        "insert into card_day (part, card, day, n) values (?1, ?2, ?3, 1)
         on conflict (part, card, day) do update set n = card_day.n + 1 returning n",
        &days.collect::<Vec<_>>(),
        |row| row.get(0),
    )?;
    let sources =
        visits.iter().map(|(_, visit)| set![visit.card % 64, visit.card, visit.day, &visit.source]);
    let n_of_sources: Vec<Option<u32>> = transaction.query_each(
        "insert into card_source (part, card, day, source, n) values (?1, ?2, ?3, ?4, 1)
         on conflict (part, card, day, source) do update set n = card_source.n + 1 returning n",
        &sources.collect::<Vec<_>>(),
        |row| row.get(0),
    )?;
    let numbers = n_of_days.into_iter().flatten().zip(n_of_sources.into_iter().flatten());
    let reasons: Vec<_> = visits
        .iter()
        .zip(numbers)
        .map(|((_, visit), (of_day, of_source))| reason(visit, of_day, of_source))
        .collect();
    let held = visits.iter().zip(&reasons).filter_map(|((new, visit), reason)| {
        reason.map(|reason| set![new.part, &new.id, reason, visit.release_at.millis()])
    });
    transaction.insert_all(
        "insert into quarantine (part, rating, reason, release_at) values (?1, ?2, ?3, ?4)",
        &held.collect::<Vec<_>>(),
    )?;
    Ok(reasons.iter().map(Option::is_some).collect())
}

fn reason(visit: &NewVisit, of_day: u32, of_source: u32) -> Option<&'static str> {
    match () {
        () if of_source > visit.source_limit => Some("source"),
        () if of_day > visit.day_limit => Some("day"),
        () => None,
    }
}

/// Forgets how often cards were rated, and from which sources, on days before `day`.
pub(super) fn purge_sources(connection: &mut Connection, day: i64) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    for table in ["card_source", "card_day"] {
        transaction.execute(&format!("delete from {table} where day < ?1"), params![day])?;
    }
    transaction.commit()
}
