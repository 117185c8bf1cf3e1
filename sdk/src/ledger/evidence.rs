use super::{Checkpoint, Promise, PromiseFault, Promised, Proof, ProofFault, Verifier};

/// What a proof or a promise shows, once it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The leaf is in the log.
    Included {
        /// Its place, from 0.
        index: u64,
        /// The log as it was then.
        checkpoint: Checkpoint,
    },
    /// The log gave its word that the leaf will be in it.
    Promised(Promised),
}

/// Why neither is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceFault {
    /// The text is a proof that does not hold, or neither.
    #[error(transparent)]
    Proof(#[from] ProofFault),
    /// The text is a promise that does not hold.
    #[error(transparent)]
    Promise(#[from] PromiseFault),
}

impl Evidence {
    /// Checks a text that is a proof or a promise: by the log's key, and for a receipt where one is
    /// named.
    ///
    /// # Errors
    /// [`EvidenceFault`].
    pub fn check(text: &str, key: &Verifier, receipt: Option<&str>) -> Result<Self, EvidenceFault> {
        let (entry, nonce, shown) = if let Ok(promise) = Promise::read(text) {
            let promised = promise.check(key)?;
            (promise.entry, promise.nonce, Self::Promised(promised))
        } else {
            let proof = Proof::read(text)?;
            let checkpoint = proof.check(key)?;
            (proof.entry, proof.nonce, Self::Included { index: proof.index, checkpoint })
        };
        match receipt.filter(|receipt| !Proof::is_of(&entry, &nonce, receipt)) {
            Some(receipt) => Err(ProofFault::OtherReceipt(receipt.to_owned()).into()),
            None => Ok(shown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::Instant,
        ledger::{Entry, Leaf, LogKey, Promiser, Tree, leaf_hash, sign_checkpoint},
        link::Receipt,
    };

    #[test]
    fn a_proof_and_a_promise_are_told_apart_and_hold_for_their_own_receipt() {
        let key = LogKey::new("log.example", &[7; 32]).unwrap();
        let verifier: Verifier = key.public().parse().unwrap();
        let (receipt, nonce) = (Receipt::of(1, &[1; 16]), Leaf::nonce(&[1; 32]));
        let leaf = Leaf {
            commitment: [1; 32],
            content: [1; 32],
            about: Leaf::about_rating(&receipt, &nonce),
        };
        let entry = Entry::Leaf(leaf).bytes();
        let at = Instant::from_millis(1_780_000_000_000);
        let promise =
            Promiser::new(&key, vec![(entry.clone(), nonce)], at).promise(0).unwrap().to_text();
        let tree = Tree::new(vec![leaf_hash(&entry)]);
        let checkpoint = sign_checkpoint(&key, 1, tree.root());
        let proof = Proof { entry, nonce, index: 0, path: vec![], checkpoint }.to_text();

        assert_eq!(
            Evidence::check(&promise, &verifier, Some(receipt.as_str())),
            Ok(Evidence::Promised(Promised { at }))
        );
        let shown = Evidence::check(&proof, &verifier, Some(receipt.as_str()));
        assert!(
            matches!(shown, Ok(Evidence::Included { index: 0, checkpoint }) if checkpoint.size == 1)
        );
        let other = Receipt::of(1, &[2; 16]);
        for text in [&promise, &proof] {
            let fault = Evidence::check(text, &verifier, Some(other.as_str()));
            assert_eq!(fault, Err(ProofFault::OtherReceipt(other.to_string()).into()));
            assert!(Evidence::check(text, &verifier, None).is_ok());
        }
        let cut = proof.replace("index 0", "index zero");
        assert_eq!(Evidence::check(&cut, &verifier, None), Err(ProofFault::Malformed.into()));
        let strange: Verifier =
            LogKey::new("log.example", &[8; 32]).unwrap().public().parse().unwrap();
        assert!(matches!(
            Evidence::check(&promise, &strange, None),
            Err(EvidenceFault::Promise(_))
        ));
    }
}
