//! The public pages with figures on them: nothing axe finds, nothing that scrolls sideways, no
//! script.

use haochaping_tests::{Collector, Http, eventually, service};
use serde_json::json;

use crate::{access::assert_accessible, page::Page};

const ITEM: &str = "11321000014216389W3000114001001";

/// Five ratings of one service item, two of them bad, with a comment; published.
fn published() -> Collector {
    let mut collector = Collector::start(&["--root-region", "320000"]);
    let services: Vec<_> = (0..5)
        .map(|_| {
            let mut made = service();
            made["item_code"] = ITEM.into();
            made["item_name"] = "社会保障卡申领".into();
            made
        })
        .collect();
    let issued = collector.register_all(&services);
    for (n, ticket) in issued["tickets"].as_array().expect("tickets").iter().enumerate() {
        let (level, option) = if n < 2 { ("dissatisfied", "213") } else { ("satisfied", "413") };
        let rating = json!({"ticket": ticket["ticket"], "key": format!("key-of-the-rating-number-{n}"), "level": level,
            "indicators": [option], "indicator_version": "2020-05", "comment": "办事指南和窗口说的一样", "anonymous": false,
            "contact": null, "lang": "zh-Hans", "via": null});
        assert_eq!(
            Http::new().post_json(&format!("{}/api/v1/ratings", collector.url()), &rating).status,
            201
        );
    }
    collector.next_day();
    let words = format!("{}/api/v1/statistics/hot-words", collector.url());
    eventually("the day is published", || {
        (Http::new().get(&words).text().contains("办事指南")).then_some(())
    });
    collector
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_charts_and_words_are_for_everyone() {
    let collector = tokio::task::spawn_blocking(published).await.expect("a collector with figures");
    let url = collector.url();
    let page = Page::open().await;
    for (scheme, lang) in [("light", "zh-Hans"), ("dark", "en"), ("light", "zh-Hant")] {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        page.cdp("Emulation.setEmulatedMedia", media).await;
        for path in [
            "/?",
            "/?region=321002&",
            "/?region=321000&mode=elder&",
            &format!("/?region=321000&item={ITEM}&"),
            "/?month=2026-13&",
            "/words?of=bad&source=word&word=%E5%8A%9E%E4%BA%8B%E6%8C%87%E5%8D%97&",
            "/improvements?",
        ] {
            page.set_width(375).await;
            page.goto(&format!("{url}{path}lang={lang}")).await;
            let width = page
                .eval("return document.documentElement.scrollWidth")
                .await
                .as_u64()
                .expect("a width");
            assert!(width <= 375, "{path} is {width} wide");
            assert_accessible(&page, &format!("{scheme}, {lang}, {path}")).await;
            let scripts = page.eval("return document.scripts.length").await;
            assert_eq!(scripts, 0, "{path} needs no script");
        }
    }
    page.goto(&format!("{url}/?region=321000&lang=zh-Hans")).await;
    // One touch opens a definition, one leads from a word to its figures.
    page.click(".what summary", 0).await;
    page.reads("（非常满意 + 满意 + 基本满意）÷ 全部评价").await;
    page.click("a[href*='/words']", 0).await;
    page.reads("每月趋势").await;
    page.close().await;
}
