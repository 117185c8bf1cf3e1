//! What is typed is the person's: it outlives moves, other languages and foreign stores, and is
//! gone once it was sent.

use serde_json::json;

use crate::{
    gate::Fault,
    page::Page,
    row::rows,
    site::{HEAR, SAVED, Site, choose, loader, set, submit, words},
};

/// How many forms `kept`, an element, holds on to.
const N_DRAFTS: &str = "return Object.values(kept).filter(v=>v&&v.constructor===Object).map(v=>Object.values(v).filter(f=>f instanceof HTMLFormElement).length).reduce((a,b)=>a+b,0)";

#[tokio::test(flavor = "multi_thread")]
async fn an_element_that_is_moved_or_taken_out_for_a_while_keeps_what_was_typed() {
    let mut site = Site::open(|gate| {
        (
            loader(gate),
            format!(
                "<div id=a><hao-cha-ping ticket=\"{}\"></hao-cha-ping></div><div id=b></div>",
                gate.ticket()
            ),
        )
    })
    .await;
    let page = Page::open().await;
    page.goto(&site.url).await;
    page.taken_over(0).await;
    choose(&page, "dissatisfied", "示例：").await;
    page.eval("document.getElementById('b').append(document.querySelector('hao-cha-ping'))").await;
    page.type_into("textarea", 0, "移动之后").await;
    // As a page that keeps its views alive does it.
    page.eval("window.kept=document.querySelector('hao-cha-ping');kept.remove()").await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    page.eval("document.getElementById('a').append(kept)").await;
    page.until(
        "the form again",
        "return !!find('.hcp-count')&&find('textarea').value==='示例：移动之后'",
    )
    .await;
    submit(&page).await;
    page.assert_quiet().await;
    page.close().await;
    assert_eq!(words(&rows(&mut site.gate.collector).await), [("dissatisfied", "示例：移动之后")]);
}

/// Stores are the page's too. What is none of ours hides nothing and stops nothing, and stays where
/// it lies.
#[tokio::test(flavor = "multi_thread")]
async fn foreign_entries_in_the_stores_stop_nothing() {
    let foreign = [
        "null",
        "{half",
        "1",
        "[]",
        "{}",
        r#"{"id":"K"}"#,
        r#"{"id":"K","ticket":"T","body":"{half"}"#,
        r#"{"data":{"id":"K"}}"#,
        "U2FsdGVkX1+vupppZksvRf5pq5g5XjFRIipRkwB0K1Y=",
    ];
    let mut site = Site::open(|gate| {
        (loader(gate), format!("<hao-cha-ping ticket=\"{}\"></hao-cha-ping>", gate.ticket()))
    })
    .await;
    let name = format!("haochaping/1/{}", site.gate.url);
    let first = format!(
        "{HEAR}if(location.hostname==='localhost'&&!localStorage.seeded){{localStorage.seeded=1;{}.forEach((v,i)=>localStorage.setItem({}+'/x'+i,v));\
         const r=indexedDB.open({},1);r.onupgradeneeded=()=>r.result.createObjectStore('ratings',{{keyPath:'id'}});\
         r.onsuccess=()=>{{const s=r.result.transaction('ratings','readwrite').objectStore('ratings');\
         [{{id:'a'}},{{id:'b',body:null}},{{id:'c',ticket:1,body:'{{half'}},{{id:'d',end:{{}}}},{{id:['e'],body:''}}].forEach(x=>s.put(x))}}}}",
        json!(foreign),
        json!(name),
        json!(name)
    );
    let page = Page::with(json!({}), &first).await;
    page.goto(&site.url).await;
    page.taken_over(0).await;
    choose(&page, "dissatisfied", "示例：仍然提交").await;
    site.gate.break_next(&[Fault::Refused(503, 1)]);
    submit(&page).await;
    let seen = page.eval("return [heard,failed,Object.keys(localStorage).length]").await;
    assert_eq!(
        seen,
        json!([["hcp-ready", "hcp-rated queued", "hcp-rated accepted"], [], foreign.len() + 1])
    );
    page.close().await;
    assert_eq!(words(&rows(&mut site.gate.collector).await), [("dissatisfied", "示例：仍然提交")]);
}

