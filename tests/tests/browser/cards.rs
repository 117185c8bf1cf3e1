//! People scan a card: on a telephone, with the app, without script, twice, in a crowd; and cards
//! that open nothing.

use haochaping::link::{Card, CardKind, ExpiryMonth, canonical_host};
use haochaping_collector::{
    keys::{Keys, MasterKey},
    ports::{Clock, SystemClock, SystemRng},
};
use haochaping_store::SqlStore;
use serde_json::json;

use crate::{
    access::assert_accessible,
    gate::{Fault, Gate, Wasm},
    page::Page,
    row::{levels, rows},
};

const DONE: &str = "评价已提交";

/// A gate with one agent's card in it; the card's serial and link.
fn card(gate: &Gate) -> (String, String) {
    let collector = &gate.collector;
    let write = |name: &str, text: &str| {
        let path = collector.data_dir().join(name);
        std::fs::write(&path, text).expect("the directory can be written");
        path.to_str().expect("plain").to_owned()
    };
    let places =
        write("places.csv", "code,name\n321002001,东关街道\n321002001001,琼花观社区居委会\n");
    let roster = write("roster.csv", "姓名,工号,村社区代码\n示例·龑,YZ-0001,321002001001\n");
    let out = collector.data_dir().join("cards");
    let run = |args: &[&str]| {
        let output = tokio::task::block_in_place(|| collector.cli(args));
        assert_eq!(output.code, Some(0), "{}", output.err);
    };
    run(&["region", "import", &places]);
    let to = out.to_str().expect("plain");
    let agency = "11321000014216389W";
    run(&["card", "print", &roster, "--out", to, "--agency", agency, "--public-url", &gate.url]);
    // A running collector takes imported names over within a second.
    let page = format!("{}/?region=321002001", collector.url());
    let started = std::time::Instant::now();
    while !tokio::task::block_in_place(|| haochaping_tests::Http::new().get(&page))
        .text()
        .contains("东关街道")
    {
        assert!(started.elapsed().as_secs() < 15, "the names are not taken over");
    }
    let list = std::fs::read_to_string(out.join("cards.csv")).expect("the list is written");
    let cells: Vec<_> = list.lines().nth(1).expect("one card").split(',').collect();
    (cells[0].to_owned(), cells[5].replace("HTTP://", "http://"))
}

/// A link as a reader of Chinese opens it.
fn in_chinese(link: &str) -> String {
    format!("{link}?lang=zh-Hans")
}

/// The link of the first card as it would be if its time were over, signed by the collector's own
/// key.
async fn expired(gate: &Gate) -> String {
    let directory = gate.collector.data_dir();
    let store = SqlStore::open(directory).expect("the store opens");
    let master = MasterKey::read(&directory.join("master.key")).expect("the key is there");
    let keys =
        Keys::load(&store, &master, &SystemRng, SystemClock.now()).await.expect("the key fits");
    let card = Card {
        serial: 1,
        kind: CardKind::Agent,
        expires: ExpiryMonth::new(2026, 1).expect("a month"),
    };
    format!("{}/c/{}", gate.url, card.mint(&keys.card, &canonical_host(&gate.url)))
}

