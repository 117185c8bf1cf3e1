//! The pad at a window in a real browser: a whole day, what is left of a person, every state for
//! every reader, every size.

use std::path::Path;

use haochaping_tests::{Collector, Hall, eventually, service};
use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::{access::assert_accessible, page::Page};

pub(crate) const WINDOW: &str = "yz-a01";
/// A mark in the words of each visitor; a longer text than anything a program writes by chance.
const MARK: &str = "示例访客的话";

pub(crate) fn hall(seconds: &str) -> (Collector, Hall) {
    block_in_place(|| {
        let collector = Collector::start(&["--pad-seconds", seconds]);
        let hall = Hall::open(&collector, &[(WINDOW, "1 号综合窗口")]);
        (collector, hall)
    })
}

/// Pairs the page's browser by the form, as somebody of the hall does.
pub(crate) async fn pair(page: &Page, hall: &Hall) {
    page.goto(&format!("{}/pad/{WINDOW}", hall.url)).await;
    page.reads("配对评价器").await;
    let code = block_in_place(|| hall.code(WINDOW));
    page.type_into("#code", 0, &code).await;
    page.click("button", 0).await;
    page.reads("欢迎您来办事").await;
    page.reads("网络正常").await;
}

pub(crate) async fn called(page: &Page, hall: &Hall) -> Value {
    let service = block_in_place(|| hall.call_one(WINDOW));
    page.reads("请您对本次服务作出评价").await;
    service
}

pub(crate) async fn choose(page: &Page, level: &str) {
    page.eval(&format!("find('[name=level][value={level}]').click()")).await;
}

async fn finish(page: &Page) {
    page.eval("find('[name=finish]').click()").await;
    page.reads("欢迎您来办事").await;
}

/// What the page, its stores and its history hold of anybody: nothing.
async fn assert_nothing_left(page: &Page) {
    let left = page
        .eval(
            "return [document.documentElement.outerHTML.includes('示例访客的话'),find('textarea').value,\
             document.querySelectorAll(':checked').length,localStorage.length,Object.keys(sessionStorage).join(),history.length,\
             find('.items').textContent+find('.code').textContent+(find('.phone img').getAttribute('src')||'')]",
        )
        .await;
    let history = left[5].as_u64().unwrap_or(99);
    assert_eq!(left, json!([false, "", 0, 0, "hcp-page", history, ""]));
    assert!(history <= 4, "the pad makes no history: {history}");
}

/// What waits in the device's database.
pub(crate) async fn waiting(page: &Page) -> Vec<Value> {
    let read = "const done=arguments[arguments.length-1];const r=indexedDB.open('haochaping-pad/1');\
        r.onsuccess=()=>{const q=r.result.transaction('ratings').objectStore('ratings').getAll();\
        q.onsuccess=()=>{r.result.close();done(q.result)}}";
    match page.client.execute_async(read, vec![]).await.expect("the database opens") {
        Value::Array(entries) => entries,
        other => panic!("{other}"),
    }
}

pub(crate) async fn delivered(page: &Page) {
    // A page that was just opened says nothing yet: neither that something waits nor that nothing
    // does.
    let script = "const line=find('.line').textContent;return line.includes('网络正常')&&!line.includes('等待提交')";
    page.until("everything that waited is delivered", script).await;
}

/// Whether any file of a browser's profile holds this text, as UTF-8 or UTF-16.
fn is_in_profile(profile: &Path, text: &str) -> bool {
    let utf8 = text.as_bytes().to_vec();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut directories = vec![profile.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                directories.push(entry.path());
            } else if let Ok(content) = std::fs::read(entry.path())
                && [&utf8, &utf16]
                    .iter()
                    .any(|wanted| content.windows(wanted.len()).any(|part| part == *wanted))
            {
                return true;
            }
        }
    }
    false
}

