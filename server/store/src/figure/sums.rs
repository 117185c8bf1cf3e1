//! What a batch adds to counters. Ratings are summed up by what they have in common, and only then
//! spread over regions and slices: a batch of 512 touches each counter row once.

use std::collections::{BTreeMap, HashMap};

use haochaping::{
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
    statistics::Counts,
};

use crate::{
    FigureKey, StoreError, Tally,
    database::{Param, Transaction, set},
    engine::lease::part_of,
    figure::atom::Atom,
    row::{columns, signed},
};

/// What ratings have in common that enter the same counters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Group {
    pub(crate) month: u32,
    /// The day from which on they count, which is later than their own for those that were in
    /// quarantine.
    pub(crate) day: i64,
    pub(crate) region: Region,
    pub(crate) agency: String,
    pub(crate) item: Option<String>,
    pub(crate) card: Option<u32>,
    pub(crate) channel: Channel,
    pub(crate) provenance: Provenance,
    /// The system that relayed; empty for every other.
    pub(crate) source: String,
    /// Whether its service was registered before its rating came.
    pub(crate) is_registered: bool,
    pub(crate) tally: Tally,
}

/// The source of a rating: the system whose case numbers these are, if it relayed the rating.
pub(crate) fn source_of(provenance: Provenance, authority: &str) -> String {
    if provenance == Provenance::Relayed { authority.to_owned() } else { String::new() }
}

/// The sums of a batch.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    groups: HashMap<Group, i64>,
}

/// Adds `n` in a region and all around it, for an agency and for all.
pub(crate) fn roll_up_to_ancestors(
    figures: &mut BTreeMap<(FigureKey, Tally), i64>,
    (region, agency): (Region, &str),
    tally: Tally,
    n: i64,
) {
    for region in region.ancestors() {
        for agency in ["", agency] {
            let key = FigureKey { region, agency: agency.to_owned() };
            *figures.entry((key, tally)).or_default() += n;
        }
    }
}

/// Writes what was added to the counters of a slot, in the order of their keys, so that two that
/// share a slot by accident wait for each other and never in a circle.
pub(crate) fn count(
    transaction: &Transaction<'_>,
    slot: i64,
    figures: &[Added],
) -> Result<(), StoreError> {
    let part = part_of(slot);
    let sets = figures
        .iter()
        .map(|(key, tally, n)| set![part, signed(key.region), &key.agency, tally.name(), slot, n]);
    transaction.insert_all(
        "insert into counter (part, region, agency, level, slot, n) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (part, region, agency, level, slot) do update set n = counter.n + excluded.n",
        &sets.collect::<Vec<_>>(),
    )?;
    Ok(())
}

/// A figure and by how much it moved.
pub(crate) type Added = (FigureKey, Tally, i64);
type SliceKey = (u32, Region, String, SatisfactionLevel);

impl Sums {
    /// Adds one rating of a group; or takes it away where `n` is −1.
    pub(crate) fn add(&mut self, group: Group, n: i64) {
        *self.groups.entry(group).or_default() += n;
    }

    /// One upsert a row, in the order of keys.
    pub(crate) fn write(&self, transaction: &Transaction<'_>) -> Result<Vec<Added>, StoreError> {
        let figures = self.figures();
        let slot = transaction.slot();
        count(transaction, slot, &figures)?;
        self.write_waiting(transaction, slot)?;
        self.write_slices(transaction, slot)?;
        Ok(figures)
    }

