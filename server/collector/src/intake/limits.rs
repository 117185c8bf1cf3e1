//! How often one link or one address may be used. Never a tight limit per address for ratings: a
//! hall shares one.

use std::{net::IpAddr, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use haochaping_store::Id;

/// A link takes a burst of 256 ratings and then one a second: far more than any person or retry
/// needs.
const PER_LINK_BURST: NonZeroU32 = NonZeroU32::new(256).expect("not zero");
/// An address looks up 60 codes at once and then one a second; the same again for signing in.
const PER_ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
/// Five codes for one window from one address, and then one in two minutes.
const PAIRINGS_BURST: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
const PAIRING_PERIOD: std::time::Duration = std::time::Duration::from_mins(2);
const PER_SECOND: NonZeroU32 = NonZeroU32::new(1).expect("not zero");

/// What an address does, each counted for itself: whoever looks codes up keeps nobody behind the
/// same proxy from signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Looking a rating up by its code.
    LookUp,
    /// Signing in at the desk.
    SignIn,
}

type PerAddress = DefaultKeyedRateLimiter<IpAddr>;

/// The limits in force.
#[derive(Debug)]
pub struct Limits {
    links: DefaultKeyedRateLimiter<Id>,
    lookups: PerAddress,
    sign_ins: PerAddress,
    pairings: DefaultKeyedRateLimiter<(String, IpAddr)>,
}

impl Limits {
    /// Nothing used yet.
    pub(crate) fn new() -> Self {
        let per_address =
            || RateLimiter::keyed(Quota::per_second(PER_SECOND).allow_burst(PER_ADDRESS_BURST));
        Self {
            links: RateLimiter::keyed(Quota::per_second(PER_SECOND).allow_burst(PER_LINK_BURST)),
            lookups: per_address(),
            sign_ins: per_address(),
            pairings: RateLimiter::keyed(
                Quota::with_period(PAIRING_PERIOD).expect("not zero").allow_burst(PAIRINGS_BURST),
            ),
        }
    }

    /// Whether this link may send another rating now.
    pub fn admits(&self, link: &Id) -> bool {
        self.links.check_key(link).is_ok()
    }

    /// Whether this network may do this now: an address of IPv4, or the first 64 bits of one of
    /// IPv6.
    pub fn admits_network(&self, network: IpAddr, what: Use) -> bool {
        self.of(what).check_key(&network).is_ok()
    }

    /// Whether a code for this window may be tried from this network now: a code lives longer than
    /// a stranger may guess.
    pub fn admits_pairing(&self, network: IpAddr, window: &str) -> bool {
        self.pairings.check_key(&(window.to_owned(), network)).is_ok()
    }

    /// Drops what has not been used lately.
    pub fn forget_idle(&self) {
        self.links.retain_recent();
        self.pairings.retain_recent();
        for what in [Use::LookUp, Use::SignIn] {
            self.of(what).retain_recent();
        }
    }

    fn of(&self, what: Use) -> &PerAddress {
        match what {
            Use::LookUp => &self.lookups,
            Use::SignIn => &self.sign_ins,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_takes_200_at_once_and_not_without_end() {
        let limits = Limits::new();
        assert!((0..200).all(|_| limits.admits(&[1; 16])));
        assert!((0..200).any(|_| !limits.admits(&[1; 16])));
        assert!(limits.admits(&[2; 16]), "one link does not touch another");
    }

    #[test]
    fn what_a_network_does_is_counted_apart() {
        let limits = Limits::new();
        let network = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, 0]);
        assert!((0..200).any(|_| !limits.admits_network(network, Use::LookUp)));
        assert!(limits.admits_network(network, Use::SignIn));
        assert!((0..5).all(|_| limits.admits_pairing(network, "hall-1")));
        assert!(!limits.admits_pairing(network, "hall-1"), "the sixth code within ten minutes");
        assert!(limits.admits_pairing(network, "hall-2"), "another window");
    }
}
