//! Monthly briefings: from ratings and orders to what a body publishes, as a page, as PDF and as a
//! spreadsheet.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use haochaping_tests::{Answer, Collector, Http, Staff, service};

use crate::{bad, good, rate};

const AGENCY: &str = "11321000014216389W";
const BODY: &str = "11110000000021135M";

/// Ratings of one department of Yangzhou, 7 good and 2 bad, and 1 bad one of another whose name
/// begins like a formula; all as if they had come a month ago.
fn a_month_ago() -> (Collector, String) {
    let mut collector = Collector::start(&["--public-step", "5"]);
    for ticket in collector.register(7) {
        assert_eq!(rate(&collector, &good(&ticket)).status, 201);
    }
    for ticket in collector.register(2) {
        assert_eq!(rate(&collector, &bad(&ticket)).status, 201);
    }
    let mut other = service();
    other["agency_code"] = BODY.into();
    other["agency_name"] = "=HYPERLINK(\"http://evil.example\")".into();
    let issued = collector.register_all(&[other]);
    assert_eq!(
        rate(&collector, &bad(issued["tickets"][0]["ticket"].as_str().unwrap())).status,
        201
    );
    collector.stop();
    let month: u32 = collector.read_sql("select max(month) from slice")[0].parse().unwrap();
    let before = if month % 100 == 1 { month - 89 } else { month - 1 };
    collector.run_sql(&format!("update slice set month = {before}"));
    let first = format!("{}-{:02}-05T10:00:00+08:00", before / 100, before % 100);
    let at = haochaping::calendar::Instant::parse_rfc3339(&first).unwrap().millis();
    collector.run_sql(&format!("update work_order set opened_at = {at}"));
    collector.restart_elsewhere();
    (collector, before.to_string())
}

fn body(collector: &Collector, name: &str, region: &str) -> Staff {
    Staff::new(collector, name, &["--role", "supervisor", "--agency", BODY, "--region", region])
}

fn sheet(answer: &Answer, name: &str) -> Vec<Vec<Data>> {
    assert_eq!(answer.status, 200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.body.clone())).unwrap();
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn a_body_writes_a_case_publishes_and_everybody_reads_the_same() {
    let (collector, month) = a_month_ago();
    let staff = body(&collector, "li-1", "321000");
    let path = format!("/desk/briefings/{month}");
    let page = staff.get(&path);
    assert_eq!(page.status, 200, "{}", page.text());
    for text in [
        "扬州市政务服务“好差评”工作通报",
        "<td>10</td><td>3</td><td>70.00%</td><td>—</td>",
        "差评整改率 =",
    ] {
        assert!(page.text().contains(text), "{text}");
    }
    let case = [
        ("title-1", "一次告知不到位"),
        ("text-1", "请打 13800131234 问<b>张科</b>"),
        ("title-2", ""),
        ("text-2", ""),
    ];
    let refused = staff.post(&path, &[&case[..], &[("action", "save")]].concat());
    assert!(refused.status == 422 && refused.text().contains("请隐去"), "{}", refused.status);
    assert!(refused.text().contains("请打 13800131234"), "what was typed comes back");
    let case = [
        ("title-1", "一次告知不到位"),
        ("text-1", "经核实<属实>，已整改。"),
        ("title-2", ""),
        ("text-2", ""),
    ];
    assert_eq!(staff.post(&path, &[&case[..], &[("action", "save")]].concat()).status, 303);
    let public = format!("{}/briefings/321000/{month}", collector.url());
    assert_eq!(Http::new().get(&public).status, 404, "a draft is nobody's");
    assert_eq!(staff.post(&path, &[&case[..], &[("action", "publish")]].concat()).status, 303);
    let shown = Http::new().get(&public);
    assert_eq!(shown.status, 200);
    assert!(
        shown.text().contains("案例：一次告知不到位")
            && shown.text().contains("经核实&#60;属实&#62;")
    );
    assert!(shown.text().contains("其他部门（2 个合并）"), "no small department is told apart");
    assert!(!shown.text().contains("HYPERLINK"));
    let list = Http::new().get(&format!("{}/briefings", collector.url()));
    assert!(list.text().contains(&format!("/{month}\">扬州市")), "{}", list.text());
    assert!(
        Http::new().get(&collector.url()).text().contains("/briefings\""),
        "the public page leads there"
    );
    let late = staff.post(&path, &[&case[..], &[("action", "save")]].concat());
    assert!(late.status == 409, "what is published stands: {}", late.status);
    // What happens afterwards changes nothing of it.
    for ticket in collector.register(1) {
        rate(&collector, &bad(&ticket));
    }
    assert_eq!(Http::new().get(&public).text(), shown.text());
    let record = collector.cli(&["staff", "record"]).out;
    assert!(record.contains("staff:li-1  briefing-published"), "{record}");
}

