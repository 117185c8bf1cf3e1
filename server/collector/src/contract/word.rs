//! Hot words: read once, counted once, shown when there are enough.

use std::collections::BTreeMap;

use haochaping::{
    ledger::Salt,
    rating::{Provenance, SatisfactionLevel},
    region::Region,
};

use haochaping_store::{
    NewRating, NewService,
    contract::{
        Any,
        make::{AUTHORITY, Placed, TODAY, new_service, noon, outcomes, place_n, rating, service},
    },
    publication::{Dimension, Group, Waiting},
    staff::AuditEntry,
    word::{ShownWord, Source},
};

use crate::{
    keys::Vault,
    ports::{SystemRng, random},
    publication::hot_words::{
        count,
        cutter::{Cutter, version},
    },
};

fn vault() -> Vault {
    Vault::new(BTreeMap::from([(0, [7; 32])])).unwrap()
}

fn bad(of: &Placed, n: u32, comment: &str) -> NewRating {
    let new = rating(of, n);
    let comment = vault().seal("rating", &new.id, "comment", comment, &SystemRng);
    NewRating {
        level: SatisfactionLevel::Dissatisfied,
        indicators: "213,214".into(),
        comment: Some(comment),
        collected_at: None,
        salt: Salt::new(random(&SystemRng)),
        ..new
    }
}

/// Publishes everything that waits.
async fn publish(store: Any<'_>) {
    let waiting = store.waiting_ratings().await.unwrap();
    let groups =
        waiting.into_iter().map(|one| Group { atom: one.atom, until: one.day, counts: one.counts });
    store.release(groups.collect()).await.unwrap();
}

/// Publishes everything and reads it, as one collector does, a rating at a time.
async fn read_all(store: Any<'_>) -> usize {
    publish(store).await;
    read(store).await
}

async fn read(store: Any<'_>) -> usize {
    let (_, synonyms) = store.word_rules().await.unwrap();
    let by = version(&synonyms);
    if store.word_rules().await.unwrap().0 != by {
        store.recount_words(&by).await.unwrap();
    }
    let cutter = Cutter::new(synonyms);
    let mut n_read = 0;
    loop {
        let unread = store.unread(1).await.unwrap();
        if unread.is_empty() {
            return n_read;
        }
        let read = unread.iter().map(|one| (one.day, one.part, one.rating)).collect();
        assert!(store.count_words(read, count(&unread, &cutter, &vault()), &by).await.unwrap());
        n_read += unread.len();
    }
}

async fn shown(store: Any<'_>) -> BTreeMap<(bool, Source, String), u64> {
    let words = store.shown_words("321000".parse().unwrap(), Dimension::All, "").await.unwrap();
    words
        .into_iter()
        .map(|ShownWord { is_good, source, word, n, .. }| ((is_good, source, word), n))
        .collect()
}

pub(super) async fn a_rating_is_read_once_when_it_is_published_and_only_if_it_counts(
    store: Any<'_>,
) {
    let placed = place_n(store, 4).await;
    let silent =
        NewRating { provenance: Provenance::Imported, ..bad(&placed[2], 2, "窗口排队") };
    let batch = vec![
        bad(&placed[0], 0, "窗口排队"),
        bad(&placed[1], 1, "窗口没人"),
        silent,
        rating(&placed[3], 3),
    ];
    outcomes(store, batch).await;
    assert_eq!(read(store).await, 0, "what is not published is not read");
    assert_eq!(read_all(store).await, 2, "what does not count is not read, nor what says nothing");
    assert_eq!(read_all(store).await, 0);
    store.show_words(1, 1).await.unwrap();
    let shown = shown(store).await;
    assert_eq!(shown[&(false, Source::Option, "213".into())], 2);
    assert_eq!(shown[&(false, Source::Word, "窗口".into())], 2);
    assert_eq!(shown[&(false, Source::Word, "排队".into())], 1);
    assert!(shown.keys().all(|(is_good, ..)| !is_good));
    let months = store.shown_word(Region::COUNTRY, false, Source::Word, "窗口").await.unwrap();
    assert_eq!(months, [(202_611, 2)]);
}

/// Ratings that agree in everything but who relayed them, or whether their service was known
/// before, are published apart; and none is read before its own group is published, nor twice
/// because another one is.
pub(super) async fn what_was_relayed_is_read_with_its_own_group(store: Any<'_>) {
    let mut placed = Vec::new();
    for (n, (authority, is_rated_elsewhere)) in
        [(AUTHORITY, false), ("other", false), (AUTHORITY, true)].iter().enumerate()
    {
        let n = u32::try_from(n).unwrap();
        let new = new_service(authority, service(&format!("case-{n}")), n);
        let new = NewService { is_rated_elsewhere: *is_rated_elsewhere, ..new };
        store.register(authority, vec![new.clone()]).await.unwrap();
        let of = Placed { part: new.part, id: new.id, service: new.service };
        placed.push(NewRating { provenance: Provenance::Relayed, ..bad(&of, n, "窗口排队") });
    }
    let ids: Vec<_> = placed.iter().map(|new| new.id).collect();
    outcomes(store, placed).await;
    let unread = async || {
        let mut found: Vec<_> =
            store.unread(9).await.unwrap().iter().map(|one| one.rating).collect();
        found.sort_unstable();
        found
    };
    let waiting = store.waiting_ratings().await.unwrap();
    assert_eq!(waiting.len(), 3, "each waits by itself");
    let group =
        |one: &Waiting| Group { atom: one.atom.clone(), until: one.day, counts: one.counts };
    let of_other = |one: &&Waiting| one.atom.source == "other";
    let first: Vec<_> = waiting.iter().filter(|one| !of_other(one)).map(group).collect();
    assert_eq!(store.release(first).await.unwrap(), 2);
    assert_eq!(unread().await, [ids[0], ids[2]]);
    assert_eq!(
        store.release(waiting.iter().filter(of_other).map(group).collect()).await.unwrap(),
        1
    );
    assert_eq!(unread().await, ids);
    assert_eq!(read(store).await, 3);
}

