//! How often one link or one address may be used. Never a tight limit per address for ratings: a hall shares one.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
};

use axum::http::HeaderMap;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::store::Id;

/// A link takes a burst of 256 ratings and then one a second: far more than any person or retry needs.
const PER_LINK_BURST: NonZeroU32 = NonZeroU32::new(256).expect("not zero");
/// An address looks up 60 codes at once and then one a second.
const LOOKUPS_BURST: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
const PER_SECOND: NonZeroU32 = NonZeroU32::new(1).expect("not zero");

/// The limits in force.
#[derive(Debug)]
pub struct Limits {
    links: DefaultKeyedRateLimiter<Id>,
    lookups: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// Nothing used yet.
    pub(crate) fn new() -> Self {
        Self {
            links: RateLimiter::keyed(Quota::per_second(PER_SECOND).allow_burst(PER_LINK_BURST)),
            lookups: RateLimiter::keyed(Quota::per_second(PER_SECOND).allow_burst(LOOKUPS_BURST)),
        }
    }

    /// Whether this link may send another rating now.
    pub fn admits(&self, link: &Id) -> bool {
        self.links.check_key(link).is_ok()
    }

    /// Whether this address may look another code up now.
    pub fn admits_lookup(&self, address: IpAddr) -> bool {
        self.lookups.check_key(&address).is_ok()
    }

    /// Drops what has not been used lately.
    pub fn forget_idle(&self) {
        self.links.retain_recent();
        self.lookups.retain_recent();
    }
}

/// The address of the person: what a trusted proxy says, else the peer. The last entry that no trusted proxy wrote
/// counts, since everything before it can be made up.
pub fn client_address(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    // An IPv4 address that came over an IPv6 socket is the IPv4 address.
    let mut address = peer.ip().to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = forwarded
        .flat_map(|line| line.split(','))
        .filter_map(|hop| hop.trim().parse::<IpAddr>().ok())
        .map(|hop| hop.to_canonical())
        .collect();
    for hop in hops.into_iter().rev() {
        if !trusted.contains(&address) {
            break;
        }
        address = hop;
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let (proxy, person): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "203.0.113.9".parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.9".parse().unwrap());
        assert_eq!(client_address((proxy, 1).into(), &headers, &[proxy]), person);
        assert_eq!(client_address((proxy, 1).into(), &headers, &[]), proxy);
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(client_address((mapped, 1).into(), &headers, &[proxy]), person);
    }

    #[test]
    fn a_link_takes_200_at_once_and_not_without_end() {
        let limits = Limits::new();
        assert!((0..200).all(|_| limits.admits(&[1; 16])));
        assert!((0..200).any(|_| !limits.admits(&[1; 16])));
        assert!(limits.admits(&[2; 16]), "one link does not touch another");
    }
}
