//! What supervisors and administrators have at the desk.

use haochaping_tests::{Collector, PASSWORD, Staff, eventually, try_sign_in};

use crate::{
    bad,
    cards::{of_visit, one_card, open, start},
    rate,
};

const AGENCY: &str = "11321000014216389W";
const BODY: &str = "11110000000021135M";

fn body(collector: &Collector, name: &str, region: &str) -> Staff {
    Staff::new(collector, name, &["--role", "supervisor", "--agency", BODY, "--region", region])
}

#[test]
fn a_body_sees_what_is_overdue_contested_and_asked_of_it() {
    let collector = Collector::start(&[]);
    for _ in 0..2 {
        rate(&collector, &bad(&collector.register(1)[0]));
    }
    let handler = Staff::new(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", AGENCY, "--region", "321000"],
    );
    let orders = handler.orders(2);
    handler.act(&orders[0], "reach", &[("cause", "matter"), ("demand", "希望撤回")]);
    handler.act(&orders[0], "determine_mistaken", &[("finding", "评价人说按错了")]);
    handler.act(&orders[1], "ask_reassignment", &[("reason", "非本部门职责")]);
    let body = body(&collector, "li-1", "321000");
    let page = body.get("/desk/supervision");
    for (n, name) in [("0", "已超期"), ("1", "拟认定误评或恶意"), ("1", "待裁定的申诉与改派")]
    {
        assert!(
            page.text().contains(&format!("<strong>{n}</strong> {name}")),
            "{name}: {}",
            page.text()
        );
    }
    let appeals = body.get("/desk/appeals");
    assert!(appeals.text().contains(&orders[1]) && !appeals.text().contains(&orders[0]));
    handler.act(&orders[0], "file_appeal", &[("grounds", "误触")]);
    assert!(body.get("/desk/appeals").text().contains(&orders[0]));
    let elsewhere = Staff::new(
        &collector,
        "li-2",
        &["--role", "supervisor", "--agency", BODY, "--region", "320100"],
    );
    assert!(!elsewhere.get("/desk/appeals").text().contains("/desk/orders/"));
    for path in
        ["/desk/supervision", "/desk/appeals", "/desk/users", "/desk/record", "/desk/call-backs"]
    {
        assert_eq!(handler.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_body_decides_about_quarantine_without_knowing_the_level() {
    let collector = start(&["--card-day-limit", "1", "--quarantine-days", "7"]);
    let (_, link) = one_card(&collector);
    let receipts: Vec<_> = ["satisfied", "very_dissatisfied", "dissatisfied"]
        .map(|level| {
            let answer = rate(&collector, &of_visit(&open(&link), level));
            assert_eq!(answer.status, 201);
            answer.json()["receipt"].as_str().unwrap().to_owned()
        })
        .into();
    let elsewhere = body(&collector, "li-2", "320100");
    assert!(!elsewhere.get("/desk/supervision").text().contains(&receipts[1]), "another city's");
    let path = |receipt: &str| format!("/desk/quarantine/{receipt}");
    let told = [("decision", "exclude"), ("why", "无到访记录")];
    assert_eq!(elsewhere.post(&path(&receipts[1]), &told).status, 404);
    let own = Staff::new(
        &collector,
        "li-3",
        &["--role", "supervisor", "--agency", AGENCY, "--region", "321000"],
    );
    assert_eq!(own.post(&path(&receipts[1]), &told).status, 422, "not about one's own card");
    let body = body(&collector, "li-1", "321000");
    let page = body.get("/desk/supervision");
    assert!(page.text().contains(&receipts[1]) && !page.text().contains("不满意"));
    let quiet = body.post(&path(&receipts[1]), &[("decision", "release"), ("why", " ")]);
    assert!(quiet.status == 422 && quiet.text().contains("请填写理由"));
    assert_eq!(
        body.post(&path(&receipts[1]), &[("decision", "release"), ("why", "查验属实")]).status,
        303
    );
    assert_eq!(body.post(&path(&receipts[2]), &told).status, 303);
    assert!(body.get("/desk/supervision").text().contains("没有暂不计入的评价"));
    let record = collector.cli(&["staff", "record"]).out;
    assert!(record.contains(&format!("staff:li-1  rating-released  {}", receipts[1])), "{record}");
    assert!(record.contains(&format!("staff:li-1  rating-excluded  {}", receipts[2])), "{record}");
    assert_eq!(crate::verified(&collector), (3, 1));
}

#[test]
fn an_administrator_makes_resets_and_ends_accounts_and_reads_the_record() {
    let collector = Collector::start(&[]);
    let admin = Staff::new(&collector, "root-1", &["--role", "administrator"]);
    assert_eq!(admin.get("/desk").header("location"), "/desk/users", "what they have to do");
    let typed = [("name", "zhao-1"), ("role", "handler"), ("agency", "123"), ("region", "321000")];
    let refused = admin.post("/desk/users", &typed);
    assert!(refused.status == 422 && refused.text().contains("“123”不是有效的统一社会信用代码。"));
    assert!(
        refused.text().contains("value=\"zhao-1\"")
            && refused.text().contains("value=\"handler\" selected")
    );
    let typed = [("name", "zhao-1"), ("role", "handler"), ("agency", AGENCY), ("region", "321000")];
    let link = |page: &str| {
        let (_, rest) = page.split_once("class=\"code\">").unwrap();
        rest.split('<').next().unwrap().replace("&#38;", "&")
    };
    let made = admin.post("/desk/users", &typed);
    Staff::accept(&link(made.text()));
    let zhao = Staff::sign_in(&collector, "zhao-1");
    assert!(!admin.get("/desk/users").text().contains("/desk/welcome/"), "a link is shown once");
    assert_eq!(admin.post("/desk/users", &typed).status, 422, "the name is taken");
    let reset = admin.post("/desk/users/zhao-1", &[("action", "reset")]);
    assert_eq!(zhao.get("/desk").status, 303, "signed out");
    assert_eq!(try_sign_in(&collector.url(), "zhao-1", PASSWORD).status, 422);
    Staff::accept(&link(reset.text()));
    let zhao = Staff::sign_in(&collector, "zhao-1");
    assert_eq!(
        zhao.post("/desk/users", &[("name", "evil-1"), ("role", "administrator")]).status,
        404
    );
    assert_eq!(zhao.post("/desk/users/root-1", &[("action", "reset")]).status, 404);
    assert_eq!(admin.post("/desk/users/zhao-1", &[("action", "disable")]).status, 200);
    assert_eq!(zhao.get("/desk").status, 303);
    let last = admin.post("/desk/users/root-1", &[("action", "disable")]);
    assert!(last.status == 422 && last.text().contains("最后一个管理员"));
    let record = admin.get("/desk/record");
    for what in ["新建账号", "重置账号", "停用账号", "登录", "设置密码"] {
        assert!(record.text().contains(what), "{what}");
    }
}

#[test]
fn an_operator_calls_back_and_the_department_does_not() {
    let collector = Collector::start(&[]);
    rate(&collector, &bad(&collector.register(1)[0]));
    let handler = Staff::new(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", AGENCY, "--region", "321000"],
    );
    let operator = Staff::new(
        &collector,
        "chen-1",
        &["--role", "operator", "--agency", BODY, "--region", "321000"],
    );
    let own = Staff::new(
        &collector,
        "chen-2",
        &["--role", "operator", "--agency", AGENCY, "--region", "321000"],
    );
    let order = handler.orders(1).remove(0);
    assert_eq!(operator.get(&order).status, 404, "there is nothing to ask about yet");
    for (action, fields) in [
        ("reach", &[("cause", "matter"), ("demand", "希望一次告知")][..]),
        ("determine_valid", &[("class", "simple"), ("finding", "属实")]),
        ("rectify", &[("measures", "修订告知单")]),
        ("resolve", &[("result", "已上墙")]),
        ("reply", &[("text", "您反映的情况属实。")]),
    ] {
        assert_eq!(handler.act(&order, action, fields).status, 303, "{action}");
    }
    assert_eq!(operator.get("/desk").header("location"), "/desk/call-backs");
    assert!(operator.get("/desk/call-backs").text().contains(&order));
    assert!(
        !own.get("/desk/call-backs").text().contains(&order),
        "nobody of the department calls back"
    );
    let message = operator.act(&order, "still_dissatisfied", &[("words", "仍未告知")]);
    assert_eq!(
        (message.status, message.header("location")),
        (303, "/desk".to_owned()),
        "{}",
        message.text()
    );
    eventually("it is the department's again", || {
        let page = handler.get(&order);
        (page.text().contains("第 2 轮") && page.text().contains("仍未告知")).then_some(())
    });
    crate::verified(&collector);
}
