use haochaping_tests::{Collector, Http};
use serde_json::{Value, json};

use crate::{accepted, bad, fresh_key, good, problem, rate, verified, violations};

/// `rating` with some fields changed.
fn with(mut rating: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        rating[name] = value.clone();
    }
    rating
}

#[test]
fn an_accepted_rating_gets_a_receipt_and_a_replay_the_same_one() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let rating = bad(ticket);
    let first = rate(&collector, &rating);
    assert_eq!(first.status, 201);
    let answer = first.json();
    let lookup = answer["lookup"].as_str().unwrap();
    assert_eq!(lookup.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5], "{lookup}");
    assert_eq!(answer["lookup_url"], format!("{}/q/{lookup}", collector.url()));
    assert!(!answer["receipt"].as_str().unwrap().is_empty());

    // A retry may come in another order of options and with another line end: it is the same
    // content.
    for retry in [
        rating.clone(),
        with(rating.clone(), &json!({"comment": " 跑了三趟\r\n", "indicators": ["110", "110"]})),
    ] {
        let again = rate(&collector, &retry);
        assert_eq!((again.status, accepted(&again)), (200, accepted(&first)));
    }
    assert_eq!(verified(&collector), (1, 1));
}

#[test]
fn a_second_rating_of_a_service_learns_the_day_of_the_first_and_no_level() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let accepted = rate(&collector, &bad(ticket)).json();
    let answer = rate(&collector, &good(ticket));
    let body = problem(&answer, 409, "already-rated");
    assert_eq!(body["rated_on"].as_str().unwrap(), &accepted["rated_at"].as_str().unwrap()[..10]);
    let text = answer.text();
    for secret in ["satisfied", "满意", "跑了三趟", "110", accepted["receipt"].as_str().unwrap()]
    {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    assert_eq!(verified(&collector), (1, 1));
}

#[test]
fn a_key_stands_for_one_content() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let rating = bad(ticket);
    assert_eq!(rate(&collector, &rating).status, 201);
    for change in [
        json!({"level": "dissatisfied", "indicators": ["214"]}),
        json!({"comment": "跑了四趟"}),
        json!({"indicators": ["110", "109"]}),
        json!({"anonymous": true}),
        json!({"contact": {"name": "", "phone": "051412345"}}),
    ] {
        let body =
            problem(&rate(&collector, &with(rating.clone(), &change)), 422, "invalid-rating");
        assert_eq!(violations(&body), [("key", "reused")], "{change}");
    }
    // A key belongs to its service: another service may meet the same one.
    let other = with(good(&collector.register(1)[0]), &json!({"key": rating["key"]}));
    assert_eq!(rate(&collector, &other).status, 201);
}

#[test]
fn everything_wrong_is_named_at_once() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let forged = forge(ticket);
    let wrong = json!({
        "ticket": forged, "key": "short", "level": "dissatisfied", "indicators": ["510", "999"],
        "indicator_version": "1999", "comment": "字".repeat(501), "anonymous": true,
        "contact": {"name": "甲", "phone": "不是号码"}, "lang": "tlh", "via": null,
    });
    let body = problem(&rate(&collector, &wrong), 422, "invalid-rating");
    assert_eq!(
        violations(&body),
        [
            ("ticket", "not-genuine"),
            ("key", "malformed"),
            ("comment", "too-long"),
            ("contact.phone", "malformed"),
            ("indicator_version", "unknown"),
            ("indicators", "other-level"),
            ("indicators", "unknown"),
            ("lang", "unknown"),
        ]
    );
    assert_eq!(body["violations"][5]["value"], "510");
    assert_eq!(body["violations"][6]["index"], 1);
    assert_eq!(
        (&body["violations"][2]["max"], &body["violations"][2]["found"]),
        (&json!(500), &json!(501))
    );
    assert!(!body.to_string().contains("字字"), "the person's text does not come back in an error");
    assert_eq!(verified(&collector), (0, 0));
}

/// The ticket with its last symbol changed: a MAC that nobody made.
fn forge(ticket: &str) -> String {
    let (rest, last) = ticket.split_at(ticket.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

#[test]
fn each_rule_alone_refuses_a_rating() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let cases = [
        (json!({"ticket": "short"}), ("ticket", "malformed")),
        (json!({"ticket": forge(ticket)}), ("ticket", "not-genuine")),
        (json!({"level": ""}), ("level", "missing")),
        (json!({"level": "5"}), ("level", "unknown")),
        (json!({"level": "dissatisfied", "indicators": []}), ("indicators", "reason-missing")),
        (json!({"indicators": ["213"]}), ("indicators", "other-level")),
        (json!({"comment": "a\u{7}b"}), ("comment", "control-character")),
        (json!({"anonymous": true, "contact": {"name": "甲"}}), ("contact", "on-anonymous")),
        (json!({"via": "carrier-pigeon"}), ("via", "unknown")),
    ];
    for (change, expected) in cases {
        let body = problem(&rate(&collector, &with(good(ticket), &change)), 422, "invalid-rating");
        assert_eq!(violations(&body), [expected], "{change}");
    }
    assert_eq!(rate(&collector, &good(ticket)).status, 201, "no refused try used the link up");
}

#[test]
fn the_header_must_say_the_same_key_as_the_body() {
    let collector = Collector::start(&[]);
    let url = format!("{}/api/v1/ratings", collector.url());
    let rating = good(&collector.register(1)[0]);
    let body = problem(
        &Http::new().header("idempotency-key", &fresh_key()).post_json(&url, &rating),
        422,
        "invalid-rating",
    );
    assert_eq!(violations(&body), [("key", "mismatch")]);
    let same = Http::new().header("idempotency-key", rating["key"].as_str().unwrap());
    assert_eq!(same.post_json(&url, &rating).status, 201);
}

#[test]
fn a_body_of_the_wrong_form_is_refused() {
    let collector = Collector::start(&[]);
    let url = format!("{}/api/v1/ratings", collector.url());
    let json = Http::new().header("content-type", "application/json");
    problem(&json.send("POST", &url, Some("{\"ticket\": 秘密".as_bytes())), 400, "malformed-json");
    problem(&json.send("POST", &url, Some(b"{}")), 400, "malformed-json");
    problem(&json.send("POST", &url, Some(&vec![b' '; 64 * 1024 + 1])), 413, "too-large");
    let plain = Http::new().header("content-type", "text/plain");
    problem(&plain.send("POST", &url, Some(b"{}")), 415, "not-json");
}

#[test]
fn a_link_used_without_end_is_told_to_wait() {
    let collector = Collector::start(&[]);
    let rating = good(&collector.register(1)[0]);
    assert_eq!(rate(&collector, &rating).status, 201);
    // 256 at once and one a second: more than any person, fewer than this, even where two a second
    // is all that a machine does.
    let mut answers = (0..512).map(|_| rate(&collector, &rating));
    let refused = answers.find(|answer| answer.status != 200).expect("the limit is reached");
    problem(&refused, 429, "too-many-requests");
    assert_eq!(refused.header("retry-after"), "2");
    assert_eq!(
        rate(&collector, &good(&collector.register(1)[0])).status,
        201,
        "another link is not touched"
    );
}
