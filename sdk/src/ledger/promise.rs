//! A promise of inclusion: from the moment of its acceptance a rating has the log's signature that
//! its leaf will be in the log. One signature serves a whole batch; the path inside the batch
//! travels with each promise.

use super::{
    Hash, InclusionFault, LogKey, Nonce, NoteFault, Tree, Verifier, leaf_hash, proof::Body,
    root_of_path,
};
use crate::calendar::Instant;

const FIRST_LINE: &str = "haochaping.promise@v1";
const NOTE_LINE: &str = "haochaping promise 1";

/// A promise of the log, as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The leaf's bytes.
    pub entry: Vec<u8>,
    /// What tells the leaf by its receipt.
    pub nonce: Nonce,
    index: u64,
    path: Vec<Hash>,
    note: String,
}

/// Why a promise does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromiseFault {
    /// It has not the form of one.
    #[error("not a promise of the ledger")]
    Malformed,
    /// The signed part is wrong.
    #[error(transparent)]
    Note(#[from] NoteFault),
    /// The path has not the right length.
    #[error(transparent)]
    Path(#[from] InclusionFault),
    /// The leaf is not in the batch that was signed.
    #[error("the leaf is not among those that the log promised")]
    NotAmong,
}

/// What was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promised {
    /// When.
    pub at: Instant,
}

/// Promises for the leaves of one batch.
#[derive(Debug)]
pub struct Promiser {
    tree: Tree,
    entries: Vec<(Vec<u8>, Nonce)>,
    note: String,
}

impl Promiser {
    /// Signs for all entries at once; each has its nonce with it.
    pub fn new(key: &LogKey, entries: Vec<(Vec<u8>, Nonce)>, at: Instant) -> Self {
        let tree = Tree::new(entries.iter().map(|(entry, _)| leaf_hash(entry)).collect());
        let (size, root) = (tree.size(), tree.root());
        let note =
            key.sign(&format!("{NOTE_LINE}\n{}\n{size}\n{root}\n{}\n", key.origin(), at.millis()));
        Self { tree, entries, note }
    }

    /// The promise for one entry; `None` if there are not so many.
    pub fn promise(&self, index: usize) -> Option<Promise> {
        let (entry, nonce) = self.entries.get(index)?.clone();
        let index = index as u64;
        Some(Promise { entry, nonce, index, path: self.tree.path(index), note: self.note.clone() })
    }
}

impl Promise {
    /// As text.
    pub fn to_text(&self) -> String {
        let Self { entry, nonce, index, path, note } = self.clone();
        Body { entry, nonce, index, path, note }.to_text(FIRST_LINE)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`PromiseFault::Malformed`].
    pub fn read(text: &str) -> Result<Self, PromiseFault> {
        let Body { entry, nonce, index, path, note } =
            Body::read(FIRST_LINE, text).ok_or(PromiseFault::Malformed)?;
        Ok(Self { entry, nonce, index, path, note })
    }

    /// Whether the log of `key` promised this leaf.
    ///
    /// # Errors
    /// [`PromiseFault`].
    pub fn check(&self, key: &Verifier) -> Result<Promised, PromiseFault> {
        let text = key.open(&self.note)?;
        let lines: Vec<_> = text.lines().collect();
        let &[NOTE_LINE, origin, size, root, at] = &lines[..] else {
            return Err(NoteFault::Other("promise").into());
        };
        if origin != key.origin() {
            return Err(NoteFault::OtherLog {
                expected: key.origin().into(),
                found: origin.into(),
            }
            .into());
        }
        let (Ok(size), Some(root), Ok(at)) = (size.parse(), Hash::parse(root), at.parse()) else {
            return Err(NoteFault::Other("promise").into());
        };
        if root_of_path(leaf_hash(&self.entry), self.index, size, &self.path)? != root {
            return Err(PromiseFault::NotAmong);
        }
        Ok(Promised { at: Instant::from_millis(at) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_of_a_batch_has_the_log_s_word_and_no_other_leaf_has() {
        let key = LogKey::new("log.example", &[7; 32]).unwrap();
        let verifier: Verifier = key.public().parse().unwrap();
        let at = Instant::from_millis(1_790_000_000_123);
        for n in [1, 2, 3, 512] {
            let entries: Vec<_> =
                (0..n).map(|i| (format!("leaf {i}").into_bytes(), [7; 16])).collect();
            let promiser = Promiser::new(&key, entries, at);
            for index in [0, n / 2, n - 1] {
                let promise = promiser.promise(index).unwrap();
                assert_eq!(Promise::read(&promise.to_text()), Ok(promise.clone()));
                assert_eq!(promise.check(&verifier), Ok(Promised { at }));
                assert!(promise.to_text().len() < 1_000, "{}", promise.to_text().len());
                let other = Promise { entry: b"another".to_vec(), ..promise };
                assert_eq!(other.check(&verifier), Err(PromiseFault::NotAmong));
            }
            assert_eq!(promiser.promise(n), None);
        }
        for wrong in
            ["", "haochaping.promise@v1\n", "haochaping.promise@v1\nextra x\nindex 0\n\nnote\n"]
        {
            assert_eq!(Promise::read(wrong), Err(PromiseFault::Malformed), "{wrong:?}");
        }
        let checkpoint = super::super::sign_checkpoint(&key, 1, leaf_hash(b"x"));
        let taken = Promise {
            entry: b"x".to_vec(),
            nonce: [0; 16],
            index: 0,
            path: vec![],
            note: checkpoint,
        };
        assert_eq!(taken.check(&verifier), Err(NoteFault::Other("promise").into()));
    }
}
