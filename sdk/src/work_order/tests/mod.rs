use std::collections::BTreeSet;

use proptest::prelude::*;

mod appeals;
mod deadlines;
mod story;

use self::story::{Story, at, facts, of, sample};
use super::{ActionKind as A, *};
use crate::calendar::Instant;

/// 13 stages × 24 actions × 8 roles: only what the table has is done, and it leads where the table
/// says.
#[test]
fn every_stage_action_and_role_is_as_in_the_table() {
    let mut n_allowed = 0;
    for stage in Stage::ALL {
        let story = Story::at(*stage);
        for kind in ActionKind::ALL {
            let row = TABLE
                .iter()
                .filter(|row| row.from == *stage && row.action == *kind)
                .collect::<Vec<_>>();
            assert!(row.len() <= 1, "{kind} from {stage} stands twice");
            for role in Role::ALL {
                let found = story.try_as(&of(*role), sample(*kind));
                match row.first() {
                    None => assert_eq!(found, Err(Refused::Step { stage: *stage, action: *kind })),
                    Some(row) if !row.roles.contains(role) => {
                        assert_eq!(
                            found,
                            Err(Refused::Role { stage: *stage, action: *kind, role: *role })
                        );
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
                        Err(error) => {
                            assert!(row.guard.is_some(), "{kind} from {stage} by {role}: {error}");
                        }
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
        let is_decision =
            matches!(row.action, ActionKind::Uphold | ActionKind::Reject | ActionKind::Reassign);
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

#[test]
fn unreachable_needs_as_many_attempts_as_the_profile_says() {
    let mut story = Story::at(Stage::Dispatched);
    for made in 0..3 {
        let refused = story.try_as(&of(Role::Handler), sample(ActionKind::GiveUp));
        assert_eq!(refused, Err(Refused::Attempts { made, required: 3 }));
        story.steps(&[ActionKind::LogAttempt]);
        let again = story.try_as(&of(Role::Handler), sample(ActionKind::LogAttempt));
        assert!(
            matches!(again, Err(Refused::AttemptTooSoon { .. })),
            "two calls in a row are one: {again:?}"
        );
        story.wait_minutes(120);
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
        assert_eq!(
            story.try_as(&of(Role::Handler), sample(ActionKind::NoContact)),
            Err(Refused::CanBeReached)
        );
    }
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

/// In the 2019 design a rater who is still dissatisfied has the order assigned again; 追评 is given
/// once (Zhejiang 2019).
#[test]
fn still_dissatisfied_is_assigned_again_with_a_clock_of_its_own_and_once() {
    let mut story = Story::at(Stage::Replied);
    story.now = at("2026-12-01T09:00:00+08:00");
    story.act(Role::Rater, Action::StillDissatisfied { words: "没有改".into() });
    assert_eq!((story.order.stage(), story.order.round), (Stage::Dispatched, 2));
    let contact = story.order.due(&story.profile, &story.calendar)[0];
    assert_eq!(
        (contact.0, contact.1.at.to_rfc3339().as_str()),
        (DueKind::Contact, "2026-12-02T23:59:59+08:00")
    );
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
    assert_eq!(
        refused.to_string(),
        format!("the person may still answer until {}", until.to_rfc3339())
    );
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
    let page = include_str!("../../../../docs/work-order.md");
    assert!(page.contains(&flow_chart()), "out of date: run `cargo xtask codegen`");
}

proptest! {
    /// Whatever people try in whatever order: the history gives the row, times never go back, and
    /// nobody rests who is owed an answer.
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
