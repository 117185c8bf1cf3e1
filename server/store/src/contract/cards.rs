//! Cards, the ratings of their visits, and quarantine.

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    link::{CardKind, ExpiryMonth, part_of},
    rating::SatisfactionLevel,
};

use super::{
    Any,
    make::{AGENCIES, Placed, TODAY, counted, noon, of_ratings, outcomes, rating, service, sum},
};
use crate::{
    About, Agreed, CARD_AUTHORITY, Decision, Figure, FigureKey, Issue, NewCard, NewRating,
    NewVisit, Outcome, Revival, Standing, Tally, staff::AuditEntry,
};

const VILLAGE: &str = "321002001001";

fn entry(at: Instant) -> AuditEntry {
    AuditEntry { at, who: "cli".into(), what: "test".into(), about: String::new() }
}

fn card(number: &str, content: u8) -> NewCard {
    NewCard {
        kind: CardKind::Agent,
        name: "示例·㛃".into(),
        number: number.into(),
        agency: AGENCIES[0].into(),
        agency_name: Some("示例中心".into()),
        region: VILLAGE.parse().unwrap(),
        scope: None,
        phone: None,
        expires: ExpiryMonth::new(2028, 11).unwrap(),
        content: [content; 32],
    }
}

async fn issue(store: Any<'_>, cards: Vec<NewCard>) -> Vec<(u32, Issue)> {
    let issued = store.issue_cards(cards, Agreed::All, entry(noon(TODAY))).await.unwrap().unwrap();
    issued.into_iter().map(|(card, issue)| (card.serial, issue)).collect()
}

/// A card.
pub(super) async fn one(store: Any<'_>) -> u32 {
    issue(store, vec![card("1", 1)]).await[0].0
}

/// The rating of the nth visit to a card, beyond its limits.
pub(super) fn beyond(card: u32, n: u32) -> NewRating {
    visit(card, n, 1, 0)
}

/// The rating of the nth visit to a card, from a source, with room for this many a day and for two
/// a source.
fn visit(card: u32, n: u32, source: u8, day_limit: u32) -> NewRating {
    let case_number = format!("VISIT{n}");
    let placed = Placed {
        part: part_of(CARD_AUTHORITY, &case_number),
        id: [0; 16],
        service: service("unused"),
    };
    let about = About::Visit(NewVisit {
        card,
        case_number,
        day: i64::from(TODAY),
        source: [source; 8],
        purpose: None,
        day_limit,
        source_limit: 2,
        release_at: noon(TODAY + 7),
    });
    NewRating { about, ..rating(&placed, n) }
}

async fn village(store: Any<'_>) -> Figure {
    let key = FigureKey { region: VILLAGE.parse().unwrap(), agency: AGENCIES[0].into() };
    counted(store).await.get(&key).copied().unwrap_or_default()
}

pub(super) async fn the_same_roster_gives_the_same_cards_and_a_changed_line_a_new_one(
    store: Any<'_>,
) {
    let both = vec![card("1", 1), card("2", 2)];
    assert_eq!(issue(store, both.clone()).await, [(1, Issue::New), (2, Issue::New)]);
    assert_eq!(issue(store, both.clone()).await, [(1, Issue::Known), (2, Issue::Known)]);
    assert_eq!(issue(store, vec![card("2", 3)]).await, [(3, Issue::Replaces(2))]);
    let window = NewCard { kind: CardKind::Window, ..card("1", 1) };
    assert_eq!(
        issue(store, vec![window]).await,
        [(4, Issue::New)],
        "another kind counts by itself"
    );
    let expired = NewCard { expires: ExpiryMonth::new(2026, 10).unwrap(), ..card("5", 5) };
    assert_eq!(issue(store, vec![expired.clone()]).await, [(5, Issue::New)]);
    assert_eq!(
        issue(store, vec![card("5", 5)]).await,
        [(6, Issue::Replaces(5))],
        "its time is over"
    );
    assert_eq!(store.card(2).await.unwrap().unwrap().replaced_by, Some(3));
    assert_eq!(store.card(1).await.unwrap().unwrap().card, card("1", 1), "every word comes back");
    assert_eq!(store.cards().await.unwrap().len(), 6);
    assert_eq!(store.card(99).await.unwrap(), None);
}