#[test]
fn a_spreadsheet_has_numbers_and_no_formulas_and_a_pdf_is_one() {
    let (collector, month) = a_month_ago();
    let staff = body(&collector, "li-1", "321000");
    let file = staff.get(&format!("/desk/briefings/{month}/xlsx"));
    assert!(
        file.header("content-disposition").contains(&format!("haochaping-321000-{month}.xlsx"))
    );
    let agencies = sheet(&file, "部门");
    let find = |code: &str| {
        agencies.iter().find(|row| row[0] == Data::String(code.into())).unwrap().clone()
    };
    let own = find(AGENCY);
    assert_eq!(
        (&own[3], &own[6], &own[7]),
        (&Data::Float(7.0), &Data::Float(2.0), &Data::Float(2.0)),
        "{own:?}"
    );
    assert_eq!(find(BODY)[1], Data::String("=HYPERLINK(\"http://evil.example\")".into()), "a text");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.body.clone())).unwrap();
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
    let pdf = staff.get(&format!("/desk/briefings/{month}/pdf"));
    assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf".to_owned()));
    assert!(pdf.body.starts_with(b"%PDF-1.7") && pdf.body.ends_with(b"%%EOF\n"));
    // Whoever hears it read gets headings and tables.
    for tag in
        ["/StructTreeRoot", "/Marked true", "/S /H1", "/S /H2", "/S /Table", "/S /TH", "/S /TD"]
    {
        assert!(pdf.body.windows(tag.len()).any(|bytes| bytes == tag.as_bytes()), "{tag}");
    }
}

#[test]
fn a_month_that_runs_is_no_ones_to_publish_and_others_see_none() {
    let (collector, before) = a_month_ago();
    let staff = body(&collector, "li-1", "321000");
    let list = staff.get("/desk/briefings");
    let this = list
        .text()
        .split_once("href=\"/desk/briefings/")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert!(this > before && list.text().contains("本月未完"));
    let path = format!("/desk/briefings/{this}");
    let early = staff.post(&path, &[("action", "publish")]);
    assert!(early.status == 422 && early.text().contains("还没有结束"));
    for wrong in ["209901", "202613", "0", "x"] {
        assert!(
            matches!(staff.get(&format!("/desk/briefings/{wrong}")).status, 400 | 404),
            "{wrong}"
        );
    }
    let district = body(&collector, "li-2", "321002");
    assert!(district.get("/desk/briefings").text().contains("按省、市编制"));
    assert_eq!(district.get(&path).status, 404);
    let handler = Staff::new(
        &collector,
        "wang-1",
        &["--role", "handler", "--agency", AGENCY, "--region", "321000"],
    );
    for path in ["/desk/briefings", &path, &format!("{path}/xlsx")] {
        assert_eq!(handler.get(path).status, 404, "{path}");
    }
    let province = body(&collector, "li-3", "320000");
    let page = province.get(&format!("/desk/briefings/{before}"));
    assert!(
        page.text().contains("<td>扬州市</td><td>10</td>")
            && page.text().contains("<td>南京市</td><td>0</td>")
    );
}
