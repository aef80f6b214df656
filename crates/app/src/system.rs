//! The real clock, ids and secrets: the one place where time and randomness come in.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use baton_domain::ids::IdSource;
use baton_domain::time::{Clock, Timestamp};
use baton_storage::TokenHash;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes in")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Time-ordered random ids.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// A new secret token of 256 random bits, as its holder keeps it, and its hash, as the store keeps it.
#[must_use]
pub fn new_token() -> (String, TokenHash) {
    let token = URL_SAFE_NO_PAD.encode(new_secret());
    let hash = token_hash(&token);
    (token, hash)
}

/// 256 random bits.
#[must_use]
pub fn new_secret() -> [u8; 32] {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).expect("the operating system gives random bytes");
    secret
}

/// The hash under which a token is stored. The token has 256 random bits, so a fast hash is enough.
#[must_use]
pub fn token_hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}
