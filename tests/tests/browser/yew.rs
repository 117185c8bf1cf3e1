//! A portal written in Yew, with the crate of this repository and a lock file of its own, under the
//! policy of a strict portal.

use haochaping::{form::example, messages::Lang};
use serde_json::json;

use crate::{
    access::{assert_accessible, faults},
    gate::{Fault, Gate, Wasm},
    page::Page,
    row::{Row, levels, rows},
    samples::{Server, free_port, serve},
};

const DONE: &str = "评价已提交";
const SAVED: &str = "已保存，联网后自动提交";

/// The samples served, and a collector that allows them.
struct Portal {
    gate: Gate,
    origin: String,
    _server: Server,
}

impl Portal {
    async fn open() -> Self {
        let port = free_port();
        let origin = format!("http://localhost:{port}");
        let gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
        let server = serve("serve.js", &gate.url, port);
        Self { gate, origin, _server: server }
    }

    /// A page of a sample, with these matters to rate.
    fn url(&self, sample: &str, tickets: &[&str], place: &str) -> String {
        let tickets: String = tickets.iter().map(|ticket| format!("&ticket={ticket}")).collect();
        format!("{}/{sample}/?collector={}{tickets}{place}", self.origin, self.gate.url)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_matters_are_rated_one_after_the_other_and_each_once() {
    let mut portal = Portal::open().await;
    let tickets: Vec<_> = (0..3).map(|_| portal.gate.ticket()).collect();
    let tickets: Vec<_> = tickets.iter().map(String::as_str).collect();
    let page = Page::open().await;
    page.set_width(375).await;
    page.goto(&portal.url("yew", &tickets, "")).await;
    page.reads("我的办件（示例）").await;
    for (number, level) in [(1, "very_satisfied"), (2, "dissatisfied"), (3, "satisfied")] {
        page.click(&format!("a[href$='/matters/{number}']"), 9).await;
        page.taken_over(0).await;
        page.click(&format!("[value={level}]"), 0).await;
        if level == "dissatisfied" {
            page.click(".hcp-submit", 0).await;
            page.reads("请检查以下内容").await;
            page.click(".hcp-errors a", 0).await;
            let focused = page
                .eval("return document.querySelector('.haochaping').shadowRoot.activeElement.id")
                .await;
            assert_eq!(
                focused,
                json!("options"),
                "the link leads to the field, and the portal's router stays"
            );
            page.click("[value='209']", 0).await;
            page.type_into("textarea", 0, "示例：等了很久").await;
        }
        page.click(".hcp-submit", 0).await;
        page.reads(DONE).await;
        page.reads("rated outcome=accepted receipt=").await;
        let text = "const r=find('.hcp-receipt dd').textContent;return r.length===19&&document.querySelector('#said').textContent.endsWith(r)";
        page.until("the page itself knows the receipt", text).await;
        let focused = "return document.querySelector('.haochaping').shadowRoot.activeElement.classList.contains('hcp-done')";
        page.until("the focus on the receipt", focused).await;
        let width = page.eval("return document.documentElement.scrollWidth<=innerWidth").await;
        assert_eq!(width, json!(true), "nothing scrolls sideways");
        page.eval("history.back()").await;
        page.reads("我的办件（示例）").await;
    }
    page.click("a[href$='/matters/2']", 9).await;
    page.reads("一事一评，每次服务只能评价一次").await;
    page.reads("already-rated on=20").await;
    page.assert_quiet().await;
    page.close().await;
    let rated = rows(&mut portal.gate.collector).await;
    assert_eq!(
        levels(&rated),
        [("dissatisfied", 1), ("satisfied", 1), ("very_satisfied", 1)].into()
    );
    let bad = rated.iter().find(|row| row.level == "dissatisfied").expect("a bad rating");
    assert_eq!((&*bad.indicators, &*bad.comment), ("209", "示例：等了很久"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_opens_nothing_is_explained_and_one_that_is_not_reached_stays() {
    let portal = Portal::open().await;
    let page = Page::open().await;
    page.goto(&portal.url("yew", &["WRONG"], "#/matters/1")).await;
    page.reads("error code=malformed").await;
    page.reads(Lang::ZhHans.page_messages().link_wrong_title).await;
    page.close().await;
    let page = Page::open().await;
    let nobody = format!("{}/yew/?collector={}&ticket=T#/matters/1", portal.origin, portal.origin);
    page.goto(&nobody).await;
    page.reads("error code=unreachable").await;
    let link = page.eval("return document.querySelector('.rate > a').textContent").await;
    assert_eq!(link, json!("评价本次服务"), "the page's own link stands in the form's place");
    page.close().await;
}

/// Whatever was submitted without network goes on its way from the next page of the portal,
/// whichever way that page has the form: both keep one outbox.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_wrote_down_the_other_sends() {
    for (writes, sends) in [("yew", "plain"), ("plain", "yew")] {
        let mut portal = Portal::open().await;
        let (first, second) = (portal.gate.ticket(), portal.gate.ticket());
        let place = |sample: &str| if sample == "yew" { "#/matters/1" } else { "" };
        portal.gate.break_next(&[Fault::Reset; 90]);
        let page = Page::open().await;
        page.goto(&portal.url(writes, &[&first], place(writes))).await;
        page.taken_over(0).await;
        page.click("[value=satisfied]", 0).await;
        page.type_into("textarea", 0, "示例：没有网络").await;
        page.click(".hcp-submit", 0).await;
        page.reads(SAVED).await;
        page.goto("about:blank").await;
        portal.gate.heal();
        page.goto(&portal.url(sends, &[&second], place(sends))).await;
        page.reads("这是您此前保存的评价，现已提交").await;
        let left = "const done=arguments[arguments.length-1];indexedDB.databases().then(all=>{\
            const r=indexedDB.open(all.find(d=>d.name.startsWith('haochaping/1/')).name);r.onsuccess=()=>{\
            const q=r.result.transaction('ratings').objectStore('ratings').count();q.onsuccess=()=>done([q.result,localStorage.length])}})";
        let mut kept = json!(null);
        for _ in 0..50 {
            kept = page.client.execute_async(left, vec![]).await.expect("the database opens");
            if kept == json!([0, 0]) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(kept, json!([0, 0]), "nothing of it is kept any longer");
        page.assert_quiet().await;
        page.close().await;
        let rated = rows(&mut portal.gate.collector).await;
        assert_eq!(
            rated,
            [Row {
                level: "satisfied".into(),
                comment: "示例：没有网络".into(),
                channel: "pc".into(),
                ..Row::default()
            }]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_that_waits_says_so_and_is_sent_when_the_network_is_back() {
    let mut portal = Portal::open().await;
    let ticket = portal.gate.ticket();
    let page = Page::open().await;
    page.goto(&portal.url("yew", &[&ticket], "#/matters/1")).await;
    page.taken_over(0).await;
    page.click("[value=basically_satisfied]", 0).await;
    page.set_offline(true).await;
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    page.reads("rated outcome=queued receipt=").await;
    page.reads("有 1 条评价等待提交").await;
    let text =
        page.eval("return document.querySelector('.haochaping').shadowRoot.textContent").await;
    assert!(!text.as_str().unwrap_or_default().contains(DONE), "nothing says that it was sent");
    page.set_offline(false).await;
    page.reads(DONE).await;
    page.reads("rated outcome=accepted receipt=").await;
    page.close().await;
    assert_eq!(
        levels(&rows(&mut portal.gate.collector).await),
        [("basically_satisfied", 1)].into()
    );
}

/// The collector took it, and its answer was lost: whoever comes back to the matter finds the
/// receipt.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_finds_the_receipt_of_a_lost_answer() {
    let mut portal = Portal::open().await;
    let ticket = portal.gate.ticket();
    portal.gate.break_next(&[Fault::AnswerLost]);
    portal.gate.break_next(&[Fault::Reset; 50]);
    let page = Page::open().await;
    page.goto(&portal.url("yew", &[&ticket], "#/matters/1")).await;
    page.taken_over(0).await;
    page.click("[value=very_dissatisfied]", 0).await;
    // A part that was used does not close under the person's hands.
    page.click(".hcp-contact summary", 0).await;
    page.type_into("[name=contact_name]", 0, "示\u{e003}").await;
    let is_open =
        page.eval("return find('.hcp-contact').open&&find('[name=contact_name]').value===''").await;
    assert_eq!(is_open, json!(true));
    page.type_into("textarea", 0, "示例：没有说明原因").await;
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    page.goto("about:blank").await;
    portal.gate.heal();
    page.goto(&portal.url("yew", &[&ticket], "#/matters/1")).await;
    page.reads("rated outcome=replayed receipt=").await;
    page.reads(DONE).await;
    page.close().await;
    assert_eq!(levels(&rows(&mut portal.gate.collector).await), [("very_dissatisfied", 1)].into());
}

/// Submits while no rating arrives; the page is to say this, and to send when the network is good
/// again.
async fn waits_with(first: &str, message: &str) {
    let mut portal = Portal::open().await;
    let ticket = portal.gate.ticket();
    portal.gate.break_next(&[Fault::Reset; 50]);
    let page = Page::with(json!({}), first).await;
    page.goto(&portal.url("yew", &[&ticket], "#/matters/1")).await;
    page.taken_over(0).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(message).await;
    portal.gate.heal();
    page.reads(DONE).await;
    page.assert_quiet().await;
    page.close().await;
    assert_eq!(levels(&rows(&mut portal.gate.collector).await), [("satisfied", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_kept_the_page_says_that_it_must_stay_open() {
    const ONLY_HERE: &str = "尚未提交，请不要关闭本页";
    let missing = "Object.defineProperty(window,'indexedDB',{value:undefined});\
        Object.defineProperty(window,'localStorage',{get(){throw new DOMException('denied','SecurityError')}});";
    waits_with(missing, ONLY_HERE).await;
    let full = "const full=()=>{throw new DOMException('full','QuotaExceededError')};\
        IDBObjectStore.prototype.put=full;Storage.prototype.setItem=full;";
    waits_with(full, ONLY_HERE).await;
}

/// The mirror has it; what else a portal keeps there, in whatever form, is not touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_never_answers_holds_nothing_up() {
    waits_with(
        "IDBFactory.prototype.open=()=>({});localStorage.setItem('portal','no JSON');",
        SAVED,
    )
    .await;
}

/// The database never answers on the next page: what the mirror has from the page before is sent,
/// by either.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_silent_database_the_mirror_of_an_earlier_page_is_sent() {
    for sends in ["yew", "plain"] {
        let mut portal = Portal::open().await;
        let (first, second) = (portal.gate.ticket(), portal.gate.ticket());
        portal.gate.break_next(&[Fault::Reset; 90]);
        let silent = "IDBFactory.prototype.open=()=>({});";
        let page = Page::with(json!({}), silent).await;
        page.goto(&portal.url("plain", &[&first], "")).await;
        page.taken_over(0).await;
        page.click("[value=satisfied]", 0).await;
        page.click(".hcp-submit", 0).await;
        page.reads(SAVED).await;
        page.goto("about:blank").await;
        portal.gate.heal();
        let place = if sends == "yew" { "#/matters/1" } else { "" };
        page.goto(&portal.url(sends, &[&second], place)).await;
        page.reads("这是您此前保存的评价，现已提交").await;
        page.close().await;
        assert_eq!(levels(&rows(&mut portal.gate.collector).await), [("satisfied", 1)].into());
    }
}

/// The device lost its database: the mirror still has the rating, beside what the portal keeps
/// there.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_mirror_has_is_sent() {
    let mut portal = Portal::open().await;
    let (first, second) = (portal.gate.ticket(), portal.gate.ticket());
    portal.gate.break_next(&[Fault::Reset; 90]);
    let page =
        Page::with(json!({}), "try{localStorage.setItem('portal','no JSON')}catch(e){}").await;
    page.goto(&portal.url("plain", &[&first], "")).await;
    page.taken_over(0).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(SAVED).await;
    page.eval("indexedDB.databases().then(all=>all.forEach(d=>indexedDB.deleteDatabase(d.name)))")
        .await;
    page.goto("about:blank").await;
    portal.gate.heal();
    page.goto(&portal.url("yew", &[&second], "#/matters/1")).await;
    page.reads("这是您此前保存的评价，现已提交").await;
    page.close().await;
    assert_eq!(levels(&rows(&mut portal.gate.collector).await), [("satisfied", 1)].into());
}

/// A portal that cannot run leads to the collector's own pages, which need neither script nor wasm.
#[tokio::test(flavor = "multi_thread")]
async fn without_wasm_and_without_script_the_page_says_where_to_rate() {
    let mut portal = Portal::open().await;
    let ticket = portal.gate.ticket();
    let page = Page::with(json!({}), "delete window.WebAssembly;").await;
    page.goto(&portal.url("yew", &[&ticket], "")).await;
    page.reads("这个浏览器打不开本页面").await;
    page.click("main a", 9).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.close().await;
    let page = Page::without_script().await;
    page.goto(&portal.url("yew", &[&ticket], "")).await;
    page.reads("本页面需要 JavaScript").await;
    page.close().await;
    assert_eq!(levels(&rows(&mut portal.gate.collector).await), [("satisfied", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_any_state_of_the_gallery() {
    let portal = Portal::open().await;
    let page = Page::open().await;
    let states: Vec<&str> = example::forms(Lang::ZhHans).iter().map(|form| form.name).collect();
    let ends = example::ends(Lang::ZhHans).into_iter().map(|(name, ..)| name);
    for width in [1280, 375] {
        page.set_width(width).await;
        for name in states.iter().copied().chain(ends.clone()) {
            page.goto(&portal.url("yew", &[], &format!("#/gallery/{name}"))).await;
            page.until("the state", "const h=document.querySelector('.haochaping');return !!h&&!!h.shadowRoot&&!!h.shadowRoot.querySelector('.hcp')").await;
            assert_accessible(&page, &format!("{name} at {width}")).await;
            let fits = page.eval("return document.documentElement.scrollWidth<=innerWidth").await;
            assert_eq!(fits, json!(true), "{name} scrolls sideways at {width}");
        }
    }
    // What the look is worth: it sees a label that names nothing, and a text without contrast.
    page.goto(&portal.url("yew", &[], "#/gallery/bad")).await;
    page.until("the form", "return !!find('textarea')").await;
    page.eval(
        "const r=document.querySelector('.haochaping').shadowRoot;r.querySelector('label[for=comment]').remove();\
        r.querySelector('.hcp-hint').style.color='#eee'",
    )
    .await;
    let found = faults(&page).await;
    for rule in ["label", "color-contrast"] {
        assert!(found.iter().any(|fault| fault.starts_with(rule)), "{rule} in {found:?}");
    }
    page.close().await;
}
