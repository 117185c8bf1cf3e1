//! One attempt: a request to an endpoint that follows no redirect, uses no proxy and goes to no
//! private address.

use std::{io::Read, time::Duration};

use ureq::{
    Agent,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use super::address::is_public;

/// An endpoint that has not answered by then is tried again.
const LIMIT: Duration = Duration::from_secs(15);
/// No endpoint puts an attempt off for longer than this, in seconds.
const RETRY_AFTER_MAX: i64 = 3_600;

/// Sends messages.
#[derive(Debug)]
pub struct Sender(Agent);

/// Why an attempt failed, in words, and when the endpoint wants the next one, in seconds.
#[derive(Debug)]
pub(super) struct Failed {
    pub reason: String,
    pub retry_after: Option<i64>,
}

impl Sender {
    /// One that goes to private addresses too, if that is allowed.
    pub fn new(allows_private: bool) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("haochaping/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(LIMIT))
            .build();
        let resolver = Guarded { allows_private, inner: DefaultResolver::default() };
        Self(Agent::with_parts(config, DefaultConnector::default(), resolver))
    }

    /// Posts a message; an answer of 2xx takes it. Blocks.
    pub(super) fn post(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Result<(), Failed> {
        let failed = |reason: String| Failed { reason, retry_after: None };
        let mut request = self.0.post(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let mut answer = request.send(&body[..]).map_err(|error| failed(error.to_string()))?;
        // What it says is of no use, but a connection is only used again after its answer was read.
        let _ = answer.body_mut().as_reader().take(64 * 1024).read_to_end(&mut Vec::new());
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let retry_after =
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let retry_after = retry_after.map(|seconds: i64| seconds.clamp(0, RETRY_AFTER_MAX));
        Err(Failed { reason: format!("answered with status {}", status.as_u16()), retry_after })
    }
}

/// Leaves private addresses out of what a name leads to. Asked at each connection, so that a name
/// that changes its mind gains nothing.
#[derive(Debug)]
struct Guarded {
    allows_private: bool,
    inner: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if self.allows_private {
            return Ok(found);
        }
        let mut public = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip())) {
            public.push(*address);
        }
        if public.is_empty() {
            let reason = "the name leads to private addresses only, see --allow-private-endpoints";
            return Err(ureq::Error::Other(reason.into()));
        }
        Ok(public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_address_is_not_asked_however_it_is_written() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
            let failed = Sender::new(false)
                .post(&format!("http://{host}:{port}/"), &[], b"{}".to_vec())
                .unwrap_err();
            assert!(!failed.reason.contains("status"), "{host}: {}", failed.reason);
        }
        assert!(listener.accept().is_err(), "nobody came");
    }
}
