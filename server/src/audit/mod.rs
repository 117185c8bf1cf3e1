//! Checking a collector's ledger from outside: by whoever wants to, with nothing but what is public.

mod client;
mod state;

use std::path::Path;

use anyhow::{Context, Result, ensure};
pub use client::Client;
use haochaping::ledger::{Checkpoint, DayTable, Element, Entry, Hash, Leaf, Verifier, open_checkpoint};
pub use state::{State, replace};

use crate::ledger::{TILE_WIDTH, entries_of};

/// Leaves between two times that the state is kept: some seconds of work.
const KEEP_EVERY: u64 = 256 * TILE_WIDTH;

/// What an audit found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// How many leaves the log has.
    pub size: u64,
    /// How many of them were read this time.
    pub n_read: u64,
    /// How many tables of closed days hold, in all.
    pub n_tables: u32,
    /// The last day that a table closes; empty before the first.
    pub closed: String,
    /// Leaves that are in no table yet.
    pub n_left: u64,
}

/// Goes on from `state`: reads every new leaf, and checks every new table against its leaves. `progress` hears leaves read and
/// leaves in all.
///
/// # Errors
/// In one line, the first thing that does not fit.
pub fn audit(client: &Client, state: &mut State, file: &Path, progress: &dyn Fn(u64, u64)) -> Result<Audited> {
    let key = trusted(client, state)?;
    let checkpoint = checkpoint(client, state, &key)?;
    let mut audit = Audit { client, state, checkpoint: &checkpoint };
    let from = audit.state.log.size();
    while audit.state.log.size() < checkpoint.size {
        audit.read_tile()?;
        let size = audit.state.log.size();
        progress(size, checkpoint.size);
        if size.is_multiple_of(KEEP_EVERY) {
            audit.keep(file)?;
        }
    }
    ensure!(
        state.log.root() == checkpoint.root,
        "the checkpoint of {} leaves has the root {}, and its leaves have {}: {}",
        checkpoint.size,
        checkpoint.root,
        state.log.root(),
        if from > 0 {
            "leaves that were there the last time were changed, or the ledger shows two logs"
        } else {
            "the leaves are not those that were signed"
        }
    );
    state.seen = Some(checkpoint.clone());
    state.write(file)?;
    Ok(Audited {
        size: checkpoint.size,
        n_read: checkpoint.size - from,
        n_tables: state.n_tables,
        closed: state.closed.clone(),
        n_left: state.left.leaves + state.n_since,
    })
}

/// The key that is trusted: the one of the first time, or one that was given.
pub fn trusted(client: &Client, state: &mut State) -> Result<Verifier> {
    if state.key.is_empty() {
        client.text("key")?.trim().clone_into(&mut state.key);
    }
    state.key.parse().context("the ledger's key")
}

/// The newest checkpoint, if it can follow the one that was seen last.
///
/// # Errors
/// It is signed by a strange key, or [`OtherLog`].
fn checkpoint(client: &Client, state: &State, key: &Verifier) -> Result<Checkpoint> {
    let checkpoint = open_checkpoint(&client.text("checkpoint")?, key).context("the checkpoint")?;
    state.seen.as_ref().map_or(Ok(()), |seen| follows(&checkpoint, seen))?;
    // Leaves that were read on the way to a checkpoint were held against its root.
    let (had, has) = (state.log.size(), checkpoint.size);
    ensure!(has >= had, OtherLog::Shrank { had, has });
    Ok(checkpoint)
}

/// Whether a checkpoint can be a later one of the same log, as far as it tells itself.
///
/// # Errors
/// It can not.
pub fn follows(shown: &Checkpoint, seen: &Checkpoint) -> Result<(), OtherLog> {
    if shown.size < seen.size {
        return Err(OtherLog::Shrank { had: seen.size, has: shown.size });
    }
    if shown.size == seen.size && shown.root != seen.root {
        return Err(OtherLog::SameSize { size: seen.size, seen: seen.root, shown: shown.root });
    }
    Ok(())
}

/// What only a collector does that shows two logs, or that lost leaves: no second look mends it.
#[derive(Debug, thiserror::Error)]
pub enum OtherLog {
    /// It has fewer leaves than before.
    #[error(
        "the log shrank: it had {had} leaves and has {has}; a collector that was set back to a backup has lost leaves"
    )]
    Shrank {
        /// Leaves that were seen.
        had: u64,
        /// Leaves that are shown.
        has: u64,
    },
    /// Two signed roots of one size.
    #[error("two logs of {size} leaves: {seen} was seen before, and {shown} is shown now; both are signed")]
    SameSize {
        /// Leaves of both.
        size: u64,
        /// The root that was seen.
        seen: Hash,
        /// The root that is shown.
        shown: Hash,
    },
    /// The longer one did not grow out of the shorter one.
    #[error(
        "the log of {after} leaves does not begin with the one of {before} leaves that was seen before: it is another log"
    )]
    Grown {
        /// Leaves that were seen.
        before: u64,
        /// Leaves that are shown.
        after: u64,
    },
}

