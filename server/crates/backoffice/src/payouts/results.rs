//! What the bank says and what its statement shows: how a payout moves on after it was queued.

use super::store::Payout;
use super::{PayoutError, event, postings, store};
use crate::audit;
use crate::jobs;
use crate::notifications::{self, Announcement};
use crate::office::Office;
use crate::refunds;
use crate::reserve::{self, OrderWord};
use banks::front::{Answer, Fault};
use domain::ids::{PayoutId, RefundId, StatementLineId};
use domain::money::Money;
use domain::notification::NotificationEvent;
use domain::payout::{PayoutEvent, PayoutState};
use domain::reserve::InstructionState;
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// A line of a bank statement that is about a payout.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The line.
    pub line: StatementLineId,
    /// The bank's reference.
    pub bank_ref: String,
    /// How much moved; positive, whichever way.
    pub amount: Money,
    /// When it was booked by the bank.
    pub at: OffsetDateTime,
}

/// What an answer of the bank, or the lack of one, means for a payout of this amount.
pub(super) fn meaning(answer: Result<Answer, Fault>, asked: Money) -> PayoutEvent {
    match answer {
        Ok(Answer::Done { channel_no, amount, .. }) if amount == asked => {
            PayoutEvent::Accept { bank_ref: channel_no }
        }
        Ok(Answer::Done { amount, .. }) => PayoutEvent::Unclear {
            reason: format!("the bank reports {amount} where {asked} was asked for"),
        },
        Ok(Answer::Declined { code, reason }) => {
            PayoutEvent::Reject { reason: format!("{code}: {reason}") }
        }
        Ok(Answer::Processing) => {
            PayoutEvent::Unclear { reason: "the bank is still processing it".to_owned() }
        }
        Ok(Answer::NotFound) => PayoutEvent::Unclear {
            reason: "the bank does not know the number; only its statement can prove that it \
                     was not paid"
                .to_owned(),
        },
        Err(Fault::NotSent(_)) => PayoutEvent::NotSent,
        Err(Fault::Unclear(what)) => PayoutEvent::Unclear { reason: what },
    }
}

/// Applies what the bank said, in the caller's transaction.
pub(super) async fn apply(
    conn: &mut PgConnection,
    office: &Office,
    payout: &Payout,
    happened: PayoutEvent,
) -> Result<PayoutState, PayoutError> {
    let after = payout.state.clone().after(happened)?;
    if after == payout.state {
        return Ok(after);
    }
    store::save(conn, office, payout.id, &after).await?;
    match &after {
        PayoutState::Rejected { reason } => {
            give_back(conn, office, payout, reason).await?;
            tell(conn, office, payout, &after).await?;
        }
        PayoutState::Unknown { .. } => {
            jobs::enqueue(conn, office, &super::jobs::QueryPayout { payout: payout.id }).await?;
        }
        _ => {}
    }
    audit::record(conn, office, event("payouts.result"), &payout.id.to_string(), &after).await?;
    if matches!(after, PayoutState::Rejected { .. }) {
        super::batches::close_if_finished(conn, office, payout.batch).await?;
    }
    Ok(after)
}

pub(super) async fn give_back(
    conn: &mut PgConnection,
    office: &Office,
    payout: &Payout,
    reason: &str,
) -> Result<(), PayoutError> {
    if let Some(refund) = carried(payout) {
        refunds::fail_payout(conn, office, refund, reason).await?;
    } else {
        let journal = payout.submit_journal.ok_or_else(|| payout.inconsistent("no journal"))?;
        let day = open_day(conn).await?;
        let reversal = postings::rejected(office, payout, (journal, day), reason);
        ledger::reverse(conn, &reversal).await?;
    }
    reserve::conclude(conn, office, payout.id, InstructionState::Released).await?;
    Ok(())
}

/// The refund whose outcome this payout decides: not that of one paid once more, which succeeded.
fn carried(payout: &Payout) -> Option<RefundId> {
    payout.refund.filter(|_| payout.repays.is_none())
}

