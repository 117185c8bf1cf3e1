//! Accounts, sessions, and the desk's list of orders.

use haochaping::{
    calendar::Instant,
    rating::SatisfactionLevel,
    work_order::{Role, Stage},
};

use super::{
    Any,
    make::{TODAY, noon, outcomes, place_n, rating},
};
use crate::{
    NewRating,
    order::{
        OrderStanding,
        queue::{After, DeskQuery, OrderQueue},
    },
    staff::{Attempt, AuditEntry, Invitation, StaffRow},
};

const HERE: &str = "192.0.2.1";
const MINUTE: i64 = 60_000;

fn later(millis: i64) -> Instant {
    Instant::from_millis(noon(TODAY).millis() + millis)
}

fn entry(what: &str) -> AuditEntry {
    AuditEntry { at: later(0), who: "cli".into(), what: what.into(), about: String::new() }
}

fn account(name: &str, role: Role) -> StaffRow {
    StaffRow {
        name: name.into(),
        role,
        agency: None,
        region: "321000".parse().unwrap(),
        password: None,
        invited_until: None,
        created_at: later(0),
        disabled_at: None,
    }
}

/// A live account with the password `hash`.
async fn live(store: Any<'_>, name: &str, role: Role, link: u8) -> StaffRow {
    let invitation = Invitation { digest: [link; 32], until: later(MINUTE) };
    assert!(store.add_staff(account(name, role), invitation, entry("added")).await.unwrap());
    assert!(store.accept_invitation([link; 32], "hash", entry("set")).await.unwrap());
    store.staff().await.unwrap().into_iter().find(|row| row.name == name).unwrap()
}

pub(super) async fn a_link_sets_one_password_until_its_hour(store: Any<'_>) {
    let link = Invitation { digest: [1; 32], until: later(MINUTE) };
    assert!(store.add_staff(account("wang", Role::Handler), link, entry("added")).await.unwrap());
    assert!(
        !store.add_staff(account("wang", Role::Province), link, entry("added")).await.unwrap(),
        "the name is taken"
    );
    assert!(store.invited([1; 32], later(MINUTE)).await.unwrap().is_some());
    assert!(store.invited([1; 32], later(MINUTE + 1)).await.unwrap().is_none());
    assert!(store.invited([2; 32], later(0)).await.unwrap().is_none());
    assert!(store.accept_invitation([1; 32], "hash", entry("set")).await.unwrap());
    assert!(!store.accept_invitation([1; 32], "other", entry("set")).await.unwrap(), "once");
    let record = store.audit(10).await.unwrap();
    assert_eq!(
        record.iter().map(|entry| &entry.what[..]).collect::<Vec<_>>(),
        ["set", "added"],
        "only what was done"
    );
}

pub(super) async fn attempts_are_counted_first_and_locks_double(store: Any<'_>) {
    const N_FREE: u32 = 2;
    let row = live(store, "wang", Role::Handler, 1).await;
    let is_open = async |at| {
        matches!(store.attempt("wang", HERE, later(at), N_FREE).await.unwrap(), Attempt::Open(_))
    };
    assert_eq!(store.attempt("nobody", HERE, later(0), N_FREE).await.unwrap(), Attempt::Nobody);
    let mut now = 0;
    assert!(is_open(now).await);
    for minutes in [1, 2, 4, 8, 16, 32, 64, 64] {
        assert!(is_open(now).await, "the attempt that locks is itself made");
        assert!(!is_open(now + minutes * MINUTE - 1).await, "locked for {minutes} minutes");
        now += minutes * MINUTE;
    }
    assert!(is_open(now).await);
    assert!(store.begin_session([7; 32], &row, HERE, entry("signed-in")).await.unwrap());
    assert!(is_open(now).await && is_open(now).await, "who gets in starts anew");
}

/// Nobody is locked out from elsewhere: each network has locks of its own, and one in which an
/// account signed in before is touched by no other.
pub(super) async fn a_lock_is_of_an_account_and_a_network(store: Any<'_>) {
    let row = live(store, "wang", Role::Handler, 1).await;
    let attempt =
        async |name, network: &str| store.attempt(name, network, later(0), 5).await.unwrap();
    assert!(store.begin_session([7; 32], &row, HERE, entry("signed-in")).await.unwrap());
    for name in ["wang", "nobody"] {
        let n = async |network: &str| {
            let mut n = 0;
            while !matches!(attempt(name, network).await, Attempt::Locked(_)) {
                n += 1;
            }
            n
        };
        assert_eq!(n("203.0.113.1").await, 5, "{name}");
        assert_eq!(n("203.0.113.2").await, 5, "{name}: a lock is of one network");
        let mut n_all = 10;
        for last in 3..30 {
            n_all += n(&format!("203.0.113.{last}")).await;
        }
        assert_eq!(n_all, 100, "{name}: and many networks are one");
    }
    assert!(
        matches!(attempt("wang", HERE).await, Attempt::Open(_)),
        "an address that signed in before gets through"
    );
    let link = Invitation { digest: [2; 32], until: later(MINUTE) };
    assert!(store.reset_staff("wang", link, entry("reset")).await.unwrap());
    assert!(matches!(attempt("wang", "203.0.113.1").await, Attempt::Nobody), "a reset unlocks");
    store.purge_sign_ins(later(2 * 86_400_000)).await.unwrap();
    assert!(
        matches!(attempt("nobody", "203.0.113.1").await, Attempt::Nobody),
        "what is old is forgotten"
    );
}

