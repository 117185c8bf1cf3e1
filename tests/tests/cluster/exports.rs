//! What leaves of several collectors, while they take ratings and faults happen.

use std::{collections::BTreeSet, time::Duration};

use haochaping_postgres::shared;
use haochaping_tests::Collector;

use crate::{
    load::{Crowd, verified},
    moments::Moments,
    n_rounds,
};

const N_PEOPLE: usize = 12;
const N_TICKETS: usize = 240;

/// The receipts that one export wrote.
fn export(collector: &Collector, mark: &str) -> Vec<String> {
    let output = collector.cli(&["export", "--watermark", mark, "--format", "jsonl"]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let receipt = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["receipt"].as_str().unwrap().to_owned()
    };
    output.out.lines().map(receipt).collect()
}

/// A collector that sleeps has commits behind it and ratings before it, whose ids are older than
/// those of others. Exports that run meanwhile go on from its last commit, not from a time.
#[test]
fn exports_miss_and_double_nothing_while_collectors_sleep_and_die() {
    let mut moments =
        Moments::new("exports_miss_and_double_nothing_while_collectors_sleep_and_die");
    let first = Collector::start_on(&shared().database(), &[]);
    let (second, mut third) = (first.beside(&[]), first.beside(&[]));
    let mark = first.data_dir().join("last.json");
    let mark = mark.to_str().unwrap();
    let (mut exported, mut promised) = (Vec::new(), BTreeSet::new());
    for round in 1..=n_rounds() {
        let tickets = first.register(N_TICKETS);
        let urls = [&first, &second, &third].map(Collector::url);
        let crowd = Crowd::gather(&urls, &tickets, N_PEOPLE);
        crowd.wait_for(usize::try_from(moments.below(N_TICKETS as u64 / 4)).unwrap());
        second.pause();
        exported.extend(export(&first, mark));
        third.kill();
        std::thread::sleep(Duration::from_millis(moments.below(200)));
        exported.extend(export(&first, mark));
        second.wake();
        exported.extend(export(&first, mark));
        let promises = crowd.promises.clone();
        assert_eq!(crowd.finish(), N_TICKETS);
        promised.extend(promises.receipts());
        third.restart_elsewhere();
        exported.extend(export(&first, mark));
        let once: BTreeSet<_> = exported.iter().cloned().collect();
        assert_eq!((exported.len(), &once), (round * N_TICKETS, &promised), "round {round}");
        println!("round {round}: {} acknowledged and exported", promised.len());
    }
    assert_eq!(verified(&first), promised.len());
}
