//! Opening payments (开支付单): each is routed, its whole decision kept, and handed on to be sent.

mod store;

pub(super) use store::insert;

use super::jobs::SendPayment;
use super::{GATEWAY, PaymentError};
use crate::jobs::{self as queue, Claimed, NewJob};
use crate::limits;
use crate::office::Office;
use crate::orders::{Change, Hop, Trail};
use crate::routing::{Board, Wanted};
use domain::ids::PaymentId;
use domain::limits::Payer;
use domain::merchant::Entitlement;
use domain::money::Money;
use domain::order::{Cause, HopOutcome, Order, Station, Subject};
use domain::payment::{Payment, PaymentState, TopUp};
use domain::routing::RoutingDecision;
use sqlx::PgConnection;

/// An order that is to be paid.
#[derive(Debug)]
pub struct Opening<'a> {
    /// The order, held or new.
    pub order: &'a mut Order,
    /// Who pays, where that is known.
    pub payer: Option<&'a Payer>,
    /// Whose balance it raises, if it is a top-up.
    pub top_up: Option<TopUp>,
    /// What the merchant was granted.
    pub entitlement: &'a Entitlement,
    /// Whether whoever opens it sends it as soon as the transaction has taken effect; otherwise a
    /// worker does.
    pub at_once: bool,
}

/// A payment on its way: whoever gets this hands it to the bank front.
#[derive(Debug)]
pub struct Begun {
    pub(super) payment: Payment,
    pub(super) order: Order,
    pub(super) job: Claimed,
}

/// The payments one transaction opens, routed on the same facts and written together.
#[derive(Debug, Default)]
pub struct Openings {
    board: Board,
    payments: Vec<(Payment, RoutingDecision)>,
    jobs: Vec<NewJob>,
}

impl Openings {
    /// Opens the payment of an order: routes it, keeps the whole decision, and has it sent. When no
    /// channel can take it, payment and order have failed.
    ///
    /// # Errors
    /// The order's state does not allow it, or the database failed.
    pub async fn open(
        &mut self,
        conn: &mut PgConnection,
        office: &Office,
        trail: &mut Trail,
        opening: Opening<'_>,
    ) -> Result<Option<Begun>, PaymentError> {
        let started_at = office.now();
        let Opening { order, payer, top_up, entitlement, at_once } = opening;
        let id = PaymentId(office.new_id());
        let wanted = Wanted {
            product: order.product,
            amount: order.amount,
            merchant: Some(order.merchant),
            method: payer.and_then(|payer| payer.method.clone()),
            card: payer.and_then(|payer| payer.card),
            bank: payer.and_then(|payer| payer.bank.clone()),
            at: started_at,
            payment: id.into(),
        };
        let routing = self.board.decide(conn, office, wanted).await?;
        // A top-up earns no fee of the merchant.
        let fee = top_up.map_or(entitlement.fee, |_| Money::zero(order.amount.currency()));
        let mut payment = Payment { top_up, ..routed(office, order, (id, fee), &routing) };
        let detail = routing.sentence();
        let (outcome, mut job) = if payment.channel.is_some() {
            let why = Change::by(GATEWAY, Cause::Request);
            let paying = order.state.clone().pay().map_err(crate::orders::OrderError::from)?;
            trail.advance(office, order, (paying, why));
            (HopOutcome::Ok, Some(NewJob::of(office, &SendPayment { payment: id })?))
        } else {
            payment = payment.abandon(&detail)?;
            limits::release(conn, order.id).await?;
            let why = Change::by(GATEWAY, Cause::Refusal);
            let failed = order.state.clone().fail(&detail);
            let failed = failed.map_err(crate::orders::OrderError::from)?;
            trail.advance(office, order, (failed, why));
            (HopOutcome::Refused, None)
        };
        let hop = Hop { station: Station::Payments, step: "route", outcome, detail, started_at };
        trail.hop(office, order.id, hop);
        let begun = match &mut job {
            Some(job) if at_once => Some(set_out(office, trail, (&mut payment, order), job)?),
            _ => None,
        };
        self.jobs.extend(job);
        self.payments.push((payment, routing));
        Ok(begun)
    }

    /// Writes the payments and hands on their jobs; the orders are there already.
    ///
    /// # Errors
    /// An order has a payment already, or the database failed.
    pub async fn write(self, conn: &mut PgConnection) -> Result<(), PaymentError> {
        insert(conn, &self.payments).await?;
        Ok(queue::enqueue_all(conn, &self.jobs).await?)
    }
}

/// The payment as routing decided.
fn routed(
    office: &Office,
    order: &Order,
    (id, fee): (PaymentId, Money),
    routing: &RoutingDecision,
) -> Payment {
    let chosen = routing.chosen();
    Payment {
        id,
        order: order.id,
        merchant: order.merchant,
        product: order.product,
        top_up: None,
        amount: order.amount,
        channel: chosen.map(|one| one.channel.clone()),
        method: chosen.map(|one| one.method.clone()),
        number: id.0.simple().to_string(),
        fee,
        cost: chosen.and_then(|one| one.cost).unwrap_or(Money::zero(order.amount.currency())),
        refunded: Money::zero(order.amount.currency()),
        settlement: None,
        state: PaymentState::Created,
        created_at: office.now(),
    }
}

/// Writes down with the payment itself that it may be at the channel from now on. Should whoever
/// sends it die, its job's lease ends, and it is asked after like any other that was on its way.
fn set_out(
    office: &Office,
    trail: &mut Trail,
    (payment, order): (&mut Payment, &Order),
    job: &mut NewJob,
) -> Result<Begun, PaymentError> {
    let from = payment.state.status().name();
    *payment = payment.clone().send()?;
    let why = (Subject::Payment, payment.id.into());
    let moved = (from, payment.state.status().name());
    trail.changed(office, order.id, (why, Change::by(GATEWAY, Cause::Sending)), moved);
    let job = job.claim(office);
    Ok(Begun { payment: payment.clone(), order: order.clone(), job })
}
