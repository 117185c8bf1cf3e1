//! Behind a reverse proxy, under a path: every link leads back through it, whether it strips that
//! path or not.

use haochaping_tests::{Collector, Http, Proxy, form, service};

use crate::{bad, eventually, filled};

/// Every address in a page: of links, forms, scripts, and what the widget is told.
fn addresses(html: &str) -> Vec<String> {
    let marks = [" href=\"", " src=\"", " action=\""];
    let found = marks.iter().flat_map(|mark| html.split(mark).skip(1));
    found
        .map(|rest| rest.split('"').next().unwrap_or("").to_owned())
        .filter(|to| !to.starts_with('#'))
        .collect()
}

#[track_caller]
fn assert_led_back(html: &str, public: &str) {
    let found = addresses(html);
    assert!(found.len() >= 5, "{found:?}");
    let path = &public[public.rfind('/').unwrap()..];
    // An empty one stands in a template, and is filled with what the collector answers.
    for to in found.into_iter().filter(|to| !to.is_empty()) {
        let leads_back = |base: &str| to == base || to.starts_with(&format!("{base}/"));
        assert!(leads_back(path) || leads_back(public), "{to} leads past {path}");
    }
}

fn whole_journey(strips: bool) {
    let proxy = Proxy::under("/hcp");
    let public = proxy.public_url();
    let origin = public.strip_suffix("/hcp").unwrap().to_owned();
    let collector = Collector::start(&["--public-url", &public]);
    proxy.pass_to(collector.address(), strips);
    let issued = collector.register_all(&[service(), service()])["tickets"].clone();
    let url = issued[0]["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{public}/r/")), "{url}");

    let page = Http::new().get(url);
    assert_eq!(page.status, 200);
    assert_led_back(page.text(), &public);
    let action =
        page.text().split(" action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let body = filled(page.text(), &[("level", "dissatisfied"), ("indicator", "213")]);
    let browser = Http::new().header("origin", &origin);
    let posted = browser.post_form(&format!("{origin}{action}"), &body);
    assert_eq!(posted.status, 303, "{}", posted.text());
    let done = Http::new().get(&format!("{origin}{}", posted.header("location")));
    assert_eq!(done.status, 200);
    assert!(done.text().contains("data-hcp-done=\"accepted\""));
    assert_led_back(done.text(), &public);

    let fragment = Http::new().get(&format!("{}/form", issued[1]["url"].as_str().unwrap()));
    assert!(
        fragment.text().contains(&format!(" action=\"{}\"", issued[1]["url"].as_str().unwrap()))
    );
    let sent = Http::new().post_json(
        &format!("{public}/api/v1/ratings"),
        &bad(issued[1]["ticket"].as_str().unwrap()),
    );
    assert_eq!(sent.status, 201);
    let lookup_url = sent.json()["lookup_url"].as_str().unwrap().to_owned();
    assert!(lookup_url.starts_with(&format!("{public}/q/")), "{lookup_url}");
    let progress = Http::new().get(&lookup_url);
    assert_eq!(progress.status, 200);
    assert_led_back(progress.text(), &public);
    let typed = form(&[("code", sent.json()["lookup"].as_str().unwrap())]);
    let found = Http::new().post_form(&format!("{public}/q"), &typed);
    assert_eq!(format!("{origin}{}", found.header("location")), lookup_url);

    let home = eventually("both are shown", || {
        let home = Http::new().get(&format!("{public}/"));
        home.text().contains("<dd>2</dd>").then(|| home.text().to_owned())
    });
    assert_led_back(&home, &public);
    let bare = Http::new().get(&public);
    assert_eq!(bare.status, 200, "without the slash it is the same page");
    let missing = Http::new().get(&format!("{public}/nowhere"));
    assert_eq!(missing.status, 404);
    assert_led_back(missing.text(), &public);
}

#[test]
fn behind_a_proxy_that_strips_its_path_every_link_leads_back() {
    whole_journey(true);
}

#[test]
fn behind_a_proxy_that_keeps_its_path_every_link_leads_back() {
    whole_journey(false);
}
