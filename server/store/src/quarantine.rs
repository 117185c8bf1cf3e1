//! Quarantine: ratings of a card beyond its limits are kept and acknowledged, and count when they are released. The limits
//! are asked in the rating's own transaction and know nothing of its level.

use haochaping::{
    calendar::Instant,
    ledger::{Cell, Kind},
    link::RatingId,
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
};
use sha2::{Digest, Sha256};

use crate::{
    Counted, Id, NewRating, NewVisit, SqlStore, StoreError, Tally,
    database::{Connection, Isolation, OptionalRow as _, Selected as _, Transaction, params, read_row, row, set},
    engine::lease as slot,
    figure::{
        counted,
        sums::{Group, Sums, source_of},
    },
    ledger::{self, NewLeaf},
    order::{statements as order, statements::Opening},
    staff::{AuditEntry, statements::record},
    word,
};

/// Whether a rating counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts, if its provenance does.
    Counts,
    /// It does not count yet.
    Quarantined,
    /// It was left out for good.
    Excluded,
}

/// A rating in quarantine, without what it says: whoever decides about it must not know its level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its partition.
    pub part: u8,
    /// The rating.
    pub rating: RatingId,
    /// The card it came by.
    pub card: u32,
    /// Where that was.
    pub region: Region,
    /// Whose card it is.
    pub agency: String,
    /// `day` or `source`: which limit was passed.
    pub reason: String,
    /// When it came.
    pub rated_at: Instant,
    /// When it is released by itself.
    pub release_at: Instant,
    /// What was decided, when and why.
    pub decided: Option<(Decision, Instant, String)>,
}

/// What becomes of a rating in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It counts from now on, and a bad one opens its work order.
    Released,
    /// It never counts.
    Excluded,
}

impl Decision {
    /// By the name in the store.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Released, Self::Excluded].into_iter().find(|decision| decision.name() == name)
    }

    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Excluded => "excluded",
        }
    }
}

impl SqlStore {
    /// Ratings in quarantine, oldest first; with `decided` also those that were in it.
    pub async fn quarantined(&self, decided: bool) -> Result<Vec<Quarantined>, StoreError> {
        self.read(move |c| list(c, decided)).await
    }

    /// Decides about one; false if it is not in quarantine.
    pub async fn decide(
        &self,
        part: u8,
        rating: RatingId,
        decision: Decision,
        why: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let why = why.to_owned();
        self.write_part(part, move |c| decide(c, part, &rating, decision, &why, &entry)).await
    }

    /// Releases what is due, up to 500, a transaction for each lane; returns how many.
    pub async fn release_due(&self, at: Instant) -> Result<u64, StoreError> {
        // Asked once a second: it must not take the write lock for nothing.
        let due = self.read(move |c| due(c, at)).await?;
        let mut n_released = 0;
        for (part, places) in self.by_lane(due.iter().map(|(part, _)| *part)) {
            let of_lane: Vec<_> = places.iter().map(|n| due[*n]).collect();
            n_released += self.write_part(part, move |c| release(c, &of_lane, at)).await?;
        }
        Ok(n_released)
    }

    /// Forgets how often cards were rated, and from which sources, on days before `day`.
    pub async fn purge_sources(&self, day: i64) -> Result<(), StoreError> {
        self.write(move |c| purge_sources(c, day)).await
    }
}

/// The most that one transaction releases.
const RELEASED_MAX: u32 = 500;

