use haochaping_tests::{Collector, Http, service};
use serde_json::{Value, json};

use crate::{eventually, problem};

fn post(collector: &Collector, key: &str, body: &Value) -> haochaping_tests::Answer {
    let http = if key.is_empty() {
        Http::new()
    } else {
        Http::new().header("authorization", &format!("Bearer {key}"))
    };
    http.post_json(&format!("{}/api/v1/services", collector.url()), body)
}

/// Place, code and field of every fault, in order.
fn rejected(answer: &Value) -> Vec<(u64, &str, &str)> {
    let list = answer["rejected"].as_array().unwrap().iter();
    list.map(|one| {
        (
            one["index"].as_u64().unwrap(),
            one["code"].as_str().unwrap(),
            one["field"].as_str().unwrap(),
        )
    })
    .collect()
}

#[test]
fn services_are_applied_one_by_one_and_every_fault_of_the_others_is_named() {
    let collector = Collector::start(&[]);
    let (first, last) = (service(), service());
    let mut wrong = service();
    wrong["agency_code"] = "11321000014216389X".into();
    wrong["region"] = "321099".into();
    let answer = collector.register_all(&[first.clone(), wrong, last]);
    let places: Vec<_> = answer["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["index"].as_u64().unwrap())
        .collect();
    assert_eq!(places, [0, 2]);
    assert_eq!(
        rejected(&answer),
        [(1, "wrong-check-digit", "agency_code"), (1, "unknown-region", "region")]
    );
    assert_eq!(answer["rejected"][0]["detail"], "agency_code: the check character does not fit");
    let issued = &answer["tickets"][0];
    assert_eq!(issued["case_number"], first["case_number"]);
    assert_eq!(issued["service_number"], 1);
    assert_eq!((&issued["created"], &issued["rated_on"]), (&json!(true), &json!(null)));
    assert_eq!(
        issued["url"],
        format!("{}/r/{}", collector.url(), issued["ticket"].as_str().unwrap())
    );

    let again = collector.register_all(&[first]);
    assert_eq!(again["tickets"][0]["ticket"], issued["ticket"], "registering is idempotent");
    assert_eq!(again["tickets"][0]["created"], false);
}

#[test]
fn a_rated_service_says_on_which_day_and_nothing_more() {
    let collector = Collector::start(&[]);
    let service = service();
    let ticket = collector.register_all(std::slice::from_ref(&service))["tickets"][0]["ticket"]
        .as_str()
        .unwrap()
        .to_owned();
    let accepted = crate::rate(&collector, &crate::bad(&ticket)).json();
    let issued = collector.register_all(&[service])["tickets"][0].clone();
    assert_eq!(issued["rated_on"].as_str().unwrap(), &accepted["rated_at"].as_str().unwrap()[..10]);
    assert!(!issued.to_string().contains("satisfied"), "{issued}");
}

#[test]
fn only_a_live_key_registers() {
    let collector = Collector::start(&[]);
    let body = json!({"services": [service()]});
    let wrong = format!("{}0", collector.api_key());
    for key in ["", "hcp_unknown_0", wrong.as_str()] {
        let answer = post(&collector, key, &body);
        problem(&answer, 401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(post(&collector, collector.api_key(), &body).status, 200);
    let id = collector.api_key().split('_').nth(1).unwrap();
    assert_eq!(collector.cli(&["api-key", "revoke", id]).code, Some(0));
    eventually("a revoked key ends", || {
        (post(&collector, collector.api_key(), &body).status == 401).then_some(())
    });
}

#[test]
fn a_key_registers_only_within_its_regions_and_agencies() {
    let collector = Collector::start(&[]);
    let add = ["api-key", "add", "nanjing", "--region", "320100", "--agency", "11110000000021135M"];
    let key = collector.cli(&add).out.trim().to_owned();
    let outside = json!({"services": [service()]});
    let answer = eventually("a new key is known", || {
        Some(post(&collector, &key, &outside)).filter(|answer| answer.status != 401)
    });
    let answer = answer.json();
    assert_eq!(answer["tickets"], json!([]));
    assert_eq!(
        rejected(&answer),
        [(0, "outside-scope", "region"), (0, "outside-scope", "agency_code")]
    );
    let mut inside = service();
    inside["region"] = "320102".into();
    inside["agency_code"] = "11110000000021135M".into();
    let answer = post(&collector, &key, &json!({"services": [inside]})).json();
    assert_eq!(answer["tickets"].as_array().unwrap().len(), 1, "{answer}");
}

#[test]
fn a_request_of_the_wrong_form_is_refused_as_a_whole() {
    let collector = Collector::start(&[]);
    let url = format!("{}/api/v1/services", collector.url());
    let http = Http::new().header("authorization", &format!("Bearer {}", collector.api_key()));
    problem(&http.post_json(&url, &json!({"services": []})), 400, "wrong-number");
    let many = json!({"services": vec![service(); 1_001]});
    problem(&http.post_json(&url, &many), 400, "wrong-number");
    problem(&http.post_json(&url, &json!({"service": []})), 400, "malformed-json");
    let json = http.header("content-type", "application/json");
    problem(&json.send("POST", &url, Some(b"{")), 400, "malformed-json");
    problem(&json.send("POST", &url, Some(&vec![b' '; 2 * 1024 * 1024 + 1])), 413, "too-large");
    problem(
        &http.header("content-type", "text/plain").send("POST", &url, Some(b"{}")),
        415,
        "not-json",
    );
}
