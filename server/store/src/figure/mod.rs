//! What is counted, and where.

pub(crate) mod atom;
pub(crate) mod counted;
pub(crate) mod sums;

use std::collections::BTreeMap;

use haochaping::{rating::SatisfactionLevel, region::Region, statistics::Counts};

use crate::{
    SqlStore, StoreError,
    database::{Connection, Param, Selected as _, params, read_row, row, set},
    engine::lease::part_of,
    figure::sums::Added,
    revision::raise,
    row::{columns, signed},
};

/// Where a figure is counted: a region, by one agency or by all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FigureKey {
    /// The region, ancestors included.
    pub region: Region,
    /// The agency's code; empty for all.
    pub agency: String,
}

/// How a rating enters a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tally {
    /// It counts, as this level.
    Counted(SatisfactionLevel),
    /// It is kept and does not count yet; its level shows nowhere.
    Quarantined,
    /// It was left out for good, with a reason on record.
    Excluded,
    /// It was brought over from elsewhere and never enters a rate.
    Imported,
    /// Nobody rated; another system filled it in.
    Default,
    /// It is a test of the whole path.
    Probe,
    /// It counts, and no registered service belongs to it; beside [`Tally::Counted`].
    Unregistered,
    /// No rating: a service that can be rated.
    Service,
}

impl Tally {
    /// The name in the column of levels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counted(level) => level.name(),
            Self::Quarantined => "quarantined",
            Self::Excluded => "excluded",
            Self::Imported => "imported",
            Self::Default => "default",
            Self::Probe => "probe",
            Self::Unregistered => "unregistered",
            Self::Service => "service",
        }
    }
}

impl std::str::FromStr for Tally {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "quarantined" => Ok(Self::Quarantined),
            "excluded" => Ok(Self::Excluded),
            "imported" => Ok(Self::Imported),
            "default" => Ok(Self::Default),
            "probe" => Ok(Self::Probe),
            "unregistered" => Ok(Self::Unregistered),
            "service" => Ok(Self::Service),
            level => {
                level.parse().map(Self::Counted).map_err(|_| format!("unknown level {level:?}"))
            }
        }
    }
}

/// The figure of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// Ratings that count.
    pub counts: Counts,
    /// Ratings that do not count yet.
    pub n_quarantined: u64,
    /// Ratings that were left out for good.
    pub n_excluded: u64,
    /// Ratings that were brought over from elsewhere.
    pub n_imported: u64,
    /// What was filled in where nobody rated.
    pub n_defaults: u64,
    /// Tests.
    pub n_probes: u64,
    /// Those of `counts` to which no registered service belongs.
    pub n_unregistered: u64,
    /// Services that can be rated.
    pub n_services: u64,
}

/// A figure as it was last published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Ratings that count.
    pub counts: Counts,
    /// Those of them to which no registered service belongs: visits to cards, and what came with
    /// its service from another system.
    pub n_unregistered: u64,
}

impl Figure {
    /// Adds `n` ratings, or takes them away where it is negative.
    pub fn add(&mut self, tally: Tally, n: i64) {
        match tally {
            Tally::Counted(level) => self.counts.add(level, u64::try_from(n).unwrap_or(0)),
            Tally::Quarantined => self.n_quarantined = self.n_quarantined.saturating_add_signed(n),
            Tally::Excluded => self.n_excluded = self.n_excluded.saturating_add_signed(n),
            Tally::Imported => self.n_imported = self.n_imported.saturating_add_signed(n),
            Tally::Default => self.n_defaults = self.n_defaults.saturating_add_signed(n),
            Tally::Probe => self.n_probes = self.n_probes.saturating_add_signed(n),
            Tally::Unregistered => {
                self.n_unregistered = self.n_unregistered.saturating_add_signed(n);
            }
            Tally::Service => self.n_services = self.n_services.saturating_add_signed(n),
        }
    }
}

/// What a commit added to the figures.
#[derive(Debug)]
pub struct Counted {
    /// The slot into which it was counted.
    pub slot: i64,
    /// The slot's revision after the commit.
    pub revision: i64,
    /// By how much which figure moved.
    pub added: Vec<(FigureKey, Tally, i64)>,
}

