use std::collections::BTreeMap;

use haochaping::ledger::Hash;
use tlog_tiles::{HashReader, Tile, record_hash, tree_hash};

use super::ENTRIES;

/// Hashes or entries in a tile (C2SP tlog-tiles).
pub const TILE_WIDTH: u64 = 256;
/// 2 to this power are as many.
pub const TILE_HEIGHT: u8 = 8;
const HASH_BYTES: usize = 32;

/// The growing edge of a log: on each level the tile that is not full yet.
#[derive(Clone, Debug, Default)]
pub struct Log {
    size: u64,
    /// By level; entries under [`ENTRIES`].
    edge: BTreeMap<i8, Vec<u8>>,
    /// Whether tiles that are full are kept until they are taken.
    keeps: bool,
    full: Vec<(i8, u64, Vec<u8>)>,
}

impl Log {
    /// The tiles that are the edge of a log of a size, by level and number.
    pub fn edge_of(size: u64) -> Vec<(i8, u64)> {
        let entries = (!size.is_multiple_of(TILE_WIDTH)).then_some((ENTRIES, size / TILE_WIDTH));
        let levels = (0..8_i8).map(|level| (level, size >> (TILE_HEIGHT * level.unsigned_abs())));
        let partial =
            levels.filter(|(_, n)| n % TILE_WIDTH > 0).map(|(level, n)| (level, n / TILE_WIDTH));
        entries.into_iter().chain(partial).collect()
    }

    /// A log that goes on from a size; `tiles` are those of [`Self::edge_of`], in order. `None` if
    /// one is missing or cut short.
    pub fn resume(size: u64, tiles: Vec<Option<Vec<u8>>>) -> Option<Self> {
        let mut edge = BTreeMap::new();
        for ((level, _), tile) in Self::edge_of(size).into_iter().zip(tiles) {
            let tile = tile?;
            let width = match level {
                ENTRIES => size % TILE_WIDTH,
                level => (size >> (TILE_HEIGHT * level.unsigned_abs())) % TILE_WIDTH,
            };
            let width = usize::try_from(width).ok()?;
            let is_whole = match level {
                ENTRIES => entries_of(&tile)?.len() == width,
                _ => tile.len() == width * HASH_BYTES,
            };
            is_whole.then_some(())?;
            edge.insert(level, tile);
        }
        Some(Self { size, edge, keeps: true, full: Vec::new() })
    }

    /// A log of which only hashes are kept, by level; `None` if one is cut short.
    pub fn of_hashes(size: u64, edge: BTreeMap<i8, Vec<u8>>) -> Option<Self> {
        let levels = Self::edge_of(size).into_iter().filter(|(level, _)| *level != ENTRIES);
        for (level, _) in levels {
            let width =
                usize::try_from((size >> (TILE_HEIGHT * level.unsigned_abs())) % TILE_WIDTH)
                    .ok()?;
            (edge.get(&level)?.len() == width * HASH_BYTES).then_some(())?;
        }
        Some(Self { size, edge, keeps: false, full: Vec::new() })
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The tiles of the edge, by level.
    pub fn edge(&self) -> &BTreeMap<i8, Vec<u8>> {
        &self.edge
    }

    /// Adds an entry.
    pub fn append(&mut self, entry: &[u8]) {
        if self.keeps {
            let bundle = self.edge.entry(ENTRIES).or_default();
            bundle.extend(u16::try_from(entry.len()).unwrap_or(u16::MAX).to_be_bytes());
            bundle.extend(entry);
        }
        self.push(0, record_hash(entry).0);
        self.size += 1;
        if self.size.is_multiple_of(TILE_WIDTH)
            && let Some(bundle) = self.edge.remove(&ENTRIES)
        {
            self.full.push((ENTRIES, self.size / TILE_WIDTH - 1, bundle));
        }
    }

    fn push(&mut self, level: i8, hash: [u8; 32]) {
        let tile = self.edge.entry(level).or_default();
        tile.extend(hash);
        if tile.len() == HASH_BYTES << TILE_HEIGHT {
            let tile = self.edge.remove(&level).unwrap_or_default();
            let up = Tile::subtree_hash(&tile);
            if self.keeps {
                let n = (self.size + 1) >> (TILE_HEIGHT * (level.unsigned_abs() + 1));
                self.full.push((level, n - 1, tile));
            }
            self.push(level + 1, up.0);
        }
    }

    /// The root.
    pub fn root(&self) -> Hash {
        Hash(
            tree_hash(self.size, self).expect("the edge has every hash that the root is made of").0,
        )
    }

    /// Tiles that are new or longer since the last time.
    pub fn take_tiles(&mut self) -> Vec<(i8, u64, Vec<u8>)> {
        let edge = Self::edge_of(self.size).into_iter();
        let partial = edge
            .filter_map(|(level, n)| Some((level, n, self.edge.get(&level)?.clone())))
            .collect::<Vec<_>>();
        self.full.drain(..).chain(partial).collect()
    }
}

impl HashReader for Log {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let read = |index: &u64| {
            let tile = Tile::from_index(TILE_HEIGHT, *index);
            let level = i8::try_from(tile.level()).map_err(|_| tlog_tiles::Error::BadMath)?;
            let data = self.edge.get(&level).ok_or(tlog_tiles::Error::IndexesNotInTree)?;
            tile.hash_at_index(data, *index)
        };
        indexes.iter().map(read).collect()
    }
}

