//! A collector that is killed under load keeps what it has acknowledged.

use std::{sync::mpsc, time::Duration};

use haochaping::{
    ledger::{Promise, Proof},
    link::{LookupCode, Receipt},
};
use haochaping_tests::{Auditor, Collector, Http, Program};

use crate::{
    load::{Acknowledged, client},
    moments::Moments,
};

const N_CLIENTS: usize = 8;
const TICKETS_PER_CLIENT: usize = 60;
/// The kill falls after 1 to this many acknowledgements, so that no client can have run out of
/// tickets before.
const ACKNOWLEDGED_MAX: u64 = 300;
/// And then up to this much later, so that it falls at any point of a batch.
const LATER_MAX: Duration = Duration::from_millis(20);
/// Proofs that are asked for after a kill, the last ratings' first: a collector lets nobody look up
/// more than 60 at once.
const N_ASKED: usize = 50;
/// How long a loaded machine may take for one acknowledgement.
const LIMIT: Duration = Duration::from_mins(1);

/// Loads the collector, kills it at a random moment, starts it again, and gives what it had
/// acknowledged.
fn kill_under_load(collector: &mut Collector, moments: &mut Moments) -> Vec<Acknowledged> {
    let tickets = collector.register(N_CLIENTS * TICKETS_PER_CLIENT);
    let n_before = 1 + moments.below(ACKNOWLEDGED_MAX);
    let later = Duration::from_micros(moments.below(u64::try_from(LATER_MAX.as_micros()).unwrap()));
    let (tell, told) = mpsc::channel();
    let url = collector.url();
    let clients: Vec<_> = tickets
        .chunks(TICKETS_PER_CLIENT)
        .map(|share| client(&url, share.to_vec(), tell.clone()))
        .collect();
    drop(tell);
    let mut acknowledged: Vec<_> = (0..n_before)
        .map(|_| told.recv_timeout(LIMIT).expect("ratings are acknowledged until the kill"))
        .collect();
    // Nothing is waited for: where in a batch the kill falls is what is drawn.
    std::thread::sleep(later);
    collector.kill();
    for client in clients {
        client.join().expect("every answer before the kill was 201");
    }
    acknowledged.extend(told.iter());
    collector.restart_elsewhere();
    acknowledged
}

/// Those acknowledged ratings that the store has not, or has without the work order of a bad one.
fn missing<'a>(collector: &Collector, acknowledged: &'a [Acknowledged]) -> Vec<&'a Acknowledged> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = collector.open_store().await;
        let mut missing = Vec::new();
        for rating in acknowledged {
            let code = LookupCode::parse(&rating.lookup).unwrap();
            let (low, high) = code.id_range();
            let found = store.ratings_between(code.part(), low, high).await.unwrap();
            let is_it = |id| Receipt::of(code.part(), id).as_str() == rating.receipt;
            let is_whole = match found.iter().find(|view| is_it(&view.id)) {
                Some(view) => {
                    store.order_of(code.part(), view.id).await.unwrap().is_some() == rating.is_bad
                }
                None => false,
            };
            if !is_whole {
                missing.push(rating);
            }
        }
        missing
    })
}

/// Whether the ledger has exactly the leaf that it promised for this rating.
fn is_kept(collector: &Collector, rating: &Acknowledged) -> bool {
    let text = rating.proof.as_deref().expect("an answer carries the ledger's word");
    let promised = Promise::read(text).map(|promise| promise.entry);
    let promised = promised.or_else(|_| Proof::read(text).map(|proof| proof.entry)).unwrap();
    let answer = Http::new()
        .get(&format!("{}/api/v1/ratings/{}/proof", collector.url(), rating.lookup))
        .json();
    Proof::read(answer["proof"].as_str().unwrap()).is_ok_and(|proof| proof.entry == promised)
}

/// The number of ratings on disk, which must agree with all counters.
fn verified(collector: &Collector) -> usize {
    let output = collector.cli(&["verify"]);
    assert_eq!(output.code, Some(0), "{}{}", output.out, output.err);
    output
        .out
        .split_whitespace()
        .find_map(|word| word.parse().ok())
        .expect("verify says how many ratings there are")
}

#[test]
fn every_acknowledged_rating_is_there_after_kill_9() {
    let n_rounds =
        if std::env::var("HAOCHAPING_TEST_FULL").is_ok_and(|full| full == "1") { 50 } else { 5 };
    let mut moments = Moments::new("every_acknowledged_rating_is_there_after_kill_9");
    let mut collector = Collector::start(&[]);
    let auditor = Auditor::default();
    let mut acknowledged = Vec::new();
    for round in 1..=n_rounds {
        let n_before = acknowledged.len();
        acknowledged.extend(kill_under_load(&mut collector, &mut moments));
        let missing = missing(&collector, &acknowledged);
        assert!(
            missing.is_empty(),
            "round {round}: of {} acknowledged, missing: {missing:?}",
            acknowledged.len()
        );
        // A rating whose answer the kill cut off may be there or not; each client has one at most.
        let (n, n_on_disk) = (acknowledged.len(), verified(&collector));
        let n_possible = n + round * N_CLIENTS;
        assert!(
            (n..=n_possible).contains(&n_on_disk),
            "round {round}: {n} acknowledged, {n_on_disk} on disk"
        );
        auditor.follow(&collector, n_on_disk);
        for rating in acknowledged[n_before..].iter().rev().take(N_ASKED) {
            assert!(
                is_kept(&collector, rating),
                "round {round}: a promise was not kept: {rating:?}"
            );
        }
        println!("round {round}: {n} acknowledged, {n_on_disk} on disk and in the ledger");
    }
}

#[test]
fn a_build_that_acknowledges_before_commit_is_caught() {
    const ROUNDS_MAX: usize = 5;
    let mut moments = Moments::new("a_build_that_acknowledges_before_commit_is_caught");
    let mut collector = Collector::run(Program::with_fault("ack-early"), &[]);
    for round in 1..=ROUNDS_MAX {
        let acknowledged = kill_under_load(&mut collector, &mut moments);
        let n_missing = missing(&collector, &acknowledged).len();
        println!("round {round}: {} acknowledged, {n_missing} missing", acknowledged.len());
        if n_missing > 0 {
            return;
        }
    }
    panic!("{ROUNDS_MAX} kills lost nothing of what was acknowledged before its commit");
}