pub(super) async fn a_card_ends_once_and_says_why(store: Any<'_>) {
    issue(store, vec![card("1", 1), card("2", 2)]).await;
    let at = noon(TODAY + 1);
    assert!(store.revoke_card(1, "遗失", entry(at)).await.unwrap());
    assert!(!store.revoke_card(1, "again", entry(at)).await.unwrap());
    assert_eq!(store.card(1).await.unwrap().unwrap().revoked, Some((at, "遗失".into())));
    assert_eq!(
        store.replace_card(1, entry(at)).await.unwrap(),
        None,
        "what has ended has no successor"
    );
    let new = store.replace_card(2, entry(at)).await.unwrap().unwrap();
    assert_eq!((new.serial, &new.card), (3, &card("2", 2)));
    assert!(!store.revoke_card(2, "late", entry(at)).await.unwrap());
    assert_eq!(
        issue(store, vec![card("1", 1), card("2", 2)]).await,
        [(4, Issue::New), (3, Issue::Known)]
    );
}

pub(super) async fn a_card_replaced_by_mistake_is_in_use_again(store: Any<'_>) {
    issue(store, vec![card("1", 1), card("2", 2)]).await;
    let wrong = NewCard { content: [9; 32], scope: None, ..card("1", 1) };
    assert_eq!(issue(store, vec![wrong]).await, [(3, Issue::Replaces(1))]);
    let at = noon(TODAY + 1);
    let revive = async |serial| store.revive_card(serial, "印错了", entry(at)).await.unwrap();
    assert_eq!(revive(1).await, Revival::Revived { ended: 3 });
    assert_eq!(issue(store, vec![card("1", 1)]).await, [(1, Issue::Known)], "it is the one in use");
    assert_eq!(store.card(3).await.unwrap().unwrap().revoked, Some((at, "印错了".into())));
    assert_eq!(revive(1).await, Revival::NotReplaced, "once");
    assert_eq!(revive(3).await, Revival::NotReplaced, "what was ended stays so");
    assert_eq!(revive(99).await, Revival::NotReplaced);
    // Nothing ends that nobody agreed to.
    let other = NewCard { content: [8; 32], ..card("1", 1) };
    let issued = store
        .issue_cards(vec![other, card("9", 9)], Agreed::Serials([7].into()), entry(at))
        .await
        .unwrap();
    assert_eq!(issued, Err(vec![1]));
    assert_eq!(
        (store.card(1).await.unwrap().unwrap().replaced_by, store.cards().await.unwrap().len()),
        (None, 3)
    );
    // A term that is over does not come back.
    let expired = NewCard { expires: ExpiryMonth::new(2026, 10).unwrap(), ..card("5", 5) };
    let old = issue(store, vec![expired]).await[0].0;
    assert_eq!(issue(store, vec![card("5", 5)]).await, [(old + 1, Issue::Replaces(old))]);
    assert_eq!(revive(old).await, Revival::Over);
    // By the successor of the other one somebody has rated.
    let new = store.replace_card(2, entry(at)).await.unwrap().unwrap().serial;
    assert_eq!(outcomes(store, vec![visit(new, 1, 1, 100)]).await, [Outcome::Accepted]);
    assert_eq!(revive(2).await, Revival::InUse { successor: new });
}

pub(super) async fn a_visit_is_rated_once_in_its_village(store: Any<'_>) {
    issue(store, vec![card("1", 1)]).await;
    let first = NewRating { level: SatisfactionLevel::Dissatisfied, ..visit(1, 1, 1, 100) };
    let batch = vec![first.clone(), first.clone(), visit(1, 2, 1, 100), visit(9, 3, 1, 100)];
    let replayed = Outcome::Replayed { id: first.id, rated_at: first.rated_at };
    assert_eq!(
        outcomes(store, batch).await,
        [Outcome::Accepted, replayed, Outcome::Accepted, Outcome::Unknown]
    );
    let figure = village(store).await;
    assert_eq!(
        (figure.counts.satisfied, figure.counts.dissatisfied, figure.n_quarantined),
        (1, 1, 0)
    );
    let found = store.verify().await.unwrap();
    assert_eq!((found.n_ratings, found.n_work_orders, found.faults), (2, 1, vec![]));
}

