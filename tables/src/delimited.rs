use std::collections::{BTreeMap, BTreeSet};

use crate::{Cell, Flaw, Line, MAX_ROWS, Sheet, TableError, cell::DIGITS};

/// Marks between cells, in the order in which they are believed.
const MARKS: [char; 4] = [',', '\t', ';', '|'];
/// More line ends in one cell are a quotation mark that was never closed.
const MAX_LINES: usize = 20;
/// How many lines are looked at for the mark.
const N_LOOKED_AT: usize = 20;

/// `score` says how many columns a row of headings names: the mark that makes the best one is the
/// file's.
pub(crate) fn read(text: &str, score: &dyn Fn(&[String]) -> usize) -> Result<Sheet, TableError> {
    // Excel's own line that names the mark.
    let named = text.strip_prefix("sep=").and_then(|rest| {
        let mark = rest.chars().next()?;
        let body = rest[mark.len_utf8()..].trim_start_matches('\r').strip_prefix('\n')?;
        Some((mark, body))
    });
    let n_named = u64::from(named.is_some());
    let (mark, text) = named.unwrap_or_else(|| (best_mark(text, score), text));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(mark).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    for record in reader.records() {
        let record = record.map_err(|error| TableError::Csv(error.to_string()))?;
        if sheet.rows.len() > MAX_ROWS as usize {
            return Err(TableError::TooLong);
        }
        let number =
            record.position().map_or(0, |at| at.line() + n_empty_at(text, at.byte())) + n_named;
        if record.iter().any(|cell| cell.matches('\n').count() > MAX_LINES) {
            return Err(TableError::Unclosed { line: number });
        }
        let cells: Vec<_> = record.iter().map(Cell::of_text).collect();
        if cells.iter().any(|cell| !cell.text.is_empty()) {
            sheet.rows.push(Line { number, cells });
        }
    }
    believe_numbers(&mut sheet.rows);
    Ok(sheet)
}

/// A column in which long numbers end in other digits too was rounded by nobody.
fn believe_numbers(rows: &mut [Line]) {
    let is_long = |cell: &Cell| {
        cell.text.len() > DIGITS && cell.text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let whole: BTreeSet<usize> = rows
        .iter()
        .flat_map(|row| row.cells.iter().enumerate())
        .filter(|(_, cell)| is_long(cell) && cell.flaw.is_none())
        .map(|(place, _)| place)
        .collect();
    for row in rows {
        for (place, cell) in row.cells.iter_mut().enumerate() {
            if whole.contains(&place) && cell.flaw == Some(Flaw::Rounded) {
                cell.flaw = None;
            }
        }
    }
}

fn best_mark(text: &str, score: &dyn Fn(&[String]) -> usize) -> char {
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.trim().is_empty()).take(N_LOOKED_AT).collect();
    let of_line = |line: &str, mark: char| {
        let cells = line
            .split(mark)
            .map(|cell| cell.trim().trim_matches('"').to_owned())
            .collect::<Vec<_>>();
        score(&cells)
    };
    let weight = |mark: &char| lines.iter().map(|line| of_line(line, *mark)).max().unwrap_or(0);
    let usual = mark_of(text);
    // Of equals the usual one.
    MARKS
        .into_iter()
        .filter(|mark| weight(mark) > weight(&usual))
        .max_by_key(weight)
        .unwrap_or(usual)
}

/// The mark that most lines hold equally often, outside of quotation marks.
pub(crate) fn mark_of(text: &str) -> char {
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.trim().is_empty()).take(N_LOOKED_AT).collect();
    let n_of = |line: &str, mark: char| {
        let (mut is_quoted, mut n) = (false, 0_usize);
        for sign in line.chars() {
            is_quoted ^= sign == '"';
            n += usize::from(!is_quoted && sign == mark);
        }
        n
    };
    // How many lines have the same number of it, and how many that is.
    let weight = |mark: &char| {
        let mut lines_with: BTreeMap<usize, usize> = BTreeMap::new();
        for line in &lines {
            *lines_with.entry(n_of(line, *mark)).or_default() += 1;
        }
        lines_with.remove(&0);
        lines_with.into_iter().map(|(n, n_lines)| (n_lines, n)).max().unwrap_or_default()
    };
    // Of equals the first: `max_by_key` gives the last.
    MARKS.into_iter().rev().max_by_key(weight).unwrap_or(',')
}

/// The reader passes over empty lines and says where they began.
fn n_empty_at(text: &str, byte: u64) -> u64 {
    let rest =
        usize::try_from(byte).ok().and_then(|at| text.as_bytes().get(at..)).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    ends.filter(|byte| **byte == b'\n').count() as u64
}
