//! Whether the ledger and what is on record fit: each rating has the leaf that follows from its
//! row, and each leaf a rating.

use std::collections::HashMap;

use haochaping::{
    ledger::{DayTable, Entry, Hash, Kind, Leaf},
    link::{PARTS, RatingId, Receipt},
};

use crate::{
    StoreError,
    database::{Connection, OptionalRow as _, Selected as _, params, read_row},
    ledger::{
        ENTRIES, Log, OF_BEFORE, OF_TABLES, Record, entries_of,
        leaf::{Commit, RatedRow, commit, of_commits},
        log::{head, pending},
    },
};

/// Ratings that are read at once.
const PAGE: u32 = 4_096;
/// A rating and where its leaf is among others.
type Placed = (RatedRow, Option<(u64, u64)>);
/// The most faults that are named; the others are counted.
const NAMED: usize = 20;

pub(crate) fn faults(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let snapshot = connection.snapshot()?;
    let mut check = Check {
        connection: &snapshot,
        tile: (u64::MAX, Vec::new()),
        seen: Vec::new(),
        faults: Vec::new(),
    };
    let size = check.log()?;
    check.seen = vec![false; usize::try_from(size).unwrap_or_default()];
    let waiting = check.waiting()?;
    check.ratings(&waiting)?;
    check.others()?;
    let n_more = check.faults.len().saturating_sub(NAMED);
    check.faults.truncate(NAMED);
    if n_more > 0 {
        check.faults.push(format!("and {n_more} more faults of the ledger"));
    }
    Ok(check.faults)
}

struct Check<'c> {
    connection: &'c Connection,
    /// The entries of the tile that was read last.
    tile: (u64, Vec<Vec<u8>>),
    /// Which leaves stand for something on record.
    seen: Vec<bool>,
    faults: Vec<String>,
}

