//! Messages to other systems, files, contacts and briefings.

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    rating::SatisfactionLevel,
    region::Region,
    work_order::{ActionKind, Role, Stage},
};

use super::{
    Any,
    make::{AGENCIES, TODAY, noon, outcomes, place_n, rating},
};
use crate::{
    Id, NewRating,
    briefing::Briefing,
    file::{Kept, OrderFile},
    order::{NewEntry, OrderRow, OrderStanding, StoredEntry, queue::Disclosure},
    outbox::{Attempted, Endpoint, EndpointKind, Message},
    staff::AuditEntry,
};

fn later(millis: i64) -> Instant {
    Instant::from_millis(noon(TODAY).millis() + millis)
}

fn entry() -> AuditEntry {
    AuditEntry { at: later(0), who: "cli".into(), what: "test".into(), about: String::new() }
}

async fn endpoint(
    store: Any<'_>,
    name: &str,
    kind: EndpointKind,
    region: &str,
    agency: Option<&str>,
) -> Id {
    let mut id = [0; 16];
    id[..name.len().min(16)].copy_from_slice(&name.as_bytes()[..name.len().min(16)]);
    let new = Endpoint {
        id,
        name: name.into(),
        kind,
        region: region.parse().unwrap(),
        agency: agency.map(str::to_owned),
        url: "https://x.example".into(),
        secret: vec![1],
        created_at: later(0),
        disabled_at: None,
    };
    assert!(store.add_endpoint(new, entry()).await.unwrap());
    id
}

/// So many orders of bad ratings.
async fn orders(store: Any<'_>, n: usize) -> Vec<OrderRow> {
    let placed = place_n(store, n).await;
    let bad = |(of, n)| NewRating {
        level: SatisfactionLevel::Dissatisfied,
        contact: Some(vec![7]),
        ..rating(of, n)
    };
    outcomes(store, placed.iter().zip(1..).map(bad).collect()).await;
    store.orders(crate::order::OrderQuery { limit: 100, ..Default::default() }).await.unwrap()
}

/// The next entry of an order that has `n` entries.
async fn step(store: Any<'_>, row: &OrderRow, n: u32, action: ActionKind) -> bool {
    let stored = StoredEntry {
        number: n + 1,
        at: later(i64::from(n)),
        role: Role::Handler,
        who: "h".into(),
        action,
        detail: vec![1],
    };
    let after =
        OrderStanding { stage: Stage::Dispatched, n_entries: n + 1, ..row.standing.clone() };
    store
        .append_entries(vec![NewEntry { part: row.part, rating: row.rating, entry: stored, after }])
        .await
        .unwrap()
        == [true]
}

async fn claim(store: Any<'_>, id: Id, now: i64) -> Vec<Message> {
    store.claim(id, later(now), later(now + 60_000), 10).await.unwrap()
}

fn told(messages: &[Message]) -> Vec<(&str, u32)> {
    messages.iter().map(|message| (message.kind.as_str(), message.sequence)).collect()
}

pub(super) async fn messages_of_one_order_go_one_after_the_other(store: Any<'_>) {
    let id = endpoint(store, "city", EndpointKind::Hotline, "321000", None).await;
    let rows = orders(store, 2).await;
    assert!(step(store, &rows[0], 0, ActionKind::Dispatch).await);
    assert!(step(store, &rows[0], 1, ActionKind::Reach).await);
    assert!(
        !step(store, &rows[0], 1, ActionKind::Reach).await,
        "an entry that is not taken tells nobody"
    );
    assert!(step(store, &rows[1], 0, ActionKind::Dispatch).await);
    let first = claim(store, id, 10).await;
    assert_eq!(told(&first), [("dispatch", 1), ("dispatch", 1)], "the second of an order waits");
    assert_eq!(claim(store, id, 59_000).await, [], "somebody is at it");
    assert_eq!(claim(store, id, 60_020).await.len(), 2, "who did not say is taken to be gone");
    let mine = first.iter().find(|message| message.subject == rows[0].rating).unwrap();
    store.attempted(mine.number, Attempted::Sent, "", later(61_000)).await.unwrap();
    store.attempted(mine.number, Attempted::Dead, "late", later(61_001)).await.unwrap();
    assert!(store.dead_letters(10).await.unwrap().is_empty(), "what was sent is sent");
    assert_eq!(told(&claim(store, id, 61_000).await), [("reach", 2)]);
    let ids = [first[0].id, first[1].id];
    assert_ne!(ids[0], ids[1]);
}

