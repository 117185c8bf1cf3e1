//! Rosters as offices keep them: CSV in UTF-8, GBK or GB18030, or XLSX. Every bad line is named with number, column and
//! reason, all in one go.

mod check;
mod columns;
mod table;

pub use check::{Checks, Fault, Row};
pub use columns::Column;
pub use table::RosterError;

/// A roster as it was read: good rows, and everything wrong with the others.
#[derive(Debug, Default)]
pub struct Roster {
    /// The good rows, in the order of the file.
    pub rows: Vec<Row>,
    /// The faults, in the order of lines. A line with a fault is in no row.
    pub faults: Vec<Fault>,
}

/// Reads a roster.
///
/// # Errors
/// [`RosterError`] if the file as a whole cannot be read: its kind, its encoding, its headings. Faults of lines are in
/// the [`Roster`].
pub fn read(bytes: &[u8], checks: &Checks<'_>) -> Result<Roster, RosterError> {
    let table = table::read(bytes)?;
    let columns = columns::find(&table.headings, checks.agency.is_some())?;
    Ok(check::check(&table, &columns, checks))
}

#[cfg(test)]
mod tests;
