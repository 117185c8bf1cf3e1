use super::{
    Checkpoint, Entry, Hash, InclusionFault, Leaf, Nonce, NoteFault, Verifier,
    armor::{decode, encode},
    leaf_hash, open_checkpoint, root_of_path,
};
const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A proof that a leaf is in the log, in the format of C2SP: the leaf and its nonce as extra data,
/// then index, path and checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The leaf's bytes.
    pub entry: Vec<u8>,
    /// What tells the leaf by its receipt.
    pub nonce: Nonce,
    /// Its place in the log, from 0.
    pub index: u64,
    /// From the leaf up to the root, nearest first.
    pub path: Vec<Hash>,
    /// The checkpoint, with its signatures.
    pub checkpoint: String,
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// It has not the form of one.
    #[error("it is no proof")]
    Malformed,
    /// The checkpoint is wrong.
    #[error("the checkpoint: {0}")]
    Checkpoint(#[from] NoteFault),
    /// The path has not the right length.
    #[error(transparent)]
    Path(#[from] InclusionFault),
    /// The path leads to another root: the proof is of another tree.
    #[error("the proof is of another tree: its path does not lead to the root of the checkpoint")]
    OtherTree,
    /// The leaf belongs to another receipt.
    #[error("the leaf is not that of the receipt {0}")]
    OtherReceipt(String),
}

impl Proof {
    /// As text.
    pub fn to_text(&self) -> String {
        let Self { entry, nonce, index, path, checkpoint } = self.clone();
        Body { entry, nonce, index, path, note: checkpoint }.to_text(FIRST_LINE)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`ProofFault::Malformed`].
    pub fn read(text: &str) -> Result<Self, ProofFault> {
        let Body { entry, nonce, index, path, note: checkpoint } =
            Body::read(FIRST_LINE, text).ok_or(ProofFault::Malformed)?;
        Ok(Self { entry, nonce, index, path, checkpoint })
    }

    /// The checkpoint under which the leaf is in the log of `key`.
    ///
    /// # Errors
    /// [`ProofFault`].
    pub fn check(&self, key: &Verifier) -> Result<Checkpoint, ProofFault> {
        let checkpoint = open_checkpoint(&self.checkpoint, key)?;
        if root_of_path(leaf_hash(&self.entry), self.index, checkpoint.size, &self.path)?
            != checkpoint.root
        {
            return Err(ProofFault::OtherTree);
        }
        Ok(checkpoint)
    }

    /// Whether an entry is that of a receipt, by its number as it is written.
    pub(super) fn is_of(entry: &[u8], nonce: &Nonce, receipt: &str) -> bool {
        matches!(Entry::read(entry), Some(Entry::Leaf(leaf)) if leaf.about == Leaf::about_number(receipt, nonce))
    }
}

/// What proofs and promises have in common.
pub(super) struct Body {
    pub(super) entry: Vec<u8>,
    pub(super) nonce: Nonce,
    pub(super) index: u64,
    pub(super) path: Vec<Hash>,
    /// What the log signed.
    pub(super) note: String,
}

impl Body {
    pub(super) fn to_text(&self, first: &str) -> String {
        let Self { entry, nonce, index, path, note } = self;
        let path: String = path.iter().map(|hash| format!("{hash}\n")).collect();
        format!(
            "{first}\nextra {}\nindex {index}\n{path}\n{note}",
            encode(&[entry, &nonce[..]].concat())
        )
    }

    pub(super) fn read(first: &str, text: &str) -> Option<Self> {
        let (head, note) = text.split_once("\n\n")?;
        let mut lines = head.lines();
        (lines.next()? == first).then_some(())?;
        let extra = decode(lines.next()?.strip_prefix("extra ")?)?;
        let (entry, nonce) = extra.split_last_chunk()?;
        let index = lines.next()?.strip_prefix("index ")?.parse().ok()?;
        let path = lines.map(Hash::parse).collect::<Option<_>>()?;
        Some(Self { entry: entry.to_vec(), nonce: *nonce, index, path, note: note.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{LogKey, Tree, sign_checkpoint};
    use crate::link::Receipt;

    #[test]
    fn a_proof_holds_for_its_own_leaf_tree_and_key() {
        let key = LogKey::new("log.example", &[7; 32]).unwrap();
        let verifier: Verifier = key.public().parse().unwrap();
        let receipt = |n| Receipt::of(1, &[n; 16]);
        let entries: Vec<_> = (0..9_u8)
            .map(|n| {
                let about = Leaf::about_rating(&receipt(n), &[n; 16]);
                Entry::Leaf(Leaf { commitment: [n; 32], content: [n; 32], about }).bytes()
            })
            .collect();
        let tree = Tree::new(entries.iter().map(|entry| leaf_hash(entry)).collect());
        let checkpoint = sign_checkpoint(&key, tree.size(), tree.root());
        let proof = Proof {
            entry: entries[4].clone(),
            nonce: [4; 16],
            index: 4,
            path: tree.path(4),
            checkpoint,
        };
        assert_eq!(Proof::read(&proof.to_text()), Ok(proof.clone()));
        assert_eq!(proof.check(&verifier).unwrap().size, 9);
        let is_of = |receipt: Receipt| Proof::is_of(&proof.entry, &proof.nonce, receipt.as_str());
        assert!(is_of(receipt(4)) && !is_of(receipt(5)));

        let other = Tree::new(entries[..8].iter().map(|entry| leaf_hash(entry)).collect());
        let of_another_tree =
            Proof { checkpoint: sign_checkpoint(&key, 9, other.root()), ..proof.clone() };
        assert_eq!(of_another_tree.check(&verifier), Err(ProofFault::OtherTree));
        let of_another_size =
            Proof { checkpoint: sign_checkpoint(&key, 3, other.root()), ..proof.clone() };
        assert_eq!(
            of_another_size.check(&verifier),
            Err(InclusionFault::Outside { index: 4, size: 3 }.into())
        );
        let strange = LogKey::new("log.example", &[8; 32]).unwrap();
        let of_a_strange_key =
            Proof { checkpoint: sign_checkpoint(&strange, 9, tree.root()), ..proof };
        assert!(matches!(
            of_a_strange_key.check(&verifier),
            Err(ProofFault::Checkpoint(NoteFault::StrangeKey { .. }))
        ));
        assert_eq!(Proof::read("c2sp.org/tlog-proof@v1\nindex 0\n\nx"), Err(ProofFault::Malformed));
    }

    /// A thousand million leaves and two witnesses.
    #[test]
    fn a_proof_in_a_large_log_fits_in_2_kb() {
        let key = LogKey::new("haopingcha.example.gov.cn/ledger", &[7; 32]).unwrap();
        let mut checkpoint = sign_checkpoint(&key, 1 << 30, leaf_hash(b""));
        for name in ["audit.example.gov.cn", "university.example.edu.cn"] {
            let witness = crate::ledger::Cosigner::new(name, &[9; 32]).unwrap();
            checkpoint =
                witness.cosign(&checkpoint, crate::calendar::Instant::from_millis(0)).unwrap();
        }
        let proof = Proof {
            entry: vec![1; 81],
            nonce: [1; 16],
            index: (1 << 30) - 1,
            path: vec![leaf_hash(b""); 30],
            checkpoint,
        };
        assert!(proof.to_text().len() <= 2_048, "{}", proof.to_text().len());
    }
}
