//! Quarantine: ratings of a card beyond its limits are kept and acknowledged, and count when they
//! are released. The limits are asked in the rating's own transaction and know nothing of its
//! level.
use haochaping::{calendar::Instant, link::RatingId, region::Region};

use crate::{
    SqlStore, StoreError,
    database::{Connection, Selected as _, params, read_row, row},
    staff::AuditEntry,
};

mod hold;
mod settle;

pub(crate) use hold::hold;

/// Whether a rating counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts, if its provenance does.
    Counts,
    /// It does not count yet.
    Quarantined,
    /// It was left out for good.
    Excluded,
}

/// A rating in quarantine, without what it says: whoever decides about it must not know its level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its partition.
    pub part: u8,
    /// The rating.
    pub rating: RatingId,
    /// The card it came by.
    pub card: u32,
    /// Where that was.
    pub region: Region,
    /// Whose card it is.
    pub agency: String,
    /// `day` or `source`: which limit was passed.
    pub reason: String,
    /// When it came.
    pub rated_at: Instant,
    /// When it is released by itself.
    pub release_at: Instant,
    /// What was decided, when and why.
    pub decided: Option<(Decision, Instant, String)>,
}

/// What becomes of a rating in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It counts from now on, and a bad one opens its work order.
    Released,
    /// It never counts.
    Excluded,
}

impl Decision {
    /// By the name in the store.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Released, Self::Excluded].into_iter().find(|decision| decision.name() == name)
    }

    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Excluded => "excluded",
        }
    }
}

row!(Quarantined {
    part: "q.part",
    rating: "q.rating",
    card: "r.card",
    region: "r.region",
    agency: "r.agency",
    reason: "q.reason",
    rated_at: "r.rated_at",
    release_at: "q.release_at",
    decided: "q.decision, q.decided_at, q.why",
});

fn list(connection: &Connection, decided: bool) -> Result<Vec<Quarantined>, StoreError> {
    let sql = format!(
        "select {} from quarantine q join rating r on r.part = q.part and r.id = q.rating
         where ?1 or q.decided_at is null order by r.rated_at, q.rating",
        Quarantined::columns()
    );
    Ok(connection.query(&sql, params![decided], read_row)?)
}

impl SqlStore {
    /// Ratings in quarantine, oldest first; with `decided` also those that were in it.
    pub async fn quarantined(&self, decided: bool) -> Result<Vec<Quarantined>, StoreError> {
        self.read(move |c| list(c, decided)).await
    }

    /// Decides about one; false if it is not in quarantine.
    pub async fn decide(
        &self,
        part: u8,
        rating: RatingId,
        decision: Decision,
        why: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let why = why.to_owned();
        self.write_part(part, move |c| settle::decide(c, part, &rating, decision, &why, &entry))
            .await
    }

    /// Releases what is due, up to 500, a transaction for each lane; returns how many.
    pub async fn release_due(&self, at: Instant) -> Result<u64, StoreError> {
        // Asked once a second: it must not take the write lock for nothing.
        let due = self.read(move |c| settle::due(c, at)).await?;
        let mut n_released = 0;
        for (part, places) in self.by_lane(due.iter().map(|(part, _)| *part)) {
            let of_lane: Vec<_> = places.iter().map(|n| due[*n]).collect();
            n_released += self.write_part(part, move |c| settle::release(c, &of_lane, at)).await?;
        }
        Ok(n_released)
    }

    /// Forgets how often cards were rated, and from which sources, on days before `day`.
    pub async fn purge_sources(&self, day: i64) -> Result<(), StoreError> {
        self.write(move |c| hold::purge_sources(c, day)).await
    }
}
