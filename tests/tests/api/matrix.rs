//! Who may do what: every route of the desk for every role, inside and outside of its scope, and
//! every route of the API for every scope of keys. A route that is added has to be added here.

use std::collections::BTreeSet;

use haochaping_tests::{Collector, Http, Office, Staff, service};
use serde_json::json;

use crate::{bad, rate};

const AGENCY: &str = "11321000014216389W";
const BODY: &str = "11110000000021135M";
const ROUTER: &str = include_str!("../../../server/src/http/router.rs");

/// Everybody, with what they are and where. The order is one of Yangzhou's (321000), of the
/// department [`AGENCY`], and has been replied to.
const PEOPLE: [(&str, &str, &str, &str); 12] = [
    ("handler", "handler", AGENCY, "321000"),
    ("handler-elsewhere", "handler", AGENCY, "320100"),
    ("handler-other", "handler", BODY, "321000"),
    ("supervisor", "supervisor", BODY, "321000"),
    ("supervisor-elsewhere", "supervisor", BODY, "320100"),
    ("province", "province", BODY, "320000"),
    ("province-elsewhere", "province", BODY, "330000"),
    ("operator", "operator", BODY, "321000"),
    ("operator-elsewhere", "operator", BODY, "320100"),
    ("operator-rated", "operator", AGENCY, "321000"),
    ("card-office", "card_office", BODY, "321000"),
    ("root-1", "administrator", "", ""),
];

/// Those who have a page by their role.
const HANDLERS: [&str; 3] = ["handler", "handler-elsewhere", "handler-other"];
const BODIES: [&str; 4] = ["supervisor", "supervisor-elsewhere", "province", "province-elsewhere"];
const OPERATORS: [&str; 3] = ["operator", "operator-elsewhere", "operator-rated"];
/// Those who see the order.
const ON_IT: [&str; 4] = ["handler", "supervisor", "province", "operator"];

struct Route {
    method: &'static str,
    /// As in the router.
    pattern: &'static str,
    path: String,
    who: Vec<&'static str>,
}

