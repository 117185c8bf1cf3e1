//! The systems of those who work on bad ratings, as customers of the API.

use serde_json::Value;

use crate::{
    collector::Collector,
    eventually,
    http::{Answer, Http},
};

/// The department of the services that [`Collector::register`] registers; its code says that it is
/// registered in 321000.
const AGENCY: &str = "11321000014216389W";

/// Of every service-management body here.
const BODY: &str = "11110000000021135M";

/// A system with its key.
#[derive(Clone, Debug)]
pub struct Office {
    /// Sends its key along.
    pub http: Http,
    /// Of the list of orders.
    pub url: String,
}

impl Office {
    /// One with a key that `api-key add` makes with these arguments.
    ///
    /// # Panics
    /// If it is not made, or not known within seconds.
    pub fn with(collector: &Collector, args: &[&str]) -> Self {
        let output = collector.cli(&[&["api-key", "add", "office"], args].concat());
        assert_eq!(output.code, Some(0), "{}", output.err);
        let http = Http::new().header("authorization", &format!("Bearer {}", output.out.trim()));
        let office = Self { http, url: String::new() }.at(collector);
        // A running collector learns of a new key within a second.
        eventually("the key is known", || {
            (office.http.get(&office.url).status == 200).then_some(())
        });
        office
    }

    /// That of the department.
    pub fn department(collector: &Collector) -> Self {
        Self::with(collector, &["--scope", "work-orders", "--agency", AGENCY])
    }

    /// That of the service-management body of a region.
    pub fn body(collector: &Collector, region: &str) -> Self {
        Self::with(collector, &["--scope", "supervision", "--region", region, "--agency", BODY])
    }

    /// The same at another address of the collector.
    #[must_use]
    pub fn at(self, collector: &Collector) -> Self {
        Self { url: format!("{}/api/v1/work-orders", collector.url()), ..self }
    }

    /// What changed after a watermark.
    ///
    /// # Panics
    /// If the answer is not 200.
    pub fn list(&self, after: i64) -> Value {
        let answer = self.http.get(&format!("{}?after={after}", self.url));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The one order that it sees, once the collector has given it out.
    pub fn only_order(&self) -> Value {
        eventually("an order", || match &self.list(0)["orders"].as_array()?[..] {
            [order] => Some(order.clone()),
            _ => None,
        })
    }

    /// An order by its id.
    pub fn get(&self, id: &Value) -> Answer {
        self.http.get(&format!("{}/{}", self.url, id.as_str().expect("an id")))
    }

    /// An action on an order that had so many entries.
    pub fn send(&self, id: &Value, n_entries: &Value, action: &Value) -> Answer {
        let mut body = action.clone();
        body["n_entries"] = n_entries.clone();
        self.http.post_json(&format!("{}/{}/actions", self.url, id.as_str().expect("an id")), &body)
    }

    /// Takes actions one after the other and gives the order after them.
    ///
    /// # Panics
    /// If one is refused.
    #[track_caller]
    pub fn act(&self, order: &Value, actions: &[Value]) -> Value {
        actions.iter().fold(order.clone(), |order, action| {
            let answer = self.send(&order["id"], &order["n_entries"], action);
            assert_eq!(answer.status, 200, "{action}: {}", answer.text());
            answer.json()
        })
    }
}
