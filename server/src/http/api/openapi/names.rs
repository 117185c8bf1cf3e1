//! How types and responses are called, and referred to.

use serde_json::{Value, json};

/// Where the types are.
pub(super) const SCHEMAS: &str = "#/components/schemas/";

/// A reference to a type.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("{SCHEMAS}{name}")})
}

/// `log_attempt` as `LogAttempt`.
pub(super) fn pascal(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split(['_', '-', '.']).map(capital).collect()
}
