//! Sending payments and asking after them. The number never changes, so whatever is repeated here
//! collects at most once.

use super::outcome;
use crate::jobs::{Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use domain::date::BusinessDate;
use domain::ids::{FileId, PaymentId};
use domain::money::Money;
use domain::payment::{Contradiction, Payment, Reply};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

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

/// Ask what became of a payment because a member of staff wants to know now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskNow {
    /// Which.
    pub payment: PaymentId,
    /// Who wants to know, by name.
    pub asked_by: String,
}

impl Message for AskNow {
    const KIND: &'static str = "payments.ask_now";
}

impl Job for AskNow {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        outcome::ask_for(office, self.payment, &self.asked_by).await?;
        Ok(Outcome::Done)
    }
}

/// The channel says something that contradicts what is certain: an error item is to be opened,
/// further down (see `work`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportContradiction {
    /// The payment.
    pub payment: PaymentId,
    /// How.
    pub contradiction: Contradiction,
    /// The trade the channel tells of; none when it refuses.
    pub told: Option<ToldTrade>,
}

/// A trade as the channel told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldTrade {
    /// The channel's number.
    pub channel_no: String,
    /// What it says it collected.
    pub amount: Money,
    /// When.
    pub at: OffsetDateTime,
    /// The day it clears it on.
    pub clearing_date: BusinessDate,
}

impl ReportContradiction {
    pub(super) fn of(payment: &Payment, contradiction: Contradiction, reply: &Reply) -> Self {
        let told = match reply {
            Reply::Done { channel_no, amount, at, clearing_date } => Some(ToldTrade {
                channel_no: channel_no.clone(),
                amount: *amount,
                at: *at,
                clearing_date: *clearing_date,
            }),
            _ => None,
        };
        Self { payment: payment.id, contradiction, told }
    }
}

impl Message for ReportContradiction {
    const KIND: &'static str = "payments.report_contradiction";

    fn unique_key(&self) -> Option<String> {
        let trade = self.told.as_ref().map_or("", |told| told.channel_no.as_str());
        let what = self.contradiction.name();
        Some(format!("{}:{}:{what}:{trade}", Self::KIND, self.payment))
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
