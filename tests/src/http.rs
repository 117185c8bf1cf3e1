//! A small HTTP client that follows no redirect and takes every status as an answer. What a
//! collector answers is held against the contract that it serves, and what it took as well.

use std::time::Duration;

use serde_json::Value;
use ureq::{
    Agent,
    http::{HeaderMap, Request},
};

use crate::contract::{Exchange, check};

/// Longer than the collector's own limit for a request.
const LIMIT: Duration = Duration::from_mins(1);

/// A client with headers that go with every request.
#[derive(Clone, Debug)]
pub struct Http {
    agent: Agent,
    headers: Vec<(String, String)>,
    is_checked: bool,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came, compressed if it was.
    pub body: Vec<u8>,
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

impl Http {
    /// A client without headers of its own.
    pub fn new() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(LIMIT))
            .build();
        Self { agent: config.into(), headers: Vec::new(), is_checked: true }
    }

    /// One that measures, and holds nothing against the contract meanwhile.
    pub fn unchecked() -> Self {
        Self { is_checked: false, ..Self::new() }
    }

    /// The same client with one more header.
    pub fn header(&self, name: &str, value: &str) -> Self {
        let mut more = self.clone();
        more.headers.push((name.to_owned(), value.to_owned()));
        more
    }

    /// GET.
    pub fn get(&self, url: &str) -> Answer {
        self.send("GET", url, None)
    }

    /// POST of a JSON value.
    pub fn post_json(&self, url: &str, body: &Value) -> Answer {
        self.header("content-type", "application/json").send(
            "POST",
            url,
            Some(body.to_string().as_bytes()),
        )
    }

    /// POST of a form, see [`form`].
    pub fn post_form(&self, url: &str, body: &str) -> Answer {
        let content_type = "application/x-www-form-urlencoded";
        self.header("content-type", content_type).send("POST", url, Some(body.as_bytes()))
    }

    /// Any method with any body.
    ///
    /// # Panics
    /// If no answer comes: a test of what is answered has nothing to go on then.
    pub fn send(&self, method: &str, url: &str, body: Option<&[u8]>) -> Answer {
        self.try_send(method, url, body).unwrap_or_else(|error| panic!("{method} {url}: {error}"))
    }

    /// The same where no answer is an outcome, as with a collector that is being killed.
    pub fn try_send(
        &self,
        method: &str,
        url: &str,
        body: Option<&[u8]>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let sent = body;
        let response = match body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let (head, mut body) = response.into_parts();
        let answer = Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.read_to_vec()?,
        };
        if self.is_checked {
            check(&Exchange { method, url, headers: &self.headers, body: sent, answer: &answer });
        }
        Ok(answer)
    }
}

impl Answer {
    /// A header, empty if it is missing; several of a name are joined by commas.
    pub fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter();
        values
            .map(|value| value.to_str().expect("headers of plain characters"))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body of UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// A form's body of names and values.
pub fn form(fields: &[(&str, &str)]) -> String {
    let encode =
        |text: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*".contains(&byte);
            text.bytes()
                .map(|byte| {
                    if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
                })
                .collect::<String>()
        };
    fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}
