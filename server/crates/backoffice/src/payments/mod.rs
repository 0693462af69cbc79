//! The payment gateway (支付网关): chooses the channel of a payment and keeps the reasons, hands it
//! to the bank front, asks until the outcome is known, and has the success booked exactly once.

mod announcing;
pub mod callbacks;
mod detail;
mod error;
mod hearing;
mod import;
pub mod jobs;
mod opening;
mod outcome;
mod postings;
mod repair;
mod sender;
mod store;
mod success;

pub use detail::find;
pub use error::PaymentError;
pub use import::import_orders;
pub use opening::{Begun, Opening, Openings};
pub use repair::{ask_now, close_unsent, closing_concluded, propose_closing};
pub use sender::{Place, Sender};

use self::success::Concluded;
use crate::limits;
use crate::office::Office;
use crate::orders::{self, Change, Hop, Trail};
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::{MerchantId, OrderId, PaymentId};
use domain::money::Money;
use domain::order::{Cause, HopOutcome, Station};
use domain::page::{Cursor, Window};
use domain::payment::{
    Payment, PaymentFilter, PaymentState, PaymentStatus, PaymentSummary, Success,
};
use ledger::Books;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// Who makes states change here, where no person does.
const GATEWAY: &str = "payment gateway";

/// What reconciliation needs to know of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFact {
    /// The payment.
    pub payment: PaymentId,
    /// Its order.
    pub order: OrderId,
    /// Its merchant.
    pub merchant: MerchantId,
    /// Our number at the channel, 商户订单号.
    pub number: String,
    /// The merchant's own number.
    pub merchant_order_no: String,
    /// The channel's number, once known.
    pub channel_no: Option<String>,
    /// What was to be collected.
    pub amount: Money,
    /// What the channel should charge us.
    pub cost: Money,
    /// Where it stands.
    pub status: PaymentStatus,
    /// When the channel collected.
    pub event_time: Option<OffsetDateTime>,
    /// The channel's clearing date, once known.
    pub clearing_date: Option<BusinessDate>,
}

/// The channel's word that it collected, from its bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillEvidence {
    /// The channel's own number.
    pub channel_no: String,
    /// What it collected.
    pub amount: Money,
    /// When.
    pub event_time: OffsetDateTime,
    /// The day it clears it on.
    pub clearing_date: BusinessDate,
}

/// Payments, newest first, from a place of the list on.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &PaymentFilter,
    after: Option<Cursor>,
) -> Result<Window<PaymentSummary>, PaymentError> {
    actor.require(Permission::ViewPayments)?;
    let mut tx = office.begin().await?;
    store::plan_anew(&mut tx).await?;
    store::list(&mut tx, filter, after).await
}

/// One payment, held for the rest of the transaction.
///
/// # Errors
/// There is no such payment.
pub async fn lock(conn: &mut PgConnection, id: PaymentId) -> Result<Payment, PaymentError> {
    store::lock(conn, id).await?.ok_or(PaymentError::NotFound)
}

/// One payment, as it stands.
///
/// # Errors
/// The database failed.
pub async fn by_id(
    conn: &mut PgConnection,
    id: PaymentId,
) -> Result<Option<Payment>, PaymentError> {
    store::get(conn, id).await
}

/// The payment of an order, if it came to that.
///
/// # Errors
/// The database failed.
pub async fn of_order(
    conn: &mut PgConnection,
    order: OrderId,
) -> Result<Option<Payment>, PaymentError> {
    store::of_order(conn, order).await
}

/// What we believe a channel collected on a clearing date, and what it may have: payments whose
/// outcome is not known belong to the day they were opened.
///
/// # Errors
/// The database failed.
pub async fn in_clearing(
    conn: &mut PgConnection,
    office: &Office,
    channel: &str,
    day: BusinessDate,
) -> Result<Vec<PaymentFact>, PaymentError> {
    let zone = office.settings.zone;
    let hours = (zone.start_of(day), zone.start_of(day.next()));
    store::facts_in_clearing(conn, (channel, day), hours).await
}

/// The payments over a channel that carry one of our numbers or one of the channel's: whatever
/// their state and day. Files that leave our number out are matched by the channel's.
///
/// # Errors
/// The database failed.
pub async fn by_numbers(
    conn: &mut PgConnection,
    channel: &str,
    (numbers, channel_nos): (&[String], &[String]),
) -> Result<Vec<PaymentFact>, PaymentError> {
    store::facts_by_numbers(conn, channel, numbers, channel_nos).await
}

/// Sets a payment to succeeded because the channel's bill proves it (补单), with everything that
/// follows from a success. A success that was known already changes nothing.
///
/// # Errors
/// The amounts differ, or the payment succeeded as another trade.
pub async fn settle_from_bill(
    conn: &mut PgConnection,
    office: &Office,
    id: PaymentId,
    evidence: &BillEvidence,
) -> Result<Payment, PaymentError> {
    let started_at = office.now();
    let payment = lock(conn, id).await?;
    if evidence.amount != payment.amount {
        let (amount, proven) = (payment.amount, evidence.amount);
        return Err(PaymentError::OtherAmount { amount, proven });
    }
    let before = payment.state.clone();
    let proven = payment.prove(Success {
        channel_no: evidence.channel_no.clone(),
        event_time: evidence.event_time,
        clearing_date: evidence.clearing_date,
        accounting_date: accounting_date(conn).await?,
    })?;
    if matches!(before, PaymentState::Succeeded(_)) {
        return Ok(proven);
    }
    let detail = format!("the channel's bill of {} proves it", evidence.clearing_date);
    let station = Station::ErrorItems;
    let hop = Hop { station, step: "repair", outcome: HopOutcome::Ok, detail, started_at };
    orders::hop(conn, office, proven.order, hop).await?;
    limits::retake(conn, proven.order).await?;
    let change = Change::by("error handling", Cause::Bill);
    let concluded = Concluded { office, before, payment: proven.clone(), change };
    success::conclude(conn, &Books::default(), Trail::default(), &[concluded]).await?;
    Ok(proven)
}

/// Takes part of a payment for a refund, so that refunds together never exceed it.
///
/// # Errors
/// Less than that is left.
pub async fn hold_refund(
    conn: &mut PgConnection,
    payment: &Payment,
    amount: Money,
) -> Result<Payment, PaymentError> {
    let left = payment.refundable()?;
    if amount.checked_sub(left)?.is_positive() {
        return Err(PaymentError::MoreThanLeft { left });
    }
    let held = Payment { refunded: payment.refunded.checked_add(amount)?, ..payment.clone() };
    store::save_refunded(conn, &held).await?;
    Ok(held)
}

/// Gives back what a refund that came to nothing had taken.
///
/// # Errors
/// Out of range.
pub async fn release_refund(
    conn: &mut PgConnection,
    payment: &Payment,
    amount: Money,
) -> Result<Payment, PaymentError> {
    let released = Payment { refunded: payment.refunded.checked_sub(amount)?, ..payment.clone() };
    store::save_refunded(conn, &released).await?;
    Ok(released)
}

/// The day new events are booked on.
async fn accounting_date(conn: &mut PgConnection) -> Result<BusinessDate, PaymentError> {
    ledger::days::current(conn).await?.ok_or(PaymentError::NoOpenDay)
}
