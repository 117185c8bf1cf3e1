//! What crosses crates: the real collector as a process, reached as customers reach it.
//!
#![doc = include_str!("../README.md")]

mod auditor;
mod chromedriver;
mod collector;
mod contract;
mod eventually;
pub mod goals;
mod hall;
mod http;
pub mod load;
mod office;
mod program;
mod proxy;
mod receiver;
pub mod roster;
mod staff;

pub use auditor::Auditor;
pub use chromedriver::start_chromedriver;
pub use collector::{Collector, Held, Said, haochaping, on_server, service};
pub use eventually::eventually;
pub use hall::{Device, Hall};
pub use http::{Answer, Http, form};
pub use office::Office;
pub use program::{Program, binary, workspace};
pub use proxy::Proxy;
pub use receiver::{Manner, Received, Receiver};
pub use staff::{PASSWORD, Staff, try_sign_in};
