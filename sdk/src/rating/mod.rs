//! What a person says about one finished service.
//!
//! ```
//! use haochaping::rating::{Rating, RatingDraft, Violation, Violations};
//!
//! // A bad rating says what was wrong: by an official option, or in words.
//! let draft = RatingDraft { level: "dissatisfied".into(), ..RatingDraft::default() };
//! let Err(Violations(faults)) = Rating::try_from(draft) else { panic!("a reason is missing") };
//! assert_eq!(faults, [Violation::ReasonMissing]);
//! ```

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
