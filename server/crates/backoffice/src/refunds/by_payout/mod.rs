//! Refunds by payout (退款代付): where the channel cannot give the money back (it refused to, or is
//! not used any more), the payer is paid from the reserve, to an account a colleague wrote down and
//! a second person saw. The money is set aside like that of every refund (journal entry 11); the
//! finance platform drafts the payout and tells here what became of it.

mod store;

use super::results::{self, Meaning, Proof};
use super::store::{PaidPayment, Refund, Step};
use super::{RefundError, Requester, SYSTEM, lock, open_by, store as refund_store};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use crate::orders::Change;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::{MerchantId, PaymentId, RefundId, StaffId};
use domain::money::Money;
use domain::order::Cause;
use domain::payout::Payee;
use domain::refund::{RefundEvent, RefundRequest, RefundState};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// A refund whose money is set aside and has to be paid out.
#[derive(Debug, Clone)]
pub struct PayOut {
    /// The refund.
    pub refund: RefundId,
    /// Whose balance the money was taken from.
    pub merchant: MerchantId,
    /// How much.
    pub amount: Money,
    /// Whom it goes to.
    pub payee: Payee,
}

/// Asks for a refund to be paid out to an account of the payer; a second person decides about the
/// amount and the account together.
///
/// # Errors
/// As [`super::request`], and where the channel still takes the money back.
pub async fn request_by_payout(
    office: &Office,
    actor: &Actor,
    (asked, payee): (&RefundRequest, &Payee),
) -> Result<RefundId, RefundError> {
    actor.require(Permission::RequestRefund)?;
    let payee = Payee::typed(&payee.account, &payee.name, &payee.bank)?;
    let mut tx = office.begin().await?;
    let payment = refund_store::lock_payment(&mut tx, asked.payment)
        .await?
        .ok_or_else(|| RefundError::NotFound(asked.payment.to_string()))?;
    if closed(&mut tx, office, &payment).await?.is_none() {
        return Err(RefundError::GoesBackByChannel(payment.channel));
    }
    let by = (Requester::Staff(actor), Some(&payee));
    let id = open_by(&mut tx, office, by, asked).await?;
    tx.commit().await?;
    office.bell.work_is_there();
    Ok(id)
}

/// Why a payment cannot be refunded by the original route any more; nothing where it can.
///
/// # Errors
/// Not allowed, or there is no such payment.
pub async fn way_back(
    office: &Office,
    actor: &Actor,
    payment: PaymentId,
) -> Result<Option<String>, RefundError> {
    actor.require(Permission::ViewPayments)?;
    let mut tx = office.begin().await?;
    let payment = refund_store::lock_payment(&mut tx, payment)
        .await?
        .ok_or_else(|| RefundError::NotFound(payment.to_string()))?;
    closed(&mut tx, office, &payment).await
}

/// Why the way back is closed, if it is: the channel refused a refund of this payment, is not in
/// use, or cannot refund at all.
async fn closed(
    conn: &mut PgConnection,
    office: &Office,
    payment: &PaidPayment,
) -> Result<Option<String>, RefundError> {
    if let Some((number, reason)) = store::refused(conn, payment.id).await? {
        return Ok(Some(format!("the channel refused refund {number}: {reason}")));
    }
    let front = office.fronts.of(&payment.channel);
    let refunds = front.is_some_and(|front| front.refund.is_some());
    if !refunds || !store::in_use(conn, &payment.channel, office.today()).await? {
        return Ok(Some(format!("channel {} does not refund any more", payment.channel)));
    }
    Ok(None)
}

/// Keeps the account a refund is paid out to; earlier ones stay.
pub(super) async fn register(
    conn: &mut PgConnection,
    office: &Office,
    (refund, staff): (RefundId, StaffId),
    payee: &Payee,
) -> Result<(), RefundError> {
    store::insert_payee(conn, (refund, staff), payee, office.now()).await
}

