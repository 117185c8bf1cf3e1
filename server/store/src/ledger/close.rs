//! Closing a day: which leaves go into its table, and what they add up to.
//!
//! Ratings that count go in when their group was published, just as many of each level as were
//! published, so that the tables tell of nothing that the public page does not tell. Everything
//! else goes in by groups that are large enough.

use std::collections::BTreeMap;

use haochaping::{
    ledger::{Cell, Closing, DayTable, Group, Kept, Tally, close_day},
    rating::SatisfactionLevel,
    statistics::Counts,
};

use crate::{
    StoreError,
    database::{
        self, Connection, Isolation, OptionalRow as _, Selected as _, Transaction, params,
        read_row, row, set,
    },
    ledger::{
        CloseDay, Closed, DueKey, OF_BEFORE, OpenKey, StoredTable,
        leaf::RatedRow,
        log::{head, note_table},
    },
    row::{columns, signed},
};

/// Leaves that go in together or not at all.
#[derive(Default)]
struct Bucket {
    tallies: BTreeMap<Group, Tally>,
    keys: Vec<OpenKey>,
}

impl Bucket {
    fn add(&mut self, open: &Open) {
        open.add_to(self.tallies.entry(open.cell.group.clone()).or_default());
        self.keys.push(open.key);
    }
}

/// A published group: how many of each level it has, and how many it still lacks.
struct Due {
    until: i64,
    counts: Counts,
    lacks: Counts,
    key: DueKey,
    bucket: Bucket,
}

/// A leaf that is in no table yet.
struct Open {
    key: OpenKey,
    cell: Cell,
    salt: [u8; 32],
    atom: Atom,
}

/// Region, agency, item, card, channel, provenance, source, and whether registered.
type Atom = (i64, String, String, u32, String, String, String, bool);

impl Open {
    fn add_to(&self, tally: &mut Tally) {
        match self.key.3 {
            0 => tally.add_rating(self.cell.clone(), &self.salt),
            number => tally.add_event(self.cell.clone(), &self.salt, number),
        }
    }
}

pub(crate) fn is_due(connection: &Connection, today: i64) -> Result<bool, StoreError> {
    // While ratings from before get their leaves, every look would find a little more.
    let sql = "select exists (select 1 from ledger_head where size > 0)
         and not exists (select 1 from meta where name = 'ledger_backfill')
         and not exists (select 1 from ledger_pending where slot = ?2) and (exists (select 1 from ledger_due) or (coalesce((select max(day) from ledger_table), 0) < ?1
           and exists (select 1 from ledger_open where day <= ?1)))";
    Ok(connection.query_row(sql, params![today - 1, OF_BEFORE], |row| row.get(0))?)
}

pub(crate) fn close(connection: &Connection, ask: CloseDay) -> Result<Option<Closed>, StoreError> {
    let snapshot = connection.snapshot()?;
    let Some(head) = head(&snapshot)? else { return Ok(None) };
    let last = last(&snapshot)?;
    let mut due = due(&snapshot, ask.n_max)?;
    let mut rest = Tally::default();
    let mut others: BTreeMap<Group, Bucket> = BTreeMap::new();
    each_open(&snapshot, |open| {
        // What the public page tells by level goes in as it is published there.
        if !open.cell.group.is_by_level() {
            if open.cell.day < ask.today {
                others.entry(open.cell.group.clone()).or_default().add(&open);
            } else {
                open.add_to(&mut rest);
            }
            return;
        }
        let groups = due.get_mut(&open.atom).map_or(&mut [][..], Vec::as_mut_slice);
        let lacks =
            |due: &&mut Due| open.cell.day <= due.until && due.lacks.of(open.cell.level) > 0;
        match groups.iter_mut().find(lacks) {
            Some(due) => {
                due.lacks = without(&due.lacks, open.cell.level);
                due.bucket.add(&open);
            }
            None => open.add_to(&mut rest),
        }
    })?;
    let (mut taken, mut keys, mut of_groups) =
        (BTreeMap::<Group, Tally>::new(), Vec::new(), Vec::new());
    let whole = due
        .into_values()
        .flatten()
        .map(|due| (due.lacks.total() == 0, due.bucket, Some((due.key, due.counts))));
    // Those above the limit wait for the table of another day.
    let mut n_others = 0;
    let others = others.into_values().map(|bucket| {
        let is_enough = n_others <= ask.n_max && bucket.keys.len() as u64 >= ask.group;
        n_others += if is_enough { bucket.keys.len() as u64 } else { 0 };
        (is_enough, bucket, None)
    });
    for (is_taken, bucket, key) in whole.chain(others) {
        for (group, tally) in bucket.tallies {
            if is_taken { taken.entry(group).or_default().merge(tally) } else { rest.merge(tally) }
        }
        if is_taken {
            keys.extend(bucket.keys);
            of_groups.extend(key);
        }
    }
    if keys.is_empty() && last.as_ref().is_some_and(|last| last.day >= ask.today - 1) {
        return Ok(None);
    }
    let closing = Closing {
        number: last.as_ref().map_or(1, |last| last.number + 1),
        // Of two clocks at midnight the one that is behind closes no day anew.
        day: last.as_ref().map_or(i64::MIN, |last| last.day).max(ask.today - 1),
        from: last.map_or(0, |last| last.size),
        size: head.size,
    };
    let (table, kept) = close_day(closing, taken, &rest, kept(&snapshot)?.as_ref());
    Ok(Some(Closed { table, kept, day: closing.day, taken: keys, due: of_groups }))
}

