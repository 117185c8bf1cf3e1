//! The windows of halls: a window's system calls, the pad in front of the person hears it. None of
//! it holds a level.

use serde::{Deserialize, Serialize};

use super::{RatingRequest, ServiceRegistration};

/// `POST /api/v1/windows/{id}/call`: somebody was served here and is to be asked once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallRequest {
    /// 1 to 20 finished services, as in `POST /api/v1/services`; several have the same `visit`, and
    /// are rated once.
    pub services: Vec<ServiceRegistration>,
}

/// A call as the window's system sees it: whether the question still stands, and nothing of the
/// answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Call {
    /// Its id.
    pub call: String,
    /// `open`, or `ended` for whatever reason.
    pub state: String,
    /// When it was made.
    pub called_at: String,
    /// Whether a pad is connected now. Where none is, the call ends by itself, and the person has
    /// the link of the visit.
    pub pad_connected: bool,
}

/// What a pad shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PadState {
    /// Changes with everything else here; long polling sends it back.
    pub mark: String,
    /// The release of the collector's pages: a pad that shows another one loads itself anew when it
    /// is idle.
    pub version: String,
    /// What is asked now, or was asked last; null before the first call.
    pub call: Option<PadCall>,
}

/// A call as a pad shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PadCall {
    /// Its id.
    pub id: String,
    /// `waiting`, `shown`, `rated`, `unrated` or `withdrawn`.
    pub state: String,
    /// The single-use link's token of the visit; empty once the call has ended.
    pub ticket: String,
    /// The names of what was done; empty once the call has ended, as the agency's.
    pub items: Vec<String>,
    /// The agency's name.
    pub agency: String,
}

/// `POST /pad/{window}/ratings`: a rating given on a pad, in clear or sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PadRating {
    /// The call that it answers.
    pub call: String,
    /// The rating; absent where it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<RatingRequest>,
    /// The rating as JSON, sealed to the collector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
}

/// HPKE (RFC 9180), mode base, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM; the call's id
/// is the associated data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The number of the collector's key.
    pub key: u8,
    /// The encapsulated key, base64.
    pub enc: String,
    /// The ciphertext, base64.
    pub text: String,
}
