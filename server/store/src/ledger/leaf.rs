//! Leaves of ratings and events, made in the transaction of what they stand for.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{LazyLock, Mutex, PoisonError},
};

use haochaping::{
    calendar::Instant,
    ledger::{Blinding, Cell, Entry, Group, Kind, LEAF_BYTES, Leaf, Points, Salt, commit_all},
    link::{RatingId, Receipt},
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
};

use crate::{
    StoreError,
    database::{
        self, Connection, Cursor, FromColumns, OptionalRow as _, Row, Selected, Transaction,
        params, read_row, row, set,
    },
    engine::{lease as slot, lease::part_of},
    ledger::{OF_BEFORE, RatingLeaf, Record, before},
};

/// The points of cells that were met lately: what a cell's point is depends on nothing else.
static POINTS: LazyLock<Mutex<Points>> = LazyLock::new(Mutex::default);

/// A leaf before its commitment is made.
#[derive(Debug)]
pub(crate) struct NewLeaf {
    pub(crate) part: u8,
    pub(crate) rating: RatingId,
    pub(crate) number: u32,
    pub(crate) cell: Cell,
    pub(crate) blinding: Blinding,
    pub(crate) content: [u8; 32],
    pub(crate) about: [u8; 16],
}

/// A rating's own leaf.
pub(crate) fn of_rating(
    (part, rating): (u8, &RatingId),
    cell: Cell,
    salt: &Salt,
    (fingerprint, rated_at): (&[u8; 16], Instant),
) -> NewLeaf {
    let content = Leaf::content_of_rating(salt.bytes(), fingerprint, rated_at.millis());
    let about = Leaf::about_rating(&Receipt::of(part, rating), &Leaf::nonce(salt.bytes()));
    NewLeaf { part, rating: *rating, number: 0, cell, blinding: salt.blinding(), content, about }
}

/// The leaf of what happened to a rating.
pub(crate) fn of_event(
    (part, rating): (u8, &RatingId),
    cell: Cell,
    salt: &[u8; 32],
    number: u32,
) -> NewLeaf {
    let kind = cell.group.kind;
    NewLeaf {
        part,
        rating: *rating,
        number,
        blinding: Blinding::of_event(salt, kind, number),
        content: Leaf::content_of_event(salt, kind, number),
        about: Leaf::about_event(salt, kind, number),
        cell,
    }
}

/// Commits to all cells.
pub(crate) fn commit(leaves: &[NewLeaf]) -> Vec<(Leaf, Record)> {
    let commitments = {
        let mut points = POINTS.lock().unwrap_or_else(PoisonError::into_inner);
        commit_all(leaves.iter().map(|new| (&new.cell, &new.blinding)), &mut points)
    };
    let with = leaves.iter().zip(commitments).map(|(new, commitment)| {
        let leaf = Leaf { commitment, content: new.content, about: new.about };
        let mut entry = [0; LEAF_BYTES];
        entry.copy_from_slice(&Entry::Leaf(leaf).bytes());
        let (kind, day) = (new.cell.group.kind, new.cell.day);
        (leaf, Record { part: new.part, rating: new.rating, kind, number: new.number, day, entry })
    });
    with.collect()
}

/// Puts leaves on their way in the transaction of what they stand for, under the commit's slot and
/// revision.
pub(crate) fn note(
    transaction: &Transaction<'_>,
    (slot, revision): (i64, i64),
    records: &[Record],
) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    transaction.execute(
        "insert into ledger_pending (part, slot, revision, leaves, last) values (?1, ?2, ?3, ?4, null)",
        params![part_of(slot), slot, revision, Record::write_all(records)],
    )?;
    Ok(())
}

/// What a rating's leaf follows from.
pub(crate) struct RatedRow {
    pub(crate) part: u8,
    pub(crate) id: RatingId,
    pub(crate) group: Group,
    pub(crate) level: SatisfactionLevel,
    pub(crate) rated_at: Instant,
    pub(crate) salt: [u8; 32],
    pub(crate) fingerprint: [u8; 16],
}

row! {
    struct RatedColumns {
        part: u8 = "r.part",
        id: RatingId = "r.id",
        level: SatisfactionLevel = "r.level",
        district: Region = "r.region",
        agency: String = "r.agency",
        channel: Channel = "r.channel",
        provenance: Provenance = "r.provenance",
        rated_at: Instant = "r.rated_at",
        salt: [u8; 32] = "r.salt",
        fingerprint: [u8; 16] = "r.fingerprint",
        is_held: bool = "q.part is not null",
    }
}

impl FromColumns for RatedRow {
    fn from_columns(cursor: &mut Cursor<'_>) -> database::Result<Self> {
        let row: RatedColumns = cursor.take()?;
        let kind = if row.is_held { Kind::Held } else { Kind::Counted };
        let RatedColumns {
            part,
            id,
            level,
            district,
            agency,
            channel,
            provenance,
            rated_at,
            salt,
            fingerprint,
            ..
        } = row;
        let group = Group { kind, district, agency, channel, provenance };
        Ok(Self { part, id, group, level, rated_at, salt, fingerprint })
    }
}

