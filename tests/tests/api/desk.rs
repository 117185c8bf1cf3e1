//! The desk, by HTTP as a browser without scripts: who gets in, who sees what, and what attacks
//! come to.

use haochaping_tests::{Collector, Http, Office, PASSWORD, Staff, form, try_sign_in};

use crate::{bad, rate};

/// The department of the services that the tests register, and another.
const AGENCY: &str = "11321000014216389W";
const BODY: &str = "11110000000021135M";

fn handler(collector: &Collector, name: &str) -> Staff {
    Staff::new(collector, name, &["--role", "handler", "--agency", AGENCY, "--region", "321000"])
}

fn rated(collector: &Collector) -> String {
    let mut rating = bad(&collector.register(1)[0]);
    rating["contact"] = serde_json::json!({"name": "示例甲", "phone": "13800131234"});
    rate(collector, &rating).json()["lookup"].as_str().unwrap().to_owned()
}

#[test]
fn a_handler_works_an_order_from_contact_to_reply() {
    let collector = Collector::start(&[]);
    let (code, staff) = (rated(&collector), handler(&collector, "wang-1"));
    let order = staff.orders(1).remove(0);
    let page = staff.get(&order);
    assert!(
        page.text().contains("138****1234") && page.text().contains("示*"),
        "masked: {}",
        page.text()
    );
    assert!(!page.text().contains("13800131234"));
    for (action, fields) in [
        ("reach", &[("cause", "matter"), ("demand", "希望一次告知")][..]),
        ("determine_valid", &[("class", "general"), ("finding", "属实")]),
        ("rectify", &[("measures", "修订告知单")]),
        ("resolve", &[("result", "已上墙")]),
        ("reply", &[("text", "您反映的情况属实。")]),
    ] {
        let answer = staff.act(&order, action, fields);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, order.clone()),
            "{action}: {}",
            answer.text()
        );
    }
    let progress = Http::new().get(&format!("{}/api/v1/ratings/{code}", collector.url())).json();
    assert_eq!(progress["handling"]["reply"], "您反映的情况属实。");
    let history = staff.get(&order);
    let rated_at = progress["rated_at"].as_str().unwrap()[..16].replace('T', " ");
    assert!(history.text().contains(&format!("<dd>{rated_at}</dd>")), "China's clock: {rated_at}");
    assert!(history.text().contains("承办部门 wang-1") && history.text().contains("修订告知单"));
    crate::verified(&collector);
}

#[test]
fn what_was_typed_comes_back_with_the_fault_beside_it() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let staff = handler(&collector, "wang-1");
    let order = staff.orders(1).remove(0);
    let answer = staff.act(&order, "reach", &[("cause", ""), ("demand", "<b>希望\"一次</b>告知")]);
    assert_eq!(answer.status, 422);
    assert!(
        answer.text().contains("请选择。")
            && answer.text().contains("&#60;b&#62;希望&#34;一次&#60;/b&#62;告知")
    );
    let long = "长".repeat(2_001);
    let answer = staff.act(&order, "reach", &[("cause", "matter"), ("demand", &long)]);
    assert!(
        answer.status == 422
            && answer.text().contains("最多 2000 个字。")
            && answer.text().contains(&long)
    );
    // Somebody else was faster.
    let stale =
        [("action", "reach"), ("n_entries", "0"), ("cause", "matter"), ("demand", "我先写的")];
    let answer = staff.post(&order, &stale);
    assert!(answer.status == 409 && answer.text().contains("我先写的"), "{}", answer.text());
    // A field that the action has not is not read: nobody makes a step by adding one.
    let answer = staff.act(
        &order,
        "log_attempt",
        &[("how", "电话无人接听"), ("role", "supervisor"), ("who", "x")],
    );
    assert_eq!(answer.status, 303);
    assert!(staff.get(&order).text().contains("承办部门 wang-1"));
}

#[test]
fn outside_of_ones_scope_there_is_nothing() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let order = handler(&collector, "wang-1").orders(1).remove(0);
    let roles = [
        ("handler", BODY, "321000", 404),
        ("handler", AGENCY, "320100", 404),
        ("supervisor", BODY, "320100", 404),
        ("supervisor", BODY, "321000", 200),
        ("province", BODY, "320000", 200),
        ("card_office", BODY, "321000", 404),
        // 回访 only: there is no reply yet.
        ("operator", BODY, "321000", 404),
        ("administrator", "", "", 404),
    ];
    for (n, (role, agency, region, status)) in roles.into_iter().enumerate() {
        let args = ["--role", role, "--agency", agency, "--region", region];
        let staff = Staff::new(&collector, &format!("staff-{n}"), &args);
        assert_eq!(staff.get(&order).status, status, "{role} of {region}");
        let is_listed = staff.get("/desk").text().contains("/desk/orders/");
        assert_eq!(is_listed, status == 200, "{role} of {region}");
        let done = staff.post(
            &order,
            &[("action", "reach"), ("n_entries", "1"), ("cause", "matter"), ("demand", "x")],
        );
        assert_eq!(
            done.status,
            if status == 200 { 422 } else { 404 },
            "{role} of {region} is no handler of it"
        );
    }
    for path in ["/desk", "/desk/waiting", "/desk/closed", &order] {
        let answer = Http::new().get(&format!("{}{path}", collector.url()));
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").starts_with("/desk/sign-in?next="), "{path}");
    }
}