pub(super) async fn a_session_ends_with_its_account_and_its_password(store: Any<'_>) {
    let row = live(store, "wang", Role::Handler, 1).await;
    assert!(store.begin_session([7; 32], &row, HERE, entry("signed-in")).await.unwrap());
    assert_eq!(store.session([7; 32]).await.unwrap().unwrap().staff.name, "wang");
    assert!(store.session([8; 32]).await.unwrap().is_none());
    let link = Invitation { digest: [2; 32], until: later(MINUTE) };
    assert!(store.reset_staff("wang", link, entry("reset")).await.unwrap());
    assert!(store.session([7; 32]).await.unwrap().is_none(), "a reset ends it");
    assert!(
        !store.begin_session([9; 32], &row, HERE, entry("signed-in")).await.unwrap(),
        "the password was checked before"
    );
    assert!(store.accept_invitation([2; 32], "new", entry("set")).await.unwrap());
    let row = store.staff().await.unwrap().remove(0);
    assert!(store.begin_session([9; 32], &row, HERE, entry("signed-in")).await.unwrap());
    store.touch_session([9; 32], later(2 * MINUTE)).await.unwrap();
    store.purge_sessions(later(MINUTE), later(-1)).await.unwrap();
    assert!(store.session([9; 32]).await.unwrap().is_some(), "used since");
    assert!(store.disable_staff("wang", entry("disabled")).await.unwrap());
    assert!(store.session([9; 32]).await.unwrap().is_none(), "the end of the account is its end");
}

pub(super) async fn there_is_always_an_administrator(store: Any<'_>) {
    live(store, "root", Role::Administrator, 1).await;
    live(store, "wang", Role::Handler, 2).await;
    let waits = Invitation { digest: [3; 32], until: later(MINUTE) };
    assert!(
        store.add_staff(account("next", Role::Administrator), waits, entry("added")).await.unwrap()
    );
    assert!(
        !store.disable_staff("root", entry("x")).await.unwrap(),
        "who has no password yet cannot take over"
    );
    assert!(store.accept_invitation([3; 32], "hash", entry("set")).await.unwrap());
    assert!(store.disable_staff("root", entry("x")).await.unwrap());
    assert!(!store.disable_staff("next", entry("x")).await.unwrap());
    assert!(store.disable_staff("wang", entry("x")).await.unwrap());
}

pub(super) async fn the_desk_lists_the_longest_overdue_first_and_goes_on_after_a_page(
    store: Any<'_>,
) {
    let placed = place_n(store, 5).await;
    let bad = |(n, of)| NewRating { level: SatisfactionLevel::Dissatisfied, ..rating(of, n) };
    let batch: Vec<_> = (1..).zip(&placed).map(bad).collect();
    outcomes(store, batch.clone()).await;
    // Terms in another order than the ids, two of them the same, and one that is not due.
    for (new, due) in batch.iter().zip([Some(3), Some(1), None, Some(2), Some(2)]) {
        let row = store.order_of(new.part, new.id).await.unwrap().unwrap();
        let after =
            OrderStanding { stage: Stage::Dispatched, due_at: due.map(later), ..row.standing };
        assert!(store.move_due(new.part, new.id, after).await.unwrap());
    }
    let query = DeskQuery {
        queue: OrderQueue::Due,
        agency: None,
        region: haochaping::region::Region::COUNTRY,
        stages: vec![],
        due_before: None,
        due_from: None,
        is_dispatched: true,
        after: None,
        limit: 2,
    };
    let list = async |query: DeskQuery| store.desk_orders(query).await.unwrap();
    let dues = |rows: &[crate::order::OrderRow]| {
        rows.iter()
            .map(|row| row.standing.due_at.map(|at| at.millis() - later(0).millis()))
            .collect::<Vec<_>>()
    };
    let first = list(query.clone()).await;
    assert_eq!(dues(&first), [Some(1), Some(2)]);
    let after = Some(After { key: later(2).millis(), id: first[1].id });
    let second = list(DeskQuery { after, ..query.clone() }).await;
    assert_eq!(dues(&second), [Some(2), Some(3)]);
    assert_ne!(first[1].id, second[0].id, "the same term is not the same order");
    let waiting = list(DeskQuery { queue: OrderQueue::Waiting, ..query.clone() }).await;
    assert_eq!(dues(&waiting), [None]);
    let between = DeskQuery {
        due_from: Some(later(2)),
        due_before: Some(later(3)),
        limit: 9,
        ..query.clone()
    };
    assert_eq!(dues(&list(between).await), [Some(2), Some(2)]);
    assert!(list(DeskQuery { stages: vec![Stage::Contacted], ..query.clone() }).await.is_empty());
    let (own, all) = (waiting[0].facts.region, DeskQuery { limit: 9, ..query });
    for region in own.ancestors() {
        assert_eq!(
            list(DeskQuery { region, ..all.clone() }).await.len(),
            4,
            "{region} is around it"
        );
    }
    assert!(list(DeskQuery { region: "110000".parse().unwrap(), ..all }).await.is_empty());
}
