//! What people see of several collectors: one.

use haochaping_postgres::shared;
use haochaping_tests::{Collector, Device, Hall, Http, Manner, Receiver, Staff, eventually};
use serde_json::{Value, json};

use crate::load::verified;

fn start() -> (Collector, Collector) {
    let first = Collector::start_on(
        &shared().database(),
        &["--allow-private-endpoints", "--root-region", "320000"],
    );
    let second = first.beside(&["--allow-private-endpoints", "--root-region", "320000"]);
    (first, second)
}

fn rate(collector: &Collector, ticket: &str, level: &str) -> u16 {
    // The same rating of a service has the same key wherever it is sent.
    let body = json!({
        "ticket": ticket, "key": format!("key-{}", &ticket[ticket.len() - 22..]), "level": level,
        "indicators": [], "indicator_version": "2020-05", "comment": "说明", "anonymous": false, "contact": null,
        "lang": "zh-Hans", "via": null,
    });
    let answer = Http::new().post_json(&format!("{}/api/v1/ratings", collector.url()), &body);
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    answer.status
}

fn province(collector: &Collector) -> Value {
    Http::new().get(&format!("{}/api/v1/statistics?region=320000", collector.url())).json()
}

#[test]
fn each_shows_what_the_other_counted_and_says_as_of_when() {
    let (first, second) = start();
    let tickets = first.register(30);
    for (n, ticket) in tickets.iter().enumerate() {
        let (through, level) =
            if n % 3 == 0 { (&second, "dissatisfied") } else { (&first, "very_satisfied") };
        assert_eq!(rate(through, ticket, level), 201);
    }
    for collector in [&first, &second] {
        let found = eventually("every count", || {
            let found = province(collector);
            (found["counts"]["very_satisfied"] == 20 && found["counts"]["dissatisfied"] == 10)
                .then_some(found)
        });
        assert!(found["as_of"].as_str().is_some(), "{found}");
    }
    // A service that the other has just registered can be rated here at once, and is rated once.
    let ticket = second.register(1).remove(0);
    assert_eq!(rate(&first, &ticket, "satisfied"), 201);
    assert_eq!(
        rate(&second, &ticket, "satisfied"),
        200,
        "the same rating, sent again to another collector"
    );
    assert_eq!(verified(&first), 31);
}

#[test]
fn who_signs_in_at_one_is_signed_in_at_the_other() {
    let (first, second) = start();
    let admin = Staff::new(&first, "root-1", &["--role", "administrator"]);
    assert_eq!(admin.get("/desk/users").status, 200);
    let elsewhere = Staff { origin: second.url(), ..admin.clone() };
    assert_eq!(elsewhere.get("/desk/users").status, 200);
    // And whoever is shut out at one is shut out at the other.
    Staff::add(&first, "root-2", &["--role", "administrator"]);
    let output = first.cli(&["staff", "disable", "root-1"]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert_eq!(elsewhere.get("/desk/users").status, 303);
}

#[test]
fn a_work_order_is_given_out_and_told_once() {
    let (first, second) = start();
    let receiver = Receiver::start(Manner::Takes);
    let url = receiver.url();
    let output = first.cli(&[
        "endpoint", "add", "city", "--kind", "hotline", "--region", "321000", "--url", &url,
    ]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let tickets = first.register(20);
    for (n, ticket) in tickets.iter().enumerate() {
        assert_eq!(
            rate(if n % 2 == 0 { &first } else { &second }, ticket, "very_dissatisfied"),
            201
        );
    }
    eventually("twenty orders given out", || (receiver.received().len() >= 20).then_some(()));
    let sent = "select count(*) from outbox where state = 'sent' and n_attempts = 1";
    eventually("every message sent at its first attempt", || {
        (shared().rows_at(first.database().unwrap(), sent) == ["20"]).then_some(())
    });
    let mut ids: Vec<_> =
        receiver.received().iter().map(|message| message.id().to_owned()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((receiver.received().len(), ids.len()), (20, 20));
    assert_eq!(verified(&second), 20);
}

#[test]
fn a_call_given_to_one_collector_wakes_the_pad_that_another_holds() {
    let (first, second) = start();
    let hall = Hall::open(&first, &[("yz-a01", "1 号综合窗口")]);
    let cookie = hall.pair("yz-a01").cookie;
    let at = |collector: &Collector| Device {
        http: Http::new().header("cookie", &cookie).header("origin", &collector.url()),
        url: format!("{}/pad/yz-a01", collector.url()),
        cookie: cookie.clone(),
    };
    let there = at(&second);
    let before = there.ask("page", "").json();
    assert_eq!(before["call"], Value::Null);
    let waiting = {
        let (there, mark) = (there.clone(), before["mark"].as_str().unwrap().to_owned());
        std::thread::spawn(move || there.ask("page", &mark).json())
    };
    let called = hall.call("yz-a01", &[haochaping_tests::service()]).json();
    assert_eq!(called["pad_connected"], true, "{called}");
    // It is answered because there is a call, and not because its time is over.
    let woken = waiting.join().unwrap();
    assert_eq!(woken["call"]["state"], "waiting", "{woken}");
    assert_eq!(
        there.rate(&woken["call"], "a-key-of-a-pad-at-another-collector", "satisfied").status,
        201
    );
    assert_eq!(hall.standing("yz-a01").json()["state"], "ended");
    // The window is one, whichever collector a second page asks.
    assert_eq!(at(&first).ask("other", "").status, 409);
}
