//! What portal engineers and operators get beside the form: the guide, failures that are seen, test
//! services, files for platforms.

use haochaping_tests::{Collector, Http, haochaping, service};
use serde_json::{Value, json};

use crate::{bad, eventually, good, problem, rate, verified};

#[test]
fn the_guide_names_this_collector_its_release_and_every_code() {
    let collector = Collector::start(&[]);
    let guide = Http::new().get(&format!("{}/embed", collector.url()));
    let text = guide.text();
    assert_eq!(guide.status, 200);
    assert!(
        text.contains(&format!("src=&quot;{0}/v1/haochaping.js", collector.url()))
            || text.contains(&format!("src=\"{0}/v1/haochaping.js", collector.url()))
    );
    for part in [
        "form-action",
        "'wasm-unsafe-eval'",
        "integrity=\"sha256-",
        "id=\"wasm-csp\"",
        "hcp-already-rated",
        "--hcp-accent",
    ] {
        assert!(text.replace("&quot;", "\"").contains(part), "the guide does not say {part}");
    }
    let list: Value = {
        let version = text.split("/v/").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        Http::new().get(&format!("{}/v/{version}/integrity.json", collector.url())).json()
    };
    assert!(
        text.contains(list["files"]["haochaping.js"].as_str().unwrap()),
        "the value is that of the file"
    );
}

#[test]
fn a_failure_is_counted_by_its_cause_and_nothing_else_is_taken() {
    let admin = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut collector = Collector::start(&["--log", "json", "--admin-listen", &admin.to_string()]);
    let tell = |query: &str| {
        Http::new().post_form(&format!("{}/api/v1/widget-failures{query}", collector.url()), "")
    };
    assert_eq!(tell("?cause=wasm-csp").status, 204);
    assert_eq!(tell("?cause=wasm-csp").status, 204);
    problem(&tell("?cause=%0aforged%20line"), 400, "unknown-cause");
    problem(&tell(""), 400, "unknown-cause");
    let metrics = Http::new().get(&format!("http://{admin}/metrics")).text().to_owned();
    assert!(
        metrics.contains("haochaping_widget_failures_total{cause=\"wasm-csp\"} 2"),
        "{metrics}"
    );
    assert!(!metrics.contains("forged"));
    let (_, log) = collector.stop();
    assert!(log.contains("a widget did not start") && !log.contains("forged"), "{log}");
}

/// `probe` rates with all five levels through page, form and API; nothing of it enters a figure but
/// its own number.
#[test]
fn test_services_are_rated_with_all_five_levels_and_count_nowhere() {
    let collector = Collector::start(&[]);
    let key =
        collector.cli(&["api-key", "add", "night-watch", "--scope", "probe"]).out.trim().to_owned();
    let probed = eventually("the key is known", || {
        let output = haochaping(&["probe", &collector.url(), "--api-key", &key]);
        // A running collector learns of a new key within a second.
        (!output.err.contains("unauthorized")).then_some(output)
    });
    assert_eq!(probed.code, Some(0), "{probed:?}");
    for level in
        ["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]
    {
        assert!(
            probed.out.lines().any(|line| line.starts_with(level) && line.contains("form ok")),
            "{}",
            probed.out
        );
    }
    let real = collector.register(1).remove(0);
    assert_eq!(rate(&collector, &good(&real)).status, 201);
    let figures = eventually("the figures", || {
        let figures = Http::new().get(&format!("{}/api/v1/statistics", collector.url())).json();
        (figures["good"] == 1).then_some(figures)
    });
    assert_eq!(
        (&figures["probes"], &figures["bad"], &figures["good_rate"]),
        (&json!(5), &json!(0), &json!(1.0))
    );
    let page = Http::new()
        .header("accept-language", "zh-CN")
        .get(&format!("{}/", collector.url()))
        .text()
        .to_owned();
    assert!(page.contains("测试评价"), "shown apart");
    assert_eq!(verified(&collector), (6, 0));
}

/// A key of this scope can do nothing else: what it registers is a test, even under the case number
/// of a real service.
#[test]
fn a_key_for_tests_never_reaches_a_real_service() {
    let collector = Collector::start(&[]);
    let authority = collector.authority();
    let key =
        collector.cli(&["api-key", "add", authority, "--scope", "probe"]).out.trim().to_owned();
    let real = service();
    let ticket =
        collector.register_all(std::slice::from_ref(&real))["tickets"][0]["ticket"].clone();
    let bearer = format!("Bearer {key}");
    let test = eventually("the key is known", || {
        let answer = Http::new().header("authorization", &bearer).post_json(
            &format!("{}/api/v1/services", collector.url()),
            &json!({ "services": [real] }),
        );
        (answer.status == 200).then(|| answer.json()["tickets"][0].clone())
    });
    assert_ne!(test["ticket"], ticket);
    assert_eq!(test["created"], true, "another service, in an authority of its own");
    let page = Http::new()
        .header("accept-language", "zh-CN")
        .get(test["url"].as_str().unwrap())
        .text()
        .to_owned();
    assert!(page.contains("这是系统自检用的测试服务"), "the page says that it is a test");
    assert_eq!(rate(&collector, &bad(test["ticket"].as_str().unwrap())).status, 201);
    assert_eq!(verified(&collector), (1, 0), "a bad test opens no work order");
}

#[test]
fn a_broken_way_is_named_and_ends_with_an_error() {
    let output = haochaping(&["probe", "http://127.0.0.1:9", "--api-key", "hcp_none_none"]);
    assert_ne!(output.code, Some(0));
    assert!(output.err.contains("broken: registration"), "{output:?}");
}

#[test]
fn files_for_platforms_are_served_byte_for_byte_from_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let content = b"\xef\xbb\xbf3f5c\r\n";
    std::fs::write(folder.path().join("WW_verify_aB3.txt"), content).unwrap();
    std::fs::write(folder.path().join("secret.key"), b"x").unwrap();
    let collector = Collector::start(&["--verification-dir", folder.path().to_str().unwrap()]);
    let get = |path: &str| Http::new().get(&format!("{}{path}", collector.url()));
    let served = get("/WW_verify_aB3.txt");
    assert_eq!((served.status, served.body.as_slice()), (200, content.as_slice()));
    assert_eq!(served.header("content-type"), "text/plain; charset=utf-8");
    for path in ["/secret.key", "/WW_verify_other.txt", "/%2e%2e%2fWW_verify_aB3.txt"] {
        assert_eq!(get(path).status, 404, "{path}");
    }
    let output = haochaping(&["serve", "--verification-dir", "/nowhere/at/all"]);
    assert!(output.err.contains("there is no such folder"), "{output:?}");
}
