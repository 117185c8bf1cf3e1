//! Bad networks. Whatever they do to a rating, it is stored once, and the page never says more than
//! is true: 已提交 only with the collector's receipt.

use serde_json::json;

use crate::{
    gate::{Fault, Gate, Wasm},
    page::Page,
    row::{Row, rows},
};

const DONE: &str = "评价已提交";
const SAVED: &str = "已保存，联网后自动提交";
const WORDS: &str = "网络不好也不丢";
/// Keeps each outcome with what the element said at that moment: 已保存 may stand for a blink only.
const HEAR: &str = "window.heard=[];addEventListener('hcp-rated',e=>{const said=e.target.shadowRoot.textContent;\
    heard.push([e.detail.outcome,said.includes('已保存，联网后自动提交'),said.includes('评价已提交')])});";

async fn assert_one_row(gate: &mut Gate) {
    let expected = Row {
        level: "satisfied".into(),
        comment: WORDS.into(),
        channel: "pc".into(),
        ..Row::default()
    };
    assert_eq!(rows(&mut gate.collector).await, [expected]);
}

async fn fill(page: &Page, url: &str) {
    page.goto(url).await;
    page.taken_over(0).await;
    page.click("[value=satisfied]", 0).await;
    page.type_into("textarea", 0, WORDS).await;
}

/// A rating that meets these faults, one after the other, and then gets through by itself.
async fn gets_through(faults: &[Fault], first: &str, last_outcome: &str) {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    gate.break_next(faults);
    let page = Page::with(json!({}), &format!("{HEAR}{first}")).await;
    fill(&page, &gate.rating_page(&gate.ticket())).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    assert_eq!(gate.n_faults_left(), 0, "every fault was met");
    assert_eq!(
        page.eval("return heard").await,
        json!([["queued", true, false], [last_outcome, false, true]])
    );
    assert_nothing_kept(&page).await;
    page.close().await;
    assert_one_row(&mut gate).await;
}

/// No comment and no contact stays in the browser after the acknowledgement.
async fn assert_nothing_kept(page: &Page) {
    let kept = "const done=arguments[arguments.length-1];(async()=>{let left=Object.keys(localStorage).length;\
        for(const {name} of await indexedDB.databases()){const db=await new Promise(r=>{const q=indexedDB.open(name);q.onsuccess=()=>r(q.result)});\
        left+=await new Promise(r=>{const q=db.transaction('ratings').objectStore('ratings').count();q.onsuccess=()=>r(q.result)});db.close()}\
        done(left)})()";
    let left = page.client.execute_async(kept, vec![]).await.expect("the stores can be asked");
    assert_eq!(left, json!(0), "something of the rating is still in the browser");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_connection() {
    gets_through(&[Fault::Reset, Fault::Reset], "", "accepted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_after_the_commit() {
    gets_through(&[Fault::AnswerLost], "", "replayed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_without_room_several_times() {
    gets_through(
        &[Fault::Refused(503, 1), Fault::Refused(503, 2), Fault::Refused(503, 0)],
        "",
        "accepted",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_requests() {
    gets_through(&[Fault::Refused(429, 1)], "", "accepted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_captive_portal() {
    gets_through(&[Fault::CaptivePortal, Fault::CaptivePortal], "", "accepted").await;
}

/// Cut off after 8 s; whatever arrived late is found again by its key.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_20_seconds() {
    gets_through(&[Fault::Slow(20)], "", "accepted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_a_day_ahead() {
    gets_through(&[Fault::Reset], "const now=Date.now;Date.now=()=>now()+86400000;", "accepted")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_a_day_behind() {
    gets_through(&[Fault::Reset], "const now=Date.now;Date.now=()=>now()-86400000;", "accepted")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_given_offline_goes_when_the_network_is_back() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::with(json!({}), HEAR).await;
    fill(&page, &gate.rating_page(&gate.ticket())).await;
    page.set_offline(true).await;
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    page.assert_says_not(DONE).await;
    page.set_offline(false).await;
    page.reads(DONE).await;
    page.assert_quiet().await;
    page.close().await;
    assert_one_row(&mut gate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plain_form_waits_for_the_network_too() {
    let mut gate = Gate::open(Wasm::Missing, &[]).await;
    let page = Page::with(json!({}), HEAR).await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.until("the script looks after the form", "return warned.length===1").await;
    page.click("[value=satisfied]", 0).await;
    page.type_into("textarea", 0, WORDS).await;
    gate.break_next(&[Fault::Refused(503, 1)]);
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    assert_eq!(
        page.eval("return heard").await,
        json!([["queued", true, false], ["accepted", false, true]])
    );
    page.close().await;
    assert_one_row(&mut gate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_collector_is_down_the_rating_goes_after_its_return() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    fill(&page, &gate.rating_page(&gate.ticket())).await;
    tokio::task::block_in_place(|| gate.collector.kill());
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    page.assert_says_not(DONE).await;
    tokio::task::block_in_place(|| gate.collector.restart());
    page.reads(DONE).await;
    page.close().await;
    assert_one_row(&mut gate).await;
}

/// The collector asks for more patience than the test has, so only the button can have sent it.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_need_not_wait_for_the_next_attempt() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    gate.break_next(&[Fault::Refused(503, 600)]);
    let page = Page::open().await;
    fill(&page, &gate.rating_page(&gate.ticket())).await;
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    page.click("[name=again]", 0).await;
    page.reads(DONE).await;
    page.close().await;
    assert_one_row(&mut gate).await;
}

/// What is refused for good comes back with every word, and nothing of it is on record.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_brings_the_form_back_with_every_word() {
    let mut gate = Gate::open(Wasm::Held, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    // A fault that only the collector sees.
    page.eval("document.querySelector('[name=indicator_version]').value='1999-01'").await;
    gate.set(Wasm::Passes);
    page.taken_over(0).await;
    page.click("[value=satisfied]", 0).await;
    page.click("[value='406']", 0).await;
    page.type_into("textarea", 0, WORDS).await;
    page.click(".hcp-submit", 0).await;
    page.reads("有选项不属于所选等级").await;
    let kept = page.eval("return [find('textarea').value,find(\"[value='406']\").checked]").await;
    assert_eq!(kept, json!([WORDS, true]));
    assert_nothing_kept(&page).await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await, []);
}
