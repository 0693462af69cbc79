//! Callbacks of channels (异步通知): what a channel tells by itself. A delivery is believed only with
//! the channel's signature and in time, kept as it came, once, and worked on by a job. Order,
//! repetition and delay of deliveries make no difference: the payment's state decides.

mod store;

use super::hearing::{self, Heard, Word};
use super::outcome::understand;
use super::{GATEWAY, PaymentError};
use crate::explain::{Explain, Kind};
use crate::jobs::{self, Message};
use crate::office::Office;
use crate::orders::Change;
use banks::callback::{Told, read};
use banks::front::{Answer, Fault};
use banks::signing::{Headers, NotASecret, Refused, Secret};
use domain::order::Cause;
use domain::payment::Reply;
use rand::Rng;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

/// Work on a callback that was received; whose work it is, its content says (see `work`).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct TakeCallback {
    /// Which.
    pub callback: Uuid,
}

impl Message for TakeCallback {
    const KIND: &'static str = "payments.take_callback";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.callback))
    }
}

/// A delivery as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The channel's code, by the address it came to.
    pub channel: &'a str,
    /// Its headers.
    pub headers: Headers<'a>,
    /// Its body.
    pub body: &'a [u8],
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is kept and will be worked on.
    New,
    /// It came before.
    Known,
}

/// Why a delivery was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// It is not to be believed. Whether the channel is unknown or the signature wrong is not told.
    #[error("the callback was refused: {0}")]
    Refused(#[from] Refused),
    /// A stored secret is none.
    #[error(transparent)]
    Secret(#[from] NotASecret),
    /// The database failed.
    #[error("callbacks could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for CallbackError {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(_) => Kind::SignedOut,
            Self::Secret(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}

/// What a callback says, with the channel it came from.
#[derive(Debug)]
pub struct Opened {
    /// The channel.
    pub channel: String,
    /// What it says.
    pub told: Told,
}

/// A new secret.
///
/// # Errors
/// Never: its length is right.
pub fn new_secret() -> Result<Secret, NotASecret> {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    Secret::of(&bytes)
}

/// Agrees on the secret a channel signs its callbacks with.
///
/// # Errors
/// There is no such channel, or the database failed.
pub async fn agree_secret(
    conn: &mut PgConnection,
    office: &Office,
    (channel, secret): (&str, &Secret),
) -> Result<(), CallbackError> {
    Ok(store::set_secret(conn, office, (channel, secret)).await?)
}

/// Takes a delivery.
///
/// # Errors
/// It is not to be believed, or the database failed: the channel will send it again.
pub async fn receive(office: &Office, delivery: &Delivery<'_>) -> Result<Received, CallbackError> {
    let mut tx = office.begin().await?;
    let secret = store::secret(&mut tx, delivery.channel).await?;
    // An unknown channel takes as long as a wrong signature.
    let known = secret.is_some();
    let secret = Secret::of(secret.as_deref().unwrap_or(&[0; 32]))?;
    let signed_at = secret.verify(delivery.headers, delivery.body, office.now())?;
    if !known {
        return Err(Refused::Signature.into());
    }
    let id = office.new_id();
    if !store::insert(&mut tx, office, (id, signed_at), delivery).await? {
        return Ok(Received::Known);
    }
    jobs::enqueue(&mut tx, office, &TakeCallback { callback: id }).await?;
    tx.commit().await?;
    Ok(Received::New)
}

/// Reads a callback that waits to be worked on; none if that was done.
///
/// # Errors
/// There is no such callback, or the database failed.
pub async fn open(office: &Office, id: Uuid) -> Result<Option<Opened>, CallbackError> {
    let mut conn = office.db.acquire().await?;
    let waiting = store::waiting(&mut conn, id).await?;
    Ok(waiting.map(|(channel, body)| Opened { channel, told: read(&body) }))
}

/// Writes down what came of a callback.
///
/// # Errors
/// The database failed.
pub async fn handled(office: &Office, id: Uuid, outcome: &str) -> Result<(), CallbackError> {
    let mut conn = office.db.acquire().await?;
    Ok(store::handled(&mut conn, office, (id, outcome)).await?)
}

/// Takes in what a callback says about a payment, and says what came of it.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn hear(
    office: &Office,
    (channel, number): (&str, &str),
    answer: Result<Answer, Fault>,
) -> Result<&'static str, PaymentError> {
    let mut conn = office.db.acquire().await?;
    let Some(payment) = super::store::numbered(&mut conn, channel, number).await? else {
        return Ok("there is no such payment");
    };
    drop(conn);
    let reply = understand(answer);
    if matches!(reply, Reply::NotSent | Reply::NotFound) {
        return Ok("a callback cannot say this");
    }
    let change = Change::by(GATEWAY, Cause::Callback);
    let word = Word { step: "callback", round: 0, started_at: office.now(), change, reply };
    Ok(match hearing::take_in(office, payment, &word).await? {
        Heard::Taken => "taken in",
        Heard::Nothing => "known already",
        Heard::Contradiction => "contradicts what is certain: a difference is opened",
    })
}
