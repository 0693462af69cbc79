//! What people do about a payment whose outcome is not known: have the bank asked now, or close it
//! with a reason, by two people. A closed payment is still asked after: what the channel collects
//! late becomes an error item.

use super::jobs::AskNow;
use super::{PaymentError, hearing, lock, store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::{self, JobError};
use crate::limits;
use crate::office::Office;
use crate::orders::{self, Change};
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::{ApprovalId, MerchantId, PaymentId};
use domain::order::{Cause, HopOutcome, OrderState, Station};
use domain::payment::{Payment, PaymentState};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Has the channel asked at once what became of a payment.
///
/// # Errors
/// Not allowed, or the outcome is known.
pub async fn ask_now(office: &Office, actor: &Actor, id: PaymentId) -> Result<(), PaymentError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    let payment = lock(&mut tx, id).await?;
    if !matches!(payment.state, PaymentState::Unknown { .. } | PaymentState::Failed { .. }) {
        return Err(PaymentError::NothingToAsk);
    }
    let ask = AskNow { payment: id, asked_by: actor.name.clone() };
    jobs::enqueue(&mut tx, office, &ask).await?;
    witness(&mut tx, office, (Who::Staff(actor), "payments.ask_now"), &payment).await?;
    tx.commit().await?;
    Ok(())
}

/// Proposes to close a payment whose outcome is not known.
///
/// # Errors
/// Not allowed, the outcome is known, no reason is given, or it is proposed already.
pub async fn propose_closing(
    office: &Office,
    actor: &Actor,
    id: PaymentId,
    reason: &str,
) -> Result<ApprovalId, PaymentError> {
    actor.require(Permission::MakeErrorResolution)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(PaymentError::ReasonMissing);
    }
    let mut tx = office.begin().await?;
    let payment = lock(&mut tx, id).await?;
    if !matches!(payment.state, PaymentState::Unknown { .. }) {
        return Err(PaymentError::NothingToAsk);
    }
    let order = orders::lock(&mut tx, payment.order).await?;
    let proposal = Proposal {
        kind: ApprovalKind::PaymentClosing,
        subject: id.into(),
        title: format!("close {} of {}", order.merchant_order_no, payment.amount),
        content: content(&payment, &order.merchant_order_no, reason),
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Closes a payment two people agreed to close, unless its outcome became known meanwhile.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn closing_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let payment = lock(&mut tx, PaymentId(subject)).await?;
    let order = orders::lock(&mut tx, payment.order).await?;
    let reason = approved["reason"].as_str().unwrap_or_default();
    let now = content(&payment, &order.merchant_order_no, reason);
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        let before = payment.state.clone();
        let reason = format!("closed: {reason}");
        let closed = payment.close(&reason)?;
        let why = (Change::by("staff, by two people", Cause::Decision), reason.as_str());
        hearing::conclude_failure(&mut tx, office, (&before, &closed), why).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What the checker decides. That it is not known is part of it: once it is, nothing is closed.
fn content(payment: &Payment, merchant_order_no: &str, reason: &str) -> Value {
    json!({
        "payment": payment.id,
        "order": merchant_order_no,
        "number": payment.number,
        "channel": payment.channel,
        "amount": payment.amount,
        "state": payment.state.status(),
        "opened_at": payment.created_at.to_string(),
        "reason": reason,
    })
}

/// Closes a payment at its merchant's wish, with its order. Only what certainly did not reach a
/// channel can be closed; one that has failed is closed as it is.
///
/// # Errors
/// It is not theirs, it succeeded, or the channel may have it.
pub async fn close_unsent(
    conn: &mut PgConnection,
    office: &Office,
    (id, merchant): (PaymentId, MerchantId),
) -> Result<Payment, PaymentError> {
    let payment = store::lock(conn, id).await?.filter(|payment| payment.merchant == merchant);
    let payment = payment.ok_or(PaymentError::NotFound)?;
    match payment.state {
        PaymentState::Created => {}
        PaymentState::Failed { .. } => return Ok(payment),
        _ => return Err(PaymentError::NotClosable(payment.state.status().name())),
    }
    let before = payment.state.clone();
    let closed = payment.abandon("closed by the merchant before it was sent")?;
    let change = Change::by("merchant", Cause::Request);
    store::save(conn, office, (&before, &closed), change).await?;
    limits::release(conn, closed.order).await?;
    let order = orders::advance(conn, office, (closed.order, change), OrderState::close).await?;
    let hop = orders::Hop {
        station: Station::Orders,
        step: "close",
        outcome: HopOutcome::Ok,
        detail: "closed by the merchant before it was sent".to_owned(),
        started_at: office.now(),
    };
    orders::hop(conn, office, order.id, hop).await?;
    super::announcing::announce(conn, office, (&order, &closed)).await?;
    witness(conn, office, (Who::System("gateway"), "payments.close"), &closed).await?;
    Ok(closed)
}

async fn witness(
    conn: &mut PgConnection,
    office: &Office,
    (who, action): (Who<'_>, &'static str),
    payment: &Payment,
) -> Result<(), PaymentError> {
    let event = Event { who, action, subject_kind: "payment" };
    audit::record(conn, office, event, &payment.id.to_string(), payment).await?;
    Ok(())
}
