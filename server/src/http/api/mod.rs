//! The API. Every endpoint documents every status it answers.

pub mod assisted_ratings;
pub mod docs;
pub mod download;
pub mod faults;
pub mod hot_words;
mod key;

pub mod links;
pub mod open_data;
pub mod openapi;
pub mod progress;
pub mod proof;
pub mod ratings;
pub mod relay;
pub mod services;
pub mod statistics;
pub mod webhooks;
pub mod widget_failures;
pub mod windows;
pub mod work_orders;