/// Beyond the limits a rating waits, good and bad alike, and a retry is still the same rating.
pub(super) async fn what_is_beyond_the_limits_waits_whatever_its_level(store: Any<'_>) {
    issue(store, vec![card("1", 1), card("2", 2)]).await;
    let levels = SatisfactionLevel::ALL;
    let of = |n: u32, source| NewRating { level: levels[n as usize % 5], ..visit(1, n, source, 4) };
    let batch = vec![of(1, 1), of(2, 1), of(3, 1), of(4, 2), of(5, 3), visit(2, 6, 1, 4)];
    let committed = store.commit(batch.clone().into()).await.unwrap();
    assert!(committed.outcomes.iter().all(|outcome| *outcome == Outcome::Accepted));
    let held = store.quarantined(false).await.unwrap();
    let reasons: Vec<_> = held.iter().map(|held| (held.card, held.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [(1, "source"), (1, "day")],
        "the third from one place, the fifth of the day"
    );
    let figure = village(store).await;
    assert_eq!(
        (figure.counts.total(), figure.n_quarantined),
        (4, 2),
        "the other card is not touched"
    );
    assert_eq!(
        sum(committed.counted.iter().flat_map(|counted| &counted.added)),
        of_ratings(counted(store).await)
    );
    let again = outcomes(store, vec![of(3, 1)]).await;
    assert!(matches!(again[0], Outcome::Replayed { .. }));
    let view = store.ratings_between(held[0].part, held[0].rating, held[0].rating).await.unwrap();
    assert_eq!(view[0].standing, Standing::Quarantined);
    assert_eq!(store.verify().await.unwrap().faults, [""; 0]);
}

pub(super) async fn a_decision_moves_the_figures_and_is_made_once(store: Any<'_>) {
    issue(store, vec![card("1", 1)]).await;
    let bad = |n| NewRating {
        level: SatisfactionLevel::VeryDissatisfied,
        indicators: "110".into(),
        ..visit(1, n, 7, 0)
    };
    outcomes(store, vec![bad(1), bad(2), bad(3)]).await;
    let held = store.quarantined(false).await.unwrap();
    assert_eq!(
        store.verify().await.unwrap().n_work_orders,
        0,
        "no work on what does not count yet"
    );
    let decide = async |n: usize, decision| {
        store
            .decide(held[n].part, held[n].rating, decision, "核对", entry(noon(TODAY + 1)))
            .await
            .unwrap()
    };
    assert!(decide(0, Decision::Released).await);
    assert!(decide(1, Decision::Excluded).await);
    assert!(!decide(1, Decision::Released).await, "what is decided is decided");
    let figure = village(store).await;
    assert_eq!(
        (figure.counts.very_dissatisfied, figure.n_quarantined, figure.n_excluded),
        (1, 1, 1)
    );
    assert_eq!(store.verify().await.unwrap().n_work_orders, 1, "opened at the release");

    let due = noon(TODAY + 7);
    assert_eq!(store.release_due(Instant::from_millis(due.millis() - 1)).await.unwrap(), 0);
    assert_eq!(store.release_due(due).await.unwrap(), 1);
    assert_eq!(store.release_due(due).await.unwrap(), 0);
    let figure = village(store).await;
    assert_eq!(
        (figure.counts.very_dissatisfied, figure.n_quarantined, figure.n_excluded),
        (2, 0, 1)
    );
    let decided = store.quarantined(true).await.unwrap();
    assert_eq!(decided.iter().filter(|held| held.decided.is_some()).count(), 3);
    let found = store.verify().await.unwrap();
    assert_eq!((found.n_work_orders, found.faults), (2, vec![]));
    assert_eq!(Tally::Excluded.name().parse(), Ok(Tally::Excluded));
}

pub(super) async fn sources_are_forgotten_and_days_are_not_mixed(store: Any<'_>) {
    issue(store, vec![card("1", 1)]).await;
    let on = |n: u32, day: u16| {
        let mut new = visit(1, n, 1, 100);
        if let About::Visit(visit) = &mut new.about {
            visit.day = i64::from(day);
        }
        NewRating {
            rated_at: Instant::from_millis(i64::from(day) * DAY_MILLIS + i64::from(n)),
            ..new
        }
    };
    outcomes(store, vec![on(1, TODAY), on(2, TODAY), on(3, TODAY + 1), on(4, TODAY + 1)]).await;
    assert_eq!(store.quarantined(false).await.unwrap(), [], "two a day are within the limit");
    store.purge_sources(i64::from(TODAY) + 1).await.unwrap();
    outcomes(store, vec![on(5, TODAY), on(6, TODAY + 1)]).await;
    assert_eq!(
        store.quarantined(false).await.unwrap().len(),
        1,
        "only the later day is still known"
    );
}