fn without(counts: &Counts, level: SatisfactionLevel) -> Counts {
    let mut left = Counts::default();
    for one in SatisfactionLevel::ALL {
        left.add(one, counts.of(one) - u64::from(one == level));
    }
    left
}

fn due(connection: &Connection, n_max: u64) -> Result<BTreeMap<Atom, Vec<Due>>, StoreError> {
    let sql =
        "select region, agency, item, card, channel, provenance, source, registered, day, very_satisfied, satisfied,
           basically_satisfied, dissatisfied, very_dissatisfied from ledger_due
         order by region, agency, item, card, channel, provenance, source, registered, day";
    let (mut found, mut n) = (BTreeMap::<Atom, Vec<Due>>::new(), 0);
    connection.for_each(sql, params![], |row| {
        if n >= n_max {
            return Ok(());
        }
        let (atom, until, lacks): (Atom, i64, Counts) = row.read()?;
        n += lacks.total();
        let (region, agency, item, card, channel, provenance, source, registered) = atom.clone();
        let key = (region, agency, item, card, channel, provenance, source, registered, until);
        found.entry(atom).or_default().push(Due {
            until,
            counts: lacks,
            lacks,
            key,
            bucket: Bucket::default(),
        });
        Ok(())
    })?;
    Ok(found)
}

/// Hands over every leaf that is in no table yet, in the order of days.
fn each_open(connection: &Connection, mut each: impl FnMut(Open)) -> Result<(), StoreError> {
    let sql = format!(
        "select {}, o.kind, o.number, o.day, r.region, r.agency, coalesce(r.item_code, ''), coalesce(r.card, 0),
           r.channel, r.provenance, case when r.provenance = 'relayed' then r.authority else '' end,
           case when r.card is null and coalesce(s.relayed, 0) = 0 then 1 else 0 end
         from ledger_open o join rating r on r.part = o.part and r.id = o.rating
           left join quarantine q on q.part = r.part and q.rating = r.id
           left join service s on s.part = r.part and s.authority = r.authority and s.case_number = r.case_number
             and s.service_number = r.service_number
         order by o.day, o.part, o.rating, o.kind, o.number",
        RatedRow::columns()
    );
    Ok(connection.for_each(&sql, params![], |row| {
        let (rated, kind, number, day, atom): (RatedRow, _, _, i64, _) = row.read()?;
        each(Open {
            key: (rated.part, rated.id, kind, number),
            // The row's own day for a rating, so that one that was moved to another day no longer
            // fits its leaf.
            cell: Cell::new(
                Group { kind, ..rated.group },
                if number == 0 { rated.rated_at.day_in_china() } else { day },
                rated.level,
            ),
            salt: rated.salt,
            atom,
        });
        Ok(())
    })?)
}

fn last(connection: &Connection) -> Result<Option<StoredTable>, StoreError> {
    let sql =
        format!("select {} from ledger_table order by number desc limit 1", StoredTable::columns());
    Ok(connection.query_row(&sql, params![], read_row).optional()?)
}

row!(StoredTable { number: "number", day: "day", size: "size", hash: "hash", leaf: "leaf" });

/// Keeps a table, and its entry on the way into the log. Whoever comes second finds the number
/// taken.
pub(crate) fn publish(connection: &mut Connection, closed: &Closed) -> Result<bool, StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let bytes = closed.table.to_bytes();
    let (number, hash) = (closed.table.number, DayTable::hash(&bytes));
    let inserted = transaction.execute(
        "insert into ledger_table (number, day, size, body, hash, leaf, kept) values (?1, ?2, ?3, ?4, ?5, null, ?6)
         on conflict (number) do nothing",
        params![number, closed.day, closed.table.size.cast_signed(), bytes, hash.0, closed.kept.to_bytes()],
    )?;
    if inserted == 0 {
        return Ok(false);
    }
    transaction
        .execute("update ledger_table set kept = null where number < ?1", params![number])?;
    note_table(&transaction, number, hash)?;
    let taken = closed
        .taken
        .iter()
        .map(|(part, rating, kind, number)| set![*part, rating, kind.name(), *number]);
    transaction.execute_each(
        "delete from ledger_open where part = ?1 and rating = ?2 and kind = ?3 and number = ?4",
        &taken.collect::<Vec<_>>(),
    )?;
    take_due(&transaction, &closed.due)?;
    transaction.commit()?;
    Ok(true)
}

