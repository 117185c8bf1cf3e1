//! What becomes of a bad rating, as the person sees it: the look-up page shows each step and the
//! answer, and the person says once whether it will do.

use haochaping_tests::Office;
use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::{
    access::assert_accessible,
    gate::{Gate, Wasm},
    page::Page,
};

const REPLY: &str = "您反映的情况属实，已统一窗口口径。";

/// Rates 不满意 without a script and gives the address of the look-up page that the receipt leads
/// to.
async fn rate(page: &Page, gate: &Gate) -> String {
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.click("[value=dissatisfied]", 0).await;
    page.type_into("textarea", 0, "窗口说法前后不一").await;
    page.click(".hcp-submit", 0).await;
    page.reads("评价已提交").await;
    let link = page.eval("return document.querySelector('a[href*=\"/q/\"]').href").await;
    in_chinese(&link)
}

/// The look-up page of a link; a browser under test asks for English by itself.
fn in_chinese(link: &Value) -> String {
    format!("{}?lang=zh-Hans", link.as_str().expect("the receipt leads to the progress"))
}

fn worked() -> [Value; 5] {
    [
        json!({"action": "reach", "cause": "window_staff", "demand": "统一口径"}),
        json!({"action": "determine_valid", "class": "general", "finding": "调取录像，情况属实"}),
        json!({"action": "rectify", "measures": "统一咨询口径"}),
        json!({"action": "resolve", "result": "已培训窗口人员"}),
        json!({"action": "reply", "text": REPLY}),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_a_person_reads_the_answer_and_has_it_worked_again() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::without_script().await;
    let progress = rate(&page, &gate).await;
    let department = block_in_place(|| Office::department(&gate.collector));
    let order = block_in_place(|| department.only_order());
    page.goto(&progress).await;
    page.reads("已派单至责任部门，待联系核实").await;
    page.reads("应当答复的时限").await;
    block_in_place(|| department.act(&order, &worked()));
    page.goto(&progress).await;
    page.reads("限时整改").await;
    page.reads(REPLY).await;
    let text = page.eval("return document.body.innerText").await;
    for inner in ["统一咨询口径", "调取录像", "已培训", "不满意的原因", "窗口说法前后不一"]
    {
        assert!(!text.as_str().unwrap().contains(inner), "{inner} is not for this page");
    }
    page.type_into("#words", 0, "窗口仍然各说各的").await;
    page.click("[value=still_dissatisfied]", 0).await;
    page.until("the question is gone", "return !document.querySelector('[name=answer]')").await;
    let again = block_in_place(|| department.only_order());
    assert_eq!((&again["stage"], &again["round"]), (&json!("dispatched"), &json!(2)));
    let last =
        again["history"].as_array().and_then(|history| history.last()).cloned().unwrap_or_default();
    assert_eq!(last["words"], "窗口仍然各说各的");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_read_by_everybody_and_taken_by_keyboard() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    page.type_into("textarea", 0, "窗口说法前后不一").await;
    page.click(".hcp-submit", 0).await;
    page.reads("评价已提交").await;
    let progress = page.eval("return find('a[href*=\"/q/\"]').href").await;
    let progress = in_chinese(&progress);
    let department = block_in_place(|| Office::department(&gate.collector));
    block_in_place(|| department.act(&department.only_order(), &worked()));
    for (scheme, mode) in [("light", "inline"), ("dark", "inline"), ("light", "elder")] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        page.cdp("Emulation.setEmulatedMedia", features).await;
        page.goto(&format!("{progress}&mode={mode}")).await;
        page.reads(REPLY).await;
        assert_accessible(&page, &format!("answered, {scheme}, {mode}")).await;
    }
    page.set_width(320).await;
    page.goto(&progress).await;
    let wide = page.eval("return document.documentElement.scrollWidth").await;
    assert_eq!(wide, json!(320), "nothing scrolls sideways");
    let widths = page
        .eval("return Array.from(document.querySelectorAll('[name=answer]'),b=>b.offsetWidth)")
        .await;
    assert_eq!(widths[0], widths[1], "both answers are equally easy");
    page.eval("document.querySelector('[value=satisfied]').focus()").await;
    page.keys("\u{e007}").await;
    page.reads("已收到您对答复的意见").await;
    let is_chinese = page.eval("return document.documentElement.lang").await;
    assert_eq!(is_chinese, json!("zh-Hans"), "the reader's language is kept");
    page.assert_quiet().await;
    page.close().await;
}
