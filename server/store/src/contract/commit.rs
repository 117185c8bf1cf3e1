//! What a batch does: an outcome for each rating, work orders, figures, a revision.

use haochaping::{
    rating::{Provenance, SatisfactionLevel},
    work_order::Stage,
};

use super::{
    Any,
    make::{
        AUTHORITY, Placed, TODAY, counted, fold, new_service, noon, of_ratings, outcomes, place_n,
        rating, service, sum,
    },
};
use crate::{About, Committed, Figure, NewRating, NewService, Outcome};

pub(super) async fn each_rating_of_one_batch_has_its_own_outcome(store: Any<'_>) {
    let placed = place_n(store, 2).await;
    let first = rating(&placed[0], 1);
    let retry =
        NewRating { id: [1; 16], work_order: [2; 16], rated_at: noon(TODAY + 1), ..first.clone() };
    let batch = vec![
        first.clone(),
        retry.clone(),
        NewRating { fingerprint: [9; 16], ..retry.clone() },
        NewRating { key_digest: [9; 16], ..retry.clone() },
        NewRating { about: About::Service([9; 16]), ..retry },
        rating(&placed[1], 2),
    ];
    assert_eq!(
        outcomes(store, batch).await,
        [
            Outcome::Accepted,
            Outcome::Replayed { id: first.id, rated_at: first.rated_at },
            Outcome::KeyReused { rated_at: first.rated_at },
            Outcome::AlreadyRated { rated_at: first.rated_at },
            Outcome::Unknown,
            Outcome::Accepted,
        ]
    );
    assert_eq!(store.verify().await.unwrap().n_ratings, 2);
}

pub(super) async fn a_later_batch_is_compared_with_what_stands(store: Any<'_>) {
    let placed = place_n(store, 1).await;
    let first = NewRating { level: SatisfactionLevel::Dissatisfied, ..rating(&placed[0], 1) };
    assert_eq!(outcomes(store, vec![first.clone()]).await, [Outcome::Accepted]);
    let retry = NewRating { id: [1; 16], rated_at: noon(TODAY + 1), ..first.clone() };
    assert_eq!(
        outcomes(
            store,
            vec![
                NewRating { fingerprint: [9; 16], ..retry.clone() },
                NewRating { key_digest: [9; 16], ..retry.clone() },
                retry,
            ]
        )
        .await,
        [
            Outcome::KeyReused { rated_at: first.rated_at },
            Outcome::AlreadyRated { rated_at: first.rated_at },
            Outcome::Replayed { id: first.id, rated_at: first.rated_at },
        ]
    );
    let found = store.verify().await.unwrap();
    assert_eq!(
        (found.n_ratings, found.n_work_orders),
        (1, 1),
        "nothing of the later ones was kept"
    );
    assert_eq!(found.faults, [""; 0]);
}

pub(super) async fn a_row_that_does_not_fit_is_cut_out_and_the_others_live(store: Any<'_>) {
    let placed = place_n(store, 7).await;
    let mut batch: Vec<_> = placed.iter().zip(1..).map(|(of, n)| rating(of, n)).collect();
    // 200 characters is what the column takes.
    for place in [2, 6] {
        batch[place].indicators = "1".repeat(201);
    }
    let refused = |place: usize| place == 2 || place == 6;
    let expected: Vec<_> = (0..7)
        .map(|place| if refused(place) { Outcome::Refused } else { Outcome::Accepted })
        .collect();
    let committed = store.commit(batch.clone().into()).await.unwrap();
    assert_eq!(committed.outcomes, expected);
    let last = committed.counted.last().unwrap();
    assert_eq!(last.revision, store.slot_revisions().await.unwrap()[&last.slot]);
    let revisions: Vec<_> = committed.counted.iter().map(|counted| counted.revision).collect();
    assert_eq!(
        revisions,
        (1..=last.revision).collect::<Vec<_>>(),
        "each transaction tells what it added"
    );
    assert_eq!(
        sum(committed.counted.iter().flat_map(|counted| &counted.added)),
        of_ratings(counted(store).await),
        "what is told of a cut batch is what was kept"
    );
    let kept = placed
        .iter()
        .zip(&batch)
        .enumerate()
        .filter(|(place, _)| !refused(*place))
        .map(|(_, pair)| pair);
    assert_eq!(of_ratings(counted(store).await), fold(kept));
    let found = store.verify().await.unwrap();
    assert_eq!((found.n_ratings, found.faults), (5, vec![]));
    // The cut-out service is not used up.
    assert_eq!(outcomes(store, vec![rating(&placed[2], 20)]).await, [Outcome::Accepted]);
}

pub(super) async fn a_bad_rating_that_counts_opens_one_work_order(store: Any<'_>) {
    let cases: Vec<_> = SatisfactionLevel::ALL
        .into_iter()
        .flat_map(|level| Provenance::ALL.map(|provenance| (level, provenance)))
        .collect();
    let placed = place_n(store, cases.len()).await;
    let batch: Vec<_> = cases
        .iter()
        .zip(&placed)
        .zip(1..)
        .map(|((&(level, provenance), of), n)| NewRating { level, provenance, ..rating(of, n) })
        .collect();
    // The whole batch twice: a replay opens nothing.
    assert!(outcomes(store, batch.clone()).await.iter().all(|o| *o == Outcome::Accepted));
    assert!(
        outcomes(store, batch.clone()).await.iter().all(|o| matches!(o, Outcome::Replayed { .. }))
    );
    for (new, (level, provenance)) in batch.iter().zip(cases) {
        let found = store
            .order_of(new.part, new.id)
            .await
            .unwrap()
            .map(|order| (order.standing.stage, order.opened_at));
        let expected =
            (level.is_bad() && provenance.counts()).then_some((Stage::Opened, new.rated_at));
        assert_eq!(found, expected, "{level} {provenance}");
    }
    // Two bad levels by three provenances that count.
    assert_eq!(store.verify().await.unwrap().n_work_orders, 6);
}

