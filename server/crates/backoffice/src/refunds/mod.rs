//! The refund system (退费系统): money back to the payer by the original route; where that is
//! closed, paid out to an account of theirs (see [`request_by_payout`]).
//!
//! A merchant's request is taken as it is; a colleague's needs a second person. The money is set
//! aside from the merchant's unsettled balance, or from the available one once the payment is
//! settled (journal entry 11); a balance that does not cover it leaves the refund waiting for
//! funds. Then the channel is asked once; an outcome nobody knows is queried under the same number.
//!
//! Of a platform's order that is already split, the whole refund is taken from the seller's
//! available balance: commission and logistics that went to other parties stay there. Before the
//! split it is taken from what waits to be split.

mod by_payout;
mod error;
pub mod jobs;
mod lists;
mod postings;
mod results;
mod store;

pub use by_payout::{
    PayOut, correct_payee, fail_payout, paid_out, payee, request_by_payout, sent_out, to_pay_out,
    way_back,
};
pub use error::RefundError;
pub use lists::{by_id, find, in_clearing, list};
pub use results::{Proof, hear_callback, settle_from_bill};

use self::jobs::{DraftRefundPayout, FundRefund, SendRefund};
use self::postings::When;
use self::store::{PaidPayment, Refund, Step};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs as queue;
use crate::jobs::JobError;
use crate::office::Office;
use crate::orders::Change;
use crate::payments;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState, Facts};
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, MerchantId, RefundId, StaffId};
use domain::order::Cause;
use domain::payout::Payee;
use domain::refund::{RefundEvent, RefundRequest, RefundState, check_amount};
use ledger::LedgerError;
use ledger::entries::Owed;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Who makes states change here, where no person does.
const SYSTEM: &str = "refund system";

/// Who asks for a refund.
#[derive(Debug, Clone, Copy)]
pub enum Requester<'a> {
    /// The merchant itself, through the gateway.
    Merchant(MerchantId),
    /// A colleague, on a payer's behalf; a second person decides.
    Staff(&'a Actor),
}

/// Asks for a refund. The same merchant's number again answers with the refund it already names.
///
/// # Errors
/// Not allowed, not their payment, the payment did not succeed, or more than what is left of it.
pub async fn request(
    office: &Office,
    requester: Requester<'_>,
    asked: &RefundRequest,
) -> Result<RefundId, RefundError> {
    let mut tx = office.begin().await?;
    let id = open(&mut tx, office, requester, asked).await?;
    tx.commit().await?;
    office.bell.work_is_there();
    Ok(id)
}

/// Like [`request`], in the caller's transaction.
///
/// # Errors
/// As [`request`].
pub async fn open(
    conn: &mut PgConnection,
    office: &Office,
    requester: Requester<'_>,
    asked: &RefundRequest,
) -> Result<RefundId, RefundError> {
    open_by(conn, office, (requester, None), asked).await
}

