//! Links that do not open: forged, ended, of nothing on record.

use haochaping::link::{KeyRing, Ticket};
use haochaping_collector::{
    keys::{Keys, MasterKey},
    ports::{Clock, SystemClock, SystemRng},
};
use haochaping_tests::{Collector, Http};
use serde_json::{Value, json};

use crate::{good, problem, rate, violations};

/// The collector's own keys, so that a test can sign what the collector would only sign at another
/// time.
async fn ring(collector: &Collector) -> KeyRing {
    let store = collector.open_store().await;
    let master = MasterKey::read(&collector.data_dir().join("master.key")).unwrap();
    Keys::load(&store, &master, &SystemRng, SystemClock.now()).await.unwrap().ticket
}

fn get(collector: &Collector, ticket: &str) -> (u16, String) {
    let page = Http::new().get(&format!("{}/r/{ticket}", collector.url()));
    (page.status, page.text().to_owned())
}

#[tokio::test]
async fn a_link_that_ended_opens_no_form_but_takes_a_waiting_rating_for_three_days() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(2);
    let ring = ring(&collector).await;
    let today = Ticket::new(0, [0; 16], SystemClock.now(), 0).last_day;
    let ended = |ticket: &str, days_ago| {
        Ticket { last_day: today - days_ago, ..Ticket::verify(ticket, &ring).unwrap() }.mint(&ring)
    };
    let yesterday = ended(&tickets[0], 1);
    let (status, page) = get(&collector, &yesterday);
    assert_eq!(status, 410);
    assert!(page.contains("data-hcp-notice=\"expired\"") && page.contains("12345"));
    assert_eq!(rate(&collector, &good(&yesterday)).status, 201, "it waited for the network");

    let long_ago = ended(&tickets[1], 4);
    let body = problem(&rate(&collector, &good(&long_ago)), 422, "invalid-rating");
    assert_eq!(violations(&body), [("ticket", "expired")]);
    let posted =
        Http::new().post_form(&format!("{}/r/{long_ago}", collector.url()), "level=satisfied");
    assert_eq!(posted.status, 410);
}

#[tokio::test]
async fn a_genuine_link_of_nothing_on_record_says_so() {
    let collector = Collector::start(&[]);
    let ring = ring(&collector).await;
    let stray = Ticket::new(5, [9; 16], SystemClock.now(), 90).mint(&ring);
    let (status, page) = get(&collector, &stray);
    assert_eq!(status, 404);
    assert!(page.contains("data-hcp-notice=\"unknown\""));
    let body = problem(&rate(&collector, &good(&stray)), 422, "invalid-rating");
    assert_eq!(violations(&body), [("ticket", "unknown")]);
}

#[test]
fn a_link_is_read_in_any_case_and_a_changed_one_is_refused() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    assert_eq!(get(&collector, &ticket.to_lowercase()).0, 200);
    for at in 0..ticket.len() {
        let other = if &ticket[at..=at] == "7" { "8" } else { "7" };
        let changed = format!("{}{other}{}", &ticket[..at], &ticket[at + 1..]);
        assert_eq!(get(&collector, &changed).0, 404, "symbol {at}");
    }
    for wrong in [&ticket[1..], "x", "%FF"] {
        assert!(matches!(get(&collector, wrong).0, 400 | 404), "{wrong}");
    }
}

#[test]
fn a_link_taken_by_sms_or_code_keeps_its_way_in() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let page = get(&collector, &format!("{ticket}?via=sms")).1;
    assert_eq!(crate::hidden(&page, "via"), "sms");
    let made_up = get(&collector, &format!("{ticket}?via=made-up")).1;
    assert!(!made_up.contains("name=\"via\""));
}

/// The answer of `GET /api/v1/links/…`.
fn info(collector: &Collector, token: &str) -> haochaping_tests::Answer {
    Http::new().get(&format!("{}/api/v1/links/{token}", collector.url()))
}

#[tokio::test]
async fn what_a_link_is_about_is_told_without_a_case_number_and_uses_nothing_up() {
    let collector = Collector::start(&["--allow-origin", "https://portal.example"]);
    let ticket = collector.register(1).remove(0);
    for _ in 0..3 {
        let answer = info(&collector, &ticket);
        assert_eq!((answer.status, &*answer.header("cache-control")), (200, "no-store"));
        let body = answer.json();
        assert_eq!(
            (&body["kind"], &body["state"], &body["rated_on"]),
            (&json!("ticket"), &json!("open"), &Value::Null)
        );
        assert_eq!(body["service"]["date"].as_str().unwrap().len(), 10);
        assert_eq!(body["languages"], json!(["zh-Hans", "zh-Hant", "en"]));
        assert!(body["key"].as_str().unwrap().len() >= 22 && body.get("visit").is_none());
        assert!(!answer.text().contains("case"), "{}", answer.text());
        let number = collector.read_sql("select case_number from service").remove(0);
        assert!(!answer.text().contains(&number), "{number}");
    }
    let body = info(&collector, &ticket.to_lowercase()).json();
    let mut rating = good(&ticket);
    rating["key"] = body["key"].clone();
    assert_eq!(rate(&collector, &rating).status, 201);
    let body = info(&collector, &ticket).json();
    assert_eq!(body["state"], "rated");
    assert!(body["rated_on"].as_str().unwrap().starts_with("20") && body.get("key").is_none());
    assert_eq!(body["page_token"], Value::Null);
}

/// A form of one's own that the browser posts by itself: the key and the page's token are good
/// together.
#[test]
fn the_page_token_of_an_answer_lets_a_plain_form_of_ones_own_post() {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).remove(0);
    let body = info(&collector, &ticket).json();
    let [key, token] = ["key", "page_token"].map(|name| body[name].as_str().unwrap().to_owned());
    let form = format!(
        "key={key}&page_token={token}&indicator_version=2020-05&lang=zh-Hans&level=satisfied"
    );
    let posted = Http::new().post_form(&format!("{}/r/{ticket}", collector.url()), &form);
    assert_eq!(posted.status, 303, "{}", posted.text());
}

