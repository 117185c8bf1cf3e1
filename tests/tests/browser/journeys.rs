//! People rate: by mouse, by keys, without script, without WebAssembly, on bad days.

use serde_json::json;

use crate::{
    gate::{Gate, Wasm},
    page::Page,
    portal,
    row::{Row, levels, rows},
};

const DONE: &str = "评价已提交";

fn row(level: &str, indicators: &str, comment: &str) -> Row {
    Row {
        level: level.into(),
        indicators: indicators.into(),
        comment: comment.into(),
        channel: "pc".into(),
        is_anonymous: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_rates_by_mouse() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    page.reads("没有提供材料清单").await;
    page.click(".hcp-more summary", 0).await;
    page.click("[value='214']", 0).await;
    page.type_into("textarea", 0, "窗口说法前后不一").await;
    page.reads("已写 8 字").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.reads("查询码").await;
    page.assert_quiet().await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [row("dissatisfied", "214", "窗口说法前后不一")]);
}

const TAB: &str = "\u{e004}";

/// A switch has nothing but Tab and Space. It also corrects a choice, with the app and in the plain
/// form.
#[tokio::test(flavor = "multi_thread")]
async fn every_level_is_chosen_with_tab_and_space_only() {
    for wasm in [Wasm::Passes, Wasm::Missing] {
        let mut gate = Gate::open(wasm, &[]).await;
        let page = Page::open().await;
        page.goto(&gate.rating_page(&gate.ticket())).await;
        if wasm == Wasm::Passes {
            page.taken_over(0).await;
        } else {
            page.until("the script looks after the form", "return warned.length===1").await;
        }
        let focused = "let a=document.activeElement;while(a.shadowRoot&&a.shadowRoot.activeElement)a=a.shadowRoot.activeElement;\
            return a.className.includes('hcp-submit')?'submit':a.value||''";
        let tab_to = async |value: &str| {
            for _ in 0..50 {
                if page.eval(focused).await == json!(value) {
                    return;
                }
                page.keys(TAB).await;
            }
            panic!("{value} is not reached by Tab");
        };
        for level in [
            "very_satisfied",
            "satisfied",
            "basically_satisfied",
            "dissatisfied",
            "very_dissatisfied",
        ] {
            tab_to(level).await;
            page.keys(" ").await;
            let chosen = page.eval("return find('[name=level]:checked').value").await;
            assert_eq!(chosen, json!(level));
        }
        page.keys("\u{e008}\u{e004}\u{e000}").await;
        assert_eq!(page.eval(focused).await, json!("dissatisfied"), "Shift and Tab go back");
        page.keys(" ").await;
        tab_to("207").await;
        page.keys(" ").await;
        tab_to("submit").await;
        page.keys(" ").await;
        page.reads(DONE).await;
        page.close().await;
        assert_eq!(rows(&mut gate.collector).await, [row("dissatisfied", "207", "")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_rates_by_keyboard_only() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    let focused = "let a=document.activeElement;while(a.shadowRoot&&a.shadowRoot.activeElement)a=a.shadowRoot.activeElement;return a.name||a.className";
    let tab_to = async |name: &str| {
        for _ in 0..30 {
            if page.eval(focused).await == json!(name) {
                return;
            }
            page.keys(TAB).await;
        }
        panic!("{name} is not reached by Tab");
    };
    tab_to("level").await;
    // Space chooses the first level, the arrow goes on to the second.
    page.keys(" ").await;
    page.keys("\u{e015}").await;
    tab_to("comment").await;
    page.keys("办得顺利").await;
    tab_to("anonymous").await;
    page.keys(" ").await;
    tab_to("hcp-submit").await;
    page.keys("\u{e007}").await;
    page.reads(DONE).await;
    page.close().await;
    assert_eq!(
        rows(&mut gate.collector).await,
        [Row { is_anonymous: true, ..row("satisfied", "", "办得顺利") }]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_rates_without_script_and_finds_every_choice_after_an_error() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::without_script().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.click("[value=very_dissatisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.until("the fault in the title", "return document.title.startsWith('错误：')").await;
    assert_eq!(page.eval("return find('[value=very_dissatisfied]').checked").await, json!(true));
    page.click("[data-level=very_dissatisfied] [value='110']", 0).await;
    page.type_into("textarea", 0, "超过期限").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    assert!(page.client.current_url().await.unwrap().path().ends_with("/done"));
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [row("very_dissatisfied", "110", "超过期限")]);
}

/// What keeps the app from starting, how it is done, and what the console says.
async fn rates_in_the_plain_form(wasm: Wasm, first: &str, cause: &str) {
    let mut gate = Gate::open(wasm, &[]).await;
    let page = Page::with(json!({}), first).await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.until(cause, &format!("return warned.length===1&&warned[0].includes({})", json!(cause)))
        .await;
    let code = cause.split(' ').next().unwrap_or_default();
    let told = format!(
        "return performance.getEntriesByType('resource').filter(e=>e.name.endsWith('/api/v1/widget-failures?cause={code}')).length===1"
    );
    page.until("the collector is told, once and nothing else", &told).await;
    page.click("[value=dissatisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads("请至少选择一项，或写几句话").await;
    page.type_into("textarea", 0, "仍能评价").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.assert_quiet().await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [row("dissatisfied", "", "仍能评价")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_webassembly_the_plain_form_rates() {
    rates_in_the_plain_form(Wasm::Passes, "delete window.WebAssembly;", "no-webassembly").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_wasm_file_missing_the_plain_form_rates() {
    rates_in_the_plain_form(Wasm::Missing, "", "wasm-status 404").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_wasm_file_damaged_the_plain_form_rates() {
    rates_in_the_plain_form(Wasm::Damaged, "", "wasm-integrity").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_wrong_mime_type_the_plain_form_rates() {
    rates_in_the_plain_form(Wasm::WrongType, "", "wasm-type text/plain").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_before_a_slow_app_arrives_goes_on_in_it() {
    let mut gate = Gate::open(Wasm::Held, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.until("the plain form", "return !!find('form[data-hcp-form]')&&!find('.hcp-count')").await;
    page.click("[value=dissatisfied]", 0).await;
    page.click("[data-level=dissatisfied] [value='209']", 0).await;
    page.type_into("textarea", 0, "等了天").await;
    page.eval("find('textarea').setSelectionRange(2,2)").await;
    gate.set(Wasm::Passes);
    page.taken_over(0).await;
    // Focus and caret are where they were: what is typed now goes into the middle.
    let kept = page.eval("const t=find('textarea');return [t.value,t.selectionStart,find('[value=dissatisfied]').checked,find(\"[value='209']\").checked]").await;
    assert_eq!(kept, json!(["等了天", 2, true, true]));
    assert_eq!(
        page.eval("return find('textarea').getRootNode().activeElement===find('textarea')").await,
        json!(true)
    );
    page.keys("三").await;
    page.reads("已写 4 字").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.assert_quiet().await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [row("dissatisfied", "209", "等了三天")]);
}

/// Pinyin is typed while the app arrives: a swap would break the composition off, so it waits for
/// its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_character_being_composed_is_not_lost_to_the_app() {
    let mut gate = Gate::open(Wasm::Held, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.until("the plain form", "return !!find('form[data-hcp-form]')").await;
    page.click("[value=satisfied]", 0).await;
    page.click("textarea", 0).await;
    page.cdp(
        "Input.imeSetComposition",
        json!({ "text": "ban de kuai", "selectionStart": 11, "selectionEnd": 11 }),
    )
    .await;
    gate.set(Wasm::Passes);
    page.until("the app waits", "return document.querySelector('hao-cha-ping')._waiting===true")
        .await;
    assert_eq!(
        page.eval("return [find('textarea').value,!!find('.hcp-count')]").await,
        json!(["ban de kuai", false])
    );
    page.cdp("Input.insertText", json!({ "text": "办得快" })).await;
    page.taken_over(0).await;
    page.keys("，谢谢").await;
    page.reads("已写 6 字").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.assert_quiet().await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [row("satisfied", "", "办得快，谢谢")]);
}

/// The page's preload and the script's request are one: the file is downloaded once, and before the
/// script asks.
#[tokio::test(flavor = "multi_thread")]
async fn the_app_is_fetched_once_and_ahead_on_a_rating_page() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    let fetched = "return performance.getEntriesByType('resource').filter(e=>e.name.endsWith('.wasm')).map(e=>e.initiatorType)";
    assert_eq!(page.eval(fetched).await, json!(["link"]));
    page.assert_quiet().await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_widgets_rate_on_a_strict_portal_of_another_site() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let mut gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
    let widgets = [gate.ticket(), gate.ticket()];
    let body: String = widgets
        .iter()
        .map(|ticket| {
            format!(
                "<hao-cha-ping ticket=\"{ticket}\"><a href=\"{}\">评价本次服务</a></hao-cha-ping>",
                gate.rating_page(ticket)
            )
        })
        .collect();
    let url = portal::serve(listener, &gate.url, body);
    let listen = "window.heard=[];['hcp-ready','hcp-rated','hcp-error'].forEach(n=>addEventListener(n,e=>heard.push([n,e.detail])));";
    let page = Page::with(json!({}), listen).await;
    page.goto(&url).await;
    page.taken_over(0).await;
    page.eval("document.querySelectorAll('hao-cha-ping')[1].scrollIntoView()").await;
    page.taken_over(1).await;
    page.click("[value=satisfied]", 0).await;
    page.click("[value=very_satisfied]", 1).await;
    assert_eq!(
        page.eval("return find('[value=satisfied]',0).checked").await,
        json!(true),
        "they do not share a choice"
    );
    // Moved in the page, it keeps what was chosen.
    page.eval(
        "document.querySelector('main').prepend(document.querySelectorAll('hao-cha-ping')[1])",
    )
    .await;
    assert_eq!(page.eval("return find('[value=very_satisfied]',0).checked").await, json!(true));
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.click(".hcp-submit", 1).await;
    page.until("both receipts", "return heard.filter(h=>h[0]==='hcp-rated').length===2").await;
    let heard = page.eval("return JSON.stringify(heard)").await.as_str().unwrap().to_owned();
    for secret in ["satisfied", "lookup", "comment"] {
        assert!(!heard.contains(secret), "the host page hears {secret}: {heard}");
    }
    page.eval("document.querySelectorAll('hao-cha-ping').forEach(h=>h.remove())").await;
    page.assert_quiet().await;
    page.close().await;
    let rows = rows(&mut gate.collector).await;
    assert_eq!(levels(&rows), [("satisfied", 1), ("very_satisfied", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_rating_is_told_when_the_first_was_made_and_not_what_it_said() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let ticket = gate.ticket();
    let (early, late) = (Page::open().await, Page::open().await);
    early.goto(&gate.rating_page(&ticket)).await;
    late.goto(&gate.rating_page(&ticket)).await;
    for page in [&early, &late] {
        page.taken_over(0).await;
        page.click("[value=satisfied]", 0).await;
    }
    early.click(".hcp-submit", 0).await;
    early.reads(DONE).await;
    late.click(".hcp-submit", 0).await;
    late.reads("这次服务已经评价过").await;
    late.goto(&gate.rating_page(&ticket)).await;
    late.reads("一事一评").await;
    assert_eq!(late.eval("return document.body.innerText.includes('满意')").await, json!(false));
    early.close().await;
    late.close().await;
    assert_eq!(rows(&mut gate.collector).await, [row("satisfied", "", "")]);
}
