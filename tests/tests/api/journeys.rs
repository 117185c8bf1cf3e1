//! Rating by form alone, as a browser without script does.

use haochaping_tests::{Collector, Http, form};

use crate::{bad, filled, hidden, rate, verified};

/// The form of a ticket, and where it posts to.
fn open(collector: &Collector, ticket: &str) -> (String, String) {
    let url = format!("{}/r/{ticket}", collector.url());
    let page = Http::new().get(&url);
    assert_eq!(page.status, 200);
    (page.text().to_owned(), url)
}

#[test]
fn a_form_is_sent_and_leads_to_the_receipt() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let (html, url) = open(&collector, ticket);
    assert!(
        html.contains("护照补发") && html.contains("扬州市公安局") && html.contains("2026-11-20")
    );
    assert!(!html.contains("JS-2026"), "a page names no case");
    assert!(!html.contains("\" checked"), "nothing is chosen for the person");

    let body =
        filled(&html, &[("level", "dissatisfied"), ("indicator", "213"), ("indicator", "510")]);
    let posted = Http::new().post_form(&url, &body);
    assert_eq!(posted.status, 303, "{}", posted.text());
    let to = posted.header("location");
    let done = Http::new().get(&format!("{}{to}", collector.url()));
    assert_eq!(done.status, 200);
    let receipt = done.text().split("data-receipt=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(receipt.len(), 19, "{receipt}");
    assert!(done.text().contains(&format!("{}/q/", collector.url())), "the look-up is linked");
    assert!(done.text().contains("data-hcp-done=\"accepted\""));

    let again = Http::new().post_form(&url, &body);
    let done_again = Http::new().get(&format!("{}{}", collector.url(), again.header("location")));
    assert!(done_again.text().contains(receipt), "a double click is one rating");
    assert!(done_again.text().contains("data-hcp-done=\"replayed\""));
    assert_eq!(verified(&collector), (1, 1));
}

#[test]
fn without_the_token_of_its_redirect_the_end_shows_the_day_only() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let done = format!("{}/r/{ticket}/done", collector.url());
    let early = Http::new().get(&done);
    assert_eq!((early.status, early.header("location")), (303, format!("/r/{ticket}")));

    let accepted = rate(&collector, &bad(ticket)).json();
    for url in [done.clone(), format!("{done}?t=00000"), format!("{}/r/{ticket}", collector.url())]
    {
        let page = Http::new().get(&url);
        assert_eq!(page.status, 200);
        let text = page.text();
        assert!(text.contains("data-hcp-notice=\"already-rated\""));
        assert!(text.contains(&accepted["rated_at"].as_str().unwrap()[..10]));
        for secret in [&accepted["receipt"], &accepted["lookup"]] {
            assert!(!text.contains(secret.as_str().unwrap()), "{secret}");
        }
        assert!(!text.contains("跑了三趟"));
    }
}

#[test]
fn a_faulty_form_comes_back_with_every_choice_kept() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let (html, url) = open(&collector, ticket);
    let comment = format!("<b>\"&\r\n{}", "长".repeat(500));
    let body = filled(
        &html,
        &[
            ("level", "very_dissatisfied"),
            ("indicator", "110"),
            ("indicator", "213"),
            ("comment", &comment),
            ("contact_name", "张'三"),
            ("contact_phone", "没有"),
        ],
    );
    let back = Http::new().post_form(&url, &body);
    assert_eq!(back.status, 422);
    let text = back.text();
    assert!(text.contains("value=\"very_dissatisfied\" checked"));
    for code in ["110", "213"] {
        assert!(text.contains(&format!("value=\"{code}\" checked")), "{code}");
    }
    assert!(
        text.contains(&format!("&lt;b&gt;&quot;&amp;\r\n{}", "长".repeat(500))),
        "the text is whole"
    );
    assert!(text.contains("value=\"张&#39;三\"") && text.contains("value=\"没有\""));
    assert!(text.contains("最多 500 字，现在是 506 字"), "every fault is said, with its numbers");
    assert!(text.contains("电话号码只能包含数字"));
    assert_eq!(hidden(text, "key"), hidden(&html, "key"), "sending again is the same rating");
    assert_eq!(verified(&collector), (0, 0));

    let mended = filled(text, &[("level", "very_dissatisfied"), ("indicator", "110")]);
    assert_eq!(Http::new().post_form(&url, &mended).status, 303);
}

