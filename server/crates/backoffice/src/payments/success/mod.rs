//! Everything that follows from successes: states, journal entries 1, 2 and 3, the orders, the
//! hops, and what merchants are told. Many payments are concluded together, and booked last: the
//! accounts that nearly every payment touches are held only from the posting to the commit.

mod store;

use super::hearing::follows;
use super::{PaymentError, announcing, postings};
use crate::audit::{self, Event, Record, Who};
use crate::fees::{self, Trade};
use crate::office::Office;
use crate::orders::{self, Change, Hop, OrderError, Trail, Visit};
use domain::ids::OrderId;
use domain::order::{Cause, FunnelStep, HopOutcome, Order, Station, Subject};
use domain::payment::{Payment, PaymentState, Success};
use ledger::Books;
use sqlx::PgConnection;

/// A payment that succeeded, not yet written down.
pub(super) struct Concluded<'a> {
    /// The office, working for its request.
    pub office: &'a Office,
    /// What it was.
    pub before: PaymentState,
    /// What it is.
    pub payment: Payment,
    /// Why.
    pub change: Change<'a>,
}

/// Writes down everything that follows from successes, after what the trail has noted already.
/// Answers the orders as they are now, in the order of the payments.
pub(super) async fn conclude(
    conn: &mut PgConnection,
    books: &Books,
    mut trail: Trail,
    all: &[Concluded<'_>],
) -> Result<Vec<Order>, PaymentError> {
    if all.is_empty() {
        trail.write(conn).await?;
        return Ok(Vec::new());
    }
    store::save(conn, all).await?;
    let trades: Vec<Trade> = all.iter().filter_map(|one| trade(one.office, &one.payment)).collect();
    fees::count(conn, &trades).await?;
    let ids: Vec<OrderId> = all.iter().map(|one| one.payment.order).collect();
    let mut held = orders::lock_all(conn, &ids).await?;
    let mut orders = Vec::with_capacity(all.len());
    let mut bookings = Vec::with_capacity(all.len().saturating_mul(3));
    for one in all {
        let mut order = held.remove(&one.payment.order).ok_or(OrderError::NotFound)?;
        let (success, channel) = proof(&one.payment)?;
        let booking = (one.office.now(), one.office.request_id.as_str());
        bookings.extend(postings::succeeded(&one.payment, success, channel, booking));
        note(&mut trail, one, &mut order, success)?;
        orders.push(order);
    }
    trail.write(conn).await?;
    let told: Vec<_> =
        all.iter().zip(&orders).map(|(one, order)| (one.office, order, &one.payment)).collect();
    announcing::announce_all(conn, &told).await?;
    let records: Vec<Record> = all.iter().map(witness).collect::<Result<_, _>>()?;
    audit::record_all(conn, &records).await?;
    books.post_all(conn, &bookings).await?;
    Ok(orders)
}

/// A success counts for the month volumes that tiers of fees ask for.
pub(super) fn trade(office: &Office, payment: &Payment) -> Option<Trade> {
    let (success, channel) = payment.success().zip(payment.channel.clone())?;
    Some(Trade {
        owners: [payment.merchant.to_string(), channel],
        product: payment.product,
        amount: payment.amount,
        day: office.settings.zone.day_of(success.event_time),
        id: payment.id.into(),
    })
}

fn proof(payment: &Payment) -> Result<(&Success, &str), PaymentError> {
    payment.success().zip(payment.channel.as_deref()).ok_or(PaymentError::NotFound)
}

/// What a success means for its order.
fn note(
    trail: &mut Trail,
    one: &Concluded<'_>,
    order: &mut Order,
    success: &Success,
) -> Result<(), PaymentError> {
    let Concluded { office, before, payment, change } = one;
    let (started_at, outcome) = (office.now(), HopOutcome::Ok);
    let subject = (Subject::Payment, payment.id.into());
    let moved = (before.status().name(), payment.state.status().name());
    trail.changed(office, order.id, (subject, *change), moved);
    let at = success.event_time;
    let state = order.state.clone();
    let paid = if change.cause == Cause::Bill { state.proven(at) } else { state.paid(at) };
    trail.advance(office, order, (paid.map_err(OrderError::from)?, follows()));
    let detail = format!("booked on {}", success.accounting_date);
    let hop = Hop { station: Station::Ledger, step: "book", outcome, detail, started_at };
    trail.hop(office, order.id, hop);
    let detail = format!("order {} is paid", order.merchant_order_no);
    let hop = Hop { station: Station::Orders, step: "result", outcome, detail, started_at };
    trail.hop(office, order.id, hop);
    let visit = Visit {
        merchant: order.merchant,
        order: Some(order.id),
        visitor: &order.merchant_order_no,
        step: FunnelStep::Paid,
        product: Some(order.product),
    };
    trail.visited(office, &visit);
    Ok(())
}

fn witness(one: &Concluded<'_>) -> Result<Record, sqlx::Error> {
    let action = "payments.succeed";
    let event = Event { who: Who::System("payment gateway"), action, subject_kind: "payment" };
    Record::of(one.office, event, &one.payment.id.to_string(), &one.payment)
}
