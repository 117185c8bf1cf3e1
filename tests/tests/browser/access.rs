//! Every reader: axe on every state with target sizes on and “incomplete” treated as failure, 320
//! px, elder mode.

use serde_json::{Value, json};

use crate::{
    gate::{Gate, Wasm},
    page::Page,
};

fn axe() -> String {
    let path = haochaping_tests::workspace().join("tests/browser/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(path).expect("axe-core is installed: npm ci in tests/browser")
}

/// What axe finds: rules and the elements they are broken by.
pub(crate) async fn faults(page: &Page) -> Vec<String> {
    // Through the driver: the page's own policy would not let it in.
    page.eval(&format!("if(!window.axe){{{}}}", axe())).await;
    let run = "const done=arguments[arguments.length-1];\
        axe.run(document,{rules:{'target-size':{enabled:true}},resultTypes:['violations','incomplete']})\
        .then(r=>done([...r.violations,...r.incomplete].flatMap(f=>f.nodes.map(n=>f.id+' '+n.target.join(' ')))),e=>done(['axe failed '+e]))";
    let found = page.client.execute_async(run, vec![]).await.expect("axe runs");
    let Value::Array(found) = found else { panic!("{found}") };
    found.iter().map(|fault| fault.as_str().unwrap_or_default().to_owned()).collect()
}

pub(crate) async fn assert_accessible(page: &Page, state: &str) {
    assert_eq!(faults(page).await, Vec::<String>::new(), "{state}");
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_any_state_light_and_dark() {
    let gate = Gate::open(Wasm::Passes, &["--public-step", "1"]).await;
    for scheme in ["light", "dark"] {
        let page = Page::open().await;
        page.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        )
        .await;
        let ticket = gate.ticket();
        page.goto(&gate.rating_page(&ticket)).await;
        page.taken_over(0).await;
        assert_accessible(&page, &format!("{scheme}, empty")).await;
        page.click("[value=very_dissatisfied]", 0).await;
        page.click(".hcp-more summary", 0).await;
        page.click(".hcp-contact summary", 0).await;
        assert_accessible(&page, &format!("{scheme}, options open")).await;
        page.click(".hcp-submit", 0).await;
        page.reads("请检查以下内容").await;
        assert_accessible(&page, &format!("{scheme}, faults")).await;
        page.type_into("textarea", 0, "请改进").await;
        page.click(".hcp-submit", 0).await;
        page.reads("评价已提交").await;
        assert_accessible(&page, &format!("{scheme}, done")).await;
        page.goto(&gate.rating_page(&ticket)).await;
        assert_accessible(&page, &format!("{scheme}, already rated")).await;
        for path in ["/", "/q", "/q/wrong", "/r/wrong", "/nowhere", "/embed?lang=zh-Hans"] {
            page.goto(&format!("{}{path}", gate.url)).await;
            assert_accessible(&page, &format!("{scheme}, {path}")).await;
        }
        page.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_the_plain_form_and_its_faults() {
    let gate = Gate::open(Wasm::Missing, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.click("[value=dissatisfied]", 0).await;
    assert_accessible(&page, "plain, chosen").await;
    page.click(".hcp-submit", 0).await;
    page.reads("请检查以下内容").await;
    assert_accessible(&page, "plain, faults").await;
    page.close().await;
}

/// The checker itself is checked: a page with known faults must not pass.
#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_what_is_broken_on_purpose() {
    let page = Page::open().await;
    page.goto("data:text/html,<html lang=zh><title>x</title><main><h1>x</h1><p style='color:rgb(170,170,170);background:white'>low</p><a href=x style='display:inline-block;width:9px;height:9px'>a</a><a href=y style='display:inline-block;width:9px;height:9px'>b</a><input></main>").await;
    let found = faults(&page).await.join("\n");
    for rule in ["color-contrast", "label", "target-size"] {
        assert!(found.contains(rule), "{rule} is not noticed in\n{found}");
    }
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_scrolls_sideways_at_320_pixels() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.set_width(320).await;
    let ticket = gate.ticket();
    for url in [
        gate.rating_page(&ticket),
        format!("{}/r/{ticket}?mode=elder&lang=en", gate.url),
        format!("{}/q", gate.url),
        format!("{}/", gate.url),
    ] {
        page.goto(&url).await;
        if url.contains("/r/") {
            page.taken_over(0).await;
            page.click("[value=dissatisfied]", 0).await;
        }
        let width = page.eval("return document.documentElement.scrollWidth").await;
        assert!(width.as_u64().unwrap() <= 320, "{url} is {width} wide");
    }
    page.close().await;
}

/// MIIT 适老化: text of 18 px and more, targets of 60 × 60 px; here text starts at 20 px.
#[tokio::test(flavor = "multi_thread")]
async fn elder_mode_has_text_of_20_and_targets_of_60_pixels() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.set_width(375).await;
    let ticket = gate.ticket();
    page.goto(&gate.rating_page(&ticket)).await;
    let first = page.eval("return document.querySelector('a').textContent").await;
    assert_eq!(first, json!("大字版"), "the first link of the page");
    page.click("a.mode", 0).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    let measured = page
        .eval("const c=find('.hcp-choice'),s=find('.hcp-submit');return [parseFloat(getComputedStyle(c).fontSize),Math.min(...[...document.querySelector('hao-cha-ping').shadowRoot.querySelectorAll('.hcp-choice,.hcp-submit,summary,.hcp-option')].filter(e=>e.offsetParent).map(e=>e.getBoundingClientRect().height))]")
        .await;
    assert!(
        measured[0].as_f64().unwrap() >= 20.0 && measured[1].as_f64().unwrap() >= 60.0,
        "{measured}"
    );
    page.close().await;
}
