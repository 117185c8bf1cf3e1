//! Who may do what: staff with their sessions, and API keys of systems.

pub mod api_key;
pub mod audit_trail;
pub mod staff;
