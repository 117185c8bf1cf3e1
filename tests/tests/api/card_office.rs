//! What a card office does at the desk.

use haochaping_tests::{Answer, Staff};

use crate::cards::{agent, roster, start};

const AGENCY: &str = "11321000014216389W";

/// A multipart form with a file.
fn upload(staff: &Staff, path: &str, kind: &str, content: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in [("csrf", staff.csrf().as_str()), ("kind", kind)] {
        body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"roster.csv\"\r\n\r\n");
    body.extend(content);
    body.extend(b"\r\n--x--\r\n");
    let http = staff.http.header("content-type", "multipart/form-data; boundary=x");
    http.send("POST", &format!("{}{path}", staff.origin), Some(&body))
}

#[test]
fn a_card_office_prints_a_roster_replaces_and_ends_cards_of_its_region() {
    let collector = start(&[]);
    let office = |name: &str, region: &str| {
        Staff::new(&collector, name, &["--role", "card_office", "--agency", AGENCY, "--region", region])
    };
    let (staff, elsewhere) = (office("zhou-1", "321000"), office("zhou-2", "320100"));
    assert_eq!(staff.get("/desk").header("location"), "/desk/cards");
    let two = roster(&[&agent("示例甲", "1"), &agent("示例乙", "2")]);
    let wrong = upload(&staff, "/desk/cards", "agent", format!("{two}\n示例丙,3,999,x,,").as_bytes());
    assert!(
        wrong.status == 422 && wrong.text().contains("没有制作") && wrong.text().contains("村社区代码"),
        "{}",
        wrong.text()
    );
    let outside = upload(&elsewhere, "/desk/cards", "agent", two.as_bytes());
    assert!(
        outside.status == 422 && outside.text().contains("第 2 行：321002001001 不在您的地区内"),
        "{}",
        outside.text()
    );
    assert!(staff.get("/desk/cards").text().contains("没有服务码"), "nothing was issued");
    for _ in 0..2 {
        let sheets = upload(&staff, "/desk/cards", "agent", two.as_bytes());
        assert_eq!((sheets.status, sheets.header("content-type")), (200, "application/pdf".to_owned()));
        assert!(sheets.body.starts_with(b"%PDF"));
    }
    let listed = collector.cli(&["card", "list"]).out;
    assert_eq!(listed.lines().count(), 3, "the same roster gives the same cards: {listed}");
    assert!(staff.get("/desk/cards?find=示例甲").text().contains("示例甲"));
    assert!(!elsewhere.get("/desk/cards").text().contains("示例甲"));
    assert_eq!(elsewhere.post("/desk/cards/1", &[("action", "revoke"), ("why", "x")]).status, 404);
    let new = staff.post("/desk/cards/1", &[("action", "replace")]);
    assert!(new.status == 200 && new.body.starts_with(b"%PDF"), "the new card, to be printed");
    let again = staff.post("/desk/cards/1", &[("action", "replace")]);
    assert!(again.status == 422 && again.text().contains("已经不在使用中"));
    assert_eq!(staff.post("/desk/cards/2", &[("action", "revoke"), ("why", " ")]).status, 422);
    assert_eq!(staff.post("/desk/cards/2", &[("action", "revoke"), ("why", "遗失")]).status, 303);
    assert!(staff.get("/desk/cards?find=2").text().contains("已停用：遗失"));
    let record = collector.cli(&["staff", "record"]).out;
    for what in ["cards-printed  2", "card-replaced  1", "card-revoked  2"] {
        assert!(record.contains(&format!("staff:zhou-1  {what}")), "{what}: {record}");
    }
}

#[test]
fn a_roster_ends_no_card_of_another_region() {
    let collector = start(&[]);
    let office = |name: &str, region: &str| {
        Staff::new(&collector, name, &["--role", "card_office", "--agency", AGENCY, "--region", region])
    };
    let two = |village: &str| roster(&[&agent("示例甲", "1").replace("321002001001", village)]);
    let own = office("zhou-1", "321002001001");
    assert_eq!(upload(&own, "/desk/cards", "agent", two("321002001001").as_bytes()).status, 200);
    // The same agency and number, in the village beside it.
    let beside = office("zhou-2", "321002001002");
    let refused = upload(&beside, "/desk/cards", "agent", two("321002001002").as_bytes());
    assert!(refused.status == 422 && refused.text().contains("编号 1 的服务码正在别的地区使用"), "{}", refused.text());
    assert!(own.get("/desk/cards").text().contains("使用中"), "it lives");
}
