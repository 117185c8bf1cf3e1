//! What crosses crates: the real collector as a process, reached as customers reach it.

mod collector;
mod http;
mod program;
mod proxy;
pub mod roster;

pub use collector::{Collector, Said, haochaping, service};
pub use http::{Answer, Http, form};
pub use program::{Program, binary, workspace};
pub use proxy::Proxy;
