//! Rosters as offices keep them: any table that `haochaping_tables` reads, with codes or with names
//! of places, with or without numbers of people. Every bad line is named with number, column and
//! rule, all in one go.

mod check;
mod columns;
mod error;
mod places;
mod rule;

use haochaping_tables::{Notes, Table};

pub use check::{Checks, Fault, Holder, Row};
pub use columns::Column;
pub use error::RosterError;
pub use places::Places;
pub use rule::Rule;

/// A roster as it was read: good rows, and everything wrong with the others.
#[derive(Debug, Default)]
pub struct Roster {
    /// The good rows, in the order of the file.
    pub rows: Vec<Row>,
    /// The faults, in the order of lines. A line with a fault is in no row.
    pub faults: Vec<Fault>,
    /// The sheet it was read from; `None` for CSV.
    pub sheet: Option<String>,
    /// Headings that mean nothing to us: what stands under them is on no card.
    pub unknown: Vec<String>,
    /// Hidden rows, sums and far cells that are in no row.
    pub notes: Notes,
    /// The table as it was read.
    pub table: Table,
}

/// Reads a roster.
///
/// # Errors
/// [`RosterError`] if the file as a whole cannot be read: its kind, its encoding, its headings.
/// Faults of lines are in the [`Roster`].
pub fn read(bytes: &[u8], checks: &Checks<'_>) -> Result<Roster, RosterError> {
    of_table(haochaping_tables::read(bytes, &columns::score)?, checks)
}

/// The same of a table that was read before.
///
/// # Errors
/// [`RosterError`] if its headings are not those of a roster.
pub fn of_table(table: Table, checks: &Checks<'_>) -> Result<Roster, RosterError> {
    let found = columns::find(&table.headings, checks.agency.is_some())?;
    let roster = check::check(&table, &found.places, checks);
    let (sheet, notes) = (table.sheet.clone(), table.notes.clone());
    Ok(Roster { sheet, unknown: found.unknown, notes, table, ..roster })
}

#[cfg(test)]
mod tests;
