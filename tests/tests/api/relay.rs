//! Ratings that citizens gave to another registered system, handed over in batches.

use haochaping_tests::{Answer, Collector, Http, eventually, service};
use serde_json::{Value, json};

use crate::{good, problem, rate, verified};

struct Relay<'a> {
    collector: &'a Collector,
    http: Http,
}

impl<'a> Relay<'a> {
    /// A system of Yangzhou that relays.
    fn new(collector: &'a Collector) -> Self {
        let output = collector.cli(&[
            "api-key",
            "add",
            "city-hotline",
            "--scope",
            "relay",
            "--region",
            "321000",
        ]);
        let http = Http::new().header("authorization", &format!("Bearer {}", output.out.trim()));
        let relay = Self { collector, http };
        eventually("the key is known", || (relay.send(&[]).status == 400).then_some(()));
        relay
    }

    fn send(&self, ratings: &[Value]) -> Answer {
        self.http.post_json(
            &format!("{}/api/v1/relay", self.collector.url()),
            &json!({"ratings": ratings}),
        )
    }
}

/// A rating as it was taken by telephone, of a case of its own.
fn relayed(source_key: &str, level: &str, indicator: &str) -> Value {
    let mut service = service();
    service["finished_at"] = "2026-01-05T10:00:00+08:00".into();
    json!({
        "source_key": source_key, "collected_at": "2026-01-05T10:30:00+08:00", "channel": "phone", "service": service,
        "rating": {"level": level, "indicators": [indicator], "indicator_version": "2020-05", "lang": "zh-Hans"},
    })
}

