//! A Chromium of its own, and a page in it as a person uses it: by what is to be read, by mouse and
//! by keys.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder,
    elements::{Element, ElementRef},
    wd::WebDriverCompatibleCommand,
};
use serde_json::{Value, json};

use crate::driver::Driver;

/// How long something may take to appear on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

/// Runs before any script of a page: keeps what the console and the page's policy complain about.
const WATCH: &str = "window.warned=[];const w=console.warn;console.warn=(...a)=>{warned.push(a.join(' '));w(...a)};\
    window.refused=[];document.addEventListener('securitypolicyviolation',e=>refused.push(e.violatedDirective));\
    window.failed=[];addEventListener('error',e=>failed.push(String(e.message)));\
    addEventListener('unhandledrejection',e=>failed.push(String(e.reason)));";

/// Finds an element by a selector, in the nth widget (its shadow first) or in the page.
const FIND: &str = "const find=(s,n)=>{const h=document.querySelectorAll('hao-cha-ping,.haochaping')[n||0];\
    return h&&((h.shadowRoot&&h.shadowRoot.querySelector(s))||h.querySelector(s))||document.querySelector(s)};";

pub(crate) struct Page {
    pub(crate) client: Client,
    driver: Driver,
}

#[derive(Debug)]
struct Cdp(Value);

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }
    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

impl Page {
    pub(crate) async fn open() -> Self {
        Self::with(json!({}), "").await
    }

    /// A browser in which scripts do not run.
    pub(crate) async fn without_script() -> Self {
        Self::with(json!({ "profile.managed_default_content_settings.javascript": 2 }), "").await
    }

    /// A browser with preferences, and a script that runs before those of a page.
    pub(crate) async fn with(preferences: Value, first: &str) -> Self {
        Self::start(Driver::start(), preferences, first).await
    }

    /// A browser whose profile outlives it.
    pub(crate) async fn on_profile(profile: &Path) -> Self {
        Self::start(Driver::on_profile(profile), json!({}), "").await
    }

    async fn start(driver: Driver, preferences: Value, first: &str) -> Self {
        let profile = driver.profile_argument();
        let arguments = [
            profile.as_str(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--lang=zh-CN",
            "--window-size=900,1400",
        ];
        let options = json!({ "args": arguments, "prefs": preferences });
        let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let client = ClientBuilder::new(hyper_util_connector())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
            .expect("chromium starts");
        let page = Self { client, driver };
        page.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": format!("{WATCH}{first}") }),
        )
        .await;
        page
    }

    pub(crate) async fn cdp(&self, command: &str, parameters: Value) {
        self.cdp_value(command, parameters).await;
    }

    /// What the browser answers.
    pub(crate) async fn cdp_value(&self, command: &str, parameters: Value) -> Value {
        let sent =
            self.client.issue_cmd(Cdp(json!({ "cmd": command, "params": parameters }))).await;
        sent.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// A screen of this many CSS pixels.
    pub(crate) async fn set_width(&self, width: u32) {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": true });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Runs a script with `find` at hand and returns its value.
    pub(crate) async fn eval(&self, script: &str) -> Value {
        let result = self.client.execute(&format!("{FIND}{script}"), vec![]).await;
        result.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script's value is true.
    pub(crate) async fn until(&self, what: &str, script: &str) {
        let started = Instant::now();
        while self.eval(script).await != Value::Bool(true) {
            if started.elapsed() > LIMIT {
                let text = self
                    .eval("return JSON.stringify([window.warned,window.failed,document.body.innerText.slice(0,600),\
                         [...document.querySelectorAll('hao-cha-ping')].map(h=>[...h.shadowRoot?h.shadowRoot.children:[]].map(c=>c.innerText).join('|').slice(0,600))])")
                    .await;
                panic!("never seen: {what}; the page says {text}");
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Waits until the Yew app has taken over the nth form.
    pub(crate) async fn taken_over(&self, n: usize) {
        let script = format!(
            "const h=document.querySelectorAll('hao-cha-ping,.haochaping')[{n}];return !!h&&!!h.shadowRoot&&!!h.shadowRoot.querySelector('.hcp-count')"
        );
        self.until("the app in place of the plain form", &script).await;
    }

    /// Waits until the text is to be read in the nth widget or the page.
    pub(crate) async fn reads(&self, text: &str) {
        let script = format!(
            "const t=[document.body.innerText,...[...document.querySelectorAll('hao-cha-ping,.haochaping')].map(h=>h.shadowRoot?[...h.shadowRoot.children].map(c=>c.innerText).join(' '):'')].join(' ');return t.includes({})",
            json!(text)
        );
        self.until(text, &script).await;
    }

    /// The element of a selector in the nth widget, to be clicked and typed into.
    pub(crate) async fn element(&self, selector: &str, n: usize) -> Element {
        let script = format!("return find({},{n})", json!(selector));
        let found = self.eval(&script).await;
        let id = found
            .as_object()
            .and_then(|reference| reference.values().next())
            .and_then(Value::as_str);
        let id = id.unwrap_or_else(|| panic!("{selector} is not in the page"));
        Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()))
    }

    /// Clicks what is there now: the app may take the form's place between a look and the click,
    /// and a person would not notice.
    pub(crate) async fn click(&self, selector: &str, n: usize) {
        let script = format!("find({},{n}).scrollIntoView({{block:'center'}})", json!(selector));
        loop {
            let element = self.element(selector, n).await;
            self.eval(&script).await;
            match element.click().await {
                Err(error) if error.is_stale_element_reference() => {}
                clicked => return clicked.unwrap_or_else(|error| panic!("{selector}: {error}")),
            }
        }
    }

    /// Types into what is there now.
    pub(crate) async fn type_into(&self, selector: &str, n: usize, text: &str) {
        loop {
            match self.element(selector, n).await.send_keys(text).await {
                Err(error) if error.is_stale_element_reference() => {}
                typed => return typed.unwrap_or_else(|error| panic!("{selector}: {error}")),
            }
        }
    }

    /// Presses keys where the focus is.
    pub(crate) async fn keys(&self, keys: &str) {
        self.client
            .active_element()
            .await
            .expect("something has the focus")
            .send_keys(keys)
            .await
            .expect("keys are pressed");
    }

    /// Nothing was refused by a policy, and nothing was thrown into the page.
    pub(crate) async fn assert_quiet(&self) {
        let complaints = self.eval("return [refused, failed]").await;
        assert_eq!(complaints, json!([[], []]), "the page complains");
    }

    /// No network for the browser, or one again.
    pub(crate) async fn set_offline(&self, is_offline: bool) {
        self.cdp("Network.enable", json!({})).await;
        let conditions = json!({ "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.emulateNetworkConditions", conditions).await;
    }

    /// What the element shows is not this.
    pub(crate) async fn assert_says_not(&self, text: &str) {
        let script = format!(
            "return document.querySelector('hao-cha-ping').shadowRoot.textContent.includes({})",
            json!(text)
        );
        assert_eq!(self.eval(&script).await, json!(false), "the page says {text:?} too early");
    }

    /// Ends the browser as a crash does.
    pub(crate) fn kill(self) {
        drop(self.driver);
    }

    pub(crate) async fn close(self) {
        let _ = self.client.close().await;
    }
}

fn hyper_util_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}
