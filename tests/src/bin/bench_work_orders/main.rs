//! What many work orders cost those who work on them: how fast the collector gives orders to departments, and how long a
//! department waits for a page of its list, with 1,000 orders in the store and with 1,000,000.
//!
//! `cargo run --release -p haochaping-tests --bin bench-work-orders`, some minutes on two cores.
//!
//! Router, handlers, rules, encryption and store are those of `haochaping serve`. Orders are of finished services of 50
//! departments. A page has 20 orders, and both stores have 20 or more for every department. Requests take turns between the
//! two stores, so that a machine that others use slows both alike; the ratios count.

mod collector;

use std::{fs, time::Instant};

use collector::Collector;
use haochaping_tests::{Http, workspace};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const FEW: usize = 1_000;
const MANY: usize = 1_000_000;
const N_ROUNDS: usize = 400;
/// The departments' own list is to stay as fast: at most 3 times as slow with a thousand times the orders.
const GOAL_LIST: f64 = 3.0;
/// Orders a second that the collector has to give out.
const GOAL_DISPATCH: f64 = 1_000.0;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measurement prints what it found")]
async fn main() -> Result<()> {
    let bench = workspace().join("target/bench");
    fs::create_dir_all(&bench)?;
    let directory = tempfile::tempdir_in(&bench)?;
    let mut collectors = Vec::new();
    for n in [FEW, MANY] {
        let data = directory.path().join(n.to_string());
        fs::create_dir(&data)?;
        let collector = Collector::open(&data).await?;
        collector.fill(n).await?;
        let per_second = collector.dispatch(n).await?;
        println!("{n} orders: {per_second:.0} a second given to their departments");
        if n == MANY {
            let verdict = if per_second >= GOAL_DISPATCH { "met" } else { "NOT met" };
            println!("given out a second {per_second:.0}, goal ≥ {GOAL_DISPATCH:.0}: {verdict}");
        }
        collectors.push(collector);
    }
    let mut taken = [Vec::new(), Vec::new()];
    for round in 0..N_ROUNDS {
        for (collector, taken) in collectors.iter().zip(&mut taken) {
            taken.push(page(collector, round)?);
        }
    }
    let p99 = taken.map(|mut taken| {
        taken.sort_by(f64::total_cmp);
        (taken[taken.len() / 2], taken[taken.len() * 99 / 100])
    });
    for (n, (p50, p99)) in [FEW, MANY].iter().zip(&p99) {
        println!("a page of 20 of a department's orders, {n} in the store: p50 {p50:.2} ms, p99 {p99:.2} ms");
    }
    let ratio = p99[1].1 / p99[0].1;
    let verdict = if ratio <= GOAL_LIST { "met" } else { "NOT met" };
    println!("p99 with {MANY} ÷ with {FEW}: {ratio:.2}, goal ≤ {GOAL_LIST:.0}: {verdict}");
    Ok(())
}

/// Milliseconds for one page.
fn page(collector: &Collector, round: usize) -> Result<f64> {
    let http = Http::new().header("authorization", &collector.bearer(round));
    let url = format!("{}/api/v1/work-orders?after=0&limit=20", collector.url);
    // The connection is made before.
    http.get(&format!("{}/healthz", collector.url));
    let begun = Instant::now();
    let answer = tokio::task::block_in_place(|| http.get(&url));
    let millis = begun.elapsed().as_secs_f64() * 1_000.0;
    let n = answer.json()["orders"].as_array().map_or(0, Vec::len);
    if n == 20 { Ok(millis) } else { Err(format!("{n} orders on a page: {}", answer.text()).into()) }
}
