//! What browsers are told: who may send, what may run, what may be kept.

use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping_tests::{Collector, Http};
use sha2::{Digest, Sha256};

use crate::good;

const PORTAL: &str = "https://portal.example";

#[test]
fn the_exact_origin_of_a_portal_is_echoed_and_no_other() {
    let collector = Collector::start(&["--allow-origin", PORTAL]);
    let ticket = &collector.register(1)[0];
    let base = collector.url();
    for path in [
        format!("{base}/r/{ticket}/form"),
        format!("{base}/api/v1/ratings/00000-00000-00000-00000"),
    ] {
        let allowed = Http::new().header("origin", PORTAL).get(&path);
        assert_eq!(allowed.header("access-control-allow-origin"), PORTAL);
        assert!(
            allowed.header("vary").to_lowercase().contains("origin"),
            "{}",
            allowed.header("vary")
        );
        for other in [
            "https://evil.example",
            "https://portal.example.evil.example",
            "http://portal.example",
            "null",
        ] {
            let refused = Http::new().header("origin", other).get(&path);
            assert_eq!(refused.header("access-control-allow-origin"), "", "{other}");
            assert!(refused.header("vary").to_lowercase().contains("origin"));
        }
        assert_eq!(allowed.header("access-control-allow-credentials"), "");
    }
}

#[test]
fn a_portal_may_send_a_rating_with_its_key_and_without_credentials() {
    let collector = Collector::start(&["--allow-origin", PORTAL]);
    let url = format!("{}/api/v1/ratings", collector.url());
    let ask = |origin: &str| {
        Http::new()
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,idempotency-key")
            .send("OPTIONS", &url, None)
    };
    let allowed = ask(PORTAL);
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), PORTAL);
    let names = allowed.header("access-control-allow-headers").to_lowercase();
    assert!(names.contains("content-type") && names.contains("idempotency-key"), "{names}");
    assert!(allowed.header("access-control-allow-methods").contains("POST"));
    assert_eq!(allowed.header("access-control-allow-credentials"), "");
    assert_eq!(ask("https://evil.example").header("access-control-allow-origin"), "");

    let rating = good(&collector.register(1)[0]);
    let sent = Http::new().header("origin", PORTAL).post_json(&url, &rating);
    assert_eq!((sent.status, sent.header("access-control-allow-origin").as_str()), (201, PORTAL));
    let services = format!("{}/api/v1/services", collector.url());
    let other = Http::new().header("origin", PORTAL).post_json(&services, &serde_json::json!({}));
    assert_eq!(other.header("access-control-allow-origin"), "", "no browser registers services");
}

#[test]
fn public_figures_are_open_to_every_page() {
    let collector = Collector::start(&[]);
    let url = format!("{}/api/v1/statistics", collector.url());
    let answer = Http::new().header("origin", "https://anyone.example").get(&url);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[test]
fn a_page_allows_its_own_style_by_hash_and_no_inline_script() {
    let collector = Collector::start(&["--allow-origin", PORTAL]);
    let ticket = &collector.register(1)[0];
    for path in
        [format!("/r/{ticket}"), "/".into(), "/q".into(), "/nowhere".into(), "/api/docs".into()]
    {
        let page = Http::new().get(&format!("{}{path}", collector.url()));
        let policy = page.header("content-security-policy");
        let directive = |name: &str| {
            let found = policy.split("; ").find_map(|d| d.strip_prefix(name)?.strip_prefix(' '));
            found.unwrap_or_else(|| panic!("{path} has no {name}: {policy}")).to_owned()
        };
        let html = page.text();
        let styles: Vec<_> =
            html.split("<style").skip(1).map(|rest| rest.split_once('>').unwrap().1).collect();
        assert_eq!(styles.len(), 1, "{path}");
        let style = styles[0].split("</style>").next().unwrap();
        let hash = BASE64_STANDARD.encode(Sha256::digest(style));
        assert_eq!(directive("style-src"), format!("'sha256-{hash}'"), "{path}");
        assert!(!html.contains(" style=\"") && !html.contains("javascript:"), "{path}");
        assert!(
            html.split("<script").skip(1).all(|rest| rest.contains("src=\"")),
            "{path}: no inline script"
        );
        assert_eq!(directive("default-src"), "'none'");
        assert_eq!(directive("script-src"), "'self' 'wasm-unsafe-eval'");
        assert_eq!(directive("base-uri"), "'none'");
        assert_eq!(directive("frame-ancestors"), format!("'self' {PORTAL}"));
        assert_eq!(directive("require-trusted-types-for"), "'script'");
    }
}

#[test]
fn every_answer_is_hardened() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    for path in [
        format!("/r/{ticket}"),
        "/".into(),
        "/nowhere".into(),
        "/api/v1/statistics".into(),
        "/healthz".into(),
    ] {
        let answer = Http::new().get(&format!("{}{path}", collector.url()));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}: not over plain HTTP");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
    let page = Http::new().get(&format!("{}/r/{ticket}", collector.url()));
    assert_eq!(page.header("cache-control"), "no-store", "a form carries a key of its own");
}

#[test]
fn a_rating_page_is_at_most_14_kb_on_the_wire() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    for query in ["", "?lang=en", "?lang=zh-Hant&mode=elder"] {
        let http = Http::new().header("accept-encoding", "br");
        let page = http.get(&format!("{}/r/{ticket}{query}", collector.url()));
        assert_eq!(page.header("content-encoding"), "br");
        let head: usize =
            page.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let sent = head + page.body.len();
        assert!(sent <= 14 * 1024, "{query}: {sent} bytes");
    }
}

#[test]
fn what_is_not_there_is_404_in_the_readers_language() {
    let collector = Collector::start(&[]);
    let url = format!("{}/nowhere", collector.url());
    let page = Http::new().header("accept-language", "en").get(&url);
    assert_eq!(page.status, 404);
    assert!(page.text().contains("<html lang=\"en\""));
    let head = Http::new().send("HEAD", &url, None);
    assert_eq!((head.status, head.body.len()), (404, 0));
    for (method, path) in [("POST", "/"), ("DELETE", "/r/x"), ("GET", "/api/v1/services")] {
        let body = if method == "POST" { Some(&b""[..]) } else { None };
        assert_eq!(
            Http::new().send(method, &format!("{}{path}", collector.url()), body).status,
            405,
            "{method} {path}"
        );
    }
}
