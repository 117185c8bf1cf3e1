//! Hot words.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haochaping::{calendar::Instant, link::RatingId, region::Region};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{SqliteStore, admin::raise, order::named, read::region_of, staff::record};
use crate::store::{
    StoreError,
    publication::Dimension,
    staff::AuditEntry,
    word::{ShownWord, Source, Unread, WordKey, WordStore},
};

/// Puts a rating on the list of those to be read, in the transaction by which it begins to count.
pub(super) fn to_read(transaction: &Transaction<'_>, part: u8, rating: &RatingId, day: i64) -> Result<(), StoreError> {
    transaction
        .prepare_cached("insert into unread (part, rating, day) values (?1, ?2, ?3) on conflict do nothing")?
        .execute(params![part, rating, day])?;
    Ok(())
}

fn unread(connection: &Connection, limit: u32) -> Result<Vec<Unread>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select u.day, r.part, r.id, r.region, r.agency, r.item_code, r.level, r.indicators, r.comment, r.rated_at
         from unread u join rating r on r.part = u.part and r.id = u.rating
         join released_until x on x.region = r.region and x.agency = r.agency and x.item = coalesce(r.item_code, '')
           and x.card = coalesce(r.card, 0) and x.channel = r.channel and x.provenance = r.provenance
         where u.day <= x.day limit ?1",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(Unread {
            day: row.get(0)?,
            part: row.get(1)?,
            rating: row.get(2)?,
            region: region_of(row.get(3)?),
            agency: row.get(4)?,
            item: row.get(5)?,
            level: row.get(6)?,
            indicators: row.get(7)?,
            comment: row.get(8)?,
            rated_at: Instant::from_millis(row.get(9)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn version(connection: &Connection) -> Result<String, StoreError> {
    Ok(connection.query_row("select value from meta where name = 'words_version'", [], |row| row.get(0))?)
}

fn rules(connection: &Connection) -> Result<(String, BTreeMap<String, String>), StoreError> {
    let mut statement = connection.prepare_cached("select word, stands_for from synonym")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((version(connection)?, rows.collect::<Result<_, _>>()?))
}

fn recount(connection: &mut Connection, version: &str) -> Result<(), StoreError> {
    let t = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    t.execute("update word set n = 0", [])?;
    t.execute("delete from unread", [])?;
    t.execute(
        "insert into unread (part, rating, day)
         select r.part, r.id, (coalesce(q.decided_at, r.rated_at) + 28800000) / 86400000
         from rating r left join quarantine q on q.part = r.part and q.rating = r.id
         where r.provenance in ('citizen', 'assisted', 'relayed') and (q.part is null or q.decision = 'released')
           and (r.comment is not null or r.indicators <> '')",
        [],
    )?;
    t.execute("update meta set value = ?1 where name = 'words_version'", [version])?;
    t.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))
}

fn count(
    connection: &mut Connection,
    read: &[(i64, u8, RatingId)],
    sums: &BTreeMap<WordKey, u64>,
    by: &str,
) -> Result<bool, StoreError> {
    let t = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if version(&t)? != by {
        return Ok(false);
    }
    {
        let mut delete = t.prepare_cached("delete from unread where day = ?1 and part = ?2 and rating = ?3")?;
        for (day, part, rating) in read {
            if delete.execute(params![day, part, rating])? == 0 {
                return Ok(false);
            }
        }
        let mut add = t.prepare_cached(
            "insert into word (region, kind, value, good, source, word, month, n) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             on conflict (region, kind, value, good, source, word, month) do update set n = n + excluded.n",
        )?;
        for (key, n) in sums {
            let region = key.region.number().cast_signed();
            let (kind, source, n) = (key.kind.name(), key.source.name(), n.cast_signed());
            add.execute(params![region, kind, key.value, key.is_good, source, key.word, key.month, n])?;
        }
    }
    t.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))?;
    Ok(true)
}

fn show(connection: &mut Connection, least: i64, step: i64) -> Result<(), StoreError> {
    let t = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    t.execute("update word set shown = n where n >= ?1 and n >= shown + ?2", [least, step])?;
    t.execute("update word set shown = case when n >= ?1 then n else 0 end where n < shown", [least])?;
    t.execute("delete from word where n = 0 and shown = 0", [])?;
    t.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))
}

#[async_trait]
impl WordStore for SqliteStore {
    async fn word_rules(&self) -> Result<(String, BTreeMap<String, String>), StoreError> {
        self.read(rules).await
    }
    async fn set_synonym(&self, word: &str, stands_for: Option<&str>, entry: AuditEntry) -> Result<(), StoreError> {
        let (word, stands_for) = (word.to_owned(), stands_for.map(str::to_owned));
        self.write(move |c| {
            let t = c.transaction_with_behavior(TransactionBehavior::Immediate)?;
            match stands_for {
                Some(other) => t.execute(
                    "insert into synonym (word, stands_for) values (?1, ?2)
                     on conflict (word) do update set stands_for = excluded.stands_for",
                    [&word, &other],
                )?,
                None => t.execute("delete from synonym where word = ?1", [&word])?,
            };
            record(&t, &entry)?;
            raise(&t, "words")?;
            t.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))
        })
        .await
    }
    async fn recount_words(&self, version: &str) -> Result<(), StoreError> {
        let version = version.to_owned();
        self.write(move |c| recount(c, &version)).await
    }
    async fn unread(&self, limit: u32) -> Result<Vec<Unread>, StoreError> {
        self.read(move |c| unread(c, limit)).await
    }
    async fn count_words(
        &self,
        read: Vec<(i64, u8, RatingId)>,
        sums: BTreeMap<WordKey, u64>,
        version: &str,
    ) -> Result<bool, StoreError> {
        let version = version.to_owned();
        self.write(move |c| count(c, &read, &sums, &version)).await
    }
    async fn show_words(&self, least: u64, step: u64) -> Result<(), StoreError> {
        self.write(move |c| show(c, least.cast_signed(), step.cast_signed())).await
    }
    async fn shown_words(&self, region: Region, kind: Dimension, value: &str) -> Result<Vec<ShownWord>, StoreError> {
        let value = value.to_owned();
        self.read(move |c| {
            let mut statement = c.prepare_cached(
                "select good, source, word, month, shown from word
                 where region = ?1 and kind = ?2 and value = ?3 and shown > 0",
            )?;
            let rows = statement.query_map(params![region.number().cast_signed(), kind.name(), value], |row| {
                Ok(ShownWord {
                    is_good: row.get(0)?,
                    source: named(row, 1, Source::from_name)?,
                    word: row.get(2)?,
                    month: row.get(3)?,
                    n: row.get::<_, i64>(4)?.unsigned_abs(),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
    async fn shown_word(
        &self,
        region: Region,
        is_good: bool,
        source: Source,
        word: &str,
    ) -> Result<Vec<(u32, u64)>, StoreError> {
        let word = word.to_owned();
        self.read(move |c| {
            let mut statement = c.prepare_cached(
                "select month, shown from word where region = ?1 and kind = 'all' and value = '' and good = ?2
                   and source = ?3 and word = ?4 and shown > 0 order by month",
            )?;
            let key = params![region.number().cast_signed(), is_good, source.name(), word];
            let rows = statement.query_map(key, |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