#[test]
fn an_anonymous_order_has_its_hour_and_the_rated_body_sees_no_case() {
    let collector = Collector::start(&[]);
    let mut rating = bad(&collector.register(1)[0]);
    rating["anonymous"] = true.into();
    rate(&collector, &rating);
    let body = Staff::new(
        &collector,
        "li-1",
        &["--role", "supervisor", "--agency", BODY, "--region", "321000"],
    );
    // It has no department yet and nothing due: it waits.
    assert!(body.get("/desk/waiting").text().contains("/desk/orders/"));
    let rated_body = ["--role", "supervisor", "--agency", AGENCY, "--region", "321000"];
    let rated_body = Staff::new(&collector, "li-2", &rated_body);
    let waiting = body.get("/desk/waiting");
    let (_, order) = waiting.text().split_once("href=\"/desk/orders/").unwrap();
    let order = format!("/desk/orders/{}", order.split('"').next().unwrap());
    assert!(body.get(&order).text().contains("办件编号"));
    assert!(
        !rated_body.get(&order).text().contains("办件编号"),
        "no reprisal, in whatever capacity"
    );
    let staff = handler(&collector, "wang-1");
    for path in ["/desk", "/desk/waiting", "/desk/closed"] {
        assert!(!staff.get(path).text().contains("/desk/orders/"), "{path}: not before its hour");
    }
    assert_eq!(Office::department(&collector).list(0)["orders"], serde_json::json!([]));
}

#[test]
fn a_foreign_page_does_nothing_in_ones_name() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let staff = handler(&collector, "wang-1");
    let order = staff.orders(1).remove(0);
    let url = format!("{}{order}", collector.url());
    let fields = [("action", "log_attempt"), ("n_entries", "1"), ("how", "伪造")];
    let without = staff.http.post_form(&url, &form(&fields));
    assert_eq!(without.status, 403, "no token: shown to be sent again");
    assert!(without.text().contains("继续提交") && without.text().contains("伪造"));
    let csrf = staff.csrf();
    let whole = form(&[&[("csrf", &csrf[..])], &fields[..]].concat());
    let other = handler(&collector, "wang-2");
    assert_eq!(other.http.post_form(&url, &whole).status, 403, "another session's token");
    let foreign = Http::new()
        .header("cookie", &staff_cookie(&collector))
        .header("origin", "https://evil.example");
    assert_eq!(foreign.post_form(&url, &whole).status, 403, "another origin");
    assert!(!staff.get(&order).text().contains("伪造"));
}

fn staff_cookie(collector: &Collector) -> String {
    let answer = try_sign_in(&collector.url(), "wang-1", PASSWORD);
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

#[test]
fn a_session_is_new_at_each_sign_in_and_ends_with_it() {
    let collector = Collector::start(&[]);
    Staff::add(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", AGENCY, "--region", "321000"],
    );
    let url = format!("{}/desk/sign-in", collector.url());
    let body = form(&[("name", "wang-1"), ("password", PASSWORD), ("next", "//evil.example")]);
    let fixed = Http::new()
        .header("cookie", "hcp-desk=CHOSENBYSOMEBODYELSE")
        .header("origin", &collector.url());
    let answer = fixed.post_form(&url, &body);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/desk".to_owned()),
        "no way off the collector"
    );
    let cookie = answer.header("set-cookie");
    assert!(!cookie.contains("CHOSEN") && cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    let staff = Staff::sign_in(&collector, "wang-1");
    assert_eq!(staff.post("/desk/sign-out", &[]).status, 303);
    assert_eq!(staff.get("/desk").status, 303, "the cookie opens nothing any more");
    let staff = Staff::sign_in(&collector, "wang-1");
    assert_eq!(collector.cli(&["staff", "disable", "wang-1"]).code, Some(0));
    assert_eq!(staff.get("/desk").status, 303, "a disabled account's session is over");
    assert_eq!(try_sign_in(&collector.url(), "wang-1", PASSWORD).status, 422);
}

#[test]
fn guesses_lock_an_account_and_tell_nothing() {
    let collector = Collector::start(&[]);
    Staff::add(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", AGENCY, "--region", "321000"],
    );
    let sign_in = |name: &str, password: &str| {
        let answer = try_sign_in(&collector.url(), name, password);
        (answer.status, answer.text().replace(name, ""))
    };
    let nobody = sign_in("nobody-1", "x");
    for _ in 0..5 {
        assert_eq!(sign_in("wang-1", "x"), nobody);
    }
    assert_eq!(sign_in("wang-1", PASSWORD), nobody, "locked, and not told from a wrong password");
    let link = collector.cli(&["staff", "reset", "wang-1", "--public-url", &collector.url()]);
    Staff::accept(link.out.trim());
    Staff::sign_in(&collector, "wang-1");
    assert_eq!(Http::new().get(link.out.trim()).status, 404, "a link works once");
}

#[test]
fn what_was_written_outlives_the_session() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let staff = handler(&collector, "wang-1");
    let order = staff.orders(1).remove(0);
    let csrf = staff.csrf();
    assert_eq!(staff.post("/desk/sign-out", &[]).status, 303);
    let written = [
        ("csrf", &csrf[..]),
        ("action", "log_attempt"),
        ("n_entries", "1"),
        ("how", "写了很久的内容"),
    ];
    let asked = staff.http.post_form(&format!("{}{order}", collector.url()), &form(&written));
    assert_eq!(asked.status, 401);
    let (_, rest) = asked.text().split_once("name=\"kept\" value=\"").unwrap();
    let kept = rest.split('"').next().unwrap().replace("&#38;", "&").replace("&#37;", "%");
    let body =
        form(&[("name", "wang-1"), ("password", PASSWORD), ("next", &order), ("kept", &kept)]);
    let url = format!("{}/desk/sign-in", collector.url());
    let resumed = Http::new().header("origin", &collector.url()).post_form(&url, &body);
    assert!(
        resumed.text().contains("写了很久的内容") && resumed.text().contains("登记一次未联系上"),
        "{}",
        resumed.text()
    );
}

