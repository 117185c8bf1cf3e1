//! What follows from ratings that are new: quarantine, work orders, words to read, counters, and a
//! leaf each.

use haochaping::{
    ledger::{Cell, Kind, Leaf},
    link::RatingId,
};

use super::place::{Place, Placed};
use crate::{
    About, NewRating, StoreError, Tally,
    database::Transaction,
    figure::sums::{Added, Group, Sums, source_of},
    ledger::{self, NewLeaf, Record},
    order::{statements as order, statements::Opening},
    quarantine, word,
};

/// From so many leaves on a thread of their own takes less time than it costs.
const BESIDE_MIN: usize = 64;

/// How the figures moved, and each rating's leaf as it is told and as it is kept.
type Written = (Vec<Added>, Vec<(Leaf, Record)>);

/// What follows from ratings that are new.
#[derive(Default)]
pub(super) struct FollowUp {
    /// Those that have options or a comment: day, part and id.
    to_read: Vec<(i64, u8, RatingId)>,
    to_open: Vec<Opening>,
    sums: Sums,
    /// One of each, in order.
    leaves: Vec<NewLeaf>,
}

impl FollowUp {
    /// Of ratings that are on record in this transaction; those beyond a card's limits go into
    /// quarantine.
    pub(super) fn of(
        transaction: &Transaction<'_>,
        accepted: &[Placed<'_>],
    ) -> Result<Self, StoreError> {
        let visits: Vec<_> = accepted
            .iter()
            .filter_map(|one| match &one.new.about {
                About::Visit(visit) => Some((one.new, visit)),
                About::Service(_) | About::Imported(_) => None,
            })
            .collect();
        let mut held = quarantine::hold(transaction, &visits)?.into_iter();
        let mut follow_up = Self::default();
        for one in accepted {
            let is_held = matches!(one.new.about, About::Visit(_)) && held.next().unwrap_or(false);
            follow_up.add(one, is_held);
        }
        Ok(follow_up)
    }

    fn add(&mut self, one: &Placed<'_>, is_held: bool) {
        let Placed { new, place, provenance } = one;
        let day = new.rated_at.day_in_china();
        self.leaves.push(leaf_of(one, is_held));
        let counts = !is_held && provenance.counts();
        if counts && (new.comment.is_some() || !new.indicators.is_empty()) {
            self.to_read.push((day, new.part, new.id));
        }
        if counts && new.level.is_bad() {
            self.to_open.push(opening_of(new, place));
        }
        let group = Group {
            month: new.rated_at.date_in_china().month(),
            day,
            region: place.region,
            agency: place.agency.clone(),
            item: place.item_code.clone(),
            card: place.card,
            channel: new.channel,
            provenance: *provenance,
            source: source_of(*provenance, &place.authority),
            is_registered: place.is_registered,
            tally: if is_held { Tally::Quarantined } else { Tally::Counted(new.level) },
        };
        self.sums.add(group, 1);
    }

    /// Writes words to read, counters and work orders, and makes the leaves. Their curve arithmetic
    /// needs no store: of a batch it is done beside the statements.
    pub(super) fn write(&self, transaction: &Transaction<'_>) -> Result<Written, StoreError> {
        std::thread::scope(|scope| {
            let is_batch = self.leaves.len() >= BESIDE_MIN;
            // A machine that has no thread left takes the rating all the same.
            let beside = is_batch.then(|| {
                let thread = std::thread::Builder::new().name("leaves".into());
                thread.spawn_scoped(scope, || ledger::commit(&self.leaves)).ok()
            });
            word::to_read(transaction, &self.to_read)?;
            let added = self.sums.write(transaction)?;
            order::open(transaction, &self.to_open)?;
            let committed = match beside.flatten() {
                Some(beside) => {
                    beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                }
                None => ledger::commit(&self.leaves),
            };
            Ok((added, committed))
        })
    }
}

fn opening_of(new: &NewRating, place: &Place) -> Opening {
    Opening {
        part: new.part,
        rating: new.id,
        id: new.work_order,
        at: new.rated_at,
        agency: place.agency.clone(),
        region: place.region,
        is_anonymous: new.is_anonymous,
        is_real_name: place.is_real_name,
        has_contact: new.contact.is_some(),
        salt: *new.salt.bytes(),
    }
}

fn leaf_of(Placed { new, place, provenance }: &Placed<'_>, is_held: bool) -> NewLeaf {
    let group = haochaping::ledger::Group {
        kind: if is_held { Kind::Held } else { Kind::Counted },
        district: place.region,
        agency: place.agency.clone(),
        channel: new.channel,
        provenance: *provenance,
    };
    let cell = Cell::new(group, new.rated_at.day_in_china(), new.level);
    let of = (new.part, &new.id);
    ledger::of_rating(of, cell, &new.salt, (&new.fingerprint, new.rated_at))
}
