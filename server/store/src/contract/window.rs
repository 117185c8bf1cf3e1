//! Visits, windows, pads and calls.

use haochaping::{
    calendar::Instant,
    call::{CallAction, CallState},
    link::part_of,
    region::Region,
};

use super::{
    Any,
    make::{AUTHORITY, Placed, TODAY, counted, new_service, noon, outcomes, rating, service},
};
use crate::{
    NewService, Outcome,
    staff::AuditEntry,
    window::{Call, Hall, Holder, Pairing},
};

fn entry() -> AuditEntry {
    AuditEntry { at: at(0), who: "staff:test".into(), what: "test".into(), about: "test".into() }
}

fn at(seconds: i64) -> Instant {
    Instant::from_millis(noon(TODAY).millis() + seconds * 1000)
}

fn of_visit(case: &str, item: &str, n: u32) -> NewService {
    let mut one = service(case);
    (one.visit, one.item_name) = (Some("visit".into()), Some(item.into()));
    new_service(AUTHORITY, one, n)
}

pub(super) async fn several_services_of_a_visit_are_one_that_is_rated(store: Any<'_>) {
    let visit =
        [of_visit("case-a", "甲", 1), of_visit("case-b", "乙", 2), of_visit("case-c", "甲", 3)];
    let first = store.register(AUTHORITY, visit.to_vec()).await.unwrap().services;
    assert!(
        first.iter().all(|one| one.is_new && (one.part, one.id) == (visit[0].part, visit[0].id))
    );
    // What comes later belongs to the same one, and so does what is sent again by itself.
    let later = store
        .register(AUTHORITY, vec![of_visit("case-d", "丙", 4), visit[1].clone()])
        .await
        .unwrap()
        .services;
    assert_eq!(
        (later[0].id, later[0].is_new, later[1].id, later[1].is_new),
        (visit[0].id, true, visit[0].id, false)
    );
    let view = store.service(visit[0].part, visit[0].id).await.unwrap().unwrap();
    assert_eq!(view.item_name.as_deref(), Some("甲、乙、丙"));
    let found = store
        .find_service(part_of(AUTHORITY, "case-c"), AUTHORITY, "case-c", 1)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.part, found.id), (visit[0].part, visit[0].id));

    let lead = Placed { part: visit[0].part, id: visit[0].id, service: visit[0].service.clone() };
    assert_eq!(outcomes(store, vec![rating(&lead, 1)]).await, [Outcome::Accepted]);
    let again = store.register(AUTHORITY, visit.to_vec()).await.unwrap().services;
    assert!(again.iter().all(|one| one.rated_at.is_some()));
    let all = counted(store)
        .await
        .into_iter()
        .find(|(key, _)| key.region == Region::COUNTRY && key.agency.is_empty());
    assert_eq!(all.unwrap().1.n_services, 1, "one visit can be rated once");
    assert_eq!(store.verify().await.unwrap().faults, Vec::<String>::new());
}

async fn with_windows(store: Any<'_>) {
    let hall = Hall { id: [1; 16], name: "示例大厅".into(), region: "321002".parse().unwrap() };
    store.add_hall(hall, entry()).await.unwrap();
    let two = vec![("a01".to_owned(), "1 号".to_owned()), ("a02".to_owned(), "2 号".to_owned())];
    assert_eq!(store.add_windows([1; 16], two, entry()).await.unwrap(), Vec::<String>::new());
}

async fn offer(store: Any<'_>, code: u8, until: i64) {
    assert!(store.offer_code("a01", [code; 32], at(until), entry()).await.unwrap());
}

async fn pair(store: Any<'_>, code: u8, pad: u8, now: i64) -> Pairing {
    let entry = AuditEntry { at: at(now), ..entry() };
    store.pair("a01", [code; 32], [pad; 32], 3, entry).await.unwrap()
}

