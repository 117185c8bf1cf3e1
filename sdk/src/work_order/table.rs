//! The state machine as a table: what can be done where, by whom, and where it leads.

use super::{ActionKind as A, Guard as G, Role, Stage as S};

/// Where a transition leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// To this stage.
    Stage(S),
    /// It stays where it is.
    Same,
    /// To the stage before.
    Back,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// From which stage.
    pub from: S,
    /// By which action.
    pub action: A,
    /// By whom.
    pub roles: &'static [Role],
    /// To which stage.
    pub to: To,
    /// On what condition.
    pub guard: Option<G>,
}

const fn row(from: S, action: A, roles: &'static [Role], to: S) -> Transition {
    Transition { from, action, roles, to: To::Stage(to), guard: None }
}

const fn stays(from: S, action: A, roles: &'static [Role]) -> Transition {
    Transition { from, action, roles, to: To::Same, guard: None }
}

impl Transition {
    const fn if_(self, guard: G) -> Self {
        Self { guard: Some(guard), ..self }
    }
}

const SYSTEM: &[Role] = &[Role::System];
const HANDLER: &[Role] = &[Role::Handler];
/// The service-management body of a region, and the province's.
const BODY: &[Role] = &[Role::Supervisor, Role::Province];
/// The person, or an operator who called back (回访).
const RATER: &[Role] = &[Role::Rater, Role::Operator];

/// Every transition there is. A pair of stage and action stands once.
pub const TABLE: &[Transition] = &[
    row(S::Opened, A::Dispatch, SYSTEM, S::Dispatched),
    // 核实: within 1 working day the department contacts the rater and confirms cause and demand.
    stays(S::Dispatched, A::LogAttempt, HANDLER).if_(G::ApartFromLastAttempt),
    row(S::Dispatched, A::Reach, HANDLER, S::Contacted),
    row(S::Dispatched, A::GiveUp, HANDLER, S::Contacted).if_(G::EnoughAttempts),
    row(S::Dispatched, A::NoContact, HANDLER, S::Contacted).if_(G::NothingToBeReachedBy),
    // Misdirected orders. In Shanghai none is returned.
    row(S::Dispatched, A::AskReassignment, HANDLER, S::Reassigning).if_(G::ReassignmentAllowed),
    row(S::Contacted, A::AskReassignment, HANDLER, S::Reassigning).if_(G::ReassignmentAllowed),
    row(S::Reassigning, A::Reassign, BODY, S::Dispatched).if_(G::BodyOfTheLevel),
    Transition {
        to: To::Back,
        ..row(S::Reassigning, A::KeepAssigned, BODY, S::Dispatched).if_(G::BodyOfTheLevel)
    },
    // A department that cannot be asked holds nothing up.
    row(S::Dispatched, A::Reassign, BODY, S::Dispatched).if_(G::BodyOfTheLevel),
    // 认定
    row(S::Contacted, A::DetermineValid, HANDLER, S::Valid),
    row(S::Contacted, A::DetermineMistaken, HANDLER, S::Contested),
    row(S::Contacted, A::DetermineMalicious, HANDLER, S::Contested),
    // 申诉: to the same level, and never decided by the rated department. Without an appeal it is a
    // valid bad rating.
    row(S::Contested, A::FileAppeal, HANDLER, S::Appealed).if_(G::WithinAppealTerm),
    row(S::Contested, A::DetermineValid, HANDLER, S::Valid),
    row(S::Appealed, A::Uphold, BODY, S::Upheld).if_(G::BodyOfTheLevel),
    row(S::Appealed, A::Reject, BODY, S::Valid).if_(G::BodyOfTheLevel),
    // 整改 and 办结
    row(S::Valid, A::Rectify, HANDLER, S::Rectifying),
    row(S::Rectifying, A::Resolve, HANDLER, S::Completed),
    row(S::Rectifying, A::Explain, HANDLER, S::Completed),
    row(S::Rectifying, A::Plan, HANDLER, S::Completed),
    // 反馈: a real-name rating is always answered, an upheld appeal too.
    row(S::Completed, A::Reply, HANDLER, S::Replied),
    row(S::Upheld, A::Reply, HANDLER, S::Replied),
    row(S::Completed, A::Close, BODY, S::Closed).if_(G::MayCloseUnanswered),
    row(S::Upheld, A::Close, BODY, S::Closed).if_(G::MayCloseUnanswered),
    // 追评 and 回访, once.
    row(S::Replied, A::Satisfied, RATER, S::FollowedUp).if_(G::NotFollowedUp),
    row(S::Replied, A::StillDissatisfied, RATER, S::Dispatched).if_(G::NotFollowedUp),
    row(S::Replied, A::NoAnswer, SYSTEM, S::FollowedUp).if_(G::FollowUpTermOver),
    row(S::FollowedUp, A::Close, SYSTEM, S::Closed),
    // 监督, at any time before the end.
    stays(S::Opened, A::Supervise, BODY),
    stays(S::Dispatched, A::Supervise, BODY),
    stays(S::Reassigning, A::Supervise, BODY),
    stays(S::Contacted, A::Supervise, BODY),
    stays(S::Valid, A::Supervise, BODY),
    stays(S::Contested, A::Supervise, BODY),
    stays(S::Appealed, A::Supervise, BODY),
    stays(S::Upheld, A::Supervise, BODY),
    stays(S::Rectifying, A::Supervise, BODY),
    stays(S::Completed, A::Supervise, BODY),
    stays(S::Replied, A::Supervise, BODY),
    stays(S::FollowedUp, A::Supervise, BODY),
];

/// The row of a stage and an action, if there is one.
pub fn transition(from: S, action: A) -> Option<&'static Transition> {
    TABLE.iter().find(|row| row.from == from && row.action == action)
}