/// Counts each visit's rating against the limits of its card, in order, and puts it into quarantine beyond them; says which.
pub(crate) fn hold(transaction: &Transaction<'_>, visits: &[(&NewRating, &NewVisit)]) -> Result<Vec<bool>, StoreError> {
    // In the order of keys, so that two transactions with the same cards wait for each other in one direction. Those of one card
    // stay in the order in which they came.
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

fn hold_sorted(transaction: &Transaction<'_>, visits: &[(&NewRating, &NewVisit)]) -> Result<Vec<bool>, StoreError> {
    let days = visits.iter().map(|(_, visit)| set![visit.card % 64, visit.card, visit.day]);
    let n_of_days: Vec<Option<u32>> = transaction.query_each(
        "insert into card_day (part, card, day, n) values (?1, ?2, ?3, 1)
         on conflict (part, card, day) do update set n = card_day.n + 1 returning n",
        &days.collect::<Vec<_>>(),
        |row| row.get(0),
    )?;
    let sources = visits.iter().map(|(_, visit)| set![visit.card % 64, visit.card, visit.day, &visit.source]);
    let n_of_sources: Vec<Option<u32>> = transaction.query_each(
        "insert into card_source (part, card, day, source, n) values (?1, ?2, ?3, ?4, 1)
         on conflict (part, card, day, source) do update set n = card_source.n + 1 returning n",
        &sources.collect::<Vec<_>>(),
        |row| row.get(0),
    )?;
    let numbers = n_of_days.into_iter().flatten().zip(n_of_sources.into_iter().flatten());
    let reasons: Vec<_> =
        visits.iter().zip(numbers).map(|((_, visit), (of_day, of_source))| reason(visit, of_day, of_source)).collect();
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

row!(Quarantined {
    part: "q.part",
    rating: "q.rating",
    card: "r.card",
    region: "r.region",
    agency: "r.agency",
    reason: "q.reason",
    rated_at: "r.rated_at",
    release_at: "q.release_at",
    decided: "q.decision, q.decided_at, q.why",
});

pub(crate) fn list(connection: &Connection, decided: bool) -> Result<Vec<Quarantined>, StoreError> {
    let sql = format!(
        "select {} from quarantine q join rating r on r.part = q.part and r.id = q.rating
         where ?1 or q.decided_at is null order by r.rated_at, q.rating",
        Quarantined::columns()
    );
    Ok(connection.query(&sql, params![decided], read_row)?)
}

/// The ratings whose time came first, so many that one transaction may release them.
pub(crate) fn due(connection: &Connection, at: Instant) -> Result<Vec<(u8, RatingId)>, StoreError> {
    Ok(connection.query(
        "select part, rating from quarantine where decided_at is null and release_at <= ?1
         order by release_at limit ?2",
        params![at.millis(), RELEASED_MAX],
        read_row,
    )?)
}

/// Releases ratings whose time came, and gives how many were still in quarantine.
pub(crate) fn release(connection: &mut Connection, due: &[(u8, RatingId)], at: Instant) -> Result<u64, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let verdict = Verdict { decision: Decision::Released, why: "its time came", at, revision: raise(&transaction)? };
    let (mut settled, mut n_released) = (Settled::default(), 0);
    for (part, rating) in due {
        match settle(&transaction, *part, rating, &verdict, &mut settled) {
            Ok(is_settled) => n_released += u64::from(is_settled),
            // One damaged row must not hold the others back; `verify` names it.
            Err(StoreError::Failed(reason)) => tracing::error!(reason, "a rating was not released"),
            Err(error) => return Err(error),
        }
    }
    finish(transaction, &verdict, &settled)?;
    Ok(n_released)
}

pub(crate) fn decide(
    connection: &mut Connection,
    part: u8,
    rating: &RatingId,
    decision: Decision,
    why: &str,
    entry: &AuditEntry,
) -> Result<bool, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let verdict = Verdict { decision, why, at: entry.at, revision: raise(&transaction)? };
    let mut settled = Settled::default();
    if !settle(&transaction, part, rating, &verdict, &mut settled)? {
        return Ok(false);
    }
    record(&transaction, entry)?;
    finish(transaction, &verdict, &settled)?;
    Ok(true)
}

/// What follows from ratings that leave quarantine.
#[derive(Default)]
struct Settled {
    sums: Sums,
    to_open: Vec<Opening>,
    leaves: Vec<NewLeaf>,
}

fn finish(transaction: Transaction<'_>, verdict: &Verdict<'_>, settled: &Settled) -> Result<(), StoreError> {
    let added = settled.sums.write(&transaction)?;
    let counted = Counted { slot: transaction.slot(), revision: verdict.revision, added };
    counted::note(&transaction, &counted, verdict.at)?;
    let records: Vec<_> = ledger::commit(&settled.leaves).into_iter().map(|(_, record)| record).collect();
    ledger::note(&transaction, (counted.slot, counted.revision), &records)?;
    order::open(&transaction, &settled.to_open)?;
    transaction.commit()
}

/// What becomes of ratings in quarantine.
struct Verdict<'a> {
    decision: Decision,
    why: &'a str,
    at: Instant,
    /// Of the slot into which they count from now on.
    revision: i64,
}

/// Raises the slot first, as a batch of ratings does, so that the two never wait for each other in a circle.
fn raise(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    slot::raise(transaction, transaction.slot())
}