pub(super) async fn a_window_has_one_pad_and_one_page(store: Any<'_>) {
    with_windows(store).await;
    let again = vec![("a02".to_owned(), "又".to_owned()), ("a03".to_owned(), "3 号".to_owned())];
    assert_eq!(store.add_windows([1; 16], again, entry()).await.unwrap(), ["a02"]);
    assert_eq!(
        store.windows("321002".parse().unwrap()).await.unwrap().len(),
        2,
        "none of them was added"
    );
    assert_eq!(store.windows("320100".parse().unwrap()).await.unwrap(), []);

    assert_eq!(pair(store, 1, 9, 0).await, Pairing::NoCode);
    offer(store, 1, 600).await;
    assert_eq!(pair(store, 1, 9, 600).await, Pairing::NoCode, "its time is over");
    assert_eq!(pair(store, 2, 9, 0).await, Pairing::Wrong);
    assert_eq!(pair(store, 1, 9, 0).await, Pairing::Done);
    assert_eq!(pair(store, 1, 8, 0).await, Pairing::Taken);
    assert_eq!(store.pad([9; 32]).await.unwrap(), Some(("a01".into(), true)));
    assert!(!store.offer_code("a01", [3; 32], at(600), entry()).await.unwrap());
    assert!(!store.remove_window("a01", entry()).await.unwrap(), "a pad stands there");

    let holder =
        |page: &str| Holder { window: "a01".into(), page: page.into(), version: "v".into() };
    assert!(store.acquire_window(&holder("one"), at(0), at(-15)).await.unwrap());
    assert!(!store.acquire_window(&holder("two"), at(5), at(-10)).await.unwrap());
    assert_eq!(
        store.heartbeat(vec![holder("one"), holder("two")], at(6)).await.unwrap(),
        [holder("two")]
    );
    assert!(
        store.acquire_window(&holder("two"), at(30), at(15)).await.unwrap(),
        "the first was not heard of"
    );
    store.release_window(&holder("one")).await.unwrap();
    assert!(
        !store.acquire_window(&holder("three"), at(31), at(16)).await.unwrap(),
        "it was not its to give back"
    );
    store.release_window(&holder("two")).await.unwrap();
    assert!(store.acquire_window(&holder("three"), at(31), at(16)).await.unwrap());

    assert!(store.unpair("a01", entry()).await.unwrap());
    assert!(!store.unpair("a01", entry()).await.unwrap());
    assert_eq!(
        store.pad([9; 32]).await.unwrap(),
        Some(("a01".into(), false)),
        "what was given on it is still taken"
    );
    offer(store, 4, 600).await;
    for _ in 0..3 {
        assert_eq!(pair(store, 5, 7, 0).await, Pairing::Wrong);
    }
    assert_eq!(pair(store, 4, 7, 0).await, Pairing::NoCode, "tried too often");
    assert!(store.remove_window("a01", entry()).await.unwrap());
    assert_eq!(store.window("a01").await.unwrap(), None);
}

fn call(n: u8, window: &str, of: &NewService) -> Call {
    Call {
        id: [n; 16],
        window: window.into(),
        part: of.part,
        service: of.id,
        ticket_day: of.last_day,
        items: vec!["甲".into(), "乙".into()],
        agency: "示例局".into(),
        state: CallState::Waiting,
        called_at: at(i64::from(n)),
        ends_at: at(i64::from(n) + 60),
    }
}

pub(super) async fn a_call_is_one_at_a_time_and_goes_where_the_table_says(store: Any<'_>) {
    with_windows(store).await;
    let asked = new_service(AUTHORITY, service("case"), 1);
    store.register(AUTHORITY, vec![asked.clone()]).await.unwrap();
    let first = call(1, "a01", &asked);
    assert_eq!(store.make_call(first.clone()).await.unwrap(), None);
    assert_eq!(store.make_call(call(2, "a01", &asked)).await.unwrap(), Some(first.clone()));
    assert_eq!(
        store.make_call(call(3, "a02", &asked)).await.unwrap(),
        None,
        "another window's is its own"
    );
    assert_eq!(store.call([1; 16]).await.unwrap(), Some(first.clone()));

    let shown = store.move_call([1; 16], CallAction::Show, at(5), at(65)).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.ends_at), (CallState::Shown, at(65)));
    let ended =
        store.move_call([1; 16], CallAction::Withdraw, at(6), at(99)).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.ends_at), (CallState::Withdrawn, at(65)));
    assert_eq!(store.move_call([1; 16], CallAction::Extend, at(7), at(67)).await.unwrap(), None);
    assert_eq!(
        store.make_call(call(4, "a01", &asked)).await.unwrap(),
        None,
        "the window is free again"
    );
    let last = store.last_calls(vec!["a01".into(), "a02".into(), "a03".into()]).await.unwrap();
    assert_eq!(last.iter().map(|call| call.id[0]).collect::<Vec<_>>(), [4, 3]);

    let lead = Placed { part: asked.part, id: asked.id, service: asked.service.clone() };
    let open: Vec<_> =
        store.open_calls().await.unwrap().iter().map(|(_, is_rated)| *is_rated).collect();
    assert_eq!(open, [false, false]);
    assert_eq!(outcomes(store, vec![rating(&lead, 1)]).await, [Outcome::Accepted]);
    let open: Vec<_> =
        store.open_calls().await.unwrap().iter().map(|(_, is_rated)| *is_rated).collect();
    assert_eq!(open, [true, true]);
    let late = store.move_call([1; 16], CallAction::Rate, at(8), at(8)).await.unwrap().unwrap();
    assert_eq!(late.state, CallState::Rated);
}

pub(super) async fn what_was_called_is_counted_and_forgotten(store: Any<'_>) {
    with_windows(store).await;
    let asked = new_service(AUTHORITY, service("case"), 1);
    for (n, action) in [(1, CallAction::RunOut), (2, CallAction::Rate), (3, CallAction::RunOut)] {
        assert_eq!(store.make_call(call(n, "a01", &asked)).await.unwrap(), None);
        store.move_call([n; 16], action, at(9), at(9)).await.unwrap().unwrap();
    }
    let counts = store.call_counts(at(2)).await.unwrap();
    let expected = [(CallState::Rated, 1), (CallState::Unrated, 1)];
    assert_eq!(counts["a01"], expected.into());
    assert_eq!(store.purge_calls(at(3)).await.unwrap(), 2);
    assert_eq!(store.call_counts(at(0)).await.unwrap()["a01"], [(CallState::Unrated, 1)].into());
}
