//! A page as a person uses it, in any engine: nothing here but what WebDriver has for all of them.

use std::time::{Duration, Instant};

use fantoccini::{
    Client,
    actions::{InputSource, KeyAction, KeyActions},
    elements::{Element, ElementRef},
    error::CmdError,
};
use serde_json::{Value, json};

use crate::engine::{Browser, Engine};

/// How long something may take to appear on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

/// `find` looks in the nth widget's shadow, in that widget, then in the page; `deepest` is where
/// keys go; `said` is what the nth widget says, `text` what the page and its widgets say.
const FIND: &str = "const widgets=Array.from(document.querySelectorAll('hao-cha-ping'));\
    const find=(selector,n)=>{const w=widgets[n||0];\
    return w&&((w.shadowRoot&&w.shadowRoot.querySelector(selector))||w.querySelector(selector))||document.querySelector(selector)};\
    const deepest=()=>{let a=document.activeElement;while(a.shadowRoot&&a.shadowRoot.activeElement)a=a.shadowRoot.activeElement;return a};\
    const said=n=>Array.from(widgets[n].shadowRoot?widgets[n].shadowRoot.children:[],part=>part.innerText).join(' ');\
    const text=()=>[document.body.innerText].concat(widgets.map((w,n)=>said(n))).join(' ');";

pub(crate) struct Page {
    pub(crate) client: Client,
    _browser: Browser,
}

impl Page {
    pub(crate) async fn open(engine: Engine) -> Self {
        let (browser, client) = Browser::start(engine, true).await;
        Self { client, _browser: browser }
    }

    /// A browser in which scripts of pages do not run.
    pub(crate) async fn without_script(engine: Engine) -> Self {
        let (browser, client) = Browser::start(engine, false).await;
        Self { client, _browser: browser }
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Runs a script with those at hand and returns its value.
    pub(crate) async fn eval(&self, script: &str) -> Value {
        self.try_eval(script).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    async fn try_eval(&self, script: &str) -> Result<Value, CmdError> {
        self.client.execute(&format!("{FIND}{script}"), vec![]).await
    }

    /// Waits until a script's value is true. Between two pages there is none to ask.
    pub(crate) async fn until(&self, what: &str, script: &str) {
        let started = Instant::now();
        loop {
            let answer = self.try_eval(script).await;
            if matches!(answer, Ok(Value::Bool(true))) {
                return;
            }
            if started.elapsed() > LIMIT {
                let message = self.try_eval("return text().slice(0,900)").await;
                panic!("never seen: {what}; last answer {answer:?}; the page says {message:?}");
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Waits until the Yew app has taken over the nth form.
    pub(crate) async fn taken_over(&self, n: usize) {
        let script = format!(
            "const w=widgets[{n}];return !!w&&!!w.shadowRoot&&!!w.shadowRoot.querySelector('.hcp-count')&&!w.querySelector('form')"
        );
        self.until("the app in place of the plain form", &script).await;
    }

    /// Waits until the text is to be read in a widget or the page.
    pub(crate) async fn reads(&self, expected: &str) {
        self.until(expected, &format!("return text().includes({})", json!(expected))).await;
    }

    /// The element of a selector in the nth widget.
    async fn element(&self, selector: &str, n: usize) -> Element {
        let script = format!(
            "const e=find({},{n});if(e)e.scrollIntoView({{block:'center',behavior:'instant'}});return e",
            json!(selector)
        );
        let found = self.eval(&script).await;
        let id = found
            .as_object()
            .and_then(|reference| reference.values().next())
            .and_then(Value::as_str);
        let id = id.unwrap_or_else(|| panic!("{selector} is not in the page"));
        Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()))
    }

    /// Clicks what is there now: the app may take the form's place between a look and the click.
    pub(crate) async fn click(&self, selector: &str, n: usize) {
        loop {
            match self.element(selector, n).await.click().await {
                Err(error) if error.is_stale_element_reference() => {}
                clicked => return clicked.unwrap_or_else(|error| panic!("{selector}: {error}")),
            }
        }
    }

    /// Types, and waits until it stands there: not every driver does.
    pub(crate) async fn type_into(&self, selector: &str, n: usize, text: &str) {
        loop {
            match self.element(selector, n).await.send_keys(text).await {
                Err(error) if error.is_stale_element_reference() => {}
                typed => break typed.unwrap_or_else(|error| panic!("{selector}: {error}")),
            }
        }
        self.until(text, &format!("return find({},{n}).value==={}", json!(selector), json!(text)))
            .await;
    }

    /// Presses keys one after another where the focus is.
    pub(crate) async fn keys(&self, keys: &str) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys.chars() {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client
            .perform_actions(actions)
            .await
            .unwrap_or_else(|error| panic!("{keys:?}: {error}"));
    }
}
