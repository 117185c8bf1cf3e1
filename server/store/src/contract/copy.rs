//! A store moved from a file to a server and back is the same store.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use haochaping::rating::SatisfactionLevel;

use super::make::{outcomes, place_n, rating};
use crate::{
    NewRating, Outcome, SqlStore,
    copy::{Progress, copy},
};

/// More than one transaction's worth.
const N: usize = 1_500;

fn quiet() -> Arc<Progress> {
    Arc::new(|_, _, _| {})
}

/// A file with ratings, good and bad, and its directory.
async fn filled() -> (SqlStore, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqlStore::open(directory.path()).unwrap();
    let placed = place_n(&store, N + 2).await;
    let bad = |new: NewRating| NewRating {
        level: SatisfactionLevel::Dissatisfied,
        comment: Some(vec![0, 255]),
        ..new
    };
    let batch = placed[..N]
        .iter()
        .zip(1..)
        .map(|(of, n)| if n % 3 == 0 { bad(rating(of, n)) } else { rating(of, n) });
    assert!(
        outcomes(&store, batch.collect()).await.iter().all(|outcome| *outcome == Outcome::Accepted)
    );
    (store, directory)
}

async fn server() -> String {
    tokio::task::spawn_blocking(|| haochaping_postgres::shared().database()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_goes_to_a_server_and_back_and_stays_the_same_store() {
    let (file, _directory) = filled().await;
    let url = server().await;
    let half = SqlStore::connect_incomplete(&url, true).await.unwrap();
    let n_rows = copy(&file, &half, quiet()).await.unwrap();
    assert!(n_rows > 2 * N as u64, "services and ratings at least");

    let on_server = SqlStore::connect(&url, false).await.unwrap();
    let (before, after) = (file.verify().await.unwrap(), on_server.verify().await.unwrap());
    assert_eq!((before.n_ratings, &before), (N as u64, &after));
    // It goes on: what was rated is known, and what was not can be.
    let placed = place_n(&on_server, N + 2).await;
    let again = outcomes(&on_server, vec![rating(&placed[0], 1), rating(&placed[N], 9_001)]).await;
    assert!(matches!(again[..], [Outcome::Replayed { .. }, Outcome::Accepted]), "{again:?}");

    let back = tempfile::tempdir().unwrap();
    copy(&on_server, &SqlStore::open_incomplete(back.path()).unwrap(), quiet()).await.unwrap();
    let restored = SqlStore::open(back.path()).unwrap();
    assert_eq!(restored.verify().await.unwrap(), on_server.verify().await.unwrap());
    assert_eq!(outcomes(&restored, vec![rating(&placed[N + 1], 9_002)]).await, [Outcome::Accepted]);
    assert_eq!(restored.verify().await.unwrap().faults, [""; 0]);

    let message = copy(&file, &on_server, quiet()).await.unwrap_err().to_string();
    assert!(message.contains("holds a store already"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_cut_off_opens_for_nobody_and_goes_on() {
    let (file, _directory) = filled().await;
    let url = server().await;
    let half = SqlStore::connect_incomplete(&url, true).await.unwrap();
    // The process is lost in the middle of the largest table.
    let lost =
        Arc::new(|table: &str, done: u64, _| assert!(table != "rating" || done < 1_000, "lost"));
    copy(&file, &half, lost).await.unwrap_err();
    let message = SqlStore::connect(&url, false).await.unwrap_err().to_string();
    assert!(message.contains("run haochaping copy again"), "{message}");
    let begun = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&begun);
    let resumed = move |table: &str, done: u64, _: u64| {
        if table == "rating" && !seen.swap(true, Ordering::Relaxed) {
            assert_eq!(done, 1_000, "what had arrived is not sent again");
        }
    };
    copy(&file, &half, Arc::new(resumed)).await.unwrap();
    assert!(begun.load(Ordering::Relaxed));
    let whole = SqlStore::connect(&url, false).await.unwrap();
    assert_eq!(whole.verify().await.unwrap(), file.verify().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_changed_meanwhile_is_noticed() {
    let (file, directory) = filled().await;
    let half = SqlStore::connect_incomplete(&server().await, true).await.unwrap();
    let path = directory.path().join(crate::engine::sqlite::FILE_NAME);
    let done = AtomicBool::new(false);
    let meddle = move |table: &str, _: u64, _: u64| {
        // After ratings went over, and before they are compared.
        if table == "service" && !done.swap(true, Ordering::Relaxed) {
            let other = rusqlite::Connection::open(&path).unwrap();
            other.execute("update rating set lang = 'en' where rowid = 7", []).unwrap();
        }
    };
    let message = copy(&file, &half, Arc::new(meddle)).await.unwrap_err().to_string();
    assert!(
        message.contains("rating has 1500 rows") && message.contains("while no collector runs"),
        "{message}"
    );
}
