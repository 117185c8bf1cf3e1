use crate::{Cell, Line, MAX_ROWS, Sheet, TableError};

/// Marks between cells, in the order in which they are believed.
const MARKS: [char; 4] = [',', '\t', ';', '|'];
/// How many lines are looked at for the mark.
const N_LOOKED_AT: usize = 20;

pub(crate) fn read(text: &str) -> Result<Sheet, TableError> {
    // Excel's own line that names the mark.
    let named = text.strip_prefix("sep=").and_then(|rest| {
        let mark = rest.chars().next()?;
        let body = rest[mark.len_utf8()..].trim_start_matches('\r').strip_prefix('\n')?;
        Some((mark, body))
    });
    let n_named = u64::from(named.is_some());
    let (mark, text) = named.unwrap_or_else(|| (mark_of(text), text));
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
        let number = record.position().map_or(0, |at| at.line() + n_empty_at(text, at.byte())) + n_named;
        let cells: Vec<_> = record.iter().map(Cell::of_text).collect();
        if cells.iter().any(|cell| !cell.text.is_empty()) {
            sheet.rows.push(Line { number, cells });
        }
    }
    Ok(sheet)
}

/// The mark that most lines hold most of, outside of quotation marks.
pub(crate) fn mark_of(text: &str) -> char {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(N_LOOKED_AT).collect();
    let n_of = |line: &str, mark: char| {
        let (mut is_quoted, mut n) = (false, 0_usize);
        for sign in line.chars() {
            is_quoted ^= sign == '"';
            n += usize::from(!is_quoted && sign == mark);
        }
        n
    };
    let weight = |mark: &char| lines.iter().map(|line| n_of(line, *mark).min(64)).sum::<usize>();
    // Of equals the first: `max_by_key` gives the last.
    MARKS.into_iter().rev().max_by_key(weight).unwrap_or(',')
}

/// The reader passes over empty lines and says where they began.
fn n_empty_at(text: &str, byte: u64) -> u64 {
    let rest = usize::try_from(byte).ok().and_then(|at| text.as_bytes().get(at..)).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    ends.filter(|byte| **byte == b'\n').count() as u64
}
