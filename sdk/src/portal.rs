//! The portal's back end: registering finished services, and putting the form into a page it
//! renders itself. Sans-I/O: it makes requests and reads answers; whoever calls has an HTTP client
//! already.
//!
//! ```
//! use haochaping::{portal::{Portal, Answer}, wire::v1::ServiceRegistration};
//!
//! let portal = Portal::new("https://hcp.example.gov.cn", "hcp_key");
//! let request = portal.register(&[ServiceRegistration { case_number: "JS-1".into(), ..Default::default() }]);
//! assert_eq!((request.method, request.url.as_str()), ("POST", "https://hcp.example.gov.cn/api/v1/services"));
//! // … send it, then:
//! let body = br#"{"tickets": [], "rejected": [{"index": 0, "code": "unknown-region", "field": "region"}]}"#;
//! let registered = portal.registered(Answer { status: 200, body })?;
//! assert_eq!(registered.rejected[0].field, "region");
//! # Ok::<(), haochaping::portal::PortalError>(())
//! ```

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{form::html::escape, wire::v1};

/// The most services in one request.
pub const SERVICES_MAX: usize = 1_000;

/// A collector as a portal's back end sees it.
#[derive(Clone)]
pub struct Portal {
    /// Where the back end asks.
    collector: String,
    /// Where citizens are sent.
    public_url: String,
    api_key: String,
}

impl core::fmt::Debug for Portal {
    /// Without the key.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Portal")
            .field("collector", &self.collector)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// A request to be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: &'static str,
    /// The absolute URL.
    pub url: String,
    /// Names and values of the headers. `authorization` is a secret: keep it out of logs.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

/// An answer as it came.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

/// Why an answer is not what was asked for.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PortalError {
    /// The collector refuses, and says by a stable code why.
    #[error("the collector answers {status} ({code}): {title}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The stable code.
        code: String,
        /// The kind in words.
        title: String,
    },
    /// Something else than the collector answered, or it failed. Asking again is safe.
    #[error("status {status} and no answer of the collector's")]
    Unclear {
        /// The HTTP status.
        status: u16,
    },
}

impl Portal {
    /// The collector at `collector`, for the back end and for citizens alike, with the API key of
    /// this portal.
    pub fn new(collector: &str, api_key: &str) -> Self {
        let collector = collector.trim_end_matches('/').to_owned();
        Self { public_url: collector.clone(), collector, api_key: api_key.to_owned() }
    }

    /// With another address for citizens: the collector's `--public-url`, where the back end
    /// reaches it by an inner one. Pages have this address only.
    #[must_use]
    pub fn with_public_url(self, public_url: &str) -> Self {
        Self { public_url: public_url.trim_end_matches('/').to_owned(), ..self }
    }

    /// Registers finished services, 1 to [`SERVICES_MAX`]. Sending it again gives the same links.
    pub fn register(&self, services: &[v1::ServiceRegistration]) -> Request {
        let body = serde_json::to_vec(&v1::ServicesRequest { services: services.to_vec() });
        Request {
            method: "POST",
            url: format!("{}/api/v1/services", self.collector),
            headers: vec![
                ("authorization", format!("Bearer {}", self.api_key)),
                ("content-type", "application/json".to_owned()),
            ],
            body: body.expect("plain data has a JSON form"),
        }
    }

    /// Calls the person at a window to rate what was done: one service, or several of one visit.
    /// Sending it again while the question stands is the same call. `window` is the window's code.
    pub fn call(&self, window: &str, services: &[v1::ServiceRegistration]) -> Request {
        let body = serde_json::to_vec(&v1::CallRequest { services: services.to_vec() });
        self.at_window("POST", window, "call", body.expect("plain data has a JSON form"))
    }

    /// Asks whether the last call at a window still stands.
    pub fn standing(&self, window: &str) -> Request {
        self.at_window("GET", window, "call", Vec::new())
    }

    /// Takes the last call at a window back: the person has left.
    pub fn withdraw(&self, window: &str) -> Request {
        self.at_window("POST", window, "withdraw", Vec::new())
    }

    fn at_window(&self, method: &'static str, window: &str, what: &str, body: Vec<u8>) -> Request {
        Request {
            method,
            url: format!("{}/api/v1/windows/{window}/{what}", self.collector),
            headers: vec![
                ("authorization", format!("Bearer {}", self.api_key)),
                ("content-type", "application/json".to_owned()),
            ],
            body,
        }
    }

    /// The call after [`Self::call`], [`Self::standing`] or [`Self::withdraw`].
    ///
    /// # Errors
    /// What the collector says instead, by [`PortalError`]: `call-open` where another call stands,
    /// `window-unpaired` without a pad, `already-rated` where the visit has its rating.
    pub fn called(&self, answer: Answer<'_>) -> Result<v1::Call, PortalError> {
        read(answer)
    }

