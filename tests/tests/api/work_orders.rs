//! A bad rating is worked until the person has an answer: by the systems of a department and of a
//! service-management body, over HTTP, on the real collector.

use haochaping_tests::{Answer, Collector, Http, Office, eventually, form};
use serde_json::{Value, json};

use crate::{bad, good, problem, rate, verified, violations};

/// The department of the services that the tests register.
const AGENCY: &str = "11321000014216389W";

fn reach() -> Value {
    json!({"action": "reach", "cause": "matter", "demand": "希望一次告知"})
}

fn valid(class: &str) -> Value {
    json!({"action": "determine_valid", "class": class, "finding": "属实"})
}

fn put_right() -> [Value; 3] {
    [
        json!({"action": "rectify", "measures": "修订一次性告知单"}),
        json!({"action": "resolve", "result": "已修订并上墙"}),
        json!({"action": "reply", "text": "您反映的情况属实。\n已修订一次性告知单。"}),
    ]
}

/// A bad rating of somebody who left a contact; gives its look-up code.
fn rated(collector: &Collector) -> String {
    let mut rating = bad(&collector.register(1)[0]);
    rating["contact"] = json!({"name": "示例甲", "phone": "13800131234"});
    rate(collector, &rating).json()["lookup"].as_str().unwrap().to_owned()
}

fn handling(collector: &Collector, code: &str) -> Value {
    Http::new().get(&format!("{}/api/v1/ratings/{code}", collector.url())).json()["handling"]
        .clone()
}

