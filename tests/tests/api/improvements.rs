use haochaping_tests::{Collector, Http, Staff};
use serde_json::json;

use crate::{bad, eventually, fresh_key, good, rate};

const BODY: &str = "11110000000021135M";
const OPTION: &str = "213";

/// So many bad ratings with the option, and so many good ones, which are published and filed under
/// a month.
fn month(collector: &mut Collector, n_bad: usize, n_good: usize, month: u32) {
    for (n, ticket) in collector.register(n_bad + n_good).iter().enumerate() {
        let mut rating = if n < n_bad { bad(ticket) } else { good(ticket) };
        rating["key"] = fresh_key().into();
        if n < n_bad {
            rating["level"] = "dissatisfied".into();
            rating["indicators"] = json!([OPTION]);
        }
        assert_eq!(rate(collector, &rating).status, 201);
    }
    collector.next_day();
    let is_there = |table: &str, n: &str| {
        collector
            .read_sql(&format!("select count(*) from {table} where month > 202610 and {n} > 0"))
            != ["0"]
    };
    eventually("the day is published", || {
        (is_there("released", "month") && is_there("word", "shown")).then_some(())
    });
    collector.stop();
    for table in ["released", "word"] {
        collector.run_sql(&format!("update {table} set month = {month} where month > 202610"));
    }
    collector.restart_elsewhere();
}

/// What is changed of a good form, and what the page says then.
const REFUSED: [(&[(&str, &str)], &str); 9] = [
    (&[("kind", "")], "属于哪一类"),
    (&[("option", "999")], "请选择评价指标"),
    (&[("day", "2999-01-01")], "不能晚于今天"),
    (&[("day", "去年")], "如 2026-11-20"),
    (&[("title", "")], "请填写标题"),
    (&[("text", "有事请打13800000000")], "不含电话号码"),
    (&[("kind", "region"), ("value", "320100")], "不在您的办理范围内"),
    (&[("case_text", "跑了三趟")], "没有评价人的同意"),
    (&[("case_text", "跑了三趟"), ("consent", "电话同意"), ("order", "x")], "没有找到这个工单"),
];

fn assert_consent_is_encrypted(collector: &Collector) {
    let hex = if collector.database().is_some() {
        "encode(consent, 'hex')"
    } else {
        "lower(hex(consent))"
    };
    let sql = format!("select {hex} from improvement where consent is not null");
    let consent = collector.read_sql(&sql).remove(0);
    assert!(!consent.is_empty() && !consent.contains("e794b5e8af9d"), "电话 at rest is encrypted");
}

#[test]
fn an_improvement_shows_how_people_rate_before_and_after() {
    let mut collector = Collector::start(&["--root-region", "320000"]);
    month(&mut collector, 20, 20, 202_608);
    month(&mut collector, 2, 48, 202_610);
    let page = |lang: &str| {
        Http::new().get(&format!("{}/improvements?region=321000&lang={lang}", collector.url()))
    };
    assert!(page("zh-Hans").text().contains("还没有登记的改进"));

    let body = ["--role", "supervisor", "--agency", BODY, "--region", "321000"];
    let staff = Staff::new(&collector, "sun-1", &body);
    let shown = staff.get("/desk/improvements");
    assert!(
        shown.text().contains("一类问题") && shown.text().contains("<td>1</td><td>22</td>"),
        "{}",
        shown.text()
    );
    let form = |changes: &[(&'static str, &str)]| {
        let mut all = vec![
            ("kind", "option"),
            ("option", OPTION),
            ("day", "2026-09-15"),
            ("title", "一次告知单上墙"),
            ("text", "窗口统一使用一次告知单。\n材料齐全的当场受理。"),
        ];
        all.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
        let changes = changes.to_vec();
        let all: Vec<(&str, &str)> = all.into_iter().chain(changes).collect();
        staff.post("/desk/improvements", &all)
    };
    let order = staff.orders(22).remove(0);
    for (changes, message) in REFUSED {
        let refused = form(changes);
        assert!(
            refused.status == 422 && refused.text().contains(message),
            "{message}: {}",
            refused.text()
        );
    }
    let kept = form(&[("day", "去年")]);
    assert!(
        kept.text().contains("一次告知单上墙") && kept.text().contains("材料齐全的当场受理"),
        "what was typed stays"
    );

    let with_case = [
        ("case_text", "为一份材料跑了三趟。"),
        ("consent", "11 月 20 日电话中同意"),
        ("order", order.as_str()),
    ];
    assert_eq!(form(&with_case).status, 303);
    let found = page("zh-Hans");
    for text in [
        "一次告知单上墙",
        "为一份材料跑了三趟。",
        "20 / 40",
        "50.00%",
        "2 / 50",
        "4.00%",
        "占比下降，超出偶然波动",
    ] {
        assert!(found.text().contains(text), "{text}: {}", found.text());
    }
    assert!(!found.text().contains("电话中同意"), "how consent was given is no one's business");
    assert!(page("en").text().contains("by more than chance"));
    let elsewhere =
        Http::new().get(&format!("{}/improvements?region=320100&lang=zh-Hans", collector.url()));
    assert!(elsewhere.text().contains("还没有登记的改进"));

    let recent = [
        ("day", "2026-11-01"),
        ("title", "延时服务"),
        ("kind", "agency"),
        ("value", "11321000014216389W"),
    ];
    assert_eq!(form(&recent).status, 303);
    assert!(page("zh-Hans").text().contains("评价太少，还不能比较"));
    let desk = staff.get("/desk/improvements");
    let withdraw = desk
        .text()
        .split("action=\"")
        .find(|rest| rest.starts_with("/desk/improvements/"))
        .unwrap();
    let withdraw = withdraw.split('"').next().unwrap().to_owned();
    let other = Staff::new(
        &collector,
        "qian-1",
        &["--role", "supervisor", "--agency", BODY, "--region", "320100"],
    );
    assert_eq!(other.post(&withdraw, &[]).status, 409);
    assert_eq!(staff.post(&withdraw, &[]).status, 303);
    assert!(
        !page("zh-Hans").text().contains("延时服务")
            && page("zh-Hans").text().contains("一次告知单上墙")
    );
    assert!(staff.get("/desk/improvements").text().contains("已撤回"));
    assert_consent_is_encrypted(&collector);
    crate::verified(&collector);
}
