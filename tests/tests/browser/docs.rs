//! The page of the API's contract: the viewer in Chinese under a strict policy, by keyboard, and
//! the plain list without a script.

use haochaping_tests::Collector;
use serde_json::json;

use crate::page::Page;

const ACT: &str = "[data-item-id=\"tag/work-orders/operation/actOnWorkOrder\"]";

async fn collector() -> Collector {
    tokio::task::spawn_blocking(|| Collector::start(&[])).await.expect("a collector")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_viewer_shows_every_task_in_chinese_and_goes_by_keyboard() {
    let collector = collector().await;
    let page = Page::open().await;
    page.set_width(1280).await;
    page.goto(&format!("{}/api/docs", collector.url())).await;
    page.until("the viewer is there", "return document.querySelector('[role=menuitem]')!==null")
        .await;
    let tasks = page.eval("return [...document.querySelectorAll('[role=menuitem][data-item-id^=\"tag/\"]')].map(i=>i.getAttribute('aria-label')).filter(l=>!l.includes('·'))").await;
    assert_eq!(
        tasks,
        json!([
            "登记",
            "评价",
            "工单",
            "窗口",
            "推送",
            "推回",
            "统计",
            "账本",
            "页面与嵌入",
            "运行"
        ])
    );
    for words in
        ["认证 Authorization", "请求体 Request body", "请求示例 Request", "HAOCHAPING_API_KEY"]
    {
        let shows = format!("return document.body.textContent.includes({})", json!(words));
        page.until(words, &shows).await;
    }
    // A status on one line, as wide as it has to be.
    let height = "return Math.max(...[...document.querySelectorAll('button strong')].filter(s=>/^\\d{3}\\s*$/.test(s.textContent))\
        .map(s=>{const r=document.createRange();r.selectNodeContents(s.firstChild);return r.getBoundingClientRect().height}))";
    let height = page.eval(height).await.as_f64().expect("a height");
    assert!(height > 0.0 && height < 30.0, "{height}");
    // From the menu to an operation, by Enter.
    page.eval("document.querySelector('[data-item-id=\"tag/work-orders\"]').focus()").await;
    page.keys("\u{E007}").await;
    page.eval(&format!("document.querySelector('{ACT}').focus()")).await;
    page.keys("\u{E007}").await;
    page.until("the address names it", "return location.hash.endsWith('actOnWorkOrder')").await;
    page.until(
        "it is in sight",
        "const top=document.getElementById('tag/work-orders/operation/actOnWorkOrder').getBoundingClientRect().top;\
         return top>-50&&top<200",
    )
    .await;
    page.assert_quiet().await;
    page.set_width(375).await;
    let width =
        page.eval("return document.documentElement.scrollWidth").await.as_u64().expect("a width");
    assert!(width <= 375, "{width} wide");
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plain_list_needs_no_script() {
    let collector = collector().await;
    let page = Page::without_script().await;
    page.set_width(375).await;
    page.goto(&format!("{}/api/docs", collector.url())).await;
    let shown = page.eval("return document.querySelectorAll('.plain details').length").await;
    assert_eq!(shown, json!(42), "every operation and message");
    page.eval("document.querySelectorAll('details').forEach(d=>d.open=true)").await;
    let width =
        page.eval("return document.documentElement.scrollWidth").await.as_u64().expect("a width");
    assert!(width <= 375, "{width} wide");
    page.close().await;
}
