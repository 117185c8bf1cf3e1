//! Who decides about whom.

use super::{
    super::{ActionKind as A, *},
    story::{AGENCY, OTHER, Story, at, of, sample},
};

/// 申诉 goes to the service-management body of the same level (Jiangsu 2022-10), and never to the
/// rated department.
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
    assert_eq!(
        uphold(&one_body, "s", AGENCY, "320102"),
        Some(Refused::OtherBody { body: "320100".parse().unwrap() })
    );
    assert_eq!(uphold(&one_body, "s", OTHER, "320100"), None);
    one_body.profile.one_body = OneBody::SecondPerson;
    assert_eq!(uphold(&one_body, "s", AGENCY, "320102"), None);
    assert_eq!(uphold(&one_body, "handler", AGENCY, "320102"), Some(Refused::OwnAppeal));
}

/// GB 32100-2015: characters 3 to 8 of a credit code are the region in which its holder is
/// registered.
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
