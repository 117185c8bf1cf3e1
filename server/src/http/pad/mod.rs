//! `/pad/{window}`: the pad in front of a person at a window. It is paired once, then waits for
//! calls.

mod call;
mod device;
mod events;
mod frame;
mod page;
mod pair;
mod ratings;
mod shell;

pub use call::{code, step};
pub use events::{events, poll};
pub use page::show;
pub use pair::submit;
pub use ratings::create;
pub use shell::{icon, manifest};
