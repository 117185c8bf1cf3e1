//! What a rating costs that is on disk before it is answered: ratings per second and latency of
//! three collectors.
//!
//! `cargo xtask bench ingest`, about a minute on two cores; with `--short` at 1 and 256 clients,
//! two rounds each.
//!
//! The collectors differ in their store and in how many ratings share a transaction, and in nothing
//! else: the router, the handlers, the writing task and the once-a-second refresh are those of
//! `haochaping serve`.
//! - *no store*: a sink accepts every rating and keeps none. What HTTP, checks and encryption cost.
//! - *one per request*: `SqlStore` with `batch_max` 1. Every rating waits for its own transaction.
//! - *group commit*: `SqlStore` with `batch_max` 512, as `serve` has it.
//!
//! With `-- --store postgres` the stores are databases of a PostgreSQL server that is started for
//! it, and beside them stands *pgbench*: the bare insert of such a row on the same server. With `--
//! --ledger` or `-- --cost` something else is measured: see `ledger.rs` and `cost.rs`.
//!
//! All three listen on loopback in this process, each with a data directory under `target/bench`
//! that is removed afterwards. Clients are tasks of the same process that share its cores: each
//! keeps one connection, sends a request built before, reads the whole answer and sends the next.
//! Any answer but 201 ends the run. Ratings are of finished services of 50 agencies in as many
//! districts of Jiangsu, a ticket each, one in ten bad with an option and a comment.
//!
//! A cell of the table is four rounds of 0.5 s after 0.2 s each, cut short when its tickets are
//! used up. The three collectors take turns round by round, so that a machine that others use slows
//! all of them alike; the ratios count, not the numbers. Beside each row stands how often the same
//! directory takes 4 KiB and `fdatasync` in one second.

mod collector;
mod cost;
mod ledger;
mod pgbench;
mod process;
mod report;

use std::{
    fs::{self, File},
    io::{self, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

use collector::{Collector, Kind};
use haochaping_postgres::Server;
use haochaping_tests::{
    goals::{arguments, is_short},
    load::{self, Load, Requests},
};
use pgbench::Pgbench;
use report::{Cell, Row};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Clients at once, and the tickets of a cell: about as many as two cores use up without a store.
const CELLS: [(usize, usize); 4] = [(1, 28_000), (16, 60_000), (64, 60_000), (256, 60_000)];
const CELLS_SHORT: [(usize, usize); 2] = [(1, 14_000), (256, 30_000)];
const N_ROUNDS: usize = 4;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measurement prints its table")]
async fn main() -> Result<()> {
    let bench = haochaping_tests::workspace().join("target/bench");
    fs::create_dir_all(&bench)?;
    let directory = tempfile::tempdir_in(&bench)?;
    let arguments = arguments();
    let mut arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let is_of_cost = arguments == ["--cost"];
    let is_of_ledger = arguments.first() == Some(&"--ledger");
    arguments.drain(..usize::from(is_of_ledger || is_of_cost));
    let server = match arguments[..] {
        [] | ["--store", "sqlite"] => None,
        ["--store", "postgres"] => Some(Server::start(&[])),
        _ => {
            return Err(
                "usage: bench-ingest [--short] [--cost | [--ledger] [--store sqlite|postgres]]"
                    .into(),
            );
        }
    };
    if is_of_cost {
        print!("{}", cost::measure(directory.path()).await?);
        return Ok(());
    }
    if is_of_ledger {
        print!("{}", ledger::measure(directory.path(), server.as_ref()).await?);
        return Ok(());
    }
    let rows = measure(directory.path(), server.as_ref()).await?;
    print!("{}", report::table(&rows));
    Ok(())
}

async fn measure(directory: &Path, server: Option<&Server>) -> Result<Vec<Row>> {
    let pgbench = server.map(Pgbench::on).transpose()?;
    let mut collectors = Vec::new();
    for kind in Kind::ALL {
        let data = directory.join(kind.name().replace(' ', "-"));
        fs::create_dir(&data)?;
        let database = server.filter(|_| kind != Kind::NoStore).map(Server::database);
        collectors.push(Collector::start(kind, &data, database.as_deref()).await?);
    }
    let mut rows = Vec::new();
    let cells = if is_short() { &CELLS_SHORT[..] } else { &CELLS[..] };
    for &(n_clients, n_tickets) in cells {
        let syncs_per_second = syncs_per_second(&directory.join("sync"))?;
        eprintln!("{n_clients} clients: fdatasync {syncs_per_second:.0}/s");
        let cells = measure_row(&collectors, n_clients, n_tickets).await?;
        // So many clients first have to sign in.
        let bare = pgbench.as_ref().map(|pgbench| pgbench.per_second(n_clients, 5)).transpose()?;
        rows.push(Row { n_clients, cells, syncs_per_second, bare });
    }
    Ok(rows)
}

async fn measure_row(
    collectors: &[Collector],
    n_clients: usize,
    n_tickets: usize,
) -> Result<[Cell; 3]> {
    let mut waiting = Vec::new();
    for collector in collectors {
        eprintln!("  {}: {n_tickets} tickets", collector.kind.name());
        waiting.push(collector.requests(n_clients, n_tickets).await?);
    }
    let mut loads: [Load; 3] = Default::default();
    // As many tickets for each round, short or not.
    let n_rounds = if is_short() { N_ROUNDS / 2 } else { N_ROUNDS };
    for round in 1..=n_rounds {
        eprint!("  round {round} of {n_rounds}, ratings/s:");
        for ((collector, requests), load) in collectors.iter().zip(&mut waiting).zip(&mut loads) {
            let rest = requests.split_off(requests.len().min(n_tickets / n_rounds));
            let requests = std::mem::replace(requests, rest);
            let name = collector.kind.name();
            let part = load::run(collector.address, n_clients, Requests::Once(requests)).await;
            let part = part.map_err(|error| format!("{name} at {n_clients} clients: {error}"))?;
            eprint!(" {:.0} {name},", part.per_second());
            load.add(part);
        }
        eprintln!();
    }
    Ok(loads.map(Cell::of))
}

/// How often 4 KiB are written and synced in one second, over a file of the size at which SQLite
/// starts its log anew.
fn syncs_per_second(path: &Path) -> io::Result<f64> {
    const PAGE: usize = 4096;
    const PAGES: u32 = 1000;
    let mut file = File::create(path)?;
    file.write_all(&vec![0; PAGE * PAGES as usize])?;
    file.sync_all()?;
    let start = Instant::now();
    let mut n_syncs = 0_u32;
    while start.elapsed() < Duration::from_secs(1) {
        file.seek(SeekFrom::Start(u64::from(n_syncs % PAGES) * PAGE as u64))?;
        file.write_all(&[1; PAGE])?;
        file.sync_data()?;
        n_syncs += 1;
    }
    let elapsed = start.elapsed();
    fs::remove_file(path)?;
    Ok(f64::from(n_syncs) / elapsed.as_secs_f64())
}
