//! Links and codes: tickets, page tokens, receipts and look-up codes, all Crockford base32, all checked by MAC before
//! anything is read.

pub mod base32;
mod key;
mod lookup;
mod page;
mod seal;
mod ticket;

pub use key::{KeyId, KeyRing, MacKey, UnusableRing};
pub use lookup::{LookupCode, MalformedLookup, RatingId, Receipt};
pub use page::{DoneToken, PageToken};
pub use seal::TokenError;
pub use ticket::{Ticket, part_of};
