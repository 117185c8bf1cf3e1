//! What other systems are told, on a real receiver that fails, hangs up, is slow, is away and comes
//! back; and what they push back.

use haochaping::{
    calendar::Instant,
    webhook::{Headers, Secret, verify},
};
use haochaping_collector::ports::{Clock, SystemClock};
use haochaping_tests::{Collector, Http, Manner, Office, Received, Receiver, Staff, eventually};
use serde_json::{Value, json};

use crate::{bad, problem, rate, verified};

const AGENCY: &str = "11321000014216389W";

fn start() -> Collector {
    Collector::start(&["--allow-private-endpoints"])
}

/// Adds an endpoint and gives its secret.
fn endpoint(collector: &Collector, name: &str, kind: &str, region: &str, url: &str) -> Secret {
    let mut args = vec!["endpoint", "add", name, "--kind", kind, "--region", region, "--url", url];
    if kind == "department" {
        args.extend(["--agency", AGENCY]);
    }
    let output = collector.cli(&args);
    assert_eq!(output.code, Some(0), "{}", output.err);
    output.out.trim().parse().unwrap()
}

fn now() -> i64 {
    SystemClock.now().millis() / 1_000
}

fn is_signed(secret: &Secret, message: &Received) {
    let header = |name: &str| message.headers[name].as_str();
    let headers = Headers {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    assert_eq!(verify(secret, headers, &message.body, now()), Ok(()));
}

/// The types of the messages that were taken, once there are so many.
fn taken(receiver: &Receiver, n: usize) -> Vec<String> {
    eventually(&format!("{n} messages"), || {
        let taken: Vec<_> = receiver.received().into_iter().filter(|one| one.is_taken).collect();
        assert!(
            taken.len() <= n,
            "more than {n}: {:?}",
            taken.iter().map(Received::json).collect::<Vec<_>>()
        );
        (taken.len() == n).then(|| {
            taken.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect()
        })
    })
}

/// Waits until the collector has noted that everything was taken. One that is ended before sends
/// again, a minute later: whoever claimed a message may still be sending it.
fn noted(collector: &Collector) {
    eventually("everything is noted as sent", || {
        (collector.read_sql("select count(*) from outbox where state = 'waiting'") == ["0"])
            .then_some(())
    });
}

fn with_contact(collector: &Collector) -> Value {
    let mut rating = bad(&collector.register(1)[0]);
    rating["contact"] = json!({"name": "示例甲", "phone": "13800131234"});
    rate(collector, &rating).json()
}

fn steps() -> [Value; 5] {
    [
        json!({"action": "reach", "cause": "hall", "demand": "希望一次告知"}),
        json!({"action": "determine_valid", "class": "simple", "finding": "属实"}),
        json!({"action": "rectify", "measures": "修订告知单"}),
        json!({"action": "resolve", "result": "已上墙"}),
        json!({"action": "reply", "text": "您反映的情况属实。"}),
    ]
}

#[test]
fn each_step_is_told_in_order_and_signed_to_those_whose_it_is() {
    let collector = start();
    let [hotline, nearer, department, raters] = [(); 4].map(|()| Receiver::start(Manner::Takes));
    endpoint(&collector, "province", "hotline", "320000", &hotline.url());
    let secret = endpoint(&collector, "city", "hotline", "321000", &nearer.url());
    endpoint(&collector, "tax", "department", "321000", &department.url());
    endpoint(&collector, "sms", "raters", "320000", &raters.url());
    let accepted = with_contact(&collector);
    let office = Office::department(&collector);
    let order = office.only_order();
    office.act(&order, &steps());
    let told = ["dispatch", "reach", "determine_valid", "rectify", "resolve", "reply"]
        .map(|s| format!("work_order.{s}"));
    assert_eq!(taken(&nearer, 6), told);
    assert_eq!(taken(&department, 6), told);
    assert_eq!(hotline.received().len(), 0, "the nearest is told");
    for (n, message) in nearer.received().iter().enumerate() {
        is_signed(&secret, message);
        let data = &message.json()["data"];
        assert_eq!(
            (&data["sequence"], &data["work_order"]["n_entries"]),
            (&json!(n + 1), &json!(n + 1))
        );
        assert!(!String::from_utf8_lossy(&message.body).contains("13800131234"), "masked");
    }
    assert_eq!(taken(&raters, 1), ["rating.replied"]);
    let reply = &raters.received()[0].json()["data"];
    assert_eq!(
        (&reply["contact"]["phone"], &reply["reply"]),
        (&json!("13800131234"), &json!("您反映的情况属实。"))
    );
    let page = Http::new().get(reply["url"].as_str().unwrap());
    assert_eq!((page.status, &reply["url"]), (200, &accepted["lookup_url"]));
    verified(&collector);
}

#[test]
fn what_is_refused_comes_again_with_the_same_id_and_the_order_is_kept() {
    let collector = start();
    let receiver = Receiver::start(Manner::Refuses(500));
    endpoint(&collector, "tax", "department", "321000", &receiver.url());
    with_contact(&collector);
    let office = Office::department(&collector);
    let order = office.only_order();
    office.act(&order, &steps());
    eventually("an attempt", || (!receiver.received().is_empty()).then_some(()));
    receiver.now(Manner::Forgets);
    eventually("it hung up", || (receiver.received().len() >= 2).then_some(()));
    receiver.now(Manner::Slow(300));
    let first = receiver.received();
    assert!(
        first.iter().all(|one| one.id() == first[0].id()),
        "of one order one message at a time"
    );
    assert_eq!(first[0].body, first[1].body, "the same words at each attempt");
    let told = ["dispatch", "reach", "determine_valid", "rectify", "resolve", "reply"]
        .map(|s| format!("work_order.{s}"));
    assert_eq!(taken(&receiver, 6), told);
    let ids: std::collections::BTreeSet<_> =
        receiver.received().iter().map(|one| one.id().to_owned()).collect();
    assert_eq!(ids.len(), 6, "an id a message");
    verified(&collector);
}

#[test]
fn what_waits_outlives_the_collector_and_another_endpoint_is_not_held_up() {
    let mut collector = start();
    let (away, here) = (Receiver::start(Manner::Refuses(503)), Receiver::start(Manner::Takes));
    endpoint(&collector, "tax", "department", "321000", &away.url());
    endpoint(&collector, "city", "hotline", "321000", &here.url());
    with_contact(&collector);
    assert_eq!(taken(&here, 1), ["work_order.dispatch"]);
    // What came of it is on record: a message in the hands of a sender that dies comes again later.
    eventually("an attempt", || {
        let answered = collector.read_sql("select count(*) from outbox where said <> ''");
        (answered == ["1"]).then_some(())
    });
    let id = away.received()[0].id().to_owned();
    collector.kill();
    away.now(Manner::Takes);
    collector.restart_elsewhere();
    assert_eq!(taken(&away, 1), ["work_order.dispatch"]);
    assert_eq!(away.received().last().unwrap().id(), id);
    verified(&collector);
}

#[test]
fn a_dead_letter_stops_its_own_order_and_is_sent_again_at_the_desk() {
    let mut collector = start();
    let receiver = Receiver::start(Manner::Refuses(400));
    endpoint(&collector, "tax", "department", "321000", &receiver.url());
    with_contact(&collector);
    eventually("an attempt", || (!receiver.received().is_empty()).then_some(()));
    collector.stop();
    // Three days of attempts.
    collector.run_sql("update outbox set n_attempts = 14, next_at = 0");
    collector.restart_elsewhere();
    let admin = Staff::new(&collector, "root-1", &["--role", "administrator"]);
    let page = eventually("a dead letter", || {
        let page = admin.get("/desk/messages").text().to_owned();
        page.contains("重新投递").then_some(page)
    });
    assert!(page.contains("answered with status 400") && page.contains("派单"), "{page}");
    receiver.now(Manner::Takes);
    with_contact(&collector);
    assert_eq!(taken(&receiver, 1), ["work_order.dispatch"], "another order goes its way");
    let office = Office::department(&collector);
    let orders = office.list(0);
    let dead = orders["orders"]
        .as_array()
        .unwrap()
        .iter()
        .min_by_key(|order| order["rated_at"].to_string())
        .unwrap();
    office.act(dead, &steps()[..1]);
    let page = eventually("one waits behind it", || {
        let page = admin.get("/desk/messages").text().to_owned();
        page.contains("还有 1 条消息").then_some(page)
    });
    let number = page
        .split_once("action=\"/desk/messages/")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(admin.post(&format!("/desk/messages/{number}"), &[]).status, 303);
    assert_eq!(taken(&receiver, 3)[1..], ["work_order.dispatch", "work_order.reach"]);
    assert_eq!(
        admin.post(&format!("/desk/messages/{number}"), &[]).status,
        404,
        "it is dead no longer"
    );
    verified(&collector);
}

#[test]
fn an_invitation_goes_out_once_with_nothing_chosen() {
    let collector = start();
    let receiver = Receiver::start(Manner::Takes);
    endpoint(&collector, "sms", "invitations", "320000", &receiver.url());
    let mut service = haochaping_tests::service();
    let at = |days: i64| {
        Instant::from_millis(SystemClock.now().millis() - days * 86_400_000).to_rfc3339()
    };
    service["finished_at"] = at(8).into();
    collector.register_all(&[service.clone()]);
    service["finished_at"] = at(0).into();
    service["case_number"] = "JS-2026-invited".into();
    let issued = collector.register_all(&[service.clone()]);
    collector.register_all(&[service]);
    assert_eq!(taken(&receiver, 1), ["service.finished"]);
    let ticket = issued["tickets"][0]["ticket"].as_str().unwrap();
    let data = receiver.received()[0].json()["data"].clone();
    let url = data["url"].as_str().unwrap().to_owned();
    assert!(url.ends_with(&format!("/r/{ticket}?via=sms")), "{url}");
    let page = Http::new().get(&url);
    assert!(page.status == 200 && !page.text().contains(" checked"), "no rating by default");
    let body = String::from_utf8(receiver.received()[0].body.clone()).unwrap();
    assert!(!body.contains("level"), "{body}");
}

#[test]
fn a_visit_of_several_services_is_invited_once_by_the_link_of_all() {
    let collector = start();
    let receiver = Receiver::start(Manner::Takes);
    endpoint(&collector, "sms", "invitations", "320000", &receiver.url());
    let visit = [haochaping_tests::service(), haochaping_tests::service()].map(|mut service| {
        service["finished_at"] = SystemClock.now().to_rfc3339().into();
        service["visit"] = "visit-of-an-invitation".into();
        service
    });
    let issued = collector.register_all(&visit);
    // Another one that is told later: whatever would have been told of the visit's second service
    // has been told by then.
    let mut alone = haochaping_tests::service();
    alone["finished_at"] = SystemClock.now().to_rfc3339().into();
    collector.register_all(&[alone]);
    assert_eq!(taken(&receiver, 2), ["service.finished"; 2]);
    let links = receiver
        .received()
        .iter()
        .map(|one| one.json()["data"]["url"].to_string())
        .collect::<Vec<_>>();
    let ticket = issued["tickets"][0]["ticket"].as_str().unwrap();
    assert_eq!(issued["tickets"][1]["ticket"], ticket);
    assert_eq!(links.iter().filter(|link| link.contains(ticket)).count(), 1, "{links:?}");
}

#[test]
fn an_anonymous_rater_is_told_apart_by_no_message() {
    let mut collector = start();
    let receiver = Receiver::start(Manner::Takes);
    endpoint(&collector, "tax", "department", "321000", &receiver.url());
    let mut rating = bad(&collector.register(1)[0]);
    rating["anonymous"] = true.into();
    assert_eq!(rate(&collector, &rating).status, 201);
    collector.stop();
    assert_eq!(collector.read_sql("select count(*) from outbox"), ["0"]);
    collector.run_sql("update work_order set wake_at = 0");
    let case = collector.read_sql("select case_number from rating").remove(0);
    collector.restart_elsewhere();
    assert_eq!(taken(&receiver, 1), ["work_order.dispatch"]);
    let message = &receiver.received()[0];
    let order = &message.json()["data"]["work_order"];
    assert!(!String::from_utf8_lossy(&message.body).contains(&case), "no case number");
    assert_eq!(
        (order["case_number"].is_null(), order["rated_at"].as_str().unwrap().len()),
        (true, 10),
        "a day"
    );
}

#[test]
fn what_a_body_says_before_a_department_has_an_order_is_told_to_nobody() {
    let mut collector = start();
    let receiver = Receiver::start(Manner::Takes);
    endpoint(&collector, "tax", "department", "321000", &receiver.url());
    let mut rating = bad(&collector.register(1)[0]);
    rating["anonymous"] = true.into();
    assert_eq!(rate(&collector, &rating).status, 201);
    let body = Office::body(&collector, "321000");
    let order = body.only_order();
    body.act(&order, &[json!({"action": "supervise", "instruction": "请关注"})]);
    collector.stop();
    assert_eq!(collector.read_sql("select count(*) from outbox"), ["0"]);
    // Its hour is kept, and comes.
    collector.run_sql("update work_order set wake_at = 0 where wake_at is not null");
    collector.restart_elsewhere();
    assert_eq!(taken(&receiver, 1), ["work_order.dispatch"]);
    let history = receiver.received()[0].json()["data"]["work_order"]["history"].clone();
    assert_eq!(
        history[0]["at"].as_str().unwrap().len(),
        10,
        "a day: its minute would say when the rating came"
    );
    assert_eq!(history[1]["at"].as_str().unwrap().len(), 25);
    verified(&collector);
}

#[test]
fn a_private_address_is_refused_unless_it_is_allowed() {
    let collector = Collector::start(&[]);
    let receiver = Receiver::start(Manner::Takes);
    endpoint(&collector, "tax", "department", "321000", &receiver.url());
    with_contact(&collector);
    let admin = Staff::new(&collector, "root-1", &["--role", "administrator"]);
    eventually("it waits", || {
        admin.get("/desk/messages").text().contains("<td role=\"cell\">1（最早").then_some(())
    });
    let message = eventually("an attempt", || {
        let message = collector.read_sql("select said from outbox").remove(0);
        (!message.is_empty()).then_some(message)
    });
    assert!(message.contains("private addresses") && receiver.received().is_empty(), "{message}");
}

#[test]
fn a_hotline_pushes_back_what_it_did_and_a_replay_does_nothing() {
    let collector = start();
    let receiver = Receiver::start(Manner::Takes);
    let secret = endpoint(&collector, "city", "hotline", "321000", &receiver.url());
    let elsewhere = endpoint(&collector, "nanjing", "hotline", "320100", &receiver.url());
    with_contact(&collector);
    taken(&receiver, 1);
    let order = receiver.received()[0].json()["data"]["work_order"].clone();
    let body = json!({"work_order": order["id"], "n_entries": 1, "action": "log_attempt", "how": "电话无人接听"});
    let send = |name: &str, secret: &Secret, id: &str, at: i64, body: &Value| {
        let bytes = body.to_string();
        let http = Http::new()
            .header("webhook-id", id)
            .header("webhook-timestamp", &at.to_string())
            .header("webhook-signature", &secret.sign(id, at, bytes.as_bytes()));
        http.send(
            "POST",
            &format!("{}/api/v1/webhooks/{name}", collector.url()),
            Some(bytes.as_bytes()),
        )
    };
    problem(&send("city", &elsewhere, "m-1", now(), &body), 401, "unverified");
    problem(&send("nobody", &secret, "m-1", now(), &body), 401, "unverified");
    problem(&send("city", &secret, "m-1", now() - 301, &body), 401, "unverified");
    problem(&send("nanjing", &elsewhere, "m-1", now(), &body), 404, "unknown-work-order");
    let done = send("city", &secret, "m-1", now(), &body);
    assert_eq!((done.status, &done.json()["n_entries"]), (200, &json!(2)), "{}", done.text());
    let again = send("city", &secret, "m-1", now(), &body);
    assert_eq!((again.status, &again.json()["n_entries"]), (200, &json!(2)));
    let stale =
        json!({"work_order": order["id"], "n_entries": 0, "action": "log_attempt", "how": "x"});
    problem(&send("city", &secret, "m-2", now(), &stale), 409, "moved");
    problem(
        &send("city", &secret, "m-3", now(), &json!({"work_order": order["id"]})),
        400,
        "malformed-json",
    );
    let early = json!({"work_order": order["id"], "n_entries": 2, "action": "reply", "text": "好"});
    problem(&send("city", &secret, "m-4", now(), &early), 422, "not-a-step");
    let last = &done.json()["history"][1];
    assert_eq!((&last["who"], &last["role"]), (&json!("webhook:city"), &json!("handler")));
    // The order goes to a department that the endpoint does not serve; what was taken before is
    // still answered.
    let tax = endpoint(&collector, "tax", "department", "321000", &receiver.url());
    let asked = json!({"work_order": order["id"], "n_entries": 2, "action": "ask_reassignment", "reason": "非本部门职责"});
    assert_eq!(send("tax", &tax, "m-6", now(), &asked).status, 200);
    let office = Office::body(&collector, "321000");
    let given = json!({"action": "reassign", "agency": "11110000000021135M", "reason": "属该部门"});
    office.act(&office.only_order(), &[given]);
    let replay = send("tax", &tax, "m-6", now(), &asked);
    assert_eq!((replay.status, replay.text()), (204, ""));
    problem(&send("tax", &tax, "m-7", now(), &asked), 404, "unknown-work-order");
    assert_eq!(collector.cli(&["endpoint", "disable", "city"]).code, Some(0));
    problem(&send("city", &secret, "m-5", now(), &body), 401, "unverified");
}

#[test]
fn terms_that_end_are_told_of_once_and_those_that_are_over_once() {
    let mut collector = start();
    let receiver = Receiver::start(Manner::Takes);
    endpoint(&collector, "tax", "department", "321000", &receiver.url());
    with_contact(&collector);
    let kinds = |n| taken(&receiver, n);
    kinds(1);
    noted(&collector);
    let shift = |collector: &Collector, sql: &str| {
        collector.run_sql(sql);
    };
    collector.stop();
    shift(&collector, "update work_order set notice_at = 0, due_at = due_at + 86400000");
    collector.restart_elsewhere();
    assert_eq!(kinds(2)[1], "work_order.reminder");
    noted(&collector);
    collector.stop();
    // As if two processes watched: the same notice is asked for again, and then the term is over.
    shift(&collector, "update work_order set notice_at = 0");
    collector.restart_elsewhere();
    eventually("it was looked at", || {
        let next: i64 = collector.read_sql("select notice_at from work_order")[0].parse().unwrap();
        (next > 0).then_some(())
    });
    collector.stop();
    shift(&collector, "update work_order set notice_at = 1, due_at = 1000");
    collector.restart_elsewhere();
    assert_eq!(kinds(3)[2], "work_order.overdue");
    let body = Staff::new(
        &collector,
        "li-1",
        &["--role", "supervisor", "--agency", "11110000000021135M", "--region", "321000"],
    );
    assert!(body.get("/desk/supervision").text().contains("<strong>1</strong> 已超期"));
    let order = body.get(&body.orders(1)[0]);
    let n = |name: &str| order.text().matches(&format!("<dt>{name}</dt>")).count();
    assert_eq!((n("到期提醒"), n("超期通知")), (1, 1), "on record beside it");
}
