//! Tables as offices keep them. Reading: CSV in UTF-8, UTF-16, GBK or GB18030, with commas,
//! semicolons or tabs, and XLSX, cell by cell within bounds; what a person sees in Excel is what is
//! read. Writing: CSV that a spreadsheet opens as it is meant.
//!
//! ```
//! let is_heading = |cells: &[String]| usize::from(cells.iter().any(|cell| cell == "姓名"));
//! let table = haochaping_tables::read("示例街道花名册,\n姓名,工号\n示例甲,００1\n".as_bytes(), &is_heading)?;
//! assert_eq!(table.headings, ["姓名", "工号"]);
//! assert_eq!((table.lines[0].number, table.lines[0].cells[1].text.as_str()), (3, "００1"));
//! # Ok::<(), haochaping_tables::TableError>(())
//! ```
//!
#![doc = include_str!("../README.md")]

mod cell;
mod decode;
mod delimited;
mod error;
mod heading;
mod workbook;
mod write;

pub use cell::{Cell, Flaw, half_width};
pub use decode::Form;
pub use error::TableError;
pub use write::Writer;

/// The last row that is read.
pub const MAX_ROWS: u32 = 200_000;
/// The last column that is read: IV, where older spreadsheets ended.
pub const MAX_COLUMNS: u32 = 256;

/// A row with the number it has in the file, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The number.
    pub number: u64,
    /// The cells from the first column on; empty ones at the end may be missing.
    pub cells: Vec<Cell>,
}

/// A table: a row of headings, and the rows below it that hold something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The sheet it is on; `None` for CSV.
    pub sheet: Option<String>,
    /// The row of the headings, from 1; the lower of two.
    pub heading_line: u64,
    /// The headings. One that stands over several columns is that of each which has none of its
    /// own.
    pub headings: Vec<String>,
    /// The rows below.
    pub lines: Vec<Line>,
    /// What was seen and is in no line.
    pub notes: Notes,
}

/// What a reader of a table must be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// How many hidden rows were left out.
    pub n_hidden: usize,
    /// Sums and signatures below the table, each with its row and first words.
    pub closing: Vec<(u64, String)>,
    /// Cells too far from the table, by their address and with their words; the first few.
    pub far: Vec<(String, String)>,
    /// How many there are.
    pub n_far: usize,
}

/// Reads a table. `score` says how many columns a row of headings would name; the first row, on the
/// first visible sheet that has one, with the highest score is taken. Where no row scores, the
/// first that holds something is.
///
/// # Errors
/// [`TableError`] if the file as a whole cannot be read.
pub fn read(bytes: &[u8], score: &dyn Fn(&[String]) -> usize) -> Result<Table, TableError> {
    let sheets = if bytes.starts_with(b"PK\x03\x04") {
        workbook::read(bytes)?
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(if workbook::is_encrypted(bytes) {
            TableError::Password
        } else {
            TableError::OldExcel
        });
    } else {
        vec![delimited::read(&decode::decode(bytes)?, score)?]
    };
    heading::choose(sheets, score).ok_or(TableError::Empty)
}

/// A sheet before its headings are found.
#[derive(Debug, Default)]
struct Sheet {
    name: Option<String>,
    rows: Vec<Line>,
    notes: Notes,
    /// Rows that begin a heading over two of them, as the sheet's merged cells say.
    merged: Vec<Merge>,
}

/// Cells that are one: rows and columns from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Merge {
    first_row: u32,
    last_row: u32,
    first_column: u32,
    last_column: u32,
}

#[cfg(test)]
mod tests;
