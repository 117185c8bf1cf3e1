//! A collector that is killed while departments act and orders are given out: what was acknowledged
//! stands, and every order is what its history adds up to. That the check notices when it is not,
//! the API's tests show by tampering.

use std::{collections::BTreeMap, sync::mpsc, thread::JoinHandle, time::Duration};

use haochaping_tests::{Collector, Http, Manner, Office, Receiver, eventually};
use serde_json::{Value, json};

use crate::moments::Moments;

const N_CLIENTS: usize = 4;
const ORDERS_PER_CLIENT: usize = 12;
const LIMIT: Duration = Duration::from_mins(1);

fn steps() -> [Value; 5] {
    [
        json!({"action": "reach", "cause": "hall", "demand": "示例"}),
        json!({"action": "determine_valid", "class": "simple", "finding": "示例"}),
        json!({"action": "rectify", "measures": "示例"}),
        json!({"action": "resolve", "result": "示例"}),
        json!({"action": "reply", "text": "示例"}),
    ]
}

/// Puts bad ratings on record.
fn rate(collector: &Collector, n: usize) {
    for (place, ticket) in collector.register(n).iter().enumerate() {
        let rating = json!({
            "ticket": ticket, "key": format!("key-{place:022}"), "level": "dissatisfied", "indicators": ["214"],
            "indicator_version": "2020-05", "comment": "", "anonymous": false, "contact": null, "lang": "zh-Hans",
            "via": null,
        });
        let answer = Http::new().post_json(&format!("{}/api/v1/ratings", collector.url()), &rating);
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}

/// Works orders from their first step to the reply until the collector is gone, and tells how many
/// entries each acknowledged action has left.
fn client(office: Office, orders: Vec<Value>, tell: mpsc::Sender<(Value, u64)>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for (order, step) in orders
            .iter()
            .flat_map(|order| steps().into_iter().enumerate().map(move |step| (order, step)))
        {
            let (place, mut body) = step;
            let n_entries = order["n_entries"].as_u64().unwrap() + place as u64;
            body["n_entries"] = n_entries.into();
            let url = format!("{}/{}/actions", office.url, order["id"].as_str().unwrap());
            let json = office.http.header("content-type", "application/json");
            let Ok(answer) = json.try_send("POST", &url, Some(body.to_string().as_bytes())) else {
                return;
            };
            assert_eq!(answer.status, 200, "{}", answer.text());
            let _ = tell.send((order["id"].clone(), n_entries + 1));
        }
    })
}

#[test]
fn every_acknowledged_action_is_in_the_history_after_kill_9() {
    const N: usize = N_CLIENTS * ORDERS_PER_CLIENT;
    let n_rounds =
        if std::env::var("HAOCHAPING_TEST_FULL").is_ok_and(|full| full == "1") { 20 } else { 3 };
    let mut moments = Moments::new("every_acknowledged_action_is_in_the_history_after_kill_9");
    let mut collector = Collector::start(&["--allow-private-endpoints"]);
    let hotline = Receiver::start(Manner::Slow(2));
    let added = [
        "endpoint",
        "add",
        "city",
        "--kind",
        "hotline",
        "--region",
        "321000",
        "--url",
        &hotline.url(),
    ]
    .map(str::to_owned);
    assert_eq!(collector.cli(&added.each_ref().map(String::as_str)).code, Some(0));
    let office = Office::department(&collector);
    let mut watermark = 0;
    for round in 1..=n_rounds {
        rate(&collector, N);
        // The first kill of each round falls while orders are given out.
        std::thread::sleep(Duration::from_millis(moments.below(1_500)));
        collector.kill();
        collector.restart_elsewhere();
        let here = office.clone().at(&collector);
        let orders = eventually("every order is given out", || {
            let found = here.list(watermark)["orders"].as_array().unwrap().clone();
            let fresh: Vec<_> =
                found.into_iter().filter(|order| order["stage"] == "dispatched").collect();
            (fresh.len() == N).then_some(fresh)
        });
        let (tell, told) = mpsc::channel();
        let shares = orders.chunks(ORDERS_PER_CLIENT);
        let clients: Vec<_> =
            shares.map(|share| client(here.clone(), share.to_vec(), tell.clone())).collect();
        drop(tell);
        let n_before = 1 + moments.below(100);
        let mut acknowledged: Vec<_> = (0..n_before)
            .map(|_| told.recv_timeout(LIMIT).expect("actions are acknowledged until the kill"))
            .collect();
        std::thread::sleep(Duration::from_micros(moments.below(5_000)));
        collector.kill();
        for client in clients {
            client.join().expect("every answer before the kill was 200");
        }
        acknowledged.extend(told.iter());
        collector.restart_elsewhere();
        let here = office.clone().at(&collector);
        for (id, n_entries) in &acknowledged {
            let found = here.get(id).json()["n_entries"].as_u64().unwrap();
            assert!(
                found >= *n_entries,
                "round {round}: {id} has {found} entries, {n_entries} were acknowledged"
            );
        }
        let output = collector.cli(&["verify"]);
        assert_eq!(output.code, Some(0), "round {round}: {}{}", output.out, output.err);
        println!("round {round}: {} actions acknowledged, all there", acknowledged.len());
        // What is left over is another round's no more.
        watermark =
            here.http.get(&format!("{}?after={watermark}&limit=200", here.url)).json()["watermark"]
                .as_i64()
                .unwrap();
    }
    collector.kill();
    // As if the minute were over for which a message is left to whoever took it.
    collector.run_sql("update outbox set next_at = 0 where next_at is not null");
    collector.restart_elsewhere();
    let told = everything_told(&hotline, &office.at(&collector));
    println!("the hotline was told of {told} entries, each order's in their order, some twice");
    assert_eq!(collector.cli(&["verify"]).code, Some(0));
}

/// Waits until the hotline was told of every entry of every order. The first time that each is told
/// is in its order.
fn everything_told(hotline: &Receiver, office: &Office) -> u64 {
    let url = format!("{}?after=0&limit=200", office.url);
    let orders = office.http.get(&url).json()["orders"].as_array().unwrap().clone();
    for _ in 0..600 {
        let mut told: BTreeMap<String, u64> = BTreeMap::new();
        for message in hotline.received() {
            let message = message.json();
            let last = told
                .entry(message["data"]["work_order"]["id"].as_str().unwrap().to_owned())
                .or_default();
            let sequence = message["data"]["sequence"].as_u64().unwrap();
            assert!(sequence <= *last + 1, "{message} before the one before it");
            *last = sequence.max(*last);
        }
        let is_told = |order: &Value| {
            told.get(order["id"].as_str().unwrap()) == order["n_entries"].as_u64().as_ref()
        };
        if orders.iter().all(is_told) {
            return told.values().sum();
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("within a minute not everything was told");
}