pub(super) async fn two_that_read_the_same_rating_count_it_once(store: Any<'_>) {
    let placed = place_n(store, 1).await;
    outcomes(store, vec![bad(&placed[0], 0, "窗口排队")]).await;
    let by = version(&BTreeMap::new());
    store.recount_words(&by).await.unwrap();
    publish(store).await;
    let cutter = Cutter::new(BTreeMap::new());
    let unread = store.unread(9).await.unwrap();
    let (read, sums) = (
        vec![(unread[0].day, unread[0].part, unread[0].rating)],
        count(&unread, &cutter, &vault()),
    );
    assert!(!store.count_words(read.clone(), sums.clone(), "other rules").await.unwrap());
    assert!(store.count_words(read.clone(), sums.clone(), &by).await.unwrap());
    assert!(!store.count_words(read, sums, &by).await.unwrap(), "another was quicker");
    store.show_words(1, 1).await.unwrap();
    assert_eq!(shown(store).await[&(false, Source::Option, "213".into())], 1);
}

pub(super) async fn a_word_shows_when_enough_have_it_and_grows_by_steps(store: Any<'_>) {
    let placed = place_n(store, 9).await;
    let given = |from: usize, to: usize| {
        (from..to).map(|n| bad(&placed[n], u32::try_from(n).unwrap(), "窗口")).collect::<Vec<_>>()
    };
    let word = (false, Source::Word, "窗口".to_owned());
    outcomes(store, given(0, 4)).await;
    read_all(store).await;
    store.show_words(5, 3).await.unwrap();
    assert!(shown(store).await.is_empty(), "four are too few");
    outcomes(store, given(4, 5)).await;
    read_all(store).await;
    store.show_words(5, 3).await.unwrap();
    assert_eq!(shown(store).await[&word], 5);
    outcomes(store, given(5, 7)).await;
    read_all(store).await;
    store.show_words(5, 3).await.unwrap();
    assert_eq!(shown(store).await[&word], 5, "two more wait for a third");
    outcomes(store, given(7, 8)).await;
    read_all(store).await;
    store.show_words(5, 3).await.unwrap();
    assert_eq!(shown(store).await[&word], 8);
}

/// Counting bit by bit gives what counting everything anew gives; and new rules hold for old
/// ratings too.
pub(super) async fn a_recount_gives_the_same_and_synonyms_hold_for_what_was_before(store: Any<'_>) {
    const COMMENTS: [&str; 4] =
        ["社保卡的办事指南不清楚", "窗口排队，社会保障卡", "取号机坏了，窗口态度生硬", "系统故障"];
    let placed = place_n(store, 12).await;
    for (n, of) in placed.iter().enumerate() {
        outcomes(store, vec![bad(of, u32::try_from(n).unwrap(), COMMENTS[n % COMMENTS.len()])])
            .await;
        read_all(store).await;
    }
    store.show_words(1, 1).await.unwrap();
    let bit_by_bit = shown(store).await;
    store.recount_words(&version(&BTreeMap::new())).await.unwrap();
    assert_eq!(shown(store).await, bit_by_bit, "what is shown stays meanwhile");
    assert_eq!(read_all(store).await, 12);
    store.show_words(1, 1).await.unwrap();
    assert_eq!(shown(store).await, bit_by_bit);

    let entry = || AuditEntry {
        at: noon(TODAY),
        who: "staff:a".into(),
        what: "synonym".into(),
        about: "x".into(),
    };
    store.set_synonym("社保卡", Some("社会保障卡"), entry()).await.unwrap();
    store.set_synonym("窗口", Some(""), entry()).await.unwrap();
    assert_eq!(read_all(store).await, 12, "by other rules everything is counted anew");
    store.show_words(1, 1).await.unwrap();
    let now = shown(store).await;
    let word = |text: &str| (false, Source::Word, text.to_owned());
    assert_eq!(now[&word("社会保障卡")], 6);
    assert!(!now.contains_key(&word("社保卡")) && !now.contains_key(&word("窗口")), "{now:?}");
    store.set_synonym("社保卡", None, entry()).await.unwrap();
    store.set_synonym("窗口", None, entry()).await.unwrap();
    read_all(store).await;
    store.show_words(1, 1).await.unwrap();
    assert_eq!(shown(store).await, bit_by_bit, "and back");
}
