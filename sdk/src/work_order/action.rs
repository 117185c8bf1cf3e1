use serde::{Deserialize, Serialize};

use super::{guard::Refused, named};
use crate::calendar::{CivilDate, Instant};
use crate::text::{is_plain, is_visible};

/// The most days from now for which something is planned: two years.
pub(super) const PLAN_DAYS_MAX: i64 = 730;
/// The most characters of a text that goes with an action.
pub const TEXT_MAX: usize = 2_000;

named! {
    /// How hard it is to put right; each class has its term.
    Class as "WorkOrderClass" {
        /// 立整立改
        Simple = "simple",
        /// 限时整改
        General = "general",
        /// 综合协调
        Complex = "complex",
    }
}

named! {
    /// What a bad rating turned out to be about.
    Cause as "WorkOrderCause" {
        /// 办件
        Case = "case",
        /// 事项
        Matter = "matter",
        /// 窗口人员
        WindowStaff = "window_staff",
        /// 大厅
        Hall = "hall",
        /// 网站
        Website = "website",
    }
}

/// Declares the actions once: variant, name, and the texts and values that go with it.
macro_rules! actions {
    ($($(#[$meaning:meta])* $variant:ident = $name:literal $({ $($field:ident: $type:ty),* })?,)*) => {
        named! {
            /// What can be done with a work order.
            ActionKind { $($(#[$meaning])* $variant = $name,)* }
        }

        /// An action with what it requires.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(tag = "action", deny_unknown_fields)]
        #[expect(missing_docs, reason = "the fields are named after what they hold, and the form of each is checked in one place")]
        pub enum Action {
            $($(#[$meaning])* #[serde(rename = $name)] $variant $({ $($field: $type),* })?,)*
        }

        impl Action {
            /// Which one.
            pub const fn kind(&self) -> ActionKind {
                match self { $(Self::$variant { .. } => ActionKind::$variant,)* }
            }
        }

        impl ActionKind {
            /// The names of the fields that it requires, in order.
            pub const fn fields(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($(stringify!($field),)*)?],)* }
            }
        }
    };
}

actions! {
    /// Gives the order to the rated department; its clock starts.
    Dispatch = "dispatch",
    /// An attempt to reach the rater that failed.
    LogAttempt = "log_attempt" { how: String },
    /// The rater was reached: cause and demand are confirmed.
    Reach = "reach" { cause: Cause, demand: String },
    /// Nobody was reached after as many attempts as the profile asks for.
    GiveUp = "give_up" { cause: Cause },
    /// The rater is anonymous and left nothing to be reached by.
    NoContact = "no_contact" { cause: Cause },
    /// The order is another department's.
    AskReassignment = "ask_reassignment" { reason: String },
    /// Gives it to that department; the clock of the first runs on.
    Reassign = "reassign" { agency: String, reason: String },
    /// It stays where it is.
    KeepAssigned = "keep_assigned" { reason: String },
    /// 认定: valid, and how hard.
    DetermineValid = "determine_valid" { class: Class, finding: String },
    /// 认定: 误评, the rater pressed the wrong level.
    DetermineMistaken = "determine_mistaken" { finding: String },
    /// 认定: 恶意评价, staff acted lawfully, the rater was refused and rated out of spite.
    DetermineMalicious = "determine_malicious" { finding: String },
    /// 申诉, to the service-management body of the same level.
    FileAppeal = "file_appeal" { grounds: String },
    /// The appeal is right.
    Uphold = "uphold" { reason: String },
    /// The appeal is not right: the rating is valid, and this is its class.
    Reject = "reject" { class: Class, reason: String },
    /// 整改 begins.
    Rectify = "rectify" { measures: String },
    /// 办结: put right.
    Resolve = "resolve" { result: String },
    /// 办结: it cannot be done, by this rule, and why.
    Explain = "explain" { rule: String, explanation: String },
    /// 办结: not at once, but by that date (短期解决不了的要解释清楚).
    Plan = "plan" { plan: String, by: String },
    /// 反馈: the answer to the person.
    Reply = "reply" { text: String },
    /// 追评: the answer will do.
    Satisfied = "satisfied",
    /// 追评: it will not; the order is assigned again.
    StillDissatisfied = "still_dissatisfied" { words: String },
    /// The term of the follow-up went by.
    NoAnswer = "no_answer",
    /// 督办: a word from above that is on record.
    Supervise = "supervise" { instruction: String },
    /// To rest.
    Close = "close",
}

impl Action {
    /// The texts that go with it, by name, with whether one may be empty.
    fn texts(&self) -> Vec<(&'static str, &str, bool)> {
        match self {
            Self::LogAttempt { how } => vec![("how", how, false)],
            Self::Reach { demand, .. } => vec![("demand", demand, false)],
            Self::AskReassignment { reason }
            | Self::KeepAssigned { reason }
            | Self::Uphold { reason } => {
                vec![("reason", reason, false)]
            }
            Self::Reassign { agency, reason } => {
                vec![("agency", agency, false), ("reason", reason, false)]
            }
            Self::DetermineValid { finding, .. }
            | Self::DetermineMistaken { finding }
            | Self::DetermineMalicious { finding } => vec![("finding", finding, false)],
            Self::FileAppeal { grounds } => vec![("grounds", grounds, false)],
            Self::Reject { reason, .. } => vec![("reason", reason, false)],
            Self::Rectify { measures } => vec![("measures", measures, false)],
            Self::Resolve { result } => vec![("result", result, false)],
            Self::Explain { rule, explanation } => {
                vec![("rule", rule, false), ("explanation", explanation, false)]
            }
            Self::Plan { plan, by } => vec![("plan", plan, false), ("by", by, false)],
            Self::Reply { text } => vec![("text", text, false)],
            Self::StillDissatisfied { words } => vec![("words", words, true)],
            Self::Supervise { instruction } => vec![("instruction", instruction, false)],
            Self::Dispatch
            | Self::GiveUp { .. }
            | Self::NoContact { .. }
            | Self::Satisfied
            | Self::NoAnswer
            | Self::Close => vec![],
        }
    }

    /// Whether every field is what it has to be.
    ///
    /// # Errors
    /// [`Refused::Input`] with the first field that is not.
    pub(super) fn check(&self, now: Instant) -> Result<(), Refused> {
        for (field, text, may_be_empty) in self.texts() {
            let found = text.chars().count();
            let code = if !is_visible(text) && !may_be_empty {
                "required"
            } else if found > TEXT_MAX {
                "too-long"
            } else if !is_plain(text) {
                "control-character"
            } else {
                continue;
            };
            return Err(Refused::Input { field, code });
        }
        match self {
            Self::Reassign { agency, .. } if crate::identifier::Uscc::parse(agency).is_err() => {
                Err(Refused::Input { field: "agency", code: "not-a-credit-code" })
            }
            Self::Plan { by, .. } => match CivilDate::parse(by) {
                None => Err(Refused::Input { field: "by", code: "not-a-date" }),
                Some(day) if day <= now.date_in_china() => {
                    Err(Refused::Input { field: "by", code: "not-in-the-future" })
                }
                Some(day) if day > now.date_in_china().plus_days(PLAN_DAYS_MAX) => {
                    Err(Refused::Input { field: "by", code: "too-far" })
                }
                Some(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }
}