pub(super) async fn a_dead_letter_stops_its_own_order_until_it_is_sent_again(store: Any<'_>) {
    let id = endpoint(store, "city", EndpointKind::Hotline, "321000", None).await;
    let rows = orders(store, 2).await;
    for row in &rows {
        step(store, row, 0, ActionKind::Dispatch).await;
    }
    let first = claim(store, id, 10).await;
    store.attempted(first[0].number, Attempted::Dead, "status 400", later(20)).await.unwrap();
    store
        .attempted(first[1].number, Attempted::Later(later(5_000)), "status 503", later(20))
        .await
        .unwrap();
    for row in &rows {
        step(store, row, 1, ActionKind::Reach).await;
    }
    assert_eq!(claim(store, id, 4_999).await, []);
    assert_eq!(claim(store, id, 5_000).await[0].reason, "status 503");
    let dead = store.dead_letters(10).await.unwrap();
    assert_eq!(
        (dead[0].message.number, dead[0].n_behind, dead[0].endpoint.as_str()),
        (first[0].number, 1, "city")
    );
    assert_eq!(store.waiting().await.unwrap()[0].1, 3);
    assert!(store.resend(dead[0].message.number, entry()).await.unwrap());
    assert!(!store.resend(dead[0].message.number, entry()).await.unwrap(), "it is dead no longer");
    let again = claim(store, id, 5_001).await;
    assert_eq!(
        (again[0].id, again[0].n_attempts),
        (first[0].id, 1),
        "the same message, from the start"
    );
    assert!(store.disable_endpoint("city", entry()).await.unwrap());
    assert_eq!(store.waiting().await.unwrap(), [], "an endpoint that was ended waits for nothing");
}

pub(super) async fn the_most_specific_endpoint_is_notified(store: Any<'_>) {
    let country = endpoint(store, "country", EndpointKind::Hotline, "000000", None).await;
    let city = endpoint(store, "city", EndpointKind::Hotline, "321000", None).await;
    let own = endpoint(store, "own", EndpointKind::Department, "320000", Some(AGENCIES[0])).await;
    let own_too =
        endpoint(store, "own-too", EndpointKind::Department, "000000", Some(AGENCIES[0])).await;
    let other =
        endpoint(store, "other", EndpointKind::Department, "320000", Some(AGENCIES[1])).await;
    let elsewhere =
        endpoint(store, "elsewhere", EndpointKind::Department, "330000", Some(AGENCIES[0])).await;
    let rows = orders(store, 1).await;
    assert_eq!(rows[0].standing.agency, AGENCIES[0]);
    step(store, &rows[0], 0, ActionKind::Dispatch).await;
    let mut n_told = Vec::new();
    for id in [country, city, own, own_too, other, elsewhere] {
        n_told.push(claim(store, id, 10).await.len());
    }
    assert_eq!(n_told, [0, 1, 1, 1, 0, 0]);
    assert_eq!(store.verify().await.unwrap().faults, [""; 0]);
}

pub(super) async fn what_came_in_is_known_and_forgotten(store: Any<'_>) {
    let id = endpoint(store, "city", EndpointKind::Hotline, "321000", None).await;
    assert!(!store.has_received(id, "m-1").await.unwrap());
    for _ in 0..2 {
        store.receive(id, "m-1", later(0)).await.unwrap();
    }
    assert!(store.has_received(id, "m-1").await.unwrap());
    assert!(!store.has_received([9; 16], "m-1").await.unwrap(), "another's");
    let rows = orders(store, 1).await;
    step(store, &rows[0], 0, ActionKind::Dispatch).await;
    let first = claim(store, id, 10).await;
    store.attempted(first[0].number, Attempted::Sent, "", later(20)).await.unwrap();
    store.purge_messages(later(1_000)).await.unwrap();
    assert!(!store.has_received(id, "m-1").await.unwrap());
    step(store, &rows[0], 1, ActionKind::Reach).await;
    assert_eq!(told(&claim(store, id, 1_000).await), [("reach", 2)], "numbers go on");
}

