//! The samples for portal engineers, built as a customer builds them and served under the policy of
//! a strict portal.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use haochaping_tests::workspace;
use serde_json::json;

use crate::{
    gate::{Gate, Wasm},
    page::Page,
    row::{levels, rows},
};

/// A server of the samples, ended with the test.
pub(crate) struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("it is bound").port()
}

/// Runs a script of demo/samples until it says that it listens.
pub(crate) fn serve(script: &str, collector: &str, port: u16) -> Server {
    let mut child = Command::new("node")
        .args([script, "--collector", collector, "--port", &port.to_string()])
        .current_dir(workspace().join("demo/samples"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("the sample speaks");
    assert!(line.starts_with("listening on "), "{script}: {line}");
    Server(child)
}

/// Keeps what events bubble to the page.
const HEAR: &str = "window.heard=[];['hcp-ready','hcp-rated','hcp-error'].forEach(n=>addEventListener(n,e=>heard.push([n,e.detail.outcome])));";

async fn rates_in(page: &Page) {
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    page.click("[value='209']", 0).await;
    page.click(".hcp-submit", 0).await;
    page.until(
        "the receipt",
        "return (find('.hcp-done dd')||{textContent:''}).textContent.length===19",
    )
    .await;
    let heard = page.eval("return heard").await;
    assert_eq!(heard, json!([["hcp-ready", null], ["hcp-rated", "accepted"]]));
    let shown = "return document.body.innerText.includes(find('.hcp-done dd').textContent)";
    page.until("what the page itself says of the event", shown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_rates_under_a_strict_policy() {
    let port = free_port();
    let origin = format!("http://localhost:{port}");
    let mut gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
    let _server = serve("serve.js", &gate.url, port);
    for sample in ["plain", "vue3", "vue2", "react"] {
        let page = Page::with(json!({}), HEAR).await;
        page.goto(&format!("{origin}/{sample}/?ticket={}&collector={}", gate.ticket(), gate.url))
            .await;
        rates_in(&page).await;
        let complaints = page.eval("return [refused, failed]").await;
        assert_eq!(complaints, json!([[], []]), "{sample} complains");
        page.close().await;
    }
    assert_eq!(levels(&rows(&mut gate.collector).await), [("dissatisfied", 4)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widget_in_a_frame_tells_the_page_around_it() {
    let port = free_port();
    let origin = format!("http://localhost:{port}");
    let mut gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
    let _server = serve("serve.js", &gate.url, port);
    let page = Page::with(json!({}), HEAR).await;
    page.goto(&format!("{origin}/iframe/?ticket={}&collector={}", gate.ticket(), gate.url)).await;
    page.client.clone().enter_frame(0).await.expect("the frame");
    page.taken_over(0).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.until(
        "the receipt",
        "return (find('.hcp-done dd')||{textContent:''}).textContent.length===19",
    )
    .await;
    let receipt = page.eval("return find('.hcp-done dd').textContent").await;
    page.client.clone().enter_parent_frame().await.expect("the page around");
    let told = format!("return document.body.innerText.includes({receipt})");
    page.until("the page around names the receipt", &told).await;
    page.close().await;
    assert_eq!(levels(&rows(&mut gate.collector).await), [("satisfied", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_the_form_in_it_rates_with_and_without_script() {
    let port = free_port();
    let origin = format!("http://localhost:{port}");
    let mut gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
    let _server = serve("server-rendered/server.js", &gate.url, port);
    let page = Page::with(json!({}), HEAR).await;
    page.goto(&format!("{origin}/?ticket={}", gate.ticket())).await;
    rates_in(&page).await;
    page.close().await;
    let page = Page::without_script().await;
    page.goto(&format!("{origin}/?ticket={}", gate.ticket())).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.until("the receipt's page", "return location.pathname.endsWith('/done')").await;
    page.close().await;
    assert_eq!(
        levels(&rows(&mut gate.collector).await),
        [("dissatisfied", 1), ("satisfied", 1)].into()
    );
}
