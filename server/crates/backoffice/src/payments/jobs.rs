//! Sending payments and asking after them. The number never changes, so whatever is repeated here
//! collects at most once.

use super::outcome;
use crate::jobs::{Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use domain::ids::{FileId, PaymentId};
use serde::{Deserialize, Serialize};

/// Hand a routed payment to its bank front.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendPayment {
    /// Which.
    pub payment: PaymentId,
}

impl Message for SendPayment {
    const KIND: &'static str = "payments.send";

    fn unique_key(&self) -> Option<String> {
        Some(format!("payments.send:{}", self.payment))
    }
}

impl Job for SendPayment {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        Ok(outcome::send(office, self.payment).await?)
    }
}

/// Ask what became of a payment whose outcome is not known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QueryPayment {
    /// Which.
    pub payment: PaymentId,
    /// Which asking this is, from 1; the pauses between them grow.
    pub round: u32,
}

impl Message for QueryPayment {
    const KIND: &'static str = "payments.query";

    fn unique_key(&self) -> Option<String> {
        Some(format!("payments.query:{}:{}", self.payment, self.round))
    }
}

impl Job for QueryPayment {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        outcome::query(office, self.payment, self.round).await?;
        Ok(Outcome::Done)
    }
}

/// Book the paid orders of an imported order book, a few hundred at a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BookOrderFile {
    /// Which.
    pub file: FileId,
}

impl Message for BookOrderFile {
    const KIND: &'static str = "payments.book_order_file";

    fn unique_key(&self) -> Option<String> {
        Some(format!("payments.book_order_file:{}", self.file))
    }
}

impl Job for BookOrderFile {
    async fn run(&self, office: &Office, run: &Run) -> Result<Outcome, JobError> {
        loop {
            let (done, total, finished) = super::import::book_some(office, self.file).await?;
            run.progress(office, done, total).await?;
            if finished {
                return Ok(Outcome::Done);
            }
        }
    }
}