/// Index, field and code of everything that was not taken.
fn rejected(answer: &Value) -> Vec<(u64, &str, &str)> {
    let list = answer["rejected"].as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .map(|one| {
            let violation = &one["violation"];
            (
                one["index"].as_u64().unwrap(),
                violation["field"].as_str().unwrap(),
                violation["code"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn three_bad_rows_are_named_and_the_rest_of_the_batch_is_taken() {
    let collector = Collector::start(&[]);
    let relay = Relay::new(&collector);
    let mut batch: Vec<Value> =
        (0..6).map(|n| relayed(&format!("r-{n}"), "satisfied", "413")).collect();
    batch[1]["rating"] =
        json!({"level": "dissatisfied", "indicator_version": "2020-05", "lang": "zh-Hans"});
    batch[3]["service"]["region"] = "320102".into();
    batch[4]["service"]["agency_code"] = "11110000000021135N".into();
    let answer = relay.send(&batch);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    assert_eq!(
        rejected(&answer),
        [
            (1, "rating.indicators", "reason-missing"),
            (3, "service.region", "outside-scope"),
            (4, "service.agency_code", "wrong-check-digit"),
        ]
    );
    assert_eq!(answer["rejected"][0]["said"], "a bad rating needs an option or a comment");
    assert_eq!(
        (&answer["source"], &answer["rejected"][2]["source_key"]),
        (&json!("city-hotline"), &json!("r-4"))
    );
    let taken: Vec<_> =
        answer["accepted"].as_array().unwrap().iter().map(|one| one["index"].clone()).collect();
    assert_eq!(taken, [0, 2, 5]);
    assert_eq!(
        collector.read_sql("select count(*) from service"),
        ["3"],
        "a refused rating leaves no service behind"
    );
    assert_eq!(collector.read_sql("select distinct provenance from rating"), ["relayed"]);
    verified(&collector);
}

#[test]
fn a_batch_sent_again_is_the_same_ratings() {
    let collector = Collector::start(&[]);
    let relay = Relay::new(&collector);
    let mut batch = vec![relayed("a", "satisfied", "413"), relayed("b", "dissatisfied", "214")];
    let (first, again) = (relay.send(&batch).json(), relay.send(&batch).json());
    let receipts = |answer: &Value| -> Vec<Value> {
        answer["accepted"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["answer"]["receipt"].clone())
            .collect()
    };
    assert_eq!((receipts(&first).len(), receipts(&again)), (2, receipts(&first)));
    assert!(
        again["accepted"].as_array().unwrap().iter().all(|one| one["replayed"] == true),
        "{again}"
    );
    batch[0]["rating"]["indicators"] = json!(["412"]);
    batch[1]["source_key"] = "c".into();
    let changed = relay.send(&batch).json();
    assert_eq!(rejected(&changed), [(0, "source_key", "reused"), (1, "service", "already-rated")]);
    assert!(
        changed["rejected"].as_array().unwrap().iter().all(|one| one["rated_on"].is_string()),
        "{changed}"
    );
    let statistics = format!("{}/api/v1/statistics?region=321000", collector.url());
    eventually("both are counted, once", || {
        let shown = Http::new().get(&statistics).json();
        ((&shown["good"], &shown["bad"]) == (&json!(1), &json!(1))).then_some(())
    });
    assert_eq!(
        collector.read_sql("select count(*) from work_order"),
        ["1"],
        "a bad one is worked like any other"
    );
    verified(&collector);
}

/// One service, one rating, whichever way it comes (一事一评).
#[test]
fn what_was_relayed_is_not_rated_again_here() {
    let collector = Collector::start(&[]);
    let output = collector.cli(&["api-key", "add", collector.authority(), "--scope", "relay"]);
    let http = Http::new().header("authorization", &format!("Bearer {}", output.out.trim()));
    let relay = Relay { collector: &collector, http };
    eventually("the key is known", || (relay.send(&[]).status == 400).then_some(()));
    let (first, second) = (relayed("a", "satisfied", "413"), relayed("b", "satisfied", "413"));
    let tickets = collector.register_all(&[first["service"].clone(), second["service"].clone()]);
    let ticket = |n: usize| tickets["tickets"][n]["ticket"].as_str().unwrap();
    assert_eq!(rate(&collector, &good(ticket(1))).status, 201);
    let answer = relay.send(&[first, second]).json();
    assert_eq!(rejected(&answer), [(1, "service", "already-rated")]);
    problem(&rate(&collector, &good(ticket(0))), 409, "already-rated");
    verified(&collector);
}

/// A key answers for what lies in its scope, and a case lies where it was registered first.
#[test]
fn a_case_that_stands_outside_the_scope_is_not_reached_by_saying_otherwise() {
    let collector = Collector::start(&[]);
    let output = collector.cli(&[
        "api-key",
        "add",
        collector.authority(),
        "--scope",
        "relay",
        "--region",
        "321000",
    ]);
    let http = Http::new().header("authorization", &format!("Bearer {}", output.out.trim()));
    let relay = Relay { collector: &collector, http };
    eventually("the key is known", || (relay.send(&[]).status == 400).then_some(()));
    let inside = relayed("a", "satisfied", "413");
    let mut elsewhere = inside["service"].clone();
    elsewhere["region"] = "320102".into();
    collector.register_all(&[elsewhere]);
    let answer = relay.send(&[inside, relayed("b", "satisfied", "413")]).json();
    assert_eq!(rejected(&answer), [(0, "service.region", "outside-scope")]);
    assert_eq!(answer["accepted"][0]["source_key"], "b");
    assert_eq!(collector.read_sql("select region from rating"), ["321002000000"]);
}

#[test]
fn nobody_is_invited_to_rate_what_was_rated_elsewhere() {
    let collector = Collector::start(&[]);
    let added = collector.cli(&[
        "endpoint",
        "add",
        "sms",
        "--kind",
        "invitations",
        "--region",
        "321000",
        "--url",
        "http://127.0.0.1:9/",
    ]);
    assert_eq!(added.code, Some(0), "{}", added.err);
    let relay = Relay::new(&collector);
    assert_eq!(
        relay.send(&[relayed("a", "satisfied", "413")]).json()["accepted"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(collector.read_sql("select count(*) from outbox"), ["0"]);
    collector.register(1);
    assert_eq!(
        collector.read_sql("select count(*) from outbox"),
        ["1"],
        "another service has its invitation"
    );
}

#[test]
fn relayed_ratings_are_shown_by_the_system_that_collected_them() {
    let mut collector = Collector::start(&["--root-region", "320000"]);
    let batch: Vec<Value> =
        (0..5).map(|n| relayed(&format!("r-{n}"), "satisfied", "413")).collect();
    assert_eq!(Relay::new(&collector).send(&batch).status, 200);
    let ticket = collector.register(1).remove(0);
    assert_eq!(rate(&collector, &good(&ticket)).status, 201);
    collector.next_day();
    let of = |by: &str| {
        Http::new().get(&format!("{}/api/v1/statistics/{by}", collector.url())).json()["rows"]
            .clone()
    };
    eventually("the day is published", || {
        (of("channels").as_array().unwrap().len() == 2).then_some(())
    });
    let sources = of("sources");
    assert_eq!(
        (sources.as_array().unwrap().len(), &sources[0]["code"]),
        (1, &json!("city-hotline"))
    );
    assert_eq!(sources[0]["good"], 5, "what people rated here is of no other system");
    let page = Http::new().get(&format!("{}/?lang=zh-Hans", collector.url()));
    assert!(
        page.text().contains("收集评价的系统") && page.text().contains("city-hotline"),
        "{}",
        page.text()
    );
    verified(&collector);
}

#[test]
fn a_batch_of_the_wrong_size_is_refused_as_a_whole() {
    let collector = Collector::start(&[]);
    let relay = Relay::new(&collector);
    problem(&relay.send(&[]), 400, "wrong-number");
    problem(&relay.send(&vec![relayed("a", "satisfied", "413"); 1_001]), 400, "wrong-number");
    let mut unknown = relayed("a", "satisfied", "413");
    unknown["provenance"] = "citizen".into();
    let refused = relay.send(&[unknown]).json()["rejected"][0].clone();
    assert_eq!(
        refused["violation"],
        json!({"field": "provenance", "code": "malformed-entry"}),
        "of itself alone"
    );
    assert!(refused["said"].as_str().unwrap().contains("unknown field"), "{refused}");
    let whole: Vec<Value> =
        (0..1_000).map(|n| relayed(&format!("r-{n}"), "satisfied", "413")).collect();
    assert_eq!(relay.send(&whole).json()["accepted"].as_array().unwrap().len(), 1_000);
    verified(&collector);
}
