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

/// The line gives a sign of life just while the device writes a rating down, and everything that
/// waits is sent: the rating's own person is still told what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_rating_sent_while_it_is_written_down_is_said_to_be_submitted() {
    let (collector, hall) = hall("60");
    let slow_disk = "const put=IDBObjectStore.prototype.put;IDBObjectStore.prototype.put=function(entry){\
        const store=this,until=performance.now()+1500,hold=()=>{if(performance.now()<until)store.count().onsuccess=hold};\
        hold();return put.call(store,entry)};";
    let page = Page::with(json!({}), slow_disk).await;
    pair(&page, &hall).await;
    called(&page, &hall).await;
    choose(&page, "satisfied").await;
    page.eval(
        "find('.send .big').click();[200,400,800].forEach(at=>setTimeout(()=>dispatchEvent(new Event('online')),at))",
    )
    .await;
    page.reads("您的评价已提交").await;
    page.reads("凭查询码").await;
    delivered(&page).await;
    assert_eq!(waiting(&page).await, Vec::<Value>::new());
    assert_eq!(block_in_place(|| collector.read_sql("select level from rating")), ["satisfied"]);
    page.close().await;
}
