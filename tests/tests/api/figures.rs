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
    let mut collector = Collector::start(&[]);
    rate_15(&collector, &service());
    let mut elsewhere = service();
    elsewhere["region"] = "110101".into();
    elsewhere["agency_code"] = "11110000000021135M".into();
    rate_15(&collector, &elsewhere);
    eventually("30 ratings in the country", || {
        (statistics(&collector, "")["good"] == 12).then_some(())
    });
    for (query, published, total) in [("?region=321000", "live", 9), ("?region=321002", "daily", 0)]
    {
        let found = statistics(&collector, query);
        assert_eq!(
            (&found["published"], &found["bad"]),
            (&json!(published), &json!(total)),
            "{query}"
        );
    }
    collector.next_day();
    eventually("the districts are published", || {
        (statistics(&collector, "?region=110101")["good"] == 6).then_some(())
    });

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
    assert_eq!(
        statistics(&collector, "?region=321000")["participation_rate"],
        1.0,
        "all that could be rated were"
    );
    for empty in ["?region=440000", "?region=110000&agency=11321000014216389W"] {
        let found = statistics(&collector, empty);
        assert_eq!(
            (&found["good"], &found["bad"], &found["good_rate"]),
            (&json!(0), &json!(0), &json!(null)),
            "{empty}"
        );
    }
    let wrong =
        |query: &str| Http::new().get(&format!("{}/api/v1/statistics{query}", collector.url()));
    problem(&wrong("?region=32"), 400, "malformed-region");
    problem(&wrong("?agency=11321000014216389X"), 400, "malformed-agency");
    problem(&wrong("?region=320000&region=110000"), 400, "malformed-query");
}

