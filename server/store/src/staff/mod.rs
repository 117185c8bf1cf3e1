//! People who work at the desk, their sessions, and the record of what they did.

use haochaping::{calendar::Instant, region::Region, work_order::Role};
mod row;
pub(crate) mod sign_in;
pub(crate) mod statements;

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
