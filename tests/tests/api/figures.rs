use haochaping_tests::{Collector, Http, Office, service};
use serde_json::{Value, json};

use crate::{eventually, fresh_key, good, problem, rate};

const LEVELS: [(&str, &str); 5] = [
    ("very_satisfied", "510"),
    ("satisfied", "413"),
    ("basically_satisfied", "314"),
    ("dissatisfied", "213"),
    ("very_dissatisfied", "110"),
];

/// 1 非常满意, 2 满意 … 5 非常不满意, in the given service's place.
fn rate_15(collector: &Collector, like: &Value) {
    for (n, (level, option)) in (1..).zip(LEVELS) {
        let services: Vec<_> = (0..n)
            .map(|_| {
                let mut service = service();
                service["region"] = like["region"].clone();
                service["agency_code"] = like["agency_code"].clone();
                service["agency_name"] = like["agency_name"].clone();
                service
            })
            .collect();
        for issued in collector.register_all(&services)["tickets"].as_array().unwrap() {
            let mut rating = good(issued["ticket"].as_str().unwrap());
            rating["key"] = fresh_key().into();
            rating["level"] = level.into();
            rating["indicators"] = json!([option]);
            assert_eq!(rate(collector, &rating).status, 201);
        }
    }
}

fn statistics(collector: &Collector, query: &str) -> Value {
    Http::new().get(&format!("{}/api/v1/statistics{query}", collector.url())).json()
}

#[test]
fn counts_are_exact_in_every_region_around_and_for_each_agency() {
    let collector = Collector::start(&[]);
    rate_15(&collector, &service());
    let mut elsewhere = service();
    elsewhere["region"] = "110101".into();
    elsewhere["agency_code"] = "11110000000021135M".into();
    rate_15(&collector, &elsewhere);
    eventually("30 ratings in the country", || (statistics(&collector, "")["good"] == 12).then_some(()));

    let once = json!({"very_satisfied": 1, "satisfied": 2, "basically_satisfied": 3, "dissatisfied": 4,
        "very_dissatisfied": 5});
    for query in [
        "?region=320000",
        "?region=321000",
        "?region=321002",
        "?agency=11321000014216389W",
        "?region=110000&agency=11110000000021135m",
    ] {
        let found = statistics(&collector, query);
        assert_eq!(found["counts"], once, "{query}");
        assert_eq!((&found["good"], &found["bad"]), (&json!(6), &json!(9)), "{query}");
        assert_eq!(found["good_rate"], json!(0.4), "{query}");
    }
    assert_eq!(statistics(&collector, "")["counts"]["very_dissatisfied"], 10);
    for empty in ["?region=440000", "?region=110000&agency=11321000014216389W"] {
        let found = statistics(&collector, empty);
        assert_eq!(
            (&found["good"], &found["bad"], &found["good_rate"]),
            (&json!(0), &json!(0), &json!(null)),
            "{empty}"
        );
    }
    let wrong = |query: &str| Http::new().get(&format!("{}/api/v1/statistics{query}", collector.url()));
    problem(&wrong("?region=32"), 400, "malformed-region");
    problem(&wrong("?agency=11321000014216389X"), 400, "malformed-agency");
    problem(&wrong("?region=320000&region=110000"), 400, "malformed-query");
}

#[test]
fn the_public_page_shows_counts_names_and_rates() {
    let collector = Collector::start(&[]);
    let empty = Http::new().get(&collector.url());
    assert!(empty.text().contains("—"), "no rate of nothing");
    rate_15(&collector, &service());
    let page = eventually("the page shows 15", || {
        let page = Http::new().get(&format!("{}/?region=321002", collector.url()));
        page.text().contains("<dd>15</dd>").then(|| page.text().to_owned())
    });
    assert!(page.contains("广陵区") && page.contains("40.00%"));
    assert!(page.contains("<tr><td>扬州市公安局</td><td>15</td><td>6</td><td>9</td><td>40.00%</td></tr>"), "{page}");
    let country = Http::new().get(&collector.url());
    assert!(country.text().contains("江苏省") && country.text().contains("<dd>15</dd>"));
    let outside = Http::new().get(&format!("{}/?region=99", collector.url()));
    assert_eq!(outside.status, 404);
}

