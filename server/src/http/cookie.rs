//! Cookies that name a session or a device, and whether a request comes from a page of ours.

use axum::http::{HeaderMap, header};
use haochaping_collector::{config::Config, state::App};

/// Longer than browsers keep a cookie that nobody renews (RFC 6265bis: 400 days).
const KEPT_SECONDS: u32 = 400 * 24 * 3600;

/// A cookie that no script reads, and that comes from our own pages only.
#[derive(Clone, Copy, Debug)]
pub struct Cookie {
    /// Its name without what TLS adds.
    pub name: &'static str,
    /// Whether it outlives the browser.
    pub keeps: bool,
}

impl Cookie {
    /// By TLS the cookie is bound to the host, or to the path where the collector has one.
    pub fn full_name(self, config: &Config) -> String {
        let prefix =
            match (config.public_url.starts_with("https://"), config.base_path().is_empty()) {
                (true, true) => "__Host-",
                (true, false) => "__Secure-",
                (false, _) => "",
            };
        format!("{prefix}{}", self.name)
    }

    /// The header that sets it; an empty secret takes it away.
    pub fn set(self, config: &Config, secret: &str) -> String {
        let path = if config.base_path().is_empty() { "/" } else { config.base_path() };
        let secure = if config.public_url.starts_with("https://") { "; Secure" } else { "" };
        let age = match (secret.is_empty(), self.keeps) {
            (true, _) => "; Max-Age=0".to_owned(),
            (false, true) => format!("; Max-Age={KEPT_SECONDS}"),
            (false, false) => String::new(),
        };
        format!(
            "{}={secret}; Path={path}; HttpOnly; SameSite=Strict{secure}{age}",
            self.full_name(config)
        )
    }

    /// Its secret, if a request has it.
    pub fn read(self, config: &Config, headers: &HeaderMap) -> Option<String> {
        let name = self.full_name(config);
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
    }
}

/// Whether a post comes from a page of ours: browsers say where from.
pub fn is_from_here(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("origin") {
        Some(origin) => origin == app.config.origin(),
        None => matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")),
    }
}
