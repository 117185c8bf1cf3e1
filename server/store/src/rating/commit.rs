//! A batch of ratings as one transaction: ratings, work orders, counters. Each step is one statement for the whole batch.

use std::collections::HashSet;

use haochaping::{
    calendar::Instant,
    ledger::{Cell, Kind},
    link::RatingId,
    rating::Provenance,
    region::Region,
};

use crate::{
    About, CARD_AUTHORITY, Committed, Counted, NewRating, Outcome, PrimaryService, StoreError, Tally,
    database::{Connection, Isolation, Param, Selected as _, Transaction, params, read_row, row, set},
    engine::lease as slot,
    figure::sums::Added,
    figure::{
        counted,
        sums::{Group, Sums, source_of},
    },
    ledger::{self, NewLeaf},
    order::{statements as order, statements::Opening},
    quarantine,
    row::signed,
    word,
};

/// What a rating takes over from its service or card.
#[derive(Clone)]
struct Place {
    authority: String,
    case_number: String,
    service_number: i64,
    item_code: Option<String>,
    card: Option<u32>,
    purpose: Option<String>,
    agency: String,
    region: Region,
    is_probe: bool,
    is_real_name: bool,
    is_registered: bool,
    /// The service that is rated in its place, of the later ones of a visit.
    lead: Option<PrimaryService>,
}

/// A rating with its place.
struct Placed<'a> {
    new: &'a NewRating,
    place: Place,
    /// Whatever the entrance: what is said of a test service is a test.
    provenance: Provenance,
}

