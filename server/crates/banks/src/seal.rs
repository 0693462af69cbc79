//! The key payout files are signed with (付款文件签名): Ed25519, a signature of its own beside the
//! file. The bank is given the public half; the private half never leaves this process.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fmt;

/// Length of the private half.
const SEED: usize = 32;
/// The private half everybody knows: for demonstrations and tests.
const KNOWN: [u8; SEED] = *b"the key everybody knows, no key!";

/// A key to sign files with.
pub struct FileKey(Ed25519KeyPair);

/// A text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key for payout files is 64 hexadecimal digits")]
pub struct NotAKey;

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileKey({})", self.public())
    }
}

impl FileKey {
    /// The key of this text: 64 hexadecimal digits, blanks around them aside.
    ///
    /// # Errors
    /// It is none.
    pub fn of(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        let hexadecimal = text.bytes().all(|sign| sign.is_ascii_hexdigit());
        let digits = (hexadecimal && text.len() == SEED * 2).then_some(text).ok_or(NotAKey)?;
        let mut seed = [0_u8; SEED];
        for (at, byte) in seed.iter_mut().enumerate() {
            let pair = digits.get(at * 2..at * 2 + 2).ok_or(NotAKey)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotAKey)?;
        }
        Self::of_seed(&seed)
    }

    /// The key of demonstrations, which everybody knows.
    ///
    /// # Errors
    /// Never: the seed has the right length.
    pub fn of_demonstrations() -> Result<Self, NotAKey> {
        Self::of_seed(&KNOWN)
    }

    fn of_seed(seed: &[u8; SEED]) -> Result<Self, NotAKey> {
        Ok(Self(Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAKey)?))
    }

    /// The public half, as base64.
    #[must_use]
    pub fn public(&self) -> String {
        STANDARD.encode(self.0.public_key().as_ref())
    }

    /// The signature of these bytes, as base64.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(self.0.sign(bytes).as_ref())
    }
}

/// Whether a signature is that of these bytes by the key with this public half.
#[must_use]
pub fn holds(public: &str, bytes: &[u8], signature: &str) -> bool {
    let (Ok(public), Ok(signature)) = (STANDARD.decode(public), STANDARD.decode(signature)) else {
        return false;
    };
    UnparsedPublicKey::new(&ED25519, public).verify(bytes, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_bytes_and_its_key_only() {
        let key = FileKey::of(&format!(" {} \n", "0f".repeat(32))).unwrap();
        let signature = key.sign(b"<Document/>");
        assert_eq!(signature, key.sign(b"<Document/>"), "signing again gives the same");
        assert!(holds(&key.public(), b"<Document/>", &signature));
        assert!(!holds(&key.public(), b"<Document />", &signature));
        let other = FileKey::of_demonstrations().unwrap();
        assert!(!holds(&other.public(), b"<Document/>", &signature));
        assert!(!holds(&key.public(), b"<Document/>", "nonsense"));
        assert!(!format!("{key:?}").contains("0f0f"), "the private half is not printed");
    }

    /// RFC 8032, 7.1, test 1.
    #[test]
    fn it_is_the_signature_others_compute() {
        let key = FileKey::of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
            .unwrap();
        assert_eq!(key.public(), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let short = "0f".repeat(31);
        let wide = "０f".repeat(32);
        for bad in ["", "0f", short.as_str(), wide.as_str(), &"+f".repeat(32), &"zz".repeat(32)] {
            assert_eq!(FileKey::of(bad).err(), Some(NotAKey), "{bad}");
        }
    }
}