/// Opens a refund by the original route, or paid out to a payee.
async fn open_by(
    conn: &mut PgConnection,
    office: &Office,
    (requester, payee): (Requester<'_>, Option<&Payee>),
    asked: &RefundRequest,
) -> Result<RefundId, RefundError> {
    let staff = match requester {
        Requester::Staff(actor) => Some(actor.require(Permission::RequestRefund)?),
        Requester::Merchant(_) => None,
    };
    let number = asked.merchant_refund_no.trim();
    if number.is_empty() || number.chars().count() > 64 {
        return Err(RefundError::BadNumber);
    }
    let payment = store::lock_payment(conn, asked.payment)
        .await?
        .filter(|payment| match requester {
            Requester::Merchant(merchant) => payment.merchant == merchant,
            Requester::Staff(_) => true,
        })
        .ok_or_else(|| RefundError::NotFound(asked.payment.to_string()))?;
    if let Some((id, amount)) = store::find_numbered(conn, payment.id, number).await? {
        if amount == asked.amount {
            return Ok(id);
        }
        return Err(RefundError::NumberReused { number: number.to_owned(), amount });
    }
    if payment.state != "succeeded" {
        return Err(RefundError::NotRefundable(payment.state));
    }
    if payment.is_top_up {
        return Err(RefundError::IsTopUp);
    }
    check_amount(payment.amount, payment.refunded, asked.amount)?;
    let refund = insert(conn, office, (&payment, staff), (asked, payee)).await?;
    let (payment, refund) = lock(conn, refund).await?; // with what this refund holds
    match requester {
        Requester::Staff(actor) => propose(conn, office, actor, (&payment, &refund)).await?,
        Requester::Merchant(_) => {
            fund(conn, office, &payment, &refund).await?;
        }
    }
    let who = match requester {
        Requester::Staff(actor) => Who::Staff(actor),
        Requester::Merchant(_) => Who::System("gateway"),
    };
    let event = Event { who, ..event("refunds.request") };
    audit::record(conn, office, event, &refund.id.to_string(), asked).await?;
    Ok(refund.id)
}

async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (payment, staff): (&PaidPayment, Option<StaffId>),
    (asked, payee): (&RefundRequest, Option<&Payee>),
) -> Result<RefundId, RefundError> {
    let id = RefundId(office.new_id());
    let route = if payee.is_some() { "payout" } else { "original" };
    let state = match staff {
        Some(_) => RefundState::WaitingApproval,
        None => RefundState::WaitingFunds,
    };
    store::insert(conn, office, (id, &state, staff), (payment, asked, route)).await?;
    if let Some((payee, staff)) = payee.zip(staff) {
        by_payout::register(conn, office, (id, staff), payee).await?;
    }
    let held = payments::lock(conn, payment.id).await?;
    payments::hold_refund(conn, &held, asked.amount).await?;
    Ok(id)
}

async fn propose(
    conn: &mut PgConnection,
    office: &Office,
    maker: &Actor,
    (payment, refund): (&PaidPayment, &Refund),
) -> Result<(), RefundError> {
    let proposal = Proposal {
        kind: ApprovalKind::Refund,
        subject: refund.id.into(),
        title: format!("{} of {}", refund.amount, payment.merchant_order_no),
        content: content(conn, office, (payment, refund)).await?,
    };
    let facts = Facts::of_amount(refund.amount);
    let approval = approvals::propose_weighed(conn, office, maker, (&proposal, &facts)).await?;
    store::note_approval(conn, refund.id, approval).await
}

/// What the checker decides: the payment with what was paid and what other refunds hold of it, and
/// what shall go back.
async fn content(
    conn: &mut PgConnection,
    office: &Office,
    (payment, refund): (&PaidPayment, &Refund),
) -> Result<Value, RefundError> {
    let others = payment.refunded.checked_sub(refund.amount)?;
    let mut content = json!({
        "refund": refund.number,
        "merchant_refund_no": refund.merchant_refund_no,
        "payment": payment.number,
        "order": payment.merchant_order_no,
        "merchant": payment.merchant_code,
        "channel": payment.channel,
        "paid": payment.amount.plain(),
        "other_refunds": others.plain(),
        "amount": refund.amount.plain(),
        "currency": refund.amount.currency(),
        "reason": refund.reason,
    });
    if refund.by_payout {
        by_payout::describe(conn, office, (payment, refund), &mut content).await?;
    }
    Ok(content)
}

