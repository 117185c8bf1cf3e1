//! The address of the person: what trusted proxies say, else the peer.
//!
//! Each proxy appends the address that it was reached from, so entries are read from the last one
//! backwards, as long as a trusted proxy wrote them. Everything before that can be made up. An
//! entry that cannot be read ends the walk.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use haochaping_collector::state::App;
use ipnet::IpNet;

use super::problem::Problem;

const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// RFC 7239.
const FORWARDED: &str = "forwarded";

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address, IPv4 where it is one.
    pub address: IpAddr,
}

impl Client {
    /// What is counted as one source: an IPv4 address, or the /64 that a household or company has
    /// of IPv6.
    pub fn network(self) -> IpAddr {
        network(self.address)
    }
}

/// What is counted as one source.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & (u128::MAX << 64))),
    }
}

impl<S> FromRequestParts<S> for Client
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = Arc::<App>::from_ref(state);
        let peer =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or_else(Problem::internal)?;
        let walk = walk(peer.0.ip(), &parts.headers, &app.config.trusted_proxies);
        if let Some(silent) = walk.silent_proxy {
            report(app.clock.now().millis(), silent);
        }
        Ok(Self { address: walk.address })
    }
}

/// What the headers of a request say.
#[derive(Debug, PartialEq, Eq)]
struct Walk {
    address: IpAddr,
    /// A trusted proxy that sent no address: all who come through it are one.
    silent_proxy: Option<IpAddr>,
}

fn walk(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Walk {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    // An IPv4 address that came over an IPv6 socket is the IPv4 address.
    let mut address = peer.to_canonical();
    if !is_trusted(&address) {
        return Walk { address, silent_proxy: None };
    }
    let hops = hops(headers);
    let silent_proxy = hops.is_empty().then_some(address);
    for hop in hops.into_iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        let Some(hop) = hop else { break };
        address = hop;
    }
    Walk { address, silent_proxy }
}

/// The entries in order, `None` for each that is no address. A proxy sets one of the two headers;
/// where both are there, the other one is the client's own, unless they agree.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let old = lines(headers, X_FORWARDED_FOR)
        .flat_map(|line| line.split(','))
        .filter_map(entry)
        .collect::<Vec<_>>();
    let new: Vec<_> = lines(headers, FORWARDED)
        .flat_map(elements)
        .map(|element| forwarded_for(&element))
        .collect();
    match (old.is_empty(), new.is_empty()) {
        (_, true) => old,
        (true, false) => new,
        (false, false) if old.last() == new.last() => old,
        (false, false) => vec![None],
    }
}

fn lines<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    // A line that is no text is an entry that cannot be read.
    headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("unknown"))
}

/// An entry of a list; `None` for an empty one, which is none.
#[expect(clippy::option_option, reason = "the inner one is an entry that cannot be read")]
fn entry(text: &str) -> Option<Option<IpAddr>> {
    let text = text.trim();
    (!text.is_empty()).then(|| node(text))
}

/// An address, maybe with a port, brackets, quotes or a zone.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"').trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']')?;
            (after.is_empty() || after.strip_prefix(':').is_some_and(is_port)).then_some(inside)?
        }
        // Of two and more colons none begins a port.
        None => match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => is_port(port).then_some(host)?,
            _ => text,
        },
    };
    let without_zone = bare.split_once('%').map_or(bare, |(address, _)| address);
    without_zone.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

/// The elements of a `Forwarded` line, split at commas outside of quotes.
fn elements(line: &str) -> Vec<String> {
    split_outside_quotes(line, ',')
}

fn split_outside_quotes(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    for one in text.chars() {
        is_quoted ^= one == '"';
        if one == at && !is_quoted {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(one);
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The address behind `for=` in an element.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = split_outside_quotes(element, ';');
    let value = pairs.iter().find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    })?;
    node(value)
}

