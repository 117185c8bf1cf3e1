//! Hot words: options and words by the number of ratings they are in.

use std::collections::BTreeMap;

use haochaping::{calendar::Instant, link::RatingId, rating::SatisfactionLevel, region::Region};

use crate::{
    SqlStore, StoreError,
    database::{Connection, Selected as _, Transaction, params, read_row, row, set},
    publication::{Dimension, RELEASED_UNTIL},
    revision::raise,
    row::signed,
    staff::{AuditEntry, statements::record},
};

/// Where a hot word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// An official option, by its code.
    Option,
    /// A word of comments.
    Word,
}

impl Source {
    /// The name in columns and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Option => "option",
            Self::Word => "word",
        }
    }

    /// The source of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Option, Self::Word].into_iter().find(|source| source.name() == name)
    }
}

/// A rating whose options and words are not counted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The day from which on it counts, in days since 1970-01-01 in China.
    pub day: i64,
    /// The partition.
    pub part: u8,
    /// The rating.
    pub rating: RatingId,
    /// Where.
    pub region: Region,
    /// The department rated.
    pub agency: String,
    /// The item.
    pub item: Option<String>,
    /// How it was rated.
    pub level: SatisfactionLevel,
    /// Codes of options, separated by commas.
    pub indicators: String,
    /// The comment, encrypted.
    pub comment: Option<Vec<u8>>,
    /// When it was accepted.
    pub rated_at: Instant,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordKey {
    /// Where.
    pub region: Region,
    /// In all, or by department or item.
    pub kind: Dimension,
    /// Which department or item; empty for all.
    pub value: String,
    /// Whether in good ratings or in bad ones.
    pub is_good: bool,
    /// Where it comes from.
    pub source: Source,
    /// The code of an option, or a word.
    pub word: String,
    /// The month, as `202611`.
    pub month: u32,
}

/// A hot word as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownWord {
    /// Whether in good ratings or in bad ones.
    pub is_good: bool,
    /// Where it comes from.
    pub source: Source,
    /// The code of an option, or a word.
    pub word: String,
    /// The month, as `202611`.
    pub month: u32,
    /// In how many ratings it is.
    pub n: u64,
}

/// Puts ratings on the list of those to be read, each with the day from which on it counts, in the
/// transaction by which it begins to count.
pub(crate) fn to_read(
    transaction: &Transaction<'_>,
    ratings: &[(i64, u8, RatingId)],
) -> Result<(), StoreError> {
    let sets: Vec<_> = ratings.iter().map(|(day, part, rating)| set![part, rating, day]).collect();
    transaction.insert_all(
        "insert into unread (part, rating, day) values (?1, ?2, ?3) on conflict do nothing",
        &sets,
    )?;
    Ok(())
}

row!(Unread {
    day: "u.day",
    part: "r.part",
    rating: "r.id",
    region: "r.region",
    agency: "r.agency",
    item: "r.item_code",
    level: "r.level",
    indicators: "r.indicators",
    comment: "r.comment",
    rated_at: "r.rated_at",
});

row!(ShownWord { is_good: "good", source: "source", word: "word", month: "month", n: "shown" });

fn unread(connection: &Connection, limit: u32) -> Result<Vec<Unread>, StoreError> {
    let sql = format!(
        "select {} from unread u join rating r on r.part = u.part and r.id = u.rating {RELEASED_UNTIL}
         where u.day <= x.day limit ?1",
        Unread::columns()
    );
    Ok(connection.query(&sql, params![limit], read_row)?)
}

fn version(connection: &Connection) -> Result<String, StoreError> {
    Ok(connection.query_row(
        "select value from meta where name = 'words_version'",
        params![],
        |row| row.get(0),
    )?)
}

