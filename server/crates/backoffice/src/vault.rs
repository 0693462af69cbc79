//! Secrets at rest are sealed with a key that only the configuration knows: whoever reads the
//! database, or a copy of it, cannot use them. AES-256-GCM; the owner's id is bound in, so that a
//! sealed secret cannot be moved to another person's row.

use rand::Rng;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Bytes of a key.
pub const KEY_LENGTH: usize = 32;
/// Bytes that tell which key sealed something.
const MARK_LENGTH: usize = 4;

/// The key of this installation.
#[derive(Debug, Clone)]
pub struct Vault {
    key: LessSafeKey,
    mark: [u8; MARK_LENGTH],
}

/// Why a secret cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The configuration names no key.
    #[error("no key for secrets is set: an administrator sets COUNTINGHOUSE_SECRET_KEY")]
    NoKey,
    /// The key was another one then.
    #[error("this second factor was sealed with another key: have it reset by a colleague")]
    OtherKey,
    /// It was changed since.
    #[error("a sealed secret is damaged: have the second factor reset by a colleague")]
    Damaged,
}

impl Vault {
    /// A vault with this key.
    ///
    /// # Errors
    /// The key is refused by the cryptography.
    pub fn new(key: &[u8; KEY_LENGTH]) -> Result<Self, VaultError> {
        let unbound = UnboundKey::new(&AES_256_GCM, key).map_err(|_| VaultError::Damaged)?;
        let mut mark = [0; MARK_LENGTH];
        let digest = Sha256::digest(key);
        for (to, from) in mark.iter_mut().zip(digest) {
            *to = from;
        }
        Ok(Self { key: LessSafeKey::new(unbound), mark })
    }

    /// Seals a secret for its owner.
    ///
    /// # Errors
    /// The cryptography refuses.
    pub fn seal(&self, owner: Uuid, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0_u8; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = secret.to_vec();
        let bound = Aad::from(*owner.as_bytes());
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed)
            .map_err(|_| VaultError::Damaged)?;
        Ok([self.mark.as_slice(), &nonce, &sealed].concat())
    }

    /// Opens what was sealed for an owner.
    ///
    /// # Errors
    /// It was sealed with another key or for somebody else, or was changed.
    pub fn open(&self, owner: Uuid, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (mark, rest) = sealed.split_at_checked(MARK_LENGTH).ok_or(VaultError::Damaged)?;
        if mark != self.mark {
            return Err(VaultError::OtherKey);
        }
        let (nonce, secret) = rest.split_at_checked(NONCE_LEN).ok_or(VaultError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Damaged)?;
        let mut secret = secret.to_vec();
        let bound = Aad::from(*owner.as_bytes());
        let opened = self.key.open_in_place(nonce, bound, &mut secret);
        opened.map(|secret| secret.to_vec()).map_err(|_| VaultError::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIN: Uuid = Uuid::from_u128(1);
    const CHEN: Uuid = Uuid::from_u128(2);

    #[test]
    fn a_sealed_secret_opens_for_its_owner_under_its_key_only() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let sealed = vault.seal(LIN, b"twenty bytes of secret").unwrap();
        assert_eq!(vault.open(LIN, &sealed).unwrap(), b"twenty bytes of secret");
        assert!(!sealed.windows(6).any(|part| part == b"twenty"), "it is not legible");
        assert_ne!(vault.seal(LIN, b"twenty bytes of secret").unwrap(), sealed);
        assert_eq!(vault.open(CHEN, &sealed), Err(VaultError::Damaged));
        let other = Vault::new(&[8; 32]).unwrap();
        assert_eq!(other.open(LIN, &sealed), Err(VaultError::OtherKey));
    }

    #[test]
    fn a_changed_or_short_secret_is_refused() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let mut sealed = vault.seal(LIN, b"secret").unwrap();
        assert_eq!(vault.open(LIN, &sealed[..9]), Err(VaultError::Damaged));
        if let Some(last) = sealed.last_mut() {
            *last ^= 1;
        }
        assert_eq!(vault.open(LIN, &sealed), Err(VaultError::Damaged));
    }
}
