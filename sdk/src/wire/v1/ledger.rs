//! The ledger as JSON, where C2SP has no format of its own.

use serde::{Deserialize, Serialize};

/// `GET /api/v1/ratings/{lookup}/proof`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerProof {
    /// The public number of the rating.
    pub receipt: String,
    /// The number of its leaf, from 0; null until it has one, and then `proof` is a promise.
    pub index: Option<u64>,
    /// A proof as in c2sp.org/tlog-proof, its extra data the leaf; or a promise,
    /// `haochaping.promise@v1`.
    pub proof: String,
    /// The ledger's public key, as in c2sp.org/signed-note. Who does not trust this collector takes
    /// it from elsewhere.
    pub key: String,
}

/// `GET /ledger/tables`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerTables {
    /// In the order of their numbers, at most 1,000.
    pub tables: Vec<LedgerTable>,
}

/// A table of a closed day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerTable {
    /// Counted from 1.
    pub number: u32,
    /// The first leaf that it does not account for.
    pub size: u64,
    /// The leaf that says so.
    pub leaf: u64,
    /// SHA-256 of its bytes, base64.
    pub sha256: String,
}
