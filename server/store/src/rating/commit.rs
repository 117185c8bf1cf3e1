//! A batch of ratings as one transaction: ratings, work orders, counters. Each step is one
//! statement for the whole batch.

use std::collections::HashSet;

use haochaping::{calendar::Instant, link::RatingId, rating::Provenance};

use super::{
    follow_up::FollowUp,
    place::{Placed, find_places},
};
use crate::{
    Committed, Counted, NewRating, Outcome, StoreError,
    database::{Connection, Isolation, Param, Transaction, params, set},
    engine::lease as slot,
    figure::counted,
    ledger,
    row::signed,
};

/// Commits the batch. A row that fails by its data is found by halving the batch, and the others
/// live.
pub(crate) fn commit(
    connection: &mut Connection,
    batch: &[NewRating],
) -> Result<Committed, StoreError> {
    match try_commit(connection, batch) {
        Err(StoreError::Row(_)) if batch.len() > 1 => {
            let (first, second) = batch.split_at(batch.len() / 2);
            let mut committed = commit(connection, first)?;
            // Half of the batch stands: if the rest fails for good, nobody may be told that nothing
            // was written. A store that takes nothing now is tried again as a whole, and finds the
            // first half as replays.
            let rest = commit(connection, second).map_err(|error| match error {
                error if error.is_temporary() => error,
                other => {
                    StoreError::OutcomeUnknown(format!("half of a batch was committed: {other}"))
                }
            })?;
            committed.outcomes.extend(rest.outcomes);
            committed.leaves.extend(rest.leaves);
            committed.counted.extend(rest.counted);
            Ok(committed)
        }
        Err(StoreError::Row(reason)) => {
            tracing::error!(reason, "a rating does not fit the store");
            Ok(Committed {
                outcomes: vec![Outcome::Refused],
                leaves: vec![None],
                counted: Vec::new(),
            })
        }
        other => other,
    }
}

fn try_commit(connection: &mut Connection, batch: &[NewRating]) -> Result<Committed, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let of_ratings = transaction.slot();
    // First, so that the ratings say in which commit they came.
    let revision = slot::raise(&transaction, of_ratings)?;
    let places = find_places(&transaction, batch)?;
    let mut outcomes = vec![Outcome::Unknown; batch.len()];
    let mut placed: Vec<(usize, Placed<'_>)> = Vec::with_capacity(batch.len());
    for (n, (new, place)) in batch.iter().zip(places).enumerate() {
        let Some(place) = place else { continue };
        if let Some(lead) = place.lead {
            outcomes[n] = Outcome::Led { authority: place.authority, lead };
            continue;
        }
        let provenance = if place.is_probe { Provenance::Probe } else { new.provenance };
        placed.push((n, Placed { new, place, provenance }));
    }
    // In the order of keys, so that two collectors that are sent the same cases wait for each other
    // in one direction.
    placed.sort_by(|(_, a), (_, b)| key(a).cmp(&key(b)));
    let inserted = insert(&transaction, &placed, revision)?;
    let mut accepted = Vec::with_capacity(placed.len());
    for (n, one) in placed {
        if inserted.contains(&one.new.id) {
            outcomes[n] = Outcome::Accepted;
            accepted.push((n, one));
        } else {
            outcomes[n] = compare_with_standing(&transaction, &one)?;
        }
    }
    // The limits of cards are counted in the order in which ratings came.
    accepted.sort_by_key(|(n, _)| *n);
    let (numbers, accepted): (Vec<_>, Vec<_>) = accepted.into_iter().unzip();
    let (added, committed) = FollowUp::of(&transaction, &accepted)?.write(&transaction)?;
    let mut leaves = vec![None; batch.len()];
    numbers.into_iter().zip(&committed).for_each(|(n, (leaf, _))| leaves[n] = Some(*leaf));
    let records: Vec<_> = committed.into_iter().map(|(_, record)| record).collect();
    ledger::note(&transaction, (of_ratings, revision), &records)?;
    let counted = Counted { slot: of_ratings, revision, added };
    if let Some(last) = batch.last() {
        counted::note(&transaction, &counted, last.rated_at)?;
    }
    // Until here nothing has happened; from here on only a commit that returned is known.
    transaction.commit()?;
    Ok(Committed { outcomes, leaves, counted: vec![counted] })
}

fn key<'a>(one: &'a Placed<'_>) -> (u8, &'a str, &'a str, i64) {
    (one.new.part, &one.place.authority, &one.place.case_number, one.place.service_number)
}

/// Inserts those that are the first of their service, and gives their ids.
fn insert(
    transaction: &Transaction<'_>,
    placed: &[(usize, Placed<'_>)],
    revision: i64,
) -> Result<HashSet<RatingId>, StoreError> {
    let sets = placed.iter().map(|(_, Placed { new, place, provenance })| {
        set![
            new.part,
            &place.authority,
            &place.case_number,
            place.service_number,
            &new.id,
            &new.key_digest,
            &new.fingerprint,
            new.level.name(),
            &new.indicators,
            &new.indicator_version,
            &new.comment,
            &new.contact,
            new.is_anonymous,
            new.channel.name(),
            provenance.name(),
            new.lang,
            &place.item_code,
            &place.agency,
            signed(place.region),
            new.rated_at.millis(),
            new.salt.bytes(),
            place.card,
            &place.purpose,
            &new.entered_by,
            new.collected_at.map_or(Param::Null, |at| Param::Int(at.millis())),
            transaction.slot(),
            revision,
        ]
    });
    Ok(transaction.insert_all_returning(
        "insert into rating (part, authority, case_number, service_number, id, key_digest, fingerprint, level,
           indicators, indicator_version, comment, contact, anonymous, channel, provenance, lang, item_code, agency,
           region, rated_at, salt, card, purpose, entered_by, collected_at, slot, revision) values (?1, ?2, ?3, ?4, ?5,
           ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)
         on conflict (part, authority, case_number, service_number) do nothing returning id",
        &sets.collect::<Vec<_>>(),
        |row| row.get(0),
    )?)
}

/// The service has a rating: is it this one? A key is compared within its service's row only.
fn compare_with_standing(
    transaction: &Transaction<'_>,
    Placed { new, place, .. }: &Placed<'_>,
) -> Result<Outcome, StoreError> {
    Ok(transaction.query_row(
        "select id, key_digest, fingerprint, rated_at from rating
         where part = ?1 and authority = ?2 and case_number = ?3 and service_number = ?4",
        params![new.part, place.authority, place.case_number, place.service_number],
        |row| {
            let (id, key, fingerprint, rated_at): (RatingId, [u8; 16], [u8; 16], Instant) =
                row.read()?;
            Ok(match (key == new.key_digest, fingerprint == new.fingerprint) {
                (true, true) => Outcome::Replayed { id, rated_at },
                (true, false) => Outcome::KeyReused { rated_at },
                (false, _) => Outcome::AlreadyRated { rated_at },
            })
        },
    )?)
}
