//! Leaves get their numbers once and without a gap, and closed days add up.

use haochaping::{
    ledger::{DayTable, Disclosed, Element, Entry, HiddenSums, Kind, LogKey, Remainder},
    rating::{Channel, Provenance, SatisfactionLevel},
    statistics::Counts,
};

use super::{
    Any, cards,
    make::{AGENCIES, Placed, TODAY, noon, outcomes, place_n, rating},
};
use crate::{
    Decision, NewRating,
    ledger::{CloseDay, ENTRIES, Record, entries_of, sequence},
    publication::{Atom, Group},
    staff::AuditEntry,
};

fn key() -> LogKey {
    LogKey::new("contract.example/ledger", &[7; 32]).unwrap()
}

/// The sum and number of the leaves in a range.
async fn sum(store: Any<'_>, from: u64, to: u64) -> (Element, u64) {
    let tiles =
        store.ledger_tiles((0..to.div_ceil(256)).map(|n| (ENTRIES, n)).collect()).await.unwrap();
    let entries = tiles.into_iter().flat_map(|tile| entries_of(&tile.unwrap()).unwrap());
    let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
    let entries: Vec<_> = entries.collect();
    let leaves = entries[range].iter().filter_map(|bytes| match Entry::read(bytes).unwrap() {
        Entry::Leaf(leaf) => Some(Element::read(&leaf.commitment).unwrap()),
        Entry::Table { .. } => None,
    });
    let leaves: Vec<_> = leaves.collect();
    let n = leaves.len() as u64;
    (leaves.into_iter().sum(), n)
}

pub(super) async fn leaves_get_numbers_without_gap_whoever_gives_them(store: Any<'_>) {
    let (key, other) = (key(), key());
    let placed = place_n(store, 300).await;
    let mut n = 0_u64;
    for chunk in placed.chunks(30) {
        for of in chunk {
            n += 1;
            outcomes(store, vec![rating(of, u32::try_from(n).unwrap())]).await;
        }
        // Two collectors at the same time; where one meets the other it lets it go first.
        let (one, two) = tokio::join!(sequence(store, &key), sequence(store, &other));
        let given = one.unwrap_or_default() + two.unwrap_or_default();
        let head = store.ledger_head().await.unwrap().unwrap();
        assert!(given <= 30 && head.size <= n, "{given} numbers were given, {} of {n}", head.size);
    }
    sequence(store, &key).await.unwrap();
    let head = store.ledger_head().await.unwrap().unwrap();
    assert_eq!(head.size, 300);
    assert!(store.ledger_pending(1).await.unwrap().is_empty());
    assert_eq!(store.ledger_faults().await.unwrap(), [""; 0]);
    let mut numbers: Vec<u64> = Vec::new();
    for (n, of) in (1..).zip(&placed) {
        let found = store.ledger_leaf(of.part, rating(of, n).id).await.unwrap().unwrap();
        numbers.extend(found.among.expect("it has a number"));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>());
    assert_eq!(store.ledger_origin("one.example").await.unwrap(), "one.example");
    assert_eq!(
        store.ledger_origin("two.example").await.unwrap(),
        "one.example",
        "a log keeps its name"
    );
}

fn group(until: u16, counts: Counts) -> Group {
    let atom = Atom {
        region: "321002".parse().unwrap(),
        agency: AGENCIES[0].into(),
        item: String::new(),
        card: 0,
        channel: Channel::Pc,
        source: String::new(),
        is_registered: true,
        provenance: Provenance::Citizen,
    };
    Group { atom, until: until.into(), counts }
}

fn ask(today: u16) -> CloseDay {
    CloseDay { today: today.into(), group: 5, n_max: 1_000 }
}

fn on(day: u16, of: &Placed, n: u32, level: SatisfactionLevel) -> NewRating {
    NewRating { rated_at: noon(day), level, ..rating(of, n) }
}

