//! Which addresses a message may go to: an endpoint's name must not lead into the collector's own
//! network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether this is an address of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// By the registry of special-purpose addresses (RFC 6890 and its successors).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Shared by providers, RFC 6598; protocol assignments, RFC 6890; benchmarks, RFC 2544.
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (18..20).contains(&b));
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4() {
        // ::1 and :: are among these.
        return is_public_v4(v4);
    }
    let [first, second, third, ..] = address.segments();
    // 64:ff9b::/96 stands for an IPv4 address (RFC 6052), 2002::/16 likewise; 64:ff9b:1::/48 is for
    // translation within a network (RFC 8215) and Teredo's 2001::/32 for a tunnel to anywhere (RFC
    // 4380); 2001::/23 is for protocols, and 2001:db8::/32 and 3fff::/20 are for documents (RFC
    // 9637).
    let embedded = match (first, second, third) {
        (0x64, 0xff9b, 0) => Some((address.segments()[6], address.segments()[7])),
        (0x2002, ..) => Some((second, third)),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        return is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    }
    let is_for_protocols = first == 0x2001 && second < 0x0200;
    let is_for_documents =
        (first, second) == (0x2001, 0x0db8) || (first == 0x3fff && second < 0x1000);
    (first & 0xe000) == 0x2000 && !is_for_protocols && !is_for_documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_special_is_public() {
        for special in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "64:ff9b:1::a00:1",
            "64:ff9b:1::102:408",
            "64:ff9b:2::102:408",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:10::1",
            "2001:2::1",
            "3fff::1",
            "3fff:fff::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
        for public in [
            "1.2.4.8",
            "114.114.114.114",
            "100.63.0.1",
            "172.32.0.1",
            "2400:3200::1",
            "3fff:1000::1",
            "64:ff9b::102:408",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
