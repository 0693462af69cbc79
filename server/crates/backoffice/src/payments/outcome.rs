//! From the bank front's word to the payment's state and the books: each network call stands
//! between two transactions, and what is written before it survives a crash.

use super::jobs::QueryPayment;
use super::{PaymentError, accounting_date, lock, postings, store};
use crate::audit::{self, Event, Who};
use crate::channels;
use crate::fees::{self, Trade};
use crate::jobs::{self, Outcome};
use crate::limits;
use crate::office::Office;
use crate::orders::{self, Hop, Visit};
use banks::front::{Answer, Fault, PayInstruction};
use domain::channel::Signal;
use domain::ids::PaymentId;
use domain::order::{FunnelStep, HopOutcome, Order, Station};
use domain::payment::{Payment, PaymentState, Reply};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// How long a channel that cannot be reached is tried before the payment has failed.
const REACH_FOR: Duration = Duration::minutes(2);
/// Pause between two tries to reach a channel.
const REACH_PAUSE: Duration = Duration::seconds(3);
/// The first pause before asking after an unknown payment; it doubles each time.
const QUERY_PAUSE: Duration = Duration::seconds(2);
/// The longest pause between two askings.
const QUERY_PAUSE_MAX: Duration = Duration::minutes(10);
/// How long a channel is asked; after that only its bill can tell.
const QUERY_FOR: Duration = Duration::days(3);

/// Hands a payment to its bank front, unless it may be there already.
pub(super) async fn send(office: &Office, id: PaymentId) -> Result<Outcome, PaymentError> {
    let Some((payment, order)) = set_out(office, id).await? else { return Ok(Outcome::Done) };
    let started_at = office.now();
    let reply = ask_to_pay(office, &payment, &order).await;
    let not_sent = reply == Reply::NotSent;
    take_in(office, id, ("pay", 0), started_at, &reply).await?;
    if !not_sent {
        return Ok(Outcome::Done);
    }
    if office.now() - payment.created_at < REACH_FOR {
        return Ok(Outcome::Again(REACH_PAUSE));
    }
    give_up(office, id, "the channel could not be reached: nothing was collected").await?;
    Ok(Outcome::Done)
}

/// Asks what became of a payment, if that is not known.
pub(super) async fn query(office: &Office, id: PaymentId, round: u32) -> Result<(), PaymentError> {
    let mut conn = office.db.acquire().await?;
    let payment = store::get(&mut conn, id).await?.ok_or(PaymentError::NotFound)?;
    drop(conn);
    if !matches!(payment.state, PaymentState::Unknown { .. }) {
        return Ok(());
    }
    let started_at = office.now();
    let reply = ask_after(office, &payment).await;
    take_in(office, id, ("query", round), started_at, &reply).await
}

/// Writes down, before the network is touched, that the payment may be at the channel from now on.
/// A payment found on its way was left there by a worker that died: it is asked after, not sent.
async fn set_out(office: &Office, id: PaymentId) -> Result<Option<(Payment, Order)>, PaymentError> {
    let mut tx = office.begin().await?;
    let payment = lock(&mut tx, id).await?;
    match payment.state {
        PaymentState::Created => {}
        PaymentState::Sending => {
            drop(tx);
            let lost = "the worker stopped before the channel's answer was written down";
            let reply = Reply::Unclear(lost.to_owned());
            take_in(office, id, ("pay", 0), office.now(), &reply).await?;
            return Ok(None);
        }
        _ => return Ok(None),
    }
    let sending = payment.send()?;
    let order = orders::lock(&mut tx, sending.order).await?;
    store::save(&mut tx, &sending, office.now()).await?;
    tx.commit().await?;
    Ok(Some((sending, order)))
}

async fn ask_to_pay(office: &Office, payment: &Payment, order: &Order) -> Reply {
    let front = payment.channel.as_deref().and_then(|channel| office.fronts.of(channel));
    let Some(pay) = front.and_then(|front| front.pay.as_ref()) else { return Reply::NotSent };
    let instruction = PayInstruction {
        number: payment.number.clone(),
        amount: payment.amount,
        method: payment.method.clone().unwrap_or_default(),
        subject: order.subject.clone(),
        request_id: office.request_id.clone(),
    };
    understand(pay.pay(&instruction).await)
}