/// The entries of a tile, each behind its length in two bytes; `None` if it is cut short.
pub fn entries_of(bundle: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut entries, mut rest) = (Vec::new(), bundle);
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk()?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        rest = after;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use haochaping::ledger::{Tree, leaf_hash};

    use super::*;

    fn entry(n: u64) -> Vec<u8> {
        format!("entry {n}").into_bytes()
    }

    #[test]
    fn a_log_that_goes_on_from_its_tiles_has_the_root_of_the_tree() {
        let mut store: BTreeMap<(i8, u64), Vec<u8>> = BTreeMap::new();
        let mut size = 0;
        // Single leaves, the edges of tiles, and a batch across two levels.
        for step in [1, 1, 253, 1, 1, 511, 65_000, 600] {
            let tiles = Log::edge_of(size).iter().map(|key| store.get(key).cloned()).collect();
            let mut log = Log::resume(size, tiles).unwrap();
            (size..size + step).for_each(|n| log.append(&entry(n)));
            size += step;
            let tree = Tree::new((0..size).map(|n| leaf_hash(&entry(n))).collect());
            assert_eq!(log.root(), tree.root(), "{size}");
            store.extend(log.take_tiles().into_iter().map(|(level, n, data)| ((level, n), data)));
        }
        assert_eq!(store[&(0, 0)].len(), 8_192);
        let entries = store.iter().filter(|((level, _), _)| *level == ENTRIES);
        let entries: Vec<_> = entries.flat_map(|(_, data)| entries_of(data).unwrap()).collect();
        assert_eq!(entries, (0..size).map(entry).collect::<Vec<_>>());
        assert_eq!(
            (store[&(1, 0)].len(), store[&(1, 1)].len()),
            (8_192, 3 * 32),
            "259 tiles of 256 hashes"
        );
    }

    #[test]
    fn a_tile_that_is_missing_or_cut_short_is_told() {
        let mut log = Log { keeps: true, ..Log::default() };
        (0..300).for_each(|n| log.append(&entry(n)));
        let tiles: BTreeMap<_, _> =
            log.take_tiles().into_iter().map(|(level, n, data)| ((level, n), data)).collect();
        let of = |change: fn(&mut Vec<Option<Vec<u8>>>)| {
            let mut edge =
                Log::edge_of(300).iter().map(|key| tiles.get(key).cloned()).collect::<Vec<_>>();
            change(&mut edge);
            Log::resume(300, edge)
        };
        assert!(of(|_| {}).is_some());
        assert!(of(|edge| edge[1] = None).is_none());
        assert!(of(|edge| edge[0].as_mut().unwrap().truncate(20)).is_none());
        assert!(of(|edge| edge[1].as_mut().unwrap().truncate(20)).is_none());
    }
}
