//! The collector as its customers meet it: the real binary, over HTTP and from the command line.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod assisted;
mod bodies;
mod bounds;
mod briefings;
mod card_office;
mod cards;
mod connections;
mod contact;
mod contract;
mod desk;
mod embed;
mod exchange;
mod failures;
mod figures;
mod files;
mod forwarded;
mod headers;
mod hot_words;
mod improvements;
mod journeys;
mod ledger;
mod links;
mod lookup;
mod matrix;
mod measures;
mod monitoring;
mod once;
mod operator;
mod printing;
mod proxied;
mod races;
mod ratings;
mod refusals;
mod relay;
mod restore;
mod services;
mod sign_in;
mod site;
mod supervision;
mod webhooks;
mod windows;
mod witness;
mod work_orders;

use std::sync::atomic::{AtomicU32, Ordering};

use haochaping_tests::{Answer, Collector, Http, eventually};
use serde_json::{Value, json};

/// A key that no other rating has.
fn fresh_key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("key-{:022}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A good rating, as the widget sends it.
fn good(ticket: &str) -> Value {
    json!({
        "ticket": ticket, "key": fresh_key(), "level": "satisfied", "indicators": ["413"],
        "indicator_version": "2020-05", "comment": "", "anonymous": false, "contact": null, "lang": "zh-Hans",
        "via": null,
    })
}

/// A bad one, with reason and text.
fn bad(ticket: &str) -> Value {
    let mut rating = good(ticket);
    rating["level"] = "very_dissatisfied".into();
    rating["indicators"] = json!(["110"]);
    rating["comment"] = "跑了三趟".into();
    rating
}

/// Sends a rating as JSON.
fn rate(collector: &Collector, rating: &Value) -> Answer {
    Http::new().post_json(&format!("{}/api/v1/ratings", collector.url()), rating)
}

/// What a rating's answer says, without the ledger's word: that is given anew each time.
fn accepted(answer: &Answer) -> Value {
    let mut body = answer.json();
    body["proof"].take();
    body
}

/// Asserts that an answer is a problem document of this status and code, and gives it.
#[track_caller]
fn problem(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let body = answer.json();
    assert_eq!((&body["status"], &body["code"]), (&json!(status), &json!(code)));
    assert_eq!(body["type"], json!(format!("urn:haochaping:problem:{code}")));
    body
}

/// Field and code of every violation, in order.
fn violations(problem: &Value) -> Vec<(&str, &str)> {
    let list = problem["violations"].as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .map(|fault| (fault["field"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect()
}

/// The ratings and work orders on disk, which must agree with all counters.
#[track_caller]
fn verified(collector: &Collector) -> (u64, u64) {
    let output = collector.cli(&["verify"]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let numbers: Vec<u64> =
        output.out.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(output.out.contains("agree"), "{}", output.out);
    (numbers[0], numbers[1])
}

/// The value of a form's hidden field.
#[track_caller]
fn hidden(html: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let at = html.find(&mark).unwrap_or_else(|| panic!("no field {name} in {html}")) + mark.len();
    html[at..].split('"').next().unwrap_or("").to_owned()
}

/// A form of our own as a browser would send it back: what it carries, and what the person chose.
fn filled(html: &str, chosen: &[(&str, &str)]) -> String {
    let carried =
        ["key", "page_token", "indicator_version", "lang"].map(|name| (name, hidden(html, name)));
    let carried: Vec<_> = carried.iter().map(|(name, value)| (*name, value.as_str())).collect();
    haochaping_tests::form(&[carried.as_slice(), chosen].concat())
}
