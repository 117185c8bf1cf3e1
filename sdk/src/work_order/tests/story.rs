//! An order in whatever stage a test needs, and who acts on it.

use super::super::{ActionKind as A, *};
use crate::calendar::{Instant, WorkingCalendar};

/// Made up; registered in 320102.
pub(super) const AGENCY: &str = "11320102DEM000014A";
pub(super) const OTHER: &str = "11110000000021135M";

pub(super) fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

pub(super) fn facts() -> Facts {
    Facts {
        agency: AGENCY.into(),
        region: "320102002".parse().unwrap(),
        is_real_name: false,
        has_contact: false,
        is_service_body: false,
    }
}

pub(super) fn of(role: Role) -> Actor {
    let (who, agency, region) = match role {
        Role::System | Role::Rater => (String::new(), None, None),
        Role::Handler => ("handler".into(), Some(AGENCY.into()), Some("320102".parse().unwrap())),
        _ => (role.name().into(), Some(OTHER.into()), Some("320102".parse().unwrap())),
    };
    Actor { role, who, agency, region }
}

pub(super) fn sample(kind: ActionKind) -> Action {
    let text = || "示例说明".to_owned();
    match kind {
        ActionKind::Dispatch => Action::Dispatch,
        ActionKind::LogAttempt => Action::LogAttempt { how: text() },
        ActionKind::Reach => Action::Reach { cause: Cause::Hall, demand: text() },
        ActionKind::GiveUp => Action::GiveUp { cause: Cause::Case },
        ActionKind::NoContact => Action::NoContact { cause: Cause::Matter },
        ActionKind::AskReassignment => Action::AskReassignment { reason: text() },
        ActionKind::Reassign => Action::Reassign { agency: OTHER.into(), reason: text() },
        ActionKind::KeepAssigned => Action::KeepAssigned { reason: text() },
        ActionKind::DetermineValid => {
            Action::DetermineValid { class: Class::Simple, finding: text() }
        }
        ActionKind::DetermineMistaken => Action::DetermineMistaken { finding: text() },
        ActionKind::DetermineMalicious => Action::DetermineMalicious { finding: text() },
        ActionKind::FileAppeal => Action::FileAppeal { grounds: text() },
        ActionKind::Uphold => Action::Uphold { reason: text() },
        ActionKind::Reject => Action::Reject { class: Class::Complex, reason: text() },
        ActionKind::Rectify => Action::Rectify { measures: text() },
        ActionKind::Resolve => Action::Resolve { result: text() },
        ActionKind::Explain => Action::Explain { rule: text(), explanation: text() },
        ActionKind::Plan => Action::Plan { plan: text(), by: "2026-12-20".into() },
        ActionKind::Reply => Action::Reply { text: text() },
        ActionKind::Satisfied => Action::Satisfied,
        ActionKind::StillDissatisfied => Action::StillDissatisfied { words: String::new() },
        ActionKind::NoAnswer => Action::NoAnswer,
        ActionKind::Supervise => Action::Supervise { instruction: text() },
        ActionKind::Close => Action::Close,
    }
}

/// An order and all that was done to it, one action a minute.
#[derive(Clone)]
pub(super) struct Story {
    pub(super) profile: Profile,
    pub(super) calendar: WorkingCalendar,
    pub(super) opened: Instant,
    pub(super) now: Instant,
    pub(super) facts: Facts,
    pub(super) order: WorkOrder,
    pub(super) history: Vec<Entry>,
}

impl Story {
    pub(super) fn new(facts: Facts) -> Self {
        let opened = at("2026-11-20T15:00:00+08:00");
        let (profile, calendar) = (Profile::JIANGSU, WorkingCalendar::built_in());
        let order = WorkOrder::open(facts.clone(), opened);
        Self { profile, calendar, opened, now: opened, facts, order, history: vec![] }
    }

    pub(super) fn try_as(&self, actor: &Actor, action: Action) -> Result<Entry, Refused> {
        self.order.decide(action, actor, self.now, &self.profile, &self.calendar)
    }

    pub(super) fn act(&mut self, role: Role, action: Action) -> &mut Self {
        let entry = self.try_as(&of(role), action).unwrap();
        self.take(entry)
    }

    pub(super) fn take(&mut self, entry: Entry) -> &mut Self {
        self.order = self.order.apply(&entry).unwrap();
        self.history.push(entry);
        self.now = Instant::from_millis(self.now.millis() + 60_000);
        self
    }

    /// Lets time go by.
    pub(super) fn wait_minutes(&mut self, minutes: i64) -> &mut Self {
        self.now = Instant::from_millis(self.now.millis() + minutes * 60_000);
        self
    }

    /// By samples, each by the first role that may.
    pub(super) fn steps(&mut self, kinds: &[ActionKind]) -> &mut Self {
        for kind in kinds {
            let row = transition(self.order.stage(), *kind)
                .unwrap_or_else(|| panic!("{kind} at {}", self.order.stage()));
            self.act(row.roles[0], sample(*kind));
        }
        self
    }

    /// One that stands at a stage.
    pub(super) fn at(stage: Stage) -> Self {
        let contacted = [A::Dispatch, A::NoContact];
        let completed = [A::Dispatch, A::NoContact, A::DetermineValid, A::Rectify, A::Resolve];
        let more: &[A] = match stage {
            Stage::Opened => &[],
            Stage::Dispatched => &[A::Dispatch],
            Stage::Reassigning => &[A::Dispatch, A::AskReassignment],
            Stage::Contacted => &contacted,
            Stage::Valid => &completed[..3],
            Stage::Contested => &[A::Dispatch, A::NoContact, A::DetermineMistaken],
            Stage::Appealed => &[A::Dispatch, A::NoContact, A::DetermineMistaken, A::FileAppeal],
            Stage::Upheld => {
                &[A::Dispatch, A::NoContact, A::DetermineMalicious, A::FileAppeal, A::Uphold]
            }
            Stage::Rectifying => &completed[..4],
            Stage::Completed => &completed,
            Stage::Replied => {
                &[A::Dispatch, A::NoContact, A::DetermineValid, A::Rectify, A::Resolve, A::Reply]
            }
            Stage::FollowedUp => &[
                A::Dispatch,
                A::NoContact,
                A::DetermineValid,
                A::Rectify,
                A::Resolve,
                A::Reply,
                A::Satisfied,
            ],
            Stage::Closed => {
                &[A::Dispatch, A::NoContact, A::DetermineValid, A::Rectify, A::Resolve, A::Close]
            }
        };
        let mut story = Self::new(facts());
        story.steps(more);
        assert_eq!(story.order.stage(), stage);
        story
    }
}
