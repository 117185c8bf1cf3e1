use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use haochaping::ledger::{Checkpoint, Element, Hash, Remainder};
use serde::{Deserialize, Serialize};

use crate::ledger::Log;

/// How far an audit is: kept in a file, so that the next one goes on, and knows again what it saw.
#[derive(Clone, Debug)]
pub struct State {
    /// The key that is trusted.
    pub key: String,
    /// The log as far as it was read.
    pub log: Log,
    /// The last checkpoint whose leaves were all read.
    pub seen: Option<Checkpoint>,
    /// Tables that hold.
    pub n_tables: u32,
    /// What the last of them left.
    pub left: Remainder,
    /// Leaves since that one.
    pub n_since: u64,
    /// Their sum.
    pub sum: Element,
    /// Tables that hold and that no leaf has named yet.
    pub awaited: BTreeMap<u32, Hash>,
}

/// As in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    size: u64,
    edge: BTreeMap<i8, String>,
    seen: Option<(String, u64, String)>,
    n_tables: u32,
    left: Remainder,
    n_since: u64,
    sum: String,
    awaited: BTreeMap<u32, String>,
}

impl State {
    /// Reads it; a new one if there is no file.
    ///
    /// # Errors
    /// In one line: the file is no such state.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let read = || {
            let written: Written = serde_json::from_str(&text).ok()?;
            let seen = match written.seen {
                Some((origin, size, root)) => Some(Checkpoint { origin, size, root: Hash::parse(&root)? }),
                None => None,
            };
            let edge = written.edge.into_iter().map(|(level, tile)| Some((level, BASE64_STANDARD.decode(tile).ok()?)));
            let awaited = written.awaited.into_iter().map(|(number, hash)| Some((number, Hash::parse(&hash)?)));
            Some(Self {
                key: written.key,
                log: Log::of_hashes(written.size, edge.collect::<Option<_>>()?)?,
                seen,
                n_tables: written.n_tables,
                left: written.left,
                n_since: written.n_since,
                sum: Element::read(&BASE64_STANDARD.decode(written.sum).ok()?.try_into().ok()?)?,
                awaited: awaited.collect::<Option<_>>()?,
            })
        };
        read().with_context(|| format!("{} holds no state of an audit", path.display()))
    }

    /// Keeps it, whole or not at all.
    ///
    /// # Errors
    /// In one line: the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let written = Written {
            key: self.key.clone(),
            size: self.log.size(),
            edge: self.log.edge().iter().map(|(level, tile)| (*level, BASE64_STANDARD.encode(tile))).collect(),
            seen: self.seen.as_ref().map(|seen| (seen.origin.clone(), seen.size, seen.root.to_string())),
            n_tables: self.n_tables,
            left: self.left.clone(),
            n_since: self.n_since,
            sum: BASE64_STANDARD.encode(self.sum.bytes()),
            awaited: self.awaited.iter().map(|(number, hash)| (*number, hash.to_string())).collect(),
        };
        replace(path, &serde_json::to_vec_pretty(&written)?)
    }
}

/// Puts a file in the place of the one before, whole or not at all.
///
/// # Errors
/// In one line: it cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, path)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
