//! A rating on its way to the disk.

mod commit;
mod follow_up;
mod place;

use std::sync::Arc;

use haochaping::{
    calendar::Instant,
    ledger::{Leaf, Salt},
    link::RatingId,
    rating::{Channel, Provenance, SatisfactionLevel},
};

use crate::{
    Counted, Id, ImportedCase, NewVisit, PrimaryService, SqlStore, Standing, StoreError,
    database::{Connection, params},
    engine::Engine,
};

/// What a rating is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A registered service.
    Service(Id),
    /// A visit to a card's page.
    Visit(NewVisit),
    /// A case of another system's history.
    Imported(ImportedCase),
}

/// A checked rating on its way to the disk. Comment and contact are encrypted already.
#[derive(Clone, Debug)]
pub struct NewRating {
    /// The partition of what it is about.
    pub part: u8,
    /// What it is about.
    pub about: About,
    /// Its own id.
    pub id: RatingId,
    /// A digest of the idempotency key.
    pub key_digest: [u8; 16],
    /// The keyed digest of what it says.
    pub fingerprint: [u8; 16],
    /// The level.
    pub level: SatisfactionLevel,
    /// Codes of options, sorted, separated by commas.
    pub indicators: String,
    /// The version of the list.
    pub indicator_version: String,
    /// The comment, encrypted; `None` when empty.
    pub comment: Option<Vec<u8>>,
    /// The contact data, encrypted.
    pub contact: Option<Vec<u8>>,
    /// 匿名评价
    pub is_anonymous: bool,
    /// How it came in.
    pub channel: Channel,
    /// Who it comes from.
    pub provenance: Provenance,
    /// Who entered it at the citizen's word.
    pub entered_by: Option<String>,
    /// The language of the form.
    pub lang: &'static str,
    /// When it was accepted.
    pub rated_at: Instant,
    /// When another system took it, if it came through one.
    pub collected_at: Option<Instant>,
    /// From which the secret of its commitment follows; made before the store is asked.
    pub salt: Salt,
    /// The id of the work order, should one be opened.
    pub work_order: Id,
}

/// What became of one rating of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on disk.
    Accepted,
    /// It was on disk already: same service, key and content.
    Replayed {
        /// The id of the rating that stands.
        id: RatingId,
        /// When that was accepted.
        rated_at: Instant,
    },
    /// The key stands with another content.
    KeyReused {
        /// When that was accepted.
        rated_at: Instant,
    },
    /// Another rating stands.
    AlreadyRated {
        /// When that was accepted.
        rated_at: Instant,
    },
    /// Another service of the same visit is rated in its place.
    Led {
        /// Whose case number it is.
        authority: String,
        /// That service.
        lead: PrimaryService,
    },
    /// The service or card is not on record.
    Unknown,
    /// The row does not fit by its data; the others of the batch live.
    Refused,
}

/// A batch after its commit.
#[derive(Debug)]
pub struct Committed {
    /// What became of each rating, in order.
    pub outcomes: Vec<Outcome>,
    /// The leaf of each rating that was accepted.
    pub leaves: Vec<Option<Leaf>>,
    /// What it added to the figures, commit by commit: more than one where a row did not fit and
    /// the batch was halved.
    pub counted: Vec<Counted>,
}

/// What a look-up shows of a rating, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingView {
    /// The rating.
    pub id: RatingId,
    /// When it was accepted.
    pub rated_at: Instant,
    /// Whether it counts.
    pub standing: Standing,
}

impl SqlStore {
    /// Writes a batch of ratings with work orders and counters in one transaction. All of one lane
    /// can be one batch; others may, and are slower.
    ///
    /// # Errors
    /// [`StoreError::OutcomeUnknown`] when the commit itself failed; the caller must not answer
    /// anyone.
    pub async fn commit(&self, batch: Arc<[NewRating]>) -> Result<Committed, StoreError> {
        let part = batch.first().map_or(0, |rating| rating.part);
        let work = move |c: &mut Connection| commit::commit(c, &batch);
        match &self.engine {
            Engine::Sqlite(engine) => engine.write(work).await,
            Engine::Postgres(engine) => engine.write_again(part, work).await,
        }
    }

    /// The ratings whose ids lie in a range, both ends included.
    pub async fn ratings_between(
        &self,
        part: u8,
        low: RatingId,
        high: RatingId,
    ) -> Result<Vec<RatingView>, StoreError> {
        self.read(move |c| ratings_between(c, part, low, high)).await
    }
}

fn ratings_between(
    connection: &Connection,
    part: u8,
    low: RatingId,
    high: RatingId,
) -> Result<Vec<RatingView>, StoreError> {
    Ok(connection.query(
        "select r.id, r.rated_at, q.part is not null, q.decision from rating r
         left join quarantine q on q.part = r.part and q.rating = r.id
         where r.part = ?1 and r.id between ?2 and ?3",
        params![part, low, high],
        |row| {
            Ok(RatingView {
                id: row.get(0)?,
                rated_at: Instant::from_millis(row.get(1)?),
                standing: match (row.get(2)?, row.get::<Option<String>>(3)?.as_deref()) {
                    (true, None) => Standing::Quarantined,
                    (true, Some("excluded")) => Standing::Excluded,
                    _ => Standing::Counts,
                },
            })
        },
    )?)
}