#[test]
fn no_get_uses_a_link_up() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    // Previews of messengers, scanners of links and prefetching browsers all do this.
    for path in ["", "/form", "/done", "?via=sms", "?lang=en&mode=elder"] {
        for method in ["GET", "HEAD"] {
            let answer =
                Http::new().send(method, &format!("{}/r/{ticket}{path}", collector.url()), None);
            assert!(
                answer.status == 200 || answer.status == 303,
                "{method} {path}: {}",
                answer.status
            );
        }
    }
    assert_eq!(verified(&collector), (0, 0));
    assert_eq!(rate(&collector, &bad(ticket)).status, 201);
}

#[test]
fn a_form_from_a_foreign_page_is_kept_and_not_taken() {
    let collector = Collector::start(&["--allow-origin", "https://portal.example"]);
    let ticket = &collector.register(1)[0];
    let (html, url) = open(&collector, ticket);
    let body = filled(&html, &[("level", "dissatisfied"), ("comment", "我的话还在")]);
    for foreign in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let back = Http::new().header(foreign.0, foreign.1).post_form(&url, &body);
        assert_eq!(back.status, 403, "{foreign:?}");
        assert!(
            back.text().contains("我的话还在")
                && back.text().contains("value=\"dissatisfied\" checked")
        );
    }
    assert_eq!(verified(&collector), (0, 0));
    let portal = Http::new().header("origin", "https://portal.example").post_form(&url, &body);
    assert_eq!(portal.status, 303);
}

#[test]
fn a_post_without_a_form_of_ours_comes_back_to_be_sent_again() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let (_, url) = open(&collector, ticket);
    let made_up = form(&[
        ("level", "satisfied"),
        ("indicator_version", "2020-05"),
        ("lang", "zh-Hans"),
        ("key", "x"),
    ]);
    let back = Http::new().post_form(&url, &made_up);
    assert_eq!(back.status, 422);
    assert!(back.text().contains("value=\"satisfied\" checked"));
    assert_eq!(verified(&collector), (0, 0));
    let again = filled(back.text(), &[("level", "satisfied")]);
    assert_eq!(Http::new().post_form(&url, &again).status, 303);
}

#[test]
fn a_fragment_has_absolute_addresses_and_answers_as_a_fragment() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let url = format!("{}/r/{ticket}", collector.url());
    let [fragment, other] = [(); 2].map(|()| Http::new().get(&format!("{url}/form")));
    let text = fragment.text();
    assert!(text.contains(&format!("action=\"{url}\"")) && !text.contains("<main"));
    let body = filled(text, &[("level", "satisfied"), ("fragment", "1")]);
    let done = Http::new().post_form(&url, &body);
    assert_eq!(done.status, 200);
    assert!(done.text().contains("data-hcp-done=\"accepted\"") && !done.text().contains("<main"));
    let late = filled(other.text(), &[("level", "very_satisfied"), ("fragment", "1")]);
    let refused = Http::new().post_form(&url, &late);
    assert_eq!(refused.status, 409);
    assert!(
        refused.text().contains("data-hcp-notice=\"already-rated\"")
            && !refused.text().contains("<main")
    );
}

#[test]
fn a_form_of_another_type_or_size_is_refused() {
    let collector = Collector::start(&[]);
    let url = format!("{}/r/{}", collector.url(), collector.register(1)[0]);
    let plain = Http::new().header("content-type", "text/plain");
    assert_eq!(plain.send("POST", &url, Some(b"level=satisfied")).status, 415);
    assert_eq!(Http::new().post_form(&url, &"x".repeat(256 * 1024 + 1)).status, 413);
}
