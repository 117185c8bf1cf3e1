//! The table and the goals.

use std::{fmt::Write as _, time::Duration};

use haochaping_tests::{goals::Goals, load::Load};

use crate::collector::Kind;

/// What is printed of one collector at one number of clients.
#[derive(Debug)]
pub(crate) struct Cell {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

impl Cell {
    /// Sums up a measurement.
    pub(crate) fn of(mut load: Load) -> Self {
        load.latencies.sort_unstable();
        let percentile = |p: usize| {
            load.latencies.get(load.latencies.len() * p / 100).copied().unwrap_or_default()
        };
        Self { per_second: load.per_second(), p50: percentile(50), p99: percentile(99) }
    }
}

/// All collectors at one number of clients, in the order of [`Kind::ALL`].
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) n_clients: usize,
    pub(crate) cells: [Cell; 3],
    pub(crate) syncs_per_second: f64,
    /// Bare inserts a second by pgbench, on a server.
    pub(crate) bare: Option<f64>,
}

impl Row {
    fn per_second(&self, kind: Kind) -> f64 {
        self.cells[kind as usize].per_second
    }
}

struct Goal {
    of: Kind,
    to: Kind,
    n_clients: usize,
    at_least: f64,
}

const GOALS: [Goal; 3] = [
    Goal { of: Kind::GroupCommit, to: Kind::OnePerRequest, n_clients: 256, at_least: 6.0 },
    Goal { of: Kind::GroupCommit, to: Kind::NoStore, n_clients: 256, at_least: 0.60 },
    Goal { of: Kind::GroupCommit, to: Kind::OnePerRequest, n_clients: 1, at_least: 0.9 },
];

const ON_SERVER: [Goal; 1] =
    [Goal { of: Kind::GroupCommit, to: Kind::OnePerRequest, n_clients: 256, at_least: 6.0 }];

/// The whole answer of a run.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut out = String::new();
    write(&mut out, rows).expect("writing to a string cannot fail");
    out
}

fn write(out: &mut String, rows: &[Row]) -> std::fmt::Result {
    write!(out, "{:>7}", "")?;
    for kind in Kind::ALL {
        write!(out, " | {:^27}", kind.name())?;
    }
    write!(out, " | {:>11}\n{:>7}", "", "clients")?;
    for _ in Kind::ALL {
        write!(out, " | {:>9} {:>8} {:>8}", "ratings/s", "p50 ms", "p99 ms")?;
    }
    let is_on_server = rows.iter().any(|row| row.bare.is_some());
    writeln!(out, " | fdatasync/s{}", if is_on_server { " | pgbench/s" } else { "" })?;
    for row in rows {
        write!(out, "{:>7}", row.n_clients)?;
        for Cell { per_second, p50, p99 } in &row.cells {
            write!(out, " | {per_second:>9.0} {:>8.2} {:>8.2}", millis(*p50), millis(*p99))?;
        }
        write!(out, " | {:>11.0}", row.syncs_per_second)?;
        writeln!(out, "{}", row.bare.map_or_else(String::new, |bare| format!(" | {bare:>9.0}")))?;
    }
    writeln!(
        out,
        "\none per request: the same handlers and store, a queue that hands over one rating at a time (batch_max 1)\n\
         fdatasync/s: 4 KiB and fdatasync, one after the other, in the same directory just before the row\n"
    )?;
    out.push_str(&goals(rows, is_on_server).report());
    Ok(())
}

fn goals(rows: &[Row], is_on_server: bool) -> Goals {
    let mut goals = Goals::default();
    let (store, limits) =
        if is_on_server { ("PostgreSQL", &ON_SERVER[..]) } else { ("SQLite", &GOALS[..]) };
    let row_of = |n_clients: usize| {
        let row = rows.iter().find(|row| row.n_clients == n_clients);
        row.expect("goals are set at measured numbers of clients")
    };
    for &Goal { of, to, n_clients, at_least } in limits {
        let row = row_of(n_clients);
        let clients = if n_clients == 1 { "client" } else { "clients" };
        let what =
            format!("ingest, {store}: {} ÷ {} at {n_clients} {clients}", of.name(), to.name());
        goals.at_least(what, row.per_second(of) / row.per_second(to), at_least);
    }
    if let Row { bare: Some(bare), .. } = row_of(256) {
        let ratio = row_of(256).per_second(Kind::GroupCommit) / bare;
        goals.at_least("ingest, PostgreSQL: group commit ÷ pgbench at 256 clients", ratio, 1.2);
    }
    goals
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
