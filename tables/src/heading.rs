//! Where a table begins and ends on a sheet: below titles, above sums and signatures.

use crate::{Cell, Line, Merge, Sheet, Table};

/// How far below the top the headings are looked for.
const N_LOOKED_AT: usize = 40;
/// How many of a row's columns must be known before it is taken for headings that are not the first
/// row.
const MIN_SCORE: usize = 2;
/// How a row below a table begins.
const CLOSINGS: [&str; 20] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "总数",
    "填表人",
    "制表人",
    "经办人",
    "审核人",
    "复核人",
    "负责人",
    "填报单位",
    "填报人",
    "填表日期",
    "制表日期",
    "单位盖章",
    "（盖章）",
    "备注：",
    "说明：",
    "注：",
];

/// A row of headings: of which lines, and how good.
struct Found {
    first: usize,
    n_rows: usize,
    headings: Vec<String>,
    score: usize,
}

pub(crate) fn choose(sheets: Vec<Sheet>, score: &dyn Fn(&[String]) -> usize) -> Option<Table> {
    let sheets: Vec<_> = sheets.into_iter().filter(|sheet| !sheet.rows.is_empty()).collect();
    let found: Vec<_> = sheets.iter().map(|sheet| find(sheet, score)).collect();
    let best = found.iter().position(|found| found.score >= MIN_SCORE).unwrap_or(0);
    let (sheet, found) = sheets.into_iter().zip(found).nth(best)?;
    Some(below(sheet, found))
}

/// The first row with the highest score; the first of all where none scores.
fn find(sheet: &Sheet, score: &dyn Fn(&[String]) -> usize) -> Found {
    let texts = |row: &Line| row.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
    let first = sheet.rows.first().map(texts).unwrap_or_default();
    let mut best = Found { first: 0, n_rows: 1, score: score(&first), headings: first };
    for (place, row) in sheet.rows.iter().enumerate().take(N_LOOKED_AT) {
        let single = texts(row);
        let of_single = score(&single);
        if of_single > best.score {
            best = Found { first: place, n_rows: 1, headings: single.clone(), score: of_single };
        }
        let Some(next) = sheet.rows.get(place + 1).filter(|next| next.number == row.number + 1)
        else {
            continue;
        };
        let both = over_two(&single, &texts(next), row.number, &sheet.merged);
        let of_both = score(&both);
        // Two rows only if the second is headings too and no data.
        if of_both > best.score && of_both > of_single && score(&texts(next)) > 0 {
            best = Found { first: place, n_rows: 2, headings: both, score: of_both };
        }
    }
    best
}

/// A heading of each column: the lower one, or the upper one where the lower is empty or stands
/// under it.
fn over_two(upper: &[String], lower: &[String], number: u64, merged: &[Merge]) -> Vec<String> {
    let n_columns = upper.len().max(lower.len());
    let upper_at = |column: usize| {
        let at = |merge: &&Merge| {
            u64::from(merge.first_row) + 1 == number
                && (merge.first_column..=merge.last_column)
                    .contains(&u32::try_from(column).unwrap_or(u32::MAX))
        };
        let place = merged.iter().find(at).map_or(column, |merge| merge.first_column as usize);
        upper.get(place).map_or("", String::as_str)
    };
    let of = |column: usize| match lower.get(column).map_or("", String::as_str) {
        "" => upper_at(column).to_owned(),
        own => own.to_owned(),
    };
    (0..n_columns).map(of).collect()
}

/// The lines below the headings, with merged cells filled and what closes the sheet taken off.
fn below(sheet: Sheet, found: Found) -> Table {
    let mut notes = sheet.notes;
    let last = found.first + found.n_rows - 1;
    let heading_line = sheet.rows.get(last).map_or(0, |row| row.number);
    let mut lines: Vec<Line> = sheet.rows.into_iter().skip(last + 1).collect();
    let width = found.headings.iter().filter(|heading| !heading.is_empty()).count();
    while let Some(words) = lines.last().and_then(|line| closing_words(line, width)) {
        let line = lines.pop().expect("there is a last line");
        notes.closing.insert(0, (line.number, words));
    }
    fill_down(&mut lines, &sheet.merged);
    Table { sheet: sheet.name, heading_line, headings: found.headings, lines, notes }
}

/// The first words of a row that is no person or matter: it begins as one that closes a table, and
/// most of it is empty.
fn closing_words(line: &Line, width: usize) -> Option<String> {
    if line.cells.iter().filter(|cell| !cell.text.is_empty()).count() * 3 > width.max(3) * 2 {
        return None;
    }
    let first = line.cells.iter().find(|cell| !cell.text.is_empty())?;
    let plain: String = first.text.chars().filter(|c| !c.is_whitespace()).collect();
    CLOSINGS
        .iter()
        .any(|closing| plain.starts_with(closing))
        .then(|| first.text.chars().take(20).collect())
}

/// A cell over several rows is that of each.
fn fill_down(lines: &mut [Line], merged: &[Merge]) {
    let at = |lines: &[Line], row: u64| lines.partition_point(|line| line.number < row);
    for merge in merged.iter().filter(|merge| merge.last_row > merge.first_row) {
        let column = merge.first_column as usize;
        let (first, last) = (u64::from(merge.first_row) + 1, u64::from(merge.last_row) + 1);
        let (from, to) = (at(lines, first), at(lines, last + 1));
        let Some(top) = lines.get(from).filter(|line| line.number == first) else { continue };
        let Some(value) = top.cells.get(column).cloned() else { continue };
        for line in &mut lines[from + 1..to] {
            if line.cells.len() <= column {
                line.cells.resize(column + 1, Cell::default());
            }
            line.cells[column] = value.clone();
        }
    }
}
