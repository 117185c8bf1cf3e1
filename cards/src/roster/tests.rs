use std::{collections::BTreeMap, io::Write as _};

use encoding_rs::{GB18030, GBK};
use haochaping::{calendar::Instant, identifier::Uscc, link::CardKind, region::Region};
use proptest::prelude::*;

use super::*;

const AGENCY: &str = "11321000014216389W";

/// 321002 and its streets 001 to 009 have names, and villages up to 99 there.
fn names() -> BTreeMap<Region, String> {
    let mut names = BTreeMap::new();
    for street in 1..10_u64 {
        let code = format!("321002{street:03}");
        names.insert(code.parse().unwrap(), format!("示例{street}街道"));
        for village in 1..100_u64 {
            names.insert(
                format!("{code}{village:03}").parse().unwrap(),
                format!("示例{street}第{village}社区"),
            );
        }
    }
    // One name in two streets, and a village beside a community.
    names.insert("321002001001".parse().unwrap(), "东关社区".into());
    names.insert("321002002001".parse().unwrap(), "东关社区".into());
    names.insert("321002002002".parse().unwrap(), "东关村".into());
    names
}

fn read_with(
    bytes: &[u8],
    kind: CardKind,
    agency: Option<&str>,
    holders: &[Holder],
) -> Result<Roster, RosterError> {
    let agency = agency.map(|code| Uscc::parse(code).unwrap());
    let today = Instant::parse_rfc3339("2026-11-24T00:00:00+08:00").unwrap().date_in_china();
    let places = Places::new(names());
    read(bytes, &Checks { today, kind, agency, places: &places, holders })
}

fn read_by(bytes: &[u8], kind: CardKind, agency: Option<&str>) -> Result<Roster, RosterError> {
    read_with(bytes, kind, agency, &[])
}

fn faults(text: &str) -> Vec<String> {
    let roster = read_by(text.as_bytes(), CardKind::Agent, None).unwrap();
    roster.faults.iter().map(ToString::to_string).collect()
}

fn csv_of(rows: &[[String; 5]]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["姓名", "工号", "村社区代码", "责任单位代码", "服务范围"]).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// The least that Excel itself would open.
fn xlsx_of(rows: &[Vec<String>]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut put = |name: &str, text: String| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let types = "http://schemas.openxmlformats.org/package/2006/content-types";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packages = "http://schemas.openxmlformats.org/package/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    put(
        "[Content_Types].xml",
        format!(
            "<Types xmlns=\"{types}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>"
        ),
    );
    put(
        "_rels/.rels",
        format!(
            "<Relationships xmlns=\"{packages}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    put(
        "xl/workbook.xml",
        format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
        ),
    );
    put(
        "xl/_rels/workbook.xml.rels",
        format!(
            "<Relationships xmlns=\"{packages}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
        ),
    );
    let cell = |text: &String| {
        let is_number = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        if is_number {
            format!("<c><v>{text}</v></c>")
        } else {
            format!(
                "<c t=\"inlineStr\"><is><t>{}</t></is></c>",
                haochaping::form::html::escape(text)
            )
        }
    };
    let body: String = rows
        .iter()
        .map(|row| format!("<row>{}</row>", row.iter().map(cell).collect::<String>()))
        .collect();
    put(
        "xl/worksheets/sheet1.xml",
        format!("<worksheet xmlns=\"{main}\"><sheetData>{body}</sheetData></worksheet>"),
    );
    zip.finish().unwrap().into_inner()
}

fn any_row() -> impl Strategy<Value = [String; 5]> {
    // Rare characters of names, some outside the basic plane, which GBK has not and GB18030 has.
    let name = prop::collection::vec(
        prop::sample::select("张王李㛃䶮𬭎𫖯龑喆·".chars().collect::<Vec<_>>()),
        1..8,
    );
    (name, 1_u64..10, 1_u64..100, "[^\\p{C}\u{fffd}']{0,20}").prop_map(
        |(name, street, village, scope)| {
            let code = format!("321002{street:03}{village:03}");
            [name.into_iter().collect(), String::new(), code, AGENCY.into(), scope]
        },
    )
}

