//! One tag on a page of a portal with the strictest policy: the script carries the form.

use serde_json::json;

use crate::{
    access::assert_accessible,
    gate::{Gate, Wasm},
    page::Page,
    portal::serve_page,
    row::{levels, rows},
};

const DONE: &str = "评价已提交";
/// Keeps what events bubble to the page.
const HEAR: &str = "window.heard=[];['hcp-ready','hcp-rated','hcp-already-rated','hcp-error'].forEach(n=>addEventListener(n,e=>heard.push([n,e.detail.outcome||e.detail.code||''])));";

/// A collector, and the address of the portal that it allows.
async fn portal(wasm: Wasm) -> (Gate, tokio::net::TcpListener) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let origin = format!("http://localhost:{}", listener.local_addr().expect("it listens").port());
    (Gate::open(wasm, &["--allow-origin", &origin]).await, listener)
}

fn tag(gate: &Gate, ticket: &str, query: &str) -> String {
    format!("<script async src=\"{}/r/{ticket}/widget.js{query}\"></script>", gate.url)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_stands_where_the_tag_stands_and_rates_under_a_strict_policy() {
    let (mut gate, listener) = portal(Wasm::Passes).await;
    let body = format!(
        "<section id=\"here\">{}</section><p>之后的内容</p>",
        tag(&gate, &gate.ticket(), "")
    );
    let url = serve_page(listener, &gate.url, "", &body);
    for width in [375, 1280] {
        let page = Page::with(json!({}), HEAR).await;
        page.set_width(width).await;
        page.goto(&url).await;
        page.taken_over(0).await;
        let place = page
            .eval("const h=document.querySelector('hao-cha-ping');return [h.parentNode.id,h.previousSibling.localName]")
            .await;
        assert_eq!(place, json!(["here", "script"]));
        assert_accessible(&page, &format!("one tag at {width}")).await;
        let fits = page.eval("return document.documentElement.scrollWidth<=innerWidth").await;
        assert_eq!(fits, json!(true));
        if width == 1280 {
            page.click("[value=dissatisfied]", 0).await;
            page.click("[value='209']", 0).await;
            page.type_into("textarea", 0, "示例：一个标签").await;
            page.click(".hcp-submit", 0).await;
            page.reads(DONE).await;
            assert_eq!(
                page.eval("return heard").await,
                json!([["hcp-ready", ""], ["hcp-rated", "accepted"]])
            );
            // The page changes its language: the receipt stays as it is, and nothing is asked for.
            let asked = "window.asked=0;const open=XMLHttpRequest.prototype.open;XMLHttpRequest.prototype.open=function(...a){asked++;return open.apply(this,a)};\
                document.querySelector('hao-cha-ping').lang='en';return [asked,find('.hcp-receipt dd').textContent.length]";
            assert_eq!(page.eval(asked).await, json!([0, 19]));
        }
        page.assert_quiet().await;
        page.close().await;
    }
    assert_eq!(levels(&rows(&mut gate.collector).await), [("dissatisfied", 1)].into());
}

/// One request until a level can be chosen, and no form is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_level_can_be_chosen_after_one_request() {
    let (gate, listener) = portal(Wasm::Passes).await;
    let url = serve_page(listener, &gate.url, "", &tag(&gate, &gate.ticket(), ""));
    let page = Page::with(
        json!({}),
        "addEventListener('hcp-ready',()=>{window.before=performance.getEntriesByType('resource').map(r=>r.name)});",
    )
    .await;
    page.goto(&url).await;
    page.taken_over(0).await;
    let before = page
        .eval("return before.filter(n=>!n.endsWith('/favicon.ico')).map(n=>n.split('/').pop())")
        .await;
    assert_eq!(before, json!(["widget.js"]));
    page.close().await;
}

