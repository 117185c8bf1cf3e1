//! Web-views of mini-programs, with the bridges of WeChat and Alipay played and WeChat's own script
//! driven over one. The rating is stored whatever a bridge does; a bridge's failure is never the
//! rating's; and everything comes from one origin.

use serde_json::{Value, json};

use crate::{
    gate::{Gate, Wasm},
    page::Page,
    row::{Row, rows},
};

const DONE: &str = "评价已提交";
const WECHAT: &str = "Mozilla/5.0 (Linux; Android 14; 示例) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile \
    Safari/537.36 MicroMessenger/8.0.50 NetType/4G Language/zh_CN miniProgram/wx0000000000000000";
const ALIPAY: &str = "Mozilla/5.0 (Linux; Android 14; 示例) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile \
    Safari/537.36 AliApp(AP/10.6.0) AlipayClient/10.6.0 Language/zh-Hans MiniProgram APXWebView";

fn read(name: &str) -> String {
    let path = haochaping_tests::workspace().join("tests/browser/bridge").join(name);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: npm ci", path.display()))
}

/// The bridge as the app would have it, and with `sdk` WeChat's own script in the page.
fn played(host: &str, mode: &str, sdk: bool) -> String {
    let mut script =
        format!("{};playBridge({});", read("stub.js"), json!({ "host": host, "mode": mode }));
    if sdk {
        let source = read("node_modules/weixin-js-sdk/index.js");
        script += &format!(
            ";(()=>{{const module={{exports:{{}}}};{source}\nwindow.wx=window.jWeixin=module.exports}})();"
        );
    }
    // What the network was asked for, and whether the page was ever framed.
    script
        + "window.asked=[];new PerformanceObserver(l=>l.getEntries().forEach(e=>asked.push(e.name)))\
        .observe({type:'resource',buffered:true});"
}

async fn open(agent: &str, first: &str, url: &str) -> Page {
    let page = Page::with(json!({}), first).await;
    page.cdp(
        "Emulation.setUserAgentOverride",
        json!({ "userAgent": agent.replace("示例", "sample") }),
    )
    .await;
    page.goto(url).await;
    page
}

/// Rates in this web-view, goes back, and gives what the bridge was called with.
async fn rates(agent: &str, host: &str, mode: &str, sdk: bool) -> Vec<Value> {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let page = open(agent, &played(host, mode, sdk), &gate.rating_page(&gate.ticket())).await;
    page.taken_over(0).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    if mode == "late" {
        page.eval("bridgeArrives()").await;
    }
    if mode == "absent" {
        page.reads("可以关闭此页面").await;
    } else {
        page.until("the way back", "return !!document.querySelector('.hcp-return button')").await;
        page.click(".hcp-return button", 0).await;
        page.until(
            "an answer to the button",
            "return bridgeCalls.some(c=>/navigateBack|closeWindow|popWindow/.test(c.api))",
        )
        .await;
    }
    page.assert_says_not("错误").await;
    assert_eq!(
        page.eval("return find('.hcp-done dd').textContent.length").await,
        json!(19),
        "the receipt stays"
    );
    let foreign = format!(
        "return [asked.filter(u=>!u.startsWith({0})&&u!=='https://appx/web-view.min.js'),document.querySelectorAll('iframe').length,location.origin]",
        json!(gate.url)
    );
    assert_eq!(
        page.eval(&foreign).await,
        json!([[], 0, gate.url]),
        "one origin, no frame, no redirect away"
    );
    let calls = page.eval("return bridgeCalls").await;
    page.close().await;
    let expected = Row { level: "satisfied".into(), channel: "mobile".into(), ..Row::default() };
    assert_eq!(rows(&mut gate.collector).await, [expected]);
    calls.as_array().cloned().unwrap_or_default()
}

/// The message comes before the way back, and says that there is a rating and nothing of what it
/// says.
fn assert_told_and_left(calls: &[Value], via: &str, back: &str) {
    let apis: Vec<_> = calls.iter().map(|call| call["api"].as_str().unwrap_or_default()).collect();
    let told = apis.iter().position(|api| *api == "postMessage").expect("a message was sent");
    let left = apis.iter().position(|api| *api == back).expect("the page was left");
    assert!(told < left, "the message must come first: {apis:?}");
    for call in calls.iter().filter(|call| call["api"] == "postMessage") {
        let text = call["arg"].to_string();
        assert!(text.contains("haochaping:rated") && call["via"] == via, "{call}");
        let secrets = ["satisfied", "lookup", "comment", "ticket"];
        assert!(
            !secrets.iter().any(|secret| text.contains(secret)),
            "the bridge hears more than a receipt: {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wechat_hears_of_the_receipt_before_the_page_goes_back() {
    assert_told_and_left(
        &rates(WECHAT, "wechat", "early", false).await,
        "WeixinJSBridge",
        "navigateBack",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wechat_s_own_script_passes_it_on() {
    assert_told_and_left(
        &rates(WECHAT, "wechat", "early", true).await,
        "weixin-js-sdk",
        "navigateBack",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_of_wechat_that_comes_late_is_used() {
    assert_told_and_left(
        &rates(WECHAT, "wechat", "late", true).await,
        "weixin-js-sdk",
        "navigateBack",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_of_wechat_that_never_comes_is_not_waited_for() {
    assert_eq!(rates(WECHAT, "wechat", "absent", true).await, [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_of_wechat_that_throws_harms_nothing() {
    rates(WECHAT, "wechat", "throwing", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alipay_hears_of_the_receipt_before_the_page_goes_back() {
    assert_told_and_left(&rates(ALIPAY, "alipay", "early", false).await, "my", "navigateBack");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_of_alipay_that_comes_late_is_used() {
    let calls = rates(ALIPAY, "alipay", "late", false).await;
    assert_told_and_left(&calls, "my", "navigateBack");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_of_alipay_that_throws_harms_nothing() {
    rates(ALIPAY, "alipay", "throwing", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_browser_loads_no_bridge() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let page = Page::open().await;
    page.goto(&gate.rating_page(&gate.ticket())).await;
    let scripts = "return [...document.scripts].filter(s=>/bridge|appx/.test(s.src)).length";
    assert_eq!(page.eval(scripts).await, json!(0));
    page.close().await;
}
