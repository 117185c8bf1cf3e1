//! Rosters at the desk: what a preview says, the roster that it carries on, and files for the
//! office to go on with.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping::link::CardKind;
use haochaping_cards::roster::{Roster, Row};
use haochaping_collector::cards::Plan;
use haochaping_tables::{Cell, Line, Table, Writer};

use crate::http::desk::upload::Upload;

/// Larger files are not given back with their faults: the page would carry them twice.
const CORRECTED_MAX: usize = 2 * 1024 * 1024;
/// The columns of a roster that is carried on.
const COLUMNS: [&str; 9] = [
    "姓名",
    "工号",
    "村社区代码",
    "责任单位代码",
    "责任单位",
    "服务范围",
    "电话",
    "照片",
    "有效期",
];

/// What printing a roster would do.
pub(super) struct Preview {
    /// The kind's name on the form.
    pub kind: &'static str,
    pub plan: Plan,
    /// The good rows as JSON, which the next step sends.
    pub roster: String,
    /// The serials that would end, as the next step agrees to them.
    pub ends: String,
    pub n_cards: usize,
    /// Numbers that were assigned: name, place and number.
    pub assigned: Vec<(String, String, String)>,
    /// What was seen in the file and is on no card, a sentence each.
    pub notes: Vec<String>,
    /// Whether it was to be printed, and consent was missing.
    pub lacks_consent: bool,
}

impl Preview {
    pub(super) fn new(
        kind: CardKind,
        upload: &Upload,
        roster: &Roster,
        plan: Plan,
        lacks_consent: bool,
    ) -> Self {
        let assigned = roster.rows.iter().filter(|row| row.is_assigned);
        // The notes are about the file, and the next step has none.
        let notes = if upload.content.is_empty() { Vec::new() } else { notes(roster) };
        let ends = plan
            .replacements
            .iter()
            .map(|one| one.serial.to_string())
            .collect::<Vec<_>>()
            .join(",");
        Self {
            ends,
            kind: match kind {
                CardKind::Agent => "agent",
                CardKind::Window => "window",
                CardKind::Hall => "hall",
            },
            plan,
            roster: carried(&roster.rows),
            n_cards: roster.rows.len(),
            assigned: assigned
                .map(|row| (row.name.clone(), row.region.to_string(), row.number.clone()))
                .collect(),
            notes,
            lacks_consent,
        }
    }
}

fn notes(roster: &Roster) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(sheet) = &roster.sheet {
        notes.push(format!("读取的是工作表“{sheet}”。"));
    }
    if !roster.unknown.is_empty() {
        notes.push(format!("没有看懂、不会印到卡上的列：{}。", roster.unknown.join("、")));
    }
    if roster.notes.n_hidden > 0 {
        notes.push(format!("跳过了 {} 个隐藏行。", roster.notes.n_hidden));
    }
    for (line, words) in &roster.notes.closing {
        notes.push(format!("第 {line} 行“{words}”当作合计或落款，没有制作。"));
    }
    for (address, words) in &roster.notes.far {
        notes.push(format!("单元格 {address}“{words}”离名单太远，没有读取，请清除。"));
    }
    notes
}

/// The rows as they were read, in no need of names of places or of guesses.
fn carried(rows: &[Row]) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells = |row: &Row| -> [String; 9] {
        [
            row.name.clone(),
            row.number.clone(),
            row.region.to_string(),
            row.agency.to_string(),
            text(&row.agency_name),
            text(&row.scope),
            text(&row.phone),
            text(&row.photo),
            row.expires.map(|month| month.to_string()).unwrap_or_default(),
        ]
    };
    serde_json::to_string(&rows.iter().map(cells).collect::<Vec<_>>())
        .expect("texts have a JSON form")
}

/// The table that a preview carried on; `None` for what is none.
pub(super) fn taken_up(roster: &str) -> Option<Table> {
    let rows: Vec<[String; 9]> = serde_json::from_str(roster).ok()?;
    let line = |(number, cells): (u64, [String; 9])| Line {
        number,
        cells: cells.into_iter().map(|text| Cell { text, flaw: None }).collect(),
    };
    let lines = (1..).zip(rows).map(line).collect();
    Some(Table { headings: COLUMNS.map(str::to_owned).into(), lines, ..Table::default() })
}

/// The table again with a column 问题, as the address of a file; nothing where it is too large.
pub(super) fn with_faults(table: &Table, faults: &[(u64, String)]) -> Option<String> {
    let mut of_line: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for (line, fault) in faults {
        of_line.entry(*line).or_default().push(fault);
    }
    let mut out = Writer::new(Vec::new()).ok()?;
    let width = table.headings.len();
    out.record(table.headings.iter().map(String::as_str).chain(["问题"])).ok()?;
    for line in &table.lines {
        let own = of_line.get(&line.number).map(|faults| faults.join("；")).unwrap_or_default();
        let cells =
            (0..width).map(|place| line.cells.get(place).map_or("", |cell| cell.text.as_str()));
        out.record(cells.chain([own.as_str()])).ok()?;
    }
    let bytes = out.finish().ok()?;
    let address =
        || format!("data:text/csv;charset=utf-8;base64,{}", BASE64_STANDARD.encode(&bytes));
    (bytes.len() <= CORRECTED_MAX).then(address)
}

/// A roster to begin with, with a made-up line.
pub(super) fn template() -> Vec<u8> {
    let rows = [
        ["姓名", "镇街", "村（社区）", "工号", "电话", "服务范围", "有效期"],
        [
            "示例甲（填写时删去本行）",
            "示例街道",
            "示例社区",
            "",
            "0514-00000000",
            "社保、医保",
            "2028-12",
        ],
    ];
    let mut out = Writer::new(Vec::new()).expect("memory can be written");
    for row in rows {
        out.record(row).expect("memory can be written");
    }
    out.finish().expect("memory can be written")
}
