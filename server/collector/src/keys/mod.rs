//! Keys. One master key in a file of its own, apart from database and backup, wraps every other
//! key.

mod master;
mod pad;
mod vault;

use std::collections::BTreeMap;

use haochaping::{
    calendar::Instant,
    link::{KeyId, KeyRing, MacKey},
};
use haochaping_store::{SqlStore, StoreError, StoredKey};
pub use master::{MasterKey, MasterKeyError};
pub use pad::PadKeys;
pub use vault::Vault;

use crate::ports::{Rng, random};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Signs single-use links.
    Ticket,
    /// Signs printed cards. Cards of an older key stay good until that key is retired.
    Card,
    /// Signs forms, visits and receipts' redirects.
    Page,
    /// Encrypts comments and contact data.
    Data,
    /// Makes look-up codes. Never changes: a code that a person holds must stay good.
    Lookup,
    /// Tells the same content from another. Never changes: a retry must be known again.
    Fingerprint,
    /// Opens what pads sealed while they had no network.
    Pad,
    /// Signs checkpoints and promises of the ledger. Never changes: everybody who holds a receipt
    /// checks it by this key.
    Ledger,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 8] = [
        Self::Ticket,
        Self::Card,
        Self::Page,
        Self::Data,
        Self::Lookup,
        Self::Fingerprint,
        Self::Pad,
        Self::Ledger,
    ];

    /// The name in the store and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Card => "card",
            Self::Page => "page",
            Self::Data => "data",
            Self::Lookup => "lookup",
            Self::Fingerprint => "fingerprint",
            Self::Pad => "pad",
            Self::Ledger => "ledger",
        }
    }

    /// Whether a new key may take over.
    pub fn rotates(self) -> bool {
        !matches!(self, Self::Lookup | Self::Fingerprint | Self::Ledger)
    }
}

