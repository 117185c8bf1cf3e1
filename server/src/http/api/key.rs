//! Who calls the API: admitted by an API key before anything of a request's body is read.

use std::{marker::PhantomData, ops::Deref, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{StatusCode, header, request::Parts},
};
use haochaping_collector::{
    accounts::api_key::{ApiKeys, Caller, Scope},
    state::App,
};
use haochaping_store::StoreError;

use crate::http::problem::Problem;

/// What a key has to be good for at some address.
pub trait Purpose {
    /// Any of these.
    const SCOPES: &[Scope];
    /// The same in words, after “no live API key that may”.
    const NAME: &'static str;
}

macro_rules! purposes {
    ($($(#[$doc:meta])* $purpose:ident = $name:literal: $($scope:ident),+;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $purpose {}
        impl Purpose for $purpose {
            const SCOPES: &[Scope] = &[$(Scope::$scope),+];
            const NAME: &'static str = $name;
        }
    )*};
}

purposes! {
    /// Registering finished services.
    Register = "register services": Services, Probe;
    /// Entering ratings at the citizen's word.
    Enter = "enter ratings": Assist;
    /// Handing over ratings of another system.
    Relay = "relay ratings": Relay;
    /// Calling people at windows.
    CallPeople = "call people at windows": Windows;
    /// Working bad ratings.
    Work = "work orders": WorkOrders, Supervision;
}

/// The caller, whose key is good for `P`.
#[derive(Debug)]
pub struct Keyed<P>(Caller, PhantomData<P>);

impl<P> Deref for Keyed<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<S, P> FromRequestParts<S> for Keyed<P>
where
    S: Send + Sync,
    P: Purpose,
    Arc<App>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = Arc::<App>::from_ref(state);
        let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let found = match bearer {
            Some(bearer) => {
                admit(&app, bearer, P::SCOPES).await.map_err(|error| Problem::of_store(&error))?
            }
            None => None,
        };
        let caller = found.ok_or_else(|| {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                &format!("no live API key that may {}", P::NAME),
            )
        })?;
        Ok(Self(caller, PhantomData))
    }
}

/// The caller of a key. One that is not known here may have been added a moment ago by another
/// process.
async fn admit(app: &App, bearer: &str, scopes: &[Scope]) -> Result<Option<Caller>, StoreError> {
    let known = app.callers();
    if known.knows(bearer) {
        return Ok(known.admit(bearer, scopes).cloned());
    }
    if !ApiKeys::is_key(bearer) {
        return Ok(None);
    }
    let now = ApiKeys::new(app.store.api_keys().await?, app.store.staff().await?);
    let found = now.admit(bearer, scopes).cloned();
    if now.knows(bearer) {
        app.set_callers(now);
    }
    Ok(found)
}
