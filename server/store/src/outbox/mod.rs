//! Messages to other systems as the store keeps them, and those that came in.

use haochaping::{calendar::Instant, region::Region};

use crate::Id;
pub(crate) mod notice;
pub(crate) mod post;
mod statements;

/// What an endpoint is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndpointKind {
    /// The 12345 platform of a region: every step of its orders.
    Hotline,
    /// The system of one department: every step of its orders.
    Department,
    /// Whoever invites people to rate a finished service.
    Invitations,
    /// Whoever sends raters the reply.
    Raters,
}

impl EndpointKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Hotline, Self::Department, Self::Invitations, Self::Raters];

    /// The name in commands and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hotline => "hotline",
            Self::Department => "department",
            Self::Invitations => "invitations",
            Self::Raters => "raters",
        }
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Binds the secret to its row.
    pub id: Id,
    /// As the operator calls it.
    pub name: String,
    /// What it is told.
    pub kind: EndpointKind,
    /// Of which region, with all below.
    pub region: Region,
    /// Of which department.
    pub agency: Option<String>,
    /// Where.
    pub url: String,
    /// The shared secret, encrypted.
    pub secret: Vec<u8>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was ended.
    pub disabled_at: Option<Instant>,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its place among all.
    pub number: i64,
    /// Its id, the same at each attempt.
    pub id: Id,
    /// The partition of its subject.
    pub part: u8,
    /// The rating or service that it is about.
    pub subject: Id,
    /// The entry that it tells of; 0 for what is no entry.
    pub entry: u32,
    /// What it tells.
    pub kind: String,
    /// From 1, by endpoint and subject.
    pub sequence: u32,
    /// When what it tells of happened.
    pub created_at: Instant,
    /// Attempts so far, the one that was claimed included.
    pub n_attempts: u32,
    /// What the last answer was.
    pub reason: String,
}

/// A message that nobody took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message.
    pub message: Message,
    /// The name of its endpoint.
    pub endpoint: String,
    /// How many wait behind it.
    pub n_behind: u64,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempted {
    /// It was taken.
    Sent,
    /// It is tried again then.
    Later(Instant),
    /// It is not tried again by itself.
    Dead,
}

/// A term of an order that is near or over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// It ends soon.
    Reminder,
    /// It is over.
    Overdue,
}

impl NoticeKind {
    /// The name in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Overdue => "overdue",
        }
    }
}

/// A service whose person is invited to rate it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitedService {
    /// Whose case numbers these are.
    pub authority: String,
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: u32,
    /// 事项名称
    pub item_name: Option<String>,
    /// When it was finished.
    pub finished_at: Instant,
    /// The last day of its ticket.
    pub last_day: u16,
    /// Whether it has been rated.
    pub is_rated: bool,
}
