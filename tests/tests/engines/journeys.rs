//! What must work wherever people are: by mouse, by keys, with little of the web platform, on
//! portals, without script, and on a bad network.

use haochaping_tests::{Collector, Hall};
use serde_json::json;

use crate::{
    engine::Engine,
    front::Front,
    page::Page,
    portal,
    row::{Row, levels, rows},
};

const DONE: &str = "评价已提交";
const SAVED: &str = "已保存，联网后自动提交";

/// Each journey in each engine.
macro_rules! in_every_engine {
    ($($journey:ident),+ $(,)?) => {$(
        mod $journey {
            use crate::engine::Engine;

            #[tokio::test(flavor = "multi_thread")]
            async fn in_chromium() {
                super::$journey(Engine::Chromium).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn in_firefox() {
                super::$journey(Engine::Firefox).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn in_webkit() {
                super::$journey(Engine::WebKit).await;
            }
        }
    )+};
}

in_every_engine!(
    a_person_rates_by_mouse,
    a_person_rates_by_keyboard_only,
    in_lockdown_the_plain_form_rates,
    two_widgets_rate_on_a_strict_portal_of_another_site,
    a_person_rates_without_script,
    a_rating_written_while_the_collector_is_down_arrives_by_itself,
    a_person_rates_on_the_pad_of_a_window_also_while_the_collector_is_down,
);

fn row(level: &str, indicators: &str, comment: &str) -> Row {
    Row {
        level: level.into(),
        indicators: indicators.into(),
        comment: comment.into(),
        channel: "pc".into(),
        is_anonymous: false,
    }
}

fn start(extra: &[&str]) -> Collector {
    tokio::task::block_in_place(|| Collector::start(extra))
}

/// The page of one finished service, at the public address `url`.
fn rating_page(collector: &Collector, url: &str) -> String {
    let ticket = tokio::task::block_in_place(|| collector.register(1)).remove(0);
    format!("{url}/r/{ticket}?lang=zh-Hans")
}

async fn a_person_rates_by_mouse(engine: Engine) {
    let mut front = Front::open("").await;
    let page = Page::open(engine).await;
    page.goto(&rating_page(&front.collector, &front.url)).await;
    page.taken_over(0).await;
    page.click("[value=dissatisfied]", 0).await;
    page.reads("没有提供材料清单").await;
    page.click(".hcp-more summary", 0).await;
    page.click("[value='214']", 0).await;
    page.type_into("textarea", 0, "窗口说法前后不一").await;
    page.reads("已写 8 字").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.reads("查询码").await;
    assert_eq!(
        page.eval("return [warned, complaints]").await,
        json!([[], []]),
        "the page complains"
    );
    assert_eq!(rows(&mut front.collector).await, [row("dissatisfied", "214", "窗口说法前后不一")]);
}

async fn a_person_rates_by_keyboard_only(engine: Engine) {
    const TAB: &str = "\u{e004}";
    const DOWN: &str = "\u{e015}";
    const ENTER: &str = "\u{e007}";
    let mut collector = start(&[]);
    let page = Page::open(engine).await;
    page.goto(&rating_page(&collector, &collector.url())).await;
    page.taken_over(0).await;
    let tab_to = async |name: &str| {
        for _ in 0..30 {
            if page.eval("const a=deepest();return a.name||a.className").await == json!(name) {
                return;
            }
            page.keys(TAB).await;
        }
        panic!("{name} is not reached by Tab");
    };
    tab_to("level").await;
    // Space chooses the first level, the arrow goes on to the second.
    page.keys(" ").await;
    page.keys(DOWN).await;
    tab_to("comment").await;
    page.keys("办得顺利").await;
    page.reads("已写 4 字").await;
    tab_to("anonymous").await;
    page.keys(" ").await;
    tab_to("hcp-submit").await;
    page.keys(ENTER).await;
    page.reads(DONE).await;
    assert_eq!(
        rows(&mut collector).await,
        [Row { is_anonymous: true, ..row("satisfied", "", "办得顺利") }]
    );
}

/// iOS in Lockdown Mode has no WebAssembly and no IndexedDB; older engines have none of these.
async fn in_lockdown_the_plain_form_rates(engine: Engine) {
    const LOCK: &str = "delete window.WebAssembly;\
        for(let place=window;place;place=Object.getPrototypeOf(place))delete place.indexedDB;\
        for(const name of ['locks','serviceWorker'])delete Navigator.prototype[name];";
    let mut front = Front::open(LOCK).await;
    let page = Page::open(engine).await;
    page.goto(&rating_page(&front.collector, &front.url)).await;
    let left = "return [window.WebAssembly,window.indexedDB,navigator.locks,navigator.serviceWorker].map(it=>typeof it)";
    assert_eq!(page.eval(left).await, json!(vec!["undefined"; 4]), "the lock holds");
    page.until("the cause", "return warned.length===1&&/no.webassembly/i.test(warned[0])").await;
    page.click("[value=dissatisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads("请至少选择一项，或写几句话").await;
    page.type_into("textarea", 0, "仍能评价").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    assert_eq!(page.eval("return complaints").await, json!([]), "the page complains");
    assert_eq!(rows(&mut front.collector).await, [row("dissatisfied", "", "仍能评价")]);
}

async fn two_widgets_rate_on_a_strict_portal_of_another_site(engine: Engine) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let origin = format!("http://localhost:{}", listener.local_addr().expect("it listens").port());
    let mut collector = start(&["--allow-origin", &origin]);
    let tickets = tokio::task::block_in_place(|| collector.register(2));
    let widget = |ticket| format!("<hao-cha-ping ticket=\"{ticket}\"></hao-cha-ping>");
    let url = portal::serve(listener, &collector.url(), tickets.iter().map(widget).collect());
    let page = Page::open(engine).await;
    page.goto(&url).await;
    for (n, level) in ["satisfied", "very_satisfied"].into_iter().enumerate() {
        page.eval(&format!("widgets[{n}].scrollIntoView()")).await;
        page.taken_over(n).await;
        page.click(&format!("[value={level}]"), n).await;
    }
    assert_eq!(
        page.eval("return find('[value=satisfied]').checked").await,
        json!(true),
        "they share no choice"
    );
    for n in 0..2 {
        page.click(".hcp-submit", n).await;
        page.until(DONE, &format!("return said({n}).includes('{DONE}')")).await;
    }
    let rows = rows(&mut collector).await;
    assert_eq!(levels(&rows), [("satisfied", 1), ("very_satisfied", 1)].into());
}

async fn a_person_rates_without_script(engine: Engine) {
    let mut collector = start(&[]);
    let page = Page::without_script(engine).await;
    page.goto(&rating_page(&collector, &collector.url())).await;
    assert_eq!(page.eval("return widgets[0].shadowRoot").await, json!(null), "no script has run");
    page.click("[value=very_dissatisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.until("the fault in the title", "return document.title.startsWith('错误：')").await;
    assert_eq!(page.eval("return find('[value=very_dissatisfied]').checked").await, json!(true));
    page.click("[data-level=very_dissatisfied] [value='110']", 0).await;
    page.type_into("textarea", 0, "超过期限").await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    assert!(page.client.current_url().await.expect("the driver answers").path().ends_with("/done"));
    assert_eq!(rows(&mut collector).await, [row("very_dissatisfied", "110", "超过期限")]);
}

async fn a_rating_written_while_the_collector_is_down_arrives_by_itself(engine: Engine) {
    let mut collector = start(&[]);
    let page = Page::open(engine).await;
    page.goto(&rating_page(&collector, &collector.url())).await;
    page.taken_over(0).await;
    tokio::task::block_in_place(|| collector.kill());
    page.click("[value=satisfied]", 0).await;
    page.type_into("textarea", 0, "网络不好也不丢").await;
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    assert_eq!(
        page.eval(&format!("return text().includes('{DONE}')")).await,
        json!(false),
        "nobody has it yet"
    );
    tokio::task::block_in_place(|| collector.restart());
    page.reads(DONE).await;
    assert_eq!(rows(&mut collector).await, [row("satisfied", "", "网络不好也不丢")]);
}

async fn a_person_rates_on_the_pad_of_a_window_also_while_the_collector_is_down(engine: Engine) {
    const WINDOW: &str = "yz-a01";
    let mut collector = start(&[]);
    let (hall, code) = tokio::task::block_in_place(|| {
        let hall = Hall::open(&collector, &[(WINDOW, "1 号综合窗口")]);
        let code = hall.code(WINDOW);
        (hall, code)
    });
    let page = Page::open(engine).await;
    page.goto(&format!("{}/pad/{WINDOW}", hall.url)).await;
    page.type_into("#code", 0, &code).await;
    page.click("button", 0).await;
    page.reads("网络正常").await;
    tokio::task::block_in_place(|| hall.call_one(WINDOW));
    page.reads("请您对本次服务作出评价").await;
    page.click("[name=level][value=dissatisfied]", 0).await;
    page.click("[name=indicator][value='214']", 0).await;
    page.click(".send .big", 0).await;
    page.reads("您的评价已提交").await;
    page.click("[name=finish]", 0).await;
    page.reads("欢迎您来办事").await;
    tokio::task::block_in_place(|| hall.call_one(WINDOW));
    page.reads("请您对本次服务作出评价").await;
    tokio::task::block_in_place(|| drop(collector.stop()));
    page.click("[name=level][value=satisfied]", 0).await;
    page.type_into("textarea", 0, "办得顺利").await;
    page.click(".send .big", 0).await;
    page.reads("您的评价已保存，尚未提交").await;
    tokio::task::block_in_place(|| collector.restart());
    page.until(
        "it is delivered",
        "return !text().includes('等待提交')&&text().includes('网络正常')",
    )
    .await;
    let at_the_hall = |row: Row| Row { channel: "hall_pad".into(), ..row };
    let expected = [
        at_the_hall(row("dissatisfied", "214", "")),
        at_the_hall(row("satisfied", "", "办得顺利")),
    ];
    assert_eq!(rows(&mut collector).await, expected);
}
