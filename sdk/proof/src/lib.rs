//! The check of a proof, for the page that shows one. By itself and apart from the SDK's face for
//! JavaScript: its cryptography is loaded when a person asks for the check, and by nobody else.
//!
#![doc = include_str!("../README.md")]

use haochaping::{
    ledger::{Evidence, Promised, Verifier},
    wire::v1,
};
use serde_json::json;
use wasm_bindgen::prelude::*;

/// Checks what `GET /api/v1/ratings/{lookup}/proof` answered, for a receipt that the caller knows
/// from elsewhere. As JSON: `{index, size, origin}` for a leaf in the ledger, its index from 0;
/// `{promised, origin}` with the moment for a promise.
///
/// # Errors
/// An `Error` that says what does not hold.
#[wasm_bindgen]
pub fn check(answer: &str, receipt: &str) -> Result<String, JsError> {
    let answer: v1::LedgerProof = serde_json::from_str(answer)?;
    let key: Verifier = answer.key.parse()?;
    let shown = match Evidence::check(&answer.proof, &key, Some(receipt))? {
        Evidence::Included { index, checkpoint } => {
            json!({ "index": index, "size": checkpoint.size, "origin": checkpoint.origin })
        }
        Evidence::Promised(Promised { at }) => {
            json!({ "promised": at.to_rfc3339(), "origin": key.origin() })
        }
    };
    Ok(shown.to_string())
}
