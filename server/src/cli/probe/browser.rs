//! The way through a real browser, by the W3C WebDriver protocol: a person's clicks on the real
//! page.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use haochaping::{portal::Request, rating::SatisfactionLevel};
use serde_json::{Value, json};

use super::{Tried, http::Http};

/// How long the page may take for one thing.
const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(200);
/// The form where it is now: in the app, or as the server sent it.
const ROOT: &str = "const e=document.querySelector('hao-cha-ping'),s=e&&e.shadowRoot,a=s&&s.querySelector('.hcp-count');\
    const root=a?s:e;";

/// Rates one level, and ends the browser whatever happens.
pub(super) fn rate(driver: &str, url: &str, level: SatisfactionLevel) -> Vec<Tried> {
    match Session::start(driver) {
        Err(error) => vec![Tried::new::<()>("browser", &Err(error))],
        Ok(session) => {
            let tried = journey(&session, url, level);
            session.end();
            tried
        }
    }
}

fn journey(session: &Session, url: &str, level: SatisfactionLevel) -> Vec<Tried> {
    let page = session.post("/url", &json!({ "url": url })).and_then(|_| {
        session.until(&format!(
            "{ROOT}return !!e&&!!(e.querySelector('[type=radio]')||s.querySelector('[type=radio]'))"
        ))
    });
    let mut tried = vec![Tried::new("page", &page)];
    if page.is_err() {
        return tried;
    }
    let app = session
        .until(&format!("{ROOT}return !!a"))
        .context("the app does not take over; the plain form is used");
    tried.push(Tried::new("app", &app));
    let name = level.name();
    let rated = (|| {
        session.run(&format!("{ROOT}root.querySelector('[value={name}]').click()"))?;
        if level.is_bad() {
            session.until(&format!(
                "{ROOT}const b=root.querySelector(a?'[name=indicator]':'[data-level={name}] [name=indicator]');if(b)b.click();return !!b&&b.checked"
            ))?;
        }
        session.run(&format!("{ROOT}root.querySelector('.hcp-submit').click()"))?;
        session.until("const e=document.querySelector('hao-cha-ping');const d=e.shadowRoot.querySelector('.hcp-done dd')||document.querySelector('.hcp-done dd');return !!d&&d.textContent.length===19")
    })();
    tried.push(Tried::new("rating", &rated));
    tried
}

struct Session {
    http: Http,
    url: String,
}

impl Session {
    fn start(driver: &str) -> Result<Self> {
        let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let options = json!({ "goog:chromeOptions": { "args": arguments }, "moz:firefoxOptions": { "args": ["-headless"] } });
        let sets: Vec<Value> = ["goog:chromeOptions", "moz:firefoxOptions"]
            .into_iter()
            .map(|name| json!({ name: options[name].clone() }))
            .chain([json!({})])
            .collect();
        let http = Http::new();
        let body = json!({ "capabilities": { "firstMatch": sets } });
        let made =
            send(&http, "POST", &format!("{}/session", driver.trim_end_matches('/')), &body)?;
        let id = made["sessionId"].as_str().context("the WebDriver starts no browser")?;
        Ok(Self { http, url: format!("{}/session/{id}", driver.trim_end_matches('/')) })
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        send(&self.http, "POST", &format!("{}{path}", self.url), body)
    }

    fn run(&self, script: &str) -> Result<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a script's value is true.
    fn until(&self, script: &str) -> Result<()> {
        let started = Instant::now();
        while self.run(script)? != Value::Bool(true) {
            if started.elapsed() > LIMIT {
                bail!("not within {} s", LIMIT.as_secs());
            }
            sleep(PAUSE);
        }
        Ok(())
    }

    fn end(&self) {
        // A browser that cannot be ended is the driver's to clear away.
        let _ = send(&self.http, "DELETE", &self.url, &json!({}));
    }
}

fn send(http: &Http, method: &'static str, url: &str, body: &Value) -> Result<Value> {
    let headers = vec![("content-type", "application/json".to_owned())];
    let (status, answer) = http.send(&Request {
        method,
        url: url.to_owned(),
        headers,
        body: serde_json::to_vec(body)?,
    })?;
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    if status != 200 {
        bail!("the WebDriver says {}", answer["value"]["message"].as_str().unwrap_or("nothing"));
    }
    Ok(answer["value"].clone())
}