/// Takes what is in a table off what is due. What was published since the table was made stays.
fn take_due(transaction: &Transaction<'_>, due: &[(DueKey, Counts)]) -> Result<(), StoreError> {
    const OF_KEY: &str = "region = ?1 and agency = ?2 and item = ?3 and card = ?4 and channel = ?5
           and provenance = ?6 and source = ?7 and registered = ?8 and day = ?9";
    let keys = due.iter().map(
        |((region, agency, item, card, channel, provenance, source, registered, day), _)| {
            set![*region, agency, item, *card, channel, provenance, source, *registered, *day]
        },
    );
    let keys: Vec<_> = keys.collect();
    let sets: Vec<_> = keys
        .iter()
        .cloned()
        .zip(due)
        .map(|(mut set, (_, counts))| {
            set.extend(columns(counts).map(database::Param::Int));
            set
        })
        .collect();
    transaction.execute_each(
        &format!(
            "update ledger_due set very_satisfied = very_satisfied - ?10, satisfied = satisfied - ?11,
               basically_satisfied = basically_satisfied - ?12, dissatisfied = dissatisfied - ?13,
               very_dissatisfied = very_dissatisfied - ?14 where {OF_KEY}"
        ),
        &sets,
    )?;
    transaction.execute_each(
        &format!(
            "delete from ledger_due where {OF_KEY} and very_satisfied + satisfied + basically_satisfied + dissatisfied
               + very_dissatisfied = 0"
        ),
        &keys,
    )?;
    Ok(())
}

/// What is kept of the newest table; `None` before the first.
pub(crate) fn kept(connection: &Connection) -> Result<Option<Kept>, StoreError> {
    let sql = "select kept from ledger_table order by number desc limit 1";
    let Some(bytes) =
        connection.query_row(sql, params![], |row| row.get::<Option<Vec<u8>>>(0)).optional()?
    else {
        return Ok(None);
    };
    let read = bytes.as_deref().and_then(Kept::read);
    Ok(Some(read.ok_or_else(|| {
        StoreError::Failed("what is kept of the ledger's last table is damaged".into())
    })?))
}

/// Notes that groups were published, in the transaction by which they are; another time on the same
/// day adds to it.
pub(crate) fn note_due(
    transaction: &Transaction<'_>,
    groups: &[&crate::figure::atom::Group],
) -> Result<(), StoreError> {
    let sets = groups.iter().map(|group| {
        let atom = &group.atom;
        let (channel, provenance) = (atom.channel.name(), atom.provenance.name());
        let mut set = set![
            signed(atom.region),
            &atom.agency,
            &atom.item,
            atom.card,
            channel,
            provenance,
            &atom.source,
            atom.is_registered,
            group.until
        ];
        set.extend(columns(&group.counts).map(database::Param::Int));
        set
    });
    transaction.execute_each(
        "insert into ledger_due (region, agency, item, card, channel, provenance, source, registered, day, very_satisfied,
           satisfied, basically_satisfied, dissatisfied, very_dissatisfied)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         on conflict (region, agency, item, card, channel, provenance, source, registered, day) do update set
           very_satisfied = ledger_due.very_satisfied + excluded.very_satisfied,
           satisfied = ledger_due.satisfied + excluded.satisfied,
           basically_satisfied = ledger_due.basically_satisfied + excluded.basically_satisfied,
           dissatisfied = ledger_due.dissatisfied + excluded.dissatisfied,
           very_dissatisfied = ledger_due.very_dissatisfied + excluded.very_dissatisfied",
        &sets.collect::<Vec<_>>(),
    )?;
    Ok(())
}

pub(crate) fn tables(
    connection: &Connection,
    after: u32,
    limit: u32,
) -> Result<Vec<StoredTable>, StoreError> {
    let sql = format!(
        "select {} from ledger_table where number > ?1 and leaf is not null order by number limit ?2",
        StoredTable::columns()
    );
    Ok(connection.query(&sql, params![after, limit], read_row)?)
}

pub(crate) fn table(connection: &Connection, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "select body from ledger_table where number = ?1 and leaf is not null";
    Ok(connection.query_row(sql, params![number], |row| row.get(0)).optional()?)
}
