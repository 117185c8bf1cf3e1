//! Faults under load.

use std::time::Duration;

use haochaping_postgres::{Server, shared};
use haochaping_tests::{Auditor, Collector, eventually};

use crate::{
    cut::Line,
    load::{Crowd, verified},
    moments::Moments,
    n_rounds,
};

const N_PEOPLE: usize = 12;
const N_TICKETS: usize = 240;

fn urls(collectors: &[&Collector]) -> Vec<String> {
    collectors.iter().map(|collector| collector.url()).collect()
}

#[test]
fn nothing_is_lost_or_doubled_when_one_of_three_collectors_is_killed() {
    let mut moments =
        Moments::new("nothing_is_lost_or_doubled_when_one_of_three_collectors_is_killed");
    let first = Collector::start_on(&shared().database(), &[]);
    let (second, mut third) = (first.beside(&[]), first.beside(&[]));
    let (auditor, mut n) = (Auditor::default(), 0);
    for round in 1..=n_rounds() {
        let tickets = first.register(N_TICKETS);
        let crowd = Crowd::gather(&urls(&[&first, &second, &third]), &tickets, N_PEOPLE);
        crowd.wait_for(usize::try_from(moments.below(N_TICKETS as u64 / 2)).unwrap());
        third.kill();
        n += crowd.finish();
        assert_eq!(n, round * N_TICKETS, "whoever was not answered asked another collector");
        assert_eq!(verified(&first), n);
        auditor.follow(&first, n);
        third.restart_elsewhere();
        println!("round {round}: {n} acknowledged and on disk");
    }
}

#[test]
fn nothing_is_lost_or_doubled_when_the_server_is_killed() {
    let mut moments = Moments::new("nothing_is_lost_or_doubled_when_the_server_is_killed");
    let mut server = Server::start(&[]);
    let first = Collector::start_on(&server.database(), &[]);
    let second = first.beside(&[]);
    let (auditor, mut n) = (Auditor::default(), 0);
    for round in 1..=n_rounds() {
        let tickets = first.register(N_TICKETS);
        let crowd = Crowd::gather(&urls(&[&first, &second]), &tickets, N_PEOPLE);
        crowd.wait_for(usize::try_from(moments.below(N_TICKETS as u64 / 2)).unwrap());
        std::thread::sleep(Duration::from_micros(moments.below(5_000)));
        server.kill();
        server.restart();
        n += crowd.finish();
        assert_eq!(n, round * N_TICKETS);
        assert_eq!(verified(&first), n);
        auditor.follow(&first, n);
        println!("round {round}: {n} acknowledged and on disk");
    }
}

#[test]
fn nothing_is_lost_or_doubled_when_a_synchronous_standby_takes_over() {
    let mut moments =
        Moments::new("nothing_is_lost_or_doubled_when_a_synchronous_standby_takes_over");
    // A pair fails over once.
    for round in 1..=n_rounds().min(3) {
        let mut primary = Server::start(&[]);
        let database = primary.database();
        let standby = primary.standby();
        let second_host = format!("127.0.0.1:{},127.0.0.1:{}/", primary.port(), standby.port());
        let url = database.replace(&format!("127.0.0.1:{}/", primary.port()), &second_host);
        let url = format!("{url}?target_session_attrs=read-write");
        let first = Collector::start_on(&url, &[]);
        let second = first.beside(&[]);
        let tickets = first.register(N_TICKETS + N_PEOPLE);
        let (early, late) = tickets.split_at(N_PEOPLE);
        let auditor = Auditor::default();
        assert_eq!(Crowd::gather(&urls(&[&first]), early, N_PEOPLE).finish(), N_PEOPLE);
        auditor.follow(&first, N_PEOPLE);
        let crowd = Crowd::gather(&urls(&[&first, &second]), late, N_PEOPLE);
        crowd.wait_for(usize::try_from(moments.below(N_TICKETS as u64 / 2)).unwrap());
        std::thread::sleep(Duration::from_micros(moments.below(5_000)));
        primary.kill();
        standby.promote();
        assert_eq!(crowd.finish(), N_TICKETS, "round {round}");
        assert_eq!(verified(&first), tickets.len());
        auditor.follow(&second, tickets.len());
    }
}

#[test]
fn a_commit_whose_answer_never_came_is_counted_once() {
    let mut moments = Moments::new("a_commit_whose_answer_never_came_is_counted_once");
    let url = shared().database();
    let first = Collector::start_on(&url, &[]);
    let line = Line::to(shared().port());
    let second = first.beside_at(&line.url(&url, shared().port()), &[]);
    let (auditor, mut n) = (Auditor::default(), 0);
    // Twice as many: every second cut falls before the commit has arrived.
    for round in 1..=2 * n_rounds() {
        let tickets = first.register(N_TICKETS);
        let before = line.n_cut();
        line.cut_after(1 + moments.below(6));
        let crowd = Crowd::gather(&urls(&[&second]), &tickets, N_PEOPLE);
        n += crowd.finish();
        eventually("a commit that was cut", || (line.n_cut() > before).then_some(()));
        assert_eq!(n, round * N_TICKETS);
        assert_eq!(verified(&first), n);
        auditor.follow(&first, n);
    }
    println!("{} commits were cut, {n} ratings acknowledged and on disk", line.n_cut());
}

#[test]
fn two_that_share_a_slot_by_accident_stay_correct() {
    let url = shared().database();
    let first = Collector::start_on(&url, &[]);
    let holder = || shared().rows_at(&url, "select encode(holder, 'hex') from slot where slot = 2");
    for round in 1..=n_rounds().min(3) {
        let mut second = first.beside(&[]);
        let before = holder();
        let tickets = first.register(N_TICKETS);
        let crowd = Crowd::gather(&urls(&[&first, &second]), &tickets, N_PEOPLE);
        crowd.wait_for(N_TICKETS / 8);
        second.pause();
        // As if it had slept longer than its lease: another collector takes its slot.
        shared().sql_at(&url, "update slot set leased_until = 0 where slot = 2");
        let mut third = first.beside(&[]);
        assert_ne!(holder(), before, "the slot of the one that sleeps is another's");
        second.wake();
        let more = first.register(N_TICKETS);
        let beside = Crowd::gather(&urls(&[&second, &third]), &more, N_PEOPLE);
        assert_eq!((crowd.finish(), beside.finish()), (N_TICKETS, N_TICKETS), "round {round}");
        assert_eq!(verified(&first), 2 * round * N_TICKETS);
        second.stop();
        third.stop();
    }
}
