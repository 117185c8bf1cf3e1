//! The desk in a real browser: a handler's whole path by keyboard, with axe on every page, and the
//! same without scripts.

use haochaping_tests::{Collector, PASSWORD, Staff, eventually};
use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::{access::assert_accessible, page::Page};

const ENTER: &str = "\u{e007}";
const TAB: &str = "\u{e004}";

/// A collector with one bad rating and a handler who has not signed in.
fn with_one_order() -> Collector {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).remove(0);
    let rating = json!({
        "ticket": ticket, "key": "a-key-of-a-test-of-the-desk", "level": "dissatisfied", "indicators": [],
        "indicator_version": "2020-05", "comment": "窗口说法前后不一", "anonymous": false,
        "contact": {"name": "示例甲", "phone": "13800131234"}, "lang": "zh-Hans", "via": null,
    });
    let url = format!("{}/api/v1/ratings", collector.url());
    assert_eq!(haochaping_tests::Http::new().post_json(&url, &rating).status, 201);
    Staff::add(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", "11321000014216389W", "--region", "321000"],
    );
    let staff = Staff::sign_in(&collector, "wang-1");
    staff.orders(1);
    collector
}

async fn sign_in(page: &Page, collector: &Collector) {
    page.goto(&format!("{}/desk", collector.url())).await;
    page.reads("登录").await;
    page.type_into("#name", 0, "wang-1").await;
    page.keys(TAB).await;
    page.keys(PASSWORD).await;
    page.keys(ENTER).await;
    page.reads("待办工单").await;
}

/// Opens a step with the keyboard, fills its fields in, and sends it.
pub(crate) async fn take(page: &Page, action: &str, fields: &[(&str, &str)]) {
    let summary = format!(
        "document.querySelector('[value={action}]').closest('details').querySelector('summary')"
    );
    page.eval(&format!("{summary}.focus()")).await;
    page.keys(ENTER).await;
    for (name, value) in fields {
        page.keys(TAB).await;
        let focused = page.eval("return document.activeElement.name").await;
        assert_eq!(focused, json!(name), "fields follow one another");
        page.keys(value).await;
    }
    page.keys(TAB).await;
    page.keys(ENTER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_works_an_order_by_keyboard_alone() {
    let collector = block_in_place(with_one_order);
    let page = Page::open().await;
    page.goto(&format!("{}/desk/sign-in", collector.url())).await;
    assert_accessible(&page, "signing in").await;
    sign_in(&page, &collector).await;
    for scheme in ["light", "dark"] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        page.cdp("Emulation.setEmulatedMedia", features).await;
        assert_accessible(&page, &format!("the list, {scheme}")).await;
    }
    page.set_width(375).await;
    let wide = page.eval("return document.documentElement.scrollWidth").await;
    assert_eq!(wide, json!(375), "nothing scrolls sideways");
    page.eval("document.querySelector('.orders a').focus()").await;
    page.keys(ENTER).await;
    page.reads("窗口说法前后不一").await;
    assert_accessible(&page, "an order").await;
    let wide = page.eval("return document.documentElement.scrollWidth").await;
    assert_eq!(wide, json!(375), "nothing scrolls sideways");
    take(&page, "reach", &[("cause", "事项"), ("demand", "希望一次告知")]).await;
    page.reads("已联系上，核实情况").await;
    // A choice that was left out: what was written stays, and the fault is said beside it.
    take(&page, "determine_valid", &[("class", ""), ("finding", "属实，已核")]).await;
    page.reads("请选择。").await;
    assert_accessible(&page, "a refused step").await;
    let kept = page.eval("return document.querySelector('[name=finding]').value").await;
    assert_eq!(kept, json!("属实，已核"));
    page.eval("document.querySelector('#determine_valid-class').focus()").await;
    page.keys("一般").await;
    page.keys(TAB).await;
    page.keys(TAB).await;
    page.keys(ENTER).await;
    page.reads("一般问题，限时整改").await;
    take(&page, "rectify", &[("measures", "统一口径")]).await;
    page.reads("统一口径").await;
    take(&page, "resolve", &[("result", "已培训")]).await;
    page.reads("已培训").await;
    take(&page, "reply", &[("text", "您反映的情况属实。")]).await;
    page.reads("您反映的情况属实。").await;
    page.goto(&format!("{}/desk/waiting", collector.url())).await;
    assert_eq!(page.eval("return document.querySelectorAll('.orders a').length").await, json!(1));
    page.assert_quiet().await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_needs_no_script() {
    let collector = block_in_place(with_one_order);
    let page = Page::without_script().await;
    sign_in(&page, &collector).await;
    page.click(".orders a", 0).await;
    page.reads("下一步").await;
    let n_scripts: Value = page.eval("return document.scripts.length").await;
    assert_eq!(n_scripts, json!(0));
    page.click("section[aria-labelledby=next] summary", 0).await;
    page.type_into("[name=how]", 0, "电话无人接听").await;
    page.click("section[aria-labelledby=next] details[open] button", 0).await;
    block_in_place(|| {
        let staff = Staff::sign_in(&collector, "wang-1");
        let order = staff.orders(1).remove(0);
        eventually("the attempt is on record", || {
            staff.get(&order).text().contains("电话无人接听").then_some(())
        });
    });
    page.close().await;
}