struct Audit<'a> {
    client: &'a Client,
    state: &'a mut State,
    checkpoint: &'a Checkpoint,
}

impl Audit<'_> {
    /// Reads the entries of the next tile, up to the end of the log.
    fn read_tile(&mut self) -> Result<()> {
        let at = self.state.log.size();
        for (index, bytes) in entries(self.client, at / TILE_WIDTH, self.checkpoint.size)? {
            if index >= at {
                self.read(index, &bytes)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, index: u64, bytes: &[u8]) -> Result<()> {
        match entry(index, bytes)? {
            Entry::Leaf(leaf) => self.state.add(element(index, &leaf)?),
            Entry::Table { number, hash } => self.close(index, number, hash)?,
        }
        self.state.log.append(bytes);
        Ok(())
    }

    /// Checks the table that an entry names against the leaves it accounts for.
    fn close(&mut self, index: u64, number: u32, hash: Hash) -> Result<()> {
        let next = self.state.n_tables + 1;
        ensure!(number == next, "leaf {index} says that there is a table {number}, and it is the turn of table {next}");
        let bytes = self.client.bytes(&format!("tables/{number}"));
        let bytes = bytes.with_context(|| format!("leaf {index} says that there is a table {number}"))?;
        ensure!(
            DayTable::hash(&bytes) == hash,
            "table {number} is not the one that leaf {index} says was published: it was rewritten"
        );
        let table = DayTable::read(&bytes).with_context(|| format!("table {number}"))?;
        let from = self.state.from;
        ensure!(
            table.number == number && table.from == from && (from..=index).contains(&table.size),
            "table {number} says that it is number {} and accounts for the leaves from {} to {}; it has to go on from {from}",
            table.number,
            table.from,
            table.size
        );
        ensure!(
            table.closed >= self.state.closed,
            "table {number} closes {}, and the one before {}",
            table.closed,
            self.state.closed
        );
        // While a table is made leaves go on coming: those are of the next one.
        let later = self.since(table.size, index)?;
        let State { left, n_since, sum, .. } = &self.state;
        let n_leaves = n_since.checked_sub(later.0).context("more leaves were read again than there were")?;
        table.check(left, n_leaves, *sum - later.1).with_context(|| {
            format!("table {number}, which closes {} and accounts for the leaves before {}", table.closed, table.size)
        })?;
        let state = &mut *self.state;
        (state.left, state.from, state.closed, state.n_tables) = (table.remainder, table.size, table.closed, number);
        (state.n_since, state.sum) = later;
        Ok(())
    }

    /// Leaves from one entry to before another that were read already, and their sum: read again, and held against the root.
    fn since(&self, from: u64, to: u64) -> Result<(u64, Element)> {
        let (mut n_leaves, mut sum) = (0, Element::zero());
        for n in from / TILE_WIDTH..to.div_ceil(TILE_WIDTH) {
            let mut again = entries(self.client, n, self.checkpoint.size)?;
            again.retain(|(index, _)| (from..to).contains(index));
            self.client.check_entries(&again, (self.checkpoint.size, self.checkpoint.root.0))?;
            for (index, bytes) in again {
                if let Entry::Leaf(leaf) = entry(index, &bytes)? {
                    (n_leaves, sum) = (n_leaves + 1, sum + element(index, &leaf)?);
                }
            }
        }
        Ok((n_leaves, sum))
    }

    /// Keeps how far it is, if what was read so far is what was signed.
    fn keep(&self, file: &Path) -> Result<()> {
        let so_far = (self.state.log.size(), self.state.log.root().0);
        let whole = (self.checkpoint.size, self.checkpoint.root.0);
        self.client.check_growth(so_far, whole).context("the leaves that were read are not those that were signed")?;
        self.state.write(file)
    }
}

/// The entries of a tile of a log of this size, with their numbers.
fn entries(client: &Client, n: u64, size: u64) -> Result<Vec<(u64, Vec<u8>)>> {
    let width = TILE_WIDTH.min(size - n * TILE_WIDTH);
    let bundle = client.entries(n, width)?;
    let entries = entries_of(&bundle).filter(|entries| entries.len() as u64 == width);
    let entries = entries.with_context(|| format!("tile {n} of entries is cut short: {width} were to be in it"))?;
    Ok((n * TILE_WIDTH..).zip(entries).collect())
}

fn entry(index: u64, bytes: &[u8]) -> Result<Entry> {
    Entry::read(bytes).with_context(|| format!("leaf {index} is of no form that is known here"))
}

fn element(index: u64, leaf: &Leaf) -> Result<Element> {
    Element::read(&leaf.commitment).with_context(|| format!("leaf {index} commits to nothing"))
}