/// 200 visitors, two network cuts, a restart of the device and one of the collector: each rating
/// that was given is stored once, none is invented, and nothing of anybody is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_day_at_a_window() {
    const N_VISITORS: usize = 200;
    const LEVELS: [&str; 5] =
        ["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"];
    let (mut collector, hall) = hall("10");
    let profile = tempfile::tempdir().expect("a directory for the profile");
    let mut page = Page::on_profile(profile.path()).await;
    pair(&page, &hall).await;
    let mut given: Vec<&str> = Vec::new();
    let (mut n_unrated, mut n_withdrawn) = (0, 0);
    for n in 0..N_VISITORS {
        called(&page, &hall).await;
        let level = LEVELS[n % LEVELS.len()];
        match n {
            // They leave without a word.
            30 | 130 => {
                page.reads("您还在评价吗？").await;
                page.reads("欢迎您来办事").await;
                n_unrated += 1;
                continue;
            }
            // They leave, and the window's system says so.
            45 | 145 => {
                block_in_place(|| assert_eq!(hall.withdraw(WINDOW).status, 200));
                page.reads("欢迎您来办事").await;
                n_withdrawn += 1;
                continue;
            }
            _ => {}
        }
        let is_cut = matches!(n, 60 | 160 | 180);
        if is_cut {
            page.set_offline(true).await;
        }
        let is_restart = n == 80;
        if is_restart {
            block_in_place(|| drop(collector.stop()));
        }
        choose(&page, level).await;
        let option = format!(
            "const o=find('fieldset:not([hidden]) [name=indicator]');o.click();find('textarea').value='{MARK} {n}'"
        );
        page.eval(&option).await;
        page.eval("find('.send .big').click()").await;
        given.push(level);
        if is_cut || is_restart {
            page.reads("您的评价已保存，尚未提交").await;
            let entries = waiting(&page).await;
            let message = json!(entries).to_string();
            assert_eq!(entries.len(), 1);
            assert!(
                !message.contains(MARK) && !message.contains(level) && message.contains("sealed"),
                "{message}"
            );
            finish(&page).await;
            page.reads("有 1 条评价等待提交").await;
        } else {
            page.reads("您的评价已提交").await;
            finish(&page).await;
        }
        if n == 180 {
            // The device goes off in the middle of a cut, and comes back with the network. Chromium
            // takes half a minute until a cookie is on disk.
            block_in_place(|| {
                eventually("the pairing is on the device's disk", || {
                    is_in_profile(profile.path(), "hcp-pad").then_some(())
                });
            });
            page.kill();
            page = Page::on_profile(profile.path()).await;
            page.goto(&format!("{}/pad/{WINDOW}", hall.url)).await;
            page.reads("欢迎您来办事").await;
        } else if is_cut {
            page.set_offline(false).await;
        }
        if is_restart {
            block_in_place(|| collector.restart());
        }
        if is_cut || is_restart {
            delivered(&page).await;
            assert_eq!(waiting(&page).await, Vec::<Value>::new());
        }
        if n % 20 == 0 {
            assert_nothing_left(&page).await;
        }
    }
    assert_nothing_left(&page).await;
    page.assert_quiet().await;
    // A browser writes for a moment longer.
    page.close().await;
    block_in_place(|| {
        let mut stored = collector.read_sql("select level from rating");
        stored.sort_unstable();
        given.sort_unstable();
        assert_eq!(stored, given);
        assert_eq!(collector.read_sql("select distinct channel from rating"), ["hall_pad"]);
        let desk = hall.operator.get("/desk/windows");
        let expected = format!("已评价 {}，未评价 {n_unrated}，撤回 {n_withdrawn}", given.len());
        assert!(desk.text().contains(&expected), "{expected} in {}", desk.text());
        assert_eq!(collector.cli(&["verify"]).code, Some(0));
        assert!(!is_in_profile(profile.path(), MARK), "the device holds what a person wrote");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_rates_by_keyboard_and_is_told_what_is_missing() {
    const TAB: &str = "\u{e004}";
    const ENTER: &str = "\u{e007}";
    let (collector, hall) = hall("60");
    let page = Page::open().await;
    pair(&page, &hall).await;
    called(&page, &hall).await;
    let focused = "return document.activeElement.textContent";
    assert_eq!(
        page.eval(focused).await,
        json!("请您对本次服务作出评价"),
        "a screen reader hears the question"
    );
    for _ in 0..4 {
        page.keys(TAB).await;
    }
    page.keys(ENTER).await;
    page.reads("您的评价：不满意").await;
    page.eval("find('.send .big').focus()").await;
    page.keys(ENTER).await;
    page.reads("请至少选择一个原因，或写一句话。").await;
    page.type_into("textarea", 0, "等了很久").await;
    page.eval("find('.send .big').focus()").await;
    page.keys(ENTER).await;
    page.reads("您的评价已提交").await;
    page.reads("凭查询码").await;
    assert_eq!(block_in_place(|| collector.read_sql("select level from rating")), ["dissatisfied"]);
    page.assert_quiet().await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_taken_back_takes_no_answer_away_and_a_phone_is_told_apart() {
    let (collector, hall) = hall("60");
    let page = Page::open().await;
    pair(&page, &hall).await;
    called(&page, &hall).await;
    choose(&page, "very_dissatisfied").await;
    block_in_place(|| assert_eq!(hall.withdraw(WINDOW).status, 200));
    block_in_place(|| {
        eventually("the desk knows", || {
            hall.operator.get("/desk/windows").text().contains("撤回 1").then_some(())
        });
    });
    page.type_into("textarea", 0, "没有人说明原因").await;
    page.eval("find('.send .big').click()").await;
    page.reads("您的评价已提交").await;
    finish(&page).await;
    // By the code on the person's own phone, which the collector draws for this call alone.
    let service = called(&page, &hall).await;
    page.until(
        "the code is drawn",
        "const i=find('.phone img');return i.complete&&i.naturalWidth>0",
    )
    .await;
    let ticket =
        block_in_place(|| collector.register_all(&[service]))["tickets"][0]["ticket"].clone();
    let phone = Page::open().await;
    phone.set_width(375).await;
    phone
        .goto(&format!("{}/R/{}?lang=zh-Hans", hall.url, ticket.as_str().unwrap_or_default()))
        .await;
    phone.click("[value=satisfied]", 0).await;
    phone.click(".hcp-submit", 0).await;
    phone.reads("评价已提交").await;
    page.reads("本次服务已经评价过了").await;
    assert_eq!(
        block_in_place(|| collector.read_sql("select channel from rating order by rated_at")),
        ["hall_pad", "qr"]
    );
    phone.close().await;
    page.close().await;
}

/// Where a proxy holds events back, the pad asks, and is woken all the same.
#[tokio::test(flavor = "multi_thread")]
async fn without_events_the_pad_asks_and_is_woken() {
    let (_collector, hall) = hall("60");
    let silent = "window.EventSource=class{constructor(){setTimeout(()=>this.onerror&&this.onerror(),50)}addEventListener(){}close(){}};";
    let page = Page::with(json!({}), silent).await;
    pair(&page, &hall).await;
    called(&page, &hall).await;
    choose(&page, "satisfied").await;
    page.eval("find('.send .big').click()").await;
    page.reads("您的评价已提交").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_cryptography_a_rating_waits_and_the_pad_does_not_say_that_it_is_encrypted() {
    let (collector, hall) = hall("60");
    let plain = "Object.defineProperty(crypto,'subtle',{get:()=>undefined});";
    let page = Page::with(json!({}), plain).await;
    pair(&page, &hall).await;
    called(&page, &hall).await;
    page.set_offline(true).await;
    choose(&page, "satisfied").await;
    page.eval("find('.send .big').click()").await;
    page.reads("评价已保存在本机，联网后自动提交").await;
    let text = page.eval("return document.body.innerText.includes('加密')").await;
    assert_eq!(text, json!(false));
    page.set_offline(false).await;
    finish(&page).await;
    delivered(&page).await;
    assert_eq!(waiting(&page).await, Vec::<Value>::new());
    assert_eq!(block_in_place(|| collector.read_sql("select level from rating")), ["satisfied"]);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_page_of_the_window_is_refused_in_words() {
    let (_collector, hall) = hall("60");
    let page = Page::open().await;
    pair(&page, &hall).await;
    let first = page.client.window().await.expect("a tab");
    let second = page.client.new_window(true).await.expect("another tab").handle;
    page.client.switch_to_window(second).await.expect("another tab");
    page.goto(&format!("{}/pad/{WINDOW}", hall.url)).await;
    page.reads("已在另一处打开").await;
    page.client.switch_to_window(first).await.expect("the tab");
    called(&page, &hall).await;
    let other = Page::open().await;
    other.goto(&format!("{}/pad/{WINDOW}", hall.url)).await;
    other.reads("这个窗口已有评价器").await;
    other.close().await;
    page.close().await;
}

async fn set_size(page: &Page, width: u32, height: u32) {
    let metrics =
        json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    page.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_any_state_of_the_pad() {
    let (_collector, hall) = hall("16");
    let page = Page::open().await;
    set_size(&page, 1280, 800).await;
    page.goto(&format!("{}/pad/{WINDOW}", hall.url)).await;
    assert_accessible(&page, "pairing").await;
    pair(&page, &hall).await;
    assert_accessible(&page, "idle").await;
    called(&page, &hall).await;
    assert_accessible(&page, "choosing").await;
    page.reads("您还在评价吗？").await;
    assert_accessible(&page, "a reminder").await;
    page.eval("find('[name=go-on]').click()").await;
    choose(&page, "very_dissatisfied").await;
    page.eval("find('.send .big').click()").await;
    page.reads("请至少选择").await;
    assert_accessible(&page, "a fault").await;
    page.set_offline(true).await;
    page.eval("find('fieldset:not([hidden]) [name=indicator]').click();find('.send .big').click()")
        .await;
    page.reads("尚未提交").await;
    assert_accessible(&page, "kept").await;
    page.set_offline(false).await;
    finish(&page).await;
    delivered(&page).await;
    called(&page, &hall).await;
    page.goto(&format!("{}/pad/{WINDOW}?lang=en", hall.url)).await;
    page.reads("How was the service").await;
    choose(&page, "dissatisfied").await;
    assert_accessible(&page, "English").await;
    page.eval("find('fieldset:not([hidden]) [name=indicator]').click();find('.send .big').click()")
        .await;
    page.reads("Your rating was submitted").await;
    assert_accessible(&page, "done").await;
    page.eval("find('[name=finish]').click()").await;
    page.reads("欢迎您来办事").await;
    let other = Page::open().await;
    other.goto(&format!("{}/pad/{WINDOW}", hall.url)).await;
    assert_accessible(&other, "taken").await;
    other.close().await;
    page.close().await;
}

/// Nothing scrolls on any screen of a hall, and everything is large enough for everybody.
#[tokio::test(flavor = "multi_thread")]
async fn the_pad_fits_the_screens_of_halls() {
    let (_collector, hall) = hall("600");
    let page = Page::open().await;
    pair(&page, &hall).await;
    let mut visit = [service(), service(), service()];
    for (one, item) in
        visit.iter_mut().zip(["基本医疗保险关系转移接续", "社会保障卡申领", "灵活就业人员参保登记"])
    {
        (one["visit"], one["item_name"]) = (json!("visit"), json!(item));
    }
    block_in_place(|| assert_eq!(hall.call(WINDOW, &visit).status, 201));
    page.reads("灵活就业人员参保登记").await;
    for (width, height) in [(1024, 600), (1280, 800), (1920, 1080), (800, 1280)] {
        set_size(&page, width, height).await;
        for level in ["", "very_satisfied", "very_dissatisfied"] {
            if !level.is_empty() {
                choose(&page, level).await;
            }
            let measured = page
                .eval(
                    "const d=document.documentElement;const seen=[...document.querySelectorAll('button,label,nav a,textarea')].filter(e=>e.offsetParent&&e.htmlFor!='comment');\
                     return [d.scrollWidth,d.scrollHeight,Math.min(...seen.map(e=>e.getBoundingClientRect().height)),parseFloat(getComputedStyle(document.body).fontSize)]",
                )
                .await;
            let n = |at: usize| measured[at].as_f64().unwrap_or(0.0);
            assert!(
                n(0) <= f64::from(width) && n(1) <= f64::from(height),
                "{level} at {width}×{height}: {measured}"
            );
            assert!(n(2) >= 60.0 && n(3) >= 20.0, "{level} at {width}×{height}: {measured}");
            if !level.is_empty() {
                page.eval("find('[name=again]').click()").await;
            }
        }
    }
    page.close().await;
}
