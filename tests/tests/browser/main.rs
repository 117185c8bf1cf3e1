//! The journeys of people in a real Chromium, on the built widget and the built collector. Each ends by asserting the row
//! in the reopened store.

mod access;
mod cards;
mod driver;
mod faults;
mod gate;
mod journeys;
mod page;
mod portal;
mod row;
mod storage;
