//! What an acknowledgement is worth: the process is killed at random moments, and its writes are
//! watched. Every claim has its control: a build with a deliberate fault that the same check must
//! catch.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]
#![expect(clippy::print_stdout, reason = "a failure shows the seed and how far the rounds came")]

mod disk;
mod kill;
mod load;
mod moments;
mod sync;
mod work_orders;
