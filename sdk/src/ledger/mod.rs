//! The ledger: a public log in which every accepted rating has a leaf, so that anybody can tell
//! whether one was dropped, invented or changed afterwards, and nobody learns from it how anybody
//! rated.
//!
//! A leaf holds a commitment and digests, nothing that can be read. Commitments add up: the leaves
//! of a closed day prove a table of counts without one of them being opened. `docs/ledger.md` has
//! the argument, and what it does not cover.
//!
//! Formats are those of C2SP where it has one: [tlog-tiles](https://c2sp.org/tlog-tiles),
//! [signed notes](https://c2sp.org/signed-note), [checkpoints](https://c2sp.org/tlog-checkpoint),
//! [proofs](https://c2sp.org/tlog-proof) and [cosignatures](https://c2sp.org/tlog-cosignature).
//!
//! ```
//! use haochaping::ledger::{Hash, LogKey, Verifier, open_checkpoint, sign_checkpoint};
//!
//! let key = LogKey::new("hcp.example.gov.cn/ledger", &[7; 32])?;
//! let signed = sign_checkpoint(&key, 3, Hash([1; 32]));
//! let verifier: Verifier = key.public().parse()?;
//! let checkpoint = open_checkpoint(&signed, &verifier)?;
//! assert_eq!((checkpoint.size, checkpoint.root), (3, Hash([1; 32])));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod armor;
mod cell;
mod close;
mod commitment;
mod encoding;
mod entry;
mod evidence;
mod hidden_sums;
mod merkle;
mod note;
mod opening;
mod promise;
mod proof;
mod table;

pub use cell::{Cell, Group, Kind};
pub use close::{Closing, close_day};
pub use commitment::{Blinding, Element, Points, SCHEME, Salt, Secret, Tally, commit_all};
pub use entry::{Entry, LEAF_BYTES, Leaf, Nonce};
pub use evidence::{Evidence, EvidenceFault};
pub use hidden_sums::{Disclosed, HiddenGroup, HiddenProof, HiddenSums};
pub use merkle::{Hash, InclusionFault, Tree, leaf_hash, node_hash, root_of_path};
pub use note::{
    Checkpoint, Cosigner, LogKey, MalformedKey, NoteFault, Verifier, WitnessKey, open_checkpoint,
    sign_checkpoint,
};
pub use opening::{Kept, Opening, OpeningFault};
pub use promise::{Promise, PromiseFault, Promised, Promiser};
pub use proof::{Proof, ProofFault};
pub use table::{DayTable, GroupCounts, Remainder, TableFault};
