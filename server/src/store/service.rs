//! Finished services on their way to the store, and what registering them did.

use haochaping::{calendar::Instant, region::Region, service::Service};

use super::{Counted, Id};

/// A service on its way to the store.
#[derive(Clone, Debug)]
pub struct NewService {
    /// The checked service.
    pub service: Service,
    /// Its partition.
    pub part: u8,
    /// The id it gets if it is new.
    pub id: Id,
    /// The last day of the ticket it gets if it needs one.
    pub last_day: u16,
    /// Whether it is a service by which the collector tests itself.
    pub is_probe: bool,
    /// Whether its rating comes with it, so that nobody is invited to rate it, and it is none of those of which a share is rated.
    pub is_rated_elsewhere: bool,
    /// The service that is rated in its place, of the later ones of a visit; the store sees to it.
    pub lead: Option<Lead>,
    /// Now.
    pub at: Instant,
}

/// The first service of a visit, by its own key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: u32,
}

/// A service that is on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The partition of what is rated: the service, or the first one of its visit.
    pub part: u8,
    /// The id of what is rated.
    pub id: Id,
    /// The last day of its current ticket.
    pub last_day: u16,
    /// Whether this call put it on record.
    pub is_new: bool,
    /// Where it is, as it was registered first.
    pub region: Region,
    /// Whose it is, likewise.
    pub agency: String,
    /// When it was rated.
    pub rated_at: Option<Instant>,
}

/// What a registration did.
#[derive(Debug)]
pub struct Registration {
    /// The services, in order.
    pub services: Vec<Registered>,
    /// What it added to the figures, commit by commit.
    pub counted: Vec<Counted>,
}