async fn ask_after(office: &Office, payment: &Payment) -> Reply {
    let front = payment.channel.as_deref().and_then(|channel| office.fronts.of(channel));
    let Some(pay) = front.and_then(|front| front.pay.as_ref()) else { return Reply::NotSent };
    understand(pay.query_payment(&payment.number, &office.request_id).await)
}

fn understand(answer: Result<Answer, Fault>) -> Reply {
    match answer {
        Ok(Answer::Done { channel_no, amount, at, clearing_date }) => {
            Reply::Done { channel_no, amount, at, clearing_date }
        }
        Ok(Answer::Declined { code, reason }) => {
            Reply::Declined { reason: format!("{code} {reason}").trim().to_owned() }
        }
        Ok(Answer::Processing) => Reply::Processing,
        Ok(Answer::NotFound) => Reply::NotFound,
        Err(Fault::NotSent(_)) => Reply::NotSent,
        Err(fault @ Fault::Unclear(_)) => Reply::Unclear(fault.to_string()),
    }
}

/// Takes in the channel's word: state, books, order, hops and what to do next, in one transaction.
async fn take_in(
    office: &Office,
    id: PaymentId,
    (step, round): (&'static str, u32),
    started_at: OffsetDateTime,
    reply: &Reply,
) -> Result<(), PaymentError> {
    let mut tx = office.begin().await?;
    let before = lock(&mut tx, id).await?;
    let today = accounting_date(&mut tx).await?;
    let heard = before.clone().hear(reply, today);
    let (outcome, detail) = match &heard {
        Ok(after) => told(after, reply),
        Err(refused) => (HopOutcome::Unknown, format!("{refused}: {reply:?}")),
    };
    // Asking goes on for days; only what is new is worth a line.
    let nothing_new = heard.as_ref().is_ok_and(|after| after.state == before.state);
    if step != "query" || !nothing_new {
        let hop = Hop { station: Station::BankFront, step, outcome, detail, started_at };
        orders::hop(&mut tx, office, before.order, hop).await?;
    }
    if let (Some(channel), Some(signal)) = (&before.channel, signal(reply)) {
        channels::heard(&mut tx, office, channel, (id, signal)).await?;
    }
    let Ok(after) = heard else {
        // Certainty is not overturned by an answer; the bill will show who is right.
        tracing::warn!(payment.id = %id, ?reply, "an answer contradicts what is certain");
        tx.commit().await?;
        return Ok(());
    };
    match &after.state {
        PaymentState::Succeeded(_) if before.success().is_none() => {
            conclude_success(&mut tx, office, &after).await?;
        }
        PaymentState::Failed { reason } if before.state != after.state => {
            conclude_failure(&mut tx, office, &after, reason).await?;
        }
        PaymentState::Unknown { .. } => {
            store::save(&mut tx, &after, office.now()).await?;
            ask_again(&mut tx, office, &after, round).await?;
        }
        _ => store::save(&mut tx, &after, office.now()).await?,
    }
    tx.commit().await?;
    Ok(())
}

/// What a reply says about the channel's health; not to know a number says nothing.
fn signal(reply: &Reply) -> Option<Signal> {
    match reply {
        Reply::Done { .. } => Some(Signal::Collected),
        Reply::Declined { .. } => Some(Signal::Declined),
        Reply::Processing => Some(Signal::Processing),
        Reply::Unclear(_) => Some(Signal::Silent),
        Reply::NotSent => Some(Signal::Unreached),
        Reply::NotFound => None,
    }
}

/// What the channel's word came to, for the order's way through the systems.
fn told(after: &Payment, reply: &Reply) -> (HopOutcome, String) {
    match (&after.state, reply) {
        (_, Reply::NotSent) => (HopOutcome::Failed, "the channel could not be reached".to_owned()),
        (PaymentState::Succeeded(success), _) => {
            (HopOutcome::Ok, format!("collected as {}", success.channel_no))
        }
        (PaymentState::Failed { reason }, _) => (HopOutcome::Failed, reason.clone()),
        (PaymentState::Unknown { reason }, _) => (HopOutcome::Unknown, reason.clone()),
        (PaymentState::Created | PaymentState::Sending, _) => {
            (HopOutcome::Unknown, "not known yet".to_owned())
        }
    }
}

/// Everything that follows from a success: state, journal entries 1, 2 and 3, the order, the hops.
pub(super) async fn conclude_success(
    conn: &mut PgConnection,
    office: &Office,
    payment: &Payment,
) -> Result<(), PaymentError> {
    let started_at = office.now();
    let (Some(success), Some(channel)) = (payment.success(), payment.channel.as_deref()) else {
        return Err(PaymentError::NotFound);
    };
    store::save(conn, payment, started_at).await?;
    let booking = (started_at, office.request_id.as_str());
    ledger::post_all(conn, &postings::succeeded(payment, success, channel, booking)).await?;
    count(conn, office, payment).await?;
    let order =
        orders::advance(conn, payment.order, |state| state.paid(success.event_time)).await?;
    let detail = format!("booked on {}", success.accounting_date);
    let outcome = HopOutcome::Ok;
    let hop = Hop { station: Station::Ledger, step: "book", outcome, detail, started_at };
    orders::hop(conn, office, payment.order, hop).await?;
    let detail = format!("order {} is paid", order.merchant_order_no);
    let hop = Hop { station: Station::Orders, step: "result", outcome, detail, started_at };
    orders::hop(conn, office, payment.order, hop).await?;
    let visit = Visit {
        merchant: order.merchant,
        order: Some(order.id),
        visitor: &order.merchant_order_no,
        step: FunnelStep::Paid,
        product: Some(order.product),
    };
    orders::visited(conn, office, visit).await?;
    witness(conn, office, "payments.succeed", payment).await
}

/// Counts a success for the month volumes that tiers of fees ask for.
pub(super) async fn count(
    conn: &mut PgConnection,
    office: &Office,
    payment: &Payment,
) -> Result<(), PaymentError> {
    let (Some(success), Some(channel)) = (payment.success(), &payment.channel) else {
        return Ok(());
    };
    let trade = Trade {
        owners: &[payment.merchant.to_string(), channel.clone()],
        product: payment.product,
        amount: payment.amount,
        day: office.settings.zone.day_of(success.event_time),
        id: payment.id.into(),
    };
    Ok(fees::count(conn, &trade).await?)
}

async fn conclude_failure(
    conn: &mut PgConnection,
    office: &Office,
    payment: &Payment,
    reason: &str,
) -> Result<(), PaymentError> {
    store::save(conn, payment, office.now()).await?;
    limits::release(conn, payment.order).await?;
    orders::advance(conn, payment.order, |state| state.fail(reason)).await?;
    let hop = Hop {
        station: Station::Orders,
        step: "result",
        outcome: HopOutcome::Failed,
        detail: reason.to_owned(),
        started_at: office.now(),
    };
    orders::hop(conn, office, payment.order, hop).await?;
    witness(conn, office, "payments.fail", payment).await
}

/// Gives a payment up that certainly is at no channel.
async fn give_up(office: &Office, id: PaymentId, reason: &str) -> Result<(), PaymentError> {
    let mut tx = office.begin().await?;
    let payment = lock(&mut tx, id).await?;
    if payment.state == PaymentState::Created {
        let failed = payment.abandon(reason)?;
        conclude_failure(&mut tx, office, &failed, reason).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Has the channel asked again, later and later, as long as an answer can be hoped for.
async fn ask_again(
    conn: &mut PgConnection,
    office: &Office,
    payment: &Payment,
    round: u32,
) -> Result<(), PaymentError> {
    if office.now() - payment.created_at > QUERY_FOR {
        return Ok(());
    }
    let doubled = QUERY_PAUSE * 2_i32.saturating_pow(round.min(12));
    let at = office.now().saturating_add(doubled.min(QUERY_PAUSE_MAX));
    let query = QueryPayment { payment: payment.id, round: round + 1 };
    jobs::enqueue_at(conn, office, &query, at).await?;
    Ok(())
}

async fn witness(
    conn: &mut PgConnection,
    office: &Office,
    action: &'static str,
    payment: &Payment,
) -> Result<(), PaymentError> {
    let event = Event { who: Who::System("payment gateway"), action, subject_kind: "payment" };
    audit::record(conn, office, event, &payment.id.to_string(), payment).await?;
    Ok(())
}