    /// The links, and the services that were not taken.
    ///
    /// # Errors
    /// What the collector says instead, by [`PortalError`].
    pub fn registered(&self, answer: Answer<'_>) -> Result<v1::ServicesRegistered, PortalError> {
        read(answer)
    }

    /// The form of a ticket as a fragment, in a language of the page (a BCP 47 tag). It is for one
    /// page view: not to be cached.
    pub fn form(&self, ticket: &str, lang: &str) -> Request {
        let plain = |text: &str| {
            text.chars()
                .filter(|c| c.is_ascii_alphanumeric() || "-_.~".contains(*c))
                .collect::<String>()
        };
        Request {
            method: "GET",
            url: format!(
                "{}/r/{}/form?style=template&lang={}",
                self.collector,
                plain(ticket),
                plain(lang)
            ),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The element for a page: with the fragment in it if that came, and with the link alone if it
    /// did not. A portal's page never waits or fails for a collector that is slow.
    pub fn element(&self, ticket: &str, label: &str, form: Option<Answer<'_>>) -> String {
        let fragment = form
            .filter(|answer| answer.status == 200)
            .and_then(|answer| core::str::from_utf8(answer.body).ok());
        let link = || {
            format!(
                "<a href=\"{}/r/{}\">{}</a>",
                escape(&self.public_url),
                escape(ticket),
                escape(label)
            )
        };
        // The fragment is a document whose head is of no use inside another page.
        let content = fragment
            .and_then(|html| html.split_once("</title>"))
            .map_or_else(link, |(_, rest)| rest.to_owned());
        format!(
            "<hao-cha-ping ticket=\"{}\" collector=\"{}\">{content}</hao-cha-ping>",
            escape(ticket),
            escape(&self.public_url)
        )
    }
}

fn read<T: DeserializeOwned>(answer: Answer<'_>) -> Result<T, PortalError> {
    let status = answer.status;
    if status == 200 {
        return serde_json::from_slice(answer.body).map_err(|_| PortalError::Unclear { status });
    }
    match serde_json::from_slice::<v1::Problem>(answer.body) {
        Ok(problem) => Err(PortalError::Refused {
            status,
            code: problem.code,
            title: problem.detail.unwrap_or(problem.title),
        }),
        Err(_) => Err(PortalError::Unclear { status }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portal() -> Portal {
        Portal::new("https://hcp.example.gov.cn/hcp/", "hcp_secret")
    }

    #[test]
    fn the_key_is_in_the_request_and_in_no_debug_text() {
        let request = portal().register(&[]);
        assert!(request.headers.contains(&("authorization", "Bearer hcp_secret".to_owned())));
        assert!(!format!("{:?}", portal()).contains("secret"));
    }

    #[test]
    fn a_page_has_the_link_when_the_form_does_not_come() {
        let portal = portal();
        assert_eq!(
            portal.form("T?x", "zh-Hans").url,
            "https://hcp.example.gov.cn/hcp/r/Tx/form?style=template&lang=zh-Hans"
        );
        let with = |status, body: &'static str| {
            portal.element("T", "评价", Some(Answer { status, body: body.as_bytes() }))
        };
        assert!(
            with(200, "<!doctype html><title>x</title><form>").ends_with("><form></hao-cha-ping>")
        );
        for html in
            [portal.element("T", "评价", None), with(503, "busy"), with(200, "captive portal")]
        {
            assert!(
                html.contains("<a href=\"https://hcp.example.gov.cn/hcp/r/T\">评价</a>"),
                "{html}"
            );
        }
    }

    /// The back end asks inside, and no page shows where.
    #[test]
    fn citizens_get_the_public_address_only() {
        let portal = Portal::new("http://10.0.0.7:8080/", "k")
            .with_public_url("https://hcp.example.gov.cn/");
        assert_eq!(portal.register(&[]).url, "http://10.0.0.7:8080/api/v1/services");
        assert!(portal.form("T", "zh-Hans").url.starts_with("http://10.0.0.7:8080/r/T/form?"));
        for form in
            [None, Some(Answer { status: 200, body: b"<!doctype html><title>x</title><form>" })]
        {
            let html = portal.element("T", "评价", form);
            assert!(
                html.contains("collector=\"https://hcp.example.gov.cn\"")
                    && !html.contains("10.0.0.7"),
                "{html}"
            );
        }
    }

    #[test]
    fn a_refusal_names_its_code() {
        let body =
            br#"{"type": "about:blank", "title": "no key", "status": 401, "code": "unauthorized"}"#;
        let error = portal().registered(Answer { status: 401, body }).unwrap_err();
        assert!(error.to_string().contains("unauthorized"));
        let error = portal().registered(Answer { status: 502, body: b"<html>" }).unwrap_err();
        assert_eq!(error, PortalError::Unclear { status: 502 });
    }
}
