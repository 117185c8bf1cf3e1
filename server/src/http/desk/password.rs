//! Whether a password is right: slow by intent, so few at once and few in line, and the same for an
//! account that is none.

use haochaping_collector::{
    accounts::{
        audit_trail::{AuditAction, AuditActor, record_refusal},
        staff::is_password,
    },
    state::App,
};
use haochaping_store::{
    StoreError,
    staff::{Attempt, StaffRow},
};
use tokio::sync::Semaphore;

use crate::http::client::Client;

/// The same words whatever was wrong, so that nobody learns which accounts there are.
pub(super) const WRONG: &str = "账号或密码不正确。多次输错后，账号会暂停登录一段时间。";
/// Attempts from one network before an account is locked there for a minute, then two, then four.
const N_FREE: u32 = 5;
/// Each hash takes 19 MiB and a core: more at once would be a way to stop the collector.
const AT_ONCE: usize = 2;
/// How many wait for their turn, tens of milliseconds each. Whoever comes after these is asked to
/// come back.
const IN_LINE: usize = 16;

/// Hashes where it stops nobody.
///
/// # Errors
/// [`StoreError::Busy`] if the line is full.
pub(super) async fn hashing<T: Send + 'static>(
    hash: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    static LINE: Semaphore = Semaphore::const_new(AT_ONCE + IN_LINE);
    static HASHING: Semaphore = Semaphore::const_new(AT_ONCE);
    let full = |_| StoreError::Busy("too many passwords are being checked".into());
    let _place = LINE.try_acquire().map_err(full)?;
    let _turn = HASHING.acquire().await.map_err(|error| StoreError::Failed(error.to_string()))?;
    tokio::task::spawn_blocking(hash).await.map_err(|error| StoreError::Failed(error.to_string()))
}

/// The account whose password this is now. What is refused is on record, and takes the same time
/// for an account that is none or locked.
///
/// # Errors
/// The store's, and [`StoreError::Busy`] if too many passwords are being checked.
pub(super) async fn admit(
    app: &App,
    name: &str,
    client: Client,
    password: &str,
) -> Result<Option<StaffRow>, StoreError> {
    let network = client.network().to_string();
    let attempt = app.store.attempt(name, &network, app.clock.now(), N_FREE).await?;
    let (row, refusal) = match attempt {
        Attempt::Open(row) => (Some(*row), AuditAction::PasswordWrong),
        Attempt::Nobody => (None, AuditAction::PasswordWrong),
        Attempt::Locked(_) => (None, AuditAction::SignInLocked),
    };
    let stored = row.as_ref().and_then(|row| row.password.clone());
    let password = password.to_owned();
    let is_right = hashing(move || is_password(stored.as_deref(), &password)).await?;
    if !is_right {
        record_refusal(app, &AuditActor::SignIn, refusal, name, client.address).await;
    }
    Ok(row.filter(|_| is_right))
}

/// Whether this is the password of somebody who has signed in: asked once more before what needs
/// it.
///
/// # Errors
/// As [`admit`].
pub(super) async fn is_still(
    app: &App,
    name: &str,
    client: Client,
    password: &str,
) -> Result<bool, StoreError> {
    let is_right = admit(app, name, client, password).await?.is_some();
    if is_right {
        app.store.purge_attempts(name, &client.network().to_string(), app.clock.now()).await?;
    }
    Ok(is_right)
}
