//! What registering a service does, and what it leaves alone.

use super::{
    Any,
    make::{AUTHORITY, TODAY, new_service, noon, outcomes, place, rating, service},
};
use crate::{NewService, Outcome, Registered};

pub(super) async fn registering_again_gives_the_same_service(store: Any<'_>) {
    let first = new_service(AUTHORITY, service("case"), 1);
    let registered = store.register(AUTHORITY, vec![first.clone()]).await.unwrap().services;
    let expected = Registered {
        part: first.part,
        id: first.id,
        last_day: first.last_day,
        is_new: true,
        region: first.service.region,
        agency: first.service.agency_code.to_string(),
        rated_at: None,
    };
    assert_eq!(registered, std::slice::from_ref(&expected));

    // The retry of a portal comes with another proposal of an id and of a day; what stands is what
    // counts.
    let again = NewService { last_day: TODAY + 91, ..new_service(AUTHORITY, service("case"), 2) };
    let standing = Registered { is_new: false, ..expected };
    assert_eq!(
        store.register(AUTHORITY, vec![again.clone(), again]).await.unwrap().services,
        [standing.clone(), standing.clone()]
    );
    assert_eq!(store.find_service(first.part, AUTHORITY, "case", 1).await.unwrap(), Some(standing));
    assert_eq!(store.find_service(first.part, AUTHORITY, "case", 2).await.unwrap(), None);
}

pub(super) async fn a_ticket_is_prolonged_only_when_it_ended_unused(store: Any<'_>) {
    let placed = place(store, ["unused", "rated"].map(service).to_vec()).await;
    let ended_on = TODAY + 90;
    assert_eq!(outcomes(store, vec![rating(&placed[1], 1)]).await, [Outcome::Accepted]);
    let again_on = |day: u16| {
        ["unused", "rated"]
            .map(|case| NewService {
                last_day: day + 90,
                at: noon(day),
                ..new_service(AUTHORITY, service(case), 9)
            })
            .to_vec()
    };
    let days = |registered: Vec<Registered>| {
        registered.into_iter().map(|r| r.last_day).collect::<Vec<_>>()
    };

    let on_the_last_day = store.register(AUTHORITY, again_on(ended_on)).await.unwrap().services;
    assert_eq!(
        days(on_the_last_day),
        [ended_on, ended_on],
        "a ticket that still opens stays as it was given out"
    );

    let a_day_later = store.register(AUTHORITY, again_on(ended_on + 1)).await.unwrap().services;
    assert_eq!(a_day_later[0].id, placed[0].id, "a prolonged service is the same service");
    assert_eq!(days(a_day_later), [ended_on + 91, ended_on]);

    let found = store.find_service(placed[0].part, AUTHORITY, "unused", 1).await.unwrap().unwrap();
    assert_eq!(found.last_day, ended_on + 91, "the new day is on record");
}

pub(super) async fn the_same_case_number_of_two_authorities_is_two_services(store: Any<'_>) {
    let ours = new_service(AUTHORITY, service("case"), 1);
    let theirs = new_service("anhui-portal", service("case"), 2);
    assert!(store.register(AUTHORITY, vec![ours.clone()]).await.unwrap().services[0].is_new);
    let registered = store.register("anhui-portal", vec![theirs.clone()]).await.unwrap().services;
    assert!(registered[0].is_new);
    assert_eq!(registered[0].id, theirs.id);
    let found = store.find_service(ours.part, AUTHORITY, "case", 1).await.unwrap();
    assert_eq!(found.map(|f| f.id), Some(ours.id));
}

pub(super) async fn a_service_shows_what_was_registered_and_when_it_was_rated(store: Any<'_>) {
    let mut named = service("case");
    named.item_name = Some("护照补发".into());
    named.agency_name = Some("公安局".into());
    let placed = place(store, vec![named]).await;
    let (part, id) = (placed[0].part, placed[0].id);
    let before = store.service(part, id).await.unwrap().unwrap();
    assert_eq!(before.item_name.as_deref(), Some("护照补发"));
    assert_eq!(before.agency_name.as_deref(), Some("公安局"));
    assert_eq!(before.finished_at, placed[0].service.finished_at);
    assert_eq!(before.rated_at, None);

    let first = rating(&placed[0], 1);
    assert_eq!(outcomes(store, vec![first.clone()]).await, [Outcome::Accepted]);
    assert_eq!(store.service(part, id).await.unwrap().unwrap().rated_at, Some(first.rated_at));
    let found = store.find_service(part, AUTHORITY, "case", 1).await.unwrap().unwrap();
    assert_eq!(found.rated_at, Some(first.rated_at));
    assert_eq!(
        store.service((part + 1) % 64, id).await.unwrap(),
        None,
        "an id belongs to its part"
    );
}
