//! Work orders as the store keeps them.

use haochaping::{
    calendar::Instant,
    link::RatingId,
    rating::SatisfactionLevel,
    region::Region,
    work_order::{ActionKind, Class, Facts, Role, Stage},
};

use crate::Id;

mod api;
pub mod queue;
pub(crate) mod statements;

/// A work order, what its history adds up to, and the rating that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// The partition.
    pub part: u8,
    /// Its own id.
    pub id: Id,
    /// The rating.
    pub rating: RatingId,
    /// When it was opened.
    pub opened_at: Instant,
    /// What never changes about it.
    pub facts: Facts,
    /// What its history adds up to.
    pub standing: OrderStanding,
    /// Counts changes over all orders.
    pub changed: i64,
    /// What was rated and how.
    pub about: RatedService,
}

/// What the history of an order adds up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderStanding {
    /// Where it stands.
    pub stage: Stage,
    /// Who has it.
    pub agency: String,
    /// Of a valid one.
    pub class: Option<Class>,
    /// Whether an appeal was upheld.
    pub is_upheld: bool,
    /// 1, or 2 after the person was still dissatisfied.
    pub round: u16,
    /// The reply of this round.
    pub replied_at: Option<Instant>,
    /// How many entries the history has.
    pub n_entries: u32,
    /// When the collector has something to do by itself.
    pub wake_at: Option<Instant>,
    /// What the department owes next.
    pub due_at: Option<Instant>,
    /// The last moment of the reply; stays after it.
    pub reply_due_at: Option<Instant>,
    /// When something is to be told about that next.
    pub notice_at: Option<Instant>,
    /// Whether that may move, since days off are not known yet.
    pub is_provisional: bool,
}

/// What the rating says, for those who work on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatedService {
    /// 办件编号
    pub case_number: String,
    /// 事项
    pub item_code: Option<String>,
    /// 事项名称
    pub item_name: Option<String>,
    /// 窗口
    pub window: Option<String>,
    /// The name of the department that has the order.
    pub agency_name: Option<String>,
    /// How it was rated.
    pub level: SatisfactionLevel,
    /// Codes of options, separated by commas.
    pub indicators: String,
    /// The comment, encrypted.
    pub comment: Option<Vec<u8>>,
    /// The contact data, encrypted.
    pub contact: Option<Vec<u8>>,
    /// 匿名评价
    pub is_anonymous: bool,
    /// When it was accepted.
    pub rated_at: Instant,
}

/// One entry of a history; what was said is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// From 1, without gaps.
    pub number: u32,
    /// When.
    pub at: Instant,
    /// In what capacity.
    pub role: Role,
    /// By whom.
    pub who: String,
    /// What was done.
    pub action: ActionKind,
    /// The action with its texts, encrypted.
    pub detail: Vec<u8>,
}

/// An entry on its way to the store, with what the order adds up to after it.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The partition.
    pub part: u8,
    /// The rating.
    pub rating: RatingId,
    /// The entry, whose number is one more than the order has.
    pub entry: StoredEntry,
    /// The order after it.
    pub after: OrderStanding,
}

/// Which orders are asked for.
#[derive(Clone, Debug, Default)]
pub struct OrderQuery {
    /// Changed after this number.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
    /// Of these departments; empty for all.
    pub agencies: Vec<String>,
    /// In these regions with all below; empty for all.
    pub regions: Vec<Region>,
    /// Whether orders that no department has yet are left out.
    pub is_dispatched: bool,
}
