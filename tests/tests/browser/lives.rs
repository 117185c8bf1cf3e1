//! The life of an element on a page that goes on living: other matters, other places, late answers.
//! The table behind it is tested over every state and event in `tests/npm`; here it meets the real
//! collector.

use serde_json::json;

use crate::{
    gate::{Fault, Gate, Wasm},
    page::Page,
    row::rows,
    site::{DONE, HEAR, SAVED, Site, choose, has_form_of, loader, set, submit, words},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_may_be_named_after_the_element_is_there_by_attribute_or_property() {
    for how in ["e.setAttribute('ticket',t)", "e.ticket=t"] {
        let mut site = Site::with("<hao-cha-ping></hao-cha-ping>").await;
        let page = Page::with(json!({}), HEAR).await;
        page.goto(&site.url).await;
        page.until("the element misses a matter", "return heard.length===1").await;
        assert_eq!(
            page.eval("return [heard,warned.length,warned[0].includes('no-ticket')]").await,
            json!([["hcp-error no-ticket"], 1, true])
        );
        let ticket = site.gate.ticket();
        page.eval(&format!(
            "const t={},e=document.querySelector('hao-cha-ping');{how}",
            json!(ticket)
        ))
        .await;
        page.taken_over(0).await;
        choose(&page, "satisfied", "").await;
        submit(&page).await;
        page.close().await;
        assert_eq!(words(&rows(&mut site.gate.collector).await), [("satisfied", "")], "{how}");
    }
}

/// A page makes the element before the script that knows it has come.
#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_was_set_before_the_class_was_known_counts() {
    let site = Site::with("").await;
    let ticket = site.gate.ticket();
    let first = format!(
        "addEventListener('DOMContentLoaded',()=>{{if(customElements.get('hao-cha-ping'))return;const e=document.createElement('hao-cha-ping');e.ticket={};e.theme='dark';document.body.append(e);window.was=e.shadowRoot===null}},{{capture:true}});\
         new MutationObserver((_,o)=>{{const m=document.querySelector('main');if(!m||window.was)return;o.disconnect();const e=document.createElement('hao-cha-ping');e.ticket={};e.theme='dark';m.append(e);window.was=e.shadowRoot===null}}).observe(document,{{childList:true,subtree:true}})",
        json!(ticket),
        json!(ticket)
    );
    let page = Page::with(json!({}), &first).await;
    page.goto(&site.url).await;
    page.taken_over(0).await;
    let seen = page.eval("const e=document.querySelector('hao-cha-ping');return [was,e.getAttribute('ticket'),e.getAttribute('theme'),Object.keys(e).filter(k=>!k.startsWith('_')).filter(k=>['ticket','theme'].includes(k))]").await;
    assert_eq!(seen, json!([true, ticket, "dark", []]));
    page.close().await;
}