/// Without the app the server says what is wrong with a rating; the form that came with the script
/// has no page token, and gets one then.
#[tokio::test(flavor = "multi_thread")]
async fn without_wasm_it_rates_and_says_what_is_missing() {
    let (mut gate, listener) = portal(Wasm::Missing).await;
    let url = serve_page(listener, &gate.url, "", &tag(&gate, &gate.ticket(), ""));
    let page = Page::open().await;
    page.goto(&url).await;
    page.until("the plain form", "return !!find('form[data-hcp-form]')").await;
    page.click("[value=very_dissatisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads("请检查以下内容").await;
    let chosen = page.eval("return find('[name=level]:checked').value").await;
    assert_eq!(chosen, json!("very_dissatisfied"), "nothing is lost");
    page.type_into("textarea", 0, "示例：没有说明原因").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.assert_quiet().await;
    page.close().await;
    assert_eq!(levels(&rows(&mut gate.collector).await), [("very_dissatisfied", 1)].into());
}

/// A script shows nothing where none runs: the link beside it does.
#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_link_beside_the_tag_leads_to_the_form() {
    let (mut gate, listener) = portal(Wasm::Passes).await;
    let ticket = gate.ticket();
    let link = format!(
        "<noscript><a href=\"{}/r/{ticket}?lang=zh-Hans\">评价本次服务</a></noscript>",
        gate.url
    );
    let url = serve_page(listener, &gate.url, "", &[tag(&gate, &ticket, ""), link].concat());
    let page = Page::without_script().await;
    page.goto(&url).await;
    page.click("main a", 0).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.close().await;
    assert_eq!(levels(&rows(&mut gate.collector).await), [("satisfied", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tags_and_the_element_itself_stand_beside_each_other() {
    let (mut gate, listener) = portal(Wasm::Passes).await;
    let [one, two, three] = [(); 3].map(|()| gate.ticket());
    let body = format!(
        "{}{}<hao-cha-ping ticket=\"{three}\"><a href=\"{}/r/{three}\">评价</a></hao-cha-ping>",
        tag(&gate, &one, "?theme=dark"),
        tag(&gate, &two, "?mode=elder&lang=en"),
        gate.url
    );
    let loader = format!("<script type=\"module\" src=\"{}/v1/haochaping.js\"></script>", gate.url);
    let url = serve_page(listener, &gate.url, &loader, &body);
    let page = Page::open().await;
    page.goto(&url).await;
    page.until("three forms", "const all=[...document.querySelectorAll('hao-cha-ping')];return all.length===3&&all.every(h=>h.shadowRoot.querySelector('[name=level]'))").await;
    let seen = page.eval("return [...document.querySelectorAll('hao-cha-ping')].map(h=>[h.ticket,h.theme,h.mode,h.shadowRoot.querySelector('.hcp').getAttribute('lang')])").await;
    assert_eq!(
        seen,
        json!([[one, "dark", "", "zh-Hans"], [two, "", "elder", "en"], [three, "", "", "zh-Hans"]])
    );
    for n in 0..3 {
        page.click("[value=satisfied]", n).await;
        page.click(".hcp-submit", n).await;
        let done = format!(
            "return !!document.querySelectorAll('hao-cha-ping')[{n}].shadowRoot.querySelector('.hcp-done')"
        );
        page.until("the receipt", &done).await;
    }
    page.close().await;
    assert_eq!(levels(&rows(&mut gate.collector).await), [("satisfied", 3)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_another_language_gets_its_own_form() {
    let (gate, listener) = portal(Wasm::Passes).await;
    let url = serve_page(listener, &gate.url, "", &tag(&gate, &gate.ticket(), ""));
    let english = "new MutationObserver(()=>{document.documentElement.lang='en'}).observe(document,{childList:true});";
    let page = Page::with(json!({}), english).await;
    page.goto(&url).await;
    page.until(
        "the form in English",
        "const f=find('.hcp');return !!f&&f.getAttribute('lang')==='en'",
    )
    .await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_leads_nowhere_and_one_that_was_rated_say_so() {
    let (gate, listener) = portal(Wasm::Passes).await;
    let rated = gate.ticket();
    let page = Page::open().await;
    page.goto(&gate.rating_page(&rated)).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.close().await;
    let body = format!("{}{}", tag(&gate, "WRONG", ""), tag(&gate, &rated, ""));
    let url = serve_page(listener, &gate.url, "", &body);
    let page = Page::with(json!({}), HEAR).await;
    page.goto(&url).await;
    page.reads("一事一评，每次服务只能评价一次").await;
    page.until("both", "return heard.length===2").await;
    let mut heard = page.eval("return heard.map(h=>h.join(' ')).sort()").await;
    assert_eq!(heard.take(), json!(["hcp-already-rated ", "hcp-error malformed"]));
    page.close().await;
}
