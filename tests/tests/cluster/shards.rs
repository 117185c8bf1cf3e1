//! Ratings of a distributed database: each transaction is one shard's, and several collectors that
//! write by several ways each lose and double nothing. The server under these tests answers as a
//! distributed one does, and is none.

use haochaping_postgres::shared;
use haochaping_tests::{Auditor, Collector, eventually};

use crate::{
    load::{Crowd, verified},
    moments::Moments,
    n_rounds,
    refusals::refuses_with,
};

const N_SHARDS: u8 = 8;
const N_PEOPLE: usize = 24;
const N_TICKETS: usize = 480;

/// Two collectors on a database that says that it is distributed.
fn start() -> (String, Collector, Collector) {
    let url = shared().database();
    let mut plain = Collector::start_on(&url, &[]);
    plain.stop();
    shared().spread(&url, N_SHARDS);
    let first = plain.beside(&["--distributed"]);
    let second = plain.beside(&["--distributed"]);
    (url, first, second)
}

#[test]
fn what_is_written_for_ratings_is_written_to_one_shard_at_a_time() {
    let (url, first, second) = start();
    shared().watch_shards(&url);
    // A collector that was not told of shards finds them in the catalogue.
    let mut untold = first.beside(&[]);
    let crowd = Crowd::gather(&[untold.url()], &untold.register(N_TICKETS), N_PEOPLE);
    assert_eq!(crowd.finish(), N_TICKETS);
    untold.stop();
    let crowd = Crowd::gather(&[first.url(), second.url()], &first.register(N_TICKETS), N_PEOPLE);
    assert_eq!(crowd.finish(), N_TICKETS);
    let handed_on =
        "select count(*) from touched where of = 'work_order_entry' having count(*) > 0";
    eventually("orders that are handed on", || {
        shared().rows_at(&url, handed_on).into_iter().next()
    });
    let (n, mut many) = shared().touched_shards(&url);
    // There is one log: its numbers are given to the leaves of all shards, a few times a second and
    // beside the ratings.
    many.retain(|tables| tables != "ledger_batch ledger_open ledger_pending");
    // Whoever ends gives all slots back at once.
    many.retain(|tables| tables != "slot");
    assert!(n > usize::from(N_SHARDS) * 4, "{n}");
    assert_eq!(many, [""; 0], "of {n} transactions");
    let parts = "select count(distinct part) from counter where level = 'satisfied'";
    assert_eq!(
        shared().sql_at(&url, parts),
        N_SHARDS.to_string(),
        "counters are where their ratings are"
    );
    assert_eq!(verified(&first), 2 * N_TICKETS);
}

#[test]
fn nothing_is_lost_or_doubled_when_one_of_two_that_write_to_shards_is_killed() {
    let mut moments =
        Moments::new("nothing_is_lost_or_doubled_when_one_of_two_that_write_to_shards_is_killed");
    let (_, first, mut second) = start();
    let (auditor, mut n) = (Auditor::default(), 0);
    for round in 1..=n_rounds() {
        let crowd =
            Crowd::gather(&[first.url(), second.url()], &first.register(N_TICKETS), N_PEOPLE);
        crowd.wait_for(usize::try_from(moments.below(N_TICKETS as u64 / 2)).unwrap());
        second.kill();
        n += crowd.finish();
        assert_eq!((n, verified(&first)), (round * N_TICKETS, n));
        auditor.follow(&first, n);
        second.restart_elsewhere();
    }
    // Both publish what either counted, whichever way it went.
    let shown = |collector: &Collector| {
        let url = format!("{}/api/v1/statistics?region=320000", collector.url());
        haochaping_tests::Http::new().get(&url).json()["counts"].clone()
    };
    let counted = |counts: &serde_json::Value| {
        counts
            .as_object()
            .map_or(0, |all| all.values().filter_map(serde_json::Value::as_u64).sum::<u64>())
    };
    for collector in [&first, &second] {
        eventually("every count", || (counted(&shown(collector)) == n as u64).then_some(()));
    }
}

#[test]
fn a_database_that_is_not_distributed_is_told_how_to_become_it() {
    let url = shared().database();
    let mut plain = Collector::start_on(&url, &[]);
    plain.stop();
    refuses_with(&url, &["--distributed"], &["no Citus extension", "docs/databases.md"]);
    shared().spread(&url, N_SHARDS);
    let wrong = "create or replace view pg_dist_partition as select c.oid::regclass as logicalrelid, 'h'::\"char\" as partmethod,
           case relname when 'service' then 'agency' else 'part' end as partkey,
           case relname when 'notice' then 2 else 1 end as colocationid
         from pg_class c where relname in ('rating', 'notice', 'service')";
    shared().sql_at(&url, wrong);
    let named =
        ["not distributed by part beside rating", "card_day", "notice", "service", "work_order"];
    refuses_with(&url, &["--distributed"], &named);
    let data = tempfile::tempdir().unwrap();
    let file = ["serve", "--distributed", "--data", data.path().to_str().unwrap(), "--log", "off"];
    let output = haochaping_tests::haochaping(&file);
    assert!(output.code == Some(1) && output.err.contains("--database"), "{output:?}");
}
