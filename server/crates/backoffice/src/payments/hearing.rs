//! Taking in the channel's word, whichever way it came: state, books, order, hops, and what to do
//! next, in one transaction. A word that contradicts what is certain changes nothing and is handed
//! to error handling.

use super::jobs::{QueryPayment, ReportContradiction};
use super::{GATEWAY, PaymentError, accounting_date, announcing, lock, postings, store};
use crate::audit::{self, Event, Who};
use crate::channels;
use crate::fees::{self, Trade};
use crate::jobs;
use crate::limits;
use crate::office::Office;
use crate::orders::{self, Change, Hop, Visit};
use domain::channel::Signal;
use domain::ids::PaymentId;
use domain::order::{Cause, FunnelStep, HopOutcome, OrderState, Station};
use domain::payment::{Contradiction, Payment, PaymentState, Reply};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// The first pause before asking after an unknown payment; it doubles each time.
const QUERY_PAUSE: Duration = Duration::seconds(2);
/// The longest pause between two askings.
const QUERY_PAUSE_MAX: Duration = Duration::minutes(10);
/// How long a channel is asked; after that only its bill can tell.
const QUERY_FOR: Duration = Duration::days(3);

/// Something the channel said, or that it said nothing.
pub(super) struct Word<'a> {
    /// How it came, as the order's way through the systems calls it.
    pub step: &'static str,
    /// For answers to questions: which asking it was.
    pub round: u32,
    /// When we began to listen.
    pub started_at: OffsetDateTime,
    /// Why the state changes, if it does.
    pub change: Change<'a>,
    /// What it said.
    pub reply: Reply,
}

/// What a word came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The payment is what the word says.
    Taken,
    /// The payment is certain, and the word neither adds nor contradicts anything.
    Nothing,
    /// The word contradicts what is certain.
    Contradiction,
}

/// Takes in the channel's word.
pub(super) async fn take_in(
    office: &Office,
    id: PaymentId,
    word: &Word<'_>,
) -> Result<Heard, PaymentError> {
    let mut tx = office.begin().await?;
    let heard = take_in_within(&mut tx, office, id, word).await?;
    tx.commit().await?;
    office.bell.has_got_on(id.into());
    office.bell.work_is_there();
    Ok(heard)
}

/// Takes in the channel's word, in the caller's transaction.
pub(super) async fn take_in_within(
    conn: &mut PgConnection,
    office: &Office,
    id: PaymentId,
    word: &Word<'_>,
) -> Result<Heard, PaymentError> {
    let before = lock(conn, id).await?;
    if let (Some(channel), Some(signal)) = (&before.channel, signal(&word.reply)) {
        channels::heard(conn, office, channel, (id, signal)).await?;
    }
    if let Some(contradiction) = before.contradiction(&word.reply) {
        contradicted(conn, office, &before, (word, contradiction)).await?;
        return Ok(Heard::Contradiction);
    }
    let today = accounting_date(conn).await?;
    let Ok(after) = before.clone().hear(&word.reply, today) else { return Ok(Heard::Nothing) };
    // Asking goes on for days; only what is new is worth a line.
    if word.step == "pay" || after.state != before.state {
        note(conn, office, before.order, (word, told(&after, &word.reply))).await?;
    }
    match &after.state {
        PaymentState::Succeeded(_) if before.success().is_none() => {
            conclude_success(conn, office, (&before.state, &after), word.change).await?;
        }
        PaymentState::Failed { reason } if before.state != after.state => {
            conclude_failure(conn, office, (&before.state, &after), (word.change, reason)).await?;
        }
        PaymentState::Unknown { .. } => {
            store::save(conn, office, (&before.state, &after), word.change).await?;
            ask_again(conn, office, &after, word.round).await?;
        }
        PaymentState::Created | PaymentState::Sending => {
            store::save(conn, office, (&before.state, &after), word.change).await?;
        }
        PaymentState::Succeeded(_) | PaymentState::Failed { .. } => return Ok(Heard::Nothing),
    }
    Ok(Heard::Taken)
}

/// Certainty is not overturned by an answer: a person decides, with the channel's bill beside it.
async fn contradicted(
    conn: &mut PgConnection,
    office: &Office,
    payment: &Payment,
    (word, contradiction): (&Word<'_>, Contradiction),
) -> Result<(), PaymentError> {
    let report = ReportContradiction::of(payment, contradiction, &word.reply);
    if !jobs::enqueue(conn, office, &report).await? {
        return Ok(()); // the channel repeats itself
    }
    tracing::warn!(payment.id = %payment.id, reply = ?word.reply, "the channel contradicts us");
    let detail = format!(
        "the channel contradicts a payment that is {} ({}): a difference is opened",
        payment.state.status().name(),
        contradiction.name()
    );
    note(conn, office, payment.order, (word, (HopOutcome::Unknown, detail))).await
}

async fn note(
    conn: &mut PgConnection,
    office: &Office,
    order: domain::ids::OrderId,
    (word, (outcome, detail)): (&Word<'_>, (HopOutcome, String)),
) -> Result<(), PaymentError> {
    let (step, started_at) = (word.step, word.started_at);
    let hop = Hop { station: Station::BankFront, step, outcome, detail, started_at };
    Ok(orders::hop(conn, office, order, hop).await?)
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
    (before, payment): (&PaymentState, &Payment),
    change: Change<'_>,
) -> Result<(), PaymentError> {
    let started_at = office.now();
    let (Some(success), Some(channel)) = (payment.success(), payment.channel.as_deref()) else {
        return Err(PaymentError::NotFound);
    };
    store::save(conn, office, (before, payment), change).await?;
    let booking = (started_at, office.request_id.as_str());
    ledger::post_all(conn, &postings::succeeded(payment, success, channel, booking)).await?;
    count(conn, office, payment).await?;
    let proven = change.cause == Cause::Bill;
    let paid = |state: OrderState| {
        if proven { state.proven(success.event_time) } else { state.paid(success.event_time) }
    };
    let order = orders::advance(conn, office, (payment.order, follows()), paid).await?;
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
    announcing::announce(conn, office, (&order, payment)).await?;
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

/// What follows from a failure: state, order, the hop.
pub(super) async fn conclude_failure(
    conn: &mut PgConnection,
    office: &Office,
    (before, payment): (&PaymentState, &Payment),
    (change, reason): (Change<'_>, &str),
) -> Result<(), PaymentError> {
    store::save(conn, office, (before, payment), change).await?;
    limits::release(conn, payment.order).await?;
    let why = (payment.order, follows());
    let order = orders::advance(conn, office, why, |state| state.fail(reason)).await?;
    announcing::announce(conn, office, (&order, payment)).await?;
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
pub(super) async fn give_up(
    office: &Office,
    id: PaymentId,
    reason: &str,
) -> Result<(), PaymentError> {
    let mut tx = office.begin().await?;
    let payment = lock(&mut tx, id).await?;
    if payment.state == PaymentState::Created {
        let before = payment.state.clone();
        let failed = payment.abandon(reason)?;
        let why = (Change::by(GATEWAY, Cause::Unreachable), reason);
        conclude_failure(&mut tx, office, (&before, &failed), why).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Has the channel asked again, later and later, as long as an answer can be hoped for.
pub(super) async fn ask_again(
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

const fn follows() -> Change<'static> {
    Change::by(GATEWAY, Cause::Consequence)
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
