//! How often the same stranger may do the same thing.
//!
//! Counted per visitor, per address and per account: the address is the peer's, never one that a header claims,
//! and of IPv6 the first 64 bits, because one customer has all of those.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use baton_domain::ids::VisitorId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::error::ApiError;

/// Messages and button presses of one visitor: a burst, then a steady pace.
const MESSAGES_AT_ONCE: u32 = 20;
const MESSAGES_PER_MINUTE: u32 = 60;

/// Sessions begun from one address.
const SESSIONS_AT_ONCE: u32 = 60;
const SESSIONS_PER_MINUTE: u32 = 60;

/// Looks whether a person can be had, from one address, by visitors who have not written: each is a stream or a poll.
const WATCHES_AT_ONCE: u32 = 300;
const WATCHES_PER_MINUTE: u32 = 600;

/// Wrong sign-ins for one account, and from one address.
const SIGN_INS_AT_ONCE: u32 = 8;
const SIGN_INS_PER_MINUTE: u32 = 4;

/// Signs that change nothing that lasts: typing, pages, read marks.
const SIGNS_AT_ONCE: u32 = 60;
const SIGNS_PER_MINUTE: u32 = 240;

/// Counters that nobody has touched are dropped after this many questions.
const TIDY_EVERY: u32 = 10_000;

pub(crate) struct Limits {
    messages: DefaultKeyedRateLimiter<VisitorId>,
    signs: DefaultKeyedRateLimiter<VisitorId>,
    sessions: DefaultKeyedRateLimiter<IpAddr>,
    watches: DefaultKeyedRateLimiter<IpAddr>,
    accounts: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    asked: AtomicU32,
    off: bool,
}

impl Default for Limits {
    fn default() -> Self {
        let quota = |per_minute: u32, at_once: u32| {
            let number = |n| NonZeroU32::new(n).expect("the constants are not zero");
            Quota::per_minute(number(per_minute)).allow_burst(number(at_once))
        };
        Self {
            messages: DefaultKeyedRateLimiter::keyed(quota(MESSAGES_PER_MINUTE, MESSAGES_AT_ONCE)),
            signs: DefaultKeyedRateLimiter::keyed(quota(SIGNS_PER_MINUTE, SIGNS_AT_ONCE)),
            sessions: DefaultKeyedRateLimiter::keyed(quota(SESSIONS_PER_MINUTE, SESSIONS_AT_ONCE)),
            watches: DefaultKeyedRateLimiter::keyed(quota(WATCHES_PER_MINUTE, WATCHES_AT_ONCE)),
            accounts: DefaultKeyedRateLimiter::keyed(quota(SIGN_INS_PER_MINUTE, SIGN_INS_AT_ONCE)),
            addresses: DefaultKeyedRateLimiter::keyed(quota(SIGN_INS_PER_MINUTE * 5, SIGN_INS_AT_ONCE * 5)),
            clock: DefaultClock::default(),
            asked: AtomicU32::new(0),
            off: false,
        }
    }
}

impl Limits {
    /// No limits: for load tests on loopback, where one machine plays thousands of visitors.
    pub(crate) fn off() -> Self {
        Self { off: true, ..Self::default() }
    }

    pub(crate) fn message(&self, visitor: VisitorId) -> Result<(), ApiError> {
        self.tidy();
        self.check(&self.messages, &visitor, "too_many_messages", "That's a lot of messages. Please wait a moment.")
    }

    pub(crate) fn sign(&self, visitor: VisitorId) -> Result<(), ApiError> {
        self.check(&self.signs, &visitor, "too_many_requests", "That was too much at once. Please wait a moment.")
    }

    pub(crate) fn session(&self, peer: IpAddr) -> Result<(), ApiError> {
        self.check(
            &self.sessions,
            &network(peer),
            "too_many_sessions",
            "Too many chats were begun from your network. Please wait a moment.",
        )
    }

    pub(crate) fn watch(&self, peer: IpAddr) -> Result<(), ApiError> {
        self.tidy();
        self.check(
            &self.watches,
            &network(peer),
            "too_many_requests",
            "Too many chats were opened from your network. Please wait a moment.",
        )
    }

    pub(crate) fn sign_in(&self, peer: IpAddr, email: &str) -> Result<(), ApiError> {
        let message = "Too many attempts to sign in. Please wait a moment.";
        self.check(&self.addresses, &network(peer), "too_many_attempts", message)?;
        self.check(&self.accounts, &email.trim().to_lowercase(), "too_many_attempts", message)
    }

    fn check<K: Clone + std::hash::Hash + Eq>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
        code: &'static str,
        message: &str,
    ) -> Result<(), ApiError> {
        if self.off {
            return Ok(());
        }
        limiter.check_key(key).map_err(|until| {
            let wait: Duration = until.wait_time_from(self.clock.now());
            ApiError::too_many(code, message, wait)
        })
    }

    fn tidy(&self) {
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.messages.retain_recent();
            self.signs.retain_recent();
            self.sessions.retain_recent();
            self.watches.retain_recent();
            self.accounts.retain_recent();
            self.addresses.retain_recent();
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(
            || {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            },
            IpAddr::V4,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g_s8_an_account_is_throttled_whatever_the_address() {
        let limits = Limits::default();
        let refused =
            (0..10_u8).filter(|n| limits.sign_in(IpAddr::from([10, 0, 0, *n]), "Ada@Example.com ").is_err()).count();
        assert_eq!(refused, 2);
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let a: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let b: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        assert_eq!(network(a), network(b));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1".parse::<IpAddr>().unwrap());
    }
}