#[tokio::test]
async fn a_link_that_opens_no_form_is_a_problem_with_the_code_of_its_page() {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).remove(0);
    let ring = ring(&collector).await;
    let today = Ticket::new(0, [0; 16], SystemClock.now(), 0).last_day;
    let ended =
        Ticket { last_day: today - 1, ..Ticket::verify(&ticket, &ring).unwrap() }.mint(&ring);
    let stray = Ticket::new(5, [9; 16], SystemClock.now(), 90).mint(&ring);
    let mut forged = ticket.clone();
    forged.replace_range(20..21, if &forged[20..21] == "A" { "B" } else { "A" });
    let cases = [
        (ended, 410, "expired"),
        (stray, 404, "unknown"),
        (forged, 404, "not-genuine"),
        ("x".to_owned(), 404, "malformed"),
        ("%FF".to_owned(), 404, "unknown"),
        ("0".repeat(24), 404, "card-malformed"),
        ("9".repeat(4_000), 404, "malformed"),
    ];
    for (token, status, code) in cases {
        problem(&info(&collector, &token), status, code);
    }
}

/// What the script of one tag was given, as JSON behind the loader.
fn given(script: &str) -> Value {
    let start =
        script.rfind("\n})(").expect("the loader is called with what it is given") + "\n})(".len();
    let end = script.rfind(");").expect("the call ends");
    serde_json::from_str(&script[start..end]).expect("JSON")
}

/// The values of the named fields that a described form carries.
fn carried(node: &Value, names: &[&str]) -> Vec<String> {
    let Some(parts) = node.as_array() else { return Vec::new() };
    let name = parts[1]["name"].as_str().unwrap_or_default();
    let own = names.contains(&name).then(|| format!("{name}={}", parts[1]["value"])).into_iter();
    own.chain(parts.iter().skip(2).flat_map(|child| carried(child, names))).collect()
}

/// Any page can include a script.
#[test]
fn the_script_of_one_tag_holds_no_more_than_the_form_shows() {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).remove(0);
    let get = |path: &str| Http::new().get(&format!("{}{path}", collector.url()));
    let answer = get(&format!("/r/{ticket}/widget.js"));
    assert_eq!((answer.status, &*answer.header("cache-control")), (200, "no-store"));
    assert!(answer.header("content-type").starts_with("text/javascript"));
    let first = given(answer.text());
    assert_eq!(
        (&first["ticket"], &first["lang"], &first["is_asked"]),
        (&json!(ticket), &json!("zh-Hans"), &json!(false))
    );
    assert_eq!(first["content"][0], "form");
    let hidden = carried(&first["content"], &["key", "page_token", "indicator_version", "lang"]);
    assert_eq!(hidden, ["indicator_version=\"2020-05\"", "lang=\"zh-Hans\""]);
    let number = collector.read_sql("select case_number from service").remove(0);
    assert!(!answer.text().contains(&number), "{number}");
    let english =
        given(get(&format!("/r/{ticket}/widget.js?lang=en&mode=elder&theme=dark&x=y")).text());
    assert_eq!(
        (&english["lang"], &english["mode"], &english["theme"]),
        (&json!("en"), &json!("elder"), &json!("dark"))
    );
    let strange = given(get(&format!("/r/{ticket}/widget.js?lang=xx&mode=y&theme=%22")).text());
    assert_eq!(
        (&strange["lang"], &strange["mode"], &strange["theme"]),
        (&json!("zh-Hans"), &json!(""), &json!(""))
    );
}

/// A browser runs no script of another status: what is wrong, the element says.
#[test]
fn the_script_of_a_link_that_opens_nothing_says_why() {
    let collector = Collector::start(&[]);
    let answer = Http::new().get(&format!("{}/r/WRONG/widget.js", collector.url()));
    assert_eq!(answer.status, 200);
    let content = &given(answer.text())["content"];
    assert_eq!(
        (&content[0], &content[1]["data-hcp-notice"]),
        (&json!("section"), &json!("malformed"))
    );
}

/// As chats, mails and people pass links on: with punctuation, a space or the rest of a sentence
/// behind them.
#[test]
fn a_link_with_something_behind_it_opens() {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).remove(0);
    let tails =
        ["%E3%80%82", "%EF%BC%8C%E8%AF%B7%E8%AF%84%E4%BB%B7", ".", ")", "%20", "/", "%EF%BC%89/"];
    for start in ["r", "R"] {
        for tail in tails {
            let page = Http::new()
                .get(&format!("{}/{start}/{ticket}{tail}?lang=zh-Hans", collector.url()));
            assert_eq!(page.status, 200, "{start} {tail}");
            assert!(page.text().contains("name=\"level\""), "{start} {tail}");
        }
    }
    let whole = Http::new().get(&format!("{}/r/{ticket}/form?lang=zh-Hans", collector.url()));
    assert_eq!(whole.status, 200);
    let lookup =
        rate(&collector, &good(&ticket)).json()["lookup"].as_str().expect("a code").to_owned();
    for start in ["q", "Q"] {
        for tail in tails {
            let page = Http::new().get(&format!("{}/{start}/{lookup}{tail}", collector.url()));
            assert_eq!(page.status, 200, "{start} {tail}");
        }
    }
    // What is sent goes where it says.
    let sent = Http::new()
        .post_form(&format!("{}/r/{ticket}%E3%80%82", collector.url()), "level=satisfied");
    assert_eq!(sent.status, 404);
}
