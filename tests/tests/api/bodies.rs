//! Bodies as clients of every kind send them, and what is said of one that is not understood.

use haochaping_tests::{Collector, Http, service};
use serde_json::{Value, json};

use crate::{bad, good, problem, rate};

fn services(collector: &Collector, http: &Http, body: &[u8]) -> haochaping_tests::Answer {
    let bearer = format!("Bearer {}", collector.api_key());
    let http = http.header("authorization", &bearer).header("content-type", "application/json");
    http.send("POST", &format!("{}/api/v1/services", collector.url()), Some(body))
}

#[test]
fn null_is_absent_wherever_a_field_is_optional() {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).swap_remove(0);
    let mut rating = good(&ticket);
    for field in ["comment", "contact", "anonymous", "via", "visit", "purpose"] {
        rating[field] = Value::Null;
    }
    assert_eq!(rate(&collector, &rating).status, 201);
    let mut one = service();
    for field in ["item_code", "item_name", "agency_name", "window", "staff_number", "visit"] {
        one[field] = Value::Null;
    }
    let answer = collector.register_all(&[one]);
    assert_eq!(answer["rejected"], json!([]), "{answer}");
    let mut rating = good(&collector.register(1)[0]);
    rating["level"] = Value::Null;
    let refused = problem(&rate(&collector, &rating), 400, "malformed-json");
    assert_eq!(refused["detail"], "missing field `level`", "what is required is missing then");
}

#[test]
fn an_entry_of_another_form_refuses_itself_alone() {
    let collector = Collector::start(&[]);
    let mut wrong = [service(), service(), service()];
    wrong[0]["mode"] = "fax".into();
    wrong[1]["service_number"] = "one".into();
    wrong[2]["real_name"] = Value::Null;
    let body =
        json!({ "services": [wrong[0], service(), wrong[1], wrong[2], "no service"] }).to_string();
    let answer = services(&collector, &Http::new(), body.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    assert_eq!(answer["tickets"][0]["index"], 1);
    let rejected = answer["rejected"].as_array().unwrap();
    let named: Vec<_> = rejected
        .iter()
        .map(|one| (one["index"].as_u64().unwrap(), one["field"].as_str().unwrap()))
        .collect();
    assert_eq!(named, [(0, "mode"), (2, "service_number"), (3, ""), (4, "")]);
    assert_eq!(rejected[0]["case_number"], wrong[0]["case_number"]);
    assert_eq!(rejected[0]["code"], "malformed-entry");
    assert!(
        rejected[0]["detail"].as_str().unwrap().contains("unknown variant `fax`"),
        "{}",
        rejected[0]
    );
    assert!(rejected[2]["detail"].as_str().unwrap().contains("real_name"), "{}", rejected[2]);
}

#[test]
fn a_mark_of_byte_order_and_gzip_are_understood_and_other_encodings_named() {
    let collector = Collector::start(&[]);
    let body = json!({ "services": [service()] }).to_string();
    let marked = [b"\xef\xbb\xbf", body.as_bytes()].concat();
    assert_eq!(services(&collector, &Http::new(), &marked).status, 200);
    // A member of stored blocks is as good a gzip as any.
    let gzip = Http::new().header("content-encoding", "gzip");
    assert_eq!(services(&collector, &gzip, &stored_gzip(body.as_bytes())).status, 200);
    problem(&services(&collector, &gzip, b"no gzip"), 400, "malformed-json");
    let other = Http::new().header("content-encoding", "compress");
    problem(&services(&collector, &other, body.as_bytes()), 415, "unsupported-encoding");
    let wide: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    problem(&services(&collector, &Http::new(), &wide), 400, "malformed-json");
}

/// Gzip (RFC 1952) of one stored block (RFC 1951, 3.2.4).
fn stored_gzip(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let size = u32::from(length).to_le_bytes();
    let sum = crate::files::crc(bytes).to_le_bytes();
    [&head[..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes, &sum, &size].concat()
}

#[test]
fn a_title_never_varies_and_both_are_said_in_the_readers_language() {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).swap_remove(0);
    let mut rating = bad(&ticket);
    rating["comment"] = "长".repeat(501).into();
    let url = format!("{}/api/v1/ratings", collector.url());
    let refusal = |lang: &str, rating: &Value| {
        let answer = Http::new().header("accept-language", lang).post_json(&url, rating);
        assert!(answer.header("vary").contains("accept-language"), "{}", answer.header("vary"));
        problem(&answer, 422, "invalid-rating")
    };
    let (english, chinese) = (refusal("en", &rating), refusal("zh-CN,zh;q=0.9", &rating));
    assert_eq!(english["title"], "the rating breaks rules");
    assert!(english["detail"].as_str().unwrap().contains("501"), "{english}");
    assert_eq!(chinese["title"], "评价内容不符合规则");
    assert!(chinese["detail"].as_str().unwrap().contains("500"), "{chinese}");
    assert_eq!(english["violations"], chinese["violations"]);
    let mut other = bad(&ticket);
    other["level"] = "great".into();
    assert_eq!(refusal("en", &other)["title"], english["title"]);

    // Packed or not, it is one document; and a program that prefers nothing is an engineer's.
    let packed = Http::new()
        .header("accept-language", "zh-CN")
        .header("accept-encoding", "gzip")
        .post_json(&url, &other);
    assert_eq!(
        (packed.header("content-encoding").as_str(), &packed.body[..2]),
        ("gzip", &[0x1f, 0x8b][..])
    );
    assert_eq!(refusal("*", &other)["title"], english["title"]);
    assert!(packed.header("vary").contains("origin"), "{}", packed.header("vary"));

    let http = Http::new().header("accept-language", "zh-CN");
    let unauthorized = problem(
        &http.post_json(&format!("{}/api/v1/services", collector.url()), &json!({})),
        401,
        "unauthorized",
    );
    assert_eq!(unauthorized["title"], "没有可用于此操作的有效 API 密钥");
    let nowhere = problem(&http.get(&format!("{}/api/nowhere", collector.url())), 404, "not-found");
    assert_eq!(nowhere["title"], "没有这个地址");
    let malformed =
        problem(&http.post_json(&url, &json!({"ticket": ticket})), 400, "malformed-json");
    assert_eq!(malformed["detail"], "缺少字段 level");
}

#[test]
fn a_new_key_works_at_once() {
    let collector = Collector::start(&[]);
    for n in 0..5 {
        let key =
            collector.cli(&["api-key", "add", &format!("portal-{n}"), "--region", "321000"]).out;
        let http = Http::new().header("authorization", &format!("Bearer {}", key.trim()));
        let body = json!({ "services": [service()] });
        assert_eq!(
            http.post_json(&format!("{}/api/v1/services", collector.url()), &body).status,
            200
        );
    }
}

fn is_chinese(text: &Value) -> bool {
    text.as_str().unwrap_or_default().chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one))
}

