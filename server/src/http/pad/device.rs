//! Which device asks: a pad is a random cookie, of which the store has the digest.

use axum::http::{HeaderMap, StatusCode};
use haochaping_collector::{accounts::staff::digest_of, state::App};
use haochaping_store::StoreError;

use crate::http::{
    cookie::{Cookie, is_from_here},
    problem::Problem,
};

/// Stays until the device is cleared.
pub(super) const COOKIE: Cookie = Cookie { name: "hcp-pad", keeps: true };

/// A device that was ever paired.
#[derive(Clone, Debug)]
pub(super) struct Device {
    /// Its window.
    pub(super) window: String,
    /// Whether it still stands there.
    pub(super) is_paired: bool,
}

impl Device {
    /// The device of a request; `None` for one that never was paired.
    pub(super) async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Self>, StoreError> {
        let Some(secret) = COOKIE.read(&app.config, headers) else { return Ok(None) };
        let found = app.store.pad(digest_of(&secret)).await?;
        Ok(found.map(|(window, is_paired)| Self { window, is_paired }))
    }

    /// The same for what a script of ours asks; whether it stands at some window is the caller's
    /// question.
    pub(super) async fn known(app: &App, headers: &HeaderMap) -> Result<Self, Problem> {
        if !is_from_here(app, headers) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "foreign-origin",
                "asked from another site's page",
            ));
        }
        let found = Self::of(app, headers).await.map_err(|error| Problem::of_store(&error))?;
        found.ok_or_else(|| {
            Problem::new(StatusCode::UNAUTHORIZED, "unknown-pad", "this device was never paired")
        })
    }

    /// The same for one that stands at this window.
    pub(super) async fn at(app: &App, headers: &HeaderMap, window: &str) -> Result<Self, Problem> {
        let device = Self::known(app, headers).await?;
        if device.is_paired && device.window == window {
            return Ok(device);
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "unpaired",
            "this device is not paired with this window",
        ))
    }
}
