//! Every reader: large text, zoom, wider spacing, right to left, other languages, no motion, and
//! what a screen reader is told, read from the accessibility tree.

use serde_json::{Value, json};

use crate::{
    gate::{Gate, Wasm},
    page::Page,
};

/// Nothing is wider than the page, and no text is cut off.
const OVERFLOWS: &str = "const all=[...document.querySelectorAll('body *'),...[...document.querySelectorAll('hao-cha-ping')].flatMap(h=>[...h.shadowRoot.querySelectorAll('*')])];\
    const seen=all.filter(e=>e.offsetParent&&!/hcp-live|hcp-status/.test(e.className)&&e.localName!=='textarea');\
    const wide=seen.filter(e=>e.scrollWidth>e.clientWidth+1&&e.clientWidth&&getComputedStyle(e).display!=='inline').map(e=>e.className||e.localName);\
    return [document.documentElement.scrollWidth<=innerWidth,wide]";

async fn assert_fits(page: &Page, what: &str) {
    assert_eq!(page.eval(OVERFLOWS).await, json!([true, []]), "{what}");
}

/// WCAG 1.4.10: 1280 × 1024 at 400 %.
#[tokio::test(flavor = "multi_thread")]
async fn at_400_percent_everything_is_there_and_nothing_scrolls_sideways() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    let metrics = json!({ "width": 320, "height": 256, "deviceScaleFactor": 4, "mobile": false });
    page.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    assert_fits(&page, "400 %").await;
    page.type_into("textarea", 0, "放大后也能评价").await;
    page.click(".hcp-submit", 0).await;
    page.reads("评价已提交").await;
    assert_fits(&page, "400 %, done").await;
    page.close().await;
}

/// WCAG 1.4.12.
#[tokio::test(flavor = "multi_thread")]
async fn wider_text_spacing_cuts_nothing_off() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.set_width(320).await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    page.eval("const s=new CSSStyleSheet();s.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}');\
        [document,document.querySelector('hao-cha-ping').shadowRoot].forEach(r=>r.adoptedStyleSheets=[...r.adoptedStyleSheets,s])").await;
    assert_fits(&page, "text spacing").await;
    page.close().await;
}