/// Adds to what the checker of a refund decides: the account, and why the money cannot go back by
/// the channel.
pub(super) async fn describe(
    conn: &mut PgConnection,
    office: &Office,
    (payment, refund): (&PaidPayment, &Refund),
    content: &mut Value,
) -> Result<(), RefundError> {
    let (payee, _) = payee(conn, refund.id).await?;
    content["paid_out_to"] = serde_json::to_value(payee).unwrap_or_default();
    content["not_by_channel"] = closed(conn, office, payment).await?.into();
    content["payer"] = store::payer(conn, payment.order).await?.into();
    Ok(())
}

/// The account a refund is paid out to, and since when it is that one, if it was corrected.
///
/// # Errors
/// The refund is not paid out.
pub async fn payee(
    conn: &mut PgConnection,
    refund: RefundId,
) -> Result<(Payee, Option<OffsetDateTime>), RefundError> {
    let found = store::payee(conn, refund).await?;
    found.ok_or_else(|| RefundError::NotFound(refund.to_string()))
}

/// Writes down another account of the same holder, after a payout to the first one came back.
///
/// # Errors
/// Not allowed, no account, or somebody else's.
pub async fn correct_payee(
    conn: &mut PgConnection,
    office: &Office,
    actor: &Actor,
    (refund, account, bank): (RefundId, &str, &str),
) -> Result<Payee, RefundError> {
    let staff = actor.require(Permission::MakePayout)?;
    let (known, _) = payee(conn, refund).await?;
    let corrected = Payee::typed(account, &known.name, bank)?;
    if !corrected.is_held_by(&known.name) {
        return Err(RefundError::OtherHolder(known.name));
    }
    if corrected != known {
        store::insert_payee(conn, (refund, staff), &corrected, office.now()).await?;
        let event = Event { who: Who::Staff(actor), ..super::event("refunds.correct_payee") };
        audit::record(conn, office, event, &refund.to_string(), &corrected).await?;
    }
    Ok(corrected)
}

/// What is to be drafted for a refund, if it waits for that; held until the transaction ends.
///
/// # Errors
/// There is no such refund.
pub async fn to_pay_out(
    conn: &mut PgConnection,
    id: RefundId,
) -> Result<Option<PayOut>, RefundError> {
    let (_, refund) = lock(conn, id).await?;
    if !refund.by_payout || refund.state != RefundState::Requested {
        return Ok(None);
    }
    let (payee, _) = payee(conn, id).await?;
    let (merchant, amount) = (refund.party(), refund.amount);
    Ok(Some(PayOut { refund: id, merchant, amount, payee }))
}

/// The payout of a refund is on its way to the bank.
///
/// # Errors
/// The refund does not wait for it.
pub async fn sent_out(
    conn: &mut PgConnection,
    office: &Office,
    id: RefundId,
) -> Result<(), RefundError> {
    let (_, refund) = lock(conn, id).await?;
    let sending = refund.state.clone().after(RefundEvent::Send)?;
    let change = Change::by(SYSTEM, Cause::Sending);
    refund_store::save(conn, office, Step { id, from: &refund.state, to: &sending, change }).await
}

/// The bank's statement shows the payout: the payer has the money. The caller booked it.
///
/// # Errors
/// The refund was not on its way.
pub async fn paid_out(
    conn: &mut PgConnection,
    office: &Office,
    id: RefundId,
    (bank_ref, at): (&str, OffsetDateTime),
) -> Result<(), RefundError> {
    let (payment, refund) = lock(conn, id).await?;
    let clearing_date: BusinessDate = office.settings.zone.day_of(at); // of no clearing: not kept
    let proof = Proof { channel_no: bank_ref.to_owned(), at, clearing_date };
    let said = (Meaning::Done(proof), Change::by(SYSTEM, Cause::Consequence));
    results::apply(conn, office, (&payment, &refund), said).await?;
    Ok(())
}

/// The bank refused the payout finally: the merchant has the money back, available.
///
/// # Errors
/// The refund was not on its way.
pub async fn fail_payout(
    conn: &mut PgConnection,
    office: &Office,
    id: RefundId,
    reason: &str,
) -> Result<(), RefundError> {
    let (payment, refund) = lock(conn, id).await?;
    let failed = Meaning::Other(RefundEvent::Fail { reason: reason.to_owned() });
    let said = (failed, Change::by(SYSTEM, Cause::Consequence));
    results::apply(conn, office, (&payment, &refund), said).await?;
    Ok(())
}
