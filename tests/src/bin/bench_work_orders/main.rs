//! What many work orders cost those who work on them: how fast the collector gives orders to
//! departments, and how long a department waits for a page of its list, with 1,000 orders in the
//! store and with 1,000,000.
//!
//! `cargo xtask bench work-orders`, some minutes on two cores; with `--short` the many are 50,000.
//!
//! Router, handlers, rules, encryption and store are those of `haochaping serve`. Orders are of
//! finished services of 20 departments, and every order that is given out is told to a hotline, in
//! the same transaction. Both stores have 50 orders or more for every department. Requests take
//! turns between the two stores, so that a machine that others use slows both alike; the ratios
//! count.

mod collector;

use std::{fs, time::Instant};

use collector::Collector;
use haochaping_tests::{
    Http,
    goals::{Goals, is_short},
    workspace,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const FEW: usize = 1_000;
const MANY: usize = 1_000_000;
const MANY_SHORT: usize = 50_000;
const N_ROUNDS: usize = 400;
/// Lists are to stay as fast: at most 3 times as slow with a thousand times the orders.
const GOAL_LIST: f64 = 3.0;
/// Orders a second that the collector has to give out.
const GOAL_DISPATCH: f64 = 1_000.0;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measurement prints what it found")]
async fn main() -> Result<()> {
    let bench = workspace().join("target/bench");
    fs::create_dir_all(&bench)?;
    let directory = tempfile::tempdir_in(&bench)?;
    let many = if is_short() { MANY_SHORT } else { MANY };
    let (mut collectors, mut goals) = (Vec::new(), Goals::default());
    for n in [FEW, many] {
        let data = directory.path().join(n.to_string());
        fs::create_dir(&data)?;
        let collector = Collector::open(&data).await?;
        collector.fill(n).await?;
        let per_second = collector.dispatch(n).await?;
        println!("{n} orders: {per_second:.0} a second given to their departments");
        if n == many {
            goals.at_least(
                format!("work orders: given out a second, {n} in the store"),
                per_second,
                GOAL_DISPATCH,
            );
        }
        collectors.push(collector);
    }
    for list in [List::Department, List::Handler, List::Supervisor] {
        let mut taken = [Vec::new(), Vec::new()];
        for round in 0..N_ROUNDS {
            for (collector, taken) in collectors.iter().zip(&mut taken) {
                taken.push(page(collector, list, round)?);
            }
        }
        let ratio = slower([FEW, many], list, taken);
        goals.at_most(
            format!("work orders: p99 of the {list:?} list with {many} ÷ with {FEW}"),
            ratio,
            GOAL_LIST,
        );
    }
    print!("{}", goals.report());
    Ok(())
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
enum List {
    /// By a department's system: a page of 20.
    Department,
    /// By a handler at the desk: 待办, a page of 50 or of all that the department has.
    Handler,
    /// By a province's supervisor at the desk: 待办 of all departments, a page of 50.
    Supervisor,
}

/// How many times as slow the p99 of a list is with many orders as with few.
#[expect(clippy::print_stdout, reason = "a measurement prints what it found")]
fn slower(sizes: [usize; 2], list: List, taken: [Vec<f64>; 2]) -> f64 {
    let p99 = taken.map(|mut taken| {
        taken.sort_by(f64::total_cmp);
        (taken[taken.len() / 2], taken[taken.len() * 99 / 100])
    });
    for (n, (p50, p99)) in sizes.iter().zip(&p99) {
        println!("{list:?}, {n} in the store: p50 {p50:.2} ms, p99 {p99:.2} ms");
    }
    p99[1].1 / p99[0].1
}

/// Milliseconds for one page.
fn page(collector: &Collector, list: List, round: usize) -> Result<f64> {
    let (http, path) = match list {
        List::Department => (
            Http::unchecked().header("authorization", &collector.bearer(round)),
            "/api/v1/work-orders?after=0&limit=20",
        ),
        List::Handler => (Http::unchecked().header("cookie", &collector.handler(round)), "/desk"),
        List::Supervisor => (Http::unchecked().header("cookie", &collector.supervisor()), "/desk"),
    };
    // The connection is made before.
    http.get(&format!("{}/healthz", collector.url));
    let begun = Instant::now();
    let answer = tokio::task::block_in_place(|| http.get(&format!("{}{path}", collector.url)));
    let millis = begun.elapsed().as_secs_f64() * 1_000.0;
    let n = match list {
        List::Department => answer.json()["orders"].as_array().map_or(0, Vec::len),
        List::Handler | List::Supervisor => answer.text().matches("/desk/orders/").count(),
    };
    if n >= 20 {
        Ok(millis)
    } else {
        Err(format!("{n} orders on a page: {}", answer.text()).into())
    }
}
