//! What was just done, for the banner of the next page.

use serde::{Deserialize, Serialize};

/// A step that was taken: what was done, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http) struct Saved {
    /// What was done.
    pub(in crate::http) message: String,
    /// The next thing: a path of the desk and its name.
    pub(in crate::http) next: Option<(String, String)>,
}

impl Saved {
    /// Without a next thing.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), next: None }
    }

    /// With the next thing: a path of the desk and its name.
    pub(super) fn then(self, path: impl Into<String>, name: impl Into<String>) -> Self {
        Self { next: Some((path.into(), name.into())), ..self }
    }
}
