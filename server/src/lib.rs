//! The collector of 政务服务“好差评”: keeps every rating, serves the rating pages, publishes exact counts.
//!
//! A rating is answered only after its transaction is on disk. `app` holds the ports (store, clock, randomness, keys),
//! `http/router.rs` is the only list of URLs, `writer` turns concurrent ratings into batches, `cli` is the operator's side.

pub mod accept;
pub mod app;
pub mod assets;
pub mod assist;
pub mod audit;
pub mod briefing;
pub mod caller;
pub mod calls;
pub mod cli;
pub mod config;
pub mod disclosure;
pub mod exchange;
pub mod figures;
pub mod handled;
pub mod hot_words;
pub mod http;
pub mod improvement;
pub mod keys;
pub mod ledger;
pub mod limits;
pub mod measures;
#[cfg(debug_assertions)]
pub mod mutant;
pub mod orders;
pub mod outbox;
pub mod pace;
pub mod pads;
pub mod pairing;
pub mod ports;
pub mod printing;
pub mod staff;
pub mod store;
pub mod watch;
pub mod worker;
pub mod writer;
