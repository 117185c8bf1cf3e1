//! What a browser keeps of a rating that waits: over its own death, beside other tabs, and where it
//! can keep nothing.

use std::path::Path;

use serde_json::json;

use crate::{
    gate::{Fault, Gate, Wasm},
    page::Page,
    row::{Row, rows},
};

const DONE: &str = "评价已提交";
const SAVED: &str = "已保存，联网后自动提交";
const ONLY_HERE: &str = "尚未提交，请不要关闭本页";

fn satisfied() -> Row {
    Row { level: "satisfied".into(), channel: "pc".into(), ..Row::default() }
}

async fn submit(page: &Page, url: &str) {
    page.goto(url).await;
    page.taken_over(0).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
}

/// A browser that starts again after it said that a rating is saved, ran `last`, and was killed;
/// the network is good.
async fn after_a_crash(gate: &Gate, profile: &Path, last: &str) -> Page {
    gate.break_next(&[Fault::Reset; 50]);
    let page = Page::on_profile(profile).await;
    submit(&page, &gate.rating_page(&gate.ticket())).await;
    page.reads(SAVED).await;
    page.eval(last).await;
    page.kill();
    gate.heal();
    Page::on_profile(profile).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_killed_after_it_said_saved_sends_on_its_next_start() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let profile = tempfile::tempdir().unwrap();
    let url = gate.rating_page(&gate.ticket());
    gate.break_next(&[Fault::Reset; 50]);
    let page = Page::on_profile(profile.path()).await;
    submit(&page, &url).await;
    page.reads(SAVED).await;
    page.kill();
    gate.heal();
    let page = Page::on_profile(profile.path()).await;
    page.goto(&url).await;
    page.reads(DONE).await;
    page.reads("回执号").await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [satisfied()]);
}

/// The rating of one matter goes out from the page of another, which says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_rating_goes_on_the_next_visit_to_any_page_with_the_widget() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let profile = tempfile::tempdir().unwrap();
    let page = after_a_crash(&gate, profile.path(), "").await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.reads("这是您此前保存的评价，现已提交").await;
    page.taken_over(0).await;
    page.click("[value=very_satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.until(
        "the second receipt",
        "return document.querySelector('hao-cha-ping').shadowRoot.querySelectorAll('.hcp-done').length===2",
    )
    .await;
    page.close().await;
    let levels: Vec<_> = rows(&mut gate.collector).await.into_iter().map(|row| row.level).collect();
    assert_eq!(levels, ["satisfied", "very_satisfied"]);
}

/// Both tabs send what waits; the key makes it one rating.
#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_send_one_rating() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    let url = gate.rating_page(&gate.ticket());
    gate.break_next(&[Fault::Reset; 50]);
    submit(&page, &url).await;
    page.reads(SAVED).await;
    let first = page.client.window().await.unwrap();
    let second = page.client.new_window(true).await.unwrap();
    page.client.switch_to_window(second.handle.clone()).await.unwrap();
    page.goto(&url).await;
    page.reads(SAVED).await;
    gate.heal();
    page.eval("dispatchEvent(new Event('online'))").await;
    page.reads(DONE).await;
    page.client.switch_to_window(first).await.unwrap();
    page.eval("dispatchEvent(new Event('online'))").await;
    page.reads(DONE).await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [satisfied()]);
}

