use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use encoding_rs::GB18030;

use super::Column;

/// Why a file is no roster.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// An old Excel file.
    #[error("this is an .xls file of Excel 97–2003: save it as .xlsx or CSV")]
    OldExcel,
    /// An Excel file that cannot be opened.
    #[error("the Excel file cannot be read: {0}")]
    Excel(String),
    /// Text that is neither UTF-8 nor GB18030.
    #[error("line {line} is neither UTF-8 nor GBK or GB18030: save the file as CSV UTF-8")]
    Encoding {
        /// The first such line.
        line: usize,
    },
    /// Quotation marks that do not close, say.
    #[error("the CSV cannot be read: {0}")]
    Csv(String),
    /// Nothing in it.
    #[error("the roster has no line of headings")]
    Empty,
    /// Columns that must be there.
    #[error("the roster has no column {}; it has {found}", list(missing))]
    ColumnsMissing {
        /// What is missing.
        missing: Vec<Column>,
        /// The headings there are.
        found: String,
    },
    /// Two columns with one meaning.
    #[error("the columns {first:?} and {second:?} both mean {column}: keep one")]
    ColumnTwice {
        /// What they mean.
        column: Column,
        /// A heading.
        first: String,
        /// Another.
        second: String,
    },
}

fn list(columns: &[Column]) -> String {
    columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Cells as text. A line keeps the number it has in the file.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) headings: Vec<String>,
    pub(super) lines: Vec<(u64, Vec<String>)>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Table, RosterError> {
    if bytes.starts_with(b"PK\x03\x04") {
        read_xlsx(bytes)
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        Err(RosterError::OldExcel)
    } else {
        read_csv(&decode(bytes)?)
    }
}

/// UTF-8 with or without a mark, else GB18030, of which GBK and GB 2312 are parts.
fn decode(bytes: &[u8]) -> Result<String, RosterError> {
    let plain = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(plain) {
        return Ok(text.to_owned());
    }
    if let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text.into_owned());
    }
    let is_bad = |line: &&[u8]| GB18030.decode_without_bom_handling_and_without_replacement(line).is_none();
    let line = bytes.split(|byte| *byte == b'\n').position(|line| is_bad(&line)).unwrap_or(0);
    Err(RosterError::Encoding { line: line + 1 })
}

fn read_csv(text: &str) -> Result<Table, RosterError> {
    let first = text.lines().next().unwrap_or("");
    let delimiter = [b'\t', b';'].into_iter().find(|mark| first.contains(char::from(*mark)) && !first.contains(','));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| RosterError::Csv(error.to_string()))?;
        let line = record.position().map_or(0, |at| at.line() + n_empty_at(text, at.byte()));
        lines.push((line, record.iter().map(tidy).collect()));
    }
    to_table(lines)
}

/// The reader passes over empty lines and says where they began.
fn n_empty_at(text: &str, byte: u64) -> u64 {
    let rest = usize::try_from(byte).ok().and_then(|at| text.as_bytes().get(at..)).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    ends.filter(|byte| **byte == b'\n').count() as u64
}

fn read_xlsx(bytes: &[u8]) -> Result<Table, RosterError> {
    let said = |error: calamine::XlsxError| RosterError::Excel(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(said)?;
    let sheet = book.worksheet_range_at(0).ok_or(RosterError::Empty)?.map_err(said)?;
    let start = sheet.start().map_or(0, |(row, _)| u64::from(row));
    let lines = sheet.rows().zip(start + 1..).map(|(cells, line)| (line, cells.iter().map(cell).collect()));
    to_table(lines.collect())
}

/// A cell as it is read in Excel: a code of twelve digits is often kept as a number.
fn cell(data: &Data) -> String {
    match data {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::DateTime(at) => at.as_datetime_text().unwrap_or_else(|| data.to_string()),
        Data::Empty => String::new(),
        other => tidy(&other.to_string()),
    }
}

/// The civil date of an Excel date.
trait DateText {
    fn as_datetime_text(&self) -> Option<String>;
}

impl DateText for calamine::ExcelDateTime {
    fn as_datetime_text(&self) -> Option<String> {
        if !self.is_datetime() {
            return None;
        }
        let (year, month, day, ..) = self.to_ymd_hms_milli();
        Some(format!("{year:04}-{month:02}-{day:02}"))
    }
}

fn tidy(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned()
}

/// The first line that is not empty is the headings; empty lines are left out.
fn to_table(lines: Vec<(u64, Vec<String>)>) -> Result<Table, RosterError> {
    let mut lines = lines.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
    let (_, headings) = lines.next().ok_or(RosterError::Empty)?;
    Ok(Table { headings, lines: lines.collect() })
}