impl Selected for RatedRow {
    /// Of a rating `r` and its quarantine `q`.
    fn columns() -> String {
        RatedColumns::columns()
    }
}

/// The commit that a rating came in, by slot and revision; `None` for one from before there was a
/// ledger.
pub(crate) type Commit = Option<(i64, i64)>;

/// What `sql` says of each commit, by part, slot and revision. No join: a commit's rows have the
/// part of their slot, which need not be a rating's own, and a distributed engine joins by equal
/// parts only.
pub(crate) fn of_commits<T>(
    connection: &Connection,
    sql: &str,
    commits: impl Iterator<Item = Commit>,
    read: impl FnMut(&Row<'_>) -> database::Result<T>,
) -> Result<HashMap<(i64, i64), T>, StoreError> {
    let commits: Vec<_> = commits.flatten().collect::<BTreeSet<_>>().into_iter().collect();
    let sets: Vec<_> =
        commits.iter().map(|(slot, revision)| set![part_of(*slot), *slot, *revision]).collect();
    let found = connection.select_each(sql, &sets, read)?;
    Ok(commits
        .into_iter()
        .zip(found)
        .filter_map(|(commit, found)| Some((commit, found?)))
        .collect())
}

impl RatedRow {
    pub(crate) fn leaf(&self) -> NewLeaf {
        let cell = Cell::new(self.group.clone(), self.rated_at.day_in_china(), self.level);
        let of = (self.part, &self.id);
        of_rating(of, cell, &Salt::new(self.salt), (&self.fingerprint, self.rated_at))
    }

    /// The leaf of what happened to it.
    pub(crate) fn event(&self, kind: Kind, at: Instant, number: u32) -> NewLeaf {
        let cell = Cell::new(Group { kind, ..self.group.clone() }, at.day_in_china(), self.level);
        of_event((self.part, &self.id), cell, &self.salt, number)
    }
}

/// The rating of an event.
pub(crate) fn rated(
    connection: &Connection,
    part: u8,
    rating: &RatingId,
) -> Result<Option<RatedRow>, StoreError> {
    let sql = format!(
        "select {} from rating r left join quarantine q on q.part = r.part and q.rating = r.id
         where r.part = ?1 and r.id = ?2",
        RatedRow::columns()
    );
    Ok(connection.query_row(&sql, params![part, rating], read_row).optional()?)
}

/// The leaf of a rating, and the numbers among which it is.
pub(crate) fn leaf(
    connection: &Connection,
    part: u8,
    rating: &RatingId,
) -> Result<Option<RatingLeaf>, StoreError> {
    let snapshot = connection.snapshot()?;
    let Some(row) = rated(&snapshot, part, rating)? else { return Ok(None) };
    let commit: Commit = snapshot.query_row(
        "select slot, revision from rating where part = ?1 and id = ?2",
        params![part, rating],
        read_row,
    )?;
    let range = |row: &Row<'_>| {
        let (first, n): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok(first.unsigned_abs()..(first + n).unsigned_abs())
    };
    let (slot, revision) = commit.unwrap_or((OF_BEFORE, 0));
    let sql = "select first, n from ledger_batch where part = ?1 and slot = ?2 and revision = ?3";
    let mut among =
        snapshot.query_row(sql, params![part_of(slot), slot, revision], range).optional()?;
    let sql = "select exists (select 1 from ledger_pending where part = ?1 and slot = ?2 and revision = ?3)";
    let mut is_waiting = among.is_none()
        && snapshot.query_row(sql, params![part_of(slot), slot, revision], |row| row.get(0))?;
    if among.is_none() && !is_waiting {
        // From before the ledger, or dropped.
        let sql = "select first, n from ledger_batch where part = ?1 and slot = ?2 and last >= ?3 order by last limit 1";
        among = snapshot.query_row(sql, params![part, OF_BEFORE, rating], range).optional()?;
        let sql = "select exists (select 1 from ledger_pending where part = ?1 and slot = ?2 and last >= ?3)";
        is_waiting = among.is_none()
            && (snapshot.query_row(sql, params![part, OF_BEFORE, rating], |row| row.get(0))?
                || before::is_ahead(&snapshot, part, rating)?);
    }
    let nonce = Leaf::nonce(&row.salt);
    Ok(Some(RatingLeaf {
        leaf: commit_one(&row.leaf()),
        nonce,
        among,
        is_waiting,
        rated_at: row.rated_at,
    }))
}

fn commit_one(new: &NewLeaf) -> Leaf {
    commit(std::slice::from_ref(new))[0].0
}

/// Notes what happened to a rating under a number of its own, which raises no figure.
pub(crate) fn note_event(transaction: &Transaction<'_>, new: NewLeaf) -> Result<(), StoreError> {
    let of_events = slot::of_events(transaction.slot());
    let revision = slot::raise(transaction, of_events)?;
    let records: Vec<_> = commit(&[new]).into_iter().map(|(_, record)| record).collect();
    note(transaction, (of_events, revision), &records)
}
