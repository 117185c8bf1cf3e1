//! How the collector is asked: its web pages and API, and its command line.
//!
//! `http/router.rs` is the only list of URLs, `cli` is the operator's side. What is asked for is
//! done one layer below, in [`haochaping_collector`].
//!
#![doc = include_str!("../README.md")]

pub mod assets;
pub mod audit;
pub mod cli;
pub mod http;
pub mod measures;