/// The first matter's answer is slow: the form, and what is written into it, are the second one's.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_matters_named_in_a_row_the_second_ones_form_stays() {
    let mut site = Site::with("<hao-cha-ping></hao-cha-ping>").await;
    let [slow, quick] = [(); 2].map(|()| site.gate.ticket());
    site.gate.delay(&slow, 2_500);
    let page = Page::with(json!({}), HEAR).await;
    page.goto(&site.url).await;
    page.until("the script", "return !!customElements.get('hao-cha-ping')").await;
    set(&page, "ticket", &slow).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    set(&page, "ticket", &quick).await;
    page.taken_over(0).await;
    choose(&page, "dissatisfied", "示例：第二件事").await;
    tokio::time::sleep(std::time::Duration::from_millis(3_500)).await;
    assert_eq!(page.eval("return find('textarea').value").await, json!("示例：第二件事"));
    submit(&page).await;
    page.goto(&site.gate.rating_page(&quick)).await;
    page.reads("一事一评，每次服务只能评价一次").await;
    page.goto(&site.gate.rating_page(&slow)).await;
    page.until("the first can still be rated", "return !!find('[name=level]')").await;
    page.close().await;
    assert_eq!(words(&rows(&mut site.gate.collector).await), [("dissatisfied", "示例：第二件事")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_end_another_matter_can_be_rated_and_what_was_begun_is_there_again() {
    let mut site = Site::with("<hao-cha-ping></hao-cha-ping>").await;
    let [one, two] = [(); 2].map(|()| site.gate.ticket());
    let page = site.visit(&one).await;
    choose(&page, "dissatisfied", "示例：写了一半").await;
    set(&page, "ticket", &two).await;
    page.until("an empty form", "return !!find('.hcp-count')&&find('textarea').value===''").await;
    choose(&page, "satisfied", "示例：第二件").await;
    submit(&page).await;
    set(&page, "ticket", &one).await;
    page.until(
        "what was begun",
        "return !!find('.hcp-count')&&find('textarea').value==='示例：写了一半'&&find('[value=dissatisfied]').checked",
    )
    .await;
    submit(&page).await;
    set(&page, "ticket", &two).await;
    page.reads("一事一评，每次服务只能评价一次").await;
    page.close().await;
    assert_eq!(
        words(&rows(&mut site.gate.collector).await),
        [("satisfied", "示例：第二件"), ("dissatisfied", "示例：写了一半")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_could_not_be_had_comes_with_the_network() {
    let mut site = Site::open(|gate| {
        let ticket = gate.ticket();
        (
            loader(gate),
            format!("<hao-cha-ping ticket=\"{ticket}\"><a href=\"{}/r/{ticket}\">评价</a></hao-cha-ping>", gate.url),
        )
    })
    .await;
    let page = Page::with(json!({}), HEAR).await;
    // Before the element asks: the page is there, and then the network goes.
    site.gate.lose_forms(1);
    page.goto(&site.url).await;
    page.until("it says so", "return heard.includes('hcp-error unreachable')").await;
    assert_eq!(
        page.eval("return !!document.querySelector('hao-cha-ping a').offsetWidth").await,
        json!(true),
        "the link stands"
    );
    page.eval("dispatchEvent(new Event('online'))").await;
    page.taken_over(0).await;
    choose(&page, "satisfied", "").await;
    submit(&page).await;
    page.close().await;
    assert_eq!(words(&rows(&mut site.gate.collector).await), [("satisfied", "")]);
}

/// The page goes on to the next matter while the rating of the last one waits for the network.
#[tokio::test(flavor = "multi_thread")]
async fn another_matter_is_rated_while_a_rating_waits() {
    let mut site = Site::with("<hao-cha-ping></hao-cha-ping>").await;
    let [one, two] = [(); 2].map(|()| site.gate.ticket());
    let page = site.visit(&one).await;
    choose(&page, "dissatisfied", "示例：先提交的").await;
    site.gate.break_next(&[Fault::Refused(503, 60); 40]);
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    set(&page, "ticket", &two).await;
    has_form_of(&page, &two).await;
    page.assert_says_not(SAVED).await;
    choose(&page, "satisfied", "示例：后提交的").await;
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    // And back: what waits is shown as that.
    set(&page, "ticket", &one).await;
    page.reads(SAVED).await;
    site.gate.heal();
    page.click("[name=again]", 0).await;
    page.reads(DONE).await;
    set(&page, "ticket", &two).await;
    page.reads("一事一评，每次服务只能评价一次").await;
    page.close().await;
    let found = rows(&mut site.gate.collector).await;
    let mut found = words(&found);
    found.sort_unstable();
    assert_eq!(found, [("dissatisfied", "示例：先提交的"), ("satisfied", "示例：后提交的")]);
}

/// Two elements for one matter: whoever is second learns that it was rated, at once.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_elements_for_one_matter_the_second_learns_that_it_was_rated() {
    let mut site = Site::open(|gate| {
        (
            loader(gate),
            format!(
                "<hao-cha-ping ticket=\"{0}\"></hao-cha-ping><hao-cha-ping ticket=\"{0}\"></hao-cha-ping>",
                gate.ticket()
            ),
        )
    })
    .await;
    let page = Page::with(json!({}), HEAR).await;
    page.goto(&site.url).await;
    page.taken_over(0).await;
    page.taken_over(1).await;
    choose(&page, "satisfied", "").await;
    submit(&page).await;
    page.until("the second says so", "return document.querySelectorAll('hao-cha-ping')[1].shadowRoot.textContent.includes('一事一评，每次服务只能评价一次')&&heard.includes('hcp-already-rated')").await;
    page.close().await;
    assert_eq!(words(&rows(&mut site.gate.collector).await), [("satisfied", "")]);
}

/// A copy of the script that somebody else serves does not know where it is from: the element says
/// what it misses, and asks the portal for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_copied_script_needs_the_collector_and_takes_everything_from_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let origin = format!("http://localhost:{}", listener.local_addr().expect("it listens").port());
    let mut gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
    let ticket = gate.ticket();
    let script = haochaping_tests::workspace().join("target/assets/haochaping.js");
    let script = std::fs::read_to_string(script).expect("the widget is built: cargo xtask size");
    let html = format!(
        "<!doctype html><html lang=zh-Hans><meta charset=utf-8><script src=/vendor/haochaping.js?v=1 defer></script><main><hao-cha-ping ticket=\"{ticket}\"></hao-cha-ping></main>"
    );
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    let keep = std::sync::Arc::clone(&asked);
    let answer = move |uri: http::Uri| {
        keep.lock().expect("not poisoned").push(uri.path().to_owned());
        let (kind, body) = if uri.path() == "/" {
            ("text/html; charset=utf-8", html.clone())
        } else {
            ("text/javascript", script.clone())
        };
        std::future::ready(([("content-type", kind)], body))
    };
    let routes = axum::Router::new().fallback(axum::routing::any(answer));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let page = Page::with(json!({}), HEAR).await;
    page.goto(&format!("{origin}/")).await;
    page.until("it says what it misses", "return heard.includes('hcp-error no-collector')").await;
    assert_eq!(page.eval("return warned.map(w=>w.includes('no-collector'))").await, json!([true]));
    set(&page, "collector", &gate.url).await;
    page.taken_over(0).await;
    let wasm = page
        .eval("return performance.getEntriesByType('resource').map(r=>r.name).filter(n=>n.endsWith('.wasm'))")
        .await;
    assert!(wasm[0].as_str().is_some_and(|name| name.starts_with(&gate.url)), "{wasm}");
    choose(&page, "satisfied", "").await;
    submit(&page).await;
    page.close().await;
    let asked: Vec<String> = asked
        .lock()
        .expect("not poisoned")
        .iter()
        .filter(|path| *path != "/favicon.ico")
        .cloned()
        .collect();
    assert_eq!(asked, ["/", "/vendor/haochaping.js"]);
    assert_eq!(words(&rows(&mut gate.collector).await), [("satisfied", "")]);
}

/// Our languages are written from left to right, on a page that is not.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_page_from_right_to_left_the_form_is_read_in_its_own_direction() {
    let site = Site::open(|gate| {
        (
            loader(gate),
            format!(
                "<div dir=rtl><hao-cha-ping ticket=\"{}\"></hao-cha-ping></div>",
                gate.ticket()
            ),
        )
    })
    .await;
    let page = Page::open().await;
    page.goto(&site.url).await;
    page.taken_over(0).await;
    let direction = "return [getComputedStyle(find('.hcp')).direction,find('textarea').dir]";
    assert_eq!(page.eval(direction).await, json!(["ltr", "auto"]));
    choose(&page, "satisfied", "").await;
    submit(&page).await;
    assert_eq!(
        page.eval("return getComputedStyle(find('.hcp-done')).direction").await,
        json!("ltr")
    );
    page.close().await;
}

/// The three lines of the guide: what the page preloads is what the element asks for.
#[tokio::test(flavor = "multi_thread")]
async fn a_preloaded_form_comes_once() {
    for mode in ["", "elder"] {
        let site = Site::open(|gate| {
            let ticket = gate.ticket();
            let query = if mode.is_empty() { String::new() } else { format!("mode={mode}&amp;") };
            let preload = format!(
                "<link rel=\"preload\" as=\"fetch\" crossorigin href=\"{}/r/{ticket}/form?lang=zh-Hans&amp;{query}style=template\">",
                gate.url
            );
            let element = format!("<hao-cha-ping ticket=\"{ticket}\" lang=\"zh-Hans\" mode=\"{mode}\"></hao-cha-ping>");
            (preload + &loader(gate), element)
        })
        .await;
        let page = Page::open().await;
        page.goto(&site.url).await;
        page.taken_over(0).await;
        let asked = page
            .eval("return performance.getEntriesByType('resource').filter(r=>r.name.includes('/form?')).length")
            .await;
        assert_eq!(asked, json!(1), "mode {mode:?}");
        page.close().await;
    }
}
