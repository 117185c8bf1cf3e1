//! The contact of a rater: masked, shown against a reason, and gone when its time is over.

use haochaping_tests::{Collector, Http, Office, PASSWORD, Staff};
use serde_json::json;

use crate::{bad, problem, rate};

const AGENCY: &str = "11321000014216389W";
const PHONE: &str = "13800131234";

fn with_contact(collector: &Collector) {
    let mut rating = bad(&collector.register(1)[0]);
    rating["contact"] = json!({"name": "示例甲", "phone": PHONE});
    assert_eq!(rate(collector, &rating).status, 201);
}

fn handler(collector: &Collector) -> Staff {
    Staff::new(
        collector,
        "wang-1",
        &["--role", "handler", "--agency", AGENCY, "--region", "321000"],
    )
}

#[test]
fn a_contact_is_shown_after_the_password_and_against_a_reason_which_is_kept() {
    let collector = Collector::start(&[]);
    with_contact(&collector);
    let staff = handler(&collector);
    let order = staff.orders(1).remove(0);
    let ask = |password: &str, reason: &str| {
        staff.post(&format!("{order}/contact"), &[("password", password), ("reason", reason)])
    };
    let wrong = ask("something else", "电话核实<b>");
    assert!(
        wrong.status == 422 && wrong.text().contains("电话核实&#60;b&#62;"),
        "the reason comes back"
    );
    let silent = ask(PASSWORD, " ");
    assert!(silent.status == 422 && silent.text().contains("请填写查看理由。"));
    assert!(![&wrong, &silent].iter().any(|answer| answer.text().contains(PHONE)));
    assert!(!staff.get(&order).text().contains("查看过联系方式的人"), "nobody has seen it");
    let shown = ask(PASSWORD, "电话核实情况");
    assert!(shown.status == 200 && shown.text().contains(PHONE) && shown.text().contains("示例甲"));
    assert_eq!(shown.header("cache-control"), "no-store");
    let page = staff.get(&order);
    assert!(!page.text().contains(PHONE), "in that answer only");
    assert!(page.text().contains("wang-1：电话核实情况"), "{}", page.text());
    let record = collector.cli(&["staff", "record"]).out;
    assert!(record.contains("staff:wang-1  contact-seen"), "{record}");
    assert!(!record.contains("电话核实"), "reasons may name people and stay sealed");
}

#[test]
fn the_password_for_a_contact_cannot_be_guessed_beside_the_sign_in() {
    let collector = Collector::start(&[]);
    with_contact(&collector);
    let staff = handler(&collector);
    let order = staff.orders(1).remove(0);
    for _ in 0..5 {
        staff.post(&format!("{order}/contact"), &[("password", "x"), ("reason", "核实")]);
    }
    let locked =
        staff.post(&format!("{order}/contact"), &[("password", PASSWORD), ("reason", "核实")]);
    assert!(locked.status == 422 && !locked.text().contains(PHONE));
}

#[test]
fn a_department_system_asks_with_a_reason_too() {
    let collector = Collector::start(&[]);
    with_contact(&collector);
    let office = Office::department(&collector);
    let order = office.only_order();
    assert_eq!(order["contact"]["phone"], "138****1234");
    let url = format!("{}/{}/contact", office.url, order["id"].as_str().unwrap());
    let refused =
        problem(&office.http.post_json(&url, &json!({"reason": ""})), 422, "invalid-action");
    assert_eq!(refused["violations"][0]["field"], "reason");
    let shown = office.http.post_json(&url, &json!({"reason": "电话核实"}));
    assert_eq!((shown.status, &shown.json()["phone"]), (200, &json!(PHONE)));
    let other = Office::body(&collector, "320100");
    let url = format!("{}/{}/contact", other.url, order["id"].as_str().unwrap());
    problem(&other.http.post_json(&url, &json!({"reason": "x"})), 404, "unknown-work-order");
    let staff = handler(&collector);
    let page = staff.get(&staff.orders(1)[0]);
    assert!(
        page.text().contains("api:") && page.text().contains("电话核实"),
        "seen by whom, and why"
    );
}

#[test]
fn a_contact_goes_when_its_time_is_over_and_stays_while_the_order_is_open() {
    let mut collector = Collector::start(&["--contact-days", "30"]);
    for _ in 0..2 {
        with_contact(&collector);
    }
    let mut praised = crate::good(&collector.register(1)[0]);
    praised["contact"] = json!({"name": "示例乙", "phone": PHONE});
    assert_eq!(rate(&collector, &praised).status, 201);
    collector.stop();
    let left = |collector: &Collector| {
        collector.read_sql("select count(*) from rating where contact is not null")
    };
    assert_eq!(left(&collector), ["3"]);
    // A month and a day ago; one order has come to rest since.
    collector.run_sql("update rating set rated_at = rated_at - 2678400000");
    let first = "(select min(changed) from work_order)";
    collector.run_sql(&format!("update work_order set state = 'closed' where changed = {first}"));
    collector.restart_elsewhere();
    Http::new().get(&format!("{}/healthz", collector.url()));
    haochaping_tests::eventually("two contacts are gone", || {
        (left(&collector) == ["1"]).then_some(())
    });
    let of_open = collector.read_sql(
        "select count(*) from rating r join work_order w on w.rating = r.id
         where r.contact is not null and w.state <> 'closed'",
    );
    assert_eq!(of_open, ["1"], "whoever waits for an answer can be reached");
}

#[test]
fn a_password_that_was_sent_to_a_session_that_ended_is_not_kept() {
    let collector = Collector::start(&[]);
    with_contact(&collector);
    let staff = handler(&collector);
    let order = staff.orders(1).remove(0);
    assert_eq!(staff.post("/desk/sign-out", &[]).status, 303);
    let url = format!("{}{order}/contact", collector.url());
    let sent =
        haochaping_tests::form(&[("csrf", "x"), ("reason", "电话核实"), ("password", PASSWORD)]);
    let asked = staff.http.post_form(&url, &sent);
    let kept = haochaping_tests::form(&[("", PASSWORD)]);
    assert!(
        asked.status == 401
            && !asked.text().contains(PASSWORD)
            && !asked.text().contains(&kept[1..].replace('%', "&#37;"))
    );
    assert!(
        !asked.text().contains("password=") && asked.text().contains("reason="),
        "{}",
        asked.text()
    );
    let again = Staff::sign_in(&collector, "wang-1");
    let other = again.http.post_form(&url, &sent);
    assert!(
        other.status == 403
            && !other.text().contains(PASSWORD)
            && other.text().contains("电话核实"),
        "{}",
        other.text()
    );
}