async fn phone() -> Page {
    let page = Page::open().await;
    page.set_width(375).await;
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_scans_a_card_and_rates_on_a_telephone() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let (_, link) = card(&gate);
    let page = phone().await;
    page.goto(&in_chinese(&link)).await;
    page.reads("示例·龑").await;
    page.taken_over(0).await;
    // What is rated stays to be read after the app has taken over.
    for shown in ["代办员", "示例·龑", "YZ-0001"] {
        page.reads(shown).await;
    }
    page.until("the place", "return find('.hcp-about').textContent.includes('琼花观社区居委会')")
        .await;
    page.click("[value=dissatisfied]", 0).await;
    page.click("[value='209']", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    let width = page.eval("return document.documentElement.scrollWidth").await;
    assert!(width.as_u64().expect("a number") <= 375, "{width}");
    page.assert_quiet().await;
    page.close().await;
    let rows = rows(&mut gate.collector).await;
    assert_eq!(
        (rows[0].level.as_str(), rows[0].indicators.as_str(), rows[0].channel.as_str()),
        ("dissatisfied", "209", "qr")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_scans_a_card_and_rates_without_script_and_going_back_changes_nothing() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let (_, link) = card(&gate);
    let page = Page::without_script().await;
    page.goto(&in_chinese(&link)).await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.client.back().await.expect("the form is shown again");
    page.click("[value=very_dissatisfied]", 0).await;
    page.type_into("textarea", 0, "改主意").await;
    page.click(".hcp-submit", 0).await;
    // The browser shows the form it kept, or asks for a new one, which is a new visit.
    page.until(
        "an answer",
        "const t=document.body.innerText;return t.includes('这次到访已于')||t.includes('评价已提交')",
    )
    .await;
    page.close().await;
    let rows = rows(&mut gate.collector).await;
    assert_eq!(rows[0].level, "satisfied", "the first rating stands");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_chosen_before_the_app_arrives_is_sent_by_it() {
    let list = std::env::temp_dir().join(format!("hcp-purposes-{}", std::process::id()));
    std::fs::write(&list, "代缴社保\n代取证件\n").expect("a file can be written");
    let mut gate = Gate::open(Wasm::Held, &["--purposes", list.to_str().expect("plain")]).await;
    let (_, link) = card(&gate);
    let page = phone().await;
    page.goto(&in_chinese(&link)).await;
    page.until("the plain form", "return !!find('form[data-hcp-form]')").await;
    page.eval("find('[name=purpose]').value='代取证件'").await;
    assert_accessible(&page, "the plain form of a card").await;
    gate.set(Wasm::Passes);
    page.taken_over(0).await;
    assert_accessible(&page, "the form of a card").await;
    assert_eq!(page.eval("return find('[name=purpose]').value").await, json!("代取证件"));
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.assert_quiet().await;
    page.close().await;
    let _ = std::fs::remove_file(list);
    assert_eq!(rows(&mut gate.collector).await.len(), 1);
    assert_eq!(gate.collector.read_sql("select purpose from rating"), ["代取证件"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_visit_in_two_windows_is_one_rating() {
    let mut gate = Gate::open(Wasm::Passes, &[]).await;
    let (_, link) = card(&gate);
    let page = phone().await;
    page.goto(&in_chinese(&link)).await;
    page.taken_over(0).await;
    gate.break_next(&[Fault::Twice]);
    page.click("[value=basically_satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads("没有重复计算").await;
    page.close().await;
    assert_eq!(levels(&rows(&mut gate.collector).await), [("basically_satisfied", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_crowd_every_person_gets_a_receipt_and_what_is_too_much_waits() {
    let mut gate = Gate::open(Wasm::Passes, &["--card-source-limit", "2"]).await;
    let (_, link) = card(&gate);
    let page = phone().await;
    for _ in 0..4 {
        page.goto(&in_chinese(&link)).await;
        page.taken_over(0).await;
        page.click("[value=satisfied]", 0).await;
        page.click(".hcp-submit", 0).await;
        page.reads(DONE).await;
    }
    page.goto(&format!("{}/?region=321002001001&lang=zh-Hans", gate.url)).await;
    page.until(
        "the public page",
        "return /待核对\\s*2/.test(document.body.innerText)||(location.reload(),false)",
    )
    .await;
    page.close().await;
    assert_eq!(rows(&mut gate.collector).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_opens_nothing_says_why_and_what_to_do() {
    let gate = Gate::open(Wasm::Passes, &[]).await;
    let (serial, link) = card(&gate);
    let page = phone().await;
    page.goto(&in_chinese(&link[..link.len() - 1])).await;
    page.reads("二维码或网址不完整").await;
    let last = if link.ends_with('7') { "8" } else { "7" };
    page.goto(&in_chinese(&format!("{}{last}", &link[..link.len() - 1]))).await;
    page.reads("这不是本系统的评价卡").await;
    let run = |args: &[&str]| {
        let output = tokio::task::block_in_place(|| gate.collector.cli(args));
        assert_eq!(output.code, Some(0), "{}", output.err);
        output.out
    };
    let output = run(&["card", "replace", &serial, "--public-url", &gate.url]);
    page.goto(&in_chinese(&link)).await;
    page.reads("评价卡已更换").await;
    let new = output.trim().rsplit(' ').next().expect("a link").replace("HTTP://", "http://");
    run(&["card", "revoke", "2", "--reason", "示例"]);
    page.goto(&in_chinese(&new)).await;
    page.reads("评价卡已停用").await;
    page.goto(&in_chinese(&expired(&gate).await)).await;
    page.reads("评价卡已过有效期").await;
    page.reads("12345").await;
    assert_accessible(&page, "a card that has expired").await;
    let width = page.eval("return document.documentElement.scrollWidth").await;
    assert!(width.as_u64().expect("a number") <= 375, "{width}");
    page.assert_quiet().await;
    page.close().await;
}