/// Commits the batch. A row that fails by its data is found by halving the batch, and the others live.
pub(crate) fn commit(connection: &mut Connection, batch: &[NewRating]) -> Result<Committed, StoreError> {
    match try_commit(connection, batch) {
        Err(StoreError::Row(_)) if batch.len() > 1 => {
            let (first, second) = batch.split_at(batch.len() / 2);
            let mut committed = commit(connection, first)?;
            // Half of the batch stands: if the rest fails for good, nobody may be told that nothing was written. A store that
            // takes nothing now is tried again as a whole, and finds the first half as replays.
            let rest = commit(connection, second).map_err(|error| match error {
                error if error.is_temporary() => error,
                other => StoreError::OutcomeUnknown(format!("half of a batch was committed: {other}")),
            })?;
            committed.outcomes.extend(rest.outcomes);
            committed.leaves.extend(rest.leaves);
            committed.counted.extend(rest.counted);
            Ok(committed)
        }
        Err(StoreError::Row(reason)) => {
            tracing::error!(reason, "a rating does not fit the store");
            Ok(Committed { outcomes: vec![Outcome::Refused], leaves: vec![None], counted: Vec::new() })
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
    // In the order of keys, so that two collectors that are sent the same cases wait for each other in one direction.
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
    let (added, new_leaves) = follow_up(&transaction, &accepted)?;
    let committed = ledger::commit(&new_leaves);
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

/// What follows from ratings that are new: quarantine, work orders, words to read, counters, and a leaf each.
fn follow_up(transaction: &Transaction<'_>, accepted: &[Placed<'_>]) -> Result<(Vec<Added>, Vec<NewLeaf>), StoreError> {
    let visits: Vec<_> = accepted
        .iter()
        .filter_map(|one| match &one.new.about {
            About::Visit(visit) => Some((one.new, visit)),
            About::Service(_) | About::Imported(_) => None,
        })
        .collect();
    let mut held = quarantine::hold(transaction, &visits)?.into_iter();
    let mut sums = Sums::default();
    let (mut to_read, mut to_open, mut leaves) = (Vec::new(), Vec::new(), Vec::with_capacity(accepted.len()));
    for one in accepted {
        let (new, place) = (one.new, &one.place);
        let is_held = matches!(new.about, About::Visit(_)) && held.next().unwrap_or(false);
        let day = new.rated_at.day_in_china();
        leaves.push(leaf_of(one, is_held));
        let counts = !is_held && one.provenance.counts();
        if counts && (new.comment.is_some() || !new.indicators.is_empty()) {
            to_read.push((day, new.part, new.id));
        }
        if counts && new.level.is_bad() {
            to_open.push(Opening {
                part: new.part,
                rating: new.id,
                id: new.work_order,
                at: new.rated_at,
                agency: place.agency.clone(),
                region: place.region,
                is_anonymous: new.is_anonymous,
                is_real_name: place.is_real_name,
                has_contact: new.contact.is_some(),
                salt: *new.salt.bytes(),
            });
        }
        let group = Group {
            month: new.rated_at.date_in_china().month(),
            day,
            region: place.region,
            agency: place.agency.clone(),
            item: place.item_code.clone(),
            card: place.card,
            channel: new.channel,
            provenance: one.provenance,
            source: source_of(one.provenance, &place.authority),
            is_registered: place.is_registered,
            tally: if is_held { Tally::Quarantined } else { Tally::Counted(new.level) },
        };
        sums.add(group, 1);
    }
    word::to_read(transaction, &to_read)?;
    let added = sums.write(transaction)?;
    order::open(transaction, &to_open)?;
    Ok((added, leaves))
}

fn leaf_of(Placed { new, place, provenance }: &Placed<'_>, is_held: bool) -> NewLeaf {
    let group = haochaping::ledger::Group {
        kind: if is_held { Kind::Held } else { Kind::Counted },
        district: place.region,
        agency: place.agency.clone(),
        channel: new.channel,
        provenance: *provenance,
    };
    let cell = Cell::new(group, new.rated_at.day_in_china(), new.level);
    let of = (new.part, &new.id);
    ledger::of_rating(of, cell, &new.salt, (&new.fingerprint, new.rated_at))
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

fn find_places(transaction: &Transaction<'_>, batch: &[NewRating]) -> Result<Vec<Option<Place>>, StoreError> {
    let (mut services, mut cards) = (Vec::new(), Vec::new());
    for new in batch {
        match &new.about {
            About::Service(id) => services.push(set![new.part, id]),
            About::Visit(visit) => cards.push(set![visit.card]),
            About::Imported(_) => {}
        }
    }
    let mut of_services = transaction
        .select_each(
            &format!("select {} from service where part = ?1 and id = ?2", ServiceColumns::columns()),
            &services,
            read_row::<ServiceColumns>,
        )?
        .into_iter();
    let mut of_cards = transaction
        .select_each("select agency, region from card where serial = ?1", &cards, read_row::<(String, Region)>)?
        .into_iter();
    let place = |new: &NewRating| match &new.about {
        About::Service(_) => of_services.next().flatten().map(Place::from),
        About::Visit(visit) => of_cards.next().flatten().map(|(agency, region)| Place {
            authority: CARD_AUTHORITY.to_owned(),
            case_number: visit.case_number.clone(),
            service_number: 1,
            item_code: None,
            card: Some(visit.card),
            purpose: visit.purpose.clone(),
            agency,
            region,
            is_probe: false,
            is_real_name: false,
            is_registered: false,
            lead: None,
        }),
        About::Imported(case) => Some(Place {
            authority: case.authority.clone(),
            case_number: case.case_number.clone(),
            service_number: case.service_number.into(),
            item_code: case.item_code.clone(),
            card: None,
            purpose: None,
            agency: case.agency.clone(),
            region: case.region,
            is_probe: false,
            is_real_name: false,
            is_registered: false,
            lead: None,
        }),
    };
    Ok(batch.iter().map(place).collect())
}

row! {
    struct ServiceColumns {
        authority: String = "authority",
        case_number: String = "case_number",
        service_number: i64 = "service_number",
        item_code: Option<String> = "item_code",
        agency: String = "agency",
        region: Region = "region",
        is_probe: bool = "probe",
        is_real_name: bool = "real_name",
        is_registered: bool = "relayed = 0",
        lead: Option<(String, u32)> = "lead_case, lead_number",
    }
}

impl From<ServiceColumns> for Place {
    fn from(row: ServiceColumns) -> Self {
        Self {
            authority: row.authority,
            case_number: row.case_number,
            service_number: row.service_number,
            item_code: row.item_code,
            card: None,
            purpose: None,
            agency: row.agency,
            region: row.region,
            is_probe: row.is_probe,
            is_real_name: row.is_real_name,
            is_registered: row.is_registered,
            lead: row.lead.map(|(case_number, service_number)| PrimaryService { case_number, service_number }),
        }
    }
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
            let (id, key, fingerprint, rated_at): (RatingId, [u8; 16], [u8; 16], Instant) = row.read()?;
            Ok(match (key == new.key_digest, fingerprint == new.fingerprint) {
                (true, true) => Outcome::Replayed { id, rated_at },
                (true, false) => Outcome::KeyReused { rated_at },
                (false, _) => Outcome::AlreadyRated { rated_at },
            })
        },
    )?)
}
