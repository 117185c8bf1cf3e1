//! Halls and their windows, the pads that stand there, and whom they ask. None of it holds a level.

use std::collections::BTreeMap;

use async_trait::async_trait;
use haochaping::{
    calendar::Instant,
    call::{CallAction, CallState},
    region::Region,
};

use super::{
    Id, StoreError,
    staff::{AuditEntry, Digest},
};

/// 政务大厅
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hall {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Where.
    pub region: Region,
}

/// A window (窗口) and the pad in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its code, as in addresses.
    pub id: String,
    /// Its hall.
    pub hall: Hall,
    /// What stands above it.
    pub name: String,
    /// Whether a pad is paired.
    pub has_pad: bool,
    /// Until when a pad can be paired, where a code was handed out.
    pub pairs_until: Option<Instant>,
    /// When a page of the pad was heard of last.
    pub seen_at: Option<Instant>,
    /// The release that this page shows.
    pub version: Option<String>,
}

/// What became of trying a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// The pad is paired.
    Done,
    /// There is no such window.
    Unknown,
    /// Another pad is.
    Taken,
    /// No code stands: none was handed out, it was used, its time is over, or it was tried too often.
    NoCode,
    /// Another code stands.
    Wrong,
}

/// A page that has the window's pad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The window.
    pub window: String,
    /// The page, a name of its own for each time it is loaded.
    pub page: String,
    /// Its release.
    pub version: String,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its id.
    pub id: Id,
    /// Where.
    pub window: String,
    /// The partition of what is rated.
    pub part: u8,
    /// The id of what is rated.
    pub service: Id,
    /// The last day of its ticket.
    pub ticket_day: u16,
    /// What was done.
    pub items: Vec<String>,
    /// Who served.
    pub agency: String,
    /// Where it stands.
    pub state: CallState,
    /// When it was made.
    pub called_at: Instant,
    /// Until when an answer is waited for.
    pub ends_at: Instant,
}

/// The windows' side of the store.
#[async_trait]
pub trait WindowStore: Send + Sync + 'static {
    /// Adds a hall.
    async fn add_hall(&self, hall: Hall, entry: AuditEntry) -> Result<(), StoreError>;
    /// Halls of a region with all below, by name.
    async fn halls(&self, region: Region) -> Result<Vec<Hall>, StoreError>;
    /// Adds windows to a hall, code and name each; none of them where a code is in use, and those codes are given back.
    async fn add_windows(
        &self,
        hall: Id,
        windows: Vec<(String, String)>,
        entry: AuditEntry,
    ) -> Result<Vec<String>, StoreError>;
    /// Takes a window away that has no pad; false if there is none such.
    async fn remove_window(&self, id: &str, entry: AuditEntry) -> Result<bool, StoreError>;
    /// A window.
    async fn window(&self, id: &str) -> Result<Option<Window>, StoreError>;
    /// The windows of a region with all below, by hall and code.
    async fn windows(&self, region: Region) -> Result<Vec<Window>, StoreError>;
    /// How many calls since a moment stand how, by window.
    async fn call_counts(&self, since: Instant) -> Result<BTreeMap<String, BTreeMap<CallState, u64>>, StoreError>;

    /// Hands out a code by which one pad is paired; false if there is no such window, or it has a pad.
    async fn offer_code(&self, id: &str, code: Digest, until: Instant, entry: AuditEntry) -> Result<bool, StoreError>;
    /// Tries a code; the right one is used up, and so is any after `tries_max` wrong ones.
    async fn pair(
        &self,
        id: &str,
        code: Digest,
        pad: Digest,
        tries_max: u32,
        entry: AuditEntry,
    ) -> Result<Pairing, StoreError>;
    /// Ends the pairing of a window; false if it has no pad.
    async fn unpair(&self, id: &str, entry: AuditEntry) -> Result<bool, StoreError>;
    /// The window of a pad, and whether it is still paired with it; `None` of a pad that never was.
    async fn pad(&self, pad: Digest) -> Result<Option<(String, bool)>, StoreError>;
    /// Gives the window to a page, unless another one had it after `stale`.
    async fn hold_window(&self, holder: &Holder, at: Instant, stale: Instant) -> Result<bool, StoreError>;
    /// Notes that these pages still have their windows; gives those that do not.
    async fn note_holders(&self, holders: Vec<Holder>, at: Instant) -> Result<Vec<Holder>, StoreError>;
    /// Gives a window back that a page had.
    async fn let_go(&self, holder: &Holder) -> Result<(), StoreError>;

    /// Makes a call, where none is open; else gives that one back.
    async fn make_call(&self, call: Call) -> Result<Option<Call>, StoreError>;
    /// A call by its id.
    async fn call(&self, id: Id) -> Result<Option<Call>, StoreError>;
    /// The last call of each of these windows, where there is one.
    async fn last_calls(&self, windows: Vec<String>) -> Result<Vec<Call>, StoreError>;
    /// Every open call, and whether what it asks about was rated.
    async fn open_calls(&self) -> Result<Vec<(Call, bool)>, StoreError>;
    /// Takes a step and gives the call after it, `None` where there is no such step. `ends_at` counts if time begins anew.
    async fn move_call(
        &self,
        id: Id,
        action: CallAction,
        at: Instant,
        ends_at: Instant,
    ) -> Result<Option<Call>, StoreError>;
    /// Forgets calls that were made before.
    async fn forget_calls(&self, before: Instant) -> Result<u64, StoreError>;
}
