//! Wire v1. Fields may be added, never renamed. Levels are names, times are RFC 3339, rates are
//! fractions 0–1 or null.
//!
//! ```
//! use haochaping::wire::v1::{ServiceMode, ServiceRegistration};
//!
//! let sent = ServiceRegistration { mode: ServiceMode::OnSite, ..ServiceRegistration::default() };
//! assert_eq!(serde_json::to_value(sent)?["mode"], "on_site");
//! # Ok::<(), serde_json::Error>(())
//! ```

mod assisted;
mod ledger;
mod link;
mod relay;
mod statistics;
mod window;
mod work_order;

use serde::{Deserialize, Serialize};

use crate::rating::{self, ContactDraft, RatingDraft};

pub use assisted::AssistedRating;
pub use ledger::{LedgerProof, LedgerTable, LedgerTables};
pub use link::{LinkCard, LinkInfo, LinkService};
pub use relay::{
    CheckedRelay, RELAYED_MAX, RatingContent, RelayAccepted, RelayAnswer, RelayRejected,
    RelayRequest, RelayedRating,
};
pub use statistics::{
    HandlingFigures, HotWord, HotWords, Published, Scope, Statistics, StatisticsRow,
    StatisticsTable,
};
pub use window::{Call, CallRequest, PadCall, PadRating, PadState, Sealed};
pub use work_order::{
    ActionRequest, ContactRequest, Due, FollowUp, Invitation, MaskedContact, NextAction,
    RaterMessage, WorkOrder, WorkOrderEntry, WorkOrderEvent, WorkOrderIndicator, WorkOrderPush,
    WorkOrders,
};

/// `POST /api/v1/ratings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RatingRequest {
    /// The single-use link's token.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ticket: String,
    /// The idempotency key, 22 to 64 letters, digits, `-` or `_`: made once for a rating and kept
    /// over every retry.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The visit to a card's page, which stands for both `ticket` and `key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<String>,
    /// A level's name.
    pub level: String,
    /// Codes of the chosen options.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// The version of the list they were chosen from.
    pub indicator_version: String,
    /// What was typed, at most 500 characters.
    #[serde(default)]
    pub comment: String,
    /// 匿名评价
    #[serde(default)]
    pub anonymous: bool,
    /// Whom to answer.
    #[serde(default)]
    pub contact: Option<Contact>,
    /// The language the form was shown in.
    pub lang: String,
    /// How the person came to the page: `sms`, `qr` or nothing.
    #[serde(default)]
    pub via: Option<String>,
    /// 办理内容, after a card: one of the city's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

/// A name and a telephone number for the reply; either may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// The name.
    #[serde(default)]
    pub name: String,
    /// The telephone number.
    #[serde(default)]
    pub phone: String,
}

impl RatingRequest {
    /// The draft in it, without ticket and key.
    pub fn draft(&self) -> RatingDraft {
        let contact = self.contact.clone().unwrap_or_default();
        RatingDraft {
            level: self.level.clone(),
            indicators: self.indicators.clone(),
            indicator_version: self.indicator_version.clone(),
            comment: self.comment.clone(),
            anonymous: self.anonymous,
            contact: ContactDraft { name: contact.name, phone: contact.phone },
            lang: self.lang.clone(),
        }
    }

    /// The request that sends `draft` for `ticket` under `key`; without a ticket the key is a
    /// visit.
    pub fn of(ticket: String, key: String, via: Option<String>, draft: RatingDraft) -> Self {
        let ContactDraft { name, phone } = draft.contact;
        let is_given = crate::text::is_visible(&name) || !phone.trim().is_empty();
        let (key, visit) = if ticket.is_empty() { (String::new(), Some(key)) } else { (key, None) };
        Self {
            ticket,
            key,
            visit,
            level: draft.level,
            indicators: draft.indicators,
            indicator_version: draft.indicator_version,
            comment: draft.comment,
            anonymous: draft.anonymous,
            contact: is_given.then_some(Contact { name, phone }),
            lang: draft.lang,
            via,
            purpose: None,
        }
    }
}

/// The answer to an accepted rating: 201, or 200 for the same rating sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RatingAccepted {
    /// The public number of the rating.
    pub receipt: String,
    /// The person's own code, `XXXXX-XXXXX-XXXXX-XXXXX`.
    pub lookup: String,
    /// Where that code is looked up.
    pub lookup_url: String,
    /// When the rating was accepted.
    pub rated_at: String,
    /// The ledger's signed promise that it holds the rating's leaf, or the proof that it does;
    /// shows no level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

/// `GET /api/v1/ratings/{lookup}`: how far a rating is, never what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RatingProgress {
    /// The public number of the rating.
    pub receipt: String,
    /// When the rating was accepted.
    pub rated_at: String,
    /// `accepted`; `quarantined` while it is kept and does not count yet; `excluded` if it was left
    /// out for good.
    pub status: String,
    /// How the rating is worked; null where there is nothing to work.
    pub handling: Option<Handling>,
}

