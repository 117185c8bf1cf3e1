use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use haochaping::ledger::{Checkpoint, Element, Hash, Remainder};
use haochaping_store::ledger::Log;
use serde::{Deserialize, Serialize};

use super::AuditFault;

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
    /// The last day that they close; empty before the first.
    pub closed: String,
    /// The first leaf that they do not account for.
    pub from: u64,
    /// What the last of them left.
    pub left: Remainder,
    /// Leaves since that one.
    pub n_since: u64,
    /// Their sum.
    pub sum: Element,
}

/// What a verifier who has seen nothing begins with.
impl Default for State {
    fn default() -> Self {
        Self {
            key: String::new(),
            log: Log::default(),
            seen: None,
            n_tables: 0,
            closed: String::new(),
            from: 0,
            left: Remainder::default(),
            n_since: 0,
            sum: Element::zero(),
        }
    }
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
    closed: String,
    from: u64,
    left: Remainder,
    n_since: u64,
    sum: String,
}

impl State {
    /// Reads it; a new one if there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or is no such state.
    pub fn read(path: &Path) -> Result<Self, AuditFault> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(path).map_err(|why| not(path, "read", why))?;
        let read = || {
            let written: Written = serde_json::from_str(&text).ok()?;
            let seen = match written.seen {
                Some((origin, size, root)) => {
                    Some(Checkpoint { origin, size, root: Hash::parse(&root)? })
                }
                None => None,
            };
            let edge = written
                .edge
                .into_iter()
                .map(|(level, tile)| Some((level, BASE64_STANDARD.decode(tile).ok()?)));
            Some(Self {
                key: written.key,
                log: Log::of_hashes(written.size, edge.collect::<Option<_>>()?)?,
                seen,
                n_tables: written.n_tables,
                closed: written.closed,
                from: written.from,
                left: written.left,
                n_since: written.n_since,
                sum: Element::read(&BASE64_STANDARD.decode(written.sum).ok()?.try_into().ok()?)?,
            })
        };
        read().ok_or_else(|| AuditFault::NoState(path.display().to_string()))
    }

    /// Adds a leaf.
    pub fn add(&mut self, leaf: Element) {
        (self.n_since, self.sum) = (self.n_since + 1, self.sum + leaf);
    }

    /// Keeps it, whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), AuditFault> {
        let written = Written {
            key: self.key.clone(),
            size: self.log.size(),
            edge: self
                .log
                .edge()
                .iter()
                .map(|(level, tile)| (*level, BASE64_STANDARD.encode(tile)))
                .collect(),
            seen: self
                .seen
                .as_ref()
                .map(|seen| (seen.origin.clone(), seen.size, seen.root.to_string())),
            n_tables: self.n_tables,
            closed: self.closed.clone(),
            from: self.from,
            left: self.left.clone(),
            n_since: self.n_since,
            sum: BASE64_STANDARD.encode(self.sum.bytes()),
        };
        replace(path, &serde_json::to_vec_pretty(&written).expect("a state is plain data"))
    }
}

/// Puts a file in the place of the one before, whole or not at all.
///
/// # Errors
/// It cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), AuditFault> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        // Who signed must not forget it when the power fails.
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        std::fs::File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|why| not(path, "written", why))
}

fn not(path: &Path, what: &'static str, why: std::io::Error) -> AuditFault {
    AuditFault::File { path: path.display().to_string(), what, why }
}