/// Takes one rating out of quarantine; false if it is not in it.
fn settle(
    transaction: &Transaction<'_>,
    part: u8,
    rating: &RatingId,
    &Verdict { decision, why, at, revision }: &Verdict<'_>,
    Settled { sums, to_open, leaves }: &mut Settled,
) -> Result<bool, StoreError> {
    // Read first: what cannot be read changes nothing.
    let Some(Held { group, level, opening }) = read_held(transaction, part, rating, at)? else {
        return Err(StoreError::Failed("a rating in quarantine is not on record".into()));
    };
    let settled = transaction.execute(
        "update quarantine set decided_at = ?3, decision = ?4, why = ?5, slot = ?6, revision = ?7
             where part = ?1 and rating = ?2 and decided_at is null",
        params![part, rating, at.millis(), decision.name(), why, transaction.slot(), revision],
    )?;
    if settled == 0 {
        return Ok(false);
    }
    let (tally, kind) = match decision {
        Decision::Released => (Tally::Counted(level), Kind::Counted),
        Decision::Excluded => (Tally::Excluded, Kind::Excluded),
    };
    let of_leaf = haochaping::ledger::Group {
        kind,
        district: group.region,
        agency: group.agency.clone(),
        channel: group.channel,
        provenance: group.provenance,
    };
    let cell = Cell::new(of_leaf, group.day, level);
    leaves.push(ledger::of_event((part, rating), cell, &opening.salt, 1));
    sums.add(Group { tally, ..group.clone() }, 1);
    if decision == Decision::Released && level.is_bad() && group.provenance.counts() {
        to_open.push(opening);
    }
    // A rating that turns out to have neither options nor a comment is read and has no words.
    if decision == Decision::Released && group.provenance.counts() {
        word::to_read(transaction, &[(at.day_in_china(), part, *rating)])?;
    }
    sums.add(group, -1);
    Ok(true)
}

/// The id of a work order that is opened at a release: it follows from the rating's own id, whose random bits nobody knows,
/// and tells nothing of any moment.
fn order_id(rating: &RatingId) -> Id {
    let digest: [u8; 32] = Sha256::digest([b"work order of ", &rating[..]].concat()).into();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(id).into_uuid().into_bytes()
}

/// A rating in quarantine, and what its work order would begin with.
struct Held {
    group: Group,
    level: SatisfactionLevel,
    opening: Opening,
}

row! {
    struct HeldColumns {
        level: SatisfactionLevel = "r.level",
        channel: Channel = "r.channel",
        provenance: Provenance = "r.provenance",
        item: Option<String> = "r.item_code",
        agency: String = "r.agency",
        region: Region = "r.region",
        rated_at: Instant = "r.rated_at",
        card: Option<u32> = "r.card",
        is_anonymous: bool = "r.anonymous",
        has_contact: bool = "r.contact is not null",
        salt: [u8; 32] = "r.salt",
        is_real_name: bool = "coalesce(s.real_name, 0)",
        authority: String = "r.authority",
        is_registered: bool = "r.card is null and coalesce(s.relayed, 0) = 0",
    }
}

fn read_held(connection: &Connection, part: u8, rating: &RatingId, at: Instant) -> Result<Option<Held>, StoreError> {
    let sql = format!(
        "select {} from rating r left join service s on s.part = r.part and s.authority = r.authority
           and s.case_number = r.case_number and s.service_number = r.service_number
         where r.part = ?1 and r.id = ?2",
        HeldColumns::columns()
    );
    let found: Option<HeldColumns> = connection.query_row(&sql, params![part, rating], read_row).optional()?;
    Ok(found.map(|row| Held {
        group: Group {
            month: row.rated_at.date_in_china().month(),
            day: at.day_in_china(),
            region: row.region,
            agency: row.agency.clone(),
            item: row.item,
            card: row.card,
            channel: row.channel,
            provenance: row.provenance,
            source: source_of(row.provenance, &row.authority),
            is_registered: row.is_registered,
            tally: Tally::Quarantined,
        },
        level: row.level,
        opening: Opening {
            part,
            rating: *rating,
            id: order_id(rating),
            at,
            agency: row.agency,
            region: row.region,
            is_anonymous: row.is_anonymous,
            is_real_name: row.is_real_name,
            has_contact: row.has_contact,
            salt: row.salt,
        },
    }))
}

pub(crate) fn purge_sources(connection: &mut Connection, day: i64) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    for table in ["card_source", "card_day"] {
        transaction.execute(&format!("delete from {table} where day < ?1"), params![day])?;
    }
    transaction.commit()
}