fn rules(connection: &Connection) -> Result<(String, BTreeMap<String, String>), StoreError> {
    Ok((
        version(connection)?,
        connection.query("select word, stands_for from synonym", params![], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?,
    ))
}

fn recount(connection: &mut Connection, version: &str) -> Result<(), StoreError> {
    let t = connection.transaction()?;
    t.execute("update word set n = 0", params![])?;
    t.execute("delete from unread", params![])?;
    t.execute(
        "insert into unread (part, rating, day)
         select r.part, r.id, (coalesce(q.decided_at, r.rated_at) + 28800000) / 86400000
         from rating r left join quarantine q on q.part = r.part and q.rating = r.id
         where r.provenance in ('citizen', 'assisted', 'relayed') and (q.part is null or q.decision = 'released')
           and (r.comment is not null or r.indicators <> '')",
        params![],
    )?;
    t.execute("update meta set value = ?1 where name = 'words_version'", params![version])?;
    t.commit()
}

fn count(
    connection: &mut Connection,
    read: &[(i64, u8, RatingId)],
    sums: &BTreeMap<WordKey, u64>,
    by: &str,
) -> Result<bool, StoreError> {
    let t = connection.transaction()?;
    if version(&t)? != by {
        return Ok(false);
    }
    let keys: Vec<_> = read.iter().map(|(day, part, rating)| set![day, part, rating]).collect();
    let taken =
        t.execute_each("delete from unread where day = ?1 and part = ?2 and rating = ?3", &keys)?;
    if taken.contains(&0) {
        return Ok(false);
    }
    let sets = sums.iter().map(|(key, n)| {
        let (region, kind, source) = (signed(key.region), key.kind.name(), key.source.name());
        set![region, kind, &key.value, key.is_good, source, &key.word, key.month, n.cast_signed()]
    });
    t.insert_all(
        "insert into word (region, kind, value, good, source, word, month, n) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         on conflict (region, kind, value, good, source, word, month) do update set n = word.n + excluded.n",
        &sets.collect::<Vec<_>>(),
    )?;
    t.commit()?;
    Ok(true)
}

fn show(connection: &mut Connection, least: i64, step: i64) -> Result<(), StoreError> {
    let t = connection.transaction()?;
    t.execute("update word set shown = n where n >= ?1 and n >= shown + ?2", params![least, step])?;
    t.execute(
        "update word set shown = case when n >= ?1 then n else 0 end where n < shown",
        params![least],
    )?;
    t.execute("delete from word where n = 0 and shown = 0", params![])?;
    t.commit()
}

impl SqlStore {
    /// The version of the rules that words are counted by, and the synonyms in force.
    pub async fn word_rules(&self) -> Result<(String, BTreeMap<String, String>), StoreError> {
        self.read(rules).await
    }

    /// Lets a word stand for another, for none where that is empty, or for itself again; with the
    /// entry of the record.
    pub async fn set_synonym(
        &self,
        word: &str,
        stands_for: Option<&str>,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
        let (word, stands_for) = (word.to_owned(), stands_for.map(str::to_owned));
        self.write(move |c| {
            let t = c.transaction()?;
            match &stands_for {
                Some(other) => t.execute(
                    "insert into synonym (word, stands_for) values (?1, ?2)
                     on conflict (word) do update set stands_for = excluded.stands_for",
                    params![&word, other],
                )?,
                None => t.execute("delete from synonym where word = ?1", params![&word])?,
            };
            record(&t, &entry)?;
            raise(&t, "words")?;
            t.commit()
        })
        .await
    }

    /// Begins to count everything anew by other rules. What is shown stays until then.
    pub async fn recount_words(&self, version: &str) -> Result<(), StoreError> {
        let version = version.to_owned();
        self.write(move |c| recount(c, &version)).await
    }

    /// Ratings that are published and whose words are not counted yet.
    pub async fn unread(&self, limit: u32) -> Result<Vec<Unread>, StoreError> {
        self.read(move |c| unread(c, limit)).await
    }

    /// Takes ratings, by day, part and id, off the list and adds what is in them; false, and
    /// nothing is done, if one was not on the list any more or the rules are others by now.
    pub async fn count_words(
        &self,
        read: Vec<(i64, u8, RatingId)>,
        sums: BTreeMap<WordKey, u64>,
        version: &str,
    ) -> Result<bool, StoreError> {
        let version = version.to_owned();
        self.write(move |c| count(c, &read, &sums, &version)).await
    }

    /// Shows every count of at least `least` that has grown by `step` since it was shown; one that
    /// has shrunk, because the rules have changed, is taken back.
    pub async fn show_words(&self, least: u64, step: u64) -> Result<(), StoreError> {
        self.write(move |c| show(c, least.cast_signed(), step.cast_signed())).await
    }

    /// What is shown of a region, in all or for a department or item.
    pub async fn shown_words(
        &self,
        region: Region,
        kind: Dimension,
        value: &str,
    ) -> Result<Vec<ShownWord>, StoreError> {
        let value = value.to_owned();
        self.read(move |c| {
            let sql = format!(
                "select {} from word where region = ?1 and kind = ?2 and value = ?3 and shown > 0",
                ShownWord::columns()
            );
            Ok(c.query(&sql, params![signed(region), kind.name(), value], read_row)?)
        })
        .await
    }

    /// What is shown of one word in a region, by month.
    pub async fn shown_word(
        &self,
        region: Region,
        is_good: bool,
        source: Source,
        word: &str,
    ) -> Result<Vec<(u32, u64)>, StoreError> {
        let word = word.to_owned();
        self.read(move |c| {
            Ok(c.query(
                "select month, shown from word where region = ?1 and kind = 'all' and value = '' and good = ?2
                   and source = ?3 and word = ?4 and shown > 0 order by month",
                params![signed(region), is_good, source.name(), word],
                read_row,
            )?)
        })
        .await
    }
}
