//! Signed notes: checkpoints of the log, by its own key, and the cosignatures of witnesses.

use core::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use signed_note::{Note, Signer, StandardSigner, StandardVerifier, Verifier as _, VerifierList};

use super::Hash;
use crate::calendar::Instant;

/// The algorithm of a log's key and of a witness's (C2SP signed-note and tlog-cosignature).
const ED25519: u8 = 1;
const COSIGNATURE_V1: u8 = 4;

/// What a log says of itself at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over all of them.
    pub root: Hash,
}

/// Why a note is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// It has not the form of a signed note.
    #[error("not a signed note")]
    Malformed,
    /// The key that was expected did not sign it.
    #[error("it is not signed by {expected}; its signatures are of {}", found.join(", "))]
    StrangeKey {
        /// Name and number of the key.
        expected: String,
        /// Names and numbers of those that signed.
        found: Vec<String>,
    },
    /// The signature is not of this text.
    #[error("the signature of {0} does not fit what it says")]
    WrongSignature(String),
    /// It is signed and says something else.
    #[error("the signature is valid, but the note is not a {0}")]
    Other(&'static str),
    /// It is of another log.
    #[error("it is of the log {found}, not of {expected}")]
    OtherLog {
        /// The log that was asked.
        expected: String,
        /// The log that it is of.
        found: String,
    },
}

/// A key that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key of the form name+number+base64")]
pub struct MalformedKey;

/// The secret key of a log, and its name.
pub struct LogKey(StandardSigner, String);

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({}, …)", self.1)
    }
}

impl LogKey {
    /// The key of the log `origin` from 32 secret bytes.
    ///
    /// # Errors
    /// The name has a space or a plus, or is empty.
    pub fn new(origin: &str, seed: &[u8; 32]) -> Result<Self, MalformedKey> {
        let key = SigningKey::from_bytes(seed);
        let number = signed_note::key_id(origin, &tagged(ED25519, &key.verifying_key()));
        let secret = BASE64_STANDARD.encode([&[ED25519][..], seed].concat());
        let signer = StandardSigner::new(&format!("PRIVATE+KEY+{origin}+{number:08x}+{secret}"));
        let public = signed_note::new_ed25519_verifier_key(origin, &key.verifying_key());
        Ok(Self(signer.map_err(|_| MalformedKey)?, public))
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        self.0.name()
    }

    /// The public key, as others keep it.
    pub fn public(&self) -> &str {
        &self.1
    }

    /// A text under the log's signature.
    pub(super) fn sign(&self, text: &str) -> String {
        let mut note = Note::new(text.as_bytes(), &[])
            .expect("our texts end with a line end and have no control characters");
        note.add_sigs(&[&self.0]).expect("the name was checked when the key was made");
        text_of(note.to_bytes())
    }
}

fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("a note is made of text")
}

fn tagged(algorithm: u8, key: &VerifyingKey) -> Vec<u8> {
    [&[algorithm][..], key.as_bytes()].concat()
}

/// The public key of a log.
#[derive(Clone)]
pub struct Verifier(StandardVerifier);

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

impl core::str::FromStr for Verifier {
    type Err = MalformedKey;
    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        StandardVerifier::new(text.trim()).map(Self).map_err(|_| MalformedKey)
    }
}

impl Verifier {
    /// The log's name.
    pub fn origin(&self) -> &str {
        self.0.name()
    }

    /// Name and number.
    pub fn label(&self) -> String {
        label(self.0.name(), self.0.key_id())
    }

    /// What a note says, once its signature is checked.
    ///
    /// # Errors
    /// [`NoteFault`]: no note, no signature by this key, or a wrong one.
    pub(super) fn open(&self, note: &str) -> Result<String, NoteFault> {
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| NoteFault::Malformed)?;
        check(&note, Box::new(self.0.clone()), self.label())?;
        Ok(text_of(note.text().to_vec()))
    }
}

fn label(name: &str, number: u32) -> String {
    format!("{name}+{number:08x}")
}

fn check(
    note: &Note,
    key: Box<dyn signed_note::Verifier>,
    expected: String,
) -> Result<(), NoteFault> {
    match note.verify(&VerifierList::new(vec![key])) {
        Ok(_) => Ok(()),
        Err(signed_note::NoteError::InvalidSignature { name, id }) => {
            Err(NoteFault::WrongSignature(label(&name, id)))
        }
        Err(_) => Err(NoteFault::StrangeKey { expected, found: signers(note) }),
    }
}

