use haochaping_tests::{Collector, Http, Staff};
use serde_json::{Value, json};

use crate::{bad, eventually, good, problem, rate};

const BODY: &str = "11110000000021135M";

fn rated(collector: &Collector, ticket: &str, comment: &str, is_bad: bool) {
    let mut rating = if is_bad { bad(ticket) } else { good(ticket) };
    rating["comment"] = comment.into();
    assert_eq!(rate(collector, &rating).status, 201);
}

fn words(collector: &Collector, query: &str) -> Vec<Value> {
    let found = Http::new().get(&format!("{}/api/v1/statistics/hot-words{query}", collector.url()));
    assert_eq!(found.status, 200, "{}", found.text());
    found.json()["rows"].as_array().unwrap().clone()
}

fn n(rows: &[Value], of: &str, code: &str) -> u64 {
    let row = rows.iter().find(|row| row["of"] == of && row["code"] == code);
    row.map_or(0, |row| row["ratings"].as_u64().unwrap())
}

#[test]
fn hot_words_are_counted_the_next_day_and_staff_merge_them() {
    let mut collector = Collector::start(&["--root-region", "320000"]);
    let tickets = collector.register(4);
    rated(&collector, &tickets[0], "社保卡的办事指南看不懂，请打13800000000找王建国", true);
    rated(&collector, &tickets[1], "社会保障卡排队排了三次", true);
    rated(&collector, &tickets[2], "一窗受理很方便", false);
    rated(&collector, &tickets[3], "", false);
    assert!(words(&collector, "").is_empty(), "not on the same day");
    collector.next_day();
    let found = eventually("the words of yesterday", || {
        Some(words(&collector, "")).filter(|rows| !rows.is_empty())
    });
    assert_eq!(found[0]["source"], "option", "options come first");
    let option = bad(&tickets[0])["indicators"][0].as_str().unwrap().to_owned();
    assert_eq!(n(&found, "bad", &option), 2, "{found:?}");
    assert_eq!((n(&found, "bad", "办事指南"), n(&found, "good", "一窗受理")), (1, 1));
    assert_eq!(n(&found, "bad", "一窗受理"), 0);
    let all = json!(found).to_string();
    assert!(!all.contains("13800000000") && !all.contains("王建国"), "{all}");
    assert_eq!(
        n(&words(&collector, "?region=321002&agency=11321000014216389W"), "bad", "办事指南"),
        1
    );
    assert!(words(&collector, "?region=320100").is_empty());
    let csv =
        Http::new().get(&format!("{}/api/v1/statistics/hot-words?format=csv", collector.url()));
    assert!(
        csv.text().contains("of,source,code,text,ratings\r\n")
            && csv.text().contains("bad,word,办事指南,办事指南,1\r\n")
    );
    let again = Http::new().header("if-none-match", &csv.header("etag"));
    assert_eq!(
        again.get(&format!("{}/api/v1/statistics/hot-words?format=csv", collector.url())).status,
        304
    );
    problem(
        &Http::new().get(&format!("{}/api/v1/statistics/hot-words?month=9999-01", collector.url())),
        400,
        "future-month",
    );

    let page = Http::new().get(&format!("{}/?lang=zh-Hans", collector.url()));
    let link = page
        .text()
        .split("href=\"")
        .find(|rest| rest.starts_with("/words?") && rest.contains(">办事指南</a> 1"));
    let link = link
        .and_then(|rest| rest.split('"').next())
        .expect("a word leads to its figures")
        .replace("&amp;", "&");
    let of_word = Http::new().get(&format!("{}{link}", collector.url()));
    assert!(
        of_word.status == 200 && of_word.text().contains(">扬州市</a></td><td>1</td>"),
        "{}",
        of_word.text()
    );
    let unknown =
        Http::new().get(&format!("{}/words?of=bad&source=word&word=nobody", collector.url()));
    assert_eq!(unknown.status, 404);
    assert_eq!(Http::new().get(&format!("{}/words?of=bad", collector.url())).status, 400);

    let staff = Staff::new(
        &collector,
        "zhao-1",
        &["--role", "province", "--agency", BODY, "--region", "320000"],
    );
    let change = |word: &str, other: &str, action: &str| {
        staff.post("/desk/hot-words", &[("word", word), ("stands_for", other), ("action", action)])
    };
    assert_eq!(change("社保卡", "社会保障卡", "merge").status, 303);
    assert_eq!(change("排队", "", "hide").status, 303);
    let chained = change("社会保障卡", "证件", "merge");
    assert!(
        chained.status == 422
            && chained.text().contains("社会保障卡")
            && chained.text().contains("已经与别的词合并")
    );
    assert_eq!(change("wifi", "网络", "merge").status, 422);
    // All ratings are to be read again; those of today tomorrow.
    let n_unread = || collector.read_sql("select count(*) from unread")[0].parse::<u32>().unwrap();
    eventually("the list of what is to be read", || (n_unread() >= 3).then_some(()));
    collector.next_day();
    eventually("everything is counted anew", || {
        (n(&words(&collector, ""), "bad", "社会保障卡") == 2).then_some(())
    });
    let now = words(&collector, "");
    assert_eq!((n(&now, "bad", "社保卡"), n(&now, "bad", "排队")), (0, 0), "{now:?}");
    assert_eq!(n(&now, "bad", &option), 2, "options are what they were");
    crate::verified(&collector);
}
