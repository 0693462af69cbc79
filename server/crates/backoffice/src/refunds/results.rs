//! What the channel says: how a refund moves on after its money was set aside.

use super::jobs::ReportRefund;
use super::postings::{self, When};
use super::store::{PaidPayment, Refund, Step};
use super::{RefundError, SYSTEM, event, open_day, store};
use crate::audit;
use crate::jobs as queue;
use crate::notifications::{self, Announcement};
use crate::office::Office;
use crate::orders::{self, Change, Hop};
use crate::payments;
use crate::payments::jobs::ToldTrade;
use banks::front::{Answer, Fault};
use domain::date::BusinessDate;
use domain::ids::RefundId;
use domain::money::Money;
use domain::notification::NotificationEvent;
use domain::order::{Cause, HopOutcome, OrderState, Station};
use domain::refund::{RefundEvent, RefundState, fee_back};
use ledger::entries::Owed;
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// The channel's word, or its bill's, that a refund was done.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The channel's number.
    pub channel_no: String,
    /// When.
    pub at: OffsetDateTime,
    /// The day it clears it on.
    pub clearing_date: BusinessDate,
}

/// What an answer, or the lack of one, means.
pub(super) enum Meaning {
    /// The channel did it.
    Done(Proof),
    /// Anything else.
    Other(RefundEvent),
}

pub(super) fn meaning(answer: Result<Answer, Fault>, asked: Money) -> Meaning {
    let unclear = |reason: String| Meaning::Other(RefundEvent::Unclear { reason });
    match answer {
        Ok(Answer::Done { channel_no, amount, at, clearing_date }) if amount == asked => {
            Meaning::Done(Proof { channel_no, at, clearing_date })
        }
        Ok(Answer::Done { amount, .. }) => {
            unclear(format!("the channel reports {amount} where {asked} was asked for"))
        }
        Ok(Answer::Declined { code, reason }) => {
            Meaning::Other(RefundEvent::Fail { reason: format!("{code}: {reason}") })
        }
        Ok(Answer::Processing) => unclear("the channel is still processing it".to_owned()),
        Ok(Answer::NotFound) => unclear(
            "the channel does not know the number; only its bill can prove that it was not done"
                .to_owned(),
        ),
        Err(Fault::NotSent(_)) => Meaning::Other(RefundEvent::NotSent),
        Err(Fault::Unclear(what)) => unclear(what),
    }
}