/// Has the merchant told of a payout that has an end, or came back after it. Of a refund the
/// merchant learns as of every refund, and here only that its payout came back.
pub(super) async fn tell(
    conn: &mut PgConnection,
    office: &Office,
    payout: &Payout,
    after: &PayoutState,
) -> Result<(), PayoutError> {
    let (event, failure) = match after {
        PayoutState::Paid { .. } => (NotificationEvent::PayoutPaid, None),
        PayoutState::Returned { reason, .. } => (NotificationEvent::PayoutReturned, Some(reason)),
        PayoutState::Rejected { reason } => (NotificationEvent::PayoutRejected, Some(reason)),
        _ => return Ok(()),
    };
    if carried(payout).is_some() && event != NotificationEvent::PayoutReturned {
        return Ok(());
    }
    let number = match payout.user {
        Some(_) => super::withdrawing::number_of(conn, payout.id).await?,
        None => None,
    };
    let signs: Vec<char> = payout.payee.account.chars().collect();
    let tail: String = signs.iter().skip(signs.len().saturating_sub(4)).collect();
    let data = json!({
        "id": payout.id,
        "number": payout.number,
        "amount": payout.amount.plain(),
        "currency": payout.amount.currency().code(),
        "account_tail": tail,
        "status": after.name(),
        "replaces": payout.repays,
        "refund": payout.refund,
        "withdrawal": number,
        "failure": failure,
    });
    let (merchant, subject) = (payout.merchant, payout.id.into());
    let news = Announcement { merchant, event, order: None, subject, data };
    Ok(notifications::announce(conn, office, &news).await?)
}

/// Completes a payout by the bank statement line that shows it: the only proof of payment. The same
/// line again changes nothing.
///
/// # Errors
/// No payout has this number, the amount differs, or the payout cannot have been paid (it was
/// rejected, or another line paid it): open an error item.
pub async fn complete(
    conn: &mut PgConnection,
    office: &Office,
    number: &str,
    evidence: &Evidence,
) -> Result<PayoutId, PayoutError> {
    let payout = numbered(conn, number).await?;
    if evidence.amount != payout.amount {
        let (asked, stated) = (payout.amount, evidence.amount);
        return Err(PayoutError::AmountDiffers { asked, stated });
    }
    let paid = PayoutEvent::Pay { line: evidence.line };
    let after = payout.state.clone().after(paid)?;
    if after == payout.state {
        return Ok(payout.id);
    }
    store::save(conn, office, payout.id, &after).await?;
    store::note_bank_ref(conn, payout.id, &evidence.bank_ref).await?;
    let day = open_day(conn).await?;
    let posting = postings::paid(office, &payout, (day, evidence.at));
    ledger::post(conn, &posting).await?;
    if let Some(refund) = carried(&payout) {
        let proof = (evidence.bank_ref.as_str(), evidence.at);
        refunds::paid_out(conn, office, refund, proof).await?;
    }
    reserve::conclude(conn, office, payout.id, InstructionState::Paid).await?;
    tell(conn, office, &payout, &after).await?;
    audit::record(conn, office, event("payouts.paid"), &payout.id.to_string(), &after).await?;
    super::batches::close_if_finished(conn, office, payout.batch).await?;
    Ok(payout.id)
}

