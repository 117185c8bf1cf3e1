use serde::{Deserialize, Serialize};

use super::{
    Action, ActionKind, Actor, Cause, Class, Profile, Refused, Role, Stage, To, guard::check,
    table::transition,
};
use crate::{
    calendar::{CivilDate, Instant, WorkingCalendar},
    region::Region,
};

/// What never changes about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The credit code of the rated department.
    pub agency: String,
    /// Where the service was given.
    pub region: Region,
    /// 实名: 匿名评价 was not ticked, and the portal says who it was or a contact was left.
    pub is_real_name: bool,
    /// Whether the rater left a contact.
    pub has_contact: bool,
    /// Whether the rated department is the region's service-management body itself.
    pub is_service_body: bool,
}

/// How the first contact went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// Cause and demand are confirmed by the rater.
    Reached,
    /// Nobody was reached.
    Unreachable,
    /// There was nothing to reach anybody by.
    NoneLeft,
}

/// What is claimed against a rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// 误评
    Mistaken,
    /// 恶意评价
    Malicious,
}

/// 认定
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A valid bad rating of this class.
    Valid(Class),
    /// One that an appeal is to be about.
    Contested(Claim),
}

/// 办结: how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Put right.
    Resolved,
    /// Cannot be done; the rule is cited.
    Explained {
        /// The rule.
        rule: String,
    },
    /// Will be done by that day.
    Planned {
        /// The day.
        by: CivilDate,
    },
}

/// 追评
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It will do.
    Satisfied,
    /// Nothing was said in time.
    None,
}

/// A stage with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// See [`Stage::Opened`].
    Opened,
    /// See [`Stage::Dispatched`].
    Dispatched,
    /// See [`Stage::Reassigning`].
    Reassigning {
        /// Where it stays if it is not given to another.
        back: Stage,
    },
    /// See [`Stage::Contacted`].
    Contacted,
    /// See [`Stage::Valid`] and [`Stage::Contested`].
    Determined(Finding),
    /// See [`Stage::Appealed`].
    Appealed {
        /// What is claimed.
        claim: Claim,
        /// Who filed it.
        by: String,
    },
    /// See [`Stage::Upheld`].
    Upheld(Claim),
    /// See [`Stage::Rectifying`].
    Rectifying(Class),
    /// See [`Stage::Completed`].
    Completed(Outcome),
    /// See [`Stage::Replied`].
    Replied,
    /// See [`Stage::FollowedUp`].
    FollowedUp(Answer),
    /// See [`Stage::Closed`].
    Closed,
}

/// One entry of the history, which is only ever added to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// From 1, without gaps.
    pub number: u32,
    /// Milliseconds in UTC.
    pub at: i64,
    /// In what capacity.
    pub role: Role,
    /// By whom; empty for the collector and the rater.
    pub who: String,
    /// What was done.
    #[serde(flatten)]
    pub action: Action,
}

/// A history that cannot be: entries are missing, doubled, or lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Not the next number.
    #[error("entry {found} stands where {expected} should")]
    Number {
        /// The next number.
        expected: u32,
        /// The number found.
        found: u32,
    },
    /// No such step.
    #[error("entry {number}: {action} is not a step from {stage}")]
    Step {
        /// The entry.
        number: u32,
        /// Where the order stood.
        stage: Stage,
        /// What it says was done.
        action: ActionKind,
    },
}

/// A work order, derived from its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkOrder {
    /// What never changes.
    pub facts: Facts,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Instant,
    /// Whose it is now: the rated department, or another that it was given to.
    pub agency: String,
    /// 1, and 2 after the person was still dissatisfied.
    pub round: u16,
    /// When a department first had it in this round.
    pub received_at: Option<Instant>,
    /// Failed attempts to reach the rater in this round.
    pub n_attempts: u16,
    /// When the last one was made.
    pub attempted_at: Option<Instant>,
    /// How the first contact of this round went.
    pub contact: Option<Contact>,
    /// What it turned out to be about.
    pub cause: Option<Cause>,
    /// The class of a valid one, in this round.
    pub class: Option<Class>,
    /// Whether an appeal was upheld.
    pub is_upheld: bool,
    /// The reply of this round.
    pub replied_at: Option<Instant>,
    /// When something was done last.
    pub last_at: Instant,
    /// The number of its last entry; 0 when it is opened.
    pub n_entries: u32,
    /// Stages of this round with when each began.
    pub(super) visits: Vec<(Stage, Instant)>,
}

