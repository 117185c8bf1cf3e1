//! 代录: ratings and wishes that operators enter at the citizen's word.

use haochaping_tests::{Collector, Http, Staff, eventually, service};
use serde_json::{Value, json};

use crate::{accepted, fresh_key, problem, verified, violations};

const AGENCY: &str = "11321000014216389W";
const BODY: &str = "11110000000021135M";

fn operator(collector: &Collector, name: &str, agency: &str, region: &str) -> Staff {
    Staff::new(collector, name, &["--role", "operator", "--agency", agency, "--region", region])
}

fn registered(collector: &Collector) -> String {
    let service = service();
    collector.register_all(std::slice::from_ref(&service));
    service["case_number"].as_str().unwrap().to_owned()
}

/// The hidden fields and their values of the last form on a page.
fn carried(html: &str) -> Vec<(String, String)> {
    let form = html.rsplit_once("<form").unwrap().1;
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    inputs
        .map(|rest| {
            let (name, rest) = rest.split_once('"').unwrap();
            let value = rest.split_once("value=\"").unwrap().1.split('"').next().unwrap();
            (name.to_owned(), value.to_owned())
        })
        .filter(|(name, _)| name != "csrf")
        .collect()
}

fn send(
    staff: &Staff,
    path: &str,
    fields: &[(String, String)],
    more: &[(&str, &str)],
) -> haochaping_tests::Answer {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    staff.post(path, &[&fields[..], more].concat())
}

#[test]
fn an_operator_reads_a_rating_back_and_enters_it_under_their_name() {
    let collector = Collector::start(&[]);
    let case = registered(&collector);
    let staff = operator(&collector, "chen-1", BODY, "321000");
    let found = staff.get(&format!("/desk/services?case={case}"));
    let path = found
        .text()
        .split_once("href=\"/desk/assist/")
        .unwrap()
        .1
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let path = format!("/desk/assist/{path}");
    let form = staff.get(&format!("{path}?via=phone"));
    assert!(
        form.status == 200 && form.text().contains("护照补发") && !form.text().contains(" checked")
    );
    let fields = carried(form.text());
    let silent = send(&staff, &path, &fields, &[("level", "dissatisfied")]);
    assert_eq!(silent.status, 422, "a bad one says why");
    let chosen = [("level", "dissatisfied"), ("indicator", "214"), ("comment", "跑了<三>趟")];
    let back = send(&staff, &path, &fields, &chosen);
    assert_eq!(back.status, 200);
    assert!(
        back.text().contains("请读给评价人听") && back.text().contains("跑了&#60;三&#62;趟"),
        "{}",
        back.text()
    );
    assert!(back.text().contains("<strong>不满意</strong>"));
    let statistics = format!("{}/api/v1/statistics?region=321000", collector.url());
    assert_eq!(Http::new().get(&statistics).json()["bad"], 0, "nothing is entered yet");
    let carried_on: Vec<_> = carried(back.text())
        .into_iter()
        .map(|(name, value)| (name, value.replace("&#60;", "<").replace("&#62;", ">")))
        .collect();
    let change = send(&staff, &path, &carried_on, &[("step", "change")]);
    assert!(
        change.text().contains("跑了&lt;三&gt;趟") && change.text().contains("checked"),
        "to be changed"
    );
    let done = send(&staff, &path, &carried_on, &[("step", "enter")]);
    assert!(done.status == 200 && done.text().contains("查询码"), "{}", done.text());
    let again = send(&staff, &path, &carried_on, &[("step", "enter")]);
    assert_eq!(again.text(), done.text(), "sent twice is one");
    eventually("it counts", || (Http::new().get(&statistics).json()["bad"] == 1).then_some(()));
    assert!(staff.get(&format!("/desk/services?case={case}")).text().contains("评价</dt><dd>已于"));
    let rated_body = Staff::new(
        &collector,
        "li-2",
        &["--role", "supervisor", "--agency", AGENCY, "--region", "321000"],
    );
    let seen = rated_body.get(&format!("/desk/services?case={case}"));
    assert!(seen.text().contains("<dd>已评价</dd>"), "no day for the rated body: {}", seen.text());
    assert_eq!(staff.get(&format!("{path}?via=phone")).status, 303, "rated once");
    let handler = Staff::new(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", AGENCY, "--region", "321000"],
    );
    let order = handler.orders(1).remove(0);
    assert!(handler.get(&order).text().contains("chen-1（电话）"), "on record");
    let rows =
        collector.read_sql("select provenance || ' ' || channel || ' ' || entered_by from rating");
    assert_eq!(rows, ["assisted phone staff:chen-1"]);
    assert_eq!(verified(&collector), (1, 1));
}