/// Applies what the channel said, in the caller's transaction.
pub(super) async fn apply(
    conn: &mut PgConnection,
    office: &Office,
    (payment, refund): (&PaidPayment, &Refund),
    (meaning, change): (Meaning, Change<'_>),
) -> Result<RefundState, RefundError> {
    let happened = match &meaning {
        Meaning::Done(proof) => RefundEvent::Succeed { channel_no: proof.channel_no.clone() },
        Meaning::Other(event) => event.clone(),
    };
    let after = refund.state.clone().after(happened)?;
    if after == refund.state {
        return Ok(after);
    }
    let step = Step { id: refund.id, from: &refund.state, to: &after, change };
    if let Meaning::Done(proof) = &meaning {
        let day = open_day(conn).await?;
        store::save_success(conn, office, step, (proof, day)).await?;
        book_success(conn, office, (payment, refund), proof).await?;
    } else {
        store::save(conn, office, step).await?;
    }
    match &after {
        RefundState::Failed { .. } => {
            let when = When { day: open_day(conn).await?, clearing: None, at: office.now() };
            ledger::post(conn, &postings::failed(office, refund, when)).await?;
            release(conn, refund).await?;
        }
        RefundState::Unknown { .. } => {
            let query = super::jobs::QueryRefund { refund: refund.id };
            queue::enqueue(conn, office, &query).await?;
        }
        _ => {}
    }
    announce(conn, office, (payment, refund), &after).await?;
    note_hop(conn, office, (payment, refund), &after).await?;
    audit::record(conn, office, event("refunds.result"), &refund.id.to_string(), &after).await?;
    Ok(after)
}

/// Lets go of what a refund that came to nothing held of its payment.
pub(super) async fn release(conn: &mut PgConnection, refund: &Refund) -> Result<(), RefundError> {
    let payment = payments::lock(conn, refund.payment).await?;
    payments::release_refund(conn, &payment, refund.amount).await?;
    Ok(())
}

/// Has the merchant told of a refund that is decided, in the words of the API.
pub(super) async fn announce(
    conn: &mut PgConnection,
    office: &Office,
    (payment, refund): (&PaidPayment, &Refund),
    after: &RefundState,
) -> Result<(), RefundError> {
    let (event, failure) = match after {
        RefundState::Succeeded { .. } => (NotificationEvent::RefundSucceeded, None),
        RefundState::Failed { reason } | RefundState::Rejected { reason } => {
            (NotificationEvent::RefundFailed, Some(reason))
        }
        _ => return Ok(()),
    };
    let data = json!({
        "id": refund.id,
        "payment_id": refund.payment,
        "order_id": payment.order,
        "merchant_order_no": payment.merchant_order_no,
        "merchant_refund_no": refund.merchant_refund_no,
        "amount": refund.amount.plain(),
        "currency": refund.amount.currency().code(),
        "status": after.name(),
        "failure": failure,
    });
    let (merchant, subject) = (refund.merchant, refund.id.into());
    let order = Some(payment.order);
    let news = Announcement { merchant, event, order, subject, data };
    Ok(notifications::announce(conn, office, &news).await?)
}

/// Writes the result down on the order's way through the systems.
async fn note_hop(
    conn: &mut PgConnection,
    office: &Office,
    (payment, refund): (&PaidPayment, &Refund),
    after: &RefundState,
) -> Result<(), RefundError> {
    let (outcome, detail) = match after {
        RefundState::Succeeded { channel_no } => {
            (HopOutcome::Ok, format!("{} back to the payer, {channel_no}", refund.amount))
        }
        RefundState::Failed { reason } => (HopOutcome::Failed, reason.clone()),
        RefundState::Unknown { reason } => (HopOutcome::Unknown, reason.clone()),
        _ => return Ok(()),
    };
    let (station, started_at) = (Station::Refunds, office.now());
    let hop = Hop { station, step: "refund", outcome, detail, started_at };
    Ok(orders::hop(conn, office, payment.order, hop).await?)
}

async fn book_success(
    conn: &mut PgConnection,
    office: &Office,
    (payment, refund): (&PaidPayment, &Refund),
    proof: &Proof,
) -> Result<(), RefundError> {
    let day = open_day(conn).await?;
    let clearing = (!refund.by_payout).then_some(proof.clearing_date);
    let when = When { day, clearing, at: proof.at };
    if !refund.by_payout {
        // What a payout carried is booked with the statement's line, by the finance platform.
        ledger::post(conn, &postings::succeeded(office, refund, when)).await?;
    }
    let (succeeded, back) = store::gone_back(conn, payment.id).await?;
    if payment.gives_fee_back {
        let amount = fee_back(payment.fee, payment.amount, succeeded, back)?;
        if amount.is_positive() {
            let (party, to) = if payment.settled {
                (refund.party(), Owed::Available)
            } else {
                (payment.merchant, Owed::Unsettled)
            };
            store::note_fee_back(conn, refund.id, (amount, &to.to(party).code)).await?;
            let posting = postings::fee_back(office, refund, (party, to, amount), when);
            ledger::post(conn, &posting).await?;
        }
    }
    if succeeded == payment.amount {
        let why = (payment.order, Change::by(SYSTEM, Cause::Consequence));
        orders::advance(conn, office, why, OrderState::refunded).await?;
    }
    Ok(())
}

/// Completes a refund by the channel's bill (渠道已退我方未知). The same proof again changes nothing.
///
/// # Errors
/// There is no such refund, or it cannot have been done (it failed, or was never sent).
pub async fn settle_from_bill(
    conn: &mut PgConnection,
    office: &Office,
    id: RefundId,
    proof: Proof,
) -> Result<RefundState, RefundError> {
    let (payment, refund) = super::lock(conn, id).await?;
    let said = (Meaning::Done(proof), Change::by(SYSTEM, Cause::Bill));
    apply(conn, office, (&payment, &refund), said).await
}

/// Takes in what a channel tells by itself about a refund, and says what came of it.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn hear_callback(
    office: &Office,
    (channel, number): (&str, &str),
    answer: Result<Answer, Fault>,
) -> Result<&'static str, RefundError> {
    if matches!(answer, Ok(Answer::NotFound) | Err(Fault::NotSent(_))) {
        return Ok("a callback cannot say this");
    }
    let mut tx = office.begin().await?;
    let Some(id) = store::numbered(&mut tx, channel, number).await? else {
        return Ok("there is no such refund");
    };
    let (payment, refund) = super::lock(&mut tx, id).await?;
    let contradicted = report(&mut tx, office, &refund, &answer).await?;
    if !matches!(refund.state, RefundState::Sending | RefundState::Unknown { .. }) {
        tx.commit().await?;
        return Ok(if contradicted {
            "contradicts what is certain: a difference is opened"
        } else {
            "known already"
        });
    }
    let said = (meaning(answer, refund.amount), Change::by(SYSTEM, Cause::Callback));
    apply(&mut tx, office, (&payment, &refund), said).await?;
    tx.commit().await?;
    Ok("taken in")
}

/// Has an error item opened where the channel's word contradicts what we know of a refund. Answers
/// whether it does.
pub(super) async fn report(
    conn: &mut PgConnection,
    office: &Office,
    refund: &Refund,
    answer: &Result<Answer, Fault>,
) -> Result<bool, RefundError> {
    let told = match answer {
        Ok(Answer::Done { channel_no, amount, at, clearing_date }) => Some(ToldTrade {
            channel_no: channel_no.clone(),
            amount: *amount,
            at: *at,
            clearing_date: *clearing_date,
        }),
        Ok(Answer::Declined { .. }) => None,
        _ => return Ok(false),
    };
    let word = told.as_ref().map(|told| (told.channel_no.as_str(), told.amount));
    let Some(contradiction) = refund.state.contradiction(refund.amount, word) else {
        return Ok(false);
    };
    tracing::warn!(refund.id = %refund.id, ?answer, "the channel contradicts us about a refund");
    let report = ReportRefund { refund: refund.id, contradiction, told };
    queue::enqueue(conn, office, &report).await?;
    Ok(true)
}
