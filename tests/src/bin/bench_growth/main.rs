//! What becomes of a collector whose store grows: ratings a second, latency of a public figure,
//! bytes and memory, from ten thousand to ten million ratings, in a file and on a server.
//!
//! `cargo xtask bench growth [-- sqlite|postgres] [SIZE…]`; with the usual sizes it takes more than
//! an hour on two cores, most of it for writing the ratings; with `--short` it stops at a hundred
//! thousand.
//!
//! A store grows through the collector's own writing task, each rating with its service. At each
//! size it takes turns with a new store of the first size, which the measurement at most triples:
//! 256 clients rate by HTTP, then 16 ask for the figures of a province. The ratios between the two
//! count. One database is measured after the other, so that a machine's memory need not hold both.
//!
//! Memory is that of the shipped binary, started on either store: its peak while 256 clients rate
//! and ask.

#[path = "../bench_ingest/collector.rs"]
#[expect(dead_code, reason = "of the collectors of the other measurement only one grows")]
mod collector;
mod grown;
mod report;

use std::fs;

use collector::{Collector, Kind};
use grown::Grown;
use haochaping_postgres::Server;
use haochaping_tests::{
    goals::{arguments, is_short},
    load::{self, Requests},
};
use report::{Measured, Row};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const SIZES: [usize; 4] = [10_000, 100_000, 1_000_000, 10_000_000];
const SIZES_SHORT: [usize; 2] = [10_000, 100_000];
const N_ROUNDS: usize = 5;
const N_CLIENTS: usize = 256;
const N_READERS: usize = 16;
/// Tickets of a round: what half a second uses up. Few, so that the small store does not grow out
/// of its size.
const N_TICKETS: usize = 4_000;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measurement prints its table")]
async fn main() -> Result<()> {
    let (mut stores, mut sizes) = (Vec::new(), Vec::new());
    for argument in arguments() {
        match argument.as_str() {
            "sqlite" => stores.push(false),
            "postgres" => stores.push(true),
            size => sizes.push(size.parse()?),
        }
    }
    let stores = if stores.is_empty() { vec![false, true] } else { stores };
    let sizes = match (sizes.is_empty(), is_short()) {
        (false, _) => sizes,
        (true, false) => SIZES.to_vec(),
        (true, true) => SIZES_SHORT.to_vec(),
    };
    let mut rows = Vec::new();
    for is_server in stores {
        let server = is_server.then(|| Server::start(&[]));
        rows.extend(grow(&sizes, server.as_ref()).await?);
    }
    print!("{}", report::table(&rows));
    Ok(())
}

/// A store that grows, measured at each size beside one of the first.
async fn grow(sizes: &[usize], server: Option<&Server>) -> Result<Vec<Row>> {
    let bench = haochaping_tests::workspace().join("target/bench");
    fs::create_dir_all(&bench)?;
    let directory = tempfile::tempdir_in(&bench)?;
    let mut large = Grown::start(&directory.path().join("large"), server).await?;
    let mut rows = Vec::new();
    for (n, size) in sizes.iter().enumerate() {
        large.grow(*size).await?;
        let mut small = Grown::start(&directory.path().join(format!("small-{n}")), server).await?;
        small.grow(sizes[0]).await?;
        large.settle();
        let [beside, measured] = measure([&mut small, &mut large]).await?;
        let is_last = n + 1 == sizes.len();
        let peaks = if is_last {
            Some((small.peak_memory().await?, large.peak_memory().await?))
        } else {
            None
        };
        rows.push(Row {
            store: large.name(),
            size: *size,
            beside,
            measured,
            bytes: large.bytes,
            peaks,
        });
    }
    Ok(rows)
}

/// Ratings by HTTP and reads of a figure, the stores in turns.
async fn measure(mut stores: [&mut Grown<'_>; 2]) -> Result<[Measured; 2]> {
    let mut loads: [Measured; 2] = Default::default();
    for round in 1..=N_ROUNDS {
        eprint!("\rround {round} of {N_ROUNDS}    ");
        for (store, Measured { rate, read }) in stores.iter_mut().zip(&mut loads) {
            let requests = store.requests(N_TICKETS).await?;
            rate.add(load::run(store.address(), N_CLIENTS, Requests::Once(requests)).await?);
            read.add(load::run(store.address(), N_READERS, Requests::Again(summary())).await?);
        }
    }
    eprintln!();
    Ok(loads)
}

/// The figures of a province.
fn summary() -> Vec<u8> {
    b"GET /api/v1/statistics?region=320000 HTTP/1.1\r\nhost: bench\r\n\r\n".to_vec()
}