/// Whoever holds only public numbers must not learn one person's level.
#[test]
fn a_figure_waits_until_its_step_is_full() {
    let collector = Collector::start(&["--public-step", "5"]);
    let tickets = collector.register(6);
    for ticket in &tickets[..4] {
        assert_eq!(rate(&collector, &good(ticket)).status, 201);
    }
    // `as_of` moves once a second: two later readings are both after the four ratings.
    let as_of = |n: usize| {
        let mut seen = std::collections::BTreeSet::from([statistics(&collector, "")["as_of"].to_string()]);
        eventually("the figures were re-read", || {
            seen.insert(statistics(&collector, "")["as_of"].to_string());
            (seen.len() > n).then_some(())
        });
    };
    as_of(2);
    assert_eq!(statistics(&collector, "")["good"], 0, "four are not shown");
    assert_eq!(rate(&collector, &good(&tickets[4])).status, 201);
    eventually("five are shown", || (statistics(&collector, "")["good"] == 5).then_some(()));
    assert_eq!(rate(&collector, &good(&tickets[5])).status, 201);
    as_of(2);
    assert_eq!(statistics(&collector, "")["good"], 5, "the sixth waits for its own step");
}

#[test]
fn imported_names_of_regions_show_on_the_page() {
    let collector = Collector::start(&[]);
    let file = collector.data_dir().join("streets.csv");
    std::fs::write(&file, "\u{feff}code,name,note\n321002001,东关街道,x\n").unwrap();
    let said = collector.cli(&["region", "import", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let mut in_street = service();
    in_street["region"] = "321002001".into();
    rate_15(&collector, &in_street);
    eventually("the street has its name", || {
        let page = Http::new().get(&format!("{}/?region=321002", collector.url()));
        (page.text().contains("东关街道") && page.text().contains("region=321002001")).then_some(())
    });

    std::fs::write(&file, "code,name\n321002002,汶河街道\n999999,无\n321002003,\n").unwrap();
    let said = collector.cli(&["region", "import", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("nothing was imported"), "{}", said.err);
    assert!(said.err.contains("line 3, code: 999999") && said.err.contains("line 4, name: is empty"), "{}", said.err);
}

#[test]
fn an_upheld_appeal_leaves_the_net_figures_and_the_rating_stays() {
    let collector = Collector::start(&[]);
    for _ in 0..2 {
        rate(&collector, &crate::bad(&collector.register(1)[0]));
    }
    let (department, body) = (Office::department(&collector), Office::body(&collector, "321000"));
    let orders = eventually("both orders", || {
        let orders = department.list(0)["orders"].as_array().unwrap().clone();
        (orders.len() == 2).then_some(orders)
    });
    let contested = department.act(
        &orders[0],
        &[
            json!({"action": "reach", "cause": "matter", "demand": "希望撤回"}),
            json!({"action": "determine_mistaken", "finding": "评价人说按错了"}),
            json!({"action": "file_appeal", "grounds": "误触"}),
        ],
    );
    body.act(&contested, &[json!({"action": "uphold", "reason": "通话录音可证"})]);
    department.act(
        &orders[1],
        &[
            json!({"action": "reach", "cause": "matter", "demand": "希望一次告知"}),
            json!({"action": "determine_valid", "class": "general", "finding": "属实"}),
            json!({"action": "rectify", "measures": "修订告知单"}),
            json!({"action": "resolve", "result": "已上墙"}),
            json!({"action": "reply", "text": "已整改"}),
        ],
    );
    let url = format!("{}/api/v1/statistics?region=321002", collector.url());
    let found = eventually("the figures", || {
        let found = Http::new().get(&url).json();
        (found["handling"]["upheld"] == 1 && found["handling"]["answered"] == 1).then_some(found)
    });
    assert_eq!((&found["bad"], &found["handling"]["bad"]), (&json!(2), &json!(2)), "gross");
    assert_eq!(found["handling"]["effective_bad"], 1, "net");
    assert_eq!(found["handling"]["rectified_rate"], 0.5);
    assert_eq!(found["handling"]["on_time_rate"], 1.0);
    let elsewhere = Http::new().get(&url.replace("321002", "320100")).json();
    assert_eq!(elsewhere["handling"]["rectified_rate"], Value::Null, "undefined, not 0 and not 1");
    let page = Http::new().get(&format!("{}/?region=321002&lang=zh-Hans", collector.url()));
    for text in ["<dt>差评总数</dt><dd>2</dd>", "<dt>有效差评</dt><dd>1</dd>", "<dt>差评整改率</dt><dd>50.00%</dd>"]
    {
        assert!(page.text().contains(text), "{text}");
    }
    crate::verified(&collector);
}