proptest! {
    #[test]
    fn a_roster_comes_back_whole_in_every_encoding(rows in prop::collection::vec(any_row(), 1..20)) {
        let rows: Vec<_> = rows.into_iter().enumerate().map(|(n, mut row)| { row[1] = format!("YZ-{n:04}"); row }).collect();
        let text = csv_of(&rows);
        let mut sheet = vec![["姓名", "工号", "村社区代码", "责任单位代码", "服务范围"].map(str::to_owned).to_vec()];
        sheet.extend(rows.iter().map(|row| row.to_vec()));
        let files = [
            text.clone().into_bytes(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            GB18030.encode(&text).0.into_owned(),
            xlsx_of(&sheet),
        ];
        for (place, file) in files.iter().enumerate() {
            let roster = read_by(file, CardKind::Agent, None).unwrap();
            prop_assert_eq!(roster.faults.len(), 0, "{} {:?}", place, roster.faults);
            prop_assert_eq!(roster.rows.len(), rows.len());
            for (found, row) in roster.rows.iter().zip(&rows) {
                let scope = haochaping::text::trimmed(&row[4]);
                let expected = (row[0].as_str(), row[1].as_str(), row[2].as_str(), scope);
                let region = format!("{:012}", found.region.number());
                prop_assert_eq!((found.name.as_str(), found.number.as_str(), region.as_str(), found.scope.as_deref().unwrap_or("")), expected);
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_by(&bytes, CardKind::Agent, None);
        let _ = read_by(&[b"PK\x03\x04".as_slice(), &bytes].concat(), CardKind::Agent, None);
    }
}

#[test]
fn every_bad_line_is_named_with_column_and_reason_at_once() {
    let found = faults(&format!(
        "姓名,工号,村社区代码,责任单位代码,有效期,电话\n\
         示例一,1,321002001001,{AGENCY},2028-12,0514-12345678\n\
         示例?,2,321002001001,{AGENCY},,\n\
         ,3,32100200100,{AGENCY},never,call me\n\
         示例四,1,321002001001,{AGENCY},,\n\
         示例五,5,321002099001,{AGENCY},,\n\
         示例六,6,321002001,11321000014216389X,,\n\
         示例七\n\
         示例八,8,321002001001,{AGENCY},2026-10,\n"
    ));
    let expected = [
        "line 3, 姓名: \"示例?\" has a question mark: a rare character was lost, save as CSV UTF-8 or .xlsx",
        "line 4, 姓名: is empty",
        "line 4, 村社区代码: \"32100200100\" is not a code of 6, 9 or 12 digits",
        "line 4, 电话: \"call me\" is not a telephone number",
        "line 4, 有效期: \"never\": a month from 2026-01 to 2036-08 is expected, as 2028-12",
        "line 5, 工号: \"1\" is on line 2 already",
        "line 6, 村社区代码: 321002099001: 321002099 has no name on record, import it with `haochaping region import`",
        "line 7, 村社区代码: 321002001 is not a village or community, whose code has 12 digits",
        "line 7, 责任单位代码: \"11321000014216389X\": the check character does not fit",
        "line 8, 村社区代码: is empty",
        "line 8, 责任单位代码: is empty",
        "line 9, 有效期: 2026-10 is over",
    ];
    assert_eq!(found, expected);
}

#[test]
fn headings_are_known_in_chinese_and_english_and_named_when_missing() {
    let english =
        format!("Name, Number ,Region_Code,Agency Code,notes\n示例,1,321002001001,{AGENCY},x\n");
    assert_eq!(read_by(english.as_bytes(), CardKind::Agent, None).unwrap().rows.len(), 1);
    let starred = "*姓名,工号,村（社区）代码\n示例,1,321002001001\n";
    assert_eq!(
        read_by(starred.as_bytes(), CardKind::Agent, Some(AGENCY)).unwrap().rows[0].agency.as_str(),
        AGENCY
    );
    let message =
        |text: &str| read_by(text.as_bytes(), CardKind::Agent, None).unwrap_err().to_string();
    assert_eq!(
        message("工号,姓 名\n"),
        "the roster has no column 村社区代码, 责任单位代码; it has 工号, 姓 名"
    );
    assert_eq!(
        message("姓名,name\n"),
        "the columns \"姓名\" and \"name\" both mean 姓名: keep one"
    );
    assert_eq!(message(""), "there is no line of headings");
    assert_eq!(message("\n\n,,\n"), "there is no line of headings");
}

#[test]
fn a_file_of_the_wrong_kind_says_what_to_do() {
    let old = [&[0xD0, 0xCF, 0x11, 0xE0][..], &[0; 100]].concat();
    assert!(
        read_by(&old, CardKind::Agent, None).unwrap_err().to_string().contains("save it as .xlsx")
    );
    let broken = [GBK.encode("姓名,工号\n示例").0.as_ref(), b"\xFF\xFF\n"].concat();
    let message = read_by(&broken, CardKind::Agent, None).unwrap_err().to_string();
    assert_eq!(
        message,
        "line 2 is neither UTF-8 nor UTF-16, GBK or GB18030: save the file as CSV UTF-8"
    );
    assert!(matches!(
        read_by(b"PK\x03\x04rest", CardKind::Agent, None),
        Err(RosterError::Table(_))
    ));
}

#[test]
fn a_window_may_stand_in_any_region_and_lines_keep_their_numbers_over_empty_ones() {
    let text = format!(
        "窗口名称,窗口号,区划代码,责任单位代码\n\n综合窗口,A01,321002,{AGENCY}\n,,,\n出件窗口,A02,321000,{AGENCY}\n"
    );
    let roster = read_by(text.as_bytes(), CardKind::Window, None).unwrap();
    assert_eq!(roster.faults, []);
    assert_eq!(
        roster.rows.iter().map(|row| (row.line, row.number.as_str())).collect::<Vec<_>>(),
        [(3, "A01"), (5, "A02")]
    );
}

/// 姓名, 村（社区）, 电话: as an office has it. Nobody types a code.
#[test]
fn a_roster_of_names_finds_its_places_and_numbers() {
    let text = "示例街道网格员花名册\n姓名,镇街,村（社区）,电话\n示例甲,示例1,东关,0514-12345678\n示例乙,示例2街道,东关村委会,0514-12345679\n示例丙,,示例3第7社区居委会,\n";
    let roster = read_by(text.as_bytes(), CardKind::Agent, Some(AGENCY)).unwrap();
    assert_eq!(roster.faults, []);
    let found: Vec<_> = roster
        .rows
        .iter()
        .map(|row| (row.region.to_string(), row.number.clone(), row.is_assigned))
        .collect();
    let expected = [
        ("321002001001", "321002001001-01"),
        ("321002002002", "321002002002-01"),
        ("321002003007", "321002003007-01"),
    ];
    assert_eq!(
        found,
        expected.map(|(region, number)| (region.to_owned(), number.to_owned(), true))
    );
    // The same people in another order, one more before them: everybody keeps their number.
    let holders: Vec<_> = roster
        .rows
        .iter()
        .map(|row| Holder {
            agency: AGENCY.into(),
            region: row.region,
            name: row.name.clone(),
            number: row.number.clone(),
        })
        .collect();
    let again = "姓名,镇街,村（社区）\n示例丁,示例1街道,东关社区\n示例甲,示例1街道,东关社区\n";
    let again = read_with(again.as_bytes(), CardKind::Agent, Some(AGENCY), &holders).unwrap();
    let numbers: Vec<_> = again.rows.iter().map(|row| row.number.as_str()).collect();
    assert_eq!(numbers, ["321002001001-02", "321002001001-01"]);
}

#[test]
fn a_place_that_may_be_several_is_a_fault_with_all_of_them() {
    let text = "姓名,村（社区）\n示例甲,东关社区\n示例乙,东关\n示例丙,无此村\n";
    let roster = read_by(text.as_bytes(), CardKind::Agent, Some(AGENCY)).unwrap();
    let found: Vec<_> = roster.faults.iter().map(Fault::zh).collect();
    assert_eq!(
        found,
        [
            "第 2 行，村社区：“东关社区”可能是：321002001001 示例1街道东关社区、321002002001 示例2街道东关社区。请填写镇街或代码",
            "第 3 行，村社区：“东关”可能是：321002001001 示例1街道东关社区、321002002001 示例2街道东关社区、321002002002 示例2街道东关村。请填写镇街或代码",
            "第 4 行，村社区：没有叫“无此村”的地方，请核对名称、填写代码，或请管理员先导入区划",
        ]
    );
}

#[test]
fn what_a_spreadsheet_did_to_a_number_is_a_fault_and_full_width_is_folded() {
    let text = format!(
        "姓名,工号,村社区代码,责任单位代码,服务范围（可办事项）,籍贯\n示例甲,1.23E+11,321002001001,{AGENCY},社保,x\n示例乙,１,３２１００２００１００１,{AGENCY},,\n示例丙,1,321002001001,{AGENCY},,\n示例丁,-7,321002001001,{AGENCY},,\n示例戊,TRUE,321002001001,{AGENCY},,\n#N/A,320123456789012000,321002001001,{AGENCY},,\n合计,5,,,,\n"
    );
    let roster = read_by(text.as_bytes(), CardKind::Agent, None).unwrap();
    let found: Vec<_> = roster.faults.iter().map(ToString::to_string).collect();
    let expected = [
        "line 2, 工号: \"1.23E+11\" was shortened by the spreadsheet: format the column as text and enter it again",
        "line 4, 工号: \"1\" is on line 3 already",
        "line 5, 工号: \"-7\" is negative: format the column as text and enter it again",
        "line 6, 工号: \"TRUE\" was taken for a truth value by the spreadsheet: format the column as text and enter it again",
        "line 7, 姓名: \"#N/A\" is an error of the spreadsheet",
        "line 7, 工号: \"320123456789012000\" was rounded by the spreadsheet, which keeps 15 digits: format the column as text and enter it again",
    ];
    assert_eq!(found, expected);
    assert_eq!(
        (roster.rows[0].number.as_str(), roster.rows[0].region.to_string().as_str()),
        ("1", "321002001001")
    );
    assert_eq!((roster.unknown, roster.notes.closing.len()), (vec!["籍贯".to_owned()], 1));
}

#[test]
fn a_number_of_a_card_goes_to_one_person_whatever_the_order() {
    let region: Region = "321002001001".parse().unwrap();
    let holders =
        [Holder { agency: AGENCY.into(), region, name: "示例甲".into(), number: "5".into() }];
    for lines in [
        "示例乙,5,321002001001\n示例甲,,321002001001",
        "示例甲,,321002001001\n示例乙,5,321002001001",
    ] {
        let text = format!("姓名,工号,村社区代码\n{lines}\n");
        let roster = read_with(text.as_bytes(), CardKind::Agent, Some(AGENCY), &holders).unwrap();
        let mut numbers: Vec<_> =
            roster.rows.iter().map(|row| (row.name.as_str(), row.number.as_str())).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [("示例乙", "5"), ("示例甲", "321002001001-01")]);
    }
    for lines in [
        "示例甲,1,321002001001\n示例甲,,321002001001",
        "示例甲,,321002001001\n示例甲,1,321002001001",
    ] {
        let text = format!("姓名,工号,村社区代码\n{lines}\n");
        let roster = read_with(text.as_bytes(), CardKind::Agent, Some(AGENCY), &holders).unwrap();
        assert_eq!((roster.rows.len(), roster.faults.len()), (1, 1), "{lines}");
    }
}

#[test]
fn many_without_a_number_in_one_place_are_numbered_at_once() {
    let lines: String = (0..20_000).map(|n| format!("示例{n},321002001001\n")).collect();
    let roster =
        read_by(format!("姓名,村社区代码\n{lines}").as_bytes(), CardKind::Agent, Some(AGENCY))
            .unwrap();
    assert_eq!(roster.rows.last().map(|row| row.number.as_str()), Some("321002001001-20000"));
}
