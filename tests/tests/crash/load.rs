//! Clients that rate one service after the other, and what they were promised.

use std::{
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::Sender,
    },
    thread::JoinHandle,
};

use haochaping_tests::{Answer, Http};
use serde_json::{Value, json};

/// A rating that was answered with 201.
#[derive(Debug)]
pub(crate) struct Acknowledged {
    pub(crate) receipt: String,
    pub(crate) lookup: String,
    pub(crate) is_bad: bool,
    /// The ledger's promise, or already its proof; none of a build that answers before it has
    /// anything to promise.
    pub(crate) proof: Option<String>,
}

impl Acknowledged {
    pub(crate) fn read(rating: &Value, answer: &Answer) -> Self {
        assert_eq!(answer.status, 201, "{}", answer.text());
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let is_bad = rating["level"] == "very_dissatisfied";
        Self {
            receipt: text("receipt"),
            lookup: text("lookup"),
            is_bad,
            proof: body["proof"].as_str().map(str::to_owned),
        }
    }
}

/// A rating with a comment of its own: good and bad ones in turn.
pub(crate) fn rating(ticket: &str) -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let (level, indicator, comment) = if n.is_multiple_of(2) {
        ("satisfied", "413", format!("第{n}位，办得很快"))
    } else {
        ("very_dissatisfied", "110", format!("第{n}位，跑了三趟"))
    };
    json!({
        "ticket": ticket, "key": format!("key-{n:022}"), "level": level, "indicators": [indicator],
        "indicator_version": "2020-05", "comment": comment, "anonymous": false, "contact": null, "lang": "zh-Hans",
        "via": null,
    })
}

/// Rates these services one after the other on one connection, tells each acknowledgement at once,
/// and ends with the tickets or with the collector.
pub(crate) fn client(
    url: &str,
    tickets: Vec<String>,
    told: Sender<Acknowledged>,
) -> JoinHandle<()> {
    let url = format!("{url}/api/v1/ratings");
    let http = Http::new().header("content-type", "application/json");
    std::thread::spawn(move || {
        for ticket in tickets {
            let rating = rating(&ticket);
            let Ok(answer) = http.try_send("POST", &url, Some(rating.to_string().as_bytes()))
            else {
                return;
            };
            let _ = told.send(Acknowledged::read(&rating, &answer));
        }
    })
}
