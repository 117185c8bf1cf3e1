//! What is published a day later: figures of smaller places, of agents, of small departments, and
//! whatever splits a total further. Ratings wait in atoms, and an atom is published in groups only.

use std::collections::BTreeMap;

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    region::Region,
    statistics::{Counts, Handling},
};

pub use crate::figure::atom::{Atom, Group};
use crate::{
    FigureKey, Published, SqlStore, StoreError,
    database::{Connection, Param, Selected as _, Transaction, params, read_row, row, set},
    handling::{HANDLED_SUMS, IS_DUE, read_handled},
    ledger,
    revision::raise,
    row::{SUMS, columns, signed},
};

/// Ratings of an atom of one day that are not published yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What they have in common.
    pub atom: Atom,
    /// The day from which on they count, in days since 1970-01-01 in China.
    pub day: i64,
    /// How many of each level.
    pub counts: Counts,
}

/// By what published ratings of a region are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// By nothing.
    All,
    /// By department.
    Agency,
    /// By item.
    Item,
    /// By how they came in.
    Channel,
    /// By who they come from.
    Provenance,
    /// Only what other systems relayed, by system.
    Source,
    /// By service card.
    Card,
    /// Only ratings to which no registered service belongs, by department.
    Unregistered,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::All,
        Self::Agency,
        Self::Item,
        Self::Channel,
        Self::Provenance,
        Self::Source,
        Self::Card,
        Self::Unregistered,
    ];

    /// The name in the column of kinds.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Agency => "agency",
            Self::Item => "item",
            Self::Channel => "channel",
            Self::Provenance => "provenance",
            Self::Source => "source",
            Self::Card => "card",
            Self::Unregistered => "unregistered",
        }
    }

    /// What an atom's ratings are filed under; `None` where this says nothing of them.
    pub fn value(self, atom: &Atom) -> Option<String> {
        let known = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        match self {
            Self::All => Some(String::new()),
            Self::Agency => known(&atom.agency),
            Self::Item => known(&atom.item),
            Self::Channel => known(atom.channel.name()),
            Self::Provenance => known(atom.provenance.name()),
            Self::Source => known(&atom.source),
            Self::Card => (atom.card > 0).then(|| atom.card.to_string()),
            Self::Unregistered => (!atom.is_registered).then(|| atom.agency.clone()),
        }
    }
}

/// A line of published ratings: its value, the month in which it waited last, and its counts.
pub type Line = (String, u32, Counts);

/// Joins to a rating `r` up to which day its atom is published, as `x.day`; of one that never was
/// there is no row.
pub(crate) const RELEASED_UNTIL: &str = "left join service s on s.part = r.part and s.authority = r.authority
    and s.case_number = r.case_number and s.service_number = r.service_number
  join released_until x on x.region = r.region and x.agency = r.agency and x.item = coalesce(r.item_code, '')
    and x.card = coalesce(r.card, 0) and x.channel = r.channel and x.provenance = r.provenance
    and x.source = case when r.provenance = 'relayed' then r.authority else '' end
    and x.registered = case when r.card is null and coalesce(s.relayed, 0) = 0 then 1 else 0 end";

row!(Waiting { atom: [Atom], day: "day", counts: [Counts] });

fn waiting(connection: &Connection) -> Result<Vec<Waiting>, StoreError> {
    let key = format!("{}, day", Atom::columns());
    let sql = format!("select {key}, {SUMS} from waiting group by {key} order by {key}");
    Ok(connection.query(&sql, params![], read_row)?)
}

fn release(connection: &mut Connection, groups: &[Group]) -> Result<u64, StoreError> {
    let transaction = connection.transaction()?;
    let taken = take(&transaction, groups)?;
    let mut sums: BTreeMap<(Region, &'static str, String, u32), Counts> = BTreeMap::new();
    for group in &taken {
        let month = Instant::from_millis(group.until * DAY_MILLIS).date_in_china().month();
        for by in Dimension::ALL {
            let Some(value) = by.value(&group.atom) else { continue };
            for region in group.atom.region.ancestors() {
                sums.entry((region, by.name(), value.clone(), month))
                    .or_default()
                    .merge(&group.counts);
            }
        }
    }
    let sets = sums.iter().map(|((region, kind, value, month), counts)| {
        let mut set = set![signed(*region), *kind, value, month];
        set.extend(columns(counts).map(Param::Int));
        set
    });
    transaction.insert_all(
        "insert into released (region, kind, value, month, very_satisfied, satisfied, basically_satisfied, dissatisfied,
           very_dissatisfied) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         on conflict (region, kind, value, month) do update set
           very_satisfied = released.very_satisfied + excluded.very_satisfied,
           satisfied = released.satisfied + excluded.satisfied,
           basically_satisfied = released.basically_satisfied + excluded.basically_satisfied,
           dissatisfied = released.dissatisfied + excluded.dissatisfied,
           very_dissatisfied = released.very_dissatisfied + excluded.very_dissatisfied",
        &sets.collect::<Vec<_>>(),
    )?;
    raise(&transaction, "released")?;
    transaction.commit()?;
    Ok(taken.len() as u64)
}

