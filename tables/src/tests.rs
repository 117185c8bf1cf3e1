use std::io::{Cursor, Write as _};

use proptest::prelude::*;

use super::*;

fn headings(cells: &[String]) -> usize {
    cells
        .iter()
        .filter(|cell| ["姓名", "工号", "村社区代码", "电话", "手机"].contains(&cell.as_str()))
        .count()
}

/// A workbook of these sheets: name, state, rows and merged cells as XML.
fn workbook(sheets: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: String, text: String| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let (mut list, mut relations) = (String::new(), String::new());
    for (number, (name, state, xml)) in sheets.iter().enumerate() {
        list += &format!(
            "<sheet name=\"{name}\" sheetId=\"{number}\" state=\"{state}\" r:id=\"r{number}\"/>"
        );
        relations +=
            &format!("<Relationship Id=\"r{number}\" Target=\"worksheets/sheet{number}.xml\"/>");
        put(format!("xl/worksheets/sheet{number}.xml"), format!("<worksheet>{xml}</worksheet>"));
    }
    put("xl/workbook.xml".into(), format!("<workbook><sheets>{list}</sheets></workbook>"));
    put("xl/_rels/workbook.xml.rels".into(), format!("<Relationships>{relations}</Relationships>"));
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"00000\"/></numFmts>\
        <cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    put("xl/styles.xml".into(), styles.into());
    let shared = "<sst><si><t>示例甲</t></si><si><r><t>示</t></r><r><t>例 &amp; 乙</t></r><rPh><t>shili</t></rPh></si></sst>";
    put("xl/sharedStrings.xml".into(), shared.into());
    zip.finish().unwrap().into_inner()
}

