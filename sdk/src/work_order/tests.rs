use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{ActionKind as A, *};
use crate::calendar::{Instant, WorkingCalendar};

/// Made up; registered in 320102.
const AGENCY: &str = "11320102DEM000014A";
const OTHER: &str = "11110000000021135M";

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

fn facts() -> Facts {
    Facts {
        agency: AGENCY.into(),
        region: "320102002".parse().unwrap(),
        is_real_name: false,
        has_contact: false,
        is_service_body: false,
    }
}

fn of(role: Role) -> Actor {
    let (who, agency, region) = match role {
        Role::System | Role::Rater => (String::new(), None, None),
        Role::Handler => ("handler".into(), Some(AGENCY.into()), Some("320102".parse().unwrap())),
        _ => (role.name().into(), Some(OTHER.into()), Some("320102".parse().unwrap())),
    };
    Actor { role, who, agency, region }
}

fn sample(kind: ActionKind) -> Action {
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
        ActionKind::DetermineValid => Action::DetermineValid { class: Class::Simple, finding: text() },
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
struct Story {
    profile: Profile,
    calendar: WorkingCalendar,
    opened: Instant,
    now: Instant,
    facts: Facts,
    order: WorkOrder,
    history: Vec<Entry>,
}

impl Story {
    fn new(facts: Facts) -> Self {
        let opened = at("2026-11-20T15:00:00+08:00");
        let (profile, calendar) = (Profile::JIANGSU, WorkingCalendar::built_in());
        let order = WorkOrder::open(facts.clone(), opened);
        Self { profile, calendar, opened, now: opened, facts, order, history: vec![] }
    }

    fn try_as(&self, actor: &Actor, action: Action) -> Result<Entry, Refused> {
        self.order.decide(action, actor, self.now, &self.profile, &self.calendar)
    }

    fn act(&mut self, role: Role, action: Action) -> &mut Self {
        let entry = self.try_as(&of(role), action).unwrap();
        self.take(entry)
    }

    fn take(&mut self, entry: Entry) -> &mut Self {
        self.order = self.order.apply(&entry).unwrap();
        self.history.push(entry);
        self.now = Instant::from_millis(self.now.millis() + 60_000);
        self
    }

    /// By samples, each by the first role that may.
    fn steps(&mut self, kinds: &[ActionKind]) -> &mut Self {
        for kind in kinds {
            let row =
                transition(self.order.stage(), *kind).unwrap_or_else(|| panic!("{kind} at {}", self.order.stage()));
            self.act(row.roles[0], sample(*kind));
        }
        self
    }

    /// One that stands at a stage.
    fn at(stage: Stage) -> Self {
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
            Stage::Upheld => &[A::Dispatch, A::NoContact, A::DetermineMalicious, A::FileAppeal, A::Uphold],
            Stage::Rectifying => &completed[..4],
            Stage::Completed => &completed,
            Stage::Replied => &[A::Dispatch, A::NoContact, A::DetermineValid, A::Rectify, A::Resolve, A::Reply],
            Stage::FollowedUp => {
                &[A::Dispatch, A::NoContact, A::DetermineValid, A::Rectify, A::Resolve, A::Reply, A::Satisfied]
            }
            Stage::Closed => &[A::Dispatch, A::NoContact, A::DetermineValid, A::Rectify, A::Resolve, A::Close],
        };
        let mut story = Self::new(facts());
        story.steps(more);
        assert_eq!(story.order.stage(), stage);
        story
    }
}

/// 13 stages × 24 actions × 8 roles: only what the table has is done, and it leads where the table says.
#[test]
fn every_stage_action_and_role_is_as_in_the_table() {
    let mut n_allowed = 0;
    for stage in Stage::ALL {
        let story = Story::at(*stage);
        for kind in ActionKind::ALL {
            let row = TABLE.iter().filter(|row| row.from == *stage && row.action == *kind).collect::<Vec<_>>();
            assert!(row.len() <= 1, "{kind} from {stage} stands twice");
            for role in Role::ALL {
                let found = story.try_as(&of(*role), sample(*kind));
                match row.first() {
                    None => assert_eq!(found, Err(Refused::Step { stage: *stage, action: *kind })),
                    Some(row) if !row.roles.contains(role) => {
                        assert_eq!(found, Err(Refused::Role { stage: *stage, action: *kind, role: *role }));
                    }
                    Some(row) => match found {
                        Ok(entry) => {
                            let next = story.order.apply(&entry).unwrap().stage();
                            match row.to {
                                To::Stage(to) => assert_eq!(next, to, "{kind} from {stage}"),
                                To::Same => assert_eq!(next, *stage),
                                To::Back => assert_eq!(next, Stage::Dispatched),
                            }
                            n_allowed += 1;
                        }
                        Err(error) => assert!(row.guard.is_some(), "{kind} from {stage} by {role}: {error}"),
                    },
                }
            }
        }
    }
    assert!(n_allowed > 40, "{n_allowed}");
}

