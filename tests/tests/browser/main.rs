//! The journeys of people in a real Chromium, on the built widget and the built collector. Each
//! ends by asserting the row in the reopened store.

mod access;
mod builtins;
mod cards;
mod desk;
mod desk_journeys;
mod docs;
mod drafts;
mod driver;
mod faults;
mod gate;
mod handling;
mod hosts;
mod journeys;
mod ledger;
mod lives;
mod mini_programs;
mod one_tag;
mod pad;
mod pad_store;
mod page;
mod portal;
mod public;
mod readers;
mod row;
mod samples;
mod site;
mod storage;
mod yew;
