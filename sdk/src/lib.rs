//! The pure domain of 政务服务“好差评”: what a rating is, what it is about, how its links are made
//! and checked, how its form reads, what is counted, and what goes over the wire.
//!
//! No I/O, no clock, no randomness, no DOM and no async: whoever calls brings time, random bytes
//! and keys along. The widget, the collector and the tests call the same functions, so a rule has
//! one home.
//!
//! ```
//! use haochaping::rating::{Rating, RatingDraft, SatisfactionLevel};
//!
//! let draft = RatingDraft { level: "satisfied".into(), comment: "  办得快\r\n谢谢 ".into(), ..RatingDraft::default() };
//! let rating = Rating::try_from(draft).expect("a good rating needs no reason");
//! assert_eq!(rating.level(), SatisfactionLevel::Satisfied);
//! assert_eq!(rating.comment().as_str(), "办得快\n谢谢");
//! ```
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod calendar;
pub mod call;
pub mod client;
pub mod form;
pub mod identifier;
#[cfg(feature = "ledger")]
pub mod ledger;
pub mod link;
pub mod messages;
#[cfg(feature = "portal")]
pub mod portal;
#[cfg(feature = "qr")]
pub mod qr;
pub mod rating;
pub mod region;
pub mod service;
pub mod statistics;
pub mod text;
#[cfg(feature = "portal")]
pub mod webhook;
pub mod wire;
pub mod work_order;
