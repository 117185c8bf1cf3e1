//! What only a store on one file can be held to: that `verify` notices what is changed behind its
//! back, and that a copy made while others write is a store.

use std::sync::{Arc, Mutex, mpsc};

use haochaping::rating::SatisfactionLevel;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    fixture::{Fresh, on_file as fresh},
    make::{outcomes, place_n, rating},
};
use crate::{NewRating, Outcome, SqlStore, engine::sqlite::FILE_NAME};

/// The faults that `verify` names after `tamper` was run on a sound store of one good and one bad
/// rating.
async fn faults_after(tamper: &str) -> Vec<String> {
    let fresh = fresh().await;
    let placed = place_n(&fresh.store, 2).await;
    let bad = NewRating { level: SatisfactionLevel::VeryDissatisfied, ..rating(&placed[1], 2) };
    outcomes(&fresh.store, vec![rating(&placed[0], 1), bad]).await;
    assert_eq!(fresh.store.verify().await.unwrap().faults, [""; 0]);
    let other = Connection::open(fresh.directory.path().join(FILE_NAME)).unwrap();
    assert_ne!(other.execute(tamper, []).unwrap(), 0, "{tamper} changed something");
    fresh.store.verify().await.unwrap().faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_names_what_was_changed_behind_its_back() {
    let cases: [(&str, &[&str]); 10] = [
        (
            "update counter set n = n + 1 where region = 0 and agency = '' and level = 'satisfied'",
            &["counter [0  satisfied] is 2, the ratings give 1"],
        ),
        (
            "delete from counter where region = 0 and agency = '' and level = 'very_dissatisfied'",
            &["counter [0  very_dissatisfied] is 0, the ratings give 1"],
        ),
        (
            "insert into counter (part, region, agency, level, slot, n) values (0, 0, '', 'satisfied', 3, 4)",
            &["counter [0  satisfied] is 5, the ratings give 1"],
        ),
        (
            "update slice set n = 7 where kind = 'agency' and level = 'satisfied'",
            &[
                "slice [202611 321000000000 agency 11110000000021135M satisfied] is 7, the ratings give 1",
            ],
        ),
        ("delete from work_order", &["1 bad ratings have no work order"]),
        (
            "insert into work_order (part, rating, id, state, opened_at)
               select part, id, id, 'opened', 0 from rating where level = 'satisfied'",
            &["1 work orders have no bad rating"],
        ),
        (
            "delete from waiting where satisfied = 1",
            &["what was published or waits [satisfied] is 0, the ratings give 1"],
        ),
        ("delete from service where case_number = 'case-0'", &["1 ratings have no service"]),
        (
            "update rating set level = 'very_satisfied' where level = 'satisfied'",
            &["very_satisfied] is 0, the ratings give 1", "satisfied] is 1, the ratings give 0"],
        ),
        (
            "delete from rating where level = 'very_dissatisfied'",
            &["very_dissatisfied] is 1, the ratings give 0", "1 work orders have no bad rating"],
        ),
    ];
    for (tamper, expected) in cases {
        let faults = faults_after(tamper).await;
        for fault in expected {
            assert!(
                faults.iter().any(|message| message.contains(fault)),
                "{tamper}: {fault:?} is not in {faults:#?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_others_write_is_a_store_of_one_moment() {
    const N_BEFORE: usize = 300;
    let Fresh { store, directory: _directory } = fresh().await;
    let store = Arc::new(store);
    let placed = place_n(&store, N_BEFORE + 1).await;
    // Long enough that the copy takes several steps.
    let long = |new: NewRating| NewRating { comment: Some(vec![7; 20_000]), ..new };
    let batch = placed[..N_BEFORE].iter().zip(1..).map(|(of, n)| long(rating(of, n))).collect();
    assert!(outcomes(&store, batch).await.iter().all(|o| *o == Outcome::Accepted));

    // After its first step the copy waits until a rating has been written, so that the two surely
    // overlap.
    let (begun, has_begun) = oneshot::channel::<()>();
    let (written, is_written) = mpsc::channel::<()>();
    let last =
        NewRating { level: SatisfactionLevel::Dissatisfied, ..rating(&placed[N_BEFORE], 10_000) };
    let writing = tokio::spawn({
        let (store, last) = (Arc::clone(&store), last.clone());
        async move {
            has_begun.await.unwrap();
            let outcome = outcomes(&store, vec![last]).await;
            written.send(()).unwrap();
            outcome
        }
    });
    let copy = tempfile::tempdir().unwrap();
    let to = copy.path().join(FILE_NAME);
    let first_step = Mutex::new(Some((begun, is_written)));
    let pause = |left, _| {
        if let Some((begun, is_written)) = first_step.lock().unwrap().take() {
            assert!(left > 0, "the copy is in the middle");
            begun.send(()).unwrap();
            is_written.recv().unwrap();
        }
    };
    store.backup(&to, &pause).await.unwrap();
    assert_eq!(writing.await.unwrap(), [Outcome::Accepted]);

    let restored = SqlStore::open(copy.path()).unwrap();
    let found = restored.verify().await.unwrap();
    assert_eq!((found.n_ratings, found.n_work_orders, found.faults), (N_BEFORE as u64, 0, vec![]));
    // It goes on as the same store: a rating that came before is known, and what came later is
    // taken.
    let first = long(rating(&placed[0], 1));
    let expected =
        [Outcome::Replayed { id: first.id, rated_at: first.rated_at }, Outcome::Accepted];
    assert_eq!(outcomes(&restored, vec![first, last]).await, expected);

    let message = store.backup(&to, &|_, _| {}).await.unwrap_err().to_string();
    assert!(message.contains("is there already"), "{message}");
}
