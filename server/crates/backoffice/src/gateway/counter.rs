//! The counter (柜台) where business systems are served by this process: what arrives at the same
//! moment is worked on together. Whoever calls is answered as if they were alone.

use super::idempotency::{Answer, Call};
use super::payments::{Taken, view};
use super::taking::{Asking, Took, take};
use super::{Came, GatewayError, fitting, store};
use crate::explain::busy;
use crate::merchants;
use crate::office::Office;
use crate::payments::{Begun, Place, Sender};
use domain::gateway::{ApiClient, PaymentRequest, PaymentView};
use domain::ids::MerchantId;
use ledger::{Group, GroupError, GroupSize, Write};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use tokio::task::JoinHandle;

/// The counter; its clones serve together.
#[derive(Clone)]
pub struct Counter {
    keys: Group<Keys>,
    requests: Group<Requests>,
    answers: Group<Answers>,
    sender: Sender,
}

/// A payment request that was taken.
#[derive(Debug)]
pub struct Served {
    /// The order, and whether CRM refused it.
    pub taken: Taken,
    /// The payment being sent by this process: what it comes to, if that is a success.
    pub sent: Option<JoinHandle<Option<PaymentView>>>,
}

impl Counter {
    /// Opens the counter. So many payments at a time are sent at once; what is more is left to the
    /// workers.
    #[must_use]
    pub fn open(office: &Office, at_once: usize) -> Self {
        let (db, size): (&PgPool, GroupSize) = (&office.db, GroupSize::default());
        Self {
            keys: Group::start(db, Keys, size),
            requests: Group::start(db, Requests, size),
            answers: Group::start(db, Answers, size),
            sender: Sender::start(office, at_once),
        }
    }

    /// Who sends a request, by its bearer token `<key_id>.<secret>`.
    ///
    /// # Errors
    /// One and the same refusal for an unknown key and a wrong secret.
    pub async fn authenticate(&self, bearer: &str) -> Result<ApiClient, GatewayError> {
        let (key_id, secret) = bearer.split_once('.').ok_or(GatewayError::NotAuthenticated)?;
        let found = self.keys.submit(key_id.to_owned()).await?;
        fitting(key_id, secret, found)
    }

    /// Takes a payment request, as [`super::create_payment`] does, and sends its payment at once
    /// where there is room. Both go on when the caller stops waiting.
    ///
    /// # Errors
    /// A field is wrong, the order number was used, or the key was used for something else.
    pub async fn create_payment(
        &self,
        office: &Office,
        client: &ApiClient,
        (call, request): (&Call, &PaymentRequest),
    ) -> Result<Came<Served>, GatewayError> {
        let checked = request.check()?;
        let place = self.sender.place();
        let asking = Asking {
            office: office.clone(),
            client: client.clone(),
            call: call.clone(),
            request: request.clone(),
            checked,
            at_once: place.is_some(),
        };
        let counter = self.clone();
        let taking = tokio::spawn(async move { counter.take(asking, place).await });
        taking.await.map_err(|_| GatewayError::Database(sqlx::Error::WorkerCrashed))?
    }

    async fn take(
        &self,
        asking: Asking,
        place: Option<Place>,
    ) -> Result<Came<Served>, GatewayError> {
        let office = asking.office.clone();
        let (came, begun) = self.requests.submit(asking).await??;
        Ok(match came {
            Came::Before(answer) => Came::Before(answer),
            Came::New(taken) => {
                let sent = begun.zip(place).map(|begun| self.send(&office, begun));
                if sent.is_none() {
                    office.bell.work_is_there();
                }
                Came::New(Served { taken, sent })
            }
        })
    }

    /// Sends a payment in a task of its own: it ends well even if the caller is answered before.
    fn send(
        &self,
        office: &Office,
        (begun, place): (Begun, Place),
    ) -> JoinHandle<Option<PaymentView>> {
        let (sender, office) = (self.sender.clone(), office.clone());
        tokio::spawn(async move {
            let sent = sender.send(&office, begun).await;
            drop(place);
            match sent {
                Ok(decided) => decided.map(|(order, payment)| view(order, Some(payment))),
                Err(error) => {
                    let error: &(dyn std::error::Error + 'static) = &error;
                    tracing::warn!(request_id = office.request_id, error, "a payment waits");
                    None
                }
            }
        })
    }

    /// Remembers what a request was answered, so that it is answered the same again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remember(
        &self,
        client: &ApiClient,
        call: &Call,
        (status, body): (u16, &Value),
    ) -> Result<(), GatewayError> {
        let answer = Answer { status, body: body.clone() };
        Ok(self.answers.submit((client.merchant, call.clone(), answer)).await?)
    }
}

impl From<GroupError<Self>> for GatewayError {
    fn from(error: GroupError<Self>) -> Self {
        match error {
            GroupError::Refused(error) => error,
            GroupError::Unreachable(error) => Self::Unreachable(error),
            GroupError::Stopped => Self::Database(sqlx::Error::PoolClosed),
            GroupError::Unanswered => Self::Database(sqlx::Error::WorkerCrashed),
        }
    }
}

/// Looks up API keys.
struct Keys;

impl Write for Keys {
    type Item = String;
    type Answer = Option<(MerchantId, Vec<u8>)>;
    type Error = GatewayError;

    async fn write(
        &self,
        conn: &mut PgConnection,
        items: &[String],
    ) -> Result<Vec<Self::Answer>, GatewayError> {
        let ids: Vec<&str> = items.iter().map(String::as_str).collect();
        let found = merchants::api_keys(conn, &ids).await?;
        Ok(items.iter().map(|id| found.get(id).cloned()).collect())
    }

    async fn write_at_once(
        &self,
        conn: &mut PgConnection,
        items: &[String],
    ) -> Result<Option<Vec<Self::Answer>>, GatewayError> {
        self.write(conn, items).await.map(Some)
    }
}

/// Takes payment requests.
struct Requests;

impl Write for Requests {
    type Item = Asking;
    type Answer = Result<Took, GatewayError>;
    type Error = GatewayError;

    async fn write(
        &self,
        conn: &mut PgConnection,
        items: &[Asking],
    ) -> Result<Vec<Self::Answer>, GatewayError> {
        take(conn, items).await
    }

    /// Somebody who takes the same key at the same moment is found once they are done.
    fn worth_repeating(error: &GatewayError) -> bool {
        matches!(error, GatewayError::InProgress) || busy(error)
    }
}

/// Keeps answers.
struct Answers;

impl Write for Answers {
    type Item = (MerchantId, Call, Answer);
    type Answer = ();
    type Error = GatewayError;

    async fn write(
        &self,
        conn: &mut PgConnection,
        items: &[Self::Item],
    ) -> Result<Vec<()>, GatewayError> {
        store::save_answers(conn, items).await?;
        Ok(items.iter().map(|_| ()).collect())
    }

    async fn write_at_once(
        &self,
        conn: &mut PgConnection,
        items: &[Self::Item],
    ) -> Result<Option<Vec<()>>, GatewayError> {
        self.write(conn, items).await.map(Some)
    }

    fn worth_repeating(error: &GatewayError) -> bool {
        busy(error)
    }
}