fn stages(handling: &Value) -> Vec<&str> {
    handling["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["stage"].as_str().unwrap())
        .collect()
}

fn follow_up(collector: &Collector, code: &str, message: &Value) -> Answer {
    Http::new().post_json(&format!("{}/api/v1/ratings/{code}/follow-up", collector.url()), message)
}

#[test]
fn a_department_works_a_bad_rating_and_the_person_has_the_last_word() {
    let mut collector = Collector::start(&[]);
    let (code, department) = (rated(&collector), Office::department(&collector));
    let order = department.only_order();
    assert_eq!(
        (&order["stage"], &order["level"]),
        (&json!("dispatched"), &json!("very_dissatisfied"))
    );
    assert_eq!(order["comment"], "跑了三趟");
    assert_eq!(order["indicators"], json!([{"code": "110", "text": "无理由超过法定办理时间"}]));
    assert_eq!(
        order["contact"],
        json!({"name": "示*", "phone": "138****1234"}),
        "masked everywhere"
    );
    assert_eq!((&order["real_name"], &order["class"]), (&json!(true), &Value::Null));
    let next: Vec<_> = order["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|next| next["action"].as_str().unwrap())
        .collect();
    assert_eq!(next, ["log_attempt", "reach", "give_up", "no_contact", "ask_reassignment"]);
    let due: Vec<_> =
        order["due"].as_array().unwrap().iter().map(|due| due["kind"].as_str().unwrap()).collect();
    assert_eq!(due, ["contact", "reply"]);

    let order = department.act(&order, &[reach(), valid("general")]);
    let asked = handling(&collector, &code);
    assert_eq!(
        (&asked["stage"], &asked["class"], &asked["reply"]),
        (&json!("valid"), &json!("general"), &Value::Null)
    );
    assert_eq!(asked["due_at"], order["due"][0]["at"], "the person sees the same term");
    // What was done outlives a lost process.
    collector.kill();
    collector.restart_elsewhere();
    let department = department.at(&collector);
    problem(&follow_up(&collector, &code, &json!({"satisfied": true})), 422, "not-a-step");
    department.act(&order, &put_right());
    let asked = handling(&collector, &code);
    assert_eq!(
        stages(&asked),
        ["opened", "dispatched", "contacted", "valid", "rectifying", "completed", "replied"]
    );
    assert_eq!(asked["reply"], "您反映的情况属实。\n已修订一次性告知单。");

    assert_eq!(follow_up(&collector, &code, &json!({"satisfied": true})).status, 204);
    assert_eq!(
        follow_up(&collector, &code, &json!({"satisfied": true})).status,
        204,
        "to say it again is safe"
    );
    eventually("the order rests", || {
        (handling(&collector, &code)["stage"] == "closed").then_some(())
    });
    let message = follow_up(&collector, &code, &json!({"satisfied": false, "words": "又变了"}));
    problem(&message, 422, "not-a-step");
    assert_eq!(verified(&collector), (1, 1));
}

#[test]
fn whoever_is_still_dissatisfied_has_it_worked_once_more() {
    let collector = Collector::start(&[]);
    let (code, department) = (rated(&collector), Office::department(&collector));
    let steps = [&[reach(), valid("simple")][..], &put_right()].concat();
    department.act(&department.only_order(), &steps);
    let too_long = json!({"satisfied": false, "words": "长".repeat(501)});
    let body = problem(&follow_up(&collector, &code, &too_long), 422, "invalid-action");
    assert_eq!(violations(&body), [("words", "too-long")]);
    // As the page sends it, without scripts.
    let sent = form(&[("answer", "still_dissatisfied"), ("words", "窗口说法还是不一\r\n请再核实")]);
    let answer = Http::new().post_form(&format!("{}/q/{code}", collector.url()), &sent);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let again = department.get(&department.only_order()["id"]).json();
    assert_eq!((&again["stage"], &again["round"]), (&json!("dispatched"), &json!(2)));
    assert_eq!(
        again["history"].as_array().unwrap().last().unwrap()["words"],
        "窗口说法还是不一\n请再核实"
    );
    department.act(&again, &steps);
    eventually("it rests without another question", || {
        (handling(&collector, &code)["stage"] == "closed").then_some(())
    });
    assert_eq!(verified(&collector), (1, 1));
}

#[test]
fn an_appeal_is_decided_by_the_body_of_the_same_level_only() {
    let collector = Collector::start(&[]);
    let (code, department) = (rated(&collector), Office::department(&collector));
    let mistaken = json!({"action": "determine_mistaken", "finding": "评价人称点错"});
    let appeal = json!({"action": "file_appeal", "grounds": "评价人书面说明"});
    let order = department.act(&department.only_order(), &[reach(), mistaken, appeal]);
    let uphold = json!({"action": "uphold", "reason": "评价人确认点错"});
    problem(&department.send(&order["id"], &order["n_entries"], &uphold), 422, "not-your-step");
    let district = Office::body(&collector, "321002");
    let problem_body =
        problem(&district.send(&order["id"], &order["n_entries"], &uphold), 422, "other-body");
    assert_eq!(problem_body["detail"], "that is for the body of region 321000");
    let elsewhere = Office::body(&collector, "320100");
    problem(&elsewhere.send(&order["id"], &order["n_entries"], &uphold), 404, "unknown-work-order");
    let city = Office::body(&collector, "321000");
    let order = city.act(&order, &[uphold]);
    assert_eq!((&order["stage"], &order["upheld"]), (&json!("upheld"), &json!(true)));
    problem(
        &city.send(&order["id"], &order["n_entries"], &json!({"action": "close"})),
        422,
        "unanswered",
    );
    department.act(&order, &[json!({"action": "reply", "text": "经核实系误评，感谢您的说明。"})]);
    assert_eq!(handling(&collector, &code)["stage"], "replied");
    // The rating stands as it was given, in every figure.
    let statistics = Http::new().get(&format!("{}/api/v1/statistics", collector.url())).json();
    assert_eq!(
        (&statistics["bad"], &statistics["counts"]["very_dissatisfied"]),
        (&json!(1), &json!(1))
    );
    verified(&collector);
}

/// Where department and body are one, the profile of Jiangsu lets the next higher body decide.
#[test]
fn a_body_that_was_rated_itself_decides_nothing_and_learns_nothing_of_the_person() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let department = Office::department(&collector);
    let itself = Office::with(
        &collector,
        &["--scope", "supervision", "--region", "321000", "--agency", AGENCY],
    );
    let malicious = json!({"action": "determine_malicious", "finding": "依法不予受理"});
    let appeal = json!({"action": "file_appeal", "grounds": "录像为证"});
    let order = department.act(&department.only_order(), &[reach(), malicious, appeal]);
    let uphold = json!({"action": "uphold", "reason": "依据充分"});
    problem(&itself.send(&order["id"], &order["n_entries"], &uphold), 422, "other-body");
    let province = Office::body(&collector, "320000");
    assert_eq!(province.act(&order, &[uphold])["stage"], "upheld");
    let mut anonymous = bad(&collector.register(1)[0]);
    anonymous["anonymous"] = true.into();
    rate(&collector, &anonymous);
    let hidden = |office: &Office| {
        let seen = office.list(0)["orders"].clone();
        let found = seen
            .as_array()
            .unwrap()
            .iter()
            .find(|order| order["anonymous"] == true)
            .unwrap()
            .clone();
        (
            found["case_number"].is_null(),
            found["rated_at"].as_str().unwrap().len() == "2026-11-20".len(),
        )
    };
    assert_eq!((hidden(&itself), hidden(&province)), ((true, true), (false, false)));
}

/// Between 1 and 24 hours: the department cannot tell by the time of an order who it was.
#[test]
fn an_anonymous_rating_reaches_the_department_later_and_the_body_at_once() {
    let collector = Collector::start(&[]);
    let mut rating = bad(&collector.register(1)[0]);
    rating["anonymous"] = true.into();
    rate(&collector, &rating);
    let code = rated(&collector);
    let (department, body) = (Office::department(&collector), Office::body(&collector, "321000"));
    let named = department.only_order();
    eventually("both", || (handling(&collector, &code)["stage"] == "dispatched").then_some(()));
    let seen = body.list(0)["orders"].clone();
    let anonymous =
        seen.as_array().unwrap().iter().find(|order| order["anonymous"] == true).unwrap();
    assert_eq!((seen.as_array().unwrap().len(), &anonymous["stage"]), (2, &json!("opened")));
    assert!(anonymous["case_number"].is_string(), "a body sees the case: {anonymous}");
    problem(&department.get(&anonymous["id"]), 404, "unknown-work-order");
    assert_eq!(department.only_order()["id"], named["id"]);
    assert_eq!(anonymous["real_name"], false);
    // A UUID of version 7 would tell the millisecond.
    for id in [&anonymous["id"], &named["id"]] {
        assert_eq!(id.as_str().unwrap().as_bytes()[14], b'4', "{id}");
    }
}

#[test]
fn the_same_action_is_taken_once_and_another_one_meanwhile_is_told() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let department = Office::department(&collector);
    let order = department.only_order();
    let first = department.send(&order["id"], &order["n_entries"], &reach());
    let second = department.send(&order["id"], &order["n_entries"], &reach());
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(second.json()["n_entries"], json!(2), "dispatched and reached, once each");
    let other = json!({"action": "log_attempt", "how": "电话无人接听"});
    problem(&department.send(&order["id"], &order["n_entries"], &other), 409, "moved");
    problem(&department.send(&order["id"], &json!(9), &valid("simple")), 409, "moved");
}

