//! The ledger as a person meets it: the look-up page gives the proof as a file, and checks it in
//! the person's own browser.

use haochaping_tests::{Http, eventually, on_server};
use serde_json::json;
use tokio::task::block_in_place;

use crate::{
    access::assert_accessible,
    gate::{Gate, Wasm},
    page::Page,
};

const BUTTON: &str = "section[data-proof] button";
const SAID: &str = "document.querySelector('section[data-proof] [role=status]').textContent";

/// Rates in the browser and gives the address of the look-up page, in Chinese.
async fn rate(page: &Page, gate: &Gate) -> String {
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads("评价已提交").await;
    let link = page.eval("return find('a[href*=\"/q/\"]').href").await;
    format!("{}?lang=zh-Hans", link.as_str().expect("the receipt leads to the progress"))
}

/// Waits until as many leaves have a number.
fn sequenced(gate: &Gate, size: u64) {
    let url = format!("{}/ledger/checkpoint", gate.collector.url());
    block_in_place(|| {
        eventually("every leaf has a number", || {
            let answer = Http::new().get(&url);
            (answer.text().lines().nth(1)?.parse::<u64>().ok()? >= size).then_some(())
        });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_checks_by_keyboard_that_the_rating_is_in_the_ledger() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    let progress = rate(&page, &gate).await;
    sequenced(&gate, 1);
    for (scheme, mode) in [("light", "inline"), ("dark", "inline"), ("light", "elder")] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        page.cdp("Emulation.setEmulatedMedia", features).await;
        page.goto(&format!("{progress}&mode={mode}")).await;
        page.until(
            "the check is offered",
            &format!("return !document.querySelector('{BUTTON}').hidden"),
        )
        .await;
        let loaded = "return performance.getEntriesByType('resource').filter(e=>e.name.endsWith('.wasm')).length";
        assert_eq!(
            page.eval(loaded).await,
            json!(0),
            "the cryptography waits until it is asked for"
        );
        page.eval(&format!("document.querySelector('{BUTTON}').focus()")).await;
        page.keys("\u{e007}").await;
        page.reads("核对通过：您的评价是账本").await;
        page.reads("的第 1 条记录，账本现有 1 条。").await;
        assert_eq!(page.eval(loaded).await, json!(1));
        assert_accessible(&page, &format!("proven, {scheme}, {mode}")).await;
    }
    page.set_width(320).await;
    let wide = page.eval("return document.documentElement.scrollWidth").await;
    assert_eq!(wide, json!(320), "nothing scrolls sideways");
    page.assert_quiet().await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_does_not_hold_is_said_and_one_that_did_not_come_is_not_called_wrong() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    let progress = rate(&page, &gate).await;
    rate(&page, &gate).await;
    sequenced(&gate, 2);

    gate.set(Wasm::Missing);
    page.goto(&progress).await;
    page.until(
        "the check is offered",
        &format!("return !document.querySelector('{BUTTON}').hidden"),
    )
    .await;
    page.click(BUTTON, 0).await;
    page.reads("没有取到核对所需的文件，现在不能核对").await;
    assert_eq!(page.eval(&format!("return {SAID}.includes('核对没有通过')")).await, json!(false));

    // The same page goes on once the file is there; then somebody rewrites the log's hashes in the
    // store.
    gate.set(Wasm::Passes);
    page.click(BUTTON, 0).await;
    page.reads("账本现有 2 条").await;
    let copied = "create table copied as select * from ledger_batch; delete from ledger_batch";
    block_in_place(|| gate.collector.run_sql(copied));
    page.click(BUTTON, 0).await;
    page.reads("账本中没有这条评价应有的记录").await;
    block_in_place(|| gate.collector.run_sql("insert into ledger_batch select * from copied"));
    let zeros = if on_server() { "decode(repeat('00', 64), 'hex')" } else { "zeroblob(64)" };
    block_in_place(|| {
        gate.collector.run_sql(&format!("update ledger_tile set data = {zeros} where level = 0"));
    });
    page.click(BUTTON, 0).await;
    page.reads("核对没有通过。请下载并保存这份证明").await;
    assert_eq!(page.eval(&format!("return {SAID}.includes('核对通过')")).await, json!(false));
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_proof_is_a_file_and_no_button_pretends() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let scripted = Page::open().await;
    let progress = rate(&scripted, &gate).await;
    scripted.close().await;
    let page = Page::without_script().await;
    page.goto(&progress).await;
    page.reads("公开账本").await;
    assert_eq!(
        page.eval(&format!("return document.querySelector('{BUTTON}').offsetWidth")).await,
        json!(0)
    );
    let link = page.eval("return document.querySelector('section[data-proof] a').href").await;
    let link = link.as_str().expect("the proof is a link").to_owned();
    let answer = block_in_place(|| Http::new().get(&link));
    assert_eq!(answer.status, 200);
    assert!(answer.json()["proof"].as_str().is_some_and(|proof| proof.contains("index ")));
    page.close().await;
}
