//! Figures of several collectors on one server.

use haochaping::{calendar::Instant, region::Region};
use haochaping_store::{
    SqlStore,
    contract::{
        fixture::on_server,
        make::{place_n, rating},
    },
};

use crate::{config::Publication, publication::figures::Figures};

/// Everything shows at once.
const PLAIN: Publication = Publication { step: 1, group: 1, small: 0, rate_min: 1, word_min: 1 };

/// A batch that was halved around a row that does not fit is several commits, each of which is
/// counted once, however it is heard of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_of_a_halved_batch_is_counted_once() {
    let fresh = on_server().await;
    let store = &fresh.store;
    let figures = Figures::new(PLAIN, Region::COUNTRY);
    let placed = place_n(store, 5).await;
    store.commit([rating(&placed[4], 5)].into()).await.unwrap();
    figures.refresh(store, Instant::from_millis(0)).await.unwrap();
    let mut batch: Vec<_> = placed[..4].iter().zip(1..).map(|(of, n)| rating(of, n)).collect();
    batch[2].indicators = "1".repeat(201);
    let committed = store.commit(batch.into()).await.unwrap();
    assert_eq!(committed.counted.len(), 2);
    // Not told of the first: as if what another collector reads came between.
    figures.add(&committed.counted[1]);
    figures.refresh(store, Instant::from_millis(0)).await.unwrap();
    committed.counted.iter().for_each(|counted| figures.add(counted));
    figures.refresh(store, Instant::from_millis(0)).await.unwrap();
    assert_eq!(figures.shown(Region::COUNTRY, "").counts.total(), 4);
}

/// What another collector counted is taken over commit by commit, and as a whole by who comes too
/// late for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_collectors_commits_are_taken_over_one_by_one() {
    let server = haochaping_postgres::shared();
    let url = server.database();
    let (one, other) = (
        SqlStore::connect(&url, true).await.unwrap(),
        SqlStore::connect(&url, true).await.unwrap(),
    );
    let at = Instant::from_millis(1_795_000_000_000);
    one.hold_slot(at).await.unwrap();
    other.hold_slot(at).await.unwrap();
    // It learns of the other when it renews its lease.
    one.hold_slot(Instant::from_millis(at.millis() + 15_000)).await.unwrap();
    let (here, late) = (Figures::new(PLAIN, Region::COUNTRY), Figures::new(PLAIN, Region::COUNTRY));
    let total = |figures: &Figures| figures.shown(Region::COUNTRY, "").counts.total();
    let placed = place_n(&one, 6).await;
    let rate = async |range: std::ops::Range<usize>| {
        let batch = placed[range.clone()]
            .iter()
            .zip(range)
            .map(|(of, n)| rating(of, u32::try_from(n).unwrap()));
        one.commit(batch.collect()).await.unwrap()
    };
    rate(0..1).await;
    for figures in [&here, &late] {
        figures.refresh(&other, at).await.unwrap();
        assert_eq!(total(figures), 1);
    }
    rate(1..3).await;
    rate(3..6).await;
    server.sql_at(&url, "update counter set n = 1000");
    here.refresh(&other, at).await.unwrap();
    assert_eq!(total(&here), 6, "what it had, and what two commits added");
    server.sql_at(&url, "delete from counted");
    late.load_live(&other).await.unwrap();
    late.refresh(&other, at).await.unwrap();
    assert_eq!(total(&late), 1_000, "too late: it reads the counters, which this test has spoilt");
}