/// Nothing can be kept: the page says that it must stay open, and still sends.
async fn is_honest_without_storage(first: &str) {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let hear = format!(
        "window.heard=[];addEventListener('hcp-rated',e=>{{const said=e.target.shadowRoot.textContent;\
         heard.push([e.detail.outcome,said.includes('{ONLY_HERE}'),said.includes('{SAVED}')])}});"
    );
    let page = Page::with(json!({}), &format!("{hear}{first}")).await;
    gate.break_next(&[Fault::Reset]);
    submit(&page, &gate.rating_page(&gate.ticket())).await;
    page.reads(DONE).await;
    assert_eq!(page.eval("return heard[0]").await, json!(["queued", true, false]));
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [satisfied()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_storage_the_page_says_that_it_must_stay_open() {
    let missing = "Object.defineProperty(window,'indexedDB',{value:undefined});\
        Object.defineProperty(window,'localStorage',{get(){throw new DOMException('denied','SecurityError')}});";
    is_honest_without_storage(missing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_full_storage_the_page_says_that_it_must_stay_open() {
    let full = "const full=()=>{throw new DOMException('full','QuotaExceededError')};\
        IDBObjectStore.prototype.put=full;Storage.prototype.setItem=full;";
    is_honest_without_storage(full).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_never_answers_holds_nothing_up() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::with(json!({}), "IDBFactory.prototype.open=()=>({});").await;
    gate.break_next(&[Fault::Reset; 50]);
    submit(&page, &gate.rating_page(&gate.ticket())).await;
    // The mirror has it.
    page.reads(SAVED).await;
    gate.heal();
    page.reads(DONE).await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [satisfied()]);
}

/// A database that opens after five seconds, on a device that lost the mirror: what waits in it is
/// sent all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_slow_database_holds_is_sent_when_it_opens() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let profile = tempfile::tempdir().unwrap();
    let page = after_a_crash(&gate, profile.path(), "localStorage.clear()").await;
    let slow = "const open=IDBFactory.prototype.open;IDBFactory.prototype.open=function(...given){const request=open.apply(this,given);\
        Object.defineProperty(request,'onsuccess',{set:f=>request.addEventListener('success',()=>setTimeout(f,5000))});return request};";
    page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": slow })).await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.reads("这是您此前保存的评价，现已提交").await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [satisfied()]);
}

/// The database gives what it holds only after the mirror's copy was sent and seen: that is not
/// sent and shown once more.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_slow_database_gives_too_late_is_not_shown_twice() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let profile = tempfile::tempdir().unwrap();
    let page = after_a_crash(&gate, profile.path(), "").await;
    let slow = "const all=IDBObjectStore.prototype.getAll;IDBObjectStore.prototype.getAll=function(){const request=all.call(this);\
        const work=this.transaction;Object.defineProperty(work,'oncomplete',{set:f=>work.addEventListener('complete',()=>setTimeout(()=>{f();window.given=1},4000))});return request};";
    page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": slow })).await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.eval("dispatchEvent(new Event('online'))").await;
    page.reads("这是您此前保存的评价，现已提交").await;
    page.until("the database's answer", "return window.given===1").await;
    page.taken_over(0).await;
    page.click("[value=very_satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    let done = "return document.querySelector('hao-cha-ping').shadowRoot.querySelectorAll('.hcp-done').length===2";
    page.until("two receipts", done).await;
    let late = "return document.querySelector('hao-cha-ping').shadowRoot.textContent.split('现已提交').length-1";
    assert_eq!(page.eval(late).await, json!(1), "each is shown once");
    page.close().await;
    let levels: Vec<_> = rows(&mut gate.collector).await.into_iter().map(|row| row.level).collect();
    assert_eq!(levels, ["satisfied", "very_satisfied"]);
}

/// Twenty wait already: the next is not kept, says so, and is sent all the same.
#[tokio::test(flavor = "multi_thread")]
async fn beyond_twenty_a_rating_stays_in_the_page_and_is_still_sent() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let waiting = "for(let n=0;n<20;n++)localStorage.setItem('haochaping/1/'+location.origin+'/x'+n,\
        JSON.stringify({id:'x'+n,ticket:'',body:'{}',at:Date.now(),kept:true}));";
    let page = Page::with(json!({}), waiting).await;
    gate.break_next(&[Fault::Reset; 500]);
    submit(&page, &gate.rating_page(&gate.ticket())).await;
    page.reads(ONLY_HERE).await;
    page.assert_says_not(SAVED).await;
    gate.heal();
    page.reads(DONE).await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [satisfied()]);
}

/// The end that nobody saw is shown to whoever comes next, with the words that are still theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_rating_that_is_refused_in_the_end_gives_the_words_back() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    let (url, other) = (gate.rating_page(&gate.ticket()), gate.rating_page(&gate.ticket()));
    page.goto(&url).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    page.type_into("textarea", 0, "这句话还给您").await;
    gate.break_next(&[Fault::Reset; 50]);
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    page.goto("about:blank").await;
    gate.heal();
    // Meanwhile the same service was rated from elsewhere.
    let elsewhere = Page::open().await;
    submit(&elsewhere, &url).await;
    elsewhere.reads(DONE).await;
    elsewhere.close().await;
    page.goto(&other).await;
    page.reads("没有被接受").await;
    page.reads("一事一评").await;
    page.reads("这句话还给您").await;
    page.click("[name=dismiss]", 0).await;
    page.assert_says_not("这句话还给您").await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, [satisfied()]);
}
