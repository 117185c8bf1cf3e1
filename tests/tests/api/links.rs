//! Links that do not open: forged, ended, of nothing on record.

use haochaping::link::{KeyRing, Ticket};
use haochaping_server::{
    app::{Clock, SystemClock, SystemRng},
    keys::{Keys, MasterKey},
};
use haochaping_tests::{Collector, Http};

use crate::{good, problem, rate, violations};

/// The collector's own keys, so that a test can sign what the collector would only sign at another time.
async fn ring(collector: &Collector) -> KeyRing {
    let store = collector.open_store().await;
    let master = MasterKey::read(&collector.data_dir().join("master.key")).unwrap();
    Keys::load(&store, &master, &SystemRng, SystemClock.now()).await.unwrap().ticket
}

fn get(collector: &Collector, ticket: &str) -> (u16, String) {
    let page = Http::new().get(&format!("{}/r/{ticket}", collector.url()));
    (page.status, page.text().to_owned())
}

#[tokio::test]
async fn a_link_that_ended_opens_no_form_but_takes_a_waiting_rating_for_three_days() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(2);
    let ring = ring(&collector).await;
    let today = Ticket::new(0, [0; 16], SystemClock.now(), 0).last_day;
    let ended = |ticket: &str, days_ago| {
        Ticket { last_day: today - days_ago, ..Ticket::verify(ticket, &ring).unwrap() }.mint(&ring)
    };
    let yesterday = ended(&tickets[0], 1);
    let (status, page) = get(&collector, &yesterday);
    assert_eq!(status, 410);
    assert!(page.contains("data-hcp-notice=\"expired\"") && page.contains("12345"));
    assert_eq!(rate(&collector, &good(&yesterday)).status, 201, "it waited for the network");

    let long_ago = ended(&tickets[1], 4);
    let body = problem(&rate(&collector, &good(&long_ago)), 422, "invalid-rating");
    assert_eq!(violations(&body), [("ticket", "expired")]);
    let posted = Http::new().post_form(&format!("{}/r/{long_ago}", collector.url()), "level=satisfied");
    assert_eq!(posted.status, 410);
}

#[tokio::test]
async fn a_genuine_link_of_nothing_on_record_says_so() {
    let collector = Collector::start(&[]);
    let ring = ring(&collector).await;
    let stray = Ticket::new(5, [9; 16], SystemClock.now(), 90).mint(&ring);
    let (status, page) = get(&collector, &stray);
    assert_eq!(status, 404);
    assert!(page.contains("data-hcp-notice=\"unknown\""));
    let body = problem(&rate(&collector, &good(&stray)), 422, "invalid-rating");
    assert_eq!(violations(&body), [("ticket", "unknown")]);
}

#[test]
fn a_link_is_read_in_any_case_and_a_changed_one_is_refused() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    assert_eq!(get(&collector, &ticket.to_lowercase()).0, 200);
    for at in 0..ticket.len() {
        let other = if &ticket[at..=at] == "7" { "8" } else { "7" };
        let changed = format!("{}{other}{}", &ticket[..at], &ticket[at + 1..]);
        assert_eq!(get(&collector, &changed).0, 404, "symbol {at}");
    }
    for wrong in [&ticket[1..], "x", "%FF"] {
        assert!(matches!(get(&collector, wrong).0, 400 | 404), "{wrong}");
    }
}

#[test]
fn a_link_taken_by_sms_or_code_keeps_its_way_in() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let page = get(&collector, &format!("{ticket}?via=sms")).1;
    assert_eq!(crate::hidden(&page, "via"), "sms");
    let made_up = get(&collector, &format!("{ticket}?via=made-up")).1;
    assert!(!made_up.contains("name=\"via\""));
}