/// How a rating is worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Handling {
    /// The stage of the work order: `opened` and on.
    pub stage: String,
    /// The class it was determined to be, which sets its term.
    pub class: Option<String>,
    /// When the answer is due.
    pub due_at: Option<String>,
    /// The answer.
    pub reply: Option<String>,
    /// What happened when, oldest first.
    pub history: Vec<HandlingStep>,
}

/// One step of the work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandlingStep {
    /// The stage reached.
    pub stage: String,
    /// When.
    pub at: String,
}

/// `POST /api/v1/services`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServicesRequest {
    /// 1 to 1,000 finished services.
    pub services: Vec<ServiceRegistration>,
}

/// One finished service. The national fields without use here yet are read and left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceRegistration {
    /// 办件编号, 1 to 50 characters, opaque.
    pub case_number: String,
    /// The number of the service in its case, from 1.
    pub service_number: u32,
    /// 事项编码, 31 or 33 characters.
    #[serde(default)]
    pub item_code: Option<String>,
    /// 事项名称, at most 200 characters.
    #[serde(default)]
    pub item_name: Option<String>,
    /// 统一社会信用代码 of the agency.
    pub agency_code: String,
    /// The agency's name, at most 200 characters.
    #[serde(default)]
    pub agency_name: Option<String>,
    /// Region code of 6, 9 or 12 digits.
    pub region: String,
    /// RFC 3339 with an offset.
    pub finished_at: String,
    /// Online or on site.
    pub mode: ServiceMode,
    /// Whether the person served is known by name.
    pub real_name: bool,
    /// The window, on site.
    #[serde(default)]
    pub window: Option<String>,
    /// The staff number of who served.
    #[serde(default)]
    pub staff_number: Option<String>,
    /// What the registrar calls the visit of which this is one of several services, at most 50
    /// characters: they are rated once, by one link (一次一评).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<String>,
}

/// How a service was given (`proChannel`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ServiceMode {
    /// 网上办理
    #[default]
    Online,
    /// 现场办理
    OnSite,
}

/// The answer to a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServicesRegistered {
    /// One for every service that was taken.
    pub tickets: Vec<IssuedTicket>,
    /// One for every fault; a service with a fault is not registered, the others are.
    pub rejected: Vec<RejectedService>,
}

/// A link for one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuedTicket {
    /// The place in the request, from 0.
    pub index: usize,
    /// As sent.
    pub case_number: String,
    /// As sent.
    pub service_number: u32,
    /// The token of the single-use link.
    pub ticket: String,
    /// The link.
    pub url: String,
    /// Whether this call registered the service; false if it was known.
    pub created: bool,
    /// The civil date on which it was rated, if it was.
    pub rated_on: Option<String>,
}

/// A fault in one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectedService {
    /// The place in the request, from 0.
    pub index: usize,
    /// The stable code of the fault.
    pub code: String,
    /// The field at fault.
    pub field: String,
    /// The case as it was sent; none where it was no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_number: Option<String>,
    /// The fault in words, in the language of whoever sent it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Every error: `application/problem+json` (RFC 9457) with a stable code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference that names the kind of error.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words: the same for every problem of a code.
    pub title: String,
    /// What is particular about this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// Everything wrong with the content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// `already-rated`: the civil date of the rating that stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated_on: Option<String>,
}

/// One thing wrong with the content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Violation {
    /// The field at fault.
    pub field: String,
    /// The stable code of the fault.
    pub code: String,
    /// The limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
    /// What was found, as a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<usize>,
    /// The place in the field, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// The official code concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl From<&rating::Violation> for Violation {
    fn from(fault: &rating::Violation) -> Self {
        use rating::Violation as Fault;
        let mut out =
            Self { field: fault.field().into(), code: fault.code().into(), ..Self::default() };
        match fault {
            Fault::CommentTooLong { max, found } | Fault::ContactNameTooLong { max, found } => {
                (out.max, out.found) = (Some(*max), Some(*found));
            }
            Fault::CommentControlCharacter { place, .. } => out.index = Some(*place),
            Fault::IndicatorUnknown { index } => out.index = Some(*index),
            Fault::KeyMalformed { found } => out.found = Some(*found),
            Fault::IndicatorRetired { code } | Fault::IndicatorOfOtherLevel { code, .. } => {
                out.value = Some(code.to_string());
            }
            Fault::IndicatorVersionUnknown { current } => out.value = Some((*current).to_owned()),
            _ => {}
        }
        out
    }
}

/// Reads an idempotency key.
///
/// # Errors
/// [`rating::Violation::KeyMalformed`] with the length found.
pub fn check_key(key: &str) -> Result<(), rating::Violation> {
    let is_ours = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if is_ours && (22..=64).contains(&key.len()) {
        Ok(())
    } else {
        Err(rating::Violation::KeyMalformed { found: key.chars().count() })
    }
}
