//! What a person says about one finished service.

mod channel;
mod comment;
mod contact;
mod draft;
mod fingerprint;
mod indicator;
mod indicator_table;
mod level;
mod provenance;
mod violation;

pub use channel::Channel;
pub use comment::Comment;
pub use contact::{Contact, NAME_MAX, PHONE_MAX, masked_name, masked_phone};
pub use draft::{ContactDraft, Rating, RatingDraft, Violations};
pub use fingerprint::Fingerprint;
pub use indicator::{Indicator, IndicatorCode};
pub use indicator_table::INDICATOR_VERSION;
pub use level::{SatisfactionLevel, UnknownLevel};
pub use provenance::Provenance;
pub use violation::Violation;