/// Takes in a payout the bank sent back (退票), by the statement line that shows it. The money waits
/// on 2241.10 until a colleague decides what becomes of it.
///
/// # Errors
/// No payout has this number, the amount differs, or it was never paid.
pub async fn returned(
    conn: &mut PgConnection,
    office: &Office,
    number: &str,
    evidence: &Evidence,
    reason: &str,
) -> Result<PayoutId, PayoutError> {
    let payout = numbered(conn, number).await?;
    if evidence.amount != payout.amount {
        let (asked, stated) = (payout.amount, evidence.amount);
        return Err(PayoutError::AmountDiffers { asked, stated });
    }
    let came_back = PayoutEvent::Return { line: evidence.line, reason: reason.to_owned() };
    let after = payout.state.clone().after(came_back)?;
    if after == payout.state {
        return Ok(payout.id);
    }
    store::save(conn, office, payout.id, &after).await?;
    let day = open_day(conn).await?;
    let posting = postings::returned(office, &payout, (day, evidence.at));
    ledger::post(conn, &posting).await?;
    tell(conn, office, &payout, &after).await?;
    audit::record(conn, office, event("payouts.returned"), &payout.id.to_string(), &after).await?;
    Ok(payout.id)
}

/// What a status report of the bank says of a payout.
#[derive(Debug, Clone)]
pub enum Told {
    /// The bank will do it, or did.
    Accepted {
        /// The bank's reference.
        bank_ref: String,
        /// The amount, where the report repeats it.
        amount: Option<Money>,
    },
    /// The bank will not do it.
    Rejected {
        /// Why.
        reason: String,
        /// The amount, where the report repeats it.
        amount: Option<Money>,
    },
    /// The bank has it and has not decided.
    Pending {
        /// In its own word.
        word: String,
    },
}

impl Told {
    /// The same, of the order of a reserve document.
    #[must_use]
    pub fn order(&self) -> OrderWord {
        match self {
            Self::Accepted { amount, .. } => OrderWord::Accepted(*amount),
            Self::Rejected { reason, .. } => OrderWord::Rejected(reason.clone()),
            Self::Pending { .. } => OrderWord::Pending,
        }
    }
}

/// Takes in what a status report (pain.002) says of a payout, by the same rules as the bank's
/// direct answer; says whether the payout moved. A payout that is paid stays paid: only the
/// statement proves.
///
/// # Errors
/// No payout has this number, the report tells another amount, or the payout cannot have been
/// refused: it was paid, or never sent.
pub async fn reported(
    conn: &mut PgConnection,
    office: &Office,
    number: &str,
    told: Told,
) -> Result<(PayoutId, bool), PayoutError> {
    let payout = numbered(conn, number).await?;
    let (happened, amount) = match told {
        Told::Accepted { bank_ref, amount } => (PayoutEvent::Accept { bank_ref }, amount),
        Told::Rejected { reason, amount } => (PayoutEvent::Reject { reason }, amount),
        Told::Pending { word } => {
            let reason = format!("the bank has it and has not decided: {word}");
            (PayoutEvent::Unclear { reason }, None)
        }
    };
    if let Some(stated) = amount.filter(|stated| *stated != payout.amount) {
        return Err(PayoutError::AmountDiffers { asked: payout.amount, stated });
    }
    let known = matches!(
        (&payout.state, &happened),
        (
            PayoutState::Accepted { .. } | PayoutState::Paid { .. } | PayoutState::Returned { .. },
            PayoutEvent::Accept { .. } | PayoutEvent::Unclear { .. },
        ) | (
            PayoutState::Rejected { .. },
            PayoutEvent::Reject { .. } | PayoutEvent::Unclear { .. },
        )
    );
    if !known {
        apply(conn, office, &payout, happened).await?;
    }
    Ok((payout.id, !known))
}

/// The payout with this number.
///
/// # Errors
/// The database failed.
pub async fn id_of(conn: &mut PgConnection, number: &str) -> Result<Option<PayoutId>, PayoutError> {
    Ok(store::lock_numbered(conn, number).await?.map(|payout| payout.id))
}

async fn numbered(conn: &mut PgConnection, number: &str) -> Result<Payout, PayoutError> {
    store::lock_numbered(conn, number)
        .await?
        .ok_or_else(|| PayoutError::NotFound(number.to_owned()))
}

pub(super) async fn open_day(
    conn: &mut PgConnection,
) -> Result<domain::date::BusinessDate, PayoutError> {
    ledger::days::current(conn).await?.ok_or(PayoutError::NoOpenDay)
}
