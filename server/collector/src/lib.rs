//! What the collector does, apart from how it is asked: no HTTP server and no command line.
//!
//! A rating is answered only after its transaction is on disk. [`state::App`] holds the ports
//! (store, clock, randomness, keys); [`intake`] takes ratings and turns concurrent ones into
//! batches; [`work_orders`] works the bad ones; [`publication`] says what the public sees, and
//! when.
//!
#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod cards;
pub mod config;
#[cfg(any(test, feature = "contract"))]
#[expect(clippy::unwrap_used, reason = "tests are made of it")]
pub mod contract;
pub mod exchange;
pub mod halls;
pub mod intake;
pub mod keys;
pub mod ledger;
pub mod pace;
pub mod ports;
pub mod publication;
pub mod refresh;
pub mod site;
pub mod state;
pub mod webhooks;
pub mod work_orders;
