//! Out of quarantine: a rating counts from then on, or never.

use haochaping::{
    calendar::Instant,
    ledger::{Cell, Kind},
    link::RatingId,
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
};
use sha2::{Digest, Sha256};

use super::Decision;
use crate::{
    Counted, Id, StoreError, Tally,
    database::{
        Connection, Isolation, OptionalRow as _, Selected as _, Transaction, params, read_row, row,
    },
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

/// The most that one transaction releases.
const RELEASED_MAX: u32 = 500;

/// The ratings whose time came first, so many that one transaction may release them.
pub(super) fn due(connection: &Connection, at: Instant) -> Result<Vec<(u8, RatingId)>, StoreError> {
    Ok(connection.query(
        "select part, rating from quarantine where decided_at is null and release_at <= ?1
         order by release_at limit ?2",
        params![at.millis(), RELEASED_MAX],
        read_row,
    )?)
}

/// Releases ratings whose time came, and gives how many were still in quarantine.
pub(super) fn release(
    connection: &mut Connection,
    due: &[(u8, RatingId)],
    at: Instant,
) -> Result<u64, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let verdict = Verdict {
        decision: Decision::Released,
        why: "its time came",
        at,
        revision: raise(&transaction)?,
    };
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

pub(super) fn decide(
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

fn finish(
    transaction: Transaction<'_>,
    verdict: &Verdict<'_>,
    settled: &Settled,
) -> Result<(), StoreError> {
    let added = settled.sums.write(&transaction)?;
    let counted = Counted { slot: transaction.slot(), revision: verdict.revision, added };
    counted::note(&transaction, &counted, verdict.at)?;
    let records: Vec<_> =
        ledger::commit(&settled.leaves).into_iter().map(|(_, record)| record).collect();
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

/// Raises the slot first, as a batch of ratings does, so that the two never wait for each other in
/// a circle.
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

/// The id of a work order that is opened at a release: it follows from the rating's own id, whose
/// random bits nobody knows, and tells nothing of any moment.
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

fn read_held(
    connection: &Connection,
    part: u8,
    rating: &RatingId,
    at: Instant,
) -> Result<Option<Held>, StoreError> {
    let sql = format!(
        "select {} from rating r left join service s on s.part = r.part and s.authority = r.authority
           and s.case_number = r.case_number and s.service_number = r.service_number
         where r.part = ?1 and r.id = ?2",
        HeldColumns::columns()
    );
    let found: Option<HeldColumns> =
        connection.query_row(&sql, params![part, rating], read_row).optional()?;
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
