//! A hall as its people have it: an operator at the desk, windows whose system calls, and pads. All
//! names are made up.

use serde_json::{Value, json};

use crate::{
    collector::{Collector, service},
    eventually,
    http::{Answer, Http, form},
    staff::Staff,
};

const BODY: &str = "11110000000021135M";

/// A hall of 321002 with its operator and the key of its windows' system.
#[derive(Clone, Debug)]
pub struct Hall {
    /// The operator at the desk.
    pub operator: Staff,
    /// The windows' system.
    pub system: Http,
    /// The collector's address.
    pub url: String,
}

impl Hall {
    /// Opens one with these windows, each a code and a name.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn open(collector: &Collector, windows: &[(&str, &str)]) -> Self {
        let output = collector.cli(&[
            "api-key",
            "add",
            collector.authority(),
            "--scope",
            "windows",
            "--region",
            "321000",
        ]);
        assert_eq!(output.code, Some(0), "{}", output.err);
        let system = Http::new().header("authorization", &format!("Bearer {}", output.out.trim()));
        let operator = Staff::new(
            collector,
            "hall-1",
            &["--role", "operator", "--agency", BODY, "--region", "321000"],
        );
        let hall = Self { operator, system, url: collector.url() };
        let fields =
            [("action", "hall"), ("hall_name", "广陵区政务服务中心（示例）"), ("region", "321002")];
        let page = hall.operator.post("/desk/windows", &fields);
        assert_eq!(page.status, 200, "{}", page.text());
        let id = page
            .text()
            .split_once("<option value=\"\">请选择</option><option value=\"")
            .expect("a hall to choose")
            .1;
        let id = id.split('"').next().unwrap_or_default().to_owned();
        let lines: Vec<_> = windows.iter().map(|(code, name)| format!("{code} {name}")).collect();
        let fields = [("action", "windows"), ("hall", &id), ("windows", &lines.join("\n"))];
        let page = hall.operator.post("/desk/windows", &fields);
        assert_eq!(page.status, 200, "{}", page.text());
        // A running collector learns of a new key within a second.
        let first = windows.first().map_or("none", |(code, _)| *code);
        eventually("the key of the windows is known", || {
            (hall.standing(first).status != 401).then_some(())
        });
        hall
    }

    /// A code for pairing, as the desk shows it.
    ///
    /// # Panics
    /// If none is handed out.
    pub fn code(&self, window: &str) -> String {
        let page = self.operator.post(&format!("/desk/windows/{window}"), &[("action", "pair")]);
        assert_eq!(page.status, 200, "{}", page.text());
        let rest = page.text().split_once("class=\"code big\">").expect("a code").1;
        rest.split('<').next().unwrap_or_default().to_owned()
    }

    /// Ends a pairing.
    ///
    /// # Panics
    /// If it is refused.
    pub fn unpair(&self, window: &str) {
        let page = self.operator.post(&format!("/desk/windows/{window}"), &[("action", "unpair")]);
        assert_eq!(page.status, 200, "{}", page.text());
    }

    /// Tries a code on a device.
    pub fn try_pair(&self, window: &str, code: &str) -> Answer {
        // Each device has an address of its own, where the collector believes that.
        let address = format!("192.0.2.{}", code.bytes().fold(0_u8, u8::wrapping_add));
        let http = Http::new().header("origin", &self.url).header("x-forwarded-for", &address);
        http.post_form(&format!("{}/pad/{window}/pair", self.url), &form(&[("code", code)]))
    }

    /// A paired device without a browser.
    ///
    /// # Panics
    /// If it is not paired.
    pub fn pair(&self, window: &str) -> Device {
        let answer = self.try_pair(window, &self.code(window));
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let http = Http::new().header("cookie", &cookie).header("origin", &self.url);
        Device { http, cookie, url: format!("{}/pad/{window}", self.url) }
    }

    /// Calls the person at a window.
    pub fn call(&self, window: &str, services: &[Value]) -> Answer {
        let url = format!("{}/api/v1/windows/{window}/call", self.url);
        self.system.post_json(&url, &json!({ "services": services }))
    }

    /// Calls about one new service, and gives it.
    ///
    /// # Panics
    /// If the call is refused.
    pub fn call_one(&self, window: &str) -> Value {
        let service = service();
        let answer = self.call(window, std::slice::from_ref(&service));
        assert_eq!(answer.status, 201, "{}", answer.text());
        service
    }

    /// The last call as the window's system sees it.
    pub fn standing(&self, window: &str) -> Answer {
        self.system.get(&format!("{}/api/v1/windows/{window}/call", self.url))
    }

    /// Takes the question back.
    pub fn withdraw(&self, window: &str) -> Answer {
        self.system.post_json(&format!("{}/api/v1/windows/{window}/withdraw", self.url), &json!({}))
    }
}

/// A pad's cookie, and what its page asks.
#[derive(Clone, Debug)]
pub struct Device {
    /// Sends the cookie along.
    pub http: Http,
    /// The cookie.
    pub cookie: String,
    /// The address of its page.
    pub url: String,
}

impl Device {
    /// What is to be shown, as a page of this name asks; waits some seconds if `mark` is that.
    pub fn ask(&self, page: &str, mark: &str) -> Answer {
        self.http.get(&format!("{}/state?page={page}&version=test&mark={mark}", self.url))
    }

    /// The call that is to be shown, once there is one that is open.
    pub fn shown(&self) -> Value {
        eventually("a call is shown", || {
            let state = self.ask("page", "").json();
            (state["call"]["ticket"].as_str().unwrap_or_default() != "")
                .then(|| state["call"].clone())
        })
    }

    /// A step of a call.
    pub fn step(&self, call: &Value, action: &str) -> Answer {
        let id = call["id"].as_str().unwrap_or_default();
        self.http.post_json(&format!("{}/calls/{id}", self.url), &json!({ "action": action }))
    }

    /// A rating of a call, under a key.
    pub fn rate(&self, call: &Value, key: &str, level: &str) -> Answer {
        let rating = json!({
            "ticket": call["ticket"], "key": key, "level": level, "indicators": [], "indicator_version": "2020-05",
            "comment": "说明", "anonymous": false, "contact": null, "lang": "zh-Hans",
        });
        self.http.post_json(
            &format!("{}/ratings", self.url),
            &json!({ "call": call["id"], "rating": rating }),
        )
    }
}