fn inline(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn row(number: u32, rest: &str, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .zip('A'..)
        .map(|(text, column)| inline(&format!("{column}{number}"), text))
        .collect();
    format!("<row r=\"{number}\" {rest}>{cells}</row>")
}

fn texts(table: &Table) -> Vec<(u64, Vec<&str>)> {
    table
        .lines
        .iter()
        .map(|line| (line.number, line.cells.iter().map(|cell| cell.text.as_str()).collect()))
        .collect()
}

#[test]
fn one_cell_far_away_is_named_and_the_rest_is_read() {
    let far = format!("<row r=\"1048576\">{}</row>", inline("XFD1048576", "x"));
    let rows = format!(
        "<sheetData>{}{}{far}</sheetData>",
        row(1, "", &["姓名", "工号"]),
        row(2, "", &["示例甲", "A001"])
    );
    let table = read(&workbook(&[("名单", "visible", &rows)]), &headings).unwrap();
    assert_eq!(texts(&table), [(2, vec!["示例甲", "A001"])]);
    assert_eq!(
        (table.notes.n_far, table.notes.far),
        (1, vec![("XFD1048576".to_owned(), "x".to_owned())])
    );
}

#[test]
fn what_excel_shows_is_read() {
    let cells = "<c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\" s=\"1\"><v>123</v></c><c r=\"C2\"><v>321002001001</v></c>\
        <c r=\"D2\" s=\"2\"><v>46355</v></c><c r=\"E2\" t=\"b\"><v>1</v></c><c r=\"F2\" t=\"e\"><v>#N/A</v></c>\
        <c r=\"G2\"><v>3.2100219900101E+17</v></c>";
    let rows = format!(
        "<sheetData>{}<row r=\"2\">{cells}</row></sheetData>",
        row(1, "", &["姓名", "工号"])
    );
    let table = read(&workbook(&[("名单", "visible", &rows)]), &headings).unwrap();
    let shown: Vec<_> =
        table.lines[0].cells.iter().map(|cell| (cell.text.as_str(), cell.flaw)).collect();
    let expected = [
        ("示例 & 乙", None),
        ("00123", None),
        ("321002001001", None),
        ("2026-11-29", None),
        ("TRUE", Some(Flaw::Truth)),
        ("#N/A", Some(Flaw::Error)),
        ("3.2100219900101E+17", Some(Flaw::Rounded)),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn headings_are_found_below_titles_on_the_first_visible_sheet_that_has_them() {
    let notes = format!("<sheetData>{}</sheetData>", row(1, "", &["填表说明", "请如实填写"]));
    let list = format!(
        "<sheetData>{}{}{}{}{}{}</sheetData><mergeCells><mergeCell ref=\"A1:C1\"/></mergeCells>",
        row(1, "", &["广陵区网格员花名册（示例）"]),
        row(2, "", &["填报单位：示例街道"]),
        row(4, "", &["姓名", "工号", "村社区代码"]),
        row(5, "", &["示例甲", "1", "321002001001"]),
        row(6, "hidden=\"1\"", &["示例乙", "2", "321002001001"]),
        row(7, "", &["合计", "1"]),
    );
    let closed = [&*list.replace(
        "</sheetData>",
        &format!("{}</sheetData>", row(9, "", &["填表人：示例", "", "审核人："])),
    )]
    .concat();
    let hidden = format!("<sheetData>{}</sheetData>", row(1, "", &["姓名", "工号", "电话"]));
    let table = read(
        &workbook(&[
            ("旧", "hidden", &hidden),
            ("说明", "visible", &notes),
            ("名单", "visible", &closed),
        ]),
        &headings,
    )
    .unwrap();
    assert_eq!((table.sheet.as_deref(), table.heading_line), (Some("名单"), 4));
    assert_eq!(texts(&table), [(5, vec!["示例甲", "1", "321002001001"])]);
    assert_eq!(table.notes.n_hidden, 1);
    assert_eq!(table.notes.closing, [(7, "合计".to_owned()), (9, "填表人：示例".to_owned())]);
}

#[test]
fn headings_over_two_rows_and_merged_cells_are_understood() {
    let rows = format!(
        "<sheetData>{}{}{}{}</sheetData><mergeCells><mergeCell ref=\"C1:D1\"/><mergeCell ref=\"A1:A2\"/><mergeCell ref=\"B3:B4\"/></mergeCells>",
        row(1, "", &["姓名", "村社区代码", "联系方式"]),
        row(2, "", &["", "", "电话", "手机"]),
        row(3, "", &["示例甲", "321002001001", "0514"]),
        row(4, "", &["示例乙", "", "0515"]),
    );
    let table = read(&workbook(&[("名单", "visible", &rows)]), &headings).unwrap();
    assert_eq!(table.headings, ["姓名", "村社区代码", "电话", "手机"]);
    assert_eq!(texts(&table)[1], (4, vec!["示例乙", "321002001001", "0515"]));
}

#[test]
fn a_bomb_and_a_password_are_named() {
    let cells = inline("A1", &"姓名".repeat(400)).repeat(60_000);
    let bomb = workbook(&[(
        "名单",
        "visible",
        &format!("<sheetData><row r=\"1\">{cells}</row></sheetData>"),
    )]);
    assert!(bomb.len() < 2_000_000);
    assert!(matches!(read(&bomb, &headings), Err(TableError::TooLarge(..))));
    let mut locked = vec![0xD0, 0xCF, 0x11, 0xE0, 0, 0];
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(read(&locked, &headings), Err(TableError::Password));
    assert_eq!(read(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1], &headings), Err(TableError::OldExcel));
    assert!(matches!(read(b"PK\x03\x04nothing", &headings), Err(TableError::Workbook(_))));
}

#[test]
fn every_charset_and_mark_is_read_alike() {
    let lines = [["姓名", "工号"], ["示例甲", "A,1"], ["示例乙", "2"]];
    for mark in [',', ';', '\t'] {
        let quoted = |cell: &str| {
            if cell.contains([',', mark]) { format!("\"{cell}\"") } else { cell.to_owned() }
        };
        let text: String =
            lines.iter().map(|line| line.map(quoted).join(&mark.to_string()) + "\r\n").collect();
        let utf_16 = |mark: [u8; 2], to: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(text.encode_utf16().flat_map(to)).collect()
        };
        let charsets = [
            text.clone().into_bytes(),
            format!("\u{feff}{text}").into_bytes(),
            encoding_rs::GBK.encode(&text).0.into_owned(),
            encoding_rs::GB18030.encode(&text).0.into_owned(),
            utf_16([0xFF, 0xFE], u16::to_le_bytes),
            utf_16([0xFE, 0xFF], u16::to_be_bytes),
            format!("sep={mark}\r\n{text}").into_bytes(),
        ];
        for (number, bytes) in charsets.iter().enumerate() {
            let table = read(bytes, &headings).unwrap();
            assert_eq!(table.headings, ["姓名", "工号"], "{mark:?} {number}");
            let cells: Vec<_> = texts(&table).into_iter().map(|(_, cells)| cells).collect();
            assert_eq!(cells, [["示例甲", "A,1"], ["示例乙", "2"]], "{mark:?} {number}");
            let form = Form::of(bytes.as_slice()).unwrap();
            let (mut read, found) = (String::new(), form.mark);
            std::io::Read::read_to_string(&mut form.decoded(bytes.as_slice()), &mut read).unwrap();
            assert_eq!(
                (
                    read.trim_start_matches("sep=").trim_start_matches([mark, '\r', '\n']),
                    char::from(found)
                ),
                (&*text, mark),
                "{number}"
            );
        }
    }
    assert_eq!(
        read(b"\xe5\xa7\x93,x\n\xff\xff\xff\xff,1\n", &headings),
        Err(TableError::Encoding { line: 2 })
    );
}

#[test]
fn what_a_spreadsheet_did_to_a_text_is_seen_in_csv_too() {
    let flaws = [
        ("1.23E+11", Some(Flaw::Scientific)),
        ("3.21E+17", Some(Flaw::Scientific)),
        ("#REF!", Some(Flaw::Error)),
        ("TRUE", Some(Flaw::Truth)),
        ("321002199001010000", Some(Flaw::Rounded)),
        ("321002199001011234", None),
        ("00123", None),
        ("2E3", None),
        ("E+1", None),
        ("A1.2E+3", None),
    ];
    for (text, flaw) in flaws {
        assert_eq!(Cell::of_text(text).flaw, flaw, "{text}");
    }
}

#[test]
fn what_is_written_opens_in_a_spreadsheet_as_it_is_meant() {
    let mut out = Writer::new(Vec::new()).unwrap();
    out.record(["姓名", "=1+1", "＝1", "-1+cmd", "-7", "@x", "a,\"b\""]).unwrap();
    let text = String::from_utf8(out.finish().unwrap()).unwrap();
    assert_eq!(text, "\u{feff}姓名,'=1+1,'＝1,'-1+cmd,-7,'@x,\"a,\"\"b\"\"\"\r\n");
}

#[test]
fn no_workbook_takes_more_than_its_bounds() {
    // A format with more zeros than any number has places.
    let zeros = "0".repeat(70_000);
    let style = format!(
        "<c r=\"A2\" s=\"1\"><v>7</v></c><c r=\"B2\" t=\"inlineStr\"><is><t>{zeros}</t></is></c>"
    );
    let rows = format!(
        "<sheetData>{}<row r=\"2\">{style}</row></sheetData>",
        row(1, "", &["姓名", "工号"])
    );
    let table = read(&workbook(&[("名单", "visible", &rows)]), &headings).unwrap();
    assert_eq!(table.lines[0].cells[1].text.len(), 32_767);
    // One long text that a hundred thousand cells share.
    let cells =
        format!("<row r=\"3\">{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(200)).repeat(2_000);
    let rows = format!("<sheetData>{}{cells}</sheetData>", row(1, "", &["姓名", "工号"]));
    let mut book = workbook(&[("名单", "visible", &rows)]);
    book = with_shared(&book, &"长".repeat(1_000));
    assert!(matches!(read(&book, &headings), Err(TableError::TooLarge(..))));
    let long: String = (200_001..200_200).map(|number| row(number, "", &["示例", "1"])).collect();
    let rows = format!("<sheetData>{}{long}</sheetData>", row(1, "", &["姓名", "工号"]));
    assert_eq!(read(&workbook(&[("名单", "visible", &rows)]), &headings), Err(TableError::TooLong));
}

/// The same book with this one shared text.
fn with_shared(book: &[u8], text: &str) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..from.len() {
        let mut part = from.by_index(place).unwrap();
        let (name, mut content) = (part.name().unwrap().into_owned(), String::new());
        std::io::Read::read_to_string(&mut part, &mut content).unwrap();
        if name == "xl/sharedStrings.xml" {
            content = format!("<sst><si><t>{text}</t></si></sst>");
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(content.as_bytes()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn the_mark_is_the_one_of_every_line_and_an_open_quotation_mark_is_named() {
    let text = "姓名,工号,服务范围\n".to_owned() + &"示例甲,1,社保;医保;民政;残联;养老\n".repeat(5);
    assert_eq!(read(text.as_bytes(), &headings).unwrap().headings, ["姓名", "工号", "服务范围"]);
    let open = "姓名,工号\n示例甲,1\n示例乙,\"2\n".to_owned() + &"示例丙,3\n".repeat(50);
    assert_eq!(read(open.as_bytes(), &headings), Err(TableError::Unclosed { line: 3 }));
}

#[test]
fn long_numbers_that_end_otherwise_too_were_rounded_by_nobody() {
    let text = "工号,电话\n2026112900000010,2026112900000000\n2026112900000011,2026112800000000\n";
    let table = read(text.as_bytes(), &headings).unwrap();
    let flaws: Vec<_> =
        table.lines.iter().map(|line| [line.cells[0].flaw, line.cells[1].flaw]).collect();
    assert_eq!(flaws, [[None, Some(Flaw::Rounded)], [None, Some(Flaw::Rounded)]]);
    assert_eq!(Cell::plain("示例甲_x000D_").text, "示例甲");
    assert_eq!(Cell::of_text("'+86 514 12345").text, "+86 514 12345");
}

/// The charset is that of the whole file: Chinese may come late, and one broken sign changes
/// nothing else.
#[test]
fn a_stream_is_read_in_the_charset_of_the_whole_file() {
    let late = format!("a,b\n{}示例,很满意\n", "1,2\n".repeat(40_000));
    let (broken, cut) = ("示例意见很长的一段话".repeat(200), "x".repeat(65_530));
    let files = [
        (encoding_rs::GBK.encode(&late).0.into_owned(), late.clone()),
        (late.clone().into_bytes(), late.clone()),
        (
            [broken.as_bytes(), b"\xff", broken.as_bytes()].concat(),
            format!("{broken}\u{fffd}{broken}"),
        ),
        ([cut.as_bytes(), broken.as_bytes()].concat(), format!("{cut}{broken}")),
    ];
    for (bytes, expected) in files {
        let (form, mut read) = (Form::of(bytes.as_slice()).unwrap(), String::new());
        std::io::Read::read_to_string(&mut form.decoded(bytes.as_slice()), &mut read).unwrap();
        assert!(read == expected);
    }
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &headings);
        let _ = read(&[b"PK\x03\x04", &*bytes].concat(), &headings);
    }

    /// What one writes the other reads, but for the apostrophe before a formula.
    #[test]
    fn written_rows_are_read_again(rows in proptest::collection::vec(proptest::collection::vec("[a-z0-9甲乙,\"; ]{1,6}", 2..5), 1..6)) {
        let mut out = Writer::new(Vec::new()).unwrap();
        out.record(["姓名", "工号", "电话", "手机", "村社区代码"]).unwrap();
        for row in &rows {
            out.record(row).unwrap();
        }
        let table = read(&out.finish().unwrap(), &headings).unwrap();
        let trimmed: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty())).collect();
        let found: Vec<Vec<String>> = table.lines.iter().map(|line| line.cells.iter().map(|cell| cell.text.clone()).collect()).collect();
        prop_assert_eq!(found, trimmed);
    }
}
