//! Passwords: Argon2id with the costs OWASP asks for (19 MiB, two passes), off the async threads.

use super::AccessError;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use std::sync::OnceLock;

/// Verified against when the login is unknown, so that both refusals take the same time.
static NOBODY: OnceLock<String> = OnceLock::new();

pub(super) async fn hash(password: String) -> Result<String, AccessError> {
    run(move || hash_now(&password)).await
}

pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool, AccessError> {
    run(move || {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => match NOBODY.get() {
                Some(hash) => hash.clone(),
                None => {
                    NOBODY.get_or_init(|| hash_now("nobody's password").unwrap_or_default()).clone()
                }
            },
        };
        let parsed = PasswordHash::new(&hash).map_err(|e| AccessError::Hashing(Box::new(e)))?;
        let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(fits && known)
    })
    .await
}

fn hash_now(password: &str) -> Result<String, AccessError> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|e| AccessError::Hashing(Box::new(e)))?;
    Ok(hash.to_string())
}

async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| AccessError::Hashing(Box::new(e)))?
}
