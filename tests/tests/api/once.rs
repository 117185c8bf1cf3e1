//! A visit is rated once, by whichever two doors somebody tries: each pair of them, in both orders.

use haochaping_tests::{Answer, Collector, Http, Staff, service};
use serde_json::{Value, json};

use crate::{eventually, filled, fresh_key, good, hidden, rate, verified};

const BODY: &str = "11110000000021135M";

/// How a rating comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// The link, as JSON.
    Json,
    /// The link, as a page's form.
    Page,
    /// A hotline's system, for the first service of the visit.
    HotlineFirst,
    /// The same for a later one.
    HotlineLater,
    /// An operator at the desk, for the first service.
    DeskFirst,
    /// The same for a later one.
    DeskLater,
}

const DOORS: [Door; 6] = [
    Door::Json,
    Door::Page,
    Door::HotlineFirst,
    Door::HotlineLater,
    Door::DeskFirst,
    Door::DeskLater,
];

struct House {
    collector: Collector,
    hotline: Http,
    operator: Staff,
}

/// Two services of one visit.
struct Visit {
    ticket: String,
    cases: [String; 2],
}

impl House {
    fn new() -> Self {
        let collector = Collector::start(&[]);
        let args = [
            "api-key", "add", "hotline", "--scope", "assist", "--region", "321000", "--agency",
            BODY,
        ];
        let key = collector.cli(&args).out;
        let hotline = Http::new().header("authorization", &format!("Bearer {}", key.trim()));
        let operator = ["--role", "operator", "--agency", BODY, "--region", "321000"];
        let operator = Staff::new(&collector, "chen-1", &operator);
        Self { collector, hotline, operator }
    }

    fn visit(&self) -> Visit {
        let mut services = [service(), service()];
        let visit = fresh_key();
        for one in &mut services {
            one["visit"] = visit.as_str().into();
        }
        let issued = self.collector.register_all(&services);
        let cases = services.map(|one| one["case_number"].as_str().unwrap().to_owned());
        Visit { ticket: issued["tickets"][0]["ticket"].as_str().unwrap().to_owned(), cases }
    }

    /// Whether a rating was taken by this door; a refusal says that the visit has been rated.
    fn is_taken(&self, door: Door, visit: &Visit) -> bool {
        match door {
            Door::Json => is_created(&rate(&self.collector, &good(&visit.ticket))),
            Door::Page => self.by_page(visit),
            Door::HotlineFirst => is_created(&self.by_hotline(&visit.cases[0])),
            Door::HotlineLater => is_created(&self.by_hotline(&visit.cases[1])),
            Door::DeskFirst => self.at_desk(&visit.cases[0]),
            Door::DeskLater => self.at_desk(&visit.cases[1]),
        }
    }

    fn by_page(&self, visit: &Visit) -> bool {
        let url = format!("{}/r/{}", self.collector.url(), visit.ticket);
        let page = Http::new().get(&url);
        if page.text().contains("data-hcp-rated") || !page.text().contains("name=\"level\"") {
            return false;
        }
        let http = Http::new().header("origin", &self.collector.url());
        let posted = http.post_form(&url, &filled(page.text(), &[("level", "satisfied")]));
        assert!(matches!(posted.status, 303 | 409), "{}", posted.text());
        posted.status == 303
    }

    fn by_hotline(&self, case: &str) -> Answer {
        let rating = json!({
            "authority": "jiangsu-portal", "case_number": case, "service_number": 1, "channel": "phone",
            "operator": "0417", "read_back": true, "key": fresh_key(), "level": "satisfied",
            "indicator_version": "2020-05", "lang": "zh-Hans",
        });
        self.hotline
            .post_json(&format!("{}/api/v1/assisted-ratings", self.collector.url()), &rating)
    }

    /// By the id of just that service, whatever the list of services leads to.
    fn at_desk(&self, case: &str) -> bool {
        let sql = format!(
            "select part || '-' || lower(hex(id)) from service where case_number = '{case}'"
        );
        let id = self.collector.read_sql(&sql).swap_remove(0);
        let path = format!("/desk/assist/{id}");
        let page = self.operator.get(&format!("{path}?via=phone"));
        if page.status == 303 {
            return false;
        }
        let fields =
            ["key", "indicator_version", "lang"].map(|name| (name, hidden(page.text(), name)));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let chosen = [("via", "phone"), ("level", "satisfied"), ("step", "enter")];
        let entered = self.operator.post(&path, &[&fields[..], &chosen].concat());
        assert!(matches!(entered.status, 200 | 303), "{}", entered.text());
        entered.status == 200
    }
}

fn is_created(answer: &Answer) -> bool {
    let code: Value = answer.json()["code"].clone();
    assert!(
        answer.status == 201 || (answer.status, &code) == (409, &"already-rated".into()),
        "{}",
        answer.text()
    );
    answer.status == 201
}

#[test]
fn no_two_doors_rate_one_visit() {
    if haochaping_tests::on_server() {
        // `hex` is the file's; the doors are the same.
        return;
    }
    let house = House::new();
    let mut n_rated = 0;
    for first in DOORS {
        for second in DOORS {
            let visit = house.visit();
            assert!(house.is_taken(first, &visit), "{first:?}");
            assert!(!house.is_taken(second, &visit), "{first:?}, then {second:?}");
            n_rated += 1;
        }
    }
    let statistics = format!("{}/api/v1/statistics?region=321000", house.collector.url());
    eventually("all are counted", || {
        (Http::new().get(&statistics).json()["good"] == n_rated).then_some(())
    });
    assert_eq!(verified(&house.collector).0, n_rated);
}

/// An operator of the body that the visit's first service is of enters nothing for a later one
/// either: it would be said of them.
#[test]
fn nobody_enters_what_is_said_of_their_own_body_by_way_of_a_later_service() {
    let house = House::new();
    let mut services = [service(), service()];
    services[0]["agency_code"] = BODY.into();
    let visit = fresh_key();
    for one in &mut services {
        one["visit"] = visit.as_str().into();
    }
    house.collector.register_all(&services);
    let entered = house.by_hotline(services[1]["case_number"].as_str().unwrap());
    assert_eq!((entered.status, &entered.json()["code"]), (403, &"own-agency".into()));
}