/// A page with shortcuts of one letter: what is typed into a text is the person's, and Escape is
/// still the page's.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_no_shortcut_of_the_page() {
    let shortcuts = "window.keys=[];['keydown','keypress','keyup'].forEach(n=>document.addEventListener(n,e=>{if(e.key.length===1)e.preventDefault();keys.push(e.key)}));";
    let site = Site::open(|gate| {
        (loader(gate), format!("<hao-cha-ping ticket=\"{}\"></hao-cha-ping>", gate.ticket()))
    })
    .await;
    let page = Page::with(json!({}), shortcuts).await;
    page.goto(&site.url).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    page.eval("keys.length=0").await;
    page.type_into("textarea", 0, "jk /?gx").await;
    assert_eq!(
        page.eval("return [find('textarea').value,keys.length]").await,
        json!(["jk /?gx", 0])
    );
    page.type_into("textarea", 0, "\u{e00c}").await;
    assert_eq!(page.eval("return [...new Set(keys)]").await, json!(["Escape"]));
    page.close().await;
}

/// What was sent is nobody's draft: the next visit to the same card begins empty.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_does_not_come_back_into_a_new_form() {
    let mut site = Site::open(|gate| {
        (
            loader(gate),
            format!("<div id=a><hao-cha-ping ticket=\"{}\"></hao-cha-ping></div>", gate.ticket()),
        )
    })
    .await;
    let next = site.gate.ticket();
    let page = Page::open().await;
    page.goto(&site.url).await;
    page.taken_over(0).await;
    choose(&page, "dissatisfied", "示例：先写一半").await;
    let leave = "window.kept=document.querySelector('hao-cha-ping');kept.remove()";
    let come = "document.getElementById('a').append(kept)";
    page.eval(leave).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    page.eval(come).await;
    page.until(
        "the draft",
        "return !!find('.hcp-count')&&find('textarea').value==='示例：先写一半'",
    )
    .await;
    submit(&page).await;
    page.eval("window.kept=document.querySelector('hao-cha-ping')").await;
    assert_eq!(page.eval(N_DRAFTS).await, json!(0), "no form of the rating is kept");
    // On its way it is no draft either.
    set(&page, "ticket", &next).await;
    page.until("an empty form", "return !!find('.hcp-count')&&find('textarea').value===''").await;
    choose(&page, "satisfied", "示例：第二件").await;
    site.gate.break_next(&[Fault::Refused(503, 60); 40]);
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    page.eval(leave).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(page.eval(N_DRAFTS).await, json!(0));
    site.gate.heal();
    page.eval(come).await;
    page.reads("评价").await;
    page.close().await;
    let found = rows(&mut site.gate.collector).await;
    assert_eq!(words(&found)[0], ("dissatisfied", "示例：先写一半"));
}

/// The page changes its language while the form is asked for: what is typed until the answer is
/// there goes into the new form.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_while_another_language_is_asked_for_is_kept() {
    let site = Site::open(|gate| {
        (
            loader(gate),
            format!("<hao-cha-ping ticket=\"{}\" lang=\"zh-Hans\"></hao-cha-ping>", gate.ticket()),
        )
    })
    .await;
    let page = Page::open().await;
    page.goto(&site.url).await;
    page.taken_over(0).await;
    let ticket = page.eval("return document.querySelector('hao-cha-ping').ticket").await;
    site.gate.delay(ticket.as_str().expect("a ticket"), 1_500);
    page.click("[value=dissatisfied]", 0).await;
    set(&page, "lang", "en").await;
    page.type_into("textarea", 0, "示例：换语言时写的").await;
    page.until(
        "the form in English",
        "const f=find('form.hcp');return !!f&&f.getAttribute('lang')==='en'",
    )
    .await;
    let kept =
        page.eval("return [find('textarea').value,find('[value=dissatisfied]').checked]").await;
    assert_eq!(kept, json!(["示例：换语言时写的", true]));
    page.close().await;
}
