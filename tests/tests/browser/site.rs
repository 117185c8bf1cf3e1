//! A portal that embeds the element, and what a person does on it.

use serde_json::json;

use crate::{
    gate::{Gate, Wasm},
    page::Page,
    portal::serve_page,
    row::Row,
};

pub(crate) const DONE: &str = "评价已提交";
pub(crate) const SAVED: &str = "已保存，联网后自动提交";
pub(crate) const HEAR: &str = "window.heard=[];['hcp-ready','hcp-rated','hcp-already-rated','hcp-error'].forEach(n=>addEventListener(n,e=>heard.push([n,e.detail.outcome||e.detail.code||''].join(' ').trim())));";

/// A portal with these parts of a page, on a collector that allows it.
pub(crate) struct Site {
    pub(crate) gate: Gate,
    pub(crate) url: String,
}

impl Site {
    pub(crate) async fn open(page: impl Fn(&Gate) -> (String, String)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let origin =
            format!("http://localhost:{}", listener.local_addr().expect("it listens").port());
        let gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
        let (head, body) = page(&gate);
        let url = serve_page(listener, &gate.url, &head, &body);
        Self { gate, url }
    }

    /// With the loader and this body.
    pub(crate) async fn with(body: &str) -> Self {
        Self::open(|gate| (loader(gate), body.to_owned())).await
    }

    /// Opens the page, whose element then learns its matter.
    pub(crate) async fn visit(&self, ticket: &str) -> Page {
        let page = Page::open().await;
        page.goto(&self.url).await;
        page.until("the script", "return !!customElements.get('hao-cha-ping')").await;
        set(&page, "ticket", ticket).await;
        page.taken_over(0).await;
        page
    }
}

pub(crate) fn loader(gate: &Gate) -> String {
    format!("<script type=\"module\" src=\"{}/v1/haochaping.js\"></script>", gate.url)
}

pub(crate) async fn choose(page: &Page, level: &str, words: &str) {
    page.click(&format!("[value={level}]"), 0).await;
    page.type_into("textarea", 0, words).await;
}

pub(crate) async fn submit(page: &Page) {
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
}

pub(crate) fn words(rows: &[Row]) -> Vec<(&str, &str)> {
    rows.iter().map(|row| (row.level.as_str(), row.comment.as_str())).collect()
}

/// Sets a property of the element.
pub(crate) async fn set(page: &Page, name: &str, value: &str) {
    page.eval(&format!("document.querySelector('hao-cha-ping').{name}={}", json!(value))).await;
}

pub(crate) async fn has_form_of(page: &Page, ticket: &str) {
    let script = format!(
        "const f=find('.hcp-count')&&document.querySelector('hao-cha-ping').ticket==={}&&document.querySelector('hao-cha-ping').shadowRoot.querySelectorAll('[name=level]').length===5;return !!f",
        json!(ticket)
    );
    page.until("the form", &script).await;
}
