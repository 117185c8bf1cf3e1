//! 200 pads on one collector: the memory that each takes, and how long after a call its pad is
//! woken.
//!
//! `cargo xtask bench pads`. Its peer in the same run is the shortest answer there
//! is, `/healthz`: what a call takes beyond it is the call's own.

mod pads;

use std::time::{Duration, Instant};

use haochaping_tests::{
    Collector, Hall, Http,
    goals::{Goals, is_short},
    service,
};
use pads::Line;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const N_PADS: usize = 200;
const N_ROUNDS: usize = 5;
/// A call that was given to another collector is seen within a second; one of this collector's own
/// must not take longer.
const LIMIT_MS: f64 = 1_000.0;
/// A call is a transaction and its event; the shortest answer is neither.
const LIMIT_RATIO: f64 = 40.0;
/// Room for what a connection itself takes.
const LIMIT_KB: f64 = 64.0;

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
    let n_rounds = if is_short() { 1 } else { N_ROUNDS };
    for round in 1..=n_rounds {
        eprint!("\rround {round} of {n_rounds}");
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
            Http::unchecked().get(&format!("{}/healthz", collector.url()));
            shortest.push(started.elapsed());
        }
    }
    eprintln!();
    let [p50, p99, shortest] = [at(&mut woken, 50), at(&mut woken, 99), at(&mut shortest, 50)]
        .map(|time| time.as_secs_f64() * 1e3);
    println!(
        "{after} KB of memory with {N_PADS} pads; from a call to its event p50 {p50:.2} ms, p99 {p99:.2} ms"
    );
    let mut goals = Goals::default();
    let kilobytes =
        f64::from(u32::try_from(after.saturating_sub(before))?) / f64::from(u32::try_from(N_PADS)?);
    goals.at_most("pads: memory of a connected pad, KB", kilobytes, LIMIT_KB);
    goals.at_most("pads: call to wake, p99, ms", p99, LIMIT_MS);
    goals.at_most("pads: call to wake ÷ /healthz, p50", p50 / shortest, LIMIT_RATIO);
    print!("{}", goals.report());
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
