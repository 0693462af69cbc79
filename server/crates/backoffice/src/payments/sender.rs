//! Sending payments in the process that opened them, without the way over the workers: the bank is
//! asked at once, and what many banks answered in the same moment is taken in as one group.
//!
//! Nothing rests on this process living on: the payment's job was claimed in the transaction that
//! opened it, and when its lease runs out, a worker asks what became of the payment.

use super::hearing::{self, Listening, Word};
use super::opening::Begun;
use super::{PaymentError, outcome};
use crate::explain::busy;
use crate::jobs::{self, Run};
use crate::office::Office;
use domain::ids::PaymentId;
use domain::order::Order;
use domain::payment::{Payment, Reply};
use ledger::{Books, Group, GroupError, GroupSize, LedgerError, Write};
use sqlx::PgConnection;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Sends payments. Clones share the room and the writer.
#[derive(Clone)]
pub struct Sender {
    answers: Group<Answers>,
    room: Arc<Semaphore>,
}

/// The right to send one payment in this process.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Sender {
    /// A sender of so many payments at a time; what is more is left to the workers.
    #[must_use]
    pub fn start(office: &Office, places: usize) -> Self {
        let answers = Answers { books: Books::default() };
        Self {
            answers: Group::start(&office.db, answers, GroupSize::default()),
            room: Arc::new(Semaphore::new(places)),
        }
    }

    /// A place, if there is one.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        Arc::clone(&self.room).try_acquire_owned().ok().map(|_permit| Place { _permit })
    }

    /// Hands a payment to its bank front and takes in what it answered. Answers order and payment
    /// if that succeeded.
    ///
    /// # Errors
    /// The answer could not be taken in: the payment's job is run again.
    pub async fn send(
        &self,
        office: &Office,
        begun: Begun,
    ) -> Result<Option<(Order, Payment)>, PaymentError> {
        let Begun { payment, order, job } = begun;
        let word = outcome::hand_over(office, &payment, &order).await;
        if word.reply == Reply::NotSent {
            hearing::take_in(office, payment.id, &word).await?;
            let result = outcome::after(office, &payment, &word).await;
            let result = result.map_err(|error| error.to_string());
            jobs::conclude(office, &job, result).await?;
            return Ok(None);
        }
        let answered = Answered { office: office.clone(), id: payment.id, word, run: job.run };
        let taken = self.answers.submit(answered).await;
        office.bell.has_got_on(payment.id.into());
        office.bell.work_is_there();
        match taken {
            Ok(decided) => Ok(decided),
            Err(GroupError::Refused(error)) => {
                jobs::conclude(office, &job, Err(error.to_string())).await?;
                Err(error)
            }
            Err(error) => {
                // Perhaps it was written. The lease of the job ends, and a worker looks.
                tracing::warn!(%error, payment.id = %payment.id, "an answer was not taken in");
                Ok(None)
            }
        }
    }
}

/// What a bank answered about a payment that was sent.
struct Answered {
    office: Office,
    id: PaymentId,
    word: Word<'static>,
    run: Run,
}

/// Takes in answers, many in one transaction, with the end of their jobs.
struct Answers {
    books: Books,
}

impl Write for Answers {
    type Item = Answered;
    type Answer = Option<(Order, Payment)>;
    type Error = PaymentError;

    async fn write(
        &self,
        conn: &mut PgConnection,
        items: &[Answered],
    ) -> Result<Vec<Self::Answer>, PaymentError> {
        let all: Vec<Listening<'_>> = items
            .iter()
            .map(|one| Listening { office: &one.office, id: one.id, word: &one.word })
            .collect();
        let heard = hearing::take_in_all(conn, &self.books, &all).await?;
        if let Some(first) = items.first() {
            let runs: Vec<Run> = items.iter().map(|one| one.run).collect();
            jobs::done_all(conn, &first.office, &runs).await?;
        }
        Ok(heard.into_iter().map(|(_, decided)| decided).collect())
    }

    async fn prepare(&self, conn: &mut PgConnection) -> sqlx::Result<()> {
        self.books.warm(conn).await
    }

    /// A day that was cut while an answer was taken in: it is booked on the next.
    fn worth_repeating(error: &PaymentError) -> bool {
        matches!(error, PaymentError::Ledger(LedgerError::DayClosed(_))) || busy(error)
    }
}
