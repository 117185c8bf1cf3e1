//! `/api/openapi.json`: what is served is what is kept, and what it shows as an example can be
//! sent. Every other test holds its answers against it.

use haochaping_tests::{Collector, Http, workspace};
use serde_json::{Value, json};

fn example(document: &Value, path: &str) -> Value {
    document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"].clone()
}

#[test]
fn the_served_contract_is_the_kept_one_with_the_address_of_this_collector() {
    let collector = Collector::start(&[]);
    let answer = Http::new().get(&format!("{}/api/openapi.json", collector.url()));
    let mut served = answer.json();
    assert_eq!(served["servers"][0]["url"], collector.url());
    let kept = std::fs::read_to_string(workspace().join("server/openapi.json")).unwrap();
    let here = served["servers"][0]["url"].as_str().unwrap().to_owned();
    served = serde_json::from_str(&served.to_string().replace(&here, "https://hcp.example.gov.cn"))
        .unwrap();
    assert_eq!(served, serde_json::from_str::<Value>(&kept).unwrap());
}

/// As a reader does it: the example of the page, with the ticket that the first call gave.
#[test]
fn the_examples_of_registering_and_rating_can_be_sent_as_they_stand() {
    let collector = Collector::start(&[]);
    let document = Http::new().get(&format!("{}/api/openapi.json", collector.url())).json();
    let services = example(&document, "/api/v1/services")["services"].as_array().unwrap().clone();
    let registered = collector.register_all(&services);
    assert_eq!(registered["rejected"], json!([]), "{registered}");
    let mut rating = example(&document, "/api/v1/ratings");
    rating["ticket"] = registered["tickets"][0]["ticket"].clone();
    let answer = Http::new().post_json(&format!("{}/api/v1/ratings", collector.url()), &rating);
    assert_eq!(answer.status, 201, "{}", answer.text());
}