/// What the rules say of who may what, apart from the table.
#[test]
fn nobody_decides_about_themselves() {
    for row in TABLE {
        let is_decision = matches!(row.action, ActionKind::Uphold | ActionKind::Reject | ActionKind::Reassign);
        assert!(!is_decision || !row.roles.contains(&Role::Handler), "{row:?}");
        let is_answer = matches!(row.action, ActionKind::Satisfied | ActionKind::StillDissatisfied);
        assert!(!is_answer || row.roles == [Role::Rater, Role::Operator], "{row:?}");
        for idle in [Role::CardOffice, Role::Administrator] {
            assert!(!row.roles.contains(&idle), "{row:?}");
        }
    }
}

#[test]
fn every_stage_is_reached_and_leads_to_the_end() {
    let next = |stage: Stage| {
        TABLE.iter().filter(move |row| row.from == stage).filter_map(|row| match row.to {
            To::Stage(to) => Some(to),
            To::Same | To::Back => None,
        })
    };
    for start in Stage::ALL {
        let mut seen = BTreeSet::from([*start]);
        let mut left = vec![*start];
        while let Some(stage) = left.pop() {
            left.extend(next(stage).filter(|to| seen.insert(*to)));
        }
        assert!(seen.contains(&Stage::Closed), "nothing leads from {start} to the end");
        assert!(*start != Stage::Opened || seen.len() == Stage::ALL.len(), "{seen:?}");
    }
}

/// Jiangsu, in force since 2022-10: first contact within 1 working day; 立整立改 1, 限时整改 5, 综合协调 15 working days from
/// the receipt of the order. 2026-11-20 is a Friday.
#[test]
fn deadlines_of_jiangsu() {
    let mut story = Story::at(Stage::Dispatched);
    let due = |story: &Story| {
        let due = story.order.due(&story.profile, &story.calendar);
        due.into_iter().map(|(kind, at)| (kind, at.at.to_rfc3339()[..10].to_owned())).collect::<Vec<_>>()
    };
    let day = |kind, text: &str| (kind, text.to_owned());
    let undetermined = day(DueKind::Reply, "2026-11-27");
    assert_eq!(due(&story), [day(DueKind::Contact, "2026-11-23"), undetermined.clone()]);
    story.steps(&[ActionKind::NoContact]);
    assert_eq!(due(&story), [undetermined]);
    for (class, last) in [(Class::Simple, "2026-11-23"), (Class::General, "2026-11-27"), (Class::Complex, "2026-12-11")]
    {
        let mut one = story.clone();
        one.act(Role::Handler, Action::DetermineValid { class, finding: "属实".into() });
        assert_eq!(due(&one), [day(DueKind::Reply, last)]);
        one.steps(&[ActionKind::Rectify, ActionKind::Resolve]);
        assert_eq!(due(&one), [day(DueKind::Reply, last)], "until the person is told");
        one.steps(&[ActionKind::Reply]);
        assert_eq!(due(&one), [day(DueKind::FollowUp, "2026-12-05")]);
    }
    story.steps(&[ActionKind::DetermineMistaken]);
    assert_eq!(due(&story)[0], day(DueKind::Appeal, "2026-11-25"));
}

