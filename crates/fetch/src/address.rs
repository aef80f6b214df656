//! Which addresses may be connected to: public ones, and what the operator of the installation allows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// The addresses that may be connected to.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    allow: Vec<IpNet>,
}

/// Networks of IPv4 that are not the public internet, and what they are.
const REFUSED_V4: [(Ipv4Addr, u8, &str); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by a carrier"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine's own"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "of a relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
    (Ipv4Addr::BROADCAST, 32, "broadcast"),
];

impl AddressPolicy {
    /// Public addresses, and those of these networks.
    #[must_use]
    pub fn new(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// What an address is that may not be connected to; `None` if it may.
    ///
    /// An IPv6 address that carries an IPv4 one is judged by the one that packets end up at.
    #[must_use]
    pub fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        let real = carried(address);
        if self.allow.iter().any(|net| net.contains(&real) || net.contains(&address)) {
            return None;
        }
        match real {
            IpAddr::V4(address) => refused_v4(address),
            IpAddr::V6(address) => refused_v6(address),
        }
    }
}

/// The IPv4 address inside an IPv4-mapped or NAT64 one, else the address itself.
fn carried(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [.., a, b, c, d] = v6.octets();
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, _, _] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        _ => address,
    }
}

fn refused_v4(address: Ipv4Addr) -> Option<&'static str> {
    REFUSED_V4.iter().find_map(|(net, length, what)| {
        let mask = u32::MAX.checked_shl(32 - u32::from(*length)).unwrap_or(0);
        (address.to_bits() & mask == net.to_bits()).then_some(*what)
    })
}

/// Only global unicast, without the ranges in it that carry other addresses or lead nowhere.
fn refused_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.is_loopback() {
        return Some("this machine's own");
    }
    if address.is_unspecified() {
        return Some("unspecified");
    }
    match address.segments() {
        [first, ..] if first & 0xff00 == 0xff00 => Some("multicast"),
        [first, ..] if first & 0xffc0 == 0xfe80 => Some("link-local"),
        [first, ..] if first & 0xfe00 == 0xfc00 => Some("private"),
        [0x2001, second, ..] if second < 0x200 => Some("reserved, or carries another one"),
        [0x2001, 0xdb8, ..] | [0x3ff0..=0x3fff, 0..=0xfff, ..] => Some("for documentation"),
        [0x2002, ..] => Some("one that carries another one"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("reserved, or carries another one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(policy: &AddressPolicy, addresses: &str) -> Vec<String> {
        let parsed = addresses.split_whitespace().map(|text| (text, text.parse().expect("an address")));
        parsed.filter(|(_, address)| policy.refusal(*address).is_some()).map(|(text, _)| text.to_owned()).collect()
    }

    const PRIVATE: &str =
        "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254
        172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7
        203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1
        ::ffff:10.1.2.3 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1
        100::1 2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 fc00::1
        fd12:3456::1 fe80::1 fec0::1 ff02::1 5f00::1 4000::1";
    const PUBLIC: &str = "1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1
        198.17.255.255 198.20.0.1 223.255.255.255 2606:4700::1111 2001:4860:4860::8888 2a00:1450::1 ::ffff:8.8.8.8
        64:ff9b::808:808";

    #[test]
    fn gs5_only_public_addresses_may_be_connected_to() {
        let policy = AddressPolicy::default();
        assert_eq!(refused(&policy, PRIVATE), PRIVATE.split_whitespace().collect::<Vec<_>>());
        assert_eq!(refused(&policy, PUBLIC), Vec::<String>::new());
    }

    #[test]
    fn gs5_an_allowed_network_may_be_connected_to_in_every_form() {
        let policy = AddressPolicy::new(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        assert_eq!(
            refused(&policy, "10.1.2.3 ::ffff:10.1.2.3 fd12::1 192.168.1.1 ::1"),
            ["192.168.1.1", "::1"],
            "and nothing else"
        );
    }
}