/// A pseudo-locale: every text begins with right-to-left letters and is a third longer. The scale
/// keeps its order in the direction of reading, and no level changes its meaning.
#[tokio::test(flavor = "multi_thread")]
async fn right_to_left_mirrors_the_layout_and_not_the_scale() {
    const PSEUDO: &str = "document.documentElement.dir='rtl';const h=document.querySelector('hao-cha-ping');\
        const walk=n=>{for(const c of n.childNodes)c.nodeType===3&&c.data.trim()?c.data='مثال '+c.data:c.nodeType===1&&!/style|template|script/.test(c.localName)&&walk(c)};\
        for(const r of [document,h.shadowRoot])r.querySelectorAll('[dir=ltr]').forEach(e=>e.setAttribute('dir','rtl'));\
        walk(document.body);walk(h.shadowRoot)";
    let gate = Gate::open(Wasm::Passes, &[]).await;
    for width in [375, 1280] {
        let page = Page::open().await;
        page.set_width(width).await;
        page.goto(&gate.rating_page(&gate.ticket())).await;
        page.taken_over(0).await;
        page.eval(PSEUDO).await;
        assert_fits(&page, &format!("right to left, {width}")).await;
        let placed = page
            .eval("return [...document.querySelector('hao-cha-ping').shadowRoot.querySelectorAll('[name=level]')].map(i=>{const r=i.closest('label').getBoundingClientRect();return [i.value,Math.round(r.left),Math.round(r.top),i.getBoundingClientRect().left>r.left+r.width/2]})")
            .await;
        let placed = placed.as_array().unwrap();
        let order: Vec<_> = placed.iter().map(|one| one[0].as_str().unwrap()).collect();
        assert_eq!(
            order,
            [
                "very_satisfied",
                "satisfied",
                "basically_satisfied",
                "dissatisfied",
                "very_dissatisfied"
            ]
        );
        for pair in placed.windows(2) {
            let at = |one: &Value, i: usize| one[i].as_i64().unwrap();
            let follows = at(&pair[1], 1) < at(&pair[0], 1) || at(&pair[1], 2) > at(&pair[0], 2);
            assert!(follows, "{width}: the next level stands to the left or below: {placed:?}");
        }
        if width == 375 {
            assert!(
                placed.iter().all(|one| one[3] == true),
                "the circle stands at the start of the line: {placed:?}"
            );
        }
        page.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_reduced_motion_nothing_moves() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    let feature = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    page.cdp("Emulation.setEmulatedMedia", feature).await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    let moving = "const r=document.querySelector('hao-cha-ping').shadowRoot;\
        return [document.getAnimations().length,[...r.querySelectorAll('*')].filter(e=>{const s=getComputedStyle(e);return s.transitionDuration!=='0s'||s.animationName!=='none'}).length]";
    assert_eq!(page.eval(moving).await, json!([0, 0]));
    page.close().await;
}

/// 大字版: one thing at a time, and up to 30 px without a sideways scroll on the narrowest screen.
#[tokio::test(flavor = "multi_thread")]
async fn elder_mode_asks_one_thing_at_a_time_and_grows_to_30_pixels() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.set_width(320).await;
    page.goto(&format!("{}/r/{}?lang=zh-Hans&mode=elder", gate.url, gate.ticket())).await;
    page.taken_over(0).await;
    page.client.find(fantoccini::Locator::LinkText("最大")).await.unwrap().click().await.unwrap();
    page.taken_over(0).await;
    let seen = "const t=find('textarea');return [parseFloat(getComputedStyle(find('.hcp-choice')).fontSize)>=30,!!t.offsetParent]";
    assert_eq!(page.eval(seen).await, json!([true, false]), "30 px, and nothing but the question");
    assert_fits(&page, "30 px").await;
    page.click("[value=dissatisfied]", 0).await;
    assert_eq!(page.eval(seen).await, json!([true, true]), "then what follows from it");
    assert_fits(&page, "30 px, options").await;
    page.type_into("textarea", 0, "字大些好").await;
    page.click(".hcp-submit", 0).await;
    page.reads("评价已提交").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn language_title_and_dates_are_right_in_each_language() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    let ticket = gate.ticket();
    for (lang, title, date) in [
        ("zh-Hans", "评价本次服务 - 政务服务“好差评”", "办结日期"),
        ("zh-Hant", "評價本次服務 - 政務服務「好差評」", "辦結日期"),
        ("en", "Rate this service - Government service ratings", "Finished on"),
    ] {
        page.goto(&format!("{}/r/{ticket}?lang={lang}", gate.url)).await;
        page.taken_over(0).await;
        let found = "return [document.documentElement.lang,document.title,find('.hcp').lang]";
        assert_eq!(page.eval(found).await, json!([lang, title, lang]));
        page.reads(date).await;
        page.reads("2026-11-20").await;
        // The official name stays what it is, and says which language it is in.
        let official =
            "return find('.hcp-choice [lang]').lang+find('.hcp-choice [lang]').textContent";
        assert_eq!(page.eval(official).await, json!("zh-Hans非常满意"));
    }
    page.close().await;
}

/// Role and name of everything in the accessibility tree, shadow roots included.
async fn tree(page: &Page) -> Vec<(String, String)> {
    page.cdp("Accessibility.enable", json!({})).await;
    let tree = page.cdp_value("Accessibility.getFullAXTree", json!({})).await;
    let text =
        |node: &Value, field: &str| node[field]["value"].as_str().unwrap_or_default().to_owned();
    let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
    nodes
        .iter()
        .filter(|node| node["ignored"] != true)
        .map(|node| (text(node, "role"), text(node, "name")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_reader_hears_the_question_the_five_names_and_the_receipt() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    let heard = tree(&page).await;
    let of = |role: &str| {
        heard.iter().filter(|(of, _)| of == role).map(|(_, name)| name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("radio"), ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]);
    assert!(of("group").contains(&"您对本次服务是否满意？"), "{heard:?}");
    assert!(
        of("textbox").contains(&"文字评价（选填）") && of("button").contains(&"提交评价"),
        "{heard:?}"
    );
    assert!(of("status").len() >= 2, "live regions stand before they speak: {heard:?}");
    page.click(".hcp-submit", 0).await;
    page.reads("请选择满意程度").await;
    let focused = "let a=document.activeElement;while(a.shadowRoot&&a.shadowRoot.activeElement)a=a.shadowRoot.activeElement;return a.getAttribute('role')||a.className";
    assert_eq!(page.eval(focused).await, json!("alert"), "a fault takes the focus");
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads("评价已提交").await;
    let text = page
        .eval("return document.querySelector('hao-cha-ping').shadowRoot.querySelector('.hcp-live').textContent")
        .await;
    assert_eq!(text, json!("评价已提交"), "the live region says it, after the acknowledgement");
    assert!(
        page.eval(focused).await.as_str().unwrap().contains("hcp-done"),
        "the receipt has the focus"
    );
    let heard = tree(&page).await;
    assert!(heard.contains(&("heading".into(), "评价已提交".into())), "{heard:?}");
    assert!(!heard.iter().any(|(role, _)| role == "radio"), "the form is gone: {heard:?}");
    page.close().await;
}