#[test]
fn what_a_system_sends_is_checked_and_nothing_is_changed() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let department = Office::department(&collector);
    let order = department.only_order();
    let send = |action: Value| department.send(&order["id"], &order["n_entries"], &action);
    let empty = problem(
        &send(json!({"action": "reach", "cause": "hall", "demand": " "})),
        422,
        "invalid-action",
    );
    assert_eq!(violations(&empty), [("demand", "required")]);
    problem(&send(json!({"action": "reply", "text": "已办"})), 422, "not-a-step");
    problem(&send(json!({"action": "dispatch"})), 422, "not-a-step");
    problem(&send(json!({"action": "no_contact", "cause": "hall"})), 422, "can-be-reached");
    problem(&send(json!({"action": "give_up", "cause": "hall"})), 422, "too-few-attempts");
    for malformed in [
        json!({"action": "explode"}),
        json!({"action": "reach", "cause": "weather", "demand": "示例"}),
        json!({"action": "reach", "cause": "hall"}),
        json!({}),
    ] {
        problem(&send(malformed), 400, "malformed-json");
    }
    // Who acts follows from the key, whatever a body says.
    problem(
        &send(json!({"action": "close", "role": "system", "who": "x", "upheld": true})),
        422,
        "not-a-step",
    );
    assert_eq!(department.get(&order["id"]).json(), order);
    for id in ["", "00", "00000000-0000-0000-0000-000000000000", "../../healthz"] {
        let answer = department.http.get(&format!("{}/{id}", department.url));
        assert!(
            [404, 200].contains(&answer.status) && !answer.text().contains("跑了"),
            "{id}: {}",
            answer.status
        );
    }
    for query in ["limit=0", "limit=201", "after=x"] {
        problem(
            &department.http.get(&format!("{}?{query}", department.url)),
            400,
            "malformed-query",
        );
    }
}

