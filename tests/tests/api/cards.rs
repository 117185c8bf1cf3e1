//! Scanned cards: from a scan to a rating, what opens no form, and what becomes of bursts.

use std::path::PathBuf;

use haochaping::link::{Card, CardKind, ExpiryMonth, canonical_host};
use haochaping_collector::{
    keys::{Keys, MasterKey},
    ports::{Clock, SystemClock, SystemRng},
};
use haochaping_tests::{Answer, Collector, Http, form};
use serde_json::{Value, json};

use crate::{eventually, filled, hidden, problem, rate, verified, violations};

pub(super) const AGENCY: &str = "11321000014216389W";
pub(super) const HEAD: &str = "姓名,工号,村社区代码,责任单位代码,责任单位,服务范围";

/// A collector that knows a street and two of its communities.
pub(super) fn start(extra: &[&str]) -> Collector {
    let collector = Collector::start(extra);
    let regions = collector.data_dir().join("regions.csv");
    std::fs::write(
        &regions,
        "code,name\n321002001,东关街道\n321002001001,琼花观社区居委会\n321002001002,个园社区居委会\n",
    )
    .unwrap();
    let output = collector.cli(&["region", "import", regions.to_str().unwrap()]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let names = format!("{}/?region=321002001", collector.url());
    eventually("the names are known", || {
        Http::new().get(&names).text().contains("东关街道").then_some(())
    });
    collector
}

/// Prints a roster and gives what was said, and each card's serial, number and link.
pub(super) fn print(
    collector: &Collector,
    roster: &str,
    extra: &[&str],
) -> (haochaping_tests::Said, Vec<[String; 3]>) {
    let file = collector.data_dir().join("roster.csv");
    std::fs::write(&file, roster).unwrap();
    let (out, url) = (out(collector), collector.url());
    let usual = [
        "card",
        "print",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--public-url",
        &url,
    ];
    let output = collector.cli(&[&usual, extra].concat());
    let list = std::fs::read_to_string(out.join("cards.csv")).unwrap_or_default();
    let cards = list.lines().skip(1).map(|line| {
        let cells: Vec<_> = line.split(',').collect();
        [0, 1, 5].map(|place| cells[place].to_owned())
    });
    (output, cards.collect())
}

pub(super) fn out(collector: &Collector) -> PathBuf {
    collector.data_dir().join("cards")
}

pub(super) fn roster(rows: &[&str]) -> String {
    rows.iter().fold(HEAD.to_owned(), |text, row| format!("{text}\n{row}"))
}

pub(super) fn agent(name: &str, number: &str) -> String {
    format!("{name},{number},321002001001,{AGENCY},扬州市示例代办中心,社保代办")
}

/// One agent's card: its serial and link. The test collector has no TLS, so the printed scheme is
/// HTTP.
pub(super) fn one_card(collector: &Collector) -> (String, String) {
    let (output, cards) = print(collector, &roster(&[&agent("示例·㛃", "YZ-0001")]), &[]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let [serial, _, link] = cards[0].clone();
    (serial, link.to_lowercase().replace("/c/", "/C/"))
}

/// The link of a window's printed stand.
pub(super) fn stand(collector: &Collector) -> String {
    let (output, cards) =
        print(collector, &roster(&[&agent("1 号综合窗口", "A01")]), &["--kind", "window"]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    cards[0][2].to_lowercase().replace("/c/", "/C/")
}

pub(super) fn open(link: &str) -> Answer {
    Http::new().header("user-agent", "Mozilla/5.0 (iPhone)").get(link)
}

/// The collector's own keys, so that a test can sign what the collector would only sign at another
/// time.
async fn keys(collector: &Collector) -> Keys {
    let store = collector.open_store().await;
    let master = MasterKey::read(&collector.data_dir().join("master.key")).unwrap();
    Keys::load(&store, &master, &SystemRng, SystemClock.now()).await.unwrap()
}

/// A rating of the visit that a page carries.
pub(super) fn of_visit(page: &Answer, level: &str) -> Value {
    json!({"visit": hidden(page.text(), "key"), "level": level, "indicator_version": "2020-05", "comment": "说明", "lang": "zh-Hans"})
}

#[test]
fn a_scan_leads_to_the_person_and_place_and_the_rating_enters_the_village() {
    let mut collector = start(&["--root-region", "320000"]);
    let (_, link) = one_card(&collector);
    let page = open(&link);
    assert_eq!(page.status, 200, "{}", page.text());
    for shown in
        ["示例·㛃", "YZ-0001", "广陵区 东关街道 琼花观社区居委会", "社保代办", "扬州市示例代办中心"]
    {
        assert!(page.text().contains(shown), "{shown}");
    }
    assert_eq!(open(&link.to_lowercase()).status, 200, "typed in lower case");
    let token = link.rsplit('/').next().unwrap();
    let typed = token.to_lowercase().replace('0', "o").replace('1', "l");
    assert_eq!(open(&format!("{}/c/{typed}", collector.url())).status, 200, "typed by a person");

    let about = open(&format!("{}/api/v1/links/{}", collector.url(), token.to_lowercase())).json();
    assert_eq!(
        (&about["kind"], &about["state"], &about["service"]["date"]),
        (&json!("card"), &json!("open"), &Value::Null)
    );
    assert_eq!(
        (&about["card"]["name"], &about["card"]["kind"]),
        (&json!("示例·㛃"), &json!("agent"))
    );
    assert!(about["visit"].is_string() && about.get("key").is_none(), "{about}");

    let posted = Http::new()
        .post_form(&link, &filled(page.text(), &[("level", "dissatisfied"), ("indicator", "214")]));
    assert_eq!(posted.status, 303, "{}", posted.text());
    let done = open(&format!("{}{}", collector.url(), posted.header("location")));
    assert!(done.text().contains("data-hcp-done=\"accepted\""));
    assert_eq!(rate(&collector, &of_visit(&open(&link), "satisfied")).status, 201, "another visit");
    let log = collector.next_day();
    assert!(!log.contains(token), "no card in the log");
    for region in ["320000", "321000", "321002", "321002001", "321002001001"] {
        let url = format!("{}/api/v1/statistics?region={region}&agency={AGENCY}", collector.url());
        let figures = eventually(region, || {
            Some(Http::new().get(&url).json()).filter(|f| f["good"] == 1 && f["bad"] == 1)
        });
        assert_eq!(figures["quarantined"], 0);
    }
    assert_eq!(verified(&collector), (2, 1));
    let counts = collector.cli(&["card", "list", "--counts"]).out;
    assert!(
        counts.lines().nth(1).unwrap().ends_with(",0,1,0,1,0,2,—"),
        "few ratings give no rate: {counts}"
    );
    let streets = collector.cli(&["card", "list", "--counts", "--by", "street"]).out;
    assert!(streets.lines().nth(1).unwrap().starts_with("321002001,1,0,1,0,1,0,2"), "{streets}");
    let (_, log) = collector.stop();
    assert!(!log.contains(token), "no card in the log");
}

#[test]
fn the_same_visit_sent_again_is_the_same_rating_and_keeps_what_it_said() {
    let collector = start(&[]);
    let (_, link) = one_card(&collector);
    let page = open(&link);
    let rating = of_visit(&page, "satisfied");
    let first = rate(&collector, &rating);
    let again = rate(&collector, &rating);
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json()["receipt"], again.json()["receipt"]);
    let other = rate(&collector, &of_visit(&page, "very_satisfied"));
    assert_eq!(violations(&problem(&other, 422, "invalid-rating")), [("key", "reused")]);
    let by_form =
        Http::new().post_form(&link, &filled(page.text(), &[("level", "very_satisfied")]));
    assert_eq!(by_form.status, 409);
    assert!(by_form.text().contains("这次到访已于") && !by_form.text().contains("满意</dd>"));
    assert_eq!(verified(&collector), (1, 0));

    let mut forged = of_visit(&page, "satisfied");
    forged["visit"] = "0".repeat(48).into();
    assert_eq!(
        violations(&problem(&rate(&collector, &forged), 422, "invalid-rating")),
        [("visit", "malformed")]
    );
    let mut elsewhere = of_visit(&open(&link), "satisfied");
    elsewhere["purpose"] = "不在清单上".into();
    assert_eq!(
        violations(&problem(&rate(&collector, &elsewhere), 422, "invalid-rating")),
        [("purpose", "unknown")]
    );
}

#[tokio::test]
async fn each_reason_for_which_a_card_opens_no_form_has_its_own_page() {
    let collector = start(&[]);
    let rows = [agent("示例甲", "1"), agent("示例乙", "2")];
    let (output, cards) = print(&collector, &roster(&[&rows[0], &rows[1]]), &[]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    let link = |n: usize| cards[n][2].to_lowercase();
    let held = open(&link(0));
    assert_eq!(collector.cli(&["card", "revoke", &cards[0][0], "--reason", "遗失"]).code, Some(0));
    let replaced =
        collector.cli(&["card", "replace", &cards[1][0], "--public-url", &collector.url()]);
    assert_eq!(replaced.code, Some(0), "{}", replaced.err);
    let shows = |link: &str, status: u16, code: &str| {
        let page = open(link);
        assert_eq!(page.status, status, "{code}");
        assert!(
            page.text().contains(&format!("data-hcp-notice=\"{code}\""))
                && page.text().contains("12345"),
            "{code}"
        );
    };
    shows(&link(0), 410, "card-revoked");
    shows(&link(1), 410, "card-replaced");
    let expired =
        Card { serial: 2, kind: CardKind::Agent, expires: ExpiryMonth::new(2026, 1).unwrap() };
    let expired = expired.mint(&keys(&collector).await.card, &canonical_host(&collector.url()));
    shows(&format!("{}/c/{expired}", collector.url()), 410, "card-expired");
    let no_visit = filled(held.text(), &[("level", "satisfied")])
        .replace(&hidden(held.text(), "key"), &"0".repeat(48));
    let posted = Http::new().post_form(&link(0), &no_visit);
    assert!(
        posted.status == 410 && posted.text().contains("card-revoked"),
        "no new visit for a card that is ended"
    );
    let new = replaced.out.trim().rsplit(' ').next().unwrap().to_lowercase();
    assert_eq!(open(&new).status, 200);
    assert_eq!(
        rate(&collector, &of_visit(&held, "satisfied")).status,
        201,
        "a page that was open may still send"
    );
    assert_eq!(collector.cli(&["card", "revoke", &cards[0][0], "--reason", "again"]).code, Some(1));

    // Nothing is read for these two: the table is not there.
    collector.run_sql("alter table card rename to card_away");
    let other = if link(0).ends_with('7') { "8" } else { "7" };
    let forged = format!("{}{other}", &link(0)[..link(0).len() - 1]);
    shows(&forged, 404, "card-not-genuine");
    shows(&link(0)[..link(0).len() - 1], 404, "card-malformed");
    shows(&new, 503, "internal");
}

/// A page of one card never takes the visit of another: the person would rate whom they do not see.
#[test]
fn a_visit_rates_only_by_the_card_it_was_opened_with() {
    let mut collector = start(&[]);
    let (_, cards) =
        print(&collector, &roster(&[&agent("示例甲", "1"), &agent("示例乙", "2")]), &[]);
    let [first, second] = [0, 1].map(|n| cards[n][2].to_lowercase());
    let (page, other) = (open(&first), open(&second));
    let mixed = filled(page.text(), &[("level", "satisfied"), ("comment", "写给甲")]);
    let mixed = mixed.replace(&hidden(page.text(), "key"), &hidden(other.text(), "key"));
    let back = Http::new().post_form(&first, &mixed);
    assert_eq!(back.status, 422);
    assert!(back.text().contains("写给甲</textarea>") && back.text().contains("示例甲"));
    assert_ne!(hidden(back.text(), "key"), hidden(other.text(), "key"), "a visit of its own");
    assert_eq!(
        Http::new().post_form(&first, &filled(back.text(), &[("level", "satisfied")])).status,
        303
    );
    let counts = collector.cli(&["card", "list", "--counts"]).out;
    assert!(
        counts.lines().nth(1).unwrap().ends_with(",0,0,0,0,0,0,—"),
        "nobody sees one person come: {counts}"
    );
    collector.next_day();
    let counts = collector.cli(&["card", "list", "--counts"]).out;
    assert!(counts.lines().nth(1).unwrap().ends_with(",0,1,0,0,0,1,—"), "{counts}");
}

#[test]
fn a_burst_is_kept_and_held_back_and_touches_no_other_card() {
    let collector = start(&["--card-source-limit", "3", "--quarantine-days", "7"]);
    let (_, cards) =
        print(&collector, &roster(&[&agent("示例甲", "1"), &agent("示例乙", "2")]), &[]);
    let link = |n: usize| cards[n][2].to_lowercase();
    let levels = ["satisfied", "very_dissatisfied", "satisfied", "very_dissatisfied", "satisfied"];
    let ratings: Vec<_> = levels.map(|level| of_visit(&open(&link(0)), level)).into();
    let receipts: Vec<_> = ratings
        .iter()
        .map(|rating| {
            let answer = rate(&collector, rating);
            assert_eq!(answer.status, 201, "never refused");
            answer.json()
        })
        .collect();
    assert_eq!(rate(&collector, &of_visit(&open(&link(1)), "satisfied")).status, 201);
    let statistics = format!("{}/api/v1/statistics?region=321000", collector.url());
    let shows = |good: u64, bad: u64, quarantined: u64, excluded: u64| {
        eventually("the figures", || {
            let f = Http::new().get(&statistics).json();
            let n = |name: &str| f[name].as_u64().unwrap();
            ((n("good"), n("bad"), n("quarantined"), n("excluded"))
                == (good, bad, quarantined, excluded))
                .then_some(())
        });
    };
    shows(3, 1, 2, 0);
    let status = |receipt: &Value| {
        let lookup = receipt["lookup"].as_str().unwrap();
        Http::new().get(&format!("{}/api/v1/ratings/{lookup}", collector.url())).json()
    };
    assert_eq!(
        (&status(&receipts[3])["status"], &status(&receipts[3])["handling"]),
        (&json!("quarantined"), &Value::Null)
    );
    let listed = collector.cli(&["card", "quarantine", "list"]).out;
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(!listed.contains("satisfied"), "whoever decides does not see the level");

    let receipt = |n: usize| receipts[n]["receipt"].as_str().unwrap();
    let mark = collector.data_dir().join("last.json");
    let export = || collector.cli(&["export", "--watermark", mark.to_str().unwrap()]).out;
    assert_eq!(export().lines().count(), 1 + 4, "what waits is not handed on");
    let quiet = collector.cli(&["card", "quarantine", "exclude", receipt(4), "--reason", " "]);
    assert_eq!(quiet.code, Some(1), "not without a reason");
    assert_eq!(
        collector
            .cli(&["card", "quarantine", "exclude", receipt(4), "--reason", "无到访记录"])
            .code,
        Some(0)
    );
    assert_eq!(collector.cli(&["card", "quarantine", "release", receipt(3)]).code, Some(0));
    shows(3, 2, 0, 1);
    let exported = export();
    assert!(
        exported.lines().count() == 2 && exported.contains(receipt(3)),
        "it follows once it counts: {exported}"
    );
    let first = &status(&receipts[3])["handling"]["history"][0];
    assert_eq!(first["stage"], "opened", "its work order is opened at the release");
    assert_eq!(status(&receipts[4])["status"], "excluded");
    assert!(collector.cli(&["card", "quarantine", "list", "--all"]).out.contains("无到访记录"));
    assert_eq!(verified(&collector), (6, 2));
}

#[test]
fn what_nobody_decides_about_counts_by_itself_when_its_time_comes() {
    let mut collector = start(&["--card-day-limit", "1", "--quarantine-days", "0"]);
    let (_, link) = one_card(&collector);
    for level in ["satisfied", "dissatisfied"] {
        assert_eq!(rate(&collector, &of_visit(&open(&link), level)).status, 201);
    }
    eventually("the release", || {
        let listed = collector.cli(&["card", "quarantine", "list", "--all"]).out;
        listed.contains("released,").then_some(())
    });
    assert_eq!(verified(&collector), (2, 1));
    collector.next_day();
    let counts = collector.cli(&["card", "list", "--counts"]).out;
    assert!(counts.contains(",0,1,0,1,0,2,"), "{counts}");
}

#[test]
fn a_rotated_key_keeps_printed_cards_and_purposes_are_offered() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "代缴社保\n代取证件\n").unwrap();
    let collector = start(&["--purposes", file.path().to_str().unwrap()]);
    let (_, link) = one_card(&collector);
    assert_eq!(collector.cli(&["key", "rotate", "card"]).code, Some(0));
    let (_, again) = one_card(&collector);
    assert_ne!(link, again, "printed again it is signed by the new key");
    eventually("the new key", || (open(&again).status == 200).then_some(()));
    let page = open(&link);
    assert!(page.text().contains("<option>代取证件</option>"));
    let fields = [("level", "dissatisfied"), ("purpose", "代取证件")];
    let back = Http::new().post_form(&link, &filled(page.text(), &fields));
    assert_eq!(back.status, 422, "a reason is missing");
    assert!(back.text().contains("<option selected>代取证件</option>"), "the choice is kept");
    let sent = form(&[("comment", "等了很久")]);
    let posted = Http::new().post_form(&link, &format!("{}&{sent}", filled(back.text(), &fields)));
    assert_eq!(posted.status, 303);
    assert_eq!(collector.read_sql("select purpose || channel from rating"), ["代取证件qr"]);
    assert_eq!(collector.cli(&["key", "retire", "card", "0"]).code, Some(0));
    eventually("the old card ends", || (open(&link).status == 404).then_some(()));
}
