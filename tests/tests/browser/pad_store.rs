//! The pad on a device whose database is slow.

use haochaping_tests::eventually;
use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::{
    pad::{WINDOW, called, choose, delivered, hall, pair, waiting},
    page::Page,
};

/// The device's database opens late, as on a machine that does something else.
const SLOW_STORE: &str = "const open=IDBFactory.prototype.open;IDBFactory.prototype.open=function(...all){\
    const request=open.apply(this,all);Object.defineProperty(request,'onsuccess',{set(heard){\
    request.addEventListener('success',event=>setTimeout(()=>heard.call(request,event),4000))}});return request};";

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_a_slow_store_is_found_and_sent() {
    let (collector, hall) = hall("60");
    let page = Page::open().await;
    pair(&page, &hall).await;
    called(&page, &hall).await;
    page.cdp("Network.enable", json!({})).await;
    page.cdp("Network.setBlockedURLs", json!({ "urls": ["*/ratings"] })).await;
    choose(&page, "satisfied").await;
    page.eval("find('.send .big').click()").await;
    page.reads("您的评价已保存，尚未提交").await;
    page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": SLOW_STORE })).await;
    page.goto(&format!("{}/pad/{WINDOW}", hall.url)).await;
    page.cdp("Network.setBlockedURLs", json!({ "urls": [] })).await;
    block_in_place(|| {
        eventually("the rating that waited is stored", || {
            (collector.read_sql("select level from rating") == ["satisfied"]).then_some(())
        });
    });
    delivered(&page).await;
    assert_eq!(waiting(&page).await, Vec::<Value>::new());
}