#[test]
fn nobody_enters_what_is_said_of_their_own_body_or_elsewhere() {
    let collector = Collector::start(&[]);
    let case = registered(&collector);
    let good = operator(&collector, "chen-1", BODY, "321000");
    let page = good.get(&format!("/desk/services?case={case}"));
    let path = page
        .text()
        .split_once("href=\"/desk/assist/")
        .unwrap()
        .1
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let path = format!("/desk/assist/{path}?via=phone");
    let own = operator(&collector, "chen-2", AGENCY, "321000");
    let found = own.get(&format!("/desk/services?case={case}"));
    assert!(
        found.text().contains("不能代录对本机构的评价") && !found.text().contains("/desk/assist/")
    );
    let elsewhere = operator(&collector, "chen-3", BODY, "320100");
    assert!(elsewhere.get(&format!("/desk/services?case={case}")).text().contains("没有找到"));
    let handler = Staff::new(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", BODY, "--region", "321000"],
    );
    for staff in [&own, &elsewhere, &handler] {
        assert_eq!(staff.get(&path).status, 404);
        let fields = [("via", "phone"), ("level", "satisfied"), ("step", "enter")];
        assert_eq!(staff.post(path.split('?').next().unwrap(), &fields).status, 404);
    }
    assert_eq!(good.get(&path.replace("phone", "pc")).status, 404, "a channel of its own");
}

fn api(collector: &Collector, agency: &str) -> Http {
    let args = [
        "api-key", "add", "hotline", "--scope", "assist", "--region", "321000", "--agency", agency,
    ];
    let output = collector.cli(&args);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let http = Http::new().header("authorization", &format!("Bearer {}", output.out.trim()));
    let url = format!("{}/api/v1/assisted-ratings", collector.url());
    eventually("the key is known", || {
        (http.post_json(&url, &json!({})).status == 400).then_some(())
    });
    http
}

#[test]
fn a_hotline_system_enters_ratings_with_its_operators_number() {
    let collector = Collector::start(&[]);
    let case = registered(&collector);
    let http = api(&collector, BODY);
    let url = format!("{}/api/v1/assisted-ratings", collector.url());
    let mut rating = json!({
        "authority": "jiangsu-portal", "case_number": case, "service_number": 1, "channel": "phone", "operator": "0417",
        "read_back": true, "key": fresh_key(), "level": "satisfied", "indicator_version": "2020-05", "lang": "zh-Hans",
    });
    let with = |name: &str, value: Value| {
        let mut changed = rating.clone();
        changed[name] = value;
        http.post_json(&url, &changed)
    };
    problem(&with("read_back", false.into()), 422, "invalid-action");
    problem(&with("operator", " ".into()), 422, "invalid-action");
    problem(&with("channel", "pc".into()), 422, "invalid-channel");
    problem(&with("service_number", 2.into()), 404, "unknown-service");
    problem(&with("provenance", "citizen".into()), 400, "malformed-json");
    assert_eq!(
        violations(&problem(&with("level", "good".into()), 422, "invalid-rating")),
        [("level", "unknown")]
    );
    problem(&Http::new().post_json(&url, &rating), 401, "unauthorized");
    problem(&api(&collector, AGENCY).post_json(&url, &rating), 403, "own-agency");
    let first = http.post_json(&url, &rating);
    assert_eq!(first.status, 201, "{}", first.text());
    let again = http.post_json(&url, &rating);
    assert_eq!((again.status, accepted(&again)), (200, accepted(&first)));
    rating["key"] = fresh_key().into();
    problem(&http.post_json(&url, &rating), 409, "already-rated");
    let refused =
        collector.cli(&["api-key", "add", "x", "--scope", "assist", "--region", "321000"]);
    assert!(refused.err.contains("its own --agency"), "{}", refused.err);
}

#[test]
fn a_wish_is_noted_for_the_department_and_is_no_rating() {
    let collector = Collector::start(&[]);
    let case = registered(&collector);
    let staff = operator(&collector, "chen-1", BODY, "321000");
    let found = staff.get(&format!("/desk/services?case={case}"));
    let link = found
        .text()
        .split_once("href=\"/desk/wishes?")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let form = staff.get(&format!("/desk/wishes?{link}"));
    assert!(
        form.text().contains("value=\"护照补发\"")
            && form.text().contains(&format!("value=\"{AGENCY}\""))
    );
    let wish = [
        ("item_name", "护照补发"),
        ("agency", AGENCY),
        ("region", "321002"),
        ("text", "希望<b>周六</b>也办"),
    ];
    assert_eq!(staff.post("/desk/wishes", &wish).status, 303);
    let outside = [
        ("item_name", "护照补发"),
        ("agency", AGENCY),
        ("region", "320100"),
        ("text", "我打了很久的字"),
    ];
    let refused = staff.post("/desk/wishes", &outside);
    assert!(
        refused.status == 422 && refused.text().contains("我打了很久的字"),
        "what was typed comes back"
    );
    let handler = Staff::new(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", AGENCY, "--region", "321000"],
    );
    assert!(handler.get("/desk/wishes").text().contains("希望&#60;b&#62;周六&#60;/b&#62;也办"));
    assert_eq!(handler.post("/desk/wishes", &wish).status, 422, "handlers note none");
    let other = Staff::new(
        &collector,
        "wang-2",
        &["--role", "handler", "--agency", BODY, "--region", "321000"],
    );
    assert!(!other.get("/desk/wishes").text().contains("周六"), "another department's");
    let statistics = format!("{}/api/v1/statistics?region=321000", collector.url());
    assert_eq!(Http::new().get(&statistics).json()["good"], 0);
    let file = collector.stored_bytes();
    assert!(!file.windows(6).any(|window| window == "周六".as_bytes()), "encrypted at rest");
}
