//! What a card office does at the desk.

use haochaping_tests::{Answer, Staff};

use crate::cards::{agent, roster, start};

const AGENCY: &str = "11321000014216389W";

/// A multipart form with a file, to be printed at once.
fn upload(staff: &Staff, path: &str, kind: &str, content: &[u8]) -> Answer {
    send(staff, path, &[("kind", kind), ("action", "print")], content)
}

/// A multipart form with these fields and a file.
fn send(staff: &Staff, path: &str, fields: &[(&str, &str)], content: &[u8]) -> Answer {
    let mut body = Vec::new();
    let csrf = staff.csrf();
    for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
        body.extend(
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    body.extend(
        b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"roster.csv\"\r\n\r\n",
    );
    body.extend(content);
    body.extend(b"\r\n--x--\r\n");
    let http = staff.http.header("content-type", "multipart/form-data; boundary=x");
    http.send("POST", &format!("{}{path}", staff.origin), Some(&body))
}

#[test]
fn a_card_office_prints_a_roster_replaces_and_ends_cards_of_its_region() {
    let collector = start(&[]);
    let office = |name: &str, region: &str| {
        Staff::new(
            &collector,
            name,
            &["--role", "card_office", "--agency", AGENCY, "--region", region],
        )
    };
    let (staff, elsewhere) = (office("zhou-1", "321000"), office("zhou-2", "320100"));
    assert_eq!(staff.get("/desk").header("location"), "/desk/cards");
    let two = roster(&[&agent("示例甲", "1"), &agent("示例乙", "2")]);
    let wrong =
        upload(&staff, "/desk/cards", "agent", format!("{two}\n示例丙,3,999,x,,").as_bytes());
    assert!(
        wrong.status == 422
            && wrong.text().contains("没有制作")
            && wrong.text().contains("村社区代码"),
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
        assert_eq!(
            (sheets.status, sheets.header("content-type")),
            (200, "application/pdf".to_owned())
        );
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
        Staff::new(
            &collector,
            name,
            &["--role", "card_office", "--agency", AGENCY, "--region", region],
        )
    };
    let two = |village: &str| roster(&[&agent("示例甲", "1").replace("321002001001", village)]);
    let own = office("zhou-1", "321002001001");
    assert_eq!(upload(&own, "/desk/cards", "agent", two("321002001001").as_bytes()).status, 200);
    // The same agency and number, in the village beside it.
    let beside = office("zhou-2", "321002001002");
    let refused = upload(&beside, "/desk/cards", "agent", two("321002001002").as_bytes());
    assert!(
        refused.status == 422 && refused.text().contains("编号 1 的服务码正在别的地区使用"),
        "{}",
        refused.text()
    );
    assert!(own.get("/desk/cards").text().contains("使用中"), "it lives");
}

/// What stands in the textarea of a preview.
fn carried(page: &Answer) -> String {
    let (_, rest) = page.text().split_once("name=\"roster\" hidden>\n").expect("a preview");
    rest.split("</textarea>")
        .next()
        .unwrap_or_default()
        .replace("&#34;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn an_office_looks_first_and_agrees_to_what_ends() {
    let collector = start(&[]);
    let staff = Staff::new(
        &collector,
        "zhou-1",
        &["--role", "card_office", "--agency", AGENCY, "--region", "321000"],
    );
    let two = roster(&[&agent("示例甲", "1"), &agent("示例乙", "2")]);
    let preview = send(&staff, "/desk/cards", &[("kind", "agent")], two.as_bytes());
    assert!(preview.status == 200 && preview.text().contains("制作前请核对"), "{}", preview.text());
    assert!(preview.text().contains("<dt>新制作</dt><dd>2 张</dd>"));
    assert!(staff.get("/desk/cards").text().contains("没有服务码"), "nothing was issued");
    let kept = carried(&preview);
    let printed = send(
        &staff,
        "/desk/cards",
        &[("kind", "agent"), ("action", "print"), ("roster", &kept)],
        b"",
    );
    assert_eq!(
        (printed.status, printed.header("content-type")),
        (200, "application/pdf".to_owned())
    );

    // Another roster, with a title, an unknown column and without the scope: it would end both.
    let lost = two.replace("服务范围", "能办什么");
    let preview = send(&staff, "/desk/cards", &[("kind", "agent")], lost.as_bytes());
    for words in [
        "能办什么",
        "替换已经印发的</dt><dd>2 张",
        "服务范围：“社保代办” → —",
        "我已核对，同意停用这 2 张旧码",
    ] {
        assert!(preview.text().contains(words), "{words}: {}", preview.text());
    }
    let kept = carried(&preview);
    let fields = [("kind", "agent"), ("action", "print"), ("roster", kept.as_str())];
    for some in [&[][..], &[("replace", "1"), ("ends", "1")], &[("ends", "1,2")]] {
        let refused = send(&staff, "/desk/cards", &[&fields[..], some].concat(), b"");
        assert!(refused.text().contains("没有制作：请先确认替换"), "{}", refused.text());
    }
    let refused = send(&staff, "/desk/cards", &fields, b"");
    assert!(
        refused.status == 200 && refused.text().contains("没有制作：请先确认替换"),
        "{}",
        refused.text()
    );
    let agreed = send(
        &staff,
        "/desk/cards",
        &[&fields[..], &[("replace", "1"), ("ends", "1,2")]].concat(),
        b"",
    );
    assert_eq!(agreed.header("content-type"), "application/pdf");
    assert!(staff.get("/desk/cards?find=1").text().contains("恢复使用"));
    assert_eq!(staff.post("/desk/cards/1", &[("action", "revive")]).status, 303);
    assert!(staff.get("/desk/cards?find=示例甲").text().contains("使用中"));
    let again = staff.post("/desk/cards/1", &[("action", "revive")]);
    assert!(
        again.status == 422 && again.text().contains("没有被使用中的新码替换"),
        "{}",
        again.text()
    );
}

#[test]
fn an_office_uploads_what_it_has_and_gets_every_fault_in_chinese() {
    let collector = start(&[]);
    let staff = Staff::new(
        &collector,
        "zhou-1",
        &["--role", "card_office", "--agency", AGENCY, "--region", "321000"],
    );
    let template = staff.get("/desk/cards/roster.csv");
    assert!(template.status == 200 && template.text().starts_with("\u{feff}姓名,镇街,村（社区）"));
    // Names alone, with the agency chosen for the sheet.
    let names = "花名册\n姓名,村（社区）,电话\n示例甲,琼花观,0514-12345678\n";
    let preview =
        send(&staff, "/desk/cards", &[("kind", "agent"), ("agency", AGENCY)], names.as_bytes());
    assert!(
        preview.text().contains("为 1 人编了工号") && preview.text().contains("321002001001-01"),
        "{}",
        preview.text()
    );
    let unknown =
        send(&staff, "/desk/cards", &[("kind", "agent"), ("agency", "无此单位")], names.as_bytes());
    assert!(unknown.status == 422 && unknown.text().contains("没有叫“无此单位”的责任单位"));
    // Faults, in Chinese, and the roster back with them.
    let bad = roster(&[
        &agent("示例?", "1.23E+11"),
        &agent("示例乙", "2").replace("321002001001", "321099001001"),
    ]);
    let faults = send(&staff, "/desk/cards", &[("kind", "agent")], bad.as_bytes());
    let words = [
        "第 2 行，姓名：“示例?”里有问号",
        "第 2 行，工号：“1.23E+11”被表格软件写成了科学计数法",
        "第 3 行，村社区代码：",
        "下载带“问题”列的名单",
    ];
    for words in words {
        assert!(faults.text().contains(words), "{words}: {}", faults.text());
    }
    for (content, words) in [
        (&b"PK\x03\x04nothing"[..], "这个工作簿打不开"),
        (&[0xD0, 0xCF, 0x11, 0xE0, 0][..], ".xls 文件"),
        (b"a,b\n1,2\n", "缺少这些列：姓名"),
    ] {
        let refused = send(&staff, "/desk/cards", &[("kind", "agent")], content);
        assert!(
            refused.status == 422 && refused.text().contains(words),
            "{words}: {}",
            refused.text()
        );
    }
    let many: Vec<_> = (0..1_500).map(|_| agent("示例?", "x")).collect();
    let many = send(
        &staff,
        "/desk/cards",
        &[("kind", "agent")],
        roster(&many.iter().map(String::as_str).collect::<Vec<_>>()).as_bytes(),
    );
    assert!(many.text().contains("处问题没有列出") && many.text().len() < 2_000_000);
}

/// One cell in the last corner of a sheet: the collector lives, and the rest is read.
#[test]
fn a_workbook_with_a_cell_in_the_last_corner_is_read_and_the_cell_named() {
    let collector = start(&[]);
    let staff = Staff::new(
        &collector,
        "zhou-1",
        &["--role", "card_office", "--agency", AGENCY, "--region", "321000"],
    );
    let rows = "<row r=\"1\"><c t=\"inlineStr\"><is><t>姓名</t></is></c><c t=\"inlineStr\"><is><t>工号</t></is></c><c t=\"inlineStr\"><is><t>村社区代码</t></is></c><c t=\"inlineStr\"><is><t>责任单位代码</t></is></c></row><row r=\"2\"><c t=\"inlineStr\"><is><t>示例甲</t></is></c><c t=\"inlineStr\"><is><t>A001</t></is></c><c><v>321002001001</v></c><c t=\"inlineStr\"><is><t>11321000014216389W</t></is></c></row><row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t>x</t></is></c></row>";
    let preview = send(
        &staff,
        "/desk/cards",
        &[("kind", "agent")],
        &haochaping_tests::roster::workbook(rows),
    );
    assert!(preview.text().contains("单元格 XFD1048576“x”离名单太远"), "{}", preview.text());
    assert!(preview.text().contains("<dt>新制作</dt><dd>1 张</dd>"));
}
