//! Improvements, and causes that come again.

use haochaping::{calendar::Instant, region::Region};

use super::{
    SqlStore,
    order::{named, span},
    read::region_of,
    signed,
    staff::record,
};
use crate::store::{
    Id, StoreError,
    database::{self, Row, params},
    improvement::{Cause, Improvement, PublishedCase, Recurring},
    staff::AuditEntry,
    word::Source,
};

fn read(row: &Row<'_>) -> database::Result<Improvement> {
    let (kind, value): (String, String) = (row.get(2)?, row.get(3)?);
    let cause = Cause::from_parts(&kind, &value).ok_or_else(|| database::Error::damaged(2, "kind of a cause"))?;
    let case = match (row.get::<Option<Id>>(8)?, row.get::<Option<Vec<u8>>>(9)?) {
        (Some(order), Some(consent)) => Some(PublishedCase { text: row.get(7)?, order, consent }),
        _ => None,
    };
    let withdrawn = row.get::<Option<i64>>(12)?.map(Instant::from_millis).zip(row.get(13)?);
    Ok(Improvement {
        id: row.get(0)?,
        region: region_of(row.get(1)?),
        cause,
        day: row.get(4)?,
        title: row.get(5)?,
        text: row.get(6)?,
        case,
        at: Instant::from_millis(row.get(10)?),
        who: row.get(11)?,
        withdrawn,
    })
}

impl SqlStore {
    /// Records an improvement, with the entry of the record that tells of it.
    pub async fn add_improvement(&self, new: Improvement, entry: AuditEntry) -> Result<(), StoreError> {
        self.write(move |c| {
            let t = c.transaction()?;
            t.execute(
                "insert into improvement (id, region, kind, value, day, title, text, case_text, case_order, consent,
                   at, who) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    new.id,
                    signed(new.region),
                    new.cause.kind(),
                    new.cause.value(),
                    new.day,
                    new.title,
                    new.text,
                    new.case.as_ref().map_or("", |case| &case.text),
                    new.case.as_ref().map(|case| case.order),
                    new.case.as_ref().map(|case| &case.consent),
                    new.at.millis(),
                    new.who,
                ],
            )?;
            record(&t, &entry)?;
            t.commit()
        })
        .await
    }
    /// Withdraws one; false if there is none in this region or it was withdrawn before.
    pub async fn withdraw_improvement(&self, id: Id, region: Region, entry: AuditEntry) -> Result<bool, StoreError> {
        let (low, high) = span(region);
        self.write(move |c| {
            let t = c.transaction()?;
            let n = t.execute(
                "update improvement set withdrawn_at = ?2, withdrawn_by = ?3
                 where id = ?1 and withdrawn_at is null and region between ?4 and ?5",
                params![id, entry.at.millis(), entry.who, low, high],
            )?;
            if n == 0 {
                return Ok(false);
            }
            record(&t, &entry)?;
            t.commit()?;
            Ok(true)
        })
        .await
    }
    /// The improvements of a region with all below, the newest first; with `all` withdrawn ones too.
    pub async fn improvements(&self, region: Region, all: bool, limit: u32) -> Result<Vec<Improvement>, StoreError> {
        let (low, high) = span(region);
        self.read(move |c| {
            Ok(c.query(
                "select id, region, kind, value, day, title, text, case_text, case_order, consent, at, who,
                   withdrawn_at, withdrawn_by from improvement where region between ?1 and ?2 and (?3 or withdrawn_at
                   is null) order by at desc, id desc limit ?4",
                params![low, high, all, limit],
                read,
            )?)
        })
        .await
    }
    /// The causes of a region's bad ratings, those that touch most departments first. Only of what is shown to everybody.
    pub async fn recurring(&self, region: Region, limit: u32) -> Result<Vec<Recurring>, StoreError> {
        self.read(move |c| {
            Ok(c.query(
                "select source, word, count(distinct value), sum(shown) from word
                 where region = ?1 and kind = 'agency' and good = 0 and shown > 0
                 group by source, word order by 3 desc, 4 desc, word limit ?2",
                params![signed(region), limit],
                |row| {
                    Ok(Recurring {
                        source: named(row, 0, Source::from_name)?,
                        word: row.get(1)?,
                        n_agencies: row.get::<i64>(2)?.unsigned_abs(),
                        n_ratings: row.get::<i64>(3)?.unsigned_abs(),
                    })
                },
            )?)
        })
        .await
    }
}