#[test]
fn the_public_page_shows_counts_names_and_rates() {
    let mut collector = Collector::start(&[]);
    let empty = Http::new().get(&collector.url());
    assert!(empty.text().contains("—"), "no rate of nothing");
    rate_15(&collector, &service());
    collector.next_day();
    let page = eventually("the page shows 15", || {
        let page = Http::new().get(&format!("{}/?region=321002", collector.url()));
        page.text().contains("<dd>15</dd>").then(|| page.text().to_owned())
    });
    assert!(page.contains("广陵区") && page.contains("40.00%"));
    assert!(
        page.contains(">扬州市公安局</a></td><td>15</td><td>6</td><td>9</td><td>40.00%</td></tr>"),
        "{page}"
    );
    let country = Http::new().get(&collector.url());
    assert!(country.text().contains("江苏省") && country.text().contains("<dd>15</dd>"));
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
        let mut seen =
            std::collections::BTreeSet::from([statistics(&collector, "")["as_of"].to_string()]);
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
    let mut collector = Collector::start(&[]);
    let file = collector.data_dir().join("streets.csv");
    std::fs::write(&file, "\u{feff}code,name,note\n321002001,东关街道,x\n").unwrap();
    let output = collector.cli(&["region", "import", file.to_str().unwrap()]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let mut in_street = service();
    in_street["region"] = "321002001".into();
    rate_15(&collector, &in_street);
    collector.next_day();
    eventually("the street has its name", || {
        let page = Http::new().get(&format!("{}/?region=321002", collector.url()));
        (page.text().contains("东关街道") && page.text().contains("region=321002001")).then_some(())
    });

    std::fs::write(&file, "code,name\n321002002,汶河街道\n999999,无\n321002003,\n").unwrap();
    let output = collector.cli(&["region", "import", file.to_str().unwrap()]);
    assert_eq!(output.code, Some(1));
    assert!(output.err.contains("nothing was imported"), "{}", output.err);
    assert!(
        output.err.contains("line 3, code: 999999")
            && output.err.contains("line 4, name: is empty"),
        "{}",
        output.err
    );
}

#[test]
fn an_upheld_appeal_leaves_the_net_figures_and_the_rating_stays() {
    let mut collector = Collector::start(&[]);
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
    let city = format!("{}/api/v1/statistics?region=321000", collector.url());
    eventually("the city's figures", || {
        (Http::new().get(&city).json()["handling"]["answered"] == 1).then_some(())
    });
    collector.next_day();
    let url = format!("{}/api/v1/statistics?region=321002", collector.url());
    let found = eventually("the district's figures", || {
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
    for text in [
        "<dt>差评总数</dt><dd>2</dd>",
        "<dt>有效差评</dt><dd>1</dd>",
        "<dt>差评整改率</dt><dd>50.00%</dd>",
    ] {
        assert!(page.text().contains(text), "{text}");
    }
    crate::verified(&collector);
}

const ITEM: &str = "11321000014216389W3000114001001";

/// Wrong questions and what they get, on the page, as JSON and as open data alike.
#[test]
fn a_question_that_has_no_answer_says_why() {
    let collector = Collector::start(&["--root-region", "320000"]);
    collector.register(1);
    let wrong = [
        ("region=99", 400, "malformed-region"),
        ("region=110000", 404, "unknown-region"),
        ("region=329999", 404, "unknown-region"),
        ("region=321002001", 404, "unknown-region"),
        ("agency=1", 400, "malformed-agency"),
        ("agency=11110000000021135M", 404, "unknown-agency"),
        ("item=1", 400, "malformed-item"),
        (&format!("item={ITEM}"), 404, "unknown-item"),
        ("month=2026-13", 400, "malformed-month"),
        ("month=202611", 400, "malformed-month"),
        ("month=9999-01", 400, "future-month"),
        (&format!("agency=11321000014216389W&item={ITEM}"), 400, "impossible-filter"),
    ];
    for (query, status, code) in wrong {
        for path in ["/api/v1/statistics", "/api/v1/statistics/regions"] {
            problem(&Http::new().get(&format!("{}{path}?{query}", collector.url())), status, code);
        }
        let page = Http::new().get(&format!("{}/?{query}&lang=zh-Hans", collector.url()));
        assert_eq!(page.status, status, "{query}");
        assert!(
            page.text().contains("没有这样的数据") && page.text().contains("</html>"),
            "{query}"
        );
    }
    let table =
        |rest: &str| Http::new().get(&format!("{}/api/v1/statistics/{rest}", collector.url()));
    problem(&table("villages"), 400, "unknown-dimension");
    problem(&table("regions?format=xlsx"), 400, "unknown-format");
    eventually("the department has a name", || {
        (table("months?agency=11321000014216389W").status == 200).then_some(())
    });
    problem(&table("items?agency=11321000014216389W"), 400, "impossible-filter");
    problem(&table("months?month=2026-01"), 400, "impossible-filter");
}

/// Page, JSON and CSV say the same, and whoever has the figures is told so.
#[test]
fn the_same_figures_are_open_data_by_every_dimension() {
    let mut collector = Collector::start(&["--root-region", "320000", "--licence", "OGL-TEST"]);
    let mut with_item = service();
    with_item["item_code"] = ITEM.into();
    with_item["item_name"] = "社会保障卡申领".into();
    let ticket =
        collector.register_all(&[with_item])["tickets"][0]["ticket"].as_str().unwrap().to_owned();
    assert_eq!(rate(&collector, &crate::bad(&ticket)).status, 201);
    rate_15(&collector, &service());
    collector.next_day();
    let table =
        |rest: &str| Http::new().get(&format!("{}/api/v1/statistics/{rest}", collector.url()));
    eventually("the day is published", || {
        (table("months?region=321002").json()["rows"][0]["bad"] == 10).then_some(())
    });
    let of = |rest: &str, code: &str| {
        let answer = table(rest).json();
        assert_eq!(
            (&answer["licence"], &answer["by"]),
            (&json!("OGL-TEST"), &json!(rest.split('?').next().unwrap()))
        );
        let row =
            answer["rows"].as_array().unwrap().iter().find(|row| row["code"] == code).cloned();
        row.unwrap_or_else(|| panic!("{rest} has no {code}: {answer}"))
    };
    let city = of("regions", "321000");
    assert_eq!(
        (&city["name"], &city["bad"], &city["good"], &city["published"]),
        (&json!("扬州市"), &json!(10), &json!(6), &json!("live"))
    );
    assert_eq!(of("regions?region=321000", "321002")["published"], "daily");
    assert_eq!(of("agencies?region=321002", "11321000014216389W")["bad"], 10);
    let item = of("items?region=321000", ITEM);
    assert_eq!(
        (&item["name"], &item["bad"], &item["good"]),
        (&json!("社会保障卡申领"), &json!(1), &json!(0))
    );
    assert_eq!(of(&format!("regions?item={ITEM}"), "321000")["bad"], 1);
    assert_eq!(of("regions?region=321000&agency=11321000014216389W", "321002")["bad"], 10);
    assert_eq!(of("channels", "pc")["bad"], 10);
    assert_eq!(of("provenances", "citizen")["name"], "办事人自己评价");
    let month = table("months").json()["rows"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(of(&format!("channels?month={month}"), "pc")["good"], 6);
    assert_eq!(statistics(&collector, &format!("?item={ITEM}&month={month}"))["bad"], 1);
    assert_eq!(
        statistics(&collector, "?month=2020-01")["bad"],
        0,
        "a month without ratings is a figure too"
    );

    let csv = table("regions?region=321000&format=csv");
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(csv.header("content-disposition").contains("haochaping-regions-321000.csv"));
    assert!(
        csv.text().contains("\r\n321002,广陵区,1,2,3,4,6,6,10,0.375,daily")
            || csv.text().contains("\n321002,广陵区,1,2,3,4,6,6,10,0.375,daily"),
        "{}",
        csv.text()
    );
    let (tag, modified) = (csv.header("etag").clone(), csv.header("last-modified").clone());
    assert!(modified.ends_with(" GMT"), "{modified}");
    let url = format!("{}/api/v1/statistics/regions?region=321000&format=csv", collector.url());
    assert_eq!(Http::new().header("if-none-match", &tag).get(&url).status, 304);
    let home = collector.url();
    let page = Http::new().get(&format!("{home}/?region=321000&lang=zh-Hans"));
    assert!(
        page.text().contains(">社会保障卡申领</a></td><td>1</td>") && page.text().contains("<svg"),
        "{}",
        page.text()
    );
    let narrowed = Http::new().get(&format!("{home}/?region=321000&item={ITEM}&lang=zh-Hans"));
    assert!(
        narrowed.text().contains("扬州市 · 社会保障卡申领")
            && narrowed.text().contains("<dd>1</dd>")
    );
    crate::verified(&collector);
}

/// What is too little is not shown, whatever is asked; what is enough is shown the next day.
#[test]
fn a_small_place_is_published_the_next_day_and_in_groups() {
    let mut collector = Collector::start(&[
        "--public-group",
        "5",
        "--public-small",
        "100",
        "--public-rate-min",
        "10",
    ]);
    let rated = |collector: &Collector, region: &str, n: usize| {
        let services: Vec<_> = (0..n)
            .map(|_| {
                let mut made = service();
                made["region"] = region.into();
                made
            })
            .collect();
        for issued in collector.register_all(&services)["tickets"].as_array().unwrap() {
            assert_eq!(rate(collector, &good(issued["ticket"].as_str().unwrap())).status, 201);
        }
    };
    for (region, n) in [("321002", 12), ("321003", 4), ("321012", 7)] {
        rated(&collector, region, n);
    }
    eventually("the city moves by itself", || {
        (statistics(&collector, "?region=321000")["good"] == 23).then_some(())
    });
    let district = |collector: &Collector, region: &str| {
        statistics(collector, &format!("?region={region}"))["good"].clone()
    };
    assert_eq!(district(&collector, "321002"), 0, "not on the same day");
    // A department is known within a second, as the total is; which of the two is first nobody
    // says.
    let department = |collector: &Collector| {
        statistics(collector, "?region=321000&agency=11321000014216389W")["good"].clone()
    };
    let known = eventually("the department is known", || {
        Some(department(&collector)).filter(|good| !good.is_null())
    });
    assert_eq!(known, 0, "nor a small department");
    collector.next_day();
    eventually("the day is published", || (district(&collector, "321002") == 12).then_some(()));
    assert_eq!(district(&collector, "321003"), 0, "four are no group");
    assert_eq!(
        district(&collector, "321012"),
        0,
        "and what the city has beyond its districts is one"
    );
    assert_eq!(department(&collector), 12);
    assert_eq!(statistics(&collector, "?region=321012")["good_rate"], Value::Null);
    assert_eq!(statistics(&collector, "?region=321002")["good_rate"], 1.0);
    rated(&collector, "321003", 1);
    assert_eq!(district(&collector, "321003"), 0);
    collector.next_day();
    eventually("both have enough by now", || (district(&collector, "321012") == 7).then_some(()));
    assert_eq!(
        district(&collector, "321003"),
        0,
        "five of 321003 are a group, and are held back for the others' sake"
    );
    crate::verified(&collector);
}
