//! Checking a collector's ledger from outside: by whoever wants to, with nothing but what is
//! public.

mod client;
mod fault;
mod state;
#[cfg(test)]
mod tests;

use std::path::Path;

pub use client::Client;
pub use fault::{AuditFault, OtherLog};
use haochaping::ledger::{
    Checkpoint, DayTable, Element, Entry, Hash, Leaf, Verifier, open_checkpoint,
};
use haochaping_store::ledger::{TILE_WIDTH, entries_of};
pub use state::{State, replace};

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

/// Goes on from `state`: reads every new leaf, and checks every new table against its leaves.
/// `progress` hears leaves read and leaves in all.
///
/// # Errors
/// [`AuditFault`], the first.
pub fn audit(
    client: &Client,
    state: &mut State,
    file: &Path,
    progress: &dyn Fn(u64, u64),
) -> Result<Audited, AuditFault> {
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
    let (signed, read) = (checkpoint.root, state.log.root());
    if read != signed {
        let why = if from > 0 {
            "leaves that were there the last time were changed, or the ledger shows two logs"
        } else {
            "the leaves are not those that were signed"
        };
        return Err(AuditFault::Root { size: checkpoint.size, signed, read, why });
    }
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
///
/// # Errors
/// There is none, or it is malformed.
pub fn trusted(client: &Client, state: &mut State) -> Result<Verifier, AuditFault> {
    if state.key.is_empty() {
        client.text("key")?.trim().clone_into(&mut state.key);
    }
    state.key.parse().map_err(AuditFault::Key)
}

/// The newest checkpoint, if it can follow the one that was seen last.
fn checkpoint(client: &Client, state: &State, key: &Verifier) -> Result<Checkpoint, AuditFault> {
    let checkpoint =
        open_checkpoint(&client.text("checkpoint")?, key).map_err(AuditFault::Checkpoint)?;
    state.seen.as_ref().map_or(Ok(()), |seen| follows(&checkpoint, seen))?;
    // Leaves that were read on the way to a checkpoint were held against its root.
    let (had, has) = (state.log.size(), checkpoint.size);
    if has < had {
        return Err(OtherLog::Shrank { had, has }.into());
    }
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

struct Audit<'a> {
    client: &'a Client,
    state: &'a mut State,
    checkpoint: &'a Checkpoint,
}

impl Audit<'_> {
    /// Reads the entries of the next tile, up to the end of the log.
    fn read_tile(&mut self) -> Result<(), AuditFault> {
        let at = self.state.log.size();
        for (index, bytes) in entries(self.client, at / TILE_WIDTH, self.checkpoint.size)? {
            if index >= at {
                self.read(index, &bytes)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, index: u64, bytes: &[u8]) -> Result<(), AuditFault> {
        match entry(index, bytes)? {
            Entry::Leaf(leaf) => self.state.add(element(index, &leaf)?),
            Entry::Table { number, hash } => self.close(index, number, hash)?,
        }
        self.state.log.append(bytes);
        Ok(())
    }

    /// Checks the table that an entry names against the leaves it accounts for.
    fn close(&mut self, leaf: u64, number: u32, hash: Hash) -> Result<(), AuditFault> {
        let table = self.table(leaf, number, hash)?;
        // While a table is made leaves go on coming: those are of the next one.
        let later = self.since(table.size, leaf)?;
        let state = &mut *self.state;
        let n_leaves = state.n_since.saturating_sub(later.0);
        if let Err(fault) = table.check(&state.left, n_leaves, state.sum - later.1) {
            return Err(AuditFault::Table {
                number,
                closed: table.closed,
                size: table.size,
                fault,
            });
        }
        if table.closed < state.closed {
            return Err(AuditFault::Backwards { number, before: state.closed.clone() });
        }
        (state.left, state.from, state.closed, state.n_tables) =
            (table.remainder, table.size, table.closed, number);
        (state.n_since, state.sum) = later;
        Ok(())
    }

    /// The table that a leaf names, if it is the one that was published and goes on where the last
    /// one ended.
    fn table(&self, leaf: u64, number: u32, hash: Hash) -> Result<DayTable, AuditFault> {
        let turn = self.state.n_tables + 1;
        if number != turn {
            return Err(AuditFault::Turn { leaf, number, turn });
        }
        let no_table = |why| AuditFault::NoTable { leaf, number, why: Box::new(why) };
        let bytes = self.client.bytes(&format!("tables/{number}")).map_err(no_table)?;
        if DayTable::hash(&bytes) != hash {
            return Err(AuditFault::Rewritten { leaf, number });
        }
        let table = DayTable::read(&bytes).map_err(|fault| AuditFault::NoneSuch(number, fault))?;
        let (from, size, turn) = (table.from, table.size, self.state.from);
        if table.number != number {
            return Err(AuditFault::OtherNumber { number, claimed: table.number });
        }
        if from != turn || !(from..=leaf).contains(&size) {
            return Err(AuditFault::Range { number, from, size, turn, leaf });
        }
        Ok(table)
    }

    /// Leaves from one entry to before another that were read already, and their sum: read again,
    /// and held against the root.
    fn since(&self, from: u64, to: u64) -> Result<(u64, Element), AuditFault> {
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
    fn keep(&self, file: &Path) -> Result<(), AuditFault> {
        let size = self.state.log.size();
        let whole = (self.checkpoint.size, self.checkpoint.root.0);
        let grown = self.client.check_growth((size, self.state.log.root().0), whole);
        grown.map_err(|why| AuditFault::OtherLeaves(size, Box::new(why)))?;
        self.state.write(file)
    }
}

/// The entries of a tile of a log of this size, with their numbers.
fn entries(client: &Client, n: u64, size: u64) -> Result<Vec<(u64, Vec<u8>)>, AuditFault> {
    let width = TILE_WIDTH.min(size - n * TILE_WIDTH);
    let bundle = client.entries(n, width)?;
    let entries = entries_of(&bundle).filter(|entries| entries.len() as u64 == width);
    let entries = entries.ok_or(AuditFault::CutShort { n, width })?;
    Ok((n * TILE_WIDTH..).zip(entries).collect())
}

fn entry(index: u64, bytes: &[u8]) -> Result<Entry, AuditFault> {
    Entry::read(bytes).ok_or(AuditFault::UnknownLeaf(index))
}

fn element(index: u64, leaf: &Leaf) -> Result<Element, AuditFault> {
    Element::read(&leaf.commitment).ok_or(AuditFault::NoCommitment(index))
}
