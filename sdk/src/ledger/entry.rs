use sha2::{Digest, Sha256};

use super::{Hash, Kind, SCHEME};
use crate::link::Receipt;

/// The bytes of a leaf that commits to something.
pub const LEAF_BYTES: usize = 81;
/// What tells a rating's leaf by its receipt, beside the receipt itself: a receipt alone could be
/// found by trying.
pub type Nonce = [u8; 16];
/// The first byte of a leaf that says which table was published.
const TABLE: u8 = 0x80;

/// A leaf of a rating or of what happened to one; nobody can tell which from its bytes.
///
/// Scheme 1 · commitment 32 · digest of what was said 32 · whose it is 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Commits to the cell.
    pub commitment: [u8; 32],
    /// A salted digest of everything else: options, comment, contact, and when. What is deleted
    /// later stays proven by it.
    pub content: [u8; 32],
    /// Whose it is: the proof for a receipt holds only for its own leaf, so that two people cannot
    /// be shown one.
    pub about: [u8; 16],
}

/// An entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A rating, or what happened to one.
    Leaf(Leaf),
    /// The table of a closed day, by its number and SHA-256.
    Table {
        /// Tables are counted from 1.
        number: u32,
        /// Of its bytes as published.
        hash: Hash,
    },
}

impl Leaf {
    /// What a rating's leaf says of the content. The fingerprint is a keyed digest of level,
    /// options, comment, anonymity and contact, so that only the collector can tell whether it
    /// belongs to a text.
    pub fn content_of_rating(
        salt: &[u8; 32],
        fingerprint: &[u8; 16],
        rated_at_millis: i64,
    ) -> [u8; 32] {
        digest(&[b"haochaping ledger 1 content", salt, fingerprint, &rated_at_millis.to_be_bytes()])
    }

    /// The same of an event.
    pub fn content_of_event(salt: &[u8; 32], kind: Kind, number: u32) -> [u8; 32] {
        digest(&[
            b"haochaping ledger 1 event content",
            salt,
            kind.name().as_bytes(),
            &number.to_be_bytes(),
        ])
    }

    /// What the proof for a rating carries along, so that its leaf is known by its receipt.
    pub fn nonce(salt: &[u8; 32]) -> Nonce {
        half(&digest(&[b"haochaping ledger 1 nonce", salt]))
    }

    /// Whose a rating's leaf is.
    pub fn about_rating(receipt: &Receipt, nonce: &Nonce) -> [u8; 16] {
        Self::about_number(receipt.as_str(), nonce)
    }

    /// The same of a receipt's number as it is written.
    pub(super) fn about_number(receipt: &str, nonce: &Nonce) -> [u8; 16] {
        half(&digest(&[
            b"haochaping ledger 1 about",
            nonce,
            receipt.trim().to_ascii_uppercase().as_bytes(),
        ]))
    }

    /// Whose an event's leaf is, which a receipt does not tell: that anything happened to a rating
    /// says something of it.
    pub fn about_event(salt: &[u8; 32], kind: Kind, number: u32) -> [u8; 16] {
        half(&digest(&[
            b"haochaping ledger 1 event about",
            salt,
            kind.name().as_bytes(),
            &number.to_be_bytes(),
        ]))
    }
}

impl Entry {
    /// The entry's bytes in the log.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Leaf(Leaf { commitment, content, about }) => {
                [&[SCHEME][..], commitment, content, about].concat()
            }
            Self::Table { number, hash } => [&[TABLE][..], &number.to_be_bytes(), &hash.0].concat(),
        }
    }

    /// Reads an entry; `None` for bytes of another form or scheme.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        match *first {
            SCHEME => {
                let (commitment, rest) = rest.split_first_chunk()?;
                let (content, about) = rest.split_first_chunk()?;
                let leaf = Leaf {
                    commitment: *commitment,
                    content: *content,
                    about: about.try_into().ok()?,
                };
                Some(Self::Leaf(leaf))
            }
            TABLE => {
                let (number, hash) = rest.split_first_chunk()?;
                Some(Self::Table {
                    number: u32::from_be_bytes(*number),
                    hash: Hash(hash.try_into().ok()?),
                })
            }
            _ => None,
        }
    }
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn half(digest: &[u8; 32]) -> [u8; 16] {
    core::array::from_fn(|i| digest[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_back_and_nothing_else_is() {
        let leaf = Entry::Leaf(Leaf { commitment: [1; 32], content: [2; 32], about: [3; 16] });
        let table = Entry::Table { number: 7, hash: Hash([4; 32]) };
        for entry in [leaf, table] {
            assert_eq!(Entry::read(&entry.bytes()), Some(entry));
            assert_eq!(Entry::read(&entry.bytes()[..30]), None, "cut short");
            assert_eq!(Entry::read(&[&entry.bytes()[..], &[0]].concat()), None, "too long");
        }
        assert_eq!(leaf.bytes().len(), LEAF_BYTES);
        assert_eq!(Entry::read(&[&[2][..], &leaf.bytes()[1..]].concat()), None, "another scheme");
        assert_eq!(Entry::read(&[]), None);
    }

    /// A receipt's holder must not learn that anything happened to the rating: that alone would say
    /// that it was bad.
    #[test]
    fn an_event_shows_nothing_that_a_receipt_leads_to() {
        let salt = [9; 32];
        let receipt = |part| Receipt::of(part, &[5; 16]);
        let nonce = Leaf::nonce(&salt);
        let of_rating = Leaf::about_rating(&receipt(1), &nonce);
        assert_ne!(of_rating, Leaf::about_event(&salt, Kind::Upheld, 1));
        assert_ne!(
            Leaf::about_event(&salt, Kind::Upheld, 1),
            Leaf::about_event(&[8; 32], Kind::Upheld, 1)
        );
        assert_ne!(of_rating, Leaf::about_rating(&receipt(2), &nonce));
        assert_ne!(
            of_rating,
            Leaf::about_rating(&receipt(1), &Leaf::nonce(&[8; 32])),
            "a receipt alone does not lead to it"
        );
    }
}