fn routes(order: &str, service: &str, month: &str) -> Vec<Route> {
    let all: Vec<_> = PEOPLE.iter().map(|(name, ..)| *name).collect();
    let working = [&HANDLERS[..], &BODIES].concat();
    let get = |pattern, who: &[&'static str]| Route {
        method: "GET",
        pattern,
        path: pattern.to_owned(),
        who: who.to_vec(),
    };
    let post = |pattern, who: &[&'static str]| Route { method: "POST", ..get(pattern, who) };
    let at = |route: Route, path: String| Route { path, ..route };
    let month_page = format!("/desk/briefings/{month}");
    vec![
        get("/desk", &all),
        get("/desk/waiting", &working),
        get("/desk/closed", &working),
        get("/desk/appeals", &BODIES),
        get("/desk/call-backs", &OPERATORS),
        get("/desk/supervision", &BODIES),
        get("/desk/services", &[&OPERATORS[..], &BODIES].concat()),
        get("/desk/wishes", &[&OPERATORS[..], &working].concat()),
        post("/desk/wishes", &[&OPERATORS[..], &working].concat()),
        get("/desk/improvements", &BODIES),
        post("/desk/improvements", &BODIES),
        at(
            post("/desk/improvements/{id}", &BODIES),
            "/desk/improvements/00000000-0000-0000-0000-000000000000".into(),
        ),
        get("/desk/hot-words", &BODIES[2..]),
        post("/desk/hot-words", &BODIES[2..]),
        get("/desk/briefings", &BODIES),
        at(get("/desk/briefings/{month}", &BODIES), month_page.clone()),
        at(post("/desk/briefings/{month}", &BODIES), month_page.clone()),
        at(get("/desk/briefings/{month}/{kind}", &BODIES), format!("{month_page}/xlsx")),
        get("/desk/cards", &["card-office"]),
        post("/desk/cards", &["card-office"]),
        get("/desk/cards/roster.csv", &["card-office"]),
        get("/desk/windows", &OPERATORS),
        post("/desk/windows", &OPERATORS),
        at(post("/desk/windows/{id}", &OPERATORS), "/desk/windows/nowhere".into()),
        get("/desk/users", &["root-1"]),
        post("/desk/users", &["root-1"]),
        at(post("/desk/users/{name}", &["root-1"]), "/desk/users/nobody-1".into()),
        get("/desk/record", &["root-1"]),
        get("/desk/messages", &["root-1"]),
        at(get("/desk/orders/{id}", &ON_IT), order.to_owned()),
        at(post("/desk/orders/{id}", &ON_IT), order.to_owned()),
        at(post("/desk/orders/{id}/notes", &ON_IT), format!("{order}/notes")),
        at(post("/desk/orders/{id}/contact", &ON_IT), format!("{order}/contact")),
        at(
            get("/desk/assist/{service}", &["operator"]),
            format!("/desk/assist/{service}?via=phone"),
        ),
    ]
}

/// Tested where their subject is: what is there for nobody yet, or for somebody who has not signed
/// in.
const ELSEWHERE: [&str; 8] = [
    "/desk/orders/{id}/files",
    "/desk/orders/{id}/files/{digest}",
    "/desk/quarantine/{receipt}",
    "/desk/messages/{number}",
    "/desk/cards/{serial}",
    "/desk/sign-in",
    "/desk/sign-out",
    "/desk/welcome/{token}",
];

/// A collector with an order that was replied to, its path, and the name of a service that waits
/// for its rating.
fn with_a_replied_order() -> (Collector, String, String) {
    let collector = Collector::start(&[]);
    rate(&collector, &bad(&collector.register(1)[0]));
    let office = Office::department(&collector);
    let order = office.only_order();
    office.act(
        &order,
        &[
            json!({"action": "reach", "cause": "hall", "demand": "示例"}),
            json!({"action": "determine_valid", "class": "simple", "finding": "示例"}),
            json!({"action": "rectify", "measures": "示例"}),
            json!({"action": "resolve", "result": "示例"}),
            json!({"action": "reply", "text": "示例"}),
        ],
    );
    let waiting = service();
    collector.register_all(std::slice::from_ref(&waiting));
    let case = waiting["case_number"].as_str().unwrap();
    let hex = if collector.database().is_some() { "encode(id, 'hex')" } else { "lower(hex(id))" };
    let read = |column: &str| {
        collector
            .read_sql(&format!("select {column} from service where case_number = '{case}'"))
            .remove(0)
    };
    let (part, id) = (read("part"), read(hex));
    (collector, format!("/desk/orders/{}", order["id"].as_str().unwrap()), format!("{part}-{id}"))
}

#[test]
fn every_route_of_the_desk_is_there_for_those_who_have_it_and_for_nobody_else() {
    let (collector, order, service) = with_a_replied_order();
    let month = collector.read_sql("select max(month) from slice").remove(0);
    let routes = routes(&order, &service, &month);
    let listed: BTreeSet<_> = routes.iter().map(|route| route.pattern).chain(ELSEWHERE).collect();
    let in_router = ROUTER.split('"').filter(|text| text.starts_with("/desk"));
    for route in in_router {
        assert!(listed.contains(route), "{route} is in no matrix");
    }
    for (name, role, agency, region) in PEOPLE {
        let staff =
            Staff::new(&collector, name, &["--role", role, "--agency", agency, "--region", region]);
        for route in &routes {
            let status = if route.method == "GET" {
                staff.get(&route.path).status
            } else {
                staff.post(&route.path, &[("n_entries", "0")]).status
            };
            let may = route.who.contains(&name);
            // Missing fields are told to those who may; the others learn nothing.
            let expected = if may { status != 404 && status < 500 } else { status == 404 };
            assert!(expected, "{name} {} {}: {status}", route.method, route.path);
        }
    }
    for route in &routes {
        let url = format!("{}{}", collector.url(), route.path);
        let answer = if route.method == "GET" {
            Http::new().get(&url)
        } else {
            Http::new().post_form(&url, "a=b")
        };
        let asked = answer.status == 401 || answer.header("location").starts_with("/desk/sign-in");
        assert!(asked, "nobody {} {}: {}", route.method, route.path, answer.status);
    }
}

/// What needs no key: a link, a card or a look-up code opens it, it is for everybody, or a secret
/// of its own signs it.
const WITHOUT_KEY: [&str; 12] = [
    "/api/docs",
    "/api/openapi.json",
    "/api/v1/links/{token}",
    "/api/v1/ratings",
    "/api/v1/ratings/{lookup}",
    "/api/v1/ratings/{lookup}/follow-up",
    "/api/v1/ratings/{lookup}/proof",
    "/api/v1/statistics",
    "/api/v1/statistics/hot-words",
    "/api/v1/statistics/{by}",
    "/api/v1/webhooks/{endpoint}",
    "/api/v1/widget-failures",
];

/// Whether a path is one of a pattern of the router.
fn is_of(path: &str, pattern: &str) -> bool {
    let (path, pattern): (Vec<_>, Vec<_>) =
        (path.split('/').collect(), pattern.split('/').collect());
    path.len() == pattern.len()
        && path.iter().zip(pattern).all(|(own, of)| of.starts_with('{') || *own == of)
}

#[test]
fn every_route_of_the_api_asks_for_a_key_of_its_scope() {
    let (collector, order, _) = with_a_replied_order();
    let id = order.rsplit('/').next().unwrap();
    let key = |scope: &str, region: &str, agency: &str| {
        let output = collector.cli(&[
            "api-key", "add", "x", "--scope", scope, "--region", region, "--agency", agency,
        ]);
        assert_eq!(output.code, Some(0), "{}", output.err);
        Http::new().header("authorization", &format!("Bearer {}", output.out.trim()))
    };
    let keys = [
        ("services", key("services", "321000", AGENCY)),
        ("probe", key("probe", "321000", AGENCY)),
        ("work-orders", key("work-orders", "321000", AGENCY)),
        ("work-orders elsewhere", key("work-orders", "320100", AGENCY)),
        ("work-orders other", key("work-orders", "321000", BODY)),
        ("supervision", key("supervision", "321000", BODY)),
        ("supervision elsewhere", key("supervision", "320100", BODY)),
        ("assist", key("assist", "321000", BODY)),
        ("windows", key("windows", "321000", AGENCY)),
        ("windows elsewhere", key("windows", "320100", AGENCY)),
        ("relay", key("relay", "321000", AGENCY)),
        ("none", Http::new()),
    ];
    let output = collector.cli(&[
        "window",
        "add",
        "--hall",
        "示例大厅",
        "--region",
        "321002",
        "yz-a01=1号窗口",
    ]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let windows = ["windows", "windows elsewhere"];
    let on_it = ["work-orders", "supervision"];
    let orders = [
        "work-orders",
        "work-orders elsewhere",
        "work-orders other",
        "supervision",
        "supervision elsewhere",
    ];
    let routes = [
        ("GET", "/api/v1/work-orders".to_owned(), &orders[..], &orders[..]),
        ("GET", format!("/api/v1/work-orders/{id}"), &orders, &on_it),
        ("POST", format!("/api/v1/work-orders/{id}/actions"), &orders, &on_it),
        ("POST", format!("/api/v1/work-orders/{id}/contact"), &orders, &on_it),
        ("POST", "/api/v1/assisted-ratings".to_owned(), &["assist"], &["assist"]),
        ("POST", "/api/v1/relay".to_owned(), &["relay"], &["relay"]),
        ("POST", "/api/v1/services".to_owned(), &["services", "probe"], &["services", "probe"]),
        ("POST", "/api/v1/windows/yz-a01/call".to_owned(), &windows, &windows[..1]),
        ("GET", "/api/v1/windows/yz-a01/call".to_owned(), &windows, &[]),
        ("POST", "/api/v1/windows/yz-a01/withdraw".to_owned(), &windows, &[]),
    ];
    let in_router: BTreeSet<_> =
        ROUTER.split('"').filter(|text| text.starts_with("/api/")).collect();
    for pattern in in_router {
        let is_listed = routes.iter().any(|(_, path, ..)| is_of(path, pattern));
        assert!(
            is_listed != WITHOUT_KEY.contains(&pattern),
            "{pattern} is in no matrix, or in both"
        );
    }
    let body = json!({"n_entries": 99, "action": "satisfied", "reason": "", "services": []});
    // A running collector learns of new keys within a second.
    haochaping_tests::eventually("the last key is known", || {
        let known = keys[10].1.post_json(&format!("{}/api/v1/relay", collector.url()), &json!({}));
        (known.status == 400).then_some(())
    });
    for (name, http) in &keys {
        for (method, path, with_key, inside) in &routes {
            let url = format!("{}{path}", collector.url());
            let answer =
                if *method == "GET" { http.get(&url) } else { http.post_json(&url, &body) };
            let (status, is_order) = (answer.status, path.contains(id));
            let expected = match (with_key.contains(name), inside.contains(name)) {
                (false, _) => status == 401,
                // A body that is no request of this route is told so before anything is looked up.
                (true, false) => status == 404 || (is_order && status == 400),
                (true, true) => {
                    status != 401 && status != 404 || answer.text().contains("no-contact")
                }
            };
            assert!(expected, "{name} {method} {path}: {status} {}", answer.text());
        }
    }
}
