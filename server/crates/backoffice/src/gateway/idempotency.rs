//! Idempotency keys: the row of a request is made in the transaction that does its work, so the
//! work is done once, and what it was answered is kept beside it.

use super::{GatewayError, store};
use crate::office::Office;
use domain::gateway::{ApiClient, FieldError, KEY_MAX};
use domain::ids::MerchantId;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A request that was not answered for this long is answered by nobody any more.
const LOST_AFTER: Duration = Duration::seconds(15);

/// A request that may change something, with the key that makes repeating it harmless.
#[derive(Debug, Clone)]
pub struct Call {
    /// The route it came in by.
    pub route: &'static str,
    /// The caller's key.
    pub key: String,
    /// SHA-256 of the request, so that another one under the same key is noticed.
    request_hash: String,
}

/// What a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Call {
    /// A call of a route with a key and a request (canonical: object keys are sorted).
    ///
    /// # Errors
    /// The key is empty, too long or not printable.
    pub fn new(route: &'static str, key: &str, request: &Value) -> Result<Self, GatewayError> {
        let printable = key.bytes().all(|byte| byte.is_ascii_graphic());
        if !(1..=KEY_MAX).contains(&key.len()) || !printable {
            let reason = format!("an idempotency key has 1 to {KEY_MAX} printable characters");
            return Err(FieldError::new("Idempotency-Key", reason).into());
        }
        let request_hash = hex::encode(Sha256::digest(request.to_string().as_bytes()));
        Ok(Self { route, key: key.to_owned(), request_hash })
    }

    pub(super) fn request_hash(&self) -> &str {
        &self.request_hash
    }
}

/// How a key was found.
pub(super) enum Key {
    /// Nobody used it: it is taken for this request now.
    New,
    /// Its request was answered.
    Answered(Answer),
    /// Its request made this and then lost its answer.
    Unanswered(Uuid),
}

/// Takes the key for this request, or finds what came of the request before.
///
/// # Errors
/// The key was used for something else, or its request is still being worked on.
pub(super) async fn begin(
    conn: &mut PgConnection,
    office: &Office,
    client: &ApiClient,
    call: &Call,
) -> Result<Key, GatewayError> {
    let wanted = [Wanted { merchant: client.merchant, call, subject: None, at: office.now() }];
    if store::take_keys(conn, &wanted).await? == 1 {
        return Ok(Key::New);
    }
    let known = store::find(conn, &[(client.merchant, call)]).await?;
    let known = known.into_values().next().ok_or(GatewayError::InProgress)?;
    known.key(office, call)
}

/// A key that is to be taken.
pub(super) struct Wanted<'a> {
    /// Whose.
    pub merchant: MerchantId,
    /// For which request.
    pub call: &'a Call,
    /// What the request makes, where that is known already.
    pub subject: Option<Uuid>,
    /// When it was asked.
    pub at: OffsetDateTime,
}

/// What is known of a key that was taken.
pub(super) struct Known {
    pub request_hash: String,
    pub answer: Option<Answer>,
    pub subject: Option<Uuid>,
    pub created_at: OffsetDateTime,
}

impl Known {
    /// How this request finds it.
    pub(super) fn key(self, office: &Office, call: &Call) -> Result<Key, GatewayError> {
        if self.request_hash != call.request_hash {
            return Err(GatewayError::KeyReused);
        }
        match (self.answer, self.subject) {
            (Some(answer), _) => Ok(Key::Answered(answer)),
            (None, Some(subject)) if office.now() - self.created_at > LOST_AFTER => {
                Ok(Key::Unanswered(subject))
            }
            _ => Err(GatewayError::InProgress),
        }
    }
}

/// Notes what the request made, for the case that its answer is lost.
pub(super) async fn about(
    conn: &mut PgConnection,
    client: &ApiClient,
    call: &Call,
    subject: Uuid,
) -> Result<(), GatewayError> {
    store::set_subject(conn, client.merchant, call, subject).await
}
