//! 200 pads on one collector: the memory that each takes, and how long after a call its pad is woken.
//!
//! `cargo xtask bench pads`; the release build of the collector must be there. Its peer in the same run is the shortest answer there
//! is, `/healthz`: what a call takes beyond it is the call's own.

mod pads;

use std::time::{Duration, Instant};

use haochaping_tests::{Collector, Hall, Http, service};
use pads::Line;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const N_PADS: usize = 200;
const N_ROUNDS: usize = 5;
/// A call that was given to another collector is seen within a second; one of this collector's own must not take longer.
const LIMIT: Duration = Duration::from_secs(1);

#[expect(clippy::print_stdout, reason = "a measurement prints its table")]
fn main() -> Result<()> {
    let collector = Collector::start(&["--pad-seconds", "600", "--trusted-proxy", "127.0.0.1"]);
    let names: Vec<_> = (0..N_PADS).map(|n| (format!("w{n:03}"), format!("{n} 号窗口"))).collect();
    let windows: Vec<_> = names.iter().map(|(code, name)| (code.as_str(), name.as_str())).collect();
    let hall = Hall::open(&collector, &windows);
    let devices: Vec<_> = windows.iter().map(|(code, _)| hall.pair(code)).collect();
    let before = memory(collector.pid())?;
    let mut lines = Vec::with_capacity(N_PADS);
    for device in &devices {
        lines.push(Line::open(collector.address(), device)?);
    }
    let after = memory(collector.pid())?;
    let (mut woken, mut shortest) = (Vec::new(), Vec::new());
    for round in 0..N_ROUNDS {
        eprint!("\rround {} of {N_ROUNDS}", round + 1);
        for ((code, _), line) in windows.iter().zip(&mut lines) {
            let asked = service();
            let started = Instant::now();
            let answer = hall.call(code, &[asked]);
            if answer.status != 201 {
                return Err(answer.text().into());
            }
            line.wait_for("\"waiting\"")?;
            woken.push(started.elapsed());
            hall.withdraw(code);
            line.wait_for("\"withdrawn\"")?;
            let started = Instant::now();
            Http::new().get(&format!("{}/healthz", collector.url()));
            shortest.push(started.elapsed());
        }
    }
    eprintln!();
    let (p50, p99) = (at(&mut woken, 50), at(&mut woken, 99));
    println!("| | found | limit | |\n|---|--:|--:|---|");
    println!("| memory of a connected pad, KB | {} | | |", after.saturating_sub(before) / N_PADS as u64);
    println!("| memory of the collector with {N_PADS} pads, MB | {} | | |", after / 1024);
    println!("| call to wake, p50, ms | {:.2} | | |", p50.as_secs_f64() * 1e3);
    let verdict = if p99 <= LIMIT { "met" } else { "NOT met" };
    println!("| call to wake, p99, ms | {:.2} | ≤ 1,000 | {verdict} |", p99.as_secs_f64() * 1e3);
    println!("| call to wake ÷ /healthz, p50 | {:.1} | | |", p50.as_secs_f64() / at(&mut shortest, 50).as_secs_f64());
    Ok(())
}

fn at(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// Resident memory in KB.
fn memory(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}
