//! Asking the bank: once to send, then only to learn what became of it.

use super::store::Payout;
use super::{PayoutError, results, stops, store};
use crate::jobs::{Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use banks::front::{Payout as BankPayout, PayoutInstruction};
use domain::ids::PayoutId;
use domain::payout::{PayoutEvent, PayoutState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::Duration;

/// Pause before a payout that certainly did not arrive is sent again, under the same number.
const RESEND_PAUSE: Duration = Duration::seconds(30);
/// Pause before a payout that a stop holds back is looked at again.
const STOPPED_PAUSE: Duration = Duration::seconds(30);
/// Longest pause between two queries.
const QUERY_PAUSE_MAX: Duration = Duration::minutes(10);

/// Sends a queued payout to the bank.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SendPayout {
    /// The payout.
    pub payout: PayoutId,
}

impl Message for SendPayout {
    const KIND: &'static str = "payouts.send";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.payout))
    }
}

impl Job for SendPayout {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let payout = match begin_sending(office, self.payout).await? {
            Begun::Send(payout) => *payout,
            Begun::Nothing => return Ok(Outcome::Done),
            Begun::Stopped => return Ok(Outcome::Again(STOPPED_PAUSE)),
        };
        let front = front(office, &payout)?;
        let instruction = PayoutInstruction {
            number: payout.number.clone(),
            from_account: payout.reserve_account_no.clone().unwrap_or_default(),
            to_account: payout.payee.account.clone(),
            to_name: payout.payee.name.clone(),
            amount: payout.amount,
            remark: format!("{} {}", payout.source().name(), payout.number),
            request_id: office.request_id.clone(),
        };
        let answer = front.pay_out(&instruction).await;
        let happened = results::meaning(answer, payout.amount);
        match conclude(office, self.payout, happened).await? {
            PayoutState::Queued => Ok(Outcome::Again(RESEND_PAUSE)),
            _ => Ok(Outcome::Done),
        }
    }
}

/// Asks the bank what became of a payout, until it tells or the statement does.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct QueryPayout {
    /// The payout.
    pub payout: PayoutId,
}

impl Message for QueryPayout {
    const KIND: &'static str = "payouts.query";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.payout))
    }
}

impl Job for QueryPayout {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let mut tx = office.begin().await?;
        let payout = lock(&mut tx, self.payout).await?;
        if !payout.state.needs_query() {
            return Ok(Outcome::Done);
        }
        let queries = store::count_query(&mut tx, self.payout).await?;
        tx.commit().await?;
        let front = match front(office, &payout) {
            Ok(front) => front,
            // A bank that knows files only: its report or its statement will tell.
            Err(_) if payout.by_file => return Ok(Outcome::Done),
            Err(error) => return Err(error),
        };
        let answer = front.query_payout(&payout.number, &office.request_id).await;
        let happened = match results::meaning(answer, payout.amount) {
            // A question that did not arrive says nothing about the payout.
            PayoutEvent::NotSent => return Ok(Outcome::Again(pause(queries))),
            other => other,
        };
        match conclude(office, self.payout, happened).await? {
            PayoutState::Unknown { .. } => Ok(Outcome::Again(pause(queries))),
            _ => Ok(Outcome::Done),
        }
    }
}

/// Whether there is something to send.
enum Begun {
    /// This, and it is written down that it is being sent.
    Send(Box<Payout>),
    /// Nothing.
    Nothing,
    /// Not now: a stop holds it back.
    Stopped,
}

/// Writes down that the bank is about to be asked, unless a stop is pulled. A payout found
/// in the middle of sending may have arrived: it becomes unknown instead of being sent again.
async fn begin_sending(office: &Office, id: PayoutId) -> Result<Begun, JobError> {
    let mut tx = office.begin().await?;
    let payout = lock(&mut tx, id).await?;
    match payout.state {
        // It leaves with a file.
        _ if payout.by_file => return Ok(Begun::Nothing),
        PayoutState::Queued => {}
        PayoutState::Sending => {
            let reason = "the worker was interrupted while it was sending".to_owned();
            results::apply(&mut tx, office, &payout, PayoutEvent::Unclear { reason }).await?;
            tx.commit().await?;
            return Ok(Begun::Nothing);
        }
        _ => return Ok(Begun::Nothing),
    }
    if stops::pass(&mut tx, id).await?.is_some() {
        return Ok(Begun::Stopped);
    }
    front(office, &payout)?; // before anything is written down as sent
    let sending = payout.state.clone().after(PayoutEvent::Send)?;
    store::save(&mut tx, office, id, &sending).await?;
    tx.commit().await?;
    Ok(Begun::Send(Box::new(Payout { state: sending, ..payout })))
}

async fn conclude(
    office: &Office,
    id: PayoutId,
    happened: PayoutEvent,
) -> Result<PayoutState, JobError> {
    let mut tx = office.begin().await?;
    let payout = lock(&mut tx, id).await?;
    // The statement, or a colleague of this worker, may have been quicker.
    if !matches!(payout.state, PayoutState::Sending | PayoutState::Unknown { .. }) {
        return Ok(payout.state);
    }
    let after = match (&payout.state, happened) {
        (PayoutState::Unknown { .. }, PayoutEvent::NotSent) => payout.state.clone(),
        (_, happened) => results::apply(&mut tx, office, &payout, happened).await?,
    };
    tx.commit().await?;
    Ok(after)
}

async fn lock(conn: &mut sqlx::PgConnection, id: PayoutId) -> Result<Payout, PayoutError> {
    store::lock(conn, id).await?.ok_or_else(|| PayoutError::NotFound(id.to_string()))
}

fn front(office: &Office, payout: &Payout) -> Result<Arc<dyn BankPayout>, JobError> {
    let code = payout.front.as_deref().unwrap_or_default();
    let front = office.fronts.of(code).and_then(|front| front.payout.clone());
    front.ok_or_else(|| format!("no bank front pays out for the channel \"{code}\"").into())
}

/// Doubles with each query, from two seconds up to the longest pause.
fn pause(queries: i32) -> Duration {
    let doublings = u32::try_from(queries.clamp(1, 10)).unwrap_or(1);
    Duration::seconds(2_i64.saturating_pow(doublings)).min(QUERY_PAUSE_MAX)
}
