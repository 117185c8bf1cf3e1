//! From a request into the store: a bounded queue, and a task that commits whatever waits as one
//! transaction; on a distributed engine a lane of both for every shard.

use std::{pin::Pin, sync::Arc, time::Duration};

use haochaping::{
    calendar::Instant,
    ledger::{Entry, Leaf, LogKey, Nonce, Promise, Promiser},
};
use haochaping_store::{Committed, NewRating, Outcome, SqlStore, StoreError};
use tokio::sync::{mpsc, oneshot};

use crate::publication::figures::Figures;

/// The most ratings in one transaction.
pub const BATCH_MAX: usize = 512;
/// How many ratings wait before the collector says that it is busy: eight batches.
const QUEUE_MAX: usize = 8 * BATCH_MAX;
/// How long a batch that changed nothing is tried again; a store that waited for its lock by itself
/// has used this up.
const PATIENCE: Duration = Duration::from_secs(4);

struct Waiting {
    rating: NewRating,
    answer: oneshot::Sender<Result<Written, NotWritten>>,
}

/// What became of a rating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What became of it.
    pub outcome: Outcome,
    /// The ledger's word for a rating that was accepted.
    pub promise: Option<Promise>,
}

/// Why a rating was not written. Nothing of it is on disk, unless the process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// The queue is full, or the store stayed busy.
    #[error("the collector is busy")]
    Busy,
    /// The disk takes nothing.
    #[error("nothing can be stored")]
    Unwritable,
    /// The store failed.
    #[error("the store failed")]
    Failed,
}

/// A commit on its way.
pub type Committing<'a> = Pin<Box<dyn Future<Output = Result<Committed, StoreError>> + Send + 'a>>;

/// Where batches of ratings go: the store, or nowhere where the cost of everything else is
/// measured.
pub trait RatingSink: Send + Sync + 'static {
    /// How many lanes lead into it, each with a queue of its own.
    fn n_lanes(&self) -> usize;
    /// The number of the lane that ratings of a part take, from 0.
    fn lane(&self, part: u8) -> usize;
    /// Writes a batch in one transaction.
    ///
    /// # Errors
    /// As [`SqlStore::commit`].
    fn commit(&self, batch: Arc<[NewRating]>) -> Committing<'_>;
}

impl RatingSink for SqlStore {
    fn n_lanes(&self) -> usize {
        Self::n_lanes(self)
    }
    fn lane(&self, part: u8) -> usize {
        Self::lane(self, part)
    }
    fn commit(&self, batch: Arc<[NewRating]>) -> Committing<'_> {
        Box::pin(Self::commit(self, batch))
    }
}

/// Hands ratings to the writing tasks.
#[derive(Clone)]
pub struct Writer {
    sink: Arc<dyn RatingSink>,
    /// By the number of the lane.
    queues: Vec<mpsc::Sender<Waiting>>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("queues", &self.queues).finish_non_exhaustive()
    }
}

impl Writer {
    /// Starts the writing tasks. Each ends after the last `Writer` is gone and its queue is empty.
    /// `batch_max` is [`BATCH_MAX`] but where something is measured against it.
    pub fn start(
        sink: &Arc<dyn RatingSink>,
        figures: &Arc<Figures>,
        ledger: &Arc<LogKey>,
        batch_max: usize,
    ) -> Self {
        let queues = (0..sink.n_lanes()).map(|_| {
            let (sender, queue) = mpsc::channel(QUEUE_MAX);
            tokio::spawn(write_all(
                Arc::clone(sink),
                Arc::clone(figures),
                Arc::clone(ledger),
                queue,
                batch_max,
            ));
            sender
        });
        Self { queues: queues.collect(), sink: Arc::clone(sink) }
    }

    /// Queues a rating and returns when its transaction has been committed.
    pub async fn write(&self, rating: NewRating) -> Result<Written, NotWritten> {
        let (answer, answered) = oneshot::channel();
        let queue = &self.queues[self.sink.lane(rating.part)];
        queue.try_send(Waiting { rating, answer }).map_err(|_| NotWritten::Busy)?;
        answered.await.map_err(|_| NotWritten::Failed)?
    }

    /// How many ratings wait in the fullest queue, and how many can.
    pub fn load(&self) -> (usize, usize) {
        let n_waiting = self.queues.iter().map(|queue| queue.max_capacity() - queue.capacity());
        (n_waiting.max().unwrap_or(0), QUEUE_MAX)
    }
}

