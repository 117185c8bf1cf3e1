//! Windows of halls over HTTP: pairing, calling, and what becomes of an answer that comes late.

use haochaping_tests::{Collector, Hall, Http, eventually, service};
use serde_json::{Value, json};

use crate::{cards, rate};

const WINDOW: &str = "yz-a01";

fn hall(extra: &[&str]) -> (Collector, Hall) {
    let collector = Collector::start(extra);
    let hall = Hall::open(&collector, &[(WINDOW, "1 号综合窗口"), ("yz-a02", "2 号综合窗口")]);
    (collector, hall)
}

fn key(n: u32) -> String {
    format!("a-key-of-a-test-of-a-pad-{n:04}")
}

fn code_of(answer: &haochaping_tests::Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_code_pairs_one_device_once() {
    let (_collector, hall) = hall(&[]);
    let first = hall.code(WINDOW);
    let code = hall.code(WINDOW);
    assert_eq!(
        hall.try_pair(WINDOW, &first).status,
        422,
        "a newer code takes the place of an older one"
    );
    assert_eq!(hall.try_pair("yz-a02", &code).status, 422, "a code is for its window");
    assert_eq!(hall.try_pair("nowhere", &code).status, 404);
    let paired = hall.try_pair(WINDOW, &format!("{} {}", &code[..4], &code[4..]));
    assert_eq!(paired.status, 303, "{}", paired.text());
    let cookie = paired.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    // One window, two pads.
    let second = hall.try_pair(WINDOW, &code);
    assert_eq!(second.status, 409);
    assert!(second.text().contains("这个窗口已有评价器"), "{}", second.text());
    assert_eq!(Http::new().get(&format!("{}/pad/{WINDOW}", hall.url)).status, 409);
    let refused = hall.operator.post(&format!("/desk/windows/{WINDOW}"), &[("action", "pair")]);
    assert!(refused.status == 422 && refused.text().contains("请先解除配对"));
    hall.unpair(WINDOW);
    assert_eq!(Http::new().get(&format!("{}/pad/{WINDOW}", hall.url)).status, 200);
}

#[test]
fn a_stranger_who_guesses_ends_nobodys_code() {
    let (collector, hall) = hall(&["--trusted-proxy", "127.0.0.1"]);
    let code = hall.code(WINDOW);
    let other = if code == "00000000" { "00000001" } else { "00000000" };
    let from = |address: &str, code: &str| {
        let http =
            Http::new().header("origin", &collector.url()).header("x-forwarded-for", address);
        let url = format!("{}/pad/{WINDOW}/pair", collector.url());
        http.post_form(&url, &haochaping_tests::form(&[("code", code)])).status
    };
    let answers: Vec<_> = (0..9).map(|_| from("203.0.113.9", other)).collect();
    assert_eq!(
        answers,
        [422, 422, 422, 422, 422, 429, 429, 429, 429],
        "five, and then none for a while"
    );
    assert_eq!(from("203.0.113.9", &code), 429);
    assert_eq!(from("192.0.2.1", &code), 303, "whoever stands before the pad pairs it");
}

#[test]
fn a_call_wakes_the_pad_and_says_nothing_of_the_answer() {
    let (collector, hall) = hall(&[]);
    assert_eq!(code_of(&hall.call(WINDOW, &[service()])), (409, "window-unpaired".into()));
    assert_eq!(code_of(&hall.call("nowhere", &[service()])), (404, "unknown-window".into()));
    assert_eq!(code_of(&hall.standing(WINDOW)), (404, "no-call".into()));
    let pad = hall.pair(WINDOW);
    assert_eq!(pad.ask("page", "").json()["call"], Value::Null);

    let asked = hall.call_one(WINDOW);
    let again = hall.call(WINDOW, std::slice::from_ref(&asked));
    assert_eq!(
        (again.status, &again.json()["state"]),
        (200, &json!("open")),
        "the same call once more"
    );
    assert_eq!(code_of(&hall.call(WINDOW, &[service()])), (409, "call-open".into()));

    let call = pad.shown();
    assert_eq!((&call["items"], &call["agency"]), (&json!(["护照补发"]), &json!("扬州市公安局")));
    assert_eq!(pad.step(&call, "show").status, 204);
    assert_eq!(pad.step(&call, "extend").status, 204);
    assert_eq!(
        code_of(&pad.step(&call, "rate")),
        (422, "unknown-action".into()),
        "a pad cannot say that it was rated"
    );
    let code =
        pad.http.get(&format!("{}/calls/{}/code.svg", pad.url, call["id"].as_str().unwrap()));
    assert_eq!((code.status, code.header("content-type")), (200, "image/svg+xml".into()));

    assert_eq!(pad.rate(&call, &key(1), "very_dissatisfied").status, 201);
    assert_eq!(pad.rate(&call, &key(1), "very_dissatisfied").status, 200, "the same, sent again");
    assert_eq!(code_of(&pad.rate(&call, &key(2), "satisfied")), (409, "already-rated".into()));
    let standing = hall.standing(WINDOW);
    assert_eq!(standing.json()["state"], "ended");
    let desk = hall.operator.get("/desk/windows");
    for message in [standing.text(), desk.text(), pad.ask("page", "").text()] {
        let message = message.rsplit("</style>").next().unwrap();
        for level in ["dissatisfied", "不满意", "level"] {
            assert!(!message.contains(level), "{level} in {message}");
        }
    }
    assert!(desk.text().contains("已评价 1，未评价 0，撤回 0"), "{}", desk.text());
    assert_eq!(
        code_of(&hall.call(WINDOW, std::slice::from_ref(&asked))),
        (409, "already-rated".into())
    );
    assert_eq!(channels(&collector), ["hall_pad"]);
}

fn channels(collector: &Collector) -> Vec<String> {
    collector.read_sql("select channel from rating order by rated_at")
}

#[test]
fn several_services_of_a_visit_are_one_rating_by_pad_code_and_message() {
    let (collector, hall) = hall(&[]);
    let pad = hall.pair(WINDOW);
    let mut visit = [service(), service(), service()];
    assert_eq!(
        hall.call(WINDOW, &visit).json()["violations"][0],
        json!({"field": "services[0].visit", "code": "missing"})
    );
    for (one, item) in visit.iter_mut().zip(["护照补发", "居住证办理", "护照补发"]) {
        one["visit"] = json!("visit-1");
        one["item_name"] = json!(item);
    }
    // The portal's back end may have registered one of them before, as of this visit.
    let registered = collector.register_all(&visit[1..2]);
    let by_message = registered["tickets"][0]["ticket"].as_str().unwrap().to_owned();
    assert_eq!(hall.call(WINDOW, &visit).status, 201);
    let call = pad.shown();
    assert_eq!(call["items"], json!(["居住证办理", "护照补发"]));
    assert_eq!(call["ticket"], json!(by_message), "one link for all of them");
    for one in &visit {
        let again = collector.register_all(std::slice::from_ref(one));
        assert_eq!(again["tickets"][0]["ticket"], json!(by_message));
    }
    // By the code on the person's own phone.
    let page = Http::new().get(&format!("{}/R/{by_message}", collector.url()));
    assert!(page.status == 200 && page.text().contains("居住证办理、护照补发"), "{}", page.text());
    assert!(page.text().contains("name=\"via\" value=\"qr\""));
    let mut rating = crate::bad(&by_message);
    rating["via"] = json!("qr");
    rate(&collector, &rating);
    let told = eventually("the pad is told", || {
        let state = pad.ask("page", "").json();
        (state["call"]["state"] == "rated").then_some(state)
    });
    assert_eq!(told["call"]["ticket"], "", "a call that has ended gives no link away");
    assert_eq!(code_of(&pad.rate(&call, &key(3), "satisfied")), (409, "already-rated".into()));
    let page = Http::new().get(&format!("{}/r/{by_message}", collector.url()));
    assert!(page.text().contains("already-rated"), "whoever opens the message is told so");
    assert_eq!(channels(&collector), ["qr"]);
    let verified = collector.cli(&["verify"]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);
}

#[test]
fn a_service_that_was_registered_alone_becomes_no_part_of_a_visit() {
    let (collector, hall) = hall(&[]);
    hall.pair(WINDOW);
    let (mut alone, mut other) = (service(), service());
    collector.register_all(std::slice::from_ref(&alone));
    for one in [&mut alone, &mut other] {
        one["visit"] = json!("visit-2");
    }
    // First in the visit it is rated for both; behind another one it would be rated twice.
    let refused = hall.call(WINDOW, &[other.clone(), alone.clone()]);
    assert_eq!(
        refused.json()["violations"],
        json!([{"field": "services[1].visit", "code": "another-visit"}])
    );
}

#[test]
fn faults_of_a_call_are_all_named_and_nothing_is_registered() {
    let (collector, hall) = hall(&[]);
    hall.pair(WINDOW);
    let mut outside = service();
    outside["region"] = json!("320100");
    let mut wrong = service();
    wrong["agency_code"] = json!("nothing");
    for one in [&mut outside, &mut wrong] {
        one["visit"] = json!("visit-3");
    }
    let refused = hall.call(WINDOW, &[outside, wrong]);
    assert_eq!(refused.status, 422);
    let faults = refused.json()["violations"].clone();
    assert_eq!(faults[0], json!({"field": "services[0].region", "code": "outside-scope"}));
    assert_eq!(faults[1]["field"], "services[1].agency_code");
    assert_eq!(collector.read_sql("select case_number from service"), Vec::<String>::new());
    assert_eq!(code_of(&hall.call(WINDOW, &[])), (400, "wrong-number".into()));
    let unknown =
        Http::new().post_json(&format!("{}/api/v1/windows/{WINDOW}/call", hall.url), &json!({}));
    assert_eq!(code_of(&unknown), (401, "unauthorized".into()));
}

#[test]
fn an_answer_after_a_withdrawal_stands() {
    let (collector, hall) = hall(&[]);
    let pad = hall.pair(WINDOW);
    hall.call_one(WINDOW);
    let call = pad.shown();
    assert_eq!(hall.withdraw(WINDOW).json()["state"], "ended");
    assert_eq!(hall.withdraw(WINDOW).status, 200, "once more is nothing new");
    assert_eq!(code_of(&pad.step(&call, "show")), (409, "call-ended".into()));
    assert!(hall.operator.get("/desk/windows").text().contains("已评价 0，未评价 0，撤回 1"));
    // It was given before, or while the withdrawal was on its way: whoever withdraws takes no
    // answer away.
    hall.call_one(WINDOW);
    assert_eq!(pad.rate(&call, &key(4), "dissatisfied").status, 201);
    assert!(hall.operator.get("/desk/windows").text().contains("已评价 1，未评价 0，撤回 0"));
    assert_eq!(
        hall.standing(WINDOW).json()["state"],
        "open",
        "the next person's call is not touched"
    );
    assert_eq!(collector.read_sql("select level from rating"), ["dissatisfied"]);
}

#[test]
fn a_call_that_nobody_answers_runs_out_and_is_no_rating() {
    let (collector, hall) = hall(&["--pad-seconds", "3"]);
    let pad = hall.pair(WINDOW);
    hall.call_one(WINDOW);
    let call = pad.shown();
    assert_eq!(pad.step(&call, "run-out").status, 204);
    assert_eq!(hall.standing(WINDOW).json()["state"], "ended");
    // A pad that went away says nothing, and the window is free again all the same.
    hall.call_one(WINDOW);
    eventually("it runs out by itself", || {
        (hall.standing(WINDOW).json()["state"] == "ended").then_some(())
    });
    assert!(hall.operator.get("/desk/windows").text().contains("已评价 0，未评价 2，撤回 0"));
    assert_eq!(collector.read_sql("select level from rating"), Vec::<String>::new());
}

#[test]
fn a_printed_stand_is_a_visit_of_its_own() {
    let collector = cards::start(&[]);
    let hall = Hall::open(&collector, &[(WINDOW, "1 号综合窗口")]);
    let pad = hall.pair(WINDOW);
    let stand = cards::stand(&collector);
    hall.call_one(WINDOW);
    let call = pad.shown();
    // Photographed, and rated by somebody else meanwhile.
    rate(&collector, &cards::of_visit(&cards::open(&stand), "satisfied"));
    assert_eq!(
        hall.standing(WINDOW).json()["state"],
        "open",
        "the person at the window still has their say"
    );
    assert_eq!(pad.rate(&call, &key(5), "satisfied").status, 201);
    assert_eq!(channels(&collector), ["qr", "hall_pad"]);
}

#[test]
fn two_pages_of_one_pad_are_refused_until_the_first_is_gone() {
    let (_collector, hall) = hall(&[]);
    let pad = hall.pair(WINDOW);
    assert_eq!(pad.ask("first", "").status, 200);
    assert_eq!(code_of(&pad.ask("second", "")), (409, "other-page".into()));
    assert_eq!(pad.ask("first", "").status, 200);
}

#[test]
fn an_unpaired_device_gets_no_calls_but_hands_over_what_was_given_on_it() {
    let (collector, hall) = hall(&[]);
    let pad = hall.pair(WINDOW);
    hall.call_one(WINDOW);
    let call = pad.shown();
    hall.unpair(WINDOW);
    assert_eq!(code_of(&pad.ask("page", "")), (403, "unpaired".into()));
    assert_eq!(code_of(&pad.step(&call, "extend")), (403, "unpaired".into()));
    assert_eq!(pad.rate(&call, &key(6), "satisfied").status, 201);
    let stranger =
        haochaping_tests::Device { http: Http::new().header("origin", &hall.url), ..pad.clone() };
    assert_eq!(code_of(&stranger.rate(&call, &key(7), "satisfied")), (401, "unknown-pad".into()));
    let foreign = haochaping_tests::Device {
        http: Http::new()
            .header("cookie", &pad.cookie)
            .header("origin", "https://elsewhere.example"),
        ..pad
    };
    assert_eq!(code_of(&foreign.rate(&call, &key(8), "satisfied")), (403, "foreign-origin".into()));
    assert_eq!(channels(&collector), ["hall_pad"]);
}

#[test]
fn what_was_not_sealed_to_this_collector_is_refused_in_words() {
    let (_collector, hall) = hall(&[]);
    let pad = hall.pair(WINDOW);
    hall.call_one(WINDOW);
    let call = pad.shown();
    let send = |body: Value| code_of(&pad.http.post_json(&format!("{}/ratings", pad.url), &body));
    let sealed = json!({"key": 0, "enc": "AAAA", "text": "AAAA"});
    assert_eq!(send(json!({"call": call["id"], "sealed": sealed})), (422, "not-opened".into()));
    assert_eq!(send(json!({"call": call["id"]})), (400, "malformed-rating".into()));
}

#[test]
fn windows_are_added_all_or_none_and_seen_in_their_region_only() {
    let (collector, hall) = hall(&[]);
    let page = hall.operator.get("/desk/windows");
    let id =
        page.text().split_once("<option value=\"\">请选择</option><option value=\"").unwrap().1;
    let id = &id[..id.find('"').unwrap()];
    let lines = "yz-a03 3 号窗口\nyz-a01 又一个";
    let refused = hall
        .operator
        .post("/desk/windows", &[("action", "windows"), ("hall", id), ("windows", lines)]);
    assert!(refused.status == 422 && refused.text().contains("yz-a01"), "{}", refused.text());
    assert!(refused.text().contains("3 号窗口"), "what was typed is kept");
    assert!(!hall.operator.get("/desk/windows").text().contains("3 号窗口"));
    let outside = hall
        .operator
        .post("/desk/windows", &[("action", "hall"), ("hall_name", "示例"), ("region", "320100")]);
    assert_eq!(outside.status, 422);
    let arguments = ["--role", "operator", "--agency", "11110000000021135M", "--region", "320100"];
    let elsewhere = haochaping_tests::Staff::new(&collector, "hall-2", &arguments);
    assert!(!elsewhere.get("/desk/windows").text().contains("1 号综合窗口"));
    assert_eq!(
        elsewhere.post(&format!("/desk/windows/{WINDOW}"), &[("action", "pair")]).status,
        422
    );
    let removed = hall.operator.post("/desk/windows/yz-a02", &[("action", "remove")]);
    assert!(removed.status == 200 && !removed.text().contains("2 号综合窗口"));
}