#[test]
fn an_administrator_is_added_once_and_the_last_one_stays() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let args =
        ["staff", "add", "root-1", "--role", "administrator", "--data", data.to_str().unwrap()];
    let output = haochaping_tests::haochaping(&args);
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert!(output.out.starts_with("http://127.0.0.1:8080/desk/welcome/"), "{}", output.out);
    let again = haochaping_tests::haochaping(&args);
    assert!(again.code != Some(0) && again.err.contains("staff reset root-1"), "{}", again.err);
    let last = haochaping_tests::haochaping(&[
        "staff",
        "disable",
        "root-1",
        "--data",
        data.to_str().unwrap(),
    ]);
    assert!(last.err.contains("last administrator"), "{}", last.err);
}

#[test]
fn a_step_is_answered_by_a_banner_that_shows_once_and_nobody_else_can_write() {
    let collector = Collector::start(&[]);
    rated(&collector);
    let staff = handler(&collector, "wang-1");
    let order = staff.orders(1).remove(0);
    let added = staff.post(&format!("{order}/notes"), &[("note", "示例")]);
    let banner = added.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(added.status == 303 && banner.starts_with("hcp-desk-saved="), "{banner}");
    let see = |cookie: &str| {
        let http = Http::new().header("cookie", &format!("{}; {cookie}", staff.cookie));
        http.get(&format!("{}{order}", collector.url()))
    };
    let page = see(&banner);
    assert!(page.text().contains("备注已保存。"), "{}", page.text());
    assert!(
        page.header("set-cookie").starts_with("hcp-desk-saved=;"),
        "it goes with the page that shows it"
    );
    assert!(!staff.get(&order).text().contains("备注已保存。"));
    // Another session's banner, and one that was changed, say nothing.
    let other = Staff::new(
        &collector,
        "li-1",
        &["--role", "supervisor", "--agency", BODY, "--region", "321000"],
    );
    let http = Http::new().header("cookie", &format!("{}; {banner}", other.cookie));
    assert!(!http.get(&format!("{}{order}", collector.url())).text().contains("备注已保存。"));
    assert!(!see(&format!("{banner}0")).text().contains("备注已保存。"));
}

#[test]
fn a_note_is_read_by_those_who_work_on_the_order_and_by_nobody_else() {
    let collector = Collector::start(&[]);
    let (code, staff) = (rated(&collector), handler(&collector, "wang-1"));
    let order = staff.orders(1).remove(0);
    let notes = format!("{order}/notes");
    assert_eq!(staff.post(&notes, &[("note", "请<i>张科</i>跟进")]).status, 303);
    let body = Staff::new(
        &collector,
        "li-1",
        &["--role", "supervisor", "--agency", BODY, "--region", "321000"],
    );
    assert!(body.get(&order).text().contains("请&#60;i&#62;张科&#60;/i&#62;跟进"));
    let other = Staff::new(
        &collector,
        "li-2",
        &["--role", "supervisor", "--agency", BODY, "--region", "320100"],
    );
    assert_eq!(other.post(&notes, &[("note", "x")]).status, 404);
    let empty = staff.post(&notes, &[("note", " ")]);
    assert!(empty.status == 422 && empty.text().contains("note-fault"));
    let progress = Http::new().get(&format!("{}/api/v1/ratings/{code}", collector.url()));
    assert!(!progress.text().contains("张科"));
    let file = collector.stored_bytes();
    assert!(!file.windows(6).any(|window| window == "张科".as_bytes()), "encrypted at rest");
}