async fn write_all(
    sink: Arc<dyn RatingSink>,
    figures: Arc<Figures>,
    ledger: Arc<LogKey>,
    mut queue: mpsc::Receiver<Waiting>,
    batch_max: usize,
) {
    let mut waiting = Vec::with_capacity(batch_max);
    // No artificial delay: what has come while the last batch was written is the next batch.
    while queue.recv_many(&mut waiting, batch_max).await > 0 {
        write_batch(&*sink, &figures, &ledger, std::mem::take(&mut waiting)).await;
    }
}

async fn write_batch(
    sink: &dyn RatingSink,
    figures: &Figures,
    ledger: &LogKey,
    batch: Vec<Waiting>,
) {
    let (ratings, answers): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|w| (w.rating, w.answer)).unzip();
    metrics::histogram!("haochaping_batch_size")
        .record(u32::try_from(ratings.len()).unwrap_or(u32::MAX));
    #[cfg(debug_assertions)]
    let answers = answer_early(answers).await;
    let at = ratings.last().map_or(Instant::from_millis(0), |last| last.rated_at);
    let nonces: Vec<_> = ratings.iter().map(|rating| Leaf::nonce(rating.salt.bytes())).collect();
    let result = commit(sink, ratings.into()).await;
    match result {
        Ok(committed) => {
            committed.counted.iter().for_each(|counted| figures.add(counted));
            let promises = promise(ledger, &committed.leaves, &nonces, at);
            for ((answer, outcome), promise) in
                answers.into_iter().zip(committed.outcomes).zip(promises)
            {
                // Whoever asked may have hung up; the rating stands.
                let _ = answer.send(Ok(Written { outcome, promise }));
            }
        }
        Err(reason) => {
            for answer in answers {
                let _ = answer.send(Err(reason));
            }
        }
    }
}

/// The ledger's word for the leaves of a batch, under one signature.
fn promise(
    ledger: &LogKey,
    leaves: &[Option<Leaf>],
    nonces: &[Nonce],
    at: Instant,
) -> Vec<Option<Promise>> {
    let with = leaves.iter().zip(nonces);
    let entries: Vec<_> =
        with.filter_map(|(leaf, nonce)| Some((Entry::Leaf((*leaf)?).bytes(), *nonce))).collect();
    if entries.is_empty() {
        return vec![None; leaves.len()];
    }
    let promiser = Promiser::new(ledger, entries, at);
    let mut places = 0..;
    leaves.iter().map(|leaf| leaf.as_ref().and_then(|_| promiser.promise(places.next()?))).collect()
}

async fn commit(sink: &dyn RatingSink, ratings: Arc<[NewRating]>) -> Result<Committed, NotWritten> {
    let started = tokio::time::Instant::now();
    loop {
        let begun = std::time::Instant::now();
        let committed = sink.commit(Arc::clone(&ratings)).await;
        metrics::histogram!("haochaping_commit_seconds").record(begun.elapsed().as_secs_f64());
        match committed {
            Ok(committed) => return Ok(committed),
            Err(StoreError::OutcomeUnknown(reason)) => end_process(&reason),
            Err(StoreError::Busy(reason)) => {
                tracing::warn!(reason, "the store is busy");
                if started.elapsed() >= PATIENCE {
                    return Err(NotWritten::Busy);
                }
            }
            // The store says so itself, once.
            Err(StoreError::Unwritable(_)) => return Err(NotWritten::Unwritable),
            Err(error) => {
                tracing::error!(%error, "a batch was not written");
                return Err(NotWritten::Failed);
            }
        }
    }
}

/// After a failed commit the file alone knows what happened; a new process reads it. Nobody is
/// answered.
fn end_process(reason: &str) -> ! {
    tracing::error!(reason, "the outcome of a commit is unknown, so the process ends");
    eprintln!(
        "haochaping: the outcome of a commit is unknown ({reason}); start again to go on from what is on disk"
    );
    std::process::exit(70);
}

/// The fault that the kill test must notice: saying yes before the disk does.
#[cfg(debug_assertions)]
async fn answer_early(
    answers: Vec<oneshot::Sender<Result<Written, NotWritten>>>,
) -> Vec<oneshot::Sender<Result<Written, NotWritten>>> {
    if !haochaping_store::mutant::is("ack-early") {
        return answers;
    }
    for answer in answers {
        let _ = answer.send(Ok(Written { outcome: Outcome::Accepted, promise: None }));
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    Vec::new()
}
