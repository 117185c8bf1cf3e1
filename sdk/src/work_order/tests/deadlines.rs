//! Terms by place.

use super::{
    super::*,
    story::{Story, at, of, sample},
};

/// Jiangsu, in force since 2022-10: first contact within 1 working day; 立整立改 1, 限时整改 5,
/// 综合协调 15 working days from the receipt of the order. 2026-11-20 is a Friday.
#[test]
fn deadlines_of_jiangsu() {
    let mut story = Story::at(Stage::Dispatched);
    let due = |story: &Story| {
        let due = story.order.due(&story.profile, &story.calendar);
        due.into_iter()
            .map(|(kind, at)| (kind, at.at.to_rfc3339()[..10].to_owned()))
            .collect::<Vec<_>>()
    };
    let day = |kind, text: &str| (kind, text.to_owned());
    let undetermined = day(DueKind::Reply, "2026-11-27");
    assert_eq!(due(&story), [day(DueKind::Contact, "2026-11-23"), undetermined.clone()]);
    story.steps(&[ActionKind::NoContact]);
    assert_eq!(due(&story), [undetermined]);
    for (class, last) in [
        (Class::Simple, "2026-11-23"),
        (Class::General, "2026-11-27"),
        (Class::Complex, "2026-12-11"),
    ] {
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

/// Shanghai: contact on the same day, and orders are not returned. Zhejiang 2019: contact within 1
/// day, 15 days for all.
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
    let reply = |story: &Story| {
        story.order.reply_due(&story.profile, &story.calendar).unwrap().at.to_rfc3339()
    };
    assert_eq!(reply(&story), "2026-12-11T23:59:59+08:00");
    story.profile.stops = vec![Stage::Appealed].into();
    assert_eq!(reply(&story), "2026-12-16T23:59:59+08:00", "three working days more");
    let still = Story { profile: story.profile.clone(), ..Story::at(Stage::Appealed) };
    assert_eq!(
        still.order.due(&still.profile, &still.calendar),
        [],
        "nothing is due while the clock stands"
    );
}
