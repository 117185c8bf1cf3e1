//! What the operator sets.

use std::{net::IpAddr, path::PathBuf};

use haochaping::{ledger::WitnessKey, region::Region, work_order::Profile};
use ipnet::IpNet;

use crate::site::Sites;

/// What shapes links and pages.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where people reach the collector, maybe under a path; without it http://LISTEN
    pub public_url: String,
    /// A portal that may send ratings from its own pages, as in https://portal.example; may be
    /// given several times
    pub allow_origins: Vec<String>,
    /// The address of a proxy whose X-Forwarded-For (or Forwarded) is believed, or a network of
    /// them, as in 10.0.0.0/24; may be given several times
    pub trusted_proxies: Vec<IpNet>,
    /// The region at the root of the public page, 000000 for the country
    pub root_region: Region,
    /// What of the figures is public, and when.
    pub publication: Publication,
    /// The licence that open data are given under, by its SPDX name or address
    pub licence: String,
    /// How many days a rating link lives
    pub ticket_days: u16,
    /// More ratings of one card on a day than this go into quarantine
    pub card_day_limit: u32,
    /// More ratings of one card on a day from one network and browser than this go into quarantine
    pub card_source_limit: u32,
    /// After how many days a rating in quarantine counts by itself
    pub quarantine_days: u16,
    /// After how many days the contact of a rater is deleted; while their work order is open it
    /// stays
    pub contact_days: u16,
    /// How long a pad asks without a choice, in seconds; each touch begins it anew
    pub pad_seconds: u16,
    /// Send messages to endpoints with private addresses too; without it a name that leads into the
    /// own network is refused
    pub allow_private_endpoints: bool,
    /// A file with what agents do for people, a line each, to be chosen on the pages of cards; no
    /// choice without it
    pub purposes: Purposes,
    /// Whose the pages are: a file in TOML with name, organiser and numbers, for all or by region
    pub sites: Sites,
    /// The terms of bad ratings: jiangsu, shanghai, zhejiang, or a JSON file with those of another
    /// place
    pub profile: Profile,
    /// A folder with the files by which platforms check the domain, served from the root:
    /// /WW_verify_….txt and the like
    pub verification_dir: Option<PathBuf>,
    /// The key of an independent body that signs the ledger's checkpoints, as `haochaping cosign`
    /// prints it; may be given several times
    pub witnesses: Vec<WitnessKey>,
}

/// When a figure may be seen, so that whoever holds only public figures never learns one person's
/// level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// How many new ratings move the figure of a province, a city or a large department
    pub step: u64,
    /// How many new ratings that agree in place, department, item, card and entrance are published
    /// together, the next day
    pub group: u64,
    /// A department with fewer ratings than this in a region is published the next day only
    pub small: u64,
    /// From how many on a public rate is shown
    pub rate_min: u64,
    /// From how many ratings of a month on a hot word is shown
    pub word_min: u64,
}

impl Publication {
    /// What holds where the operator sets nothing.
    pub const USUAL: Self = Self { step: 5, group: 5, small: 100, rate_min: 10, word_min: 10 };
}

/// 办理内容: what agents do for people, as the city lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purposes(pub Vec<String>);

impl Config {
    /// What holds where the operator sets nothing but the address.
    pub fn usual(public_url: String) -> Self {
        Self {
            public_url,
            allow_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            root_region: Region::COUNTRY,
            publication: Publication::USUAL,
            licence: "CC-BY-4.0".into(),
            ticket_days: 90,
            card_day_limit: 100,
            card_source_limit: 10,
            quarantine_days: 7,
            contact_days: 180,
            pad_seconds: 60,
            allow_private_endpoints: false,
            purposes: Purposes::default(),
            sites: Sites::default(),
            profile: Profile::JIANGSU,
            verification_dir: None,
            witnesses: Vec::new(),
        }
    }

    /// The absolute URL of a path that starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// The host that cards are bound to.
    pub fn canonical_host(&self) -> String {
        haochaping::link::canonical_host(&self.public_url)
    }

    /// The path under which everything lies: empty, or `/hcp`.
    pub fn base_path(&self) -> &str {
        let after_scheme = self.public_url.find("://").map_or(0, |at| at + 3);
        let rest = &self.public_url[after_scheme..];
        rest.find('/').map_or("", |at| &rest[at..])
    }

    /// The collector's own origin.
    pub fn origin(&self) -> &str {
        &self.public_url[..self.public_url.len() - self.base_path().len()]
    }
}

/// An address of the collector without a slash at its end; empty for none.
///
/// # Errors
/// In one line, what is expected.
pub fn parse_public_url(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = rest.is_some_and(|rest| {
        !rest.starts_with('/') && !rest.is_empty() && !rest.contains(['?', '#', ' ', '@'])
    });
    if is_plain {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("expected https://host or https://host/path".into())
    }
}

/// One purpose a line; empty lines are left out.
///
/// # Errors
/// In one line: the file, the line, and what is wrong with it.
pub fn read_purposes(file: &str) -> Result<Purposes, String> {
    if file.is_empty() {
        return Ok(Purposes::default());
    }
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
    let lines: Vec<_> =
        text.lines().map(|line| line.trim_start_matches('\u{feff}').trim()).collect();
    if let Some(at) =
        lines.iter().position(|line| line.chars().count() > 40 || line.contains(char::is_control))
    {
        return Err(format!("{file}, line {}: a purpose has at most 40 characters", at + 1));
    }
    Ok(Purposes(lines.into_iter().filter(|line| !line.is_empty()).map(str::to_owned).collect()))
}

/// The terms of a place: a name that is built in, or a JSON file.
///
/// # Errors
/// In one line: the file, and what is wrong with it.
pub fn read_profile(name: &str) -> Result<Profile, String> {
    if let Some(profile) = Profile::built_in(name) {
        return Ok(profile);
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        format!("neither jiangsu, shanghai, zhejiang nor a file that can be read: {error}")
    })?;
    serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))
}

/// A folder that is there.
///
/// # Errors
/// In one line.
pub fn parse_folder(text: &str) -> Result<PathBuf, String> {
    let folder = PathBuf::from(text);
    if folder.is_dir() { Ok(folder) } else { Err("there is no such folder".into()) }
}

/// An address, or a network of them.
///
/// # Errors
/// In one line, what is expected.
pub fn parse_network(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    address.or_else(|_| text.parse::<IpNet>()).map_err(|_| {
        "an address or a network, as in 10.0.0.2 or 10.0.0.0/24, is expected".to_owned()
    })
}

/// The origin of a portal, in lower case.
///
/// # Errors
/// In one line, what is expected.
pub fn parse_origin(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain =
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#', '*', ' ', '@']));
    if is_plain {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("expected https://host without a path".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_may_have_a_path() {
        let config = |url: &str| Config::usual(parse_public_url(url).unwrap());
        let under = config("https://host.example/hcp/");
        assert_eq!((under.origin(), under.base_path()), ("https://host.example", "/hcp"));
        assert_eq!(under.url("/r/T"), "https://host.example/hcp/r/T");
        let bare = config("http://127.0.0.1:8080");
        assert_eq!((bare.origin(), bare.base_path()), ("http://127.0.0.1:8080", ""));
        for wrong in ["host", "https://", "ftp://host", "https://host?x"] {
            assert!(parse_public_url(wrong).is_err(), "{wrong}");
        }
        for wrong in ["https://*.example", "https://portal.example/", "portal.example"] {
            assert!(parse_origin(wrong).is_err(), "{wrong}");
        }
    }
}
