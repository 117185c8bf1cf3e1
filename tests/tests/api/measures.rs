//! What is measured, and that each measure says what it means.

use std::net::TcpListener;

use haochaping_tests::{Collector, Http, eventually};

use crate::{bad, good, rate};

#[test]
fn every_measure_says_what_it_means_and_a_route_has_one_name() {
    let admin = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let address = admin.to_string();
    let collector =
        Collector::start(&["--admin-listen", &address, "--public-url", "http://127.0.0.1:1/hcp"]);
    let tickets = collector.register(1);
    assert_eq!(rate(&collector, &good(&tickets[0])).status, 201);
    assert_eq!(rate(&collector, &bad(&tickets[0])).status, 409);
    for path in ["/healthz", "/hcp/healthz"] {
        assert_eq!(Http::new().get(&format!("{}{path}", collector.url())).status, 200);
    }
    let read = || Http::new().get(&format!("http://{admin}/metrics")).text().to_owned();
    let text = eventually("it was looked at", || {
        Some(read()).filter(|text| text.contains("haochaping_disk_free_bytes "))
    });
    for expected in [
        "haochaping_ratings_total{channel=\"pc\",outcome=\"accepted\"} 1",
        "haochaping_ratings_total{channel=\"pc\",outcome=\"already-rated\"} 1",
        "haochaping_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 2",
        "haochaping_store_writable 1",
        "haochaping_orders_overdue 0",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    let names = text.lines().filter(|line| line.starts_with("haochaping_")).map(|line| {
        let name = line.split(['{', ' ']).next().unwrap();
        ["_sum", "_count", "_bucket"]
            .iter()
            .fold(name, |name, end| name.strip_suffix(end).unwrap_or(name))
    });
    for name in names {
        assert!(text.contains(&format!("# HELP {name} ")), "{name} says nothing of itself");
    }
}