impl std::str::FromStr for Purpose {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|p| p.name() == name)
            .ok_or_else(|| format!("{name:?} is none of {}", names()))
    }
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key does not open the store's keys.
    #[error("the key file does not fit this store: name the one it was made with by --key-file")]
    WrongMaster,
    /// All keys of a purpose are retired.
    #[error("no live key for {0}: add one with `haochaping key rotate {0}`")]
    NoneLive(&'static str),
    /// All numbers of a purpose are used up.
    #[error("{0} has had all its 16 keys")]
    UsedUp(&'static str),
    /// The purpose keeps its key.
    #[error("{0} keeps its key: codes and retries that are out there depend on it")]
    DoesNotRotate(&'static str),
}

/// All keys, unwrapped, for as long as the process lives.
#[derive(Debug)]
pub struct Keys {
    /// Signs single-use links.
    pub ticket: KeyRing,
    /// Signs printed cards.
    pub card: KeyRing,
    /// Signs forms, visits and redirects.
    pub page: KeyRing,
    /// Encrypts comments and contact data.
    pub vault: Vault,
    /// Makes look-up codes.
    pub lookup: MacKey,
    /// Tells contents apart.
    pub fingerprint: MacKey,
    /// Opens what pads sealed.
    pub pad: PadKeys,
    /// From which the ledger's key follows.
    pub ledger: [u8; 32],
}

impl Keys {
    /// Reads and unwraps all keys, and makes the first of each purpose that has none yet.
    pub async fn load(
        store: &SqlStore,
        master: &MasterKey,
        rng: &dyn Rng,
        now: Instant,
    ) -> Result<Self, KeysError> {
        let mut stored = store.keys().await?;
        let missing =
            Purpose::ALL.into_iter().filter(|p| stored.iter().all(|key| key.purpose != p.name()));
        for purpose in missing.collect::<Vec<_>>() {
            stored.push(add(store, master, rng, now, purpose, 0).await?);
        }
        let ring = |purpose| live(&stored, master, purpose);
        let ticket = ring(Purpose::Ticket)?;
        let card = ring(Purpose::Card)?;
        let page = ring(Purpose::Page)?;
        let single =
            |purpose| live(&stored, master, purpose).map(|keys| keys.into_iter().next_back());
        let data = all(&stored, master, Purpose::Data)?;
        let pad = all(&stored, master, Purpose::Pad)?;
        let none = |purpose: Purpose| KeysError::NoneLive(purpose.name());
        Ok(Self {
            ticket: to_ring(ticket, Purpose::Ticket)?,
            card: to_ring(card, Purpose::Card)?,
            page: to_ring(page, Purpose::Page)?,
            vault: Vault::new(data).ok_or(none(Purpose::Data))?,
            lookup: MacKey::new(single(Purpose::Lookup)?.ok_or(none(Purpose::Lookup))?.1),
            fingerprint: MacKey::new(
                single(Purpose::Fingerprint)?.ok_or(none(Purpose::Fingerprint))?.1,
            ),
            pad: PadKeys::new(pad).ok_or(none(Purpose::Pad))?,
            ledger: single(Purpose::Ledger)?.ok_or(none(Purpose::Ledger))?.1,
        })
    }

    /// Adds a key that signs from now on; older ones go on verifying until they are retired.
    pub async fn rotate(
        store: &SqlStore,
        master: &MasterKey,
        rng: &dyn Rng,
        now: Instant,
        purpose: Purpose,
    ) -> Result<u8, KeysError> {
        if !purpose.rotates() {
            return Err(KeysError::DoesNotRotate(purpose.name()));
        }
        let stored = store.keys().await?;
        // A wrong master key must not sign the next generation of links.
        all(&stored, master, purpose)?;
        let next = stored
            .iter()
            .filter(|key| key.purpose == purpose.name())
            .map(|key| key.id + 1)
            .max()
            .unwrap_or(0);
        if next >= KeyId::COUNT {
            return Err(KeysError::UsedUp(purpose.name()));
        }
        add(store, master, rng, now, purpose, next).await.map(|key| key.id)
    }
}

async fn add(
    store: &SqlStore,
    master: &MasterKey,
    rng: &dyn Rng,
    now: Instant,
    purpose: Purpose,
    id: u8,
) -> Result<StoredKey, KeysError> {
    let wrapped = master.wrap(purpose.name(), id, &random(rng), rng);
    let key = StoredKey {
        purpose: purpose.name().to_owned(),
        id,
        wrapped,
        created_at: now,
        retired_at: None,
    };
    store.add_key(key.clone()).await?;
    Ok(key)
}

type Unwrapped = BTreeMap<u8, [u8; 32]>;

fn live(
    stored: &[StoredKey],
    master: &MasterKey,
    purpose: Purpose,
) -> Result<Unwrapped, KeysError> {
    let live: Vec<_> = stored.iter().filter(|key| key.retired_at.is_none()).cloned().collect();
    all(&live, master, purpose)
}

fn all(stored: &[StoredKey], master: &MasterKey, purpose: Purpose) -> Result<Unwrapped, KeysError> {
    let of_purpose = stored.iter().filter(|key| key.purpose == purpose.name());
    of_purpose
        .map(|key| {
            Ok((
                key.id,
                master.unwrap(&key.purpose, key.id, &key.wrapped).ok_or(KeysError::WrongMaster)?,
            ))
        })
        .collect()
}

fn to_ring(keys: Unwrapped, purpose: Purpose) -> Result<KeyRing, KeysError> {
    let keys: BTreeMap<KeyId, MacKey> = keys
        .into_iter()
        .filter_map(|(id, bytes)| Some((KeyId::new(id)?, MacKey::new(bytes))))
        .collect();
    let active = keys.keys().next_back().copied().ok_or(KeysError::NoneLive(purpose.name()))?;
    KeyRing::new(keys, active).map_err(|_| KeysError::NoneLive(purpose.name()))
}
