use std::io::{self, Write};

use crate::cell::FORMULA;

/// CSV as spreadsheets open it: with a byte order mark, without which Chinese is taken for
/// something else, with CRLF, and with no cell that would be run as a formula.
#[expect(missing_debug_implementations, reason = "whatever it writes to may have none")]
pub struct Writer<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> Writer<W> {
    /// Begins with the mark.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        Ok(Self {
            out: csv::WriterBuilder::new()
                .flexible(true)
                .terminator(csv::Terminator::CRLF)
                .from_writer(out),
        })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> io::Result<()> {
        let guarded = cells.into_iter().map(|cell| guarded(cell.as_ref()));
        self.out.write_record(guarded).map_err(io::Error::other)
    }

    /// Writes out what is held.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        self.out.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

/// A number may be negative; whatever else begins like a formula gets an apostrophe.
fn guarded(cell: &str) -> String {
    let is_number = || cell.parse::<f64>().is_ok_and(f64::is_finite) && !cell.starts_with('+');
    if cell.starts_with(FORMULA) && !is_number() { format!("'{cell}") } else { cell.to_owned() }
}