/// Every kind of key at every endpoint of work, and no key.
#[test]
fn a_key_opens_what_its_scope_names_and_nothing_else() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let (department, body) = (Office::department(&collector), Office::body(&collector, "321000"));
    let other =
        Office::with(&collector, &["--scope", "work-orders", "--agency", "11320102DEM000014A"]);
    let order = department.only_order();
    assert_eq!(body.get(&order["id"]).status, 200);
    problem(&other.get(&order["id"]), 404, "unknown-work-order");
    problem(&other.send(&order["id"], &order["n_entries"], &reach()), 404, "unknown-work-order");
    assert_eq!(other.list(0)["orders"], json!([]));
    let portal = Http::new().header("authorization", &format!("Bearer {}", collector.api_key()));
    for http in [portal, Http::new(), Http::new().header("authorization", "Bearer hcp_x_y")] {
        let stranger = Office { http, ..department.clone() };
        problem(&stranger.http.get(&stranger.url), 401, "unauthorized");
        problem(&stranger.get(&order["id"]), 401, "unauthorized");
        problem(&stranger.send(&order["id"], &order["n_entries"], &reach()), 401, "unauthorized");
    }
    let services = format!("{}/api/v1/services", collector.url());
    for office in [&department, &body] {
        problem(&office.http.post_json(&services, &json!({"services": []})), 401, "unauthorized");
    }
    for (scope, missing) in [("work-orders", "--agency"), ("supervision", "--region")] {
        let output = collector.cli(&["api-key", "add", "office", "--scope", scope]);
        assert!(output.code == Some(1) && output.err.contains(missing), "{}", output.err);
    }
}

#[test]
fn nothing_that_changes_is_missed_by_whoever_asks_from_the_watermark() {
    let collector = Collector::start(&[]);
    let department = Office::department(&collector);
    let codes: Vec<_> = (0..3).map(|_| rated(&collector)).collect();
    eventually("all three", || {
        (department.list(0)["orders"].as_array().unwrap().len() == 3).then_some(())
    });
    let all = department.list(0);
    let watermark = all["watermark"].as_i64().unwrap();
    assert_eq!(department.list(watermark), json!({"orders": [], "watermark": watermark}));
    let changed = department.act(&all["orders"][0], &[reach()]);
    let news = department.list(watermark);
    assert_eq!(news["orders"].as_array().unwrap().len(), 1);
    assert_eq!(news["orders"][0]["id"], changed["id"]);
    let page = department.http.get(&format!("{}?limit=2", department.url)).json();
    let rest = department.list(page["watermark"].as_i64().unwrap());
    assert_eq!(
        (page["orders"].as_array().unwrap().len(), rest["orders"].as_array().unwrap().len()),
        (2, 1)
    );
    assert_eq!(codes.len(), 3);
}

