//! `/api/v1/work-orders`: bad ratings for the systems of those who work on them.

use serde::{Deserialize, Serialize};

use crate::work_order::{Action, ActionKind, Class, DueKind, Role, Stage};

/// A page of work orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkOrders {
    /// In the order of their last change.
    pub orders: Vec<WorkOrder>,
    /// What to ask for next, as `after`: nothing that changes later is missed.
    pub watermark: i64,
}

/// A work order as one of those who work on it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkOrder {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub stage: Stage,
    /// 1, or 2 after the person was still dissatisfied.
    pub round: u16,
    /// Of a valid one.
    pub class: Option<Class>,
    /// Whether an appeal was upheld.
    pub upheld: bool,
    /// How many entries its history has; goes with the next action.
    pub n_entries: u32,
    /// The department that has it.
    pub agency_code: String,
    /// Its name.
    pub agency_name: Option<String>,
    /// Where the service was given.
    pub region: String,
    /// 办件编号; `null` for a department that an anonymous rating is about.
    pub case_number: Option<String>,
    /// 事项
    pub item_code: Option<String>,
    /// 事项名称
    pub item_name: Option<String>,
    /// 窗口
    pub window: Option<String>,
    /// The level's name.
    pub level: String,
    /// The chosen options.
    pub indicators: Vec<WorkOrderIndicator>,
    /// What the person wrote.
    pub comment: Option<String>,
    /// 匿名评价
    pub anonymous: bool,
    /// Whether it has to be answered in any case.
    pub real_name: bool,
    /// Masked; `null` where none was left.
    pub contact: Option<MaskedContact>,
    /// RFC 3339; a civil date for a department that an anonymous rating is about.
    pub rated_at: String,
    /// What is due, the soonest first.
    pub due: Vec<Due>,
    /// What the caller may do next.
    pub actions: Vec<NextAction>,
    /// What was done, oldest first.
    pub history: Vec<WorkOrderEntry>,
}

/// A chosen option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkOrderIndicator {
    /// The official code.
    pub code: String,
    /// The official text.
    pub text: String,
}

/// Whom to answer, as `张*` and `138****1234`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MaskedContact {
    /// The first character of the name.
    pub name: String,
    /// The first three and last four digits of the number.
    pub phone: String,
}

/// Something due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Due {
    /// What.
    pub kind: DueKind,
    /// The last moment, RFC 3339.
    pub at: String,
    /// Whether it may move, since the days off of its year are not known yet.
    pub provisional: bool,
}

/// A possible next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextAction {
    /// Its name.
    pub action: ActionKind,
    /// The fields that it requires.
    pub requires: Vec<String>,
}

/// One entry of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkOrderEntry {
    /// From 1, without gaps.
    pub number: u32,
    /// RFC 3339; a civil date where the rater of an anonymous rating spoke and its department
    /// reads.
    pub at: String,
    /// In what capacity.
    pub role: Role,
    /// By whom.
    pub who: String,
    /// What was done, with what was said.
    #[serde(flatten)]
    pub action: Action,
}

/// `POST /api/v1/work-orders/{id}/actions`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionRequest {
    /// How many entries the order had when the caller saw it. To send the same again is safe.
    pub n_entries: u32,
    /// What to do, with what it requires.
    #[serde(flatten)]
    pub action: Action,
}

/// `POST /api/v1/work-orders/{id}/contact`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContactRequest {
    /// Why it has to be seen, at most 2,000 characters. Kept with the name of the key.
    pub reason: String,
}

/// The `data` of webhooks of type `work_order.…`, to hotlines and departments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkOrderEvent {
    /// From 1, without gaps for one order and endpoint.
    pub sequence: u32,
    /// The order after it.
    pub work_order: WorkOrder,
}

/// The `data` of webhooks of type `rating.replied`: the reply, to be sent to the rater.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RaterMessage {
    /// Whom to send it to.
    pub contact: super::Contact,
    /// 事项名称
    pub item_name: Option<String>,
    /// The reply.
    pub reply: String,
    /// The page with all that was done, where the person says whether it will do.
    pub url: String,
}

/// The `data` of webhooks of type `service.finished`: an invitation to rate, to be sent once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Whose case numbers these are.
    pub authority: String,
    /// 办件编号, by which the portal knows whom to invite: no number of a person is on record here.
    pub case_number: String,
    /// 服务次数
    pub service_number: u32,
    /// 事项名称
    pub item_name: Option<String>,
    /// The rating page. It marks nothing as chosen.
    pub url: String,
}

/// What a hotline or a department's system sends to `POST /api/v1/webhooks/{endpoint}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkOrderPush {
    /// The order's id.
    pub work_order: String,
    /// How many entries the order had when the caller saw it. To send the same again is safe.
    pub n_entries: u32,
    /// What was done, with what it requires.
    #[serde(flatten)]
    pub action: Action,
}

/// `POST /api/v1/ratings/{lookup}/follow-up`: 追评, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// Whether the reply will do.
    pub satisfied: bool,
    /// What is still wrong; may be empty.
    #[serde(default)]
    pub words: String,
}
