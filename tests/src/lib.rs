//! What crosses crates: the real collector as a process, reached as customers reach it.

mod collector;
mod http;
mod proxy;

pub use collector::{Collector, Said, binary, haochaping, service, workspace};
pub use http::{Answer, Http, form};
pub use proxy::Proxy;