fn signers(note: &Note) -> Vec<String> {
    let text = text_of(note.to_bytes());
    let lines =
        text.lines().filter_map(|line| signed_note::Signature::from_bytes(line.as_bytes()).ok());
    lines.map(|one| label(one.name(), one.id())).collect()
}

/// A checkpoint under the log's signature.
pub fn sign_checkpoint(key: &LogKey, size: u64, root: Hash) -> String {
    key.sign(&format!("{}\n{size}\n{root}\n", key.origin()))
}

/// A checkpoint of the log of `key`.
///
/// # Errors
/// [`NoteFault`].
pub fn open_checkpoint(note: &str, key: &Verifier) -> Result<Checkpoint, NoteFault> {
    let checkpoint = Checkpoint::read(&key.open(note)?).ok_or(NoteFault::Other("checkpoint"))?;
    if checkpoint.origin != key.origin() {
        return Err(NoteFault::OtherLog {
            expected: key.origin().into(),
            found: checkpoint.origin,
        });
    }
    Ok(checkpoint)
}

impl Checkpoint {
    /// Reads the text of a checkpoint; extension lines are passed over.
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number: u64 = size.parse().ok()?;
        (size == number.to_string()).then_some(())?;
        Some(Self { origin: origin.into(), size: number, root: Hash::parse(root)? })
    }
}

/// The secret key of a witness.
pub struct Cosigner {
    name: String,
    key: SigningKey,
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({}, …)", self.name)
    }
}

impl Cosigner {
    /// A witness's key from 32 secret bytes.
    ///
    /// # Errors
    /// The name has a space or a plus, or is empty.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, MalformedKey> {
        if !signed_note::is_key_name_valid(name) {
            return Err(MalformedKey);
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// The public key, as a log keeps it.
    pub fn public(&self) -> String {
        let key = tagged(COSIGNATURE_V1, &self.key.verifying_key());
        let number = signed_note::key_id(&self.name, &key);
        format!("{}+{number:08x}+{}", self.name, BASE64_STANDARD.encode(key))
    }

    /// The checkpoint, with this witness's line in the place of an earlier one of its own.
    ///
    /// # Errors
    /// It is no note.
    pub fn cosign(&self, checkpoint: &str, at: Instant) -> Result<String, NoteFault> {
        let mut note = Note::from_bytes(checkpoint.as_bytes()).map_err(|_| NoteFault::Malformed)?;
        let signer = At { cosigner: self, seconds: u64::try_from(at.millis() / 1000).unwrap_or(0) };
        note.add_sigs(&[&signer]).map_err(|_| NoteFault::Malformed)?;
        Ok(text_of(note.to_bytes()))
    }
}

/// A witness at one moment.
struct At<'c> {
    cosigner: &'c Cosigner,
    seconds: u64,
}

impl Signer for At<'_> {
    fn name(&self) -> &str {
        &self.cosigner.name
    }

    fn key_id(&self) -> u32 {
        signed_note::key_id(
            &self.cosigner.name,
            &tagged(COSIGNATURE_V1, &self.cosigner.key.verifying_key()),
        )
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        let signature = self.cosigner.key.sign(&cosigned(self.seconds, text));
        Ok([&self.seconds.to_be_bytes()[..], &signature.to_bytes()].concat())
    }
}

/// What a witness signs.
fn cosigned(seconds: u64, text: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {seconds}\n").as_bytes(), text].concat()
}

/// The public key of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    number: u32,
    key: VerifyingKey,
}

impl core::str::FromStr for WitnessKey {
    type Err = MalformedKey;
    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let read = || {
            let (name, rest) = text.trim().split_once('+')?;
            let (number, key) = rest.split_once('+')?;
            let bytes = BASE64_STANDARD.decode(key).ok()?;
            let (COSIGNATURE_V1, key) = (*bytes.first()?, bytes.get(1..)?) else { return None };
            let number = u32::from_str_radix(number, 16).ok()?;
            let is_its =
                signed_note::is_key_name_valid(name) && number == signed_note::key_id(name, &bytes);
            let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
            is_its.then(|| Self { name: name.to_owned(), number, key })
        };
        read().ok_or(MalformedKey)
    }
}

