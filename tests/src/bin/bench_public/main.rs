//! What the public page costs: requests a second and p99 of the province page against the same
//! server's `/healthz`, with a thousand ratings in the store and with ten million.
//!
//! `cargo xtask bench public [-- RATINGS]`, half an hour on two cores, most of it for writing
//! the ratings; with `RATINGS` in place of 10,000,000, or with `--short`, less.
//!
//! Router, pages, figures and store are those of `haochaping serve`, as is the once-a-second
//! refresh that goes on meanwhile. Ratings are of visits to cards of 30 departments in every
//! district of Jiangsu, on days before today, so that all daily figures are published. 16 clients
//! on loopback take the page as browsers do, packed by brotli. Page and `/healthz` take turns, and
//! so do the stores; the ratios count.

mod collector;

use std::fs;

use collector::Collector;
use haochaping_tests::{
    goals::{Goals, arguments, is_short},
    load::{self, Load, Requests},
    workspace,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const FEW: usize = 1_000;
const MANY: usize = 10_000_000;
const MANY_SHORT: usize = 100_000;
const N_CLIENTS: usize = 16;
const N_ROUNDS: usize = 10;
/// The page is to be answered at least half as often as the shortest answer there is.
const GOAL_RATIO: f64 = 0.5;
/// Bytes of the packed page, charts included.
const GOAL_BYTES: f64 = 30_000.0;
const PAGE: &str = "/?region=320000&lang=zh-Hans";

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measurement prints what it found")]
async fn main() -> Result<()> {
    let usual = if is_short() { MANY_SHORT } else { MANY };
    let many = arguments().first().map_or(Ok(usual), |n| n.parse())?;
    let bench = workspace().join("target/bench");
    fs::create_dir_all(&bench)?;
    let directory = tempfile::tempdir_in(&bench)?;
    let mut collectors = Vec::new();
    for n in [FEW, many] {
        let data = directory.path().join(n.to_string());
        fs::create_dir(&data)?;
        collectors.push((n, Collector::start(&data, n).await?));
    }
    println!(
        "| ratings | page, requests/s | p99, ms | /healthz, requests/s | p99, ms | page ÷ /healthz |"
    );
    println!("|--:|--:|--:|--:|--:|--:|");
    let mut loads: Vec<[Load; 2]> = collectors.iter().map(|_| Default::default()).collect();
    for _ in 0..N_ROUNDS {
        for ((_, collector), loads) in collectors.iter().zip(&mut loads) {
            for (path, sum) in [PAGE, "/healthz"].into_iter().zip(loads) {
                let request = Requests::Again(request(path));
                sum.add(load::run(collector.address, N_CLIENTS, request).await?);
            }
        }
    }
    let mut goals = Goals::default();
    for ((n, collector), [page, health]) in collectors.iter().zip(&loads) {
        let ratio = page.per_second() / health.per_second();
        let millis = |load: &Load| load.p99().as_secs_f64() * 1_000.0;
        println!(
            "| {n} | {:.0} | {:.2} | {:.0} | {:.2} | {ratio:.2} |",
            page.per_second(),
            millis(page),
            health.per_second(),
            millis(health)
        );
        goals.at_least(
            format!("public page ÷ /healthz, requests a second with {n} ratings"),
            ratio,
            GOAL_RATIO,
        );
        let bytes = f64::from(u32::try_from(collector.page_bytes(&request(PAGE)).await?)?);
        goals.at_most(
            format!("public page: bytes on the wire with {n} ratings"),
            bytes,
            GOAL_BYTES,
        );
    }
    print!("{}", goals.report());
    Ok(())
}

fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept-encoding: gzip, br\r\n\r\n").into_bytes()
}