/// Says once a minute that a proxy hides who comes through it.
fn report(now: i64, proxy: IpAddr) {
    const EVERY_MILLIS: u64 = 60_000;
    static LAST: AtomicU64 = AtomicU64::new(0);
    metrics::counter!("haochaping_proxy_without_address_total").increment(1);
    let now = now.unsigned_abs();
    let last = LAST.load(Ordering::Relaxed);
    let is_due = now.saturating_sub(last) >= EVERY_MILLIS;
    if is_due && LAST.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
        tracing::warn!(
            %proxy,
            "a trusted proxy sends no address of the person, so that all who come through it count as one: let it set \
             X-Forwarded-For"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";
    const PERSON: &str = "203.0.113.9";

    fn address(peer: &str, headers: &[(&'static str, &str)], trusted: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        walk(peer.parse().unwrap(), &map, &trusted).address.to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let sent = [(X_FORWARDED_FOR, "6.6.6.6, 203.0.113.9")];
        assert_eq!(address(PROXY, &sent, &["10.0.0.0/8"]), PERSON);
        assert_eq!(address(PROXY, &sent, &[]), PROXY);
        assert_eq!(address("::ffff:10.0.0.1", &sent, &["10.0.0.1/32"]), PERSON);
        let two = [(X_FORWARDED_FOR, "6.6.6.6"), (X_FORWARDED_FOR, "203.0.113.9, 10.0.0.2")];
        assert_eq!(address(PROXY, &two, &["10.0.0.0/30"]), PERSON, "lines follow one another");
    }

    #[test]
    fn an_entry_that_cannot_be_read_ends_the_walk() {
        for entry in [
            "unknown",
            "_hidden",
            "203.0.113.9:99999",
            "[::1",
            "203.0.113.999",
            "a.example",
            "[::1]x",
        ] {
            let sent = format!("6.6.6.6, {entry}");
            assert_eq!(
                address(PROXY, &[(X_FORWARDED_FOR, &sent)], &["10.0.0.1/32"]),
                PROXY,
                "{entry}"
            );
        }
        let beyond = [(X_FORWARDED_FOR, "6.6.6.6, unknown, 10.0.0.2")];
        assert_eq!(
            address(PROXY, &beyond, &["10.0.0.0/24"]),
            "10.0.0.2",
            "the last proxy that is known"
        );
    }

    #[test]
    fn entries_have_ports_brackets_quotes_and_zones() {
        for (entry, expected) in [
            ("203.0.113.9:51234", PERSON),
            ("\"203.0.113.9\"", PERSON),
            ("[2001:db8::9]:443", "2001:db8::9"),
            ("[2001:db8::9]", "2001:db8::9"),
            ("2001:db8::9", "2001:db8::9"),
            ("fe80::9%eth0", "fe80::9"),
            ("::ffff:203.0.113.9", PERSON),
        ] {
            let sent = format!("6.6.6.6, {entry}");
            assert_eq!(
                address(PROXY, &[(X_FORWARDED_FOR, &sent)], &["10.0.0.1/32"]),
                expected,
                "{entry}"
            );
        }
    }

    /// RFC 7239, sections 4 and 6.
    #[test]
    fn the_forwarded_header_is_read_as_rfc_7239_writes_it() {
        for (sent, expected) in [
            ("for=6.6.6.6, for=203.0.113.9", PERSON),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=6.6.6.6;by=203.0.113.43;proto=http, FOR = 203.0.113.9;host=\"a,b\"", PERSON),
            ("for=6.6.6.6, for=unknown", PROXY),
            ("for=6.6.6.6, for=_secret", PROXY),
            ("for=6.6.6.6, by=10.0.0.1", PROXY),
        ] {
            assert_eq!(address(PROXY, &[(FORWARDED, sent)], &["10.0.0.1/32"]), expected, "{sent}");
        }
    }

    #[test]
    fn two_headers_that_disagree_are_both_left() {
        let made_up = [(X_FORWARDED_FOR, PERSON), (FORWARDED, "for=6.6.6.6")];
        assert_eq!(address(PROXY, &made_up, &["10.0.0.1/32"]), PROXY);
        let both = [(X_FORWARDED_FOR, PERSON), (FORWARDED, "for=203.0.113.9;proto=https")];
        assert_eq!(address(PROXY, &both, &["10.0.0.1/32"]), PERSON);
    }

    #[test]
    fn a_proxy_without_an_address_is_noticed() {
        let trusted = [IpNet::from(PROXY.parse::<IpAddr>().unwrap())];
        let proxy: IpAddr = PROXY.parse().unwrap();
        assert_eq!(walk(proxy, &HeaderMap::new(), &trusted).silent_proxy, Some(proxy));
        assert_eq!(walk(proxy, &HeaderMap::new(), &[]).silent_proxy, None);
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:203.0.113.9"), PERSON);
    }
}