pub(super) async fn a_contact_is_forgotten_once_its_order_is_closed(store: Any<'_>) {
    let rows = orders(store, 2).await;
    let (part, rating) = (rows[0].part, rows[0].rating);
    let seen = Disclosure { id: [1; 16], at: later(5), who: "staff:w".into(), reason: vec![2] };
    store.disclose(part, rating, seen.clone(), entry()).await.unwrap();
    assert_eq!(store.disclosures(part, rating).await.unwrap(), [seen]);
    assert_eq!(store.disclosures(rows[1].part, rows[1].rating).await.unwrap(), []);
    let closed = OrderStanding { stage: Stage::Closed, ..rows[0].standing.clone() };
    assert!(store.move_due(part, rating, closed).await.unwrap());
    assert_eq!(
        store.purge_contacts(later(-DAY_MILLIS), 10).await.unwrap(),
        0,
        "not before its time"
    );
    assert_eq!(store.purge_contacts(later(DAY_MILLIS), 10).await.unwrap(), 1);
    let left = |row: Option<OrderRow>| row.unwrap().about.contact.is_some();
    assert!(!left(store.order_of(part, rating).await.unwrap()));
    assert!(
        left(store.order_of(rows[1].part, rows[1].rating).await.unwrap()),
        "whose order is open"
    );
}

pub(super) async fn a_file_is_kept_once_for_each_order_and_so_many(store: Any<'_>) {
    let rows = orders(store, 2).await;
    let (mine, other) = ((rows[0].part, rows[0].rating), (rows[1].part, rows[1].rating));
    let file = |n: u8| OrderFile {
        digest: [n; 32],
        mime: "image/png".into(),
        size: 3,
        name: vec![n],
        at: later(i64::from(n)),
        who: "staff:w".into(),
    };
    let add =
        async |order, n: u8| store.add_file(order, file(n), vec![n; 3], 2, entry()).await.unwrap();
    assert_eq!(
        [add(mine, 1).await, add(mine, 1).await, add(mine, 2).await],
        [Kept::Added, Kept::Known, Kept::Added]
    );
    assert_eq!(
        [add(mine, 3).await, add(mine, 2).await, add(other, 2).await],
        [Kept::Full, Kept::Known, Kept::Added]
    );
    assert_eq!(store.files(mine.0, mine.1).await.unwrap(), [file(1), file(2)]);
    assert_eq!(store.file(other.0, other.1, [2; 32]).await.unwrap(), Some((file(2), vec![2; 3])));
    assert_eq!(store.file(other.0, other.1, [1; 32]).await.unwrap(), None, "of another order");
}

pub(super) async fn a_briefing_that_is_published_stands(store: Any<'_>) {
    let region: Region = "321000".parse().unwrap();
    let briefing = |cases: u8, published: bool| Briefing {
        region,
        month: 202_610,
        id: [cases; 16],
        cases: vec![cases],
        changed_at: later(0),
        changed_by: "staff:l".into(),
        published: published.then(|| (later(1), "staff:l".into())),
        is_public: published,
        figures: published.then(|| "{}".into()),
    };
    assert!(store.write_briefing(briefing(1, false), entry()).await.unwrap());
    assert!(store.write_briefing(briefing(2, false), entry()).await.unwrap());
    assert!(store.briefings(region, true, 10).await.unwrap().is_empty(), "a draft is not public");
    assert!(store.write_briefing(briefing(3, true), entry()).await.unwrap());
    assert!(!store.write_briefing(briefing(4, true), entry()).await.unwrap());
    assert_eq!(store.briefing(region, 202_610).await.unwrap(), Some(briefing(3, true)));
    let of = async |region: &str| {
        store.briefings(region.parse().unwrap(), true, 10).await.unwrap().len()
    };
    assert_eq!((of("320000").await, of("330000").await), (1, 0));
}