#[test]
fn faults_of_entries_and_of_queries_are_said_in_the_readers_language() {
    let collector = Collector::start(&[]);
    let relay = collector.cli(&["api-key", "add", "hotline", "--scope", "relay"]).out;
    let mut wrong = service();
    (wrong["region"], wrong["mode"]) = ("999999".into(), "online".into());
    let mut of_form = service();
    of_form["mode"] = "fax".into();
    let rating = json!({"level": "great", "indicator_version": "2020-05", "lang": "zh-Hans"});
    let relayed = json!({"ratings": [{"source_key": "a b", "collected_at": "today", "channel": "fax", "service": wrong, "rating": rating}]});
    let calls = [
        (
            collector.api_key().to_owned(),
            "/api/v1/services",
            json!({ "services": [wrong, of_form] }),
            "detail",
        ),
        (relay.trim().to_owned(), "/api/v1/relay", relayed, "said"),
    ];
    for (key, path, body, field) in calls {
        let http = Http::new().header("authorization", &format!("Bearer {key}"));
        let rejected = |lang: &str| {
            let answer = http
                .header("accept-language", lang)
                .post_json(&format!("{}{path}", collector.url()), &body);
            answer.json()["rejected"].as_array().unwrap().clone()
        };
        let (english, chinese) = (rejected("en"), rejected("zh-CN"));
        assert_eq!(english.len(), chinese.len());
        assert!(!english.is_empty());
        for (english, chinese) in english.iter().zip(&chinese) {
            assert!(english[field].as_str().unwrap().is_ascii(), "{english}");
            assert!(is_chinese(&chinese[field]), "{chinese}");
            assert_eq!(english["code"], chinese["code"]);
        }
    }

    let http = Http::new().header("accept-language", "zh-CN");
    for (path, code) in [
        ("/api/v1/statistics?region=1", "malformed-region"),
        ("/api/v1/statistics?agency=1", "malformed-agency"),
        ("/api/v1/statistics?month=2026-13", "malformed-month"),
        ("/api/v1/statistics?month=2999-01", "future-month"),
        ("/api/v1/statistics/weathers", "unknown-dimension"),
        ("/api/v1/statistics/regions?format=xml", "unknown-format"),
        ("/api/v1/ratings/1", "malformed-lookup"),
    ] {
        let problem_body = problem(&http.get(&format!("{}{path}", collector.url())), 400, code);
        assert!(is_chinese(&problem_body["detail"]), "{problem_body}");
    }
    let key = collector
        .cli(&[
            "api-key",
            "add",
            "body",
            "--scope",
            "work-orders",
            "--agency",
            "11321000014216389W",
        ])
        .out;
    let http = http.header("authorization", &format!("Bearer {}", key.trim()));
    for (query, named) in [("limit=x", "limit"), ("limit=0", "limit"), ("after=-1", "after")] {
        let answer = http.get(&format!("{}/api/v1/work-orders?{query}", collector.url()));
        let problem_body = problem(&answer, 400, "malformed-query");
        assert!(
            is_chinese(&problem_body["detail"])
                && problem_body["detail"].as_str().unwrap().contains(named),
            "{problem_body}"
        );
    }
}
