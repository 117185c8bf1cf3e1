//! Several collectors on one PostgreSQL database: each is killed, paused or cut off under load, and
//! the server too. Whatever was acknowledged is there, once, and every counter is exact.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]
#![expect(clippy::print_stdout, reason = "a failure shows the seed and how far the rounds came")]

mod cut;
mod exports;
mod faults;
mod load;
#[path = "../crash/moments.rs"]
mod moments;
mod poolers;
mod refusals;
mod restore;
mod shards;
mod tls;
mod together;

/// Rounds of a fault: few for every change, more where everything is tested.
fn n_rounds() -> usize {
    if std::env::var("HAOCHAPING_TEST_FULL").is_ok_and(|full| full == "1") { 20 } else { 5 }
}
