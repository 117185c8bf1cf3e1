//! The table of a measurement.

use std::fmt::Write as _;

use haochaping_tests::load::Load;

/// The rate at the last size is at least this share of that at the first.
const GOAL_RATE: f64 = 0.8;
/// The p99 of a read at the last size is at most so many times that at the first, and so is the memory.
const GOAL_READ: f64 = 1.5;

/// A store at a size.
pub(crate) struct Row {
    pub(crate) store: &'static str,
    pub(crate) size: usize,
    pub(crate) rate: Load,
    pub(crate) read: Load,
    /// Stored and written bytes a rating.
    pub(crate) bytes: (u64, u64),
    /// Peak memory in bytes, where it was measured.
    pub(crate) peak: Option<u64>,
}

#[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}

pub(crate) fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| store | ratings | ratings/s, 256 clients | ÷ first | figure p99, ms | ÷ first | stored, B | written, B | peak memory, MB |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for row in rows {
        let first = rows.iter().find(|one| one.store == row.store).unwrap_or(row);
        let millis = row.read.p99().as_secs_f64() * 1_000.0;
        let peak = row.peak.map_or(String::new(), |peak| format!("{:.0}", megabytes(peak)));
        let _ = writeln!(
            out,
            "| {} | {} | {:.0} | {:.2} | {millis:.2} | {:.2} | {} | {} | {peak} |",
            row.store,
            row.size,
            row.rate.per_second(),
            row.rate.per_second() / first.rate.per_second(),
            row.read.p99().as_secs_f64() / first.read.p99().as_secs_f64(),
            row.bytes.0,
            row.bytes.1,
        );
    }
    for store in ["SQLite", "PostgreSQL"] {
        let mut of_store = rows.iter().filter(|row| row.store == store);
        let (Some(first), Some(last)) = (of_store.next(), of_store.next_back()) else { continue };
        let verdict = |is_met: bool| if is_met { "met" } else { "NOT met" };
        let rate = last.rate.per_second() / first.rate.per_second();
        let read = last.read.p99().as_secs_f64() / first.read.p99().as_secs_f64();
        let _ = writeln!(out, "{store}: rate {rate:.2}, goal ≥ {GOAL_RATE}: {}", verdict(rate >= GOAL_RATE));
        let _ = writeln!(out, "{store}: figure p99 {read:.2}, goal ≤ {GOAL_READ}: {}", verdict(read <= GOAL_READ));
        if let (Some(first), Some(last)) = (first.peak, last.peak) {
            let memory = megabytes(last) / megabytes(first);
            let _ = writeln!(out, "{store}: memory {memory:.2}, goal ≤ {GOAL_READ}: {}", verdict(memory <= GOAL_READ));
        }
    }
    out
}