impl WorkOrder {
    /// As a bad rating opens it.
    pub fn open(facts: Facts, at: Instant) -> Self {
        Self {
            agency: facts.agency.clone(),
            facts,
            state: State::Opened,
            since: at,
            round: 1,
            received_at: None,
            n_attempts: 0,
            attempted_at: None,
            contact: None,
            cause: None,
            class: None,
            is_upheld: false,
            replied_at: None,
            last_at: at,
            n_entries: 0,
            visits: vec![(Stage::Opened, at)],
        }
    }

    /// As its history says.
    ///
    /// # Errors
    /// The first entry that cannot be.
    pub fn replay<'a>(
        facts: Facts,
        at: Instant,
        history: impl IntoIterator<Item = &'a Entry>,
    ) -> Result<Self, Broken> {
        history.into_iter().try_fold(Self::open(facts, at), |order, entry| order.apply(entry))
    }

    /// Where it stands.
    pub fn stage(&self) -> Stage {
        match self.state {
            State::Opened => Stage::Opened,
            State::Dispatched => Stage::Dispatched,
            State::Reassigning { .. } => Stage::Reassigning,
            State::Contacted => Stage::Contacted,
            State::Determined(Finding::Valid(_)) => Stage::Valid,
            State::Determined(Finding::Contested(_)) => Stage::Contested,
            State::Appealed { .. } => Stage::Appealed,
            State::Upheld(_) => Stage::Upheld,
            State::Rectifying(_) => Stage::Rectifying,
            State::Completed(_) => Stage::Completed,
            State::Replied => Stage::Replied,
            State::FollowedUp(_) => Stage::FollowedUp,
            State::Closed => Stage::Closed,
        }
    }

    /// Who filed the appeal that is open.
    pub fn filed_by(&self) -> Option<&str> {
        if let State::Appealed { by, .. } = &self.state { Some(by) } else { None }
    }

    /// The actions that somebody in this capacity may try, in the table's order.
    pub fn next_actions(&self, role: Role) -> impl Iterator<Item = ActionKind> {
        let stage = self.stage();
        super::TABLE
            .iter()
            .filter(move |row| row.from == stage && row.roles.contains(&role))
            .map(|row| row.action)
    }

    /// The entry that an action appends now.
    ///
    /// # Errors
    /// Why it may not be taken: first the step, then who asks, what is given, and the step's own
    /// condition.
    pub fn decide(
        &self,
        action: Action,
        actor: &Actor,
        now: Instant,
        profile: &Profile,
        calendar: &WorkingCalendar,
    ) -> Result<Entry, Refused> {
        let (stage, kind) = (self.stage(), action.kind());
        let row = transition(stage, kind).ok_or(Refused::Step { stage, action: kind })?;
        if !row.roles.contains(&actor.role) {
            return Err(Refused::Role { stage, action: kind, role: actor.role });
        }
        action.check(now)?;
        if let Some(guard) = row.guard {
            check(guard, self, actor, now, profile, calendar)?;
        }
        // A clock that was set back does not turn the history round.
        let at = now.max(self.last_at).millis();
        Ok(Entry {
            number: self.n_entries + 1,
            at,
            role: actor.role,
            who: actor.who.clone(),
            action,
        })
    }

    /// The order after an entry.
    ///
    /// # Errors
    /// An entry that is not the next one, or no step from here.
    pub fn apply(&self, entry: &Entry) -> Result<Self, Broken> {
        let expected = self.n_entries + 1;
        if entry.number != expected {
            return Err(Broken::Number { expected, found: entry.number });
        }
        let (stage, action) = (self.stage(), entry.action.kind());
        let row = transition(stage, action).ok_or(Broken::Step {
            number: entry.number,
            stage,
            action,
        })?;
        let at = Instant::from_millis(entry.at);
        let mut next = Self { n_entries: expected, last_at: at, ..self.clone() };
        next.take(entry, at);
        if row.to != To::Same {
            next.since = at;
            next.visits.push((next.stage(), at));
        }
        Ok(next)
    }

    fn take(&mut self, entry: &Entry, at: Instant) {
        let contested = |state: &State| match state {
            State::Determined(Finding::Contested(claim)) | State::Appealed { claim, .. } => {
                Some(*claim)
            }
            _ => None,
        };
        let claim = contested(&self.state).unwrap_or(Claim::Mistaken);
        match &entry.action {
            Action::Dispatch => {
                self.received_at = Some(at);
                self.state = State::Dispatched;
            }
            Action::LogAttempt { .. } => {
                self.n_attempts = self.n_attempts.saturating_add(1);
                self.attempted_at = Some(at);
            }
            Action::Reach { cause, .. } => self.contacted(Contact::Reached, *cause),
            Action::GiveUp { cause } => self.contacted(Contact::Unreachable, *cause),
            Action::NoContact { cause } => self.contacted(Contact::NoneLeft, *cause),
            Action::AskReassignment { .. } => {
                self.state = State::Reassigning { back: self.stage() }
            }
            Action::Reassign { agency, .. } => {
                self.agency.clone_from(agency);
                self.n_attempts = 0;
                self.attempted_at = None;
                self.contact = None;
                self.state = State::Dispatched;
            }
            Action::KeepAssigned { .. } => {
                let is_contacted =
                    matches!(self.state, State::Reassigning { back: Stage::Contacted });
                self.state = if is_contacted { State::Contacted } else { State::Dispatched };
            }
            Action::DetermineValid { class, .. } | Action::Reject { class, .. } => {
                self.class = Some(*class);
                self.state = State::Determined(Finding::Valid(*class));
            }
            Action::DetermineMistaken { .. } => {
                self.state = State::Determined(Finding::Contested(Claim::Mistaken));
            }
            Action::DetermineMalicious { .. } => {
                self.state = State::Determined(Finding::Contested(Claim::Malicious));
            }
            Action::FileAppeal { .. } => {
                self.state = State::Appealed { claim, by: entry.who.clone() }
            }
            Action::Uphold { .. } => {
                self.is_upheld = true;
                self.state = State::Upheld(claim);
            }
            Action::Rectify { .. } => {
                self.state = State::Rectifying(self.class.unwrap_or(Class::General));
            }
            Action::Resolve { .. } => self.state = State::Completed(Outcome::Resolved),
            Action::Explain { rule, .. } => {
                self.state = State::Completed(Outcome::Explained { rule: rule.clone() });
            }
            Action::Plan { by, .. } => {
                let by = CivilDate::parse(by).unwrap_or_else(|| at.date_in_china());
                self.state = State::Completed(Outcome::Planned { by });
            }
            Action::Reply { .. } => {
                self.replied_at = Some(at);
                self.state = State::Replied;
            }
            Action::Satisfied => self.state = State::FollowedUp(Answer::Satisfied),
            Action::NoAnswer => self.state = State::FollowedUp(Answer::None),
            Action::StillDissatisfied { .. } => self.assign_again(at),
            Action::Supervise { .. } => {}
            Action::Close => self.state = State::Closed,
        }
    }

    fn contacted(&mut self, contact: Contact, cause: Cause) {
        self.contact = Some(contact);
        self.cause = Some(cause);
        self.state = State::Contacted;
    }

    /// A round of its own, with a clock of its own. The answer that would not do counts as none,
    /// and what was upheld is open again: the person says that it was no mistake.
    fn assign_again(&mut self, at: Instant) {
        self.round = self.round.saturating_add(1);
        self.received_at = Some(at);
        self.n_attempts = 0;
        self.attempted_at = None;
        self.contact = None;
        self.class = None;
        self.is_upheld = false;
        self.replied_at = None;
        self.visits.clear();
        self.state = State::Dispatched;
    }
}
