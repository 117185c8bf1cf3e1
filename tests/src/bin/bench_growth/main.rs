//! What becomes of a collector whose store grows: ratings a second, latency of a public figure, bytes and memory, from ten
//! thousand to ten million ratings, in a file and on a server.
//!
//! `cargo xtask bench growth [-- SIZE…]`; the release build of the collector must be there. With
//! the usual sizes it takes more than an hour on two cores, most of it for writing the ratings.
//!
//! Both stores grow side by side through the collector's own writing task, each rating with its service. At each size they
//! take turns: 256 clients rate by HTTP, then 16 ask for the figures of a province. Ratios to the first size count.
//!
//! Memory is that of the shipped binary, started on the grown store: its peak while 256 clients rate and ask.

#[path = "../bench_ingest/collector.rs"]
#[expect(dead_code, reason = "of the collectors of the other measurement only one grows")]
mod collector;
mod grown;
mod report;

use std::fs;

use collector::{Collector, Kind};
use grown::Grown;
use haochaping_postgres::Server;
use haochaping_tests::load::{self, Load, Requests};
use report::Row;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const SIZES: [usize; 4] = [10_000, 100_000, 1_000_000, 10_000_000];
const N_ROUNDS: usize = 5;
const N_CLIENTS: usize = 256;
const N_READERS: usize = 16;
/// Tickets of a round: about as many as a second uses up.
const N_TICKETS: usize = 8_000;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measurement prints its table")]
async fn main() -> Result<()> {
    let sizes: Vec<usize> = std::env::args().skip(1).map(|size| size.parse()).collect::<std::result::Result<_, _>>()?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    let bench = haochaping_tests::workspace().join("target/bench");
    fs::create_dir_all(&bench)?;
    let directory = tempfile::tempdir_in(&bench)?;
    let server = Server::start(&[]);
    let mut stores = [
        Grown::start(&directory.path().join("file"), None).await?,
        Grown::start(&directory.path().join("server"), Some(&server)).await?,
    ];
    let mut rows = Vec::new();
    for (n, size) in sizes.iter().enumerate() {
        for store in &mut stores {
            store.grow(*size).await?;
        }
        let measured = measure(&mut stores).await?;
        for (store, (rate, read)) in stores.iter_mut().zip(measured) {
            let is_end = n == 0 || n + 1 == sizes.len();
            let peak = if is_end { Some(store.peak_memory().await?) } else { None };
            rows.push(Row { store: store.name(), size: *size, rate, read, bytes: store.bytes, peak });
        }
    }
    print!("{}", report::table(&rows));
    Ok(())
}

/// Ratings by HTTP and reads of a figure, the stores in turns.
async fn measure(stores: &mut [Grown<'_>; 2]) -> Result<[(Load, Load); 2]> {
    let mut loads: [(Load, Load); 2] = Default::default();
    for round in 1..=N_ROUNDS {
        for (store, (rate, read)) in stores.iter_mut().zip(&mut loads) {
            eprint!("\rround {round} of {N_ROUNDS}, {}    ", store.name());
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
