//! Many at once on one link: one rating, and everyone learns which.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Barrier,
};

use haochaping_tests::{Answer, Collector, Http};
use serde_json::Value;

use crate::{accepted, bad, filled, good, hidden, rate, verified};

/// Sends all at the same moment.
fn at_once(collector: &Collector, ratings: &[Value]) -> Vec<Answer> {
    let start = Barrier::new(ratings.len());
    std::thread::scope(|scope| {
        let sending: Vec<_> = ratings
            .iter()
            .map(|rating| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    rate(collector, rating)
                })
            })
            .collect();
        sending.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn statuses(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut found = BTreeMap::new();
    for answer in answers {
        *found.entry(answer.status).or_default() += 1;
    }
    found
}

#[test]
fn of_200_people_on_one_link_one_rates_and_199_learn_so() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let ratings: Vec<_> =
        (0..200).map(|n| if n % 2 == 0 { good(ticket) } else { bad(ticket) }).collect();
    let answers = at_once(&collector, &ratings);
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (409, 199)]));
    let won = answers.iter().position(|answer| answer.status == 201).unwrap();
    let n_orders = u64::from(ratings[won]["level"] == "very_dissatisfied");
    assert_eq!(verified(&collector), (1, n_orders));
}

#[test]
fn of_200_tries_of_one_rating_all_get_its_receipt() {
    let collector = Collector::start(&[]);
    let rating = bad(&collector.register(1)[0]);
    let answers = at_once(&collector, &vec![rating; 200]);
    assert_eq!(statuses(&answers), BTreeMap::from([(200, 199), (201, 1)]));
    let receipts: BTreeSet<_> = answers.iter().map(|answer| accepted(answer).to_string()).collect();
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    assert_eq!(verified(&collector), (1, 1));
}

#[test]
fn ratings_of_many_services_at_once_are_all_kept() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(150);
    let ratings: Vec<_> = tickets.iter().map(|ticket| bad(ticket)).collect();
    let answers = at_once(&collector, &ratings);
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 150)]));
    let receipts: BTreeSet<_> =
        answers.iter().map(|answer| answer.json()["receipt"].to_string()).collect();
    assert_eq!(receipts.len(), 150, "each has its own");
    assert_eq!(verified(&collector), (150, 150));
}

/// A widget that takes the form over while the browser is sending it must not make two of one.
#[test]
fn a_form_and_the_widget_sending_the_same_are_one_rating() {
    let collector = Collector::start(&[]);
    for ticket in collector.register(10) {
        let url = format!("{}/r/{ticket}", collector.url());
        let html = Http::new().get(&url).text().to_owned();
        let form = filled(
            &html,
            &[("level", "dissatisfied"), ("indicator", "214"), ("comment", "一样\r\n的")],
        );
        let mut json = bad(&ticket);
        json["key"] = hidden(&html, "key").into();
        json["level"] = "dissatisfied".into();
        json["indicators"] = serde_json::json!(["214"]);
        json["comment"] = "一样\n的".into();
        let start = Barrier::new(2);
        let (by_form, by_json) = std::thread::scope(|scope| {
            let posting = scope.spawn(|| {
                start.wait();
                Http::new().post_form(&url, &form)
            });
            start.wait();
            let sent = rate(&collector, &json);
            (posting.join().unwrap(), sent)
        });
        assert_eq!(by_form.status, 303);
        let form_was_first = !by_form.header("location").contains("again=1");
        assert_eq!(by_json.status, if form_was_first { 200 } else { 201 });
        let done = Http::new().get(&format!("{}{}", collector.url(), by_form.header("location")));
        assert!(done.text().contains(by_json.json()["receipt"].as_str().unwrap()));
    }
    assert_eq!(verified(&collector), (10, 10));
}

#[test]
fn registering_one_service_at_once_gives_one_ticket() {
    let collector = Collector::start(&[]);
    let service = haochaping_tests::service();
    let start = Barrier::new(20);
    let tickets: Vec<Value> = std::thread::scope(|scope| {
        let sending: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    collector.register_all(std::slice::from_ref(&service))["tickets"][0].clone()
                })
            })
            .collect();
        sending.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let different: BTreeSet<_> =
        tickets.iter().map(|ticket| ticket["ticket"].to_string()).collect();
    assert_eq!(different.len(), 1);
    assert_eq!(tickets.iter().filter(|ticket| ticket["created"] == true).count(), 1);
}