/// Carries out a decided refund, or ends it with the reason.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, _) = approvals::standing(&mut tx, id).await?;
    let (payment, refund) = lock(&mut tx, RefundId(subject)).await?;
    if refund.state != RefundState::WaitingApproval {
        return Ok(()); // carried out before
    }
    let refused = match state {
        ApprovalState::Approved { .. } => {
            let now = content(&mut tx, office, (&payment, &refund)).await?;
            match approvals::execute(&mut tx, office, id, &now).await? {
                Leave::Granted { .. } => None,
                Leave::Stale => Some("the payment changed after the refund was proposed".into()),
                Leave::AlreadyConcluded => return Ok(()),
            }
        }
        ApprovalState::Rejected { reason, .. } | ApprovalState::Stale { reason, .. } => {
            Some(reason)
        }
        ApprovalState::Withdrawn { .. } => Some("taken back by its maker".to_owned()),
        ApprovalState::Pending | ApprovalState::Executed { .. } => return Ok(()),
    };
    match refused {
        None => {
            fund(&mut tx, office, &payment, &refund).await?;
        }
        Some(reason) => {
            let rejected = reject(&mut tx, office, &refund, reason).await?;
            results::announce(&mut tx, office, (&payment, &refund), &rejected).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn reject(
    conn: &mut PgConnection,
    office: &Office,
    refund: &Refund,
    reason: String,
) -> Result<RefundState, RefundError> {
    let rejected = refund.state.clone().after(RefundEvent::Reject { reason })?;
    let change = Change::by(SYSTEM, Cause::Decision);
    let step = Step { id: refund.id, from: &refund.state, to: &rejected, change };
    store::save(conn, office, step).await?;
    results::release(conn, refund).await?;
    audit::record(conn, office, event("refunds.reject"), &refund.id.to_string(), &rejected).await?;
    Ok(rejected)
}

/// Sets the money aside and hands the refund on to be sent, or leaves it waiting for funds. Tries
/// the unsettled balance first while the payment is not settled, then the available one.
async fn fund(
    conn: &mut PgConnection,
    office: &Office,
    payment: &PaidPayment,
    refund: &Refund,
) -> Result<RefundState, RefundError> {
    let day = open_day(conn).await?;
    let when = When { day, clearing: None, at: office.now() };
    let change = Change::by(SYSTEM, Cause::Funding);
    for (party, from) in sources(payment) {
        let code = from.to(party).code;
        let posting = postings::accepted(office, refund, (party, from), when);
        match ledger::post(conn, &posting).await {
            Ok(_) => {}
            Err(LedgerError::InsufficientBalance { .. }) => continue,
            Err(error) => return Err(error.into()),
        }
        let funded = refund.state.clone().after(RefundEvent::Fund)?;
        let step = Step { id: refund.id, from: &refund.state, to: &funded, change };
        store::save_funded(conn, office, step, (party, &code)).await?;
        if refund.by_payout {
            queue::enqueue(conn, office, &DraftRefundPayout { refund: refund.id }).await?;
        } else {
            queue::enqueue(conn, office, &SendRefund { refund: refund.id }).await?;
        }
        return Ok(funded);
    }
    let waiting = refund.state.clone().after(RefundEvent::LackFunds)?;
    let step = Step { id: refund.id, from: &refund.state, to: &waiting, change };
    store::save(conn, office, step).await?;
    queue::enqueue_at(
        conn,
        office,
        &FundRefund { refund: refund.id },
        office.now().saturating_add(jobs::FUNDING_PAUSE),
    )
    .await?;
    Ok(waiting)
}

/// Whose balances a refund may be taken from, in order.
fn sources(payment: &PaidPayment) -> Vec<(MerchantId, Owed)> {
    let merchant = payment.merchant;
    match (payment.settled, payment.seller) {
        (true, Some(seller)) => vec![(seller, Owed::Available)],
        (true, None) => vec![(merchant, Owed::Available)],
        (false, Some(_)) => vec![(merchant, Owed::Unsettled)],
        (false, None) => vec![(merchant, Owed::Unsettled), (merchant, Owed::Available)],
    }
}

/// Holds a refund and its payment; the payment first, as everywhere.
async fn lock(conn: &mut PgConnection, id: RefundId) -> Result<(PaidPayment, Refund), RefundError> {
    let missing = || RefundError::NotFound(id.to_string());
    let payment = store::payment_of(conn, id).await?.ok_or_else(missing)?;
    let payment = store::lock_payment(conn, payment).await?.ok_or_else(missing)?;
    let refund = store::lock(conn, id).await?.ok_or_else(missing)?;
    Ok((payment, refund))
}

async fn open_day(conn: &mut PgConnection) -> Result<BusinessDate, RefundError> {
    ledger::days::current(conn).await?.ok_or(RefundError::NoOpenDay)
}

fn event(action: &'static str) -> Event<'static> {
    Event { who: Who::System("worker"), action, subject_kind: "refund" }
}
