//! Secrets of others that Baton has to keep readable, such as API keys: sealed with a key that is not in the database.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;

/// The first byte of what is sealed: how it was.
const VERSION: u8 = 1;
/// What the sealing key is derived for, so that the installation's secret can serve other ends too.
const PURPOSE: &[u8] = b"baton: sealing of other people's secrets, version 1";

/// Seals and opens secrets of this installation.
pub struct Sealer {
    key: LessSafeKey,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl Sealer {
    /// From the installation's secret, which lies beside the database and in no backup of it.
    #[must_use]
    pub fn new(installation_secret: &[u8; 32]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(installation_secret).expect("a key of any length will do");
        mac.update(PURPOSE);
        let key = UnboundKey::new(&CHACHA20_POLY1305, &mac.finalize().into_bytes()).expect("the key has 32 bytes");
        Self { key: LessSafeKey::new(key) }
    }

    /// Seals a text for what it belongs to; it opens for nothing else.
    #[must_use]
    pub fn seal(&self, text: &str, belongs_to: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(&nonce);
        let mut bytes = text.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(belongs_to), &mut bytes)
            .expect("a text of a few hundred bytes can be sealed");
        sealed.extend_from_slice(&bytes);
        sealed
    }

    /// Opens what was sealed for this; `None` if it is another installation's, belongs to something else, or was changed.
    #[must_use]
    pub fn open(&self, sealed: &[u8], belongs_to: &[u8]) -> Option<String> {
        let (nonce, bytes) = sealed.strip_prefix(&[VERSION])?.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = bytes.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let text = self.key.open_in_place(nonce, Aad::from(belongs_to), &mut bytes).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_what_it_belongs_to_and_for_nothing_else() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("sesame", b"agent 1");
        assert_eq!(sealer.open(&sealed, b"agent 1").as_deref(), Some("sesame"));
        assert_eq!(sealer.open(&sealed, b"agent 2"), None);
        assert_eq!(Sealer::new(&[8; 32]).open(&sealed, b"agent 1"), None);
        assert!(!sealed.windows(6).any(|window| window == b"sesame"));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(sealer.open(&changed, b"agent 1"), None, "byte {at}");
            assert_eq!(sealer.open(&sealed[..at], b"agent 1"), None, "cut at {at}");
        }
        assert_ne!(sealer.seal("sesame", b"agent 1"), sealed, "never the same twice");
    }
}
