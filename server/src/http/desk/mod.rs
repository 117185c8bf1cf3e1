//! `/desk`: where staff work on bad ratings. Complete without scripts; in Chinese.

mod frame;
pub mod list;
pub mod note;
pub mod order;
mod session;
pub mod sign_in;
mod texts;

pub use session::{ABSOLUTE_MILLIS, IDLE_MILLIS};