pub(super) async fn what_was_published_is_closed_to_the_unit_and_the_rest_is_named(store: Any<'_>) {
    use SatisfactionLevel::{Dissatisfied, Satisfied};
    let placed = place_n(store, 20).await;
    let level = |n: usize| if n == 2 { Dissatisfied } else { Satisfied };
    let first = (0..5).map(|n| on(TODAY, &placed[n], u32::try_from(n).unwrap(), level(n)));
    outcomes(store, first.collect()).await;
    // Alone in its entrance, so that it waits; and tests, which no page publishes.
    let alone = NewRating { channel: Channel::Sms, ..on(TODAY, &placed[5], 5, Dissatisfied) };
    let probe = |n: usize| NewRating {
        provenance: Provenance::Probe,
        ..on(TODAY, &placed[n], u32::try_from(n).unwrap(), Satisfied)
    };
    outcomes(store, vec![alone, probe(6), probe(7), probe(8), probe(9)]).await;
    sequence(store, &key()).await.unwrap();
    let counts = Counts { satisfied: 4, dissatisfied: 1, ..Counts::default() };
    assert_eq!(store.release(vec![group(TODAY, counts)]).await.unwrap(), 1);

    assert!(
        !store.ledger_is_due(i64::from(TODAY) + 1).await.unwrap(),
        "ratings from before come first"
    );
    while store.ledger_backfill().await.unwrap() {}
    assert!(store.ledger_pending(1).await.unwrap().is_empty(), "there are none");
    assert!(store.ledger_is_due(TODAY.into()).await.unwrap(), "what was published is in no table");
    assert!(store.ledger_is_due(i64::from(TODAY) + 1).await.unwrap());
    let closed = store.ledger_close(ask(TODAY + 1)).await.unwrap().unwrap();
    let table = closed.table.clone();
    assert_eq!(
        (table.rows.len(), table.rows[0].counts, table.rows[0].day),
        (1, counts, i64::from(TODAY))
    );
    assert_eq!(
        (table.spread.as_ref(), table.remainder.leaves),
        (None, 5),
        "four tests are too few"
    );
    let (first_sum, n) = sum(store, 0, table.size).await;
    assert_eq!(table.check(&Remainder::default(), n, first_sum), Ok(()));
    assert!(store.ledger_publish(closed.clone()).await.unwrap());
    assert!(!store.ledger_publish(closed).await.unwrap(), "a number is taken once");
    assert!(store.ledger_tables(0, 9).await.unwrap().is_empty(), "its entry has no number yet");
    sequence(store, &key()).await.unwrap();
    let stored = &store.ledger_tables(0, 9).await.unwrap()[0];
    let body = store.ledger_table(1).await.unwrap().unwrap();
    assert_eq!((stored.number, stored.leaf, stored.hash), (1, Some(10), DayTable::hash(&body)));
    assert!(!store.ledger_is_due(i64::from(TODAY) + 1).await.unwrap());

    // Two days of few ratings are published together, and how many came on which of them is not
    // told.
    let second = (10..13).map(|n| on(TODAY + 1, &placed[n], u32::try_from(n).unwrap(), Satisfied));
    outcomes(store, second.chain([probe(13)]).collect()).await;
    outcomes(
        store,
        vec![
            on(TODAY + 2, &placed[14], 14, Dissatisfied),
            on(TODAY + 2, &placed[15], 15, Satisfied),
        ],
    )
    .await;
    sequence(store, &key()).await.unwrap();
    let counts = Counts { satisfied: 4, dissatisfied: 1, ..Counts::default() };
    assert_eq!(store.release(vec![group(TODAY + 2, counts)]).await.unwrap(), 1);
    let closed = store.ledger_close(ask(TODAY + 3)).await.unwrap().unwrap();
    let (two, kept) = (closed.table.clone(), closed.kept.clone());
    assert_eq!(kept.opening.check(2, &two.remainder), Ok(()));
    let (second_sum, n) = sum(store, table.size, two.size).await;
    assert_eq!(n, 6, "the table's own entry is none of them");
    assert_eq!(two.check(&table.remainder, n, second_sum), Ok(()));
    assert_eq!(two.rows, [], "nothing of one day alone");
    let days = vec![i64::from(TODAY) + 1, i64::from(TODAY) + 2];
    let told = two.spread.as_ref().map(|HiddenSums { groups, .. }| {
        groups.iter().map(|one| (one.days.clone(), one.told.clone()))
    });
    let told: Vec<_> = told.into_iter().flatten().collect();
    let of_tests = vec![i64::from(TODAY)];
    assert_eq!(
        told,
        [(days, Disclosed::Counts(counts)), (of_tests, Disclosed::Total(5))],
        "five tests are enough, and only their number is told"
    );
    assert_eq!(two.remainder.leaves, 1);
    // What is published while the table is made is not taken for what the table has.
    let later = on(TODAY + 2, &placed[16], 16, Satisfied);
    outcomes(store, vec![later]).await;
    let one_more = Counts { satisfied: 1, ..Counts::default() };
    assert_eq!(store.release(vec![group(TODAY + 2, one_more)]).await.unwrap(), 1);
    assert!(store.ledger_publish(closed).await.unwrap());
    assert_eq!(store.ledger_kept().await.unwrap(), Some(kept));
    sequence(store, &key()).await.unwrap();
    let three = store.ledger_close(ask(TODAY + 4)).await.unwrap().unwrap().table;
    assert_eq!(three.rows.iter().map(|row| row.counts).collect::<Vec<_>>(), [one_more]);
    let (third_sum, n) = sum(store, two.size, three.size).await;
    assert_eq!(three.check(&two.remainder, n, third_sum), Ok(()));
    assert_eq!(store.ledger_faults().await.unwrap(), [""; 0]);
}

pub(super) async fn what_happens_to_a_rating_later_is_a_leaf_too(store: Any<'_>) {
    let card = cards::one(store).await;
    let (released, excluded) = (cards::beyond(card, 1), cards::beyond(card, 2));
    outcomes(store, vec![released.clone(), excluded.clone()]).await;
    let entry = || AuditEntry {
        at: noon(TODAY + 1),
        who: "cli".into(),
        what: "test".into(),
        about: String::new(),
    };
    for (of, decision) in [(&released, Decision::Released), (&excluded, Decision::Excluded)] {
        assert!(store.decide(of.part, of.id, decision, "why", entry()).await.unwrap());
    }
    let pending = store.ledger_pending(9).await.unwrap();
    let mut kinds: Vec<_> = pending
        .iter()
        .flat_map(|pending| Record::read_all(&pending.leaves).unwrap())
        .map(|record| (record.rating, record.kind, record.number, record.day))
        .collect();
    kinds.sort_by_key(|(rating, _, number, _)| (*rating, *number));
    let day = i64::from(TODAY);
    assert_eq!(
        kinds,
        [
            (released.id, Kind::Held, 0, day),
            (released.id, Kind::Counted, 1, day + 1),
            (excluded.id, Kind::Held, 0, day),
            (excluded.id, Kind::Excluded, 1, day + 1),
        ]
    );
    sequence(store, &key()).await.unwrap();
    assert_eq!(store.ledger_faults().await.unwrap(), [""; 0]);
}
