//! What is shown of the log: tiles, and proofs for whoever holds a code.

use haochaping::{
    ledger::{Entry, Hash, Leaf, Promiser, Proof},
    link::RatingId,
};
use haochaping_store::{
    SqlStore, StoreError,
    ledger::{ENTRIES, Head, TILE_HEIGHT, TILE_WIDTH, entries_of},
};
use tlog_tiles::{HashReader, Tile, prove_record};

use crate::state::App;

/// What can be shown of a rating's leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is in the log.
    Proof(Proof),
    /// It will be: the log's word, as text.
    Promise(String),
}

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub enum NoProof {
    /// There is no such rating.
    #[error("there is no such rating")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The leaf that must be in the log is not there.
    #[error("the ledger does not hold the leaf of this rating")]
    Gone,
    /// The log is damaged.
    #[error("the ledger is damaged: {0}")]
    Damaged(&'static str),
}

/// The proof for a rating; or the log's word where its leaf has no number yet.
///
/// # Errors
/// [`NoProof`].
pub async fn find(app: &App, part: u8, rating: RatingId) -> Result<Found, NoProof> {
    let found = app.store.ledger_leaf(part, rating).await?.ok_or(NoProof::Unknown)?;
    let Some(among) = found.among else {
        // A leaf that was taken out before it had a number must not be promised anew.
        if !found.is_waiting {
            return Err(NoProof::Gone);
        }
        let promiser = Promiser::new(
            &app.ledger,
            vec![(Entry::Leaf(found.leaf).bytes(), found.nonce)],
            found.rated_at,
        );
        let promise = promiser.promise(0).ok_or(NoProof::Damaged("no leaf"))?;
        return Ok(Found::Promise(promise.to_text()));
    };
    let (index, entry) = locate(&app.store, among, &found.leaf).await?;
    let head = app.store.ledger_head().await?.ok_or(NoProof::Damaged("no head"))?;
    let path = path(&app.store, &head, index).await?;
    Ok(Found::Proof(Proof {
        entry,
        nonce: found.nonce,
        index,
        path,
        checkpoint: checkpoint(app, &head).await?,
    }))
}

/// The head's checkpoint with the lines of witnesses that signed just this one.
pub async fn checkpoint(app: &App, head: &Head) -> Result<String, StoreError> {
    let mut text = head.checkpoint.clone();
    for (_, size, cosigned) in app.store.ledger_cosignatures().await? {
        if size == head.size && cosigned.starts_with(&head.checkpoint) {
            text.push_str(&cosigned[head.checkpoint.len()..]);
        }
    }
    Ok(text)
}

/// Finds a leaf among those of its commit by whose it is. What it says may differ from what is on
/// record now: then the log is right.
async fn locate(
    store: &SqlStore,
    among: std::ops::Range<u64>,
    leaf: &Leaf,
) -> Result<(u64, Vec<u8>), NoProof> {
    let keys = (among.start / TILE_WIDTH..among.end.div_ceil(TILE_WIDTH))
        .map(|n| (ENTRIES, n))
        .collect::<Vec<_>>();
    let tiles = store.ledger_tiles(keys.clone()).await?;
    for ((_, n), tile) in keys.into_iter().zip(tiles) {
        let entries =
            tile.as_deref().and_then(entries_of).ok_or(NoProof::Damaged("a tile of entries"))?;
        for (index, entry) in (n * TILE_WIDTH..).zip(entries) {
            let is_its = matches!(Entry::read(&entry), Some(Entry::Leaf(found)) if found.about == leaf.about);
            if among.contains(&index) && is_its {
                return Ok((index, entry));
            }
        }
    }
    Err(NoProof::Gone)
}

async fn path(store: &SqlStore, head: &Head, index: u64) -> Result<Vec<Hash>, NoProof> {
    // Asked twice: first for what is needed, then with it.
    let needed = Needed::default();
    let _ = prove_record(head.size, index, &needed);
    let keys: Vec<(i8, u64)> = needed.0.into_inner();
    let tiles = store.ledger_tiles(keys.clone()).await?;
    let held =
        Held(keys.into_iter().zip(tiles).filter_map(|(key, tile)| Some((key, tile?))).collect());
    let path =
        prove_record(head.size, index, &held).map_err(|_| NoProof::Damaged("a tile of hashes"))?;
    Ok(path.into_iter().map(|hash| Hash(hash.0)).collect())
}

/// Notes which tiles are needed, and has none.
#[derive(Default)]
struct Needed(std::cell::RefCell<Vec<(i8, u64)>>);

fn key_of(index: u64) -> (Tile, (i8, u64)) {
    let tile = Tile::from_index(TILE_HEIGHT, index);
    (tile, (i8::try_from(tile.level()).unwrap_or_default(), tile.level_index()))
}

impl HashReader for Needed {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let mut keys: Vec<_> = indexes.iter().map(|index| key_of(*index).1).collect();
        keys.sort_unstable();
        keys.dedup();
        self.0.borrow_mut().extend(keys);
        Err(tlog_tiles::Error::IndexesNotInTree)
    }
}

/// Tiles that were read.
struct Held(std::collections::HashMap<(i8, u64), Vec<u8>>);

impl HashReader for Held {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let read = |index: &u64| {
            let (tile, key) = key_of(*index);
            tile.hash_at_index(self.0.get(&key).ok_or(tlog_tiles::Error::IndexesNotInTree)?, *index)
        };
        indexes.iter().map(read).collect()
    }
}

/// A tile as published: of level and number, `width` wide; `None` if the log has no such tile.
pub async fn tile(
    store: &SqlStore,
    level: i8,
    n: u64,
    width: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = store.ledger_tiles(vec![(level, n)]).await?.pop().flatten();
    let Some(data) = found else { return Ok(None) };
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    // The tile that is not full yet is kept at its present width; a narrower one is its beginning.
    if level != ENTRIES {
        return Ok(data.get(..width * 32).map(<[u8]>::to_vec));
    }
    let mut rest = &data[..];
    for _ in 0..width {
        let Some((length, after)) = rest.split_first_chunk() else { return Ok(None) };
        let Some(after) = after.get(usize::from(u16::from_be_bytes(*length))..) else {
            return Ok(None);
        };
        rest = after;
    }
    Ok(Some(data[..data.len() - rest.len()].to_vec()))
}
