//! What goes over the wire, apart from the domain. A second version would be a module beside
//! [`v1`].
//!
//! ```
//! use haochaping::wire::v1::RatingRequest;
//!
//! // What a newer collector or client adds is ignored.
//! let request: RatingRequest =
//!     serde_json::from_str(r#"{"ticket": "T", "key": "K", "level": "satisfied", "lang": "zh-Hans",
//!         "indicator_version": "2020-05", "new": 1}"#)?;
//! assert_eq!(request.draft().level, "satisfied");
//! # Ok::<(), serde_json::Error>(())
//! ```

pub mod v1;