/// A term that reaches past the known years is provisional until their days off are imported.
#[test]
fn imported_days_off_move_what_was_provisional() {
    let profile = tempfile::NamedTempFile::new().unwrap();
    let days = |n: u32| json!({"working_days": n});
    let terms = json!({
        "name": "example", "contact": days(1), "reply": {"simple": days(1), "general": days(3_000), "complex": days(15)},
        "appeal": days(3), "n_attempts": 3, "follow_up": {"days": 15}, "can_be_reassigned": true,
        "one_body": "next_higher", "stops": [],
    });
    std::fs::write(profile.path(), terms.to_string()).unwrap();
    let collector = Collector::start(&["--profile", profile.path().to_str().unwrap()]);
    rated(&collector);
    let department = Office::department(&collector);
    let reply = |order: &Value| {
        order["due"].as_array().unwrap().iter().find(|due| due["kind"] == "reply").cloned().unwrap()
    };
    let before = reply(&department.only_order());
    assert_eq!(before["provisional"], true);

    let file = tempfile::NamedTempFile::new().unwrap();
    let year = |year: u32| {
        (
            year.to_string(),
            json!({"off": [format!("{year}-10-01"), format!("{year}-10-02")], "work": []}),
        )
    };
    let years: serde_json::Map<_, _> = (2027..2060).map(year).collect();
    std::fs::write(file.path(), json!({ "years": years }).to_string()).unwrap();
    let output = collector.cli(&["calendar", "import", file.path().to_str().unwrap()]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let after = eventually("the term is settled", || {
        let due = reply(&department.only_order());
        (due["provisional"] == false).then_some(due)
    });
    assert!(after["at"].as_str() > before["at"].as_str(), "{before} {after}");

    std::fs::write(
        file.path(),
        json!({"years": {"2027": {"off": ["2027-02-30"], "work": []}}}).to_string(),
    )
    .unwrap();
    let output = collector.cli(&["calendar", "import", file.path().to_str().unwrap()]);
    assert!(output.code == Some(1) && output.err.contains("2027-02-30"), "{}", output.err);
    verified(&collector);
}

#[test]
fn a_history_that_was_tampered_with_is_named() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let department = Office::department(&collector);
    let order = department.act(&department.only_order(), &[reach(), valid("simple")]);
    verified(&collector);
    for (tamper, mend, expected) in [
        (
            "update work_order set state = 'closed'",
            "update work_order set state = 'valid'",
            "its history gives",
        ),
        (
            "update work_order_entry set action = 'give_up' where number = 2",
            "update work_order_entry set action = 'reach' where number = 2",
            "entry 2 cannot be read",
        ),
        (
            "update work_order_entry set number = 9 where number = 3",
            "update work_order_entry set number = 3 where number = 9",
            "entry 9 cannot be read",
        ),
        (
            "update work_order_entry set at = at - 1 where number = 2",
            "update work_order_entry set at = at + 1 where number = 2",
            "entry 2 cannot be read",
        ),
        (
            "update work_order set state = 'opened', n_entries = 0, class = null",
            "update work_order set state = 'valid', n_entries = 3, class = 'simple'",
            "its history gives",
        ),
    ] {
        collector.run_sql(tamper);
        let output = collector.cli(&["verify"]);
        assert!(
            output.code == Some(1) && output.err.contains(expected),
            "{tamper}: {}",
            output.err
        );
        assert!(output.err.contains(order["id"].as_str().unwrap()), "{}", output.err);
        collector.run_sql(mend);
    }
    verified(&collector);
}

/// What staff wrote lies encrypted, as the comment does.
#[test]
fn what_was_said_of_an_order_is_not_readable_in_the_file() {
    let mut collector = Collector::start(&[]);
    rated(&collector);
    let department = Office::department(&collector);
    department.act(&department.only_order(), &[reach()]);
    collector.stop();
    let bytes = collector.stored_bytes();
    for secret in ["希望一次告知", "13800131234", "示例甲", "跑了三趟"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[test]
fn a_good_rating_has_nothing_to_follow_up() {
    let collector = Collector::start(&[]);
    let accepted = rate(&collector, &good(&collector.register(1)[0])).json();
    let code = accepted["lookup"].as_str().unwrap();
    problem(&follow_up(&collector, code, &json!({"satisfied": true})), 404, "unknown-lookup");
    problem(
        &follow_up(&collector, code, &json!({"satisfied": true, "level": "very_satisfied"})),
        400,
        "malformed-json",
    );
}
