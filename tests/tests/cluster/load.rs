//! People who rate through whichever collector answers, and send the same rating again when none
//! did.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use haochaping_tests::{Collector, Http};
use serde_json::{Value, json};

/// How long a person keeps sending the same rating.
const LIMIT: Duration = Duration::from_mins(2);

/// The receipts of what was acknowledged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promises(Arc<Mutex<Vec<String>>>);

impl Promises {
    pub(crate) fn n(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub(crate) fn receipts(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Every rating has a receipt of its own.
    pub(crate) fn distinct(&self) -> usize {
        self.0.lock().unwrap().iter().collect::<BTreeSet<_>>().len()
    }
}

/// A rating with a key of its own: good and bad ones in turn.
fn rating(ticket: &str) -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let level = if n.is_multiple_of(3) { "very_dissatisfied" } else { "satisfied" };
    json!({
        "ticket": ticket, "key": format!("key-{n:022}"), "level": level, "indicators": [],
        "indicator_version": "2020-05", "comment": format!("第{n}位"), "anonymous": n.is_multiple_of(2), "contact": null,
        "lang": "zh-Hans", "via": null,
    })
}

/// People at work until every ticket is rated.
pub(crate) struct Crowd {
    pub(crate) promises: Promises,
    people: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// As many people as there are chunks of tickets, each with a different first choice of these
    /// addresses.
    pub(crate) fn gather(urls: &[String], tickets: &[String], n_people: usize) -> Self {
        let promises = Promises::default();
        let people = tickets
            .chunks(tickets.len().div_ceil(n_people))
            .enumerate()
            .map(|(first, share)| {
                let (urls, share) = (urls.to_vec(), share.to_vec());
                let promises = promises.clone();
                std::thread::spawn(move || work(&urls, first, &share, &promises))
            })
            .collect();
        Self { promises, people }
    }

    /// Waits until so many are acknowledged.
    pub(crate) fn wait_for(&self, n: usize) {
        let begun = Instant::now();
        while self.promises.n() < n {
            assert!(begun.elapsed() < LIMIT, "{} of {n} acknowledged", self.promises.n());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until everybody is done, and gives how many ratings were acknowledged.
    pub(crate) fn finish(self) -> usize {
        for person in self.people {
            person.join().unwrap();
        }
        assert_eq!(self.promises.distinct(), self.promises.n(), "two ratings with one receipt");
        self.promises.n()
    }
}

fn work(urls: &[String], first: usize, tickets: &[String], promises: &Promises) {
    let http = Http::new().header("content-type", "application/json");
    let mut which = first;
    for ticket in tickets {
        let body = rating(ticket).to_string();
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < LIMIT, "a rating is never taken");
            let url = format!("{}/api/v1/ratings", urls[which % urls.len()]);
            match http.try_send("POST", &url, Some(body.as_bytes())) {
                // 200: the answer to the first attempt was lost, and the rating stood.
                Ok(answer) if answer.status == 201 || answer.status == 200 => {
                    promises
                        .0
                        .lock()
                        .unwrap()
                        .push(answer.json()["receipt"].as_str().unwrap().to_owned());
                    which += 1;
                    break;
                }
                Ok(answer) => {
                    assert!(
                        matches!(answer.status, 408 | 503),
                        "{}: {}",
                        answer.status,
                        answer.text()
                    );
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
            which += 1;
        }
    }
}

/// The number of ratings in the store, whose counters and work orders all agree.
pub(crate) fn verified(collector: &Collector) -> usize {
    let output = collector.cli(&["verify"]);
    assert_eq!(output.code, Some(0), "{}{}", output.out, output.err);
    output
        .out
        .split_whitespace()
        .find_map(|word| word.parse().ok())
        .expect("verify says how many ratings there are")
}
