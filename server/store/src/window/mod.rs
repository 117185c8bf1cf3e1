//! Halls and their windows, the pads that stand there, and whom they ask. None of it holds a level.

use haochaping::{calendar::Instant, call::CallState, region::Region};

use crate::Id;
pub(crate) mod call;
mod statements;

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
    /// No code stands: none was handed out, it was used, its time is over, or it was tried too
    /// often.
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