/// Shanghai: contact on the same day, and orders are not returned. Zhejiang 2019: contact within 1 day, 15 days for all.
#[test]
fn deadlines_of_shanghai_and_zhejiang() {
    for (profile, contact, reply) in [
        (Profile::SHANGHAI, "2026-11-20T23:59:59+08:00", "2026-11-27T23:59:59+08:00"),
        (Profile::ZHEJIANG, "2026-11-21T23:59:59+08:00", "2026-12-05T23:59:59+08:00"),
    ] {
        let story = Story { profile, ..Story::at(Stage::Dispatched) };
        let due = story.order.due(&story.profile, &story.calendar);
        let found: Vec<_> = due.iter().map(|(_, deadline)| deadline.at.to_rfc3339()).collect();
        assert_eq!(found, [contact, reply], "{}", story.profile.name);
        let asked = story.try_as(&of(Role::Handler), sample(ActionKind::AskReassignment));
        let is_shanghai = story.profile.name == "shanghai";
        assert_eq!(asked.err(), is_shanghai.then_some(Refused::NoReassignment));
        assert_eq!(Profile::built_in(&story.profile.name), Some(story.profile.clone()));
    }
}

/// A profile may let the clock stand still while an appeal is open; by default none does.
#[test]
fn a_clock_stands_still_only_where_the_profile_says_so() {
    let mut story = Story::at(Stage::Appealed);
    story.now = at("2026-11-25T10:00:00+08:00");
    story.steps(&[ActionKind::Reject]);
    let reply = |story: &Story| story.order.reply_due(&story.profile, &story.calendar).unwrap().at.to_rfc3339();
    assert_eq!(reply(&story), "2026-12-11T23:59:59+08:00");
    story.profile.stops = vec![Stage::Appealed].into();
    assert_eq!(reply(&story), "2026-12-16T23:59:59+08:00", "three working days more");
    let still = Story { profile: story.profile.clone(), ..Story::at(Stage::Appealed) };
    assert_eq!(still.order.due(&still.profile, &still.calendar), [], "nothing is due while the clock stands");
}

#[test]
fn unreachable_needs_as_many_attempts_as_the_profile_says() {
    let mut story = Story::at(Stage::Dispatched);
    for made in 0..3 {
        let refused = story.try_as(&of(Role::Handler), sample(ActionKind::GiveUp));
        assert_eq!(refused, Err(Refused::Attempts { made, required: 3 }));
        story.steps(&[ActionKind::LogAttempt]);
    }
    story.steps(&[ActionKind::GiveUp]);
    assert_eq!(story.order.contact, Some(Contact::Unreachable));
}

/// A real-name rater without contact is reached through the department's own case system.
#[test]
fn whoever_can_be_reached_is_reached() {
    for (is_real_name, has_contact) in [(true, false), (false, true), (true, true)] {
        let mut story = Story::new(Facts { is_real_name, has_contact, ..facts() });
        story.steps(&[ActionKind::Dispatch]);
        assert_eq!(story.try_as(&of(Role::Handler), sample(ActionKind::NoContact)), Err(Refused::CanBeReached));
    }
}

/// 申诉 goes to the service-management body of the same level (Jiangsu 2022-10), and never to the rated department.
#[test]
fn an_appeal_is_decided_by_another_body_of_the_same_level() {
    let story = Story::at(Stage::Appealed);
    let uphold = |story: &Story, who: &str, agency: &str, region: &str| {
        let actor = Actor {
            role: Role::Supervisor,
            who: who.into(),
            agency: Some(agency.into()),
            region: Some(region.parse().unwrap()),
        };
        story.try_as(&actor, sample(ActionKind::Uphold)).err()
    };
    let body = "320102".parse().unwrap();
    assert_eq!(uphold(&story, "s", OTHER, "320102"), None);
    for region in ["320100", "320000", "320104"] {
        assert_eq!(uphold(&story, "s", OTHER, region), Some(Refused::OtherBody { body }));
    }
    assert_eq!(uphold(&story, "s", AGENCY, "320102"), Some(Refused::OwnDepartment));
    assert_eq!(uphold(&story, "handler", OTHER, "320102"), Some(Refused::OwnAppeal));

    // Nor does anybody else than that body give an order away, keep it or let it rest.
    for (stage, action) in [
        (Stage::Reassigning, sample(A::Reassign)),
        (Stage::Reassigning, sample(A::KeepAssigned)),
        (Stage::Dispatched, sample(A::Reassign)),
        (Stage::Completed, Action::Close),
        (Stage::Upheld, Action::Close),
    ] {
        let street = Actor { region: Some("320102002".parse().unwrap()), ..of(Role::Supervisor) };
        let found = Story::at(stage).try_as(&street, action);
        assert_eq!(found, Err(Refused::OtherBody { body }), "{stage}");
    }

    let mut one_body = story;
    one_body.order.facts.is_service_body = true;
    assert_eq!(uphold(&one_body, "s", AGENCY, "320102"), Some(Refused::OtherBody { body: "320100".parse().unwrap() }));
    assert_eq!(uphold(&one_body, "s", OTHER, "320100"), None);
    one_body.profile.one_body = OneBody::SecondPerson;
    assert_eq!(uphold(&one_body, "s", AGENCY, "320102"), None);
    assert_eq!(uphold(&one_body, "handler", AGENCY, "320102"), Some(Refused::OwnAppeal));
}

