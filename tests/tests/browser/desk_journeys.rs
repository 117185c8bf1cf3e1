//! What happens to bad ratings at the desk, in a real browser without scripts; and axe on every
//! page of the desk with them.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use haochaping_tests::{Collector, Http, Office, PASSWORD, Staff, eventually, service};
use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::{access::assert_accessible, desk::take, page::Page};

const AGENCY: &str = "11321000014216389W";
const BODY: &str = "11110000000021135M";

/// Everybody at the desk of Yangzhou.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("wang-1", "handler", AGENCY),
    ("li-1", "supervisor", BODY),
    ("chen-1", "operator", BODY),
    ("zhou-1", "card_office", BODY),
    ("root-1", "administrator", ""),
];

fn start() -> Collector {
    let collector = Collector::start(&[]);
    for (name, role, agency) in PEOPLE {
        let region = if agency.is_empty() { "" } else { "321000" };
        Staff::add(&collector, name, &["--role", role, "--agency", agency, "--region", region]);
    }
    collector
}

/// Rates 不满意 and gives the address of the look-up page.
fn rate(collector: &Collector, anonymous: bool) -> String {
    let rating = json!({
        "ticket": collector.register(1).remove(0), "key": format!("key-of-a-desk-journey-{anonymous}"),
        "level": "dissatisfied", "indicators": [], "indicator_version": "2020-05", "comment": "窗口说法前后不一",
        "anonymous": anonymous, "contact": null, "lang": "zh-Hans", "via": null,
    });
    let answer = Http::new().post_json(&format!("{}/api/v1/ratings", collector.url()), &rating);
    assert_eq!(answer.status, 201, "{}", answer.text());
    format!("{}?lang=zh-Hans", answer.json()["lookup_url"].as_str().unwrap())
}

/// Signs in by the form, and out first if somebody else sits there.
async fn sit_down(page: &Page, collector: &Collector, name: &str) {
    page.goto(&format!("{}/desk/sign-in", collector.url())).await;
    page.reads("登录").await;
    page.type_into("#name", 0, name).await;
    page.type_into("#password", 0, PASSWORD).await;
    page.click("main button", 0).await;
    page.reads(name).await;
}

async fn open_first(page: &Page, collector: &Collector, path: &str) {
    page.goto(&format!("{}{path}", collector.url())).await;
    page.click(".orders a", 0).await;
    page.reads("下一步").await;
}

/// What the store says otherwise than time has brought it.
fn shift(collector: &mut Collector, sql: &str) {
    collector.stop();
    collector.run_sql(sql);
    collector.restart();
}