/// Takes out of what waits those groups that still wait as they are; beside the others something
/// else waits by now.
fn take<'g>(
    transaction: &Transaction<'_>,
    groups: &'g [Group],
) -> Result<Vec<&'g Group>, StoreError> {
    const OF_ATOM: &str = "region = ?1 and agency = ?2 and item = ?3 and card = ?4 and channel = ?5 and provenance = ?6
        and source = ?7 and registered = ?8";
    let keys: Vec<_> = groups
        .iter()
        .map(|Group { atom, until, .. }| {
            let (channel, provenance) = (atom.channel.name(), atom.provenance.name());
            set![
                signed(atom.region),
                &atom.agency,
                &atom.item,
                atom.card,
                channel,
                provenance,
                &atom.source,
                atom.is_registered,
                until
            ]
        })
        .collect();
    let waiting = transaction.select_each(
        &format!("select {SUMS} from waiting where {OF_ATOM} and day <= ?9"),
        &keys,
        read_row,
    )?;
    let still = groups
        .iter()
        .zip(keys)
        .zip(waiting)
        .filter(|((group, _), found)| *found == Some(group.counts));
    let (taken, keys): (Vec<_>, Vec<_>) = still.map(|(one, _)| one).unzip();
    transaction
        .execute_each(&format!("delete from waiting where {OF_ATOM} and day <= ?9"), &keys)?;
    transaction.insert_all(
        "insert into released_until (region, agency, item, card, channel, provenance, source, registered, day)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         on conflict (region, agency, item, card, channel, provenance, source, registered) do update set day = excluded.day",
        &keys,
    )?;
    ledger::note_due(transaction, &taken)?;
    Ok(taken)
}

fn daily(connection: &Connection) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
    let sql = format!(
        "select region, kind, value, {SUMS} from released where kind in ('all', 'agency', 'unregistered')
         group by region, kind, value"
    );
    let mut found: BTreeMap<FigureKey, Published> = BTreeMap::new();
    connection.for_each(&sql, params![], |row| {
        let (region, kind, agency, counts): (Region, String, String, Counts) = row.read()?;
        if kind == Dimension::Unregistered.name() {
            for agency in [String::new(), agency] {
                found.entry(FigureKey { region, agency }).or_default().n_unregistered +=
                    counts.total();
            }
        } else {
            found.entry(FigureKey { region, agency }).or_default().counts = counts;
        }
        Ok(())
    })?;
    Ok(found)
}

fn released(
    connection: &Connection,
    region: Region,
    by: Dimension,
) -> Result<Vec<Line>, StoreError> {
    let sql = format!(
        "select value, month, {} from released where region = ?1 and kind = ?2 order by value, month",
        Counts::columns()
    );
    Ok(connection.query(&sql, params![signed(region), by.name()], read_row)?)
}

/// An order is spoken of when its rating is published: of a visit to a card that is its card's
/// affair, so the atom is looked up column by column.
fn handled(
    connection: &Connection,
    now: Instant,
) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
    let sql = format!(
        "{HANDLED_SUMS} from (select w.*, {IS_DUE}
           from work_order w join rating r on r.part = w.part and r.id = w.rating
           {RELEASED_UNTIL}
           where (w.opened_at + 28800000) / 86400000 <= x.day) w
         group by region, rated_agency"
    );
    Ok(connection.query(&sql, params![now.millis()], read_handled)?)
}

impl SqlStore {
    /// Everything that waits, of today too.
    pub async fn waiting_ratings(&self) -> Result<Vec<Waiting>, StoreError> {
        self.read(waiting).await
    }

    /// Publishes groups, each under the month of its last day, in one transaction; how many. The
    /// groups of an atom come in the order of their days. A group of which something else waits by
    /// now is left alone: another collector has published it.
    pub async fn release(&self, groups: Vec<Group>) -> Result<u64, StoreError> {
        self.write(move |c| release(c, &groups)).await
    }

    /// The published totals of every region, of all departments and of each.
    pub async fn daily(&self) -> Result<BTreeMap<FigureKey, Published>, StoreError> {
        self.read(daily).await
    }

    /// The published ratings of a region along a dimension, in the order of values and months.
    pub async fn released(&self, region: Region, by: Dimension) -> Result<Vec<Line>, StoreError> {
        self.read(move |c| released(c, region, by)).await
    }

    /// How the bad ones of the published ratings were worked as of `now`, by the region and agency
    /// rated.
    pub async fn handled_of_released(
        &self,
        now: Instant,
    ) -> Result<BTreeMap<FigureKey, Handling>, StoreError> {
        self.read(move |c| handled(c, now)).await
    }

    /// Names of items by code.
    pub async fn item_names(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.read(|c| {
            Ok(c.query("select code, name from item", params![], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?)
        })
        .await
    }
}