impl WitnessKey {
    /// Name and number.
    pub fn label(&self) -> String {
        label(&self.name, self.number)
    }

    /// This witness's line in a checkpoint, once it is checked; `None` without one.
    ///
    /// # Errors
    /// [`NoteFault`]: no note, or a line that does not fit.
    pub fn line(&self, checkpoint: &str) -> Result<Option<String>, NoteFault> {
        let note = Note::from_bytes(checkpoint.as_bytes()).map_err(|_| NoteFault::Malformed)?;
        match check(&note, Box::new(self.clone()), self.label()) {
            Ok(()) => {
                let mut lines = checkpoint.lines().filter(|line| {
                    let line = signed_note::Signature::from_bytes(line.as_bytes());
                    line.is_ok_and(|line| line.name() == self.name && line.id() == self.number)
                });
                Ok(lines.next_back().map(str::to_owned))
            }
            Err(NoteFault::StrangeKey { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

impl signed_note::Verifier for WitnessKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.number
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let read = || {
            let (seconds, signature) = signature.split_first_chunk()?;
            let signature = ed25519_dalek::Signature::from_bytes(signature.try_into().ok()?);
            self.key.verify_strict(&cosigned(u64::from_be_bytes(*seconds), text), &signature).ok()
        };
        read().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::leaf_hash;

    fn key() -> LogKey {
        LogKey::new("hcp.example.gov.cn/ledger", &[7; 32]).unwrap()
    }

    #[test]
    fn a_checkpoint_opens_with_its_own_key_only() {
        let key = key();
        let verifier: Verifier = key.public().parse().unwrap();
        let note = sign_checkpoint(&key, 3, leaf_hash(b"x"));
        assert_eq!(
            open_checkpoint(&note, &verifier),
            Ok(Checkpoint { origin: key.origin().into(), size: 3, root: leaf_hash(b"x") })
        );
        let strange: Verifier =
            LogKey::new(key.origin(), &[8; 32]).unwrap().public().parse().unwrap();
        let message = open_checkpoint(&note, &strange).unwrap_err().to_string();
        assert!(
            message.contains(&strange.label()) && message.contains(&verifier.label()),
            "{message}"
        );
        let changed = note.replacen("\n3\n", "\n4\n", 1);
        assert_eq!(
            open_checkpoint(&changed, &verifier),
            Err(NoteFault::WrongSignature(verifier.label()))
        );
        for wrong in ["", "x", "a\n\nb\n"] {
            assert_eq!(open_checkpoint(wrong, &verifier), Err(NoteFault::Malformed), "{wrong:?}");
        }
        let other = key.sign("haochaping promise 1\nx\n");
        assert_eq!(open_checkpoint(&other, &verifier), Err(NoteFault::Other("checkpoint")));
        assert!("x".parse::<Verifier>().is_err() && LogKey::new("a b", &[0; 32]).is_err());
    }

    #[test]
    fn a_witness_adds_a_line_that_says_when_and_keeps_the_log_s_own() {
        let (key, at) = (key(), Instant::from_millis(1_790_000_000_000));
        let verifier: Verifier = key.public().parse().unwrap();
        let note = sign_checkpoint(&key, 3, leaf_hash(b"x"));
        let cosigner = Cosigner::new("audit.example.org", &[9; 32]).unwrap();
        let witness: WitnessKey = cosigner.public().parse().unwrap();
        assert_eq!(witness.line(&note), Ok(None));
        let cosigned = cosigner.cosign(&note, at).unwrap();
        assert!(cosigned.starts_with(&note), "the log's line stays first");
        assert!(open_checkpoint(&cosigned, &verifier).is_ok());
        let line = witness.line(&cosigned).unwrap().unwrap();
        assert!(cosigned.ends_with(&format!("{line}\n")));
        let forged = cosigned.replacen("\n3\n", "\n4\n", 1);
        assert!(matches!(witness.line(&forged), Err(NoteFault::WrongSignature(_))));
        let again = cosigner.cosign(&cosigned, Instant::from_millis(1_790_000_060_000)).unwrap();
        assert_eq!(again.lines().count(), cosigned.lines().count(), "one line a witness");
    }
}
