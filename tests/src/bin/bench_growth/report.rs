//! The table of a measurement.

use std::fmt::Write as _;

use haochaping_tests::{goals::Goals, load::Load};

/// The rate at the last size is at least this share of that of the small store.
const GOAL_RATE: f64 = 0.8;
/// The p99 of a read at the last size is at most so many times that of the small store, and so is
/// the memory.
const GOAL_READ: f64 = 1.5;

/// What clients found.
#[derive(Default)]
pub(crate) struct Measured {
    pub(crate) rate: Load,
    pub(crate) read: Load,
}

/// A store at a size.
pub(crate) struct Row {
    pub(crate) store: &'static str,
    pub(crate) size: usize,
    /// A store of the first size, in turns with this one.
    pub(crate) beside: Measured,
    pub(crate) measured: Measured,
    /// Stored and written bytes a rating.
    pub(crate) bytes: (u64, u64),
    /// Peak memory in bytes at the end, that of the store of the first size first.
    pub(crate) peaks: Option<(u64, u64)>,
}

impl Row {
    fn rate(&self) -> f64 {
        self.measured.rate.per_second() / self.beside.rate.per_second()
    }

    fn read(&self) -> f64 {
        self.measured.read.p99().as_secs_f64() / self.beside.read.p99().as_secs_f64()
    }
}

#[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}

pub(crate) fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| store | ratings | ratings/s, 256 clients | ÷ small | figure p99, ms | ÷ small | stored, B | written, B |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for row in rows {
        let (rate, read) = (&row.measured.rate, &row.measured.read);
        let _ = writeln!(
            out,
            "| {} | {} | {:.0} | {:.2} | {:.2} | {:.2} | {} | {} |",
            row.store,
            row.size,
            rate.per_second(),
            row.rate(),
            read.p99().as_secs_f64() * 1_000.0,
            row.read(),
            row.bytes.0,
            row.bytes.1,
        );
    }
    out + &goals(rows).report()
}

fn goals(rows: &[Row]) -> Goals {
    let mut goals = Goals::default();
    for row in rows {
        let Some((small, large)) = row.peaks else { continue };
        let Row { store, size, .. } = row;
        goals.at_least(
            format!("growth, {store}: ratings/s with {size} ÷ small"),
            row.rate(),
            GOAL_RATE,
        );
        goals.at_most(
            format!("growth, {store}: figure p99 with {size} ÷ small"),
            row.read(),
            GOAL_READ,
        );
        goals.at_most(
            format!("growth, {store}: peak memory with {size} ÷ small"),
            megabytes(large) / megabytes(small),
            GOAL_READ,
        );
    }
    goals
}