impl Check<'_> {
    fn entry(&mut self, index: u64) -> Result<Option<Entry>, StoreError> {
        let n = index / 256;
        if self.tile.0 != n {
            let sql = "select data from ledger_tile where level = ?1 and n = ?2";
            let data = self.connection.query_row(
                sql,
                params![i32::from(ENTRIES), n.cast_signed()],
                |row| row.get::<Vec<u8>>(0),
            );
            self.tile = (n, data.optional()?.as_deref().and_then(entries_of).unwrap_or_default());
        }
        let place = usize::try_from(index % 256).unwrap_or_default();
        Ok(self.tile.1.get(place).and_then(|bytes| Entry::read(bytes)))
    }

    /// The root over all entries is that of the head; gives the size.
    fn log(&mut self) -> Result<u64, StoreError> {
        let Some(head) = head(self.connection)? else { return Ok(0) };
        let mut log = Log::default();
        let sql = "select data from ledger_tile where level = ?1 order by n";
        let mut is_sound = true;
        self.connection.for_each(sql, params![i32::from(ENTRIES)], |row| {
            match entries_of(&row.get::<Vec<u8>>(0)?) {
                Some(entries) => entries.iter().for_each(|entry| log.append(entry)),
                None => is_sound = false,
            }
            Ok(())
        })?;
        if !is_sound || log.size() != head.size || log.root() != head.root {
            self.faults.push(format!(
                "the ledger's entries are not those of its head of {} leaves",
                head.size
            ));
        }
        Ok(head.size)
    }

    /// Leaves that have no number yet, by whose they are.
    fn waiting(&mut self) -> Result<HashMap<[u8; 16], Leaf>, StoreError> {
        let mut found = HashMap::new();
        for pending in pending(self.connection, u32::MAX >> 1)? {
            if pending.key.1 == OF_TABLES {
                continue;
            }
            let Some(records) = Record::read_all(&pending.leaves) else {
                self.faults.push("leaves on their way into the ledger are damaged".into());
                continue;
            };
            found.extend(records.iter().filter_map(|record| match Entry::read(&record.entry)? {
                Entry::Leaf(leaf) => Some((leaf.about, leaf)),
                Entry::Table { .. } => None,
            }));
        }
        Ok(found)
    }

    /// Each rating has its leaf.
    fn ratings(&mut self, waiting: &HashMap<[u8; 16], Leaf>) -> Result<(), StoreError> {
        let mut before: HashMap<u8, Vec<([u8; 16], u64, u64)>> = HashMap::new();
        let sql =
            "select part, last, first, n from ledger_batch where slot = ?1 order by part, last";
        self.connection.for_each(sql, params![OF_BEFORE], |row| {
            let range =
                (row.get(1)?, row.get::<i64>(2)?.unsigned_abs(), row.get::<i64>(3)?.unsigned_abs());
            before.entry(row.get(0)?).or_default().push(range);
            Ok(())
        })?;
        let backfilling = self.is_backfilling()?;
        for part in 0..PARTS {
            let mut after = [0; 16];
            loop {
                let mut page = self.page(part, &after)?;
                let Some((last, _)) = page.last() else { break };
                after = last.id;
                for (rated, among) in &mut page {
                    *among = among.or_else(|| {
                        let ranges = before.get(&part)?;
                        let place = ranges.partition_point(|(last, ..)| *last < rated.id);
                        ranges.get(place).map(|(_, first, n)| (*first, *n))
                    });
                }
                // In the order of the log, so that a tile is read once for all of a page that are
                // in it.
                page.sort_by_key(|(_, among)| *among);
                for (rated, among) in page {
                    self.rating(&rated, among, waiting, backfilling)?;
                }
            }
        }
        Ok(())
    }

    /// Ratings of a part after one, in the order of their ids, each with the first number and the
    /// number of its commit's leaves.
    fn page(&self, part: u8, after: &RatingId) -> Result<Vec<Placed>, StoreError> {
        let sql = format!(
            "select {}, r.slot, r.revision from rating r left join quarantine q on q.part = r.part and q.rating = r.id
             where r.part = ?1 and r.id > ?2 order by r.id limit ?3",
            RatedRow::columns()
        );
        let rated: Vec<(RatedRow, Commit)> =
            self.connection.query(&sql, params![part, after, PAGE], read_row)?;
        let sql =
            "select first, n from ledger_batch where part = ?1 and slot = ?2 and revision = ?3";
        let batches =
            of_commits(self.connection, sql, rated.iter().map(|(_, commit)| *commit), |row| {
                Ok((row.get::<i64>(0)?.unsigned_abs(), row.get::<i64>(1)?.unsigned_abs()))
            })?;
        let of = |(rated, commit): (RatedRow, Commit)| {
            (rated, commit.and_then(|commit| batches.get(&commit).copied()))
        };
        Ok(rated.into_iter().map(of).collect())
    }

    fn is_backfilling(&self) -> Result<bool, StoreError> {
        let sql = "select exists (select 1 from meta where name = 'ledger_backfill')";
        Ok(self.connection.query_row(sql, params![], |row| row.get(0))?)
    }

    fn rating(
        &mut self,
        rated: &RatedRow,
        among: Option<(u64, u64)>,
        waiting: &HashMap<[u8; 16], Leaf>,
        backfilling: bool,
    ) -> Result<(), StoreError> {
        let (leaf, _) = commit(&[rated.leaf()])[0];
        let receipt = Receipt::of(rated.part, &rated.id);
        let (first, n) = among.unwrap_or_default();
        for index in first..first + n {
            if let Some(Entry::Leaf(found)) = self.entry(index)?
                && found.about == leaf.about
            {
                self.see(index);
                if found != leaf {
                    self.faults
                        .push(format!("the rating {receipt} is not what its leaf {index} says"));
                }
                return Ok(());
            }
        }
        match waiting.get(&leaf.about) {
            Some(found) if *found == leaf => {}
            Some(_) => self
                .faults
                .push(format!("the rating {receipt} is not what its leaf on the way says")),
            None if backfilling => {}
            None => self.faults.push(format!("the rating {receipt} has no leaf in the ledger")),
        }
        Ok(())
    }

    fn see(&mut self, index: u64) {
        if let Some(seen) = usize::try_from(index).ok().and_then(|index| self.seen.get_mut(index)) {
            *seen = true;
        }
    }

    /// Every other leaf is a table's, or stands for what happened to a rating.
    fn others(&mut self) -> Result<(), StoreError> {
        let unseen: Vec<u64> =
            (0..).zip(&self.seen).filter(|(_, seen)| !**seen).map(|(index, _)| index).collect();
        let mut events: HashMap<[u8; 16], (u64, Leaf)> = HashMap::new();
        for index in unseen {
            match self.entry(index)? {
                Some(Entry::Leaf(leaf)) => {
                    if let Some((earlier, _)) = events.insert(leaf.about, (index, leaf)) {
                        self.faults.push(format!(
                            "leaf {earlier} of the ledger is there again as leaf {index}"
                        ));
                    }
                }
                Some(Entry::Table { number, hash }) => self.table(number, hash)?,
                None => {}
            }
        }
        if events.is_empty() {
            return Ok(());
        }
        let columns = RatedRow::columns();
        let of_quarantine = format!(
            "select {columns}, 1, q.decided_at from quarantine q join rating r on r.part = q.part and r.id = q.rating
             where q.decided_at is not null"
        );
        let of_orders = format!(
            "select {columns}, e.number, e.at from work_order_entry e join rating r on r.part = e.part and r.id = e.rating
               left join quarantine q on q.part = r.part and q.rating = r.id"
        );
        for sql in [of_quarantine, of_orders] {
            self.connection.for_each(&sql, params![], |row| {
                let (rated, number, at): (RatedRow, _, _) = row.read()?;
                for kind in Kind::ALL {
                    let about = Leaf::about_event(&rated.salt, kind, number);
                    if events.get(&about).is_some_and(|(_, leaf)| {
                        *leaf == commit(&[rated.event(kind, at, number)])[0].0
                    }) {
                        events.remove(&about);
                    }
                }
                Ok(())
            })?;
        }
        let mut left: Vec<u64> = events.into_values().map(|(index, _)| index).collect();
        left.sort_unstable();
        self.faults.extend(
            left.iter()
                .map(|index| format!("leaf {index} of the ledger stands for no rating on record")),
        );
        Ok(())
    }

    fn table(&mut self, number: u32, hash: Hash) -> Result<(), StoreError> {
        let sql = "select body from ledger_table where number = ?1";
        let body = self
            .connection
            .query_row(sql, params![number], |row| row.get::<Vec<u8>>(0))
            .optional()?;
        if body.is_none_or(|body| DayTable::hash(&body) != hash) {
            self.faults
                .push(format!("table {number} of the ledger is not the one that was published"));
        }
        Ok(())
    }
}
