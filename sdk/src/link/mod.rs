//! Links and codes: tickets, cards and their visits, page tokens, receipts and look-up codes. All
//! are Crockford base32, and all are checked by MAC before anything is read.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use haochaping::{calendar::Instant, link::{KeyId, KeyRing, MacKey, Receipt, Ticket}};
//!
//! let id = KeyId::new(1).unwrap();
//! let ring = KeyRing::new(BTreeMap::from([(id, MacKey::new([7; 32]))]), id)?;
//! let now = Instant::parse_rfc3339("2026-11-20T15:04:05+08:00").unwrap();
//! let ticket = Ticket::new(3, [9; 16], now, 90);
//! let token = ticket.mint(&ring);
//! assert_eq!(Ticket::verify(&token, &ring), Ok(ticket));
//! assert!(Ticket::verify("0000", &ring).is_err());
//! assert_eq!(Receipt::of(3, &[9; 16]).as_str().len(), 19);
//! # Ok::<(), haochaping::link::UnusableRing>(())
//! ```

pub mod base32;
mod card;
mod key;
mod lookup;
mod page;
mod seal;
mod ticket;
mod visit;

pub use card::{Card, CardKind, ExpiryMonth, MonthOutOfRange, canonical_host, card_url};
pub use key::{KeyId, KeyRing, MacKey, UnusableRing};
pub use lookup::{LookupCode, MalformedLookup, RatingId, Receipt};
pub use page::{DoneToken, PageToken};
pub use seal::TokenError;
pub use ticket::{PARTS, Ticket, part_of};
pub use visit::Visit;
