//! The collector's HTTP side: one endpoint a file, one list of URLs.

pub mod api;
pub mod assets;
mod briefing;
mod chat;
pub mod citizen;
pub mod client;
pub mod cookie;
pub mod desk;
mod embed;
mod error_pages;
mod filters;
mod health;
mod json;
mod ledger;
pub mod listen;
mod observe;
pub mod pad;
pub mod page;
pub mod problem;
pub mod public;
mod refused;
pub mod router;
mod site;
mod verification;