    fn write_waiting(&self, transaction: &Transaction<'_>, slot: i64) -> Result<(), StoreError> {
        let (part, waiting) = (part_of(slot), self.waiting());
        let sets = waiting.iter().map(|((atom, day), counts)| {
            let (region, channel, provenance) =
                (signed(atom.region), atom.channel.name(), atom.provenance.name());
            let mut set = set![
                part,
                region,
                &atom.agency,
                &atom.item,
                atom.card,
                channel,
                provenance,
                &atom.source,
                atom.is_registered,
                day,
                slot
            ];
            set.extend(columns(counts).map(Param::Int));
            set
        });
        transaction.insert_all(
            "insert into waiting (part, region, agency, item, card, channel, provenance, source, registered, day, slot,
               very_satisfied, satisfied, basically_satisfied, dissatisfied, very_dissatisfied)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             on conflict (part, region, agency, item, card, channel, provenance, source, registered, day, slot) do update set
               very_satisfied = waiting.very_satisfied + excluded.very_satisfied,
               satisfied = waiting.satisfied + excluded.satisfied,
               basically_satisfied = waiting.basically_satisfied + excluded.basically_satisfied,
               dissatisfied = waiting.dissatisfied + excluded.dissatisfied,
               very_dissatisfied = waiting.very_dissatisfied + excluded.very_dissatisfied",
            &sets.collect::<Vec<_>>(),
        )?;
        Ok(())
    }

    fn write_slices(&self, transaction: &Transaction<'_>, slot: i64) -> Result<(), StoreError> {
        let (part, slices) = (part_of(slot), self.slices());
        let sets = slices.iter().map(|((month, city, agency, level), n)| {
            set![part, month, signed(*city), agency, level.name(), slot, n]
        });
        transaction.insert_all(
            "insert into slice (part, month, city, kind, value, level, slot, n)
             values (?1, ?2, ?3, 'agency', ?4, ?5, ?6, ?7)
             on conflict (part, month, city, kind, value, level, slot) do update set n = slice.n + excluded.n",
            &sets.collect::<Vec<_>>(),
        )?;
        Ok(())
    }

    /// Each rating that counts, in its region and all around it, for its agency and for all; and
    /// beside them the tests.
    fn figures(&self) -> Vec<Added> {
        let mut figures = BTreeMap::new();
        for (group, n) in &self.groups {
            let tally = match group.provenance {
                Provenance::Probe => Tally::Probe,
                Provenance::Imported => Tally::Imported,
                Provenance::Default => Tally::Default,
                Provenance::Citizen | Provenance::Assisted | Provenance::Relayed => group.tally,
            };
            let unregistered = (!group.is_registered && matches!(tally, Tally::Counted(_)))
                .then_some(Tally::Unregistered);
            for tally in [Some(tally), unregistered].into_iter().flatten() {
                roll_up_to_ancestors(&mut figures, (group.region, &group.agency), tally, *n);
            }
        }
        figures.into_iter().map(|((key, tally), n)| (key, tally, n)).collect()
    }

    /// What has to wait until the figures of smaller places are published.
    fn waiting(&self) -> BTreeMap<(Atom, i64), Counts> {
        let mut waiting: BTreeMap<_, Counts> = BTreeMap::new();
        for (group, n) in &self.groups {
            let (Tally::Counted(level), true) = (group.tally, group.provenance.counts()) else {
                continue;
            };
            let atom = Atom {
                region: group.region,
                agency: group.agency.clone(),
                item: group.item.clone().unwrap_or_default(),
                card: group.card.unwrap_or_default(),
                channel: group.channel,
                provenance: group.provenance,
                source: group.source.clone(),
                is_registered: group.is_registered,
            };
            waiting
                .entry((atom, group.day))
                .or_default()
                .add(level, u64::try_from(*n).unwrap_or(0));
        }
        waiting
    }

    /// The departments' months in a city, of which briefings are made. What is in quarantine is in
    /// none, since slices are by level.
    fn slices(&self) -> BTreeMap<SliceKey, i64> {
        let mut slices = BTreeMap::new();
        for (group, n) in &self.groups {
            if let (Tally::Counted(level), true) = (group.tally, group.provenance.counts()) {
                let key = (group.month, group.region.city(), group.agency.clone(), level);
                *slices.entry(key).or_default() += n;
            }
        }
        slices
    }
}
