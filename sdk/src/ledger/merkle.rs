//! Merkle trees as in RFC 6962 and RFC 9162: hashes of leaves and nodes, small trees held whole,
//! and the check of a path.

use core::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// SHA-256 of a leaf or a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The root of a tree without leaves.
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Reads it from base64.
    pub fn parse(text: &str) -> Option<Self> {
        BASE64_STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

/// As base64.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The hash of an entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new_with_prefix([0]).chain_update(entry).finalize().into())
}

/// The hash of two subtrees.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new_with_prefix([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// A small tree, held whole.
#[derive(Clone, Debug)]
pub struct Tree {
    /// From leaves up to the root; a node without a sibling goes up as it is.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over leaves.
    pub fn new(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(last) = levels.last().filter(|level| level.len() > 1) {
            let up = last.chunks(2).map(|pair| match pair {
                [left, right] => node_hash(*left, *right),
                alone => alone[0],
            });
            levels.push(up.collect());
        }
        Self { levels }
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// The root.
    pub fn root(&self) -> Hash {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_else(Hash::of_nothing)
    }

    /// The path from a leaf up to the root, nearest first. Empty for a leaf that is not there.
    pub fn path(&self, index: u64) -> Vec<Hash> {
        let siblings = self.levels.iter().enumerate().filter_map(|(level, hashes)| {
            let place = usize::try_from(index >> level).ok()?;
            hashes.get(place)?;
            hashes.get(place ^ 1).copied()
        });
        siblings.collect()
    }
}

/// A path that leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InclusionFault {
    /// The index is not in a tree of that size.
    #[error("leaf {index} is not in a tree of {size}")]
    Outside {
        /// The leaf.
        index: u64,
        /// The tree.
        size: u64,
    },
    /// The path is too short or too long for the tree.
    #[error("the path has {found} hashes, which is not the length of one in a tree of {size}")]
    Length {
        /// Its length.
        found: usize,
        /// The tree.
        size: u64,
    },
}

/// The root to which a path leads (RFC 9162, 2.1.3.2).
///
/// # Errors
/// [`InclusionFault`] if there can be no such path.
pub fn root_of_path(
    leaf: Hash,
    index: u64,
    size: u64,
    path: &[Hash],
) -> Result<Hash, InclusionFault> {
    if index >= size {
        return Err(InclusionFault::Outside { index, size });
    }
    let wrong = InclusionFault::Length { found: path.len(), size };
    let (mut place, mut last, mut root) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return Err(wrong);
        }
        if place % 2 == 1 || place == last {
            root = node_hash(*sibling, root);
            while place.is_multiple_of(2) && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            root = node_hash(root, *sibling);
        }
        place /= 2;
        last /= 2;
    }
    if last == 0 { Ok(root) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_every_small_tree_leads_to_its_root_and_no_other_leaf_does() {
        for size in 1..70_u64 {
            let leaves: Vec<_> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let tree = Tree::new(leaves.clone());
            for (index, leaf) in (0_u64..).zip(&leaves) {
                let path = tree.path(index);
                assert_eq!(
                    root_of_path(*leaf, index, size, &path),
                    Ok(tree.root()),
                    "{index} of {size}"
                );
                assert_ne!(root_of_path(leaf_hash(b"other"), index, size, &path), Ok(tree.root()));
                if size > 1 {
                    assert_ne!(
                        root_of_path(*leaf, (index + 1) % size, size, &path),
                        Ok(tree.root())
                    );
                    assert!(root_of_path(*leaf, index, size, &path[1..]).is_err());
                }
                let longer = [&path[..], &[*leaf]].concat();
                assert!(root_of_path(*leaf, index, size, &longer).is_err());
            }
            assert_eq!(
                root_of_path(leaves[0], size, size, &[]),
                Err(InclusionFault::Outside { index: size, size })
            );
        }
    }

    /// RFC 6962, 2.1: the empty tree, and one leaf without bytes.
    #[test]
    fn hashes_are_those_of_the_standard() {
        let hex = |hash: Hash| hash.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            hex(Tree::new(vec![]).root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            hex(leaf_hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
    }
}
