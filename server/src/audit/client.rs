use std::{cell::RefCell, collections::HashMap, time::Duration};

use tlog_tiles::{Hash, Tile, TileHashReader, TileReader, prove_record, prove_tree, record_hash};

use super::{AuditFault, OtherLog};

/// The largest answer that is read: a table of many departments over many days.
const ANSWER_MAX: u64 = 256 * 1024 * 1024;

/// Reads the ledger of one collector over HTTP.
#[derive(Debug)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
}

impl Client {
    /// Of a collector, by the address that people have.
    pub fn new(url: &str) -> Self {
        let config =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_mins(1))).build();
        Self { agent: config.into(), base: format!("{}/ledger", url.trim_end_matches('/')) }
    }

    /// What is under a path.
    ///
    /// # Errors
    /// [`AuditFault::NoAnswer`].
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>, AuditFault> {
        let url = format!("{}/{path}", self.base);
        let answer = self.agent.get(&url).call();
        let read = answer
            .and_then(|mut answer| answer.body_mut().with_config().limit(ANSWER_MAX).read_to_vec());
        read.map_err(|why| AuditFault::NoAnswer { url, why: Box::new(why) })
    }

    /// The same, as text.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub fn text(&self, path: &str) -> Result<String, AuditFault> {
        let bytes = self.bytes(path)?;
        String::from_utf8(bytes).map_err(|_| AuditFault::NoText(format!("{}/{path}", self.base)))
    }

    /// The first `width` entries of a tile, at most 256.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub fn entries(&self, n: u64, width: u64) -> Result<Vec<u8>, AuditFault> {
        self.bytes(&path(Tile::new(8, 0, n, u32::try_from(width).unwrap_or(u32::MAX), true)))
    }

    /// Whether these entries, by their numbers, are those of a log of this size and root: each by
    /// its own path.
    ///
    /// # Errors
    /// One is not, or a tile is missing or wrong.
    pub fn check_entries(
        &self,
        entries: &[(u64, Vec<u8>)],
        (size, root): (u64, [u8; 32]),
    ) -> Result<(), AuditFault> {
        let (once, root) = (Once { client: self, tiles: RefCell::default() }, Hash(root));
        let reader = TileHashReader::new(size, root, &once);
        for (index, bytes) in entries {
            // What the reader says is not believed: the path has to lead to the root.
            let path = prove_record(size, *index, &reader).map_err(tiles)?;
            if tlog_tiles::check_record(&path, size, root, *index, record_hash(bytes)).is_err() {
                return Err(AuditFault::OtherLeaf(*index));
            }
        }
        Ok(())
    }

    /// Whether a log of `size` leaves and this root begins with one of `before`: by the hashes that
    /// lead from one to the other, which are checked against the root.
    ///
    /// # Errors
    /// It does not, or a tile is missing or wrong.
    pub fn check_growth(
        &self,
        before: (u64, [u8; 32]),
        after: (u64, [u8; 32]),
    ) -> Result<(), AuditFault> {
        if before.0 == 0 {
            return Ok(());
        }
        let reader = TileHashReader::new(after.0, Hash(after.1), self);
        let proof = prove_tree(after.0, before.0, &reader).map_err(tiles)?;
        if tlog_tiles::check_tree(&proof, after.0, Hash(after.1), before.0, Hash(before.1)).is_err()
        {
            return Err(OtherLog::Grown { before: before.0, after: after.0 }.into());
        }
        Ok(())
    }

    /// Tells the collector that a witness signed.
    ///
    /// # Errors
    /// It does not want it.
    pub fn cosigned(&self, checkpoint: &str) -> Result<(), AuditFault> {
        let url = format!("{}/cosignatures", self.base);
        match self.agent.post(&url).header("content-type", "text/plain").send(checkpoint) {
            Ok(_) => Ok(()),
            Err(why) => Err(AuditFault::NoAnswer { url, why: Box::new(why) }),
        }
    }
}

fn tiles(fault: tlog_tiles::Error) -> AuditFault {
    AuditFault::Tiles(fault.to_string())
}

fn path(tile: Tile) -> String {
    tile.path().replacen("tile/8/data/", "tile/entries/", 1).replacen("tile/8/", "tile/", 1)
}

impl TileReader for Client {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            let data = self
                .bytes(&path(*tile))
                .map_err(|fault| tlog_tiles::Error::InvalidInput(in_one_line(&fault)))?;
            let expected = tile.width() as usize * 32;
            if data.len() == expected {
                return Ok(data);
            }
            let message =
                format!("{} is cut short: it has {} bytes of {expected}", path(*tile), data.len());
            Err(tlog_tiles::Error::InvalidInput(message))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// A fault and what it comes from.
fn in_one_line(fault: &AuditFault) -> String {
    let why = std::error::Error::source(fault).map_or_else(String::new, |why| format!(": {why}"));
    format!("{fault}{why}")
}

/// Asks for every tile once.
struct Once<'c> {
    client: &'c Client,
    tiles: RefCell<HashMap<String, Vec<u8>>>,
}

impl TileReader for Once<'_> {
    fn height(&self) -> u8 {
        self.client.height()
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            let path = tile.path();
            if let Some(known) = self.tiles.borrow().get(&path) {
                return Ok(known.clone());
            }
            let data = self.client.read_tiles(std::slice::from_ref(tile))?.concat();
            self.tiles.borrow_mut().insert(path, data.clone());
            Ok(data)
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}
