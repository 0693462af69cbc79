//! Signed messages between machines, as Standard Webhooks has them: HMAC-SHA256 over
//! `id.timestamp.body`, in the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
//! Channels sign what they tell us; we sign what we tell merchants.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

/// Header with the id of a message: the same for every try to deliver it.
pub const ID: &str = "webhook-id";
/// Header with the time of the try, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Header with one or more signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// How far a message's time may be from ours.
pub const TOLERANCE: Duration = Duration::minutes(5);
/// Longest id.
const ID_MAX: usize = 128;
/// What a secret's text begins with.
const PREFIX: &str = "whsec_";

/// A secret shared by both sides.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is whsec_ and base64 of 24 to 64 bytes")]
pub struct NotASecret;

/// What the headers of a message say.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'a> {
    /// The id.
    pub id: &'a str,
    /// The time.
    pub timestamp: &'a str,
    /// The signatures, separated by spaces.
    pub signature: &'a str,
}

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A header is missing or malformed.
    #[error("webhook-id, webhook-timestamp or webhook-signature is missing or malformed")]
    Malformed,
    /// It is too old, or from the future.
    #[error("the timestamp is more than five minutes from our clock")]
    Time,
    /// The signature does not fit.
    #[error("the signature does not fit")]
    Signature,
}

impl Secret {
    /// A secret of these bytes.
    ///
    /// # Errors
    /// Fewer than 24 or more than 64.
    pub fn of(bytes: &[u8]) -> Result<Self, NotASecret> {
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes.to_vec())) } else { Err(NotASecret) }
    }

    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// It is written otherwise.
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(NotASecret)?;
        Self::of(&STANDARD.decode(encoded).map_err(|_| NotASecret)?)
    }

    /// Its bytes, for the store.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as `whsec_…`, for whoever shares it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The signature of a message, `v1,…`.
    #[must_use]
    pub fn sign(&self, id: &str, at: OffsetDateTime, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.mac(id, &at.unix_timestamp().to_string(), body)))
    }

    /// Checks a message: its form, its time, and that one of its signatures is ours.
    ///
    /// # Errors
    /// It is not to be believed.
    pub fn verify(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<OffsetDateTime, Refused> {
        let plain = headers.id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.');
        if !plain || !(1..=ID_MAX).contains(&headers.id.len()) {
            return Err(Refused::Malformed);
        }
        let seconds: i64 = headers.timestamp.parse().map_err(|_| Refused::Malformed)?;
        let at = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Refused::Malformed)?;
        if (now - at).abs() > TOLERANCE {
            return Err(Refused::Time);
        }
        let expected = STANDARD.encode(self.mac(headers.id, headers.timestamp, body));
        let fits = headers.signature.split(' ').any(|one| {
            let given = one.strip_prefix("v1,").unwrap_or_default();
            bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
        });
        if fits { Ok(at) } else { Err(Refused::Signature) }
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
        // A key of any length is taken.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return Vec::new() };
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const AT: OffsetDateTime = datetime!(2021-02-25 15:09:05 UTC);

    /// The example of the specification's reference libraries.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = OffsetDateTime::from_unix_timestamp(1_614_265_330).unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret.text(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn a_message_is_believed_only_whole_signed_and_in_time() {
        let secret = Secret::of(&[7; 32]).unwrap();
        let signature = secret.sign("m1", AT, b"body");
        let timestamp = AT.unix_timestamp().to_string();
        let headers = Headers { id: "m1", timestamp: &timestamp, signature: &signature };
        assert_eq!(secret.verify(headers, b"body", AT), Ok(AT));
        let two = format!("v1,AAAA v2,xx {signature}");
        assert!(secret.verify(Headers { signature: &two, ..headers }, b"body", AT).is_ok());
        for (headers, body, now, refused) in [
            (headers, &b"bodY"[..], AT, Refused::Signature),
            (Headers { id: "m2", ..headers }, b"body", AT, Refused::Signature),
            (Headers { id: "", ..headers }, b"body", AT, Refused::Malformed),
            (Headers { id: "m.1", ..headers }, b"body", AT, Refused::Malformed),
            (Headers { timestamp: "now", ..headers }, b"body", AT, Refused::Malformed),
            (Headers { timestamp: "9223372036854775807", ..headers }, b"", AT, Refused::Malformed),
            (Headers { signature: "", ..headers }, b"body", AT, Refused::Signature),
            (Headers { signature: "v1,", ..headers }, b"body", AT, Refused::Signature),
            (headers, b"body", AT + Duration::minutes(6), Refused::Time),
            (headers, b"body", AT - Duration::minutes(6), Refused::Time),
        ] {
            assert_eq!(secret.verify(headers, body, now), Err(refused), "{headers:?}");
        }
        let other = Secret::of(&[8; 32]).unwrap();
        assert_eq!(other.verify(headers, b"body", AT), Err(Refused::Signature));
    }

    #[test]
    fn short_or_unmarked_secrets_are_none() {
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%"] {
            assert_eq!(Secret::parse(text), Err(NotASecret), "{text}");
        }
    }
}