pub(super) async fn what_does_not_count_enters_no_figure(store: Any<'_>) {
    let placed = place_n(store, 4).await;
    let of = |n: usize, provenance| NewRating {
        provenance,
        ..rating(&placed[n], u32::try_from(n).unwrap())
    };
    let silent = [of(0, Provenance::Imported), of(1, Provenance::Default)];
    let committed = store.commit(silent.to_vec().into()).await.unwrap();
    assert_eq!(committed.outcomes, [Outcome::Accepted, Outcome::Accepted]);
    // Each has a number of its own, and nothing else.
    assert_eq!(outcomes(store, vec![of(2, Provenance::Probe)]).await, [Outcome::Accepted]);
    let figures = of_ratings(counted(store).await);
    let apart = Figure { n_imported: 1, n_defaults: 1, n_probes: 1, ..Figure::default() };
    assert!(figures.values().all(|figure| *figure == apart), "{figures:?}");
    assert_eq!(
        store.waiting_ratings().await.unwrap(),
        [],
        "and none of them is ever published as a rating"
    );
    assert_eq!(store.verify().await.unwrap().n_ratings, 3, "they are kept all the same");
    assert_eq!(outcomes(store, vec![of(3, Provenance::Relayed)]).await, [Outcome::Accepted]);
    let figures = of_ratings(counted(store).await);
    assert!(figures.values().all(|figure| figure.counts.total() == 1), "{figures:?}");
}

/// Whatever the entrance says: the service decides.
pub(super) async fn a_bad_rating_of_a_test_service_is_a_test_and_opens_no_work_order(
    store: Any<'_>,
) {
    let test = NewService { is_probe: true, ..new_service(AUTHORITY, service("probe"), 1) };
    let id = store.register(AUTHORITY, vec![test.clone()]).await.unwrap().services[0].id;
    let placed = Placed { part: test.part, id, service: test.service };
    let bad = NewRating { level: SatisfactionLevel::VeryDissatisfied, ..rating(&placed, 1) };
    assert_eq!(bad.provenance, Provenance::Citizen);
    assert_eq!(outcomes(store, vec![bad]).await, [Outcome::Accepted]);
    let figures = of_ratings(counted(store).await);
    assert!(
        !figures.is_empty()
            && figures.values().all(|figure| figure.counts.total() == 0 && figure.n_probes == 1)
    );
    let found = store.verify().await.unwrap();
    assert_eq!((found.n_ratings, found.n_work_orders, found.faults), (1, 0, vec![]));
    assert!(store.service(placed.part, id).await.unwrap().unwrap().is_probe, "its page says so");
}

pub(super) async fn a_batch_raises_the_revision_by_one(store: Any<'_>) {
    let mut placed = place_n(store, 60).await;
    let lane = store.lane(placed[0].part);
    placed.retain(|of| store.lane(of.part) == lane);
    let first = store
        .commit(placed[..2].iter().zip(1..).map(|(of, n)| rating(of, n)).collect())
        .await
        .unwrap();
    let revision_of = |committed: &Committed| {
        let [counted] = &committed.counted[..] else { panic!("one transaction: {committed:?}") };
        counted.revision
    };
    let before = revision_of(&first) - 1;
    assert_eq!(before, 0, "nobody else counts here");
    // Also one that writes nothing: the next commit must not look like a gap.
    let replay = store.commit([rating(&placed[0], 1)].into()).await.unwrap();
    assert_eq!((revision_of(&replay), replay.counted[0].added.len()), (before + 2, 0));
    let third = store.commit([rating(&placed[2], 3)].into()).await.unwrap();
    assert_eq!(revision_of(&third), before + 3);
    assert_eq!(store.slot_revisions().await.unwrap()[&third.counted[0].slot], before + 3);
    assert_eq!(store.figures(third.counted[0].slot).await.unwrap().0, before + 3);
}

pub(super) async fn ratings_are_found_by_their_ids_in_their_part_only(store: Any<'_>) {
    let placed = place_n(store, 200).await;
    let part = placed[0].part;
    let same: Vec<&Placed> = placed.iter().filter(|p| p.part == part).collect();
    let other = placed.iter().find(|p| p.part != part).unwrap();
    assert!(same.len() >= 2, "200 cases in 64 parts meet");
    let at = |millis: u8, tail: u8| {
        let mut id = [tail; 16];
        id[..6].copy_from_slice(&[0, 0, 0, 0, 0, millis]);
        id
    };
    let low = NewRating { id: at(5, 0x00), ..rating(same[0], 1) };
    let high = NewRating { id: at(5, 0xFF), ..rating(same[1], 2) };
    let elsewhere = NewRating { id: at(5, 0x80), ..rating(other, 3) };
    outcomes(store, vec![low.clone(), high.clone(), elsewhere]).await;

    let ids = async |from, to| {
        let mut ids: Vec<_> = store
            .ratings_between(part, from, to)
            .await
            .unwrap()
            .into_iter()
            .map(|r| r.id)
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(low.id, high.id).await, [low.id, high.id], "both ends are in the range");
    assert_eq!(ids(at(5, 0x01), high.id).await, [high.id]);
    assert_eq!(ids(at(4, 0x00), at(4, 0xFF)).await, [[0; 16]; 0]);
    assert_eq!(ids(at(6, 0x00), at(6, 0xFF)).await, [[0; 16]; 0]);
}