/// GB 32100-2015: characters 3 to 8 of a credit code are the region in which its holder is registered.
#[test]
fn the_level_of_a_department_follows_from_its_credit_code() {
    let village = "320102002001".parse().unwrap();
    for (agency, body) in [
        ("11320000014000000X", "320000"),
        ("11320100014000000X", "320100"),
        (AGENCY, "320102"),
        ("11110000000021135M", "320102"),
        ("", "320102"),
    ] {
        assert_eq!(body_of(agency, village), body.parse().unwrap(), "{agency}");
    }
}

#[test]
fn an_appeal_that_comes_too_late_is_refused_and_the_rating_is_valid() {
    let mut story = Story::at(Stage::Contested);
    story.now = at("2026-11-26T00:00:00+08:00");
    let refused = story.try_as(&of(Role::Handler), sample(ActionKind::FileAppeal)).unwrap_err();
    assert_eq!(refused.to_string(), "an appeal could be filed until 2026-11-25T23:59:59+08:00");
    story.steps(&[ActionKind::DetermineValid]);
    assert_eq!(story.order.stage(), Stage::Valid);
}

/// 实名差评回复率 100 %, with the reason also where an appeal was upheld.
#[test]
fn a_real_name_rating_never_rests_without_a_reply() {
    for end in [Stage::Completed, Stage::Upheld] {
        let mut story = Story::at(end);
        story.order.facts.is_real_name = true;
        assert_eq!(story.try_as(&of(Role::Supervisor), Action::Close), Err(Refused::Unanswered));
        story.steps(&[ActionKind::Reply]);
        assert_eq!(story.order.stage(), Stage::Replied);
    }
}

/// In the 2019 design a rater who is still dissatisfied has the order assigned again; 追评 is given once (Zhejiang 2019).
#[test]
fn still_dissatisfied_is_assigned_again_with_a_clock_of_its_own_and_once() {
    let mut story = Story::at(Stage::Replied);
    story.now = at("2026-12-01T09:00:00+08:00");
    story.act(Role::Rater, Action::StillDissatisfied { words: "没有改".into() });
    assert_eq!((story.order.stage(), story.order.round), (Stage::Dispatched, 2));
    let contact = story.order.due(&story.profile, &story.calendar)[0];
    assert_eq!((contact.0, contact.1.at.to_rfc3339().as_str()), (DueKind::Contact, "2026-12-02T23:59:59+08:00"));
    story.steps(&[A::NoContact, A::DetermineValid, A::Rectify, A::Explain, A::Reply]);
    for kind in [A::Satisfied, A::StillDissatisfied] {
        assert_eq!(story.try_as(&of(Role::Rater), sample(kind)), Err(Refused::FollowedUp));
    }
    story.steps(&[A::NoAnswer, A::Close]);
    assert_eq!(story.order.stage(), Stage::Closed);
}

#[test]
fn the_person_has_the_whole_term_to_answer() {
    let mut story = Story::at(Stage::Replied);
    let until = at("2026-12-05T23:59:59+08:00");
    let refused = story.try_as(&Actor::system(), Action::NoAnswer).unwrap_err();
    assert_eq!(refused.to_string(), format!("the person may still answer until {}", until.to_rfc3339()));
    story.now = at("2026-12-06T00:00:00+08:00");
    story.steps(&[ActionKind::NoAnswer]);
}