impl SqlStore {
    /// The revision of each slot: every collector counts into slots of its own, and a total is the
    /// sum over all.
    pub async fn slot_revisions(&self) -> Result<BTreeMap<i64, i64>, StoreError> {
        self.read(slot_revisions).await
    }

    /// The revision of a slot and what was counted into it.
    pub async fn figures(
        &self,
        slot: i64,
    ) -> Result<(i64, Vec<(FigureKey, Tally, i64)>), StoreError> {
        self.read(move |c| figures(c, slot)).await
    }

    /// The commits of a slot after a revision, in order, as far as they are still known.
    pub async fn counted_since(
        &self,
        slot: i64,
        revision: i64,
    ) -> Result<Vec<Counted>, StoreError> {
        self.read(move |c| counted::since(c, slot, revision)).await
    }

    /// The figures as last published.
    pub async fn published(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
        self.read(published).await
    }

    /// Keeps figures as published, each with what it was before; false, and nothing is kept, if one
    /// of them has been published by another collector meanwhile.
    pub async fn publish(
        &self,
        moved: Vec<(FigureKey, Published, Option<Published>)>,
    ) -> Result<bool, StoreError> {
        self.write(move |c| publish(c, &moved)).await
    }
}

/// The revision of each collector's slots.
fn slot_revisions(connection: &Connection) -> Result<BTreeMap<i64, i64>, StoreError> {
    Ok(connection.query("select slot, revision from slot", params![], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?)
}

/// The revision of a slot and its figures, of one moment, so that a batch committed meanwhile is
/// not counted twice: one statement, since engines of several machines have no moment in common.
fn figures(connection: &Connection, slot: i64) -> Result<(i64, Vec<Added>), StoreError> {
    let (mut revision, mut figures) = (0, Vec::new());
    connection.for_each(
        "select s.revision, c.region, c.agency, c.level, c.n from slot s
           left join counter c on c.part = s.part and c.slot = s.slot where s.part = ?1 and s.slot = ?2",
        params![part_of(slot), slot],
        |row| {
            let (at, region, agency, tally, n): (_, Option<Region>, Option<String>, Option<Tally>, Option<i64>) =
                row.read()?;
            revision = at;
            if let (Some(region), Some(agency), Some(tally), Some(n)) = (region, agency, tally, n) {
                figures.push((FigureKey { region, agency }, tally, n));
            }
            Ok(())
        },
    )?;
    Ok((revision, figures))
}

row!(FigureKey { region: "region", agency: "agency" });

row!(Published { counts: [Counts], n_unregistered: "n_unregistered" });

fn published(connection: &Connection) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
    let sql = format!("select {}, {} from published", FigureKey::columns(), Published::columns());
    Ok(connection.query(&sql, params![], read_row)?)
}

/// Keeps figures as published, each only if it still stands as the caller knows it: of two
/// collectors that publish at the same moment one does, so that no figure moves by less than a
/// step.
fn publish(
    connection: &mut Connection,
    moved: &[(FigureKey, Published, Option<Published>)],
) -> Result<bool, StoreError> {
    let transaction = connection.transaction()?;
    for (key, new, known) in moved {
        let mut row = set![signed(key.region), &key.agency];
        row.extend(columns(&new.counts).map(Param::Int));
        row.push(Param::Int(new.n_unregistered.cast_signed()));
        let sql = if let Some(known) = known {
            row.push(Param::Int(known.counts.total().cast_signed()));
            "update published set very_satisfied = ?3, satisfied = ?4, basically_satisfied = ?5, dissatisfied = ?6,
               very_dissatisfied = ?7, n_unregistered = ?8
             where region = ?1 and agency = ?2 and very_satisfied + satisfied + basically_satisfied + dissatisfied
               + very_dissatisfied = ?9"
        } else {
            "insert into published (region, agency, very_satisfied, satisfied, basically_satisfied, dissatisfied,
               very_dissatisfied, n_unregistered) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict do nothing"
        };
        let is_kept = transaction.execute(sql, &row)?;
        if is_kept == 0 {
            return Ok(false);
        }
    }
    raise(&transaction, "published")?;
    transaction.commit()?;
    Ok(true)
}
