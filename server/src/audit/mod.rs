//! Checking a collector's ledger from outside: by whoever wants to, with nothing but what is public.

mod client;
mod state;

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
pub use client::Client;
use haochaping::ledger::{Checkpoint, DayTable, Element, Entry, Hash, Remainder, Verifier, open_checkpoint};
pub use state::{State, replace};

use crate::ledger::{TILE_WIDTH, entries_of};

/// Tiles between two times that the state is kept: some seconds of work.
const KEEP_EVERY: u64 = 256;

/// What an audit found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// How many leaves the log has.
    pub size: u64,
    /// How many of them were read this time.
    pub n_read: u64,
    /// How many tables of closed days hold, in all.
    pub n_tables: u32,
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
    let tables = client.tables(state.n_tables)?;
    let checkpoint = checkpoint(client, state, &key)?;
    let mut audit = Audit { client, state, tables: tables.into_iter().collect() };
    let from = audit.state.log.size();
    while audit.state.log.size() < checkpoint.size {
        audit.read_tile(checkpoint.size)?;
        let size = audit.state.log.size();
        progress(size, checkpoint.size);
        if (size / TILE_WIDTH).is_multiple_of(KEEP_EVERY) {
            audit.state.write(file)?;
        }
    }
    audit.close_tables()?;
    ensure!(
        audit.state.log.root() == checkpoint.root,
        "the checkpoint of {} leaves has the root {}, and its leaves have {}: {}",
        checkpoint.size,
        checkpoint.root,
        audit.state.log.root(),
        if from > 0 {
            "leaves that were there the last time were changed, or the ledger shows two logs"
        } else {
            "the leaves are not those that were signed"
        }
    );
    if let Some((number, _)) = audit.state.awaited.iter().next() {
        bail!("table {number} is published, and no leaf of the ledger says so");
    }
    audit.state.seen = Some(checkpoint.clone());
    audit.state.write(file)?;
    Ok(Audited {
        size: checkpoint.size,
        n_read: checkpoint.size - from,
        n_tables: audit.state.n_tables,
        n_left: audit.state.left.leaves + audit.state.n_since,
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
/// It is signed by a strange key, the log shrank, or another log of the same size was seen.
pub fn checkpoint(client: &Client, state: &State, key: &Verifier) -> Result<Checkpoint> {
    let text = client.text("checkpoint")?;
    let checkpoint = open_checkpoint(&text, key).context("the checkpoint")?;
    if let Some(seen) = &state.seen {
        ensure!(
            checkpoint.size >= seen.size,
            "the log shrank: it had {} leaves and has {}; a collector that was set back to a backup has lost leaves",
            seen.size,
            checkpoint.size
        );
        ensure!(
            checkpoint.size > seen.size || checkpoint.root == seen.root,
            "two logs of {} leaves: {} was seen before, and {} is shown now; both are signed",
            seen.size,
            seen.root,
            checkpoint.root
        );
    }
    Ok(checkpoint)
}

struct Audit<'a> {
    client: &'a Client,
    state: &'a mut State,
    /// Tables that are to be checked, in order.
    tables: std::collections::VecDeque<haochaping::wire::v1::LedgerTable>,
}

impl Audit<'_> {
    /// Reads the entries of the next tile, up to the end of the log.
    fn read_tile(&mut self, end: u64) -> Result<()> {
        let at = self.state.log.size();
        let n = at / TILE_WIDTH;
        let width = TILE_WIDTH.min(end - n * TILE_WIDTH);
        let bundle = self.client.entries(n, width)?;
        let entries = entries_of(&bundle).filter(|entries| entries.len() as u64 == width);
        let entries = entries.with_context(|| format!("tile {n} of entries is cut short: {width} were to be in it"))?;
        for (index, bytes) in (n * TILE_WIDTH..).zip(entries) {
            if index >= at {
                self.close_tables()?;
                self.read(index, &bytes)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, index: u64, bytes: &[u8]) -> Result<()> {
        match Entry::read(bytes).with_context(|| format!("leaf {index} is of no form that is known here"))? {
            Entry::Leaf(leaf) => {
                let element = Element::read(&leaf.commitment);
                self.state.sum =
                    self.state.sum + element.with_context(|| format!("leaf {index} commits to nothing"))?;
                self.state.n_since += 1;
            }
            Entry::Table { number, hash } => {
                let told = self.state.awaited.remove(&number);
                let told = told
                    .with_context(|| format!("leaf {index} says that there is a table {number}, and there is none"))?;
                ensure!(
                    told == hash,
                    "table {number} is not the one that leaf {index} says was published: it was rewritten"
                );
            }
        }
        self.state.log.append(bytes);
        Ok(())
    }

    /// Checks every table that accounts for the leaves up to here.
    fn close_tables(&mut self) -> Result<()> {
        while let Some((number, size)) = self.tables.front().map(|next| (next.number, next.size)) {
            ensure!(number == self.state.n_tables + 1, "table {} is missing", self.state.n_tables + 1);
            if size > self.state.log.size() {
                return Ok(());
            }
            ensure!(size == self.state.log.size(), "table {number} accounts for fewer leaves than the one before");
            let table = self.table(number)?;
            ensure!(table.number == number && table.size == size, "table {number} says that it is another one");
            let State { left, n_since, sum, .. } = &self.state;
            table.check(left, *n_since, *sum).with_context(|| {
                format!(
                    "table {number}, which closes {} and accounts for the leaves before {}",
                    table.closed, table.size
                )
            })?;
            self.state.left = table.remainder;
            (self.state.n_since, self.state.sum, self.state.n_tables) = (0, Element::zero(), number);
            self.tables.pop_front();
        }
        Ok(())
    }

    fn table(&mut self, number: u32) -> Result<DayTable> {
        let bytes = self.client.bytes(&format!("tables/{number}"))?;
        self.state.awaited.insert(number, DayTable::hash(&bytes));
        DayTable::read(&bytes).with_context(|| format!("table {number}"))
    }
}

/// What a verifier without any state begins with.
impl Default for State {
    fn default() -> Self {
        Self {
            key: String::new(),
            log: crate::ledger::Log::default(),
            seen: None,
            n_tables: 0,
            left: Remainder::default(),
            n_since: 0,
            sum: Element::zero(),
            awaited: std::collections::BTreeMap::<u32, Hash>::new(),
        }
    }
}
