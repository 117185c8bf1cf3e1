//! The conditions of the table, and why an action is refused.

use core::time::Duration;

use super::{ActionKind, Actor, OneBody, Profile, Role, Stage, WorkOrder};
use crate::{
    calendar::{Instant, WorkingCalendar},
    region::{Region, RegionKind},
};

/// A condition of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guard {
    /// As many failed attempts are logged as the profile asks for.
    EnoughAttempts,
    /// The last failed attempt was made some time ago.
    ApartFromLastAttempt,
    /// The rater is anonymous and left no contact.
    NothingToBeReachedBy,
    /// The profile lets departments ask.
    ReassignmentAllowed,
    /// The term in which an appeal can be filed.
    WithinAppealTerm,
    /// The service-management body of the department's level, and not the department itself.
    BodyOfTheLevel,
    /// That body, and a rating that is not real-name: only such a one may rest without a reply.
    MayCloseUnanswered,
    /// The person says once whether the answer will do.
    NotFollowedUp,
    /// The term in which the person may say so is over.
    FollowUpTermOver,
}

/// Why an action is refused. Nothing is changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such step from here.
    #[error("{action} is not a step from {stage}")]
    Step {
        /// Where the order stands.
        stage: Stage,
        /// What was asked for.
        action: ActionKind,
    },
    /// Not in that capacity.
    #[error("{action} from {stage} is not for a {role}")]
    Role {
        /// Where the order stands.
        stage: Stage,
        /// What was asked for.
        action: ActionKind,
        /// Who asked.
        role: Role,
    },
    /// A field is missing or not what it has to be.
    #[error("{field}: {code}")]
    Input {
        /// The field.
        field: &'static str,
        /// `required`, `too-long`, `control-character`, `not-a-credit-code`, `not-a-date`,
        /// `not-in-the-future` or `too-far`.
        code: &'static str,
    },
    /// Too few attempts to reach the rater.
    #[error("{made} attempts are logged, {required} are required")]
    Attempts {
        /// Those logged.
        made: u16,
        /// Those that the profile asks for.
        required: u16,
    },
    /// The last attempt was made just now.
    #[error("the next attempt counts from {}", from.to_rfc3339())]
    AttemptTooSoon {
        /// When the next one can be logged.
        from: Instant,
    },
    /// The rater can be reached: by what was left, or through the department's own case system.
    #[error("the rater can be reached")]
    CanBeReached,
    /// The profile knows no reassignment.
    #[error("orders are not returned here")]
    NoReassignment,
    /// The appeal's term is over.
    #[error("an appeal could be filed until {}", until.to_rfc3339())]
    AppealTermOver {
        /// When it ended.
        until: Instant,
    },
    /// The service-management body of another level or region.
    #[error("that is for the body of region {body}")]
    OtherBody {
        /// Whose body decides.
        body: Region,
    },
    /// The rated department decides nothing about itself.
    #[error("a department does not decide about itself")]
    OwnDepartment,
    /// Whoever filed it does not decide it.
    #[error("an appeal cannot be decided by the person who filed it")]
    OwnAppeal,
    /// A real-name rating is always answered.
    #[error("a real-name rating is answered before it rests")]
    Unanswered,
    /// 追评 is given once.
    #[error("the person has already said whether the answer will do")]
    FollowedUp,
    /// The person still has time.
    #[error("the person may still answer until {}", until.to_rfc3339())]
    FollowUpOpen {
        /// When the term ends.
        until: Instant,
    },
}

impl Refused {
    /// Every code.
    pub const CODES: &[&str] = &[
        "not-a-step",
        "not-your-step",
        "invalid-action",
        "too-few-attempts",
        "attempt-too-soon",
        "can-be-reached",
        "no-reassignment",
        "appeal-term-over",
        "other-body",
        "own-department",
        "own-appeal",
        "unanswered",
        "followed-up",
        "follow-up-open",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Step { .. } => "not-a-step",
            Self::Role { .. } => "not-your-step",
            Self::Input { .. } => "invalid-action",
            Self::Attempts { .. } => "too-few-attempts",
            Self::AttemptTooSoon { .. } => "attempt-too-soon",
            Self::CanBeReached => "can-be-reached",
            Self::NoReassignment => "no-reassignment",
            Self::AppealTermOver { .. } => "appeal-term-over",
            Self::OtherBody { .. } => "other-body",
            Self::OwnDepartment => "own-department",
            Self::OwnAppeal => "own-appeal",
            Self::Unanswered => "unanswered",
            Self::FollowedUp => "followed-up",
            Self::FollowUpOpen { .. } => "follow-up-open",
        }
    }
}

/// The body that decides about a department: that of its own level. A credit code says in its third
/// to eighth character where its holder is registered (GB 32100-2015), which gives the level; else
/// it is the district's.
pub fn body_of(agency: &str, region: Region) -> Region {
    let registered = agency.get(2..8).and_then(|code| code.parse::<Region>().ok());
    let registered = registered.filter(|found| found.contains(region));
    registered
        .or_else(|| region.ancestors().find(|one| one.kind() <= RegionKind::District))
        .unwrap_or(region)
}

pub(super) fn check(
    guard: Guard,
    order: &WorkOrder,
    actor: &Actor,
    now: Instant,
    profile: &Profile,
    calendar: &WorkingCalendar,
) -> Result<(), Refused> {
    let refused = match guard {
        Guard::EnoughAttempts => {
            let (made, required) = (order.n_attempts, profile.n_attempts);
            (made < required).then_some(Refused::Attempts { made, required })
        }
        Guard::ApartFromLastAttempt => {
            let apart = Duration::from_mins(profile.attempts_apart_minutes.into());
            let from = order.attempted_at.map(|at| at + apart);
            from.filter(|from| now < *from).map(|from| Refused::AttemptTooSoon { from })
        }
        Guard::NothingToBeReachedBy => {
            (order.facts.has_contact || order.facts.is_real_name).then_some(Refused::CanBeReached)
        }
        Guard::ReassignmentAllowed => {
            (!profile.can_be_reassigned).then_some(Refused::NoReassignment)
        }
        Guard::WithinAppealTerm => {
            let until = calendar.deadline(order.since, profile.appeal).at;
            (now > until).then_some(Refused::AppealTermOver { until })
        }
        Guard::MayCloseUnanswered if order.facts.is_real_name => Some(Refused::Unanswered),
        Guard::BodyOfTheLevel | Guard::MayCloseUnanswered => may_decide(order, actor, profile),
        Guard::NotFollowedUp => (order.round > 1).then_some(Refused::FollowedUp),
        Guard::FollowUpTermOver => {
            let until = calendar.deadline(order.since, profile.follow_up).at;
            (now <= until && order.round == 1).then_some(Refused::FollowUpOpen { until })
        }
    };
    refused.map_or(Ok(()), Err)
}

fn may_decide(order: &WorkOrder, actor: &Actor, profile: &Profile) -> Option<Refused> {
    let level = body_of(&order.agency, order.facts.region);
    let is_one_body = order.facts.is_service_body;
    let body = if is_one_body && profile.one_body == OneBody::NextHigher {
        level.parent().unwrap_or(level)
    } else {
        level
    };
    let is_own = actor.agency.as_deref() == Some(order.agency.as_str());
    if actor.region != Some(body) {
        Some(Refused::OtherBody { body })
    } else if is_own && !(is_one_body && profile.one_body == OneBody::SecondPerson) {
        Some(Refused::OwnDepartment)
    } else if order.filed_by() == Some(actor.who.as_str()) {
        Some(Refused::OwnAppeal)
    } else {
        None
    }
}
