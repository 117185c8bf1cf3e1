//! 以评促改: improvements, and the causes that come again and again.

use haochaping::{calendar::Instant, region::Region};

use crate::{
    Id, SqlStore, StoreError,
    database::{self, Row, Selected as _, params, read_row, row},
    row::{signed, span},
    staff::{AuditEntry, statements::record},
    word::Source,
};

/// What an improvement was made because of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An official option, by its code.
    Option(String),
    /// A hot word.
    Word(String),
    /// An item, by its code.
    Item(String),
    /// A department, by its credit code.
    Agency(String),
    /// A region.
    Region(Region),
}

impl Cause {
    /// The name in columns and forms.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Option(_) => "option",
            Self::Word(_) => "word",
            Self::Item(_) => "item",
            Self::Agency(_) => "agency",
            Self::Region(_) => "region",
        }
    }

    /// The code or word.
    pub fn value(&self) -> String {
        match self {
            Self::Option(value) | Self::Word(value) | Self::Item(value) | Self::Agency(value) => {
                value.clone()
            }
            Self::Region(region) => region.to_string(),
        }
    }

    /// As stored.
    pub fn from_parts(kind: &str, value: &str) -> Option<Self> {
        Some(match kind {
            "option" => Self::Option(value.to_owned()),
            "word" => Self::Word(value.to_owned()),
            "item" => Self::Item(value.to_owned()),
            "agency" => Self::Agency(value.to_owned()),
            "region" => Self::Region(value.parse().ok()?),
            _ => return None,
        })
    }
}

/// A case that is published with the consent of the person whose order it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCase {
    /// What was bad, in the words of staff.
    pub text: String,
    /// The order.
    pub order: Id,
    /// How and when consent was given, encrypted.
    pub consent: Vec<u8>,
}

/// An improvement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Improvement {
    /// Binds encrypted texts to its row.
    pub id: Id,
    /// Where.
    pub region: Region,
    /// Because of what.
    pub cause: Cause,
    /// The day of the change, in days since 1970-01-01.
    pub day: i64,
    /// In a few words.
    pub title: String,
    /// What was changed.
    pub text: String,
    /// A case, if there is one.
    pub case: Option<PublishedCase>,
    /// When it was recorded.
    pub at: Instant,
    /// By whom.
    pub who: String,
    /// When and by whom it was withdrawn.
    pub withdrawn: Option<(Instant, String)>,
}

/// A cause that bad ratings of several departments name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// Where it comes from.
    pub source: Source,
    /// The code of an option, or a word.
    pub word: String,
    /// How many departments it touches.
    pub n_agencies: u64,
    /// In how many bad ratings it is.
    pub n_ratings: u64,
}

row! {
    struct ImprovementColumns {
        id: Id = "id",
        region: Region = "region",
        cause: (String, String) = "kind, value",
        day: i64 = "day",
        title: String = "title",
        text: String = "text",
        case_text: String = "case_text",
        consented: Option<(Id, Vec<u8>)> = "case_order, consent",
        at: Instant = "at",
        who: String = "who",
        withdrawn: Option<(Instant, String)> = "withdrawn_at, withdrawn_by",
    }
}

fn read(row: &Row<'_>) -> database::Result<Improvement> {
    let row: ImprovementColumns = row.read()?;
    let (kind, value) = &row.cause;
    let cause = Cause::from_parts(kind, value)
        .ok_or_else(|| database::Error::damaged(2, "kind of a cause"))?;
    let text = row.case_text;
    let case = row.consented.map(|(order, consent)| PublishedCase { text, order, consent });
    let ImprovementColumns { id, region, day, title, text, at, who, withdrawn, .. } = row;
    Ok(Improvement { id, region, cause, day, title, text, case, at, who, withdrawn })
}

row!(Recurring {
    source: "source",
    word: "word",
    n_agencies: "count(distinct value)",
    n_ratings: "sum(shown)"
});

impl SqlStore {
    /// Records an improvement, with the entry of the record that tells of it.
    pub async fn add_improvement(
        &self,
        new: Improvement,
        entry: AuditEntry,
    ) -> Result<(), StoreError> {
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
    pub async fn withdraw_improvement(
        &self,
        id: Id,
        region: Region,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
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

    /// The improvements of a region with all below, the newest first; with `all` withdrawn ones
    /// too.
    pub async fn improvements(
        &self,
        region: Region,
        all: bool,
        limit: u32,
    ) -> Result<Vec<Improvement>, StoreError> {
        let (low, high) = span(region);
        self.read(move |c| {
            Ok(c.query(
                &format!(
                    "select {} from improvement where region between ?1 and ?2 and (?3 or withdrawn_at
                   is null) order by at desc, id desc limit ?4",
                    ImprovementColumns::columns()
                ),
                params![low, high, all, limit],
                read,
            )?)
        })
        .await
    }

    /// The causes of a region's bad ratings, those that touch most departments first. Only of what
    /// is shown to everybody.
    pub async fn recurring(
        &self,
        region: Region,
        limit: u32,
    ) -> Result<Vec<Recurring>, StoreError> {
        self.read(move |c| {
            let sql = format!(
                "select {} from word where region = ?1 and kind = 'agency' and good = 0 and shown > 0
                 group by source, word order by 3 desc, 4 desc, word limit ?2",
                Recurring::columns()
            );
            Ok(c.query(&sql, params![signed(region), limit], read_row)?)
        })
        .await
    }
}