#[test]
fn what_goes_with_an_action_is_checked_by_name() {
    let story = Story::at(Stage::Rectifying);
    let refused = |action| story.try_as(&of(Role::Handler), action).unwrap_err();
    let plan = |by: &str| Action::Plan { plan: "改造".into(), by: by.into() };
    for (action, field, code) in [
        (Action::Resolve { result: " \n ".into() }, "result", "required"),
        (Action::Resolve { result: "长".repeat(TEXT_MAX + 1) }, "result", "too-long"),
        (Action::Resolve { result: "a\u{0}".into() }, "result", "control-character"),
        (Action::Explain { rule: String::new(), explanation: "因为".into() }, "rule", "required"),
        (plan("明年"), "by", "not-a-date"),
        (plan("2026-11-20"), "by", "not-in-the-future"),
    ] {
        assert_eq!(refused(action), Refused::Input { field, code });
    }
    let story = Story::at(Stage::Reassigning);
    let wrong = Action::Reassign { agency: "123".into(), reason: "归口".into() };
    let found = story.try_as(&of(Role::Supervisor), wrong);
    assert_eq!(found, Err(Refused::Input { field: "agency", code: "not-a-credit-code" }));
}

#[test]
fn a_history_with_a_gap_or_a_leap_is_broken() {
    let story = Story::at(Stage::Rectifying);
    let replay = |history: &[Entry]| WorkOrder::replay(story.facts.clone(), story.opened, history);
    let mut gap = story.history.clone();
    gap.remove(1);
    assert_eq!(replay(&gap), Err(Broken::Number { expected: 2, found: 3 }));
    let mut leap = story.history.clone();
    leap[2].action = Action::Close;
    let expected = Broken::Step { number: 3, stage: Stage::Contacted, action: ActionKind::Close };
    assert_eq!(replay(&leap), Err(expected));
}

#[test]
fn an_entry_is_flat_json() {
    let story = Story::at(Stage::Valid);
    let text = serde_json::to_string(&story.history[2]).unwrap();
    let expected = "{\"number\":3,\"at\":1795158120000,\"role\":\"handler\",\"who\":\"handler\",\
                    \"action\":\"determine_valid\",\"class\":\"simple\",\"finding\":\"示例说明\"}";
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), story.history[2]);
}

#[test]
fn the_flow_chart_in_the_documents_is_that_of_the_table() {
    let page = include_str!("../../../docs/work-order.md");
    assert!(page.contains(&flow_chart()), "out of date: run `cargo xtask codegen`");
}

proptest! {
    /// Whatever people try in whatever order: the history gives the row, times never go back, and nobody rests who is owed
    /// an answer.
    #[test]
    fn replaying_the_history_gives_the_order(
        tries in prop::collection::vec((0_usize..24, 0_usize..8, 0_i64..400_000_000), 0..60),
        is_real_name: bool,
        has_contact: bool,
    ) {
        let mut story = Story::new(Facts { is_real_name, has_contact, ..facts() });
        for (kind, role, later) in tries {
            story.now = Instant::from_millis(story.now.millis() + later);
            // Half of the tries go by the table, or none would come far.
            let open: Vec<_> = TABLE.iter().filter(|row| row.from == story.order.stage()).collect();
            let (kind, role) = match open.get(kind / 2) {
                Some(row) => (row.action, row.roles[0]),
                None => (ActionKind::ALL[kind], Role::ALL[role]),
            };
            let mut action = sample(kind);
            if let Action::Plan { by, .. } = &mut action {
                *by = "2099-12-31".into();
            }
            if let Ok(entry) = story.try_as(&of(role), action) {
                prop_assert!(entry.at >= story.order.last_at.millis());
                story.take(entry);
            }
        }
        let replayed = WorkOrder::replay(story.facts.clone(), story.opened, &story.history);
        prop_assert_eq!(replayed.as_ref(), Ok(&story.order));
        let is_at_rest = story.order.stage() == Stage::Closed;
        prop_assert!(!(is_at_rest && is_real_name) || story.order.replied_at.is_some());
        let due = story.order.due(&story.profile, &story.calendar);
        prop_assert!(due.is_empty() || !is_at_rest);
        prop_assert!(due.is_sorted_by_key(|(_, deadline)| deadline.at));
    }
}
