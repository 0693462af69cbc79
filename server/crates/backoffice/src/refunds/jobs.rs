//! Setting the money aside, asking the channel once, and then only asking what became of it.

use super::results::{self, Meaning};
use super::store::{PaidPayment, Refund, Step};
use super::{SYSTEM, fund, lock, store};
use crate::jobs::{Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use crate::orders::Change;
use crate::payments::jobs::ToldTrade;
use banks::front::{Answer, Fault, Refund as BankRefund, RefundInstruction};
use domain::ids::RefundId;
use domain::order::Cause;
use domain::payment::Contradiction;
use domain::refund::{RefundEvent, RefundState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::Duration;

/// Pause before a merchant's balance is looked at again.
pub(super) const FUNDING_PAUSE: Duration = Duration::minutes(5);
/// Pause before a refund that certainly did not arrive is sent again, under the same number.
const RESEND_PAUSE: Duration = Duration::seconds(30);
/// Longest pause between two queries.
const QUERY_PAUSE_MAX: Duration = Duration::minutes(10);

/// Tries again to set the money of a refund aside.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FundRefund {
    /// The refund.
    pub refund: RefundId,
}

impl Message for FundRefund {
    const KIND: &'static str = "refunds.fund";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.refund))
    }
}

impl Job for FundRefund {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let mut tx = office.begin().await?;
        let (payment, refund) = lock(&mut tx, self.refund).await?;
        if refund.state != RefundState::WaitingFunds {
            return Ok(Outcome::Done);
        }
        let after = fund(&mut tx, office, &payment, &refund).await?;
        tx.commit().await?;
        match after {
            RefundState::WaitingFunds => Ok(Outcome::Again(FUNDING_PAUSE)),
            _ => Ok(Outcome::Done),
        }
    }
}

/// A refund's money is set aside, and it goes out as a payout: the finance platform, further down,
/// is to draft it (see `work`).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct DraftRefundPayout {
    /// The refund.
    pub refund: RefundId,
}

impl Message for DraftRefundPayout {
    const KIND: &'static str = "refunds.draft_payout";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.refund))
    }
}

/// Sends a refund to the channel its payment came through.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SendRefund {
    /// The refund.
    pub refund: RefundId,
}

impl Message for SendRefund {
    const KIND: &'static str = "refunds.send";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.refund))
    }
}

impl Job for SendRefund {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let Some((payment, refund)) = begin_sending(office, self.refund).await? else {
            return Ok(Outcome::Done);
        };
        let instruction = RefundInstruction {
            number: refund.number.clone(),
            payment_number: payment.number.clone(),
            amount: refund.amount,
            request_id: office.request_id.clone(),
        };
        let answer = front(office, &refund)?.refund(&instruction).await;
        let said = (answer, Cause::Answer);
        match conclude(office, self.refund, said).await? {
            RefundState::Requested => Ok(Outcome::Again(RESEND_PAUSE)),
            _ => Ok(Outcome::Done),
        }
    }
}

/// Asks the channel what became of a refund, until it tells or its bill does.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct QueryRefund {
    /// The refund.
    pub refund: RefundId,
}

impl Message for QueryRefund {
    const KIND: &'static str = "refunds.query";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.refund))
    }
}

impl Job for QueryRefund {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let mut tx = office.begin().await?;
        let (_, refund) = lock(&mut tx, self.refund).await?;
        if !matches!(refund.state, RefundState::Unknown { .. }) {
            return Ok(Outcome::Done);
        }
        let queries = store::count_query(&mut tx, self.refund).await?;
        tx.commit().await?;
        let front = front(office, &refund)?;
        let answer = front.query_refund(&refund.number, &office.request_id).await;
        let said = (answer, Cause::Query);
        match conclude(office, self.refund, said).await? {
            RefundState::Unknown { .. } => Ok(Outcome::Again(pause(queries))),
            _ => Ok(Outcome::Done),
        }
    }
}

/// The channel says something that contradicts what we know of a refund: an error item is to be
/// opened, further down (see `work`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportRefund {
    /// The refund.
    pub refund: RefundId,
    /// How.
    pub contradiction: Contradiction,
    /// What the channel tells it did; none when it refuses.
    pub told: Option<ToldTrade>,
}

impl Message for ReportRefund {
    const KIND: &'static str = "refunds.report_contradiction";

    fn unique_key(&self) -> Option<String> {
        let trade = self.told.as_ref().map_or("", |told| told.channel_no.as_str());
        let what = self.contradiction.name();
        Some(format!("{}:{}:{what}:{trade}", Self::KIND, self.refund))
    }
}

/// Writes down that the channel is about to be asked. `None`: there is nothing to send. A refund
/// found in the middle of sending may have arrived: it becomes unknown instead of being sent again.
async fn begin_sending(
    office: &Office,
    id: RefundId,
) -> Result<Option<(PaidPayment, Refund)>, JobError> {
    let mut tx = office.begin().await?;
    let (payment, refund) = lock(&mut tx, id).await?;
    match refund.state {
        // It leaves with a payout.
        _ if refund.by_payout => return Ok(None),
        RefundState::Requested => {}
        RefundState::Sending => {
            let reason = "the worker was interrupted while it was sending".to_owned();
            let unclear = Meaning::Other(RefundEvent::Unclear { reason });
            let change = Change::by(SYSTEM, Cause::Interruption);
            results::apply(&mut tx, office, (&payment, &refund), (unclear, change)).await?;
            tx.commit().await?;
            return Ok(None);
        }
        _ => return Ok(None),
    }
    front(office, &refund)?; // before anything is written down as sent
    let sending = refund.state.clone().after(RefundEvent::Send)?;
    let change = Change::by(SYSTEM, Cause::Sending);
    let step = Step { id, from: &refund.state, to: &sending, change };
    store::save(&mut tx, office, step).await?;
    tx.commit().await?;
    Ok(Some((payment, Refund { state: sending, ..refund })))
}

async fn conclude(
    office: &Office,
    id: RefundId,
    (answer, cause): (Result<Answer, Fault>, Cause),
) -> Result<RefundState, JobError> {
    let mut tx = office.begin().await?;
    let (payment, refund) = lock(&mut tx, id).await?;
    results::report(&mut tx, office, &refund, &answer).await?;
    let meaning = results::meaning(answer, refund.amount);
    let after = match (&refund.state, &meaning) {
        // A question that did not arrive says nothing about the refund.
        (RefundState::Unknown { .. }, Meaning::Other(RefundEvent::NotSent)) => refund.state,
        (RefundState::Sending | RefundState::Unknown { .. }, _) => {
            let said = (meaning, Change::by(SYSTEM, cause));
            results::apply(&mut tx, office, (&payment, &refund), said).await?
        }
        // The bill, or another worker, was quicker.
        _ => refund.state,
    };
    tx.commit().await?;
    office.bell.has_got_on(id.into());
    Ok(after)
}

fn front(office: &Office, refund: &Refund) -> Result<Arc<dyn BankRefund>, JobError> {
    let front = office.fronts.of(&refund.channel).and_then(|front| front.refund.clone());
    front.ok_or_else(|| format!("no bank front refunds for the channel {}", refund.channel).into())
}

/// Doubles with each query, from two seconds up to the longest pause.
fn pause(queries: i32) -> Duration {
    let doublings = u32::try_from(queries.clamp(1, 10)).unwrap_or(1);
    Duration::seconds(2_i64.saturating_pow(doublings)).min(QUERY_PAUSE_MAX)
}
