//! A store that fails, and one that stays busy: what JSON, form and reader of pages are told, and
//! that nothing is lost.

use haochaping_tests::{Collector, Http};

use crate::{filled, good, hidden, problem, rate, verified};

#[test]
fn a_store_that_fails_is_said_and_the_same_rating_goes_through_when_it_is_mended() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(2);
    collector.run_sql("alter table slice rename to slice_away");

    let rating = good(&tickets[0]);
    let body = problem(&rate(&collector, &rating), 500, "internal");
    assert_eq!(body["title"], "the collector failed", "nothing of the inside is told");
    let url = format!("{}/r/{}", collector.url(), tickets[1]);
    let sent = filled(
        Http::new().get(&url).text(),
        &[("level", "dissatisfied"), ("comment", "排队两小时")],
    );
    let back = Http::new().post_form(&url, &sent);
    assert_eq!(back.status, 500);
    assert!(back.text().contains("排队两小时</textarea>"), "every word comes back");
    let again = filled(back.text(), &[("level", "dissatisfied"), ("comment", "排队两小时")]);

    collector.run_sql("alter table slice_away rename to slice");
    assert_eq!(rate(&collector, &rating).status, 201);
    assert_eq!(Http::new().post_form(&url, &again).status, 303);
    assert_eq!(verified(&collector), (2, 1));
}

#[test]
fn a_store_that_stays_busy_asks_to_come_again_and_has_kept_nothing() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(2);
    let url = format!("{}/r/{}", collector.url(), tickets[1]);
    let page = Http::new().get(&url).text().to_owned();
    let held = collector.hold();

    let (by_json, by_form) = std::thread::scope(|scope| {
        let json = scope.spawn(|| rate(&collector, &good(&tickets[0])));
        let form =
            scope.spawn(|| Http::new().post_form(&url, &filled(&page, &[("level", "satisfied")])));
        (json.join().unwrap(), form.join().unwrap())
    });
    problem(&by_json, 503, "busy");
    assert_eq!(by_json.header("retry-after"), "2");
    assert_eq!(by_form.status, 503);
    assert_eq!(
        hidden(by_form.text(), "key"),
        hidden(&page, "key"),
        "trying again is the same rating"
    );

    drop(held);
    assert_eq!(verified(&collector), (0, 0));
    assert_eq!(
        Http::new().post_form(&url, &filled(by_form.text(), &[("level", "satisfied")])).status,
        303
    );
}

#[test]
fn an_address_that_cannot_be_read_is_answered_in_the_form_of_its_readers() {
    let collector = Collector::start(&[]);
    let ask = |method: &str, path: &str| {
        let body = (method == "POST").then_some(&b"x"[..]);
        Http::new().header("accept-language", "zh-CN").send(
            method,
            &format!("{}{path}", collector.url()),
            body,
        )
    };
    let refused = ask("GET", "/api/v1/services");
    problem(&refused, 405, "method-not-allowed");
    assert_eq!(refused.header("allow"), "POST");
    problem(&ask("GET", "/api/v1/nothing"), 404, "not-found");
    problem(&ask("GET", "/api/v1/statistics?region=1&region=2"), 400, "malformed-query");
    let pages = [
        ("DELETE", "/r/x", 405),
        ("GET", "/r/%FF", 400),
        ("GET", "/?lang=en&lang=en", 400),
        ("POST", "/r/x", 415),
    ];
    for (method, path, status) in pages {
        let page = ask(method, path);
        assert_eq!(
            (page.status, page.header("content-type").as_str()),
            (status, "text/html; charset=utf-8"),
            "{path}"
        );
        assert!(
            page.text().contains("<h1>网址不能识别</h1>") && page.text().contains("12345"),
            "{path}"
        );
    }
}
