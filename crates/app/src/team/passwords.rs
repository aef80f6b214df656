//! Passwords: what is good enough, and how they are kept (Argon2id).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};

use crate::AppError;

/// Shortest password, in characters. Length is what makes guessing hopeless.
const PASSWORD_CHARS_MIN: usize = 10;
const PASSWORD_CHARS_MAX: usize = 256;

/// A hash of no known password, so that an unknown address takes as long as a wrong password.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Jm0oXfmHdSbB/4XVC5kVt6OjP2BwPNvIXt1nAkXFCbM";

/// The hash of a new password.
pub(crate) async fn hash(password: &str) -> Result<String, AppError> {
    let chars = password.chars().count();
    if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) {
        return Err(AppError::invalid("password", format!("Use at least {PASSWORD_CHARS_MIN} characters.")));
    }
    let distinct = password.chars().collect::<std::collections::BTreeSet<_>>().len();
    if distinct < 4 {
        return Err(AppError::invalid("password", "Use more different characters."));
    }
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    })
    .await;
    hashed.ok().and_then(Result::ok).ok_or(AppError::Internal("the password could not be hashed"))
}

/// Whether a password is the one that was hashed. Takes as long when there is no hash.
pub(crate) async fn verify(password: &str, hash: Option<&str>) -> bool {
    let known = hash.is_some();
    let hash = hash.unwrap_or(NOBODYS_HASH).to_owned();
    let password = password.chars().take(PASSWORD_CHARS_MAX + 1).collect::<String>();
    let verified = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await;
    verified.unwrap_or(false) && known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn p4_a_password_verifies_against_its_own_hash_alone() {
        let hashed = hash("correct horse battery").await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(verify("correct horse battery", Some(&hashed)).await);
        assert!(!verify("correct horse batterx", Some(&hashed)).await);
        assert!(!verify("correct horse battery", None).await);
    }

    #[tokio::test]
    async fn p4_short_and_monotonous_passwords_are_refused() {
        assert!(hash("short").await.is_err());
        assert!(hash("aaaaaaaaaaaa").await.is_err());
    }

    #[test]
    fn the_hash_that_belongs_to_nobody_can_be_read() {
        assert!(PasswordHash::new(NOBODYS_HASH).is_ok());
    }
}
