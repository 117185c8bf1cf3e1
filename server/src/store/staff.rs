//! People who work at the desk, their sessions, and the record of what they did.

use async_trait::async_trait;
use haochaping::{calendar::Instant, region::Region, work_order::Role};

use super::StoreError;

/// SHA-256 of a secret that only its holder has.
pub type Digest = [u8; 32];

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffRow {
    /// The name for signing in.
    pub name: String,
    /// In what capacity they work.
    pub role: Role,
    /// The credit code of their body; `None` for administrators.
    pub agency: Option<String>,
    /// Where, with all below.
    pub region: Region,
    /// Argon2id in PHC format; `None` until a link was used.
    pub password: Option<String>,
    /// Until when the link that was handed out works; `None` when none is open.
    pub invited_until: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was ended.
    pub disabled_at: Option<Instant>,
}

/// A link by which a password can be set, once.
#[derive(Clone, Copy, Debug)]
pub struct Invitation {
    /// Of the token in the link.
    pub digest: Digest,
    /// Until when it works.
    pub until: Instant,
}

/// An attempt to sign in, counted before the password is looked at, so that many at once are many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It may be tried.
    Open(Box<StaffRow>),
    /// Too many failed; nothing is tried until then.
    Locked(Instant),
    /// No such account, or none that can sign in.
    Nobody,
}

/// A session of somebody who is not disabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub staff: StaffRow,
    /// When it began.
    pub created_at: Instant,
    /// When it was used last, to the minute.
    pub last_at: Instant,
}

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Instant,
    /// `staff:` and a name, `api:` and a key, or `cli`.
    pub who: String,
    /// A stable code.
    pub what: String,
    /// What it was done to: an account, an order's id, a card's number.
    pub about: String,
}

/// Accounts, sessions and the record. Every change is one transaction with the entry that tells of it.
#[async_trait]
pub trait StaffStore: Send + Sync + 'static {
    /// Every account by name.
    async fn staff(&self) -> Result<Vec<StaffRow>, StoreError>;
    /// Adds an account that waits for its password; false if the name is taken.
    async fn add_staff(&self, row: StaffRow, link: Invitation, entry: AuditEntry) -> Result<bool, StoreError>;
    /// Takes the password and all sessions away and hands a link out, also to a disabled account, which lives again; false if
    /// there is none.
    async fn reset_staff(&self, name: &str, link: Invitation, entry: AuditEntry) -> Result<bool, StoreError>;
    /// Ends an account and its sessions; false if there is no live one, or if it is the last administrator.
    async fn disable_staff(&self, name: &str, entry: AuditEntry) -> Result<bool, StoreError>;
    /// Whose link it is, if it works at that time.
    async fn invited(&self, digest: Digest, now: Instant) -> Result<Option<StaffRow>, StoreError>;
    /// Sets a password by a link, which works no longer, and ends all sessions; false if it does not work.
    async fn accept_invitation(&self, digest: Digest, password: &str, entry: AuditEntry) -> Result<bool, StoreError>;
    /// Counts an attempt to sign in from a network. After `n_free` attempts each further one locks the account there, twice as
    /// long each time. Many attempts from many networks lock it in all where it never signed in.
    async fn attempt(&self, name: &str, network: &str, now: Instant, n_free: u32) -> Result<Attempt, StoreError>;
    /// Forgets failed attempts from a network, after the password was right.
    async fn forget_attempts(&self, name: &str, network: &str, now: Instant) -> Result<(), StoreError>;
    /// Forgets attempts of the day before, and networks in which an account has not signed in for half a year.
    async fn forget_sign_ins(&self, now: Instant) -> Result<(), StoreError>;
    /// Begins a session and forgets failed attempts from its network; false if the account has not this password any more, or
    /// was ended.
    async fn begin_session(
        &self,
        id: Digest,
        row: &StaffRow,
        network: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError>;
    /// Puts on record what changed nothing: that something was refused.
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError>;
    /// A session by what its cookie holds.
    async fn session(&self, id: Digest) -> Result<Option<Session>, StoreError>;
    /// Notes that a session was used.
    async fn touch_session(&self, id: Digest, at: Instant) -> Result<(), StoreError>;
    /// Ends a session.
    async fn end_session(&self, id: Digest) -> Result<(), StoreError>;
    /// Forgets sessions that were used last, or began, before these times.
    async fn forget_sessions(&self, last_before: Instant, begun_before: Instant) -> Result<(), StoreError>;
    /// The record, newest first.
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;
}
