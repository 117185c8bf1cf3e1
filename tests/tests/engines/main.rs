//! The core journeys of people in Chromium, Firefox and WebKit, on the built widget and the built
//! collector. Each ends by asserting the row in the reopened store. A name picks an engine:
//! `in_firefox`.

mod engine;
mod front;
mod journeys;
mod page;
#[path = "../browser/portal.rs"]
mod portal;
#[path = "../browser/row.rs"]
mod row;
