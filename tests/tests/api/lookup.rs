use haochaping_tests::{Answer, Collector, Http, form};
use serde_json::json;

use crate::{bad, eventually, good, problem, rate};

fn progress(collector: &Collector, typed: &str) -> Answer {
    Http::new().get(&format!("{}/api/v1/ratings/{typed}", collector.url()))
}

#[test]
fn a_bad_rating_is_worked_and_a_good_one_has_nothing_to_work() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(2);
    let (worse, better) =
        (rate(&collector, &bad(&tickets[0])).json(), rate(&collector, &good(&tickets[1])).json());
    // It is given to its department within a second.
    let of_bad = eventually("the work order is with the department", || {
        let found = progress(&collector, worse["lookup"].as_str().unwrap()).json();
        (found["handling"]["stage"] == "dispatched").then_some(found)
    });
    let handling = &of_bad["handling"];
    assert_eq!(
        of_bad,
        json!({
            "receipt": worse["receipt"], "rated_at": worse["rated_at"], "status": "accepted",
            "handling": {
                "stage": "dispatched", "class": null, "due_at": handling["due_at"], "reply": null,
                "history": [
                    {"stage": "opened", "at": worse["rated_at"]},
                    {"stage": "dispatched", "at": handling["history"][1]["at"]},
                ],
            },
        })
    );
    assert!(handling["due_at"].as_str().unwrap().ends_with("T23:59:59+08:00"), "{handling}");
    let of_good = progress(&collector, better["lookup"].as_str().unwrap()).json();
    assert_eq!(
        of_good,
        json!({
            "receipt": better["receipt"], "rated_at": better["rated_at"], "status": "accepted", "handling": null,
        })
    );
}

#[test]
fn a_code_is_read_as_people_type_it() {
    let collector = Collector::start(&[]);
    let accepted = rate(&collector, &good(&collector.register(1)[0])).json();
    let code = accepted["lookup"].as_str().unwrap();
    let lower = code.to_lowercase();
    let spaced = code.replace('-', "%20");
    let lookalike = code.replace('0', "O").replace('1', "I");
    let other_lookalike = code.replace('0', "o").replace('1', "l");
    for typed in [&*code.replace('-', ""), &lower, &spaced, &lookalike, &other_lookalike] {
        let answer = progress(&collector, typed);
        assert_eq!(answer.status, 200, "{typed}");
        assert_eq!(answer.json()["receipt"], accepted["receipt"]);
    }
}

#[test]
fn a_wrong_code_finds_nothing_whatever_is_near() {
    let collector = Collector::start(&[]);
    let accepted = rate(&collector, &good(&collector.register(1)[0])).json();
    let code = accepted["lookup"].as_str().unwrap();
    // Right part and time, another secret: only the last symbols differ.
    let near = format!("{}{}", &code[..22], if code.ends_with('0') { "1" } else { "0" });
    problem(&progress(&collector, &near), 404, "unknown-lookup");
    problem(&progress(&collector, accepted["receipt"].as_str().unwrap()), 400, "malformed-lookup");
    problem(&progress(&collector, "ABCDE"), 400, "malformed-lookup");
    problem(&progress(&collector, "%FF"), 400, "malformed-lookup");
    problem(&progress(&collector, &format!("{code}0")), 400, "malformed-lookup");
}

#[test]
fn the_page_shows_stage_and_receipt_and_never_level_or_text() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(1)[0];
    let accepted = rate(&collector, &bad(ticket)).json();
    let page = Http::new().get(accepted["lookup_url"].as_str().unwrap());
    assert_eq!(page.status, 200);
    let main = page.text().split("<main").nth(1).unwrap();
    assert!(main.contains(accepted["receipt"].as_str().unwrap()));
    assert!(main.contains("差评工单已生成，待核实"));
    for secret in ["跑了三趟", "非常不满意", "无理由超过法定办理时间", "JS-2026", ticket]
    {
        assert!(!page.text().contains(secret), "{secret}");
    }
    assert_eq!(page.header("cache-control"), "no-store");
}

#[test]
fn the_form_leads_to_the_page_of_its_code_or_keeps_what_was_typed() {
    let collector = Collector::start(&[]);
    let accepted = rate(&collector, &good(&collector.register(1)[0])).json();
    let code = accepted["lookup"].as_str().unwrap();
    let url = format!("{}/q", collector.url());
    assert!(Http::new().get(&url).text().contains("name=\"code\""));
    let found =
        Http::new().post_form(&url, &form(&[("code", &format!(" {} ", code.to_lowercase()))]));
    assert_eq!((found.status, found.header("location")), (303, format!("/q/{code}")));
    let wrong = Http::new().post_form(&url, &form(&[("code", "\"><b>A")]));
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("value=\"&quot;&gt;&lt;b&gt;A\""),
        "kept, and not taken for markup"
    );
}

#[test]
fn guessing_codes_is_slowed_down() {
    let collector = Collector::start(&[]);
    let code = "00000-00000-00000-00000";
    let slowed = (0..200).map(|_| progress(&collector, code)).find(|answer| answer.status != 404);
    let slowed = slowed.expect("sixty at once, then one a second");
    problem(&slowed, 429, "too-many-requests");
    assert_eq!(slowed.header("retry-after"), "2");
    let page = Http::new().get(&format!("{}/q/{code}", collector.url()));
    assert_eq!(page.status, 429, "page and API share the limit");
}
