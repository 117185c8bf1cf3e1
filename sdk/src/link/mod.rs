//! Links and codes: tickets, cards and their visits, page tokens, receipts and look-up codes. All are Crockford base32,
//! and all are checked by MAC before anything is read.

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
