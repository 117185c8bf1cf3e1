//! What is taken, and what is not: times, texts, characters and headers at their bounds.

use haochaping_tests::{Collector, Http, service};
use serde_json::{Value, json};

use crate::{bad, good, problem, rate, violations};

fn register(collector: &Collector, change: impl Fn(&mut Value)) -> Value {
    let mut one = service();
    change(&mut one);
    collector.register_all(&[one])
}

#[test]
fn a_number_in_another_width_or_with_spaces_is_the_same_service() {
    let collector = Collector::start(&[]);
    let urls: Vec<_> = [" BOM-1 ", "ＢＯＭ－１", "BOM-1", "\u{3000}ＢOM-1"]
        .map(|number| {
            let answer = register(&collector, |one| one["case_number"] = number.into());
            let ticket = &answer["tickets"][0];
            assert_eq!(ticket["case_number"], number, "it comes back as it was sent");
            ticket["url"].clone()
        })
        .into();
    assert!(urls.iter().all(|url| url == &urls[0]), "{urls:?}");
    for invisible in ["BOM\u{200b}-1", "\u{3164}", "BOM-1\u{202e}"] {
        let answer = register(&collector, |one| one["case_number"] = invisible.into());
        assert_eq!(answer["rejected"][0]["field"], "case_number", "{answer}");
    }
}

#[test]
fn a_service_was_finished_between_2000_and_tomorrow() {
    let collector = Collector::start(&[]);
    for finished_at in ["0001-01-01T00:00:00Z", "1999-12-31T00:00:00+08:00", "9999-12-31T23:59:59Z"]
    {
        let answer = register(&collector, |one| one["finished_at"] = finished_at.into());
        let rejected = &answer["rejected"][0];
        assert_eq!(
            (&rejected["field"], &rejected["code"]),
            (&json!("finished_at"), &json!("out-of-range")),
            "{answer}"
        );
    }
}

#[test]
fn a_reason_of_which_nothing_can_be_seen_is_none() {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).swap_remove(0);
    for blank in ["\u{200b}", "\u{3164}\u{3164}", "\u{2800}", "\u{feff} \u{2060}", "\u{ad}"] {
        let mut rating = bad(&ticket);
        rating["indicators"] = json!([]);
        rating["comment"] = blank.into();
        let refused = problem(&rate(&collector, &rating), 422, "invalid-rating");
        assert_eq!(violations(&refused)[0].1, "reason-missing", "{blank:?}: {refused}");
    }
    let mut rating = good(&ticket);
    rating["contact"] = json!({"name": "张\u{202e}三", "phone": "13900000000"});
    let refused = problem(&rate(&collector, &rating), 422, "invalid-rating");
    assert_eq!(violations(&refused)[0].0, "contact.name", "{refused}");
}

#[test]
fn no_order_goes_to_a_department_of_zeros() {
    let collector = Collector::start(&[]);
    let answer = register(&collector, |one| one["agency_code"] = "000000000000000000".into());
    assert_eq!(answer["rejected"][0]["field"], "agency_code", "{answer}");
}

#[test]
fn the_character_0_is_refused_wherever_it_stands() {
    let collector = Collector::start(&[]);
    let url = collector.url();
    for path in [
        "/api/v1/statistics?agency=%00",
        "/api/v1/statistics/items?item=a%00b",
        "/api/v1/ratings/%00",
        "/api/v1/links/%00",
        "/pad/%00",
        "/q/%00",
        "/briefings/%00/202611",
        "/words?word=%00",
        "/desk/cards?find=%00",
        "/nowhere/%00",
    ] {
        let answer = Http::new().get(&format!("{url}{path}"));
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
    }
    let key = collector.cli(&[
        "api-key",
        "add",
        "h",
        "--scope",
        "assist",
        "--region",
        "321000",
        "--agency",
        "11110000000021135M",
    ]);
    let http = Http::new().header("authorization", &format!("Bearer {}", key.out.trim()));
    let rating = json!({
        "authority": "a\u{0}", "case_number": "b\u{0}", "service_number": 1, "channel": "phone", "operator": "0417",
        "read_back": true, "key": crate::fresh_key(), "level": "satisfied", "indicator_version": "2020-05", "lang": "zh-Hans",
    });
    problem(
        &http.post_json(&format!("{url}/api/v1/assisted-ratings"), &rating),
        400,
        "malformed-text",
    );
}

#[test]
fn every_answer_says_who_may_frame_it_keep_it_and_load_it() {
    let collector = Collector::start(&["--allow-origin", "https://portal.example.gov.cn"]);
    let ticket = collector.register(1).swap_remove(0);
    let accepted = rate(&collector, &good(&ticket)).json();
    let lookup = accepted["lookup"].as_str().unwrap();
    let url = collector.url();
    for (path, is_for_everybody) in [
        ("/", false),
        (&format!("/r/{ticket}"), false),
        (&format!("/r/{ticket}/widget.js"), true),
        (&format!("/q/{lookup}"), false),
        (&format!("/api/v1/ratings/{lookup}"), false),
        (&format!("/api/v1/links/{ticket}"), false),
        ("/api/v1/statistics", true),
        ("/api/v1/statistics/regions", true),
        ("/v1/haochaping.js", true),
        ("/pad/icon.svg", true),
        ("/ledger/key", true),
        ("/api/openapi.json", false),
        ("/healthz", false),
        ("/readyz", false),
        ("/nowhere", false),
        ("/api/nowhere", false),
        ("/desk/sign-in", false),
    ] {
        let answer = Http::new().get(&format!("{url}{path}"));
        let policy = answer.header("content-security-policy");
        assert_eq!(policy.matches("frame-ancestors").count(), 1, "{path}: {policy}");
        assert!(
            path == "/desk/sign-in" || policy.contains("'self' https://portal.example.gov.cn"),
            "{path}: {policy}"
        );
        let expected = if is_for_everybody { "cross-origin" } else { "same-origin" };
        assert_eq!(answer.header("cross-origin-resource-policy"), expected, "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
    for path in [
        format!("/api/v1/ratings/{lookup}"),
        format!("/api/v1/ratings/{lookup}/proof"),
        format!("/q/{lookup}"),
    ] {
        assert_eq!(
            Http::new().get(&format!("{url}{path}")).header("cache-control"),
            "no-store",
            "{path}"
        );
    }
}

#[test]
fn an_address_without_tls_that_others_reach_is_warned_of() {
    for (public_url, is_warned) in [
        ("http://hcp.example.gov.cn", true),
        ("http://1.2.4.8:8080/hcp", true),
        ("https://hcp.example.gov.cn", false),
        ("http://localhost:8080", false),
        ("http://192.168.1.9", false),
        ("http://[fd12::1]:8080", false),
        ("http://hall.local", false),
    ] {
        let mut collector = Collector::start(&["--public-url", public_url, "--log", "text"]);
        let log = collector.stop().1;
        assert_eq!(log.contains("without TLS"), is_warned, "{public_url}: {log}");
    }
}