fn handling(collector: &Collector) -> Value {
    Http::new().get(&format!("{}/api/v1/statistics?region=321000", collector.url())).json()["handling"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistaken_rating_leaves_the_net_figures_by_an_appeal_only() {
    let collector = block_in_place(start);
    block_in_place(|| rate(&collector, false));
    let page = Page::without_script().await;
    sit_down(&page, &collector, "wang-1").await;
    block_in_place(|| Staff::sign_in(&collector, "wang-1").orders(1));
    open_first(&page, &collector, "/desk").await;
    take(&page, "reach", &[("cause", "事项"), ("demand", "希望撤回")]).await;
    page.reads("希望撤回").await;
    take(&page, "determine_mistaken", &[("finding", "评价人说按错了")]).await;
    page.reads("评价人说按错了").await;
    take(&page, "file_appeal", &[("grounds", "误触")]).await;
    page.reads("待同级政务服务管理机构裁定").await;
    assert_eq!(block_in_place(|| handling(&collector))["upheld"], 0);
    sit_down(&page, &collector, "li-1").await;
    page.goto(&format!("{}/desk/supervision", collector.url())).await;
    page.reads("待裁定的申诉与改派").await;
    open_first(&page, &collector, "/desk/appeals").await;
    take(&page, "uphold", &[("reason", "通话录音可证")]).await;
    page.reads("成立，不计入有效差评").await;
    block_in_place(|| {
        eventually("net moves and gross does not", || {
            let found = handling(&collector);
            (found["effective_bad"] == 0 && found["bad"] == 1).then_some(())
        });
    });
    page.goto(&format!("{}/?region=321000&lang=zh-Hans", collector.url())).await;
    page.reads("有效差评").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anonymous_person_whom_nobody_can_reach_is_answered_on_the_page() {
    let mut collector = block_in_place(start);
    let progress = block_in_place(|| {
        let progress = rate(&collector, true);
        // As if its hour had come.
        shift(&mut collector, "update work_order set wake_at = 0");
        Staff::sign_in(&collector, "wang-1").orders(1);
        progress
    });
    let page = Page::without_script().await;
    sit_down(&page, &collector, "wang-1").await;
    open_first(&page, &collector, "/desk").await;
    page.reads("匿名评价").await;
    let page_text = page.eval("return document.body.innerText").await;
    assert!(!page_text.as_str().unwrap().contains("办件编号"), "no case number");
    take(&page, "no_contact", &[("cause", "大厅")]).await;
    page.reads("没有联系方式").await;
    take(&page, "determine_valid", &[("class", "简单"), ("finding", "调取录像，属实")]).await;
    page.reads("简单问题，立整立改").await;
    take(&page, "rectify", &[("measures", "统一口径")]).await;
    page.reads("统一口径").await;
    take(&page, "explain", &[("rule", "示例条例第三条"), ("explanation", "依规需两次到场")]).await;
    page.reads("依规需两次到场").await;
    take(&page, "reply", &[("text", "依规需两次到场，请谅解。")]).await;
    page.reads("依规需两次到场，请谅解。").await;
    page.goto(&progress).await;
    page.reads("依规需两次到场，请谅解。").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_overdue_comes_to_the_body_and_what_still_dissatisfies_to_the_department_again() {
    let mut collector = block_in_place(start);
    let progress = block_in_place(|| {
        let progress = rate(&collector, false);
        Staff::sign_in(&collector, "wang-1").orders(1);
        shift(&mut collector, "update work_order set due_at = 1000, notice_at = 1000");
        progress
    });
    let page = Page::without_script().await;
    sit_down(&page, &collector, "li-1").await;
    page.goto(&format!("{}/desk?due=overdue", collector.url())).await;
    page.reads("已超期").await;
    page.click(".orders a", 0).await;
    take(&page, "supervise", &[("instruction", "请今日内联系评价人")]).await;
    page.reads("请今日内联系评价人").await;
    sit_down(&page, &collector, "wang-1").await;
    block_in_place(|| {
        let (office, staff) =
            (Office::department(&collector), Staff::sign_in(&collector, "wang-1"));
        assert!(staff.get(&staff.orders(1)[0]).text().contains("请今日内联系评价人"));
        office.act(
            &office.only_order(),
            &[
                json!({"action": "reach", "cause": "hall", "demand": "统一口径"}),
                json!({"action": "determine_valid", "class": "simple", "finding": "属实"}),
                json!({"action": "rectify", "measures": "统一口径"}),
                json!({"action": "resolve", "result": "已培训"}),
                json!({"action": "reply", "text": "已经整改。"}),
            ],
        );
    });
    page.goto(&progress).await;
    page.type_into("#words", 0, "窗口仍然各说各的").await;
    page.click("[value=still_dissatisfied]", 0).await;
    page.until("the answer is taken", "return !document.querySelector('#words')").await;
    block_in_place(|| Staff::sign_in(&collector, "wang-1").orders(1));
    open_first(&page, &collector, "/desk").await;
    page.reads("第 2 轮").await;
    page.reads("窗口仍然各说各的").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_enters_what_a_person_says_on_the_telephone() {
    let collector = block_in_place(start);
    let case = block_in_place(|| {
        let service = service();
        collector.register_all(std::slice::from_ref(&service));
        service["case_number"].as_str().unwrap().to_owned()
    });
    let page = Page::without_script().await;
    sit_down(&page, &collector, "chen-1").await;
    page.goto(&format!("{}/desk/services", collector.url())).await;
    page.type_into("#case", 0, &case).await;
    page.click("main button", 0).await;
    page.reads("还没有评价").await;
    page.click("a[href*='via=phone']", 0).await;
    page.reads("您对本次服务是否满意").await;
    let chosen =
        page.eval("return document.querySelectorAll('.hcp [type=radio]:checked').length").await;
    assert_eq!(chosen, json!(0), "nothing is chosen for the person");
    page.click("[value=very_dissatisfied]", 0).await;
    page.type_into(".hcp textarea", 0, "跑了三趟").await;
    page.click(".hcp-submit", 0).await;
    page.reads("请读给评价人听").await;
    page.reads("非常不满意").await;
    page.click("button[value=enter]", 0).await;
    page.reads("查询码").await;
    let order = block_in_place(|| Office::department(&collector).only_order());
    assert_eq!(order["comment"], "跑了三趟");
    page.close().await;
}

/// Light, dark, and as narrow as a telephone.
async fn assert_fit(page: &Page, collector: &Collector, path: &str) {
    page.goto(&format!("{}{path}", collector.url())).await;
    for scheme in ["light", "dark"] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        page.cdp("Emulation.setEmulatedMedia", features).await;
        assert_accessible(page, &format!("{path}, {scheme}")).await;
    }
    page.set_width(375).await;
    let wide = page.eval("return document.documentElement.scrollWidth").await;
    assert_eq!(wide, json!(375), "{path} scrolls sideways");
    page.set_width(1280).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_desk_is_accessible_and_fits_a_telephone() {
    let collector = block_in_place(start);
    let month = block_in_place(|| {
        rate(&collector, false);
        let wish = [
            ("item_name", "护照补发"),
            ("agency", AGENCY),
            ("region", "321002"),
            ("text", "希望周六也办"),
        ];
        assert_eq!(Staff::sign_in(&collector, "chen-1").post("/desk/wishes", &wish).status, 303);
        let url = "https://12345.example.gov.cn/haochaping";
        let args =
            ["endpoint", "add", "city", "--kind", "hotline", "--region", "321000", "--url", url];
        assert_eq!(collector.cli(&args).code, Some(0));
        let windows =
            ["window", "add", "--hall", "示例大厅", "--region", "321002", "yz-a01=1号综合窗口"];
        assert_eq!(collector.cli(&windows).code, Some(0));
        let list = Staff::sign_in(&collector, "li-1").get("/desk/briefings");
        list.text()
            .split_once("href=\"/desk/briefings/")
            .unwrap()
            .1
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    });
    let case = block_in_place(|| {
        let service = service();
        collector.register_all(std::slice::from_ref(&service));
        service["case_number"].as_str().unwrap().to_owned()
    });
    let page = Page::open().await;
    let month = format!("/desk/briefings/{month}");
    let found = format!("/desk/services?case={case}");
    let pages: [(&str, &[&str]); 5] = [
        ("wang-1", &["/desk", "/desk/waiting", "/desk/closed", "/desk/wishes", "/desk/nowhere"]),
        ("li-1", &["/desk/appeals", "/desk/supervision", "/desk/briefings", &month, &found]),
        (
            "chen-1",
            &["/desk/call-backs", "/desk/services", &found, "/desk/wishes", "/desk/windows"],
        ),
        ("zhou-1", &["/desk/cards"]),
        ("root-1", &["/desk/users", "/desk/messages", "/desk/record"]),
    ];
    for (name, paths) in pages {
        sit_down(&page, &collector, name).await;
        for path in paths {
            assert_fit(&page, &collector, path).await;
        }
    }
    sit_down(&page, &collector, "chen-1").await;
    page.goto(&format!("{}{found}", collector.url())).await;
    page.click("a[href*='via=phone']", 0).await;
    page.reads("您对本次服务是否满意").await;
    assert_accessible(&page, "a rating at the citizen's word").await;
    page.click("[value=satisfied]", 0).await;
    page.click(".hcp-submit", 0).await;
    page.reads("请读给评价人听").await;
    assert_accessible(&page, "reading back").await;
    page.assert_quiet().await;
    page.close().await;
}
