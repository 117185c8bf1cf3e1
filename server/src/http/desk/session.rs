//! Who sits at the desk. A session is a random cookie; of it the store has the digest, and every
//! form of a page has a token that follows from it.

use std::sync::Arc;

use axum::http::HeaderMap;
use haochaping::{calendar::Instant, link::base32};
use haochaping_collector::{
    accounts::{
        audit_trail::{AuditAction, AuditActor, entry, record_refusal},
        staff::{SESSION_IDLE_MILLIS, SESSION_MAX_MILLIS, digest_of},
    },
    state::App,
};
use haochaping_store::{
    StoreError,
    staff::{AuditEntry, Digest, Session},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use super::saved::Saved;
use crate::http::{client::Client, cookie::Cookie};

/// How often the use of a session is written.
const TOUCH_MILLIS: i64 = 60_000;
/// Ends with the browser.
pub(super) const COOKIE: Cookie = Cookie { name: "hcp-desk", keeps: false };

/// Somebody at the desk.
pub(in crate::http) struct Desk {
    pub(super) app: Arc<App>,
    pub(super) session: Session,
    /// Where they sit.
    pub(super) client: Client,
    /// What was just done, to be shown once.
    pub(super) saved: Option<Saved>,
    secret: String,
}

impl Desk {
    /// The session of a request, unless there is none or it is over.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn read(
        app: Arc<App>,
        client: Client,
        headers: &HeaderMap,
    ) -> Result<Option<Self>, StoreError> {
        let Some(secret) = COOKIE.read(&app.config, headers) else { return Ok(None) };
        let now = app.clock.now();
        let found = app.store.session(digest_of(&secret)).await;
        let found = found.inspect_err(|error| tracing::error!(%error, "a session was not read"))?;
        let Some(session) = found.filter(|session| !is_over(session, now)) else { return Ok(None) };
        if now.millis() - session.last_at.millis() > TOUCH_MILLIS
            && let Err(error) = app.store.touch_session(digest_of(&secret), now).await
        {
            tracing::warn!(%error, "the use of a session was not noted");
        }
        Ok(Some(Self::begun(app, session, client, secret)))
    }

    /// A session that began with this request.
    pub(super) fn begun(app: Arc<App>, session: Session, client: Client, secret: String) -> Self {
        Self { app, session, client, saved: None, secret }
    }

    /// The token of this session's forms.
    pub(super) fn csrf(&self) -> String {
        let digest: [u8; 32] =
            Sha256::digest([b"hcp-csrf-1\0", self.secret.as_bytes()].concat()).into();
        base32::encode(&digest[..20])
    }

    /// What the store knows the session by.
    pub(super) fn id(&self) -> Digest {
        digest_of(&self.secret)
    }

    /// Who acts, as the audit trail and the store name them.
    pub(super) fn actor(&self) -> AuditActor {
        AuditActor::Staff(self.session.staff.name.clone())
    }

    /// An entry of the audit trail, by them and now.
    pub(super) fn audit(&self, action: AuditAction, about: &str) -> AuditEntry {
        entry(&*self.app.clock, &self.actor(), action, about)
    }

    /// Records that something was refused to them.
    pub(super) async fn record_refusal(&self, action: AuditAction, about: &str) {
        record_refusal(&self.app, &self.actor(), action, about, self.client.address).await;
    }
}

/// Whether nobody used it for too long, or it began too long ago.
fn is_over(session: &Session, now: Instant) -> bool {
    let since = |at: Instant| now.millis() - at.millis();
    since(session.last_at) > SESSION_IDLE_MILLIS || since(session.created_at) > SESSION_MAX_MILLIS
}

/// A posted form as it came: names and values, in order.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// Reads a body.
    pub(super) fn read(body: &[u8]) -> Self {
        Self(
            form_urlencoded::parse(body)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// A field, empty if it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        field(&self.0, name)
    }

    /// The same as one text, to be kept on a page until somebody has signed in.
    pub(super) fn without_password(&self) -> String {
        let written = self.0.iter().filter(|(name, _)| name != "password");
        form_urlencoded::Serializer::new(String::new()).extend_pairs(written).finish()
    }

    /// The form that a page has; of a name that came twice the first counts.
    pub(super) fn parse<F: DeserializeOwned>(&self) -> Result<F, serde::de::value::Error> {
        let mut seen = std::collections::BTreeSet::new();
        let first = self.0.iter().filter(|(name, _)| seen.insert(name.as_str()));
        let pairs = first.map(|(name, value)| (name.as_str(), value.as_str()));
        F::deserialize(serde::de::value::MapDeserializer::new(pairs))
    }
}

impl<'de> Deserialize<'de> for Fields {
    /// Nothing of its own: what takes the fields as they came has them beside the form.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self::default())
    }
}

/// A field, empty if it is missing.
pub(super) fn field<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
}

/// What somebody typed, without spaces around it and with plain line ends.
///
/// # Errors
/// The deserializer's.
pub(super) fn trimmed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let typed = String::deserialize(deserializer)?;
    Ok(haochaping::text::trimmed(&typed.replace("\r\n", "\n")).to_owned())
}

#[cfg(test)]
mod tests {
    use haochaping::work_order::Role;
    use haochaping_collector::{accounts::staff::account, ports::SystemClock};

    use super::*;

    #[test]
    fn a_session_ends_30_minutes_after_its_last_use_and_12_hours_after_its_start() {
        const MINUTE: i64 = 60_000;
        let staff = account("root", Role::Administrator.name(), "", "", &SystemClock).unwrap();
        let at = Instant::from_millis;
        let over = |last: i64, now: i64| {
            is_over(
                &Session { staff: staff.clone(), created_at: at(0), last_at: at(last * MINUTE) },
                at(now * MINUTE),
            )
        };
        assert!(!over(0, 30) && over(0, 31));
        assert!(!over(715, 720) && over(720, 721), "used to the last, and over all the same");
    }

    #[test]
    fn a_form_is_read_field_by_field_and_the_first_of_a_name_counts() {
        #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
        #[serde(default)]
        struct Form {
            #[serde(deserialize_with = "trimmed")]
            note: String,
            missing: String,
        }
        let fields = Fields::read("note=+a%0D%0Ab+&csrf=x&note=second".as_bytes());
        assert_eq!(
            fields.parse::<Form>().unwrap(),
            Form { note: "a\nb".into(), missing: String::new() }
        );
    }
}
