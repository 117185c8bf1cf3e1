//! A Chromium by its driver: WebDriver is JSON over HTTP, and the driver passes commands of the
//! DevTools on.

use std::process::Child;

use haochaping_tests::{Http, start_chromedriver};
use serde_json::{Value, json};

use crate::orphans::{at_panic, kill};

/// A phone's width, and tall enough for the whole form: what is out of sight cannot be hit by a
/// test of clicks.
const SCREEN: (u32, u32) = (412, 2_000);

/// A browser with one tab. Both end when this is dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    http: Http,
    session: String,
    driver: Child,
    /// As in `156.0.8078.79`.
    pub(crate) version: String,
}

impl Browser {
    pub(crate) fn open() -> Self {
        let (driver, port) = start_chromedriver();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--lang=zh-CN",
        ];
        let capabilities =
            json!({ "browserName": "chrome", "goog:chromeOptions": { "args": arguments } });
        let http = Http::unchecked();
        let url = format!("http://127.0.0.1:{port}/session");
        let session = http
            .post_json(&url, &json!({ "capabilities": { "alwaysMatch": capabilities } }))
            .json();
        let text = |value: &Value| {
            value.as_str().unwrap_or_else(|| panic!("chromium starts: {session}")).to_owned()
        };
        let session_url = format!("{url}/{}", text(&session["value"]["sessionId"]));
        let version = text(&session["value"]["capabilities"]["browserVersion"]);
        let (own, pid) = (session_url.clone(), driver.id());
        at_panic(move || {
            let _ = Http::unchecked().try_send("DELETE", &own, None);
            kill(pid);
        });
        Self { http, session: session_url, driver, version }
    }

    /// Leaves the tab for one in a process of its own, in which nothing is cached, compiled or
    /// warm.
    pub(crate) fn fresh_tab(&self) {
        let made = self.post("window/new", &json!({ "type": "window" }));
        self.delete("window");
        self.post("window", &json!({ "handle": made["handle"] }));
        let (width, height) = SCREEN;
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", &screen);
        self.devtools("Network.enable", &json!({}));
        self.devtools("Network.clearBrowserCache", &json!({}));
    }

    /// A command of the DevTools for this tab, and its result.
    pub(crate) fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// A script that runs before those of every page of this tab.
    pub(crate) fn run_first(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }));
    }

    /// Opens a page and waits until it is loaded.
    pub(crate) fn open_page(&self, url: &str) {
        self.post("url", &json!({ "url": url }));
    }

    /// Evaluates an expression, waits if it is a promise, and gives its value.
    pub(crate) fn value_of(&self, expression: &str) -> Value {
        let asked =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.devtools("Runtime.evaluate", &asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let mut answer = self.http.post_json(&format!("{}/{path}", self.session), body).json();
        assert!(
            answer["value"]["error"].is_null(),
            "{path} {body}: {}",
            answer["value"]["message"]
        );
        answer["value"].take()
    }

    fn delete(&self, path: &str) {
        self.http.send("DELETE", &format!("{}/{path}", self.session), None);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.http.try_send("DELETE", &self.session, None);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
