//! Taking in the channel's word, whichever way it came: state, books, order, hops, and what to do
//! next, in one transaction. A word that contradicts what is certain changes nothing and is handed
//! to error handling.

use super::jobs::{QueryPayment, ReportContradiction};
use super::success::{self, Concluded};
use super::{GATEWAY, PaymentError, announcing, lock, store};
use crate::audit::{self, Event, Who};
use crate::channels;
use crate::jobs;
use crate::limits;
use crate::office::Office;
use crate::orders::{self, Change, Hop, Trail};
use domain::channel::Signal;
use domain::ids::{OrderId, PaymentId};
use domain::order::{Cause, HopOutcome, Order, Station};
use domain::payment::{Contradiction, Payment, PaymentState, Reply};
use ledger::Books;
use sqlx::PgConnection;
use std::collections::HashMap;
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

/// A word about a payment, heard by an office that works for its request.
pub(super) struct Listening<'a> {
    /// The office.
    pub office: &'a Office,
    /// The payment.
    pub id: PaymentId,
    /// What was said.
    pub word: &'a Word<'a>,
}

/// Takes in the channel's word.
pub(super) async fn take_in(
    office: &Office,
    id: PaymentId,
    word: &Word<'_>,
) -> Result<Heard, PaymentError> {
    let mut tx = office.begin().await?;
    let listening = Listening { office, id, word };
    let heard = take_in_all(&mut tx, &Books::default(), &[listening]).await?;
    tx.commit().await?;
    office.bell.has_got_on(id.into());
    office.bell.work_is_there();
    Ok(heard.into_iter().next().map_or(Heard::Nothing, |(heard, _)| heard))
}

/// What came of a word; with the order and the payment, if that succeeded by it.
pub(super) type Outcome = (Heard, Option<(Order, Payment)>);

/// Takes in the words about several payments, in the caller's transaction. What each came to
/// stands in their order.
pub(super) async fn take_in_all(
    conn: &mut PgConnection,
    books: &Books,
    all: &[Listening<'_>],
) -> Result<Vec<Outcome>, PaymentError> {
    let ids: Vec<PaymentId> = all.iter().map(|one| one.id).collect();
    let mut held: HashMap<PaymentId, Payment> = store::lock_all(conn, &ids)
        .await?
        .into_iter()
        .map(|payment| (payment.id, payment))
        .collect();
    let mut payments = Vec::with_capacity(all.len());
    for id in &ids {
        // Two words about one payment do not come together: they are taken in one by one.
        payments.push(held.remove(id).ok_or(PaymentError::NotFound)?);
    }
    listen(conn, all, &payments).await?;
    let mut heard: Vec<Outcome> = Vec::with_capacity(all.len());
    let (mut trail, mut concluded, mut places) = (Trail::default(), Vec::new(), Vec::new());
    let today = ledger::days::current(conn).await?;
    for (one, before) in all.iter().zip(&payments) {
        let (office, word) = (one.office, one.word);
        if let Some(contradiction) = before.contradiction(&word.reply) {
            contradicted(conn, office, before, (word, contradiction)).await?;
            heard.push((Heard::Contradiction, None));
            continue;
        }
        let today = today.ok_or(PaymentError::NoOpenDay)?;
        let Ok(after) = before.clone().hear(&word.reply, today) else {
            heard.push((Heard::Nothing, None));
            continue;
        };
        if after.success().is_some() && before.success().is_none() {
            note(&mut trail, office, before.order, (word, told(&after, &word.reply)));
            places.push(heard.len());
            heard.push((Heard::Taken, None));
            let (before, change) = (before.state.clone(), word.change);
            concluded.push(Concluded { office, before, payment: after, change });
        } else {
            heard.push((take_in_other(conn, one, (before, &after)).await?, None));
        }
    }
    let orders = success::conclude(conn, books, trail, &concluded).await?;
    for ((place, one), order) in places.into_iter().zip(concluded).zip(orders) {
        if let Some((_, decided)) = heard.get_mut(place) {
            *decided = Some((order, one.payment));
        }
    }
    Ok(heard)
}

/// What the words say about the health of the channels.
async fn listen(
    conn: &mut PgConnection,
    all: &[Listening<'_>],
    payments: &[Payment],
) -> Result<(), PaymentError> {
    let words: Vec<channels::Word<'_>> = all
        .iter()
        .zip(payments)
        .filter_map(|(one, payment)| {
            let (channel, payment) = (payment.channel.as_deref()?, payment.id);
            Some(channels::Word { channel, payment, signal: signal(&one.word.reply)? })
        })
        .collect();
    match all.first() {
        Some(one) => Ok(channels::heard(conn, one.office, &words).await?),
        None => Ok(()),
    }
}

/// Takes in a word that is not a new success.
async fn take_in_other(
    conn: &mut PgConnection,
    one: &Listening<'_>,
    (before, after): (&Payment, &Payment),
) -> Result<Heard, PaymentError> {
    let (office, word) = (one.office, one.word);
    // Asking goes on for days; only what is new is worth a line.
    if word.step == "pay" || after.state != before.state {
        let mut trail = Trail::default();
        note(&mut trail, office, before.order, (word, told(after, &word.reply)));
        trail.write(conn).await?;
    }
    match &after.state {
        PaymentState::Failed { reason } if before.state != after.state => {
            let why = (word.change, reason.as_str());
            conclude_failure(conn, office, (&before.state, after), why).await?;
        }
        PaymentState::Unknown { .. } => {
            store::save(conn, office, (&before.state, after), word.change).await?;
            ask_again(conn, office, after, word.round).await?;
        }
        PaymentState::Created | PaymentState::Sending => {
            store::save(conn, office, (&before.state, after), word.change).await?;
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
    let mut trail = Trail::default();
    note(&mut trail, office, payment.order, (word, (HopOutcome::Unknown, detail)));
    Ok(trail.write(conn).await?)
}

fn note(
    trail: &mut Trail,
    office: &Office,
    order: OrderId,
    (word, (outcome, detail)): (&Word<'_>, (HopOutcome, String)),
) {
    let (step, started_at) = (word.step, word.started_at);
    let hop = Hop { station: Station::BankFront, step, outcome, detail, started_at };
    trail.hop(office, order, hop);
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
    let action = "payments.fail";
    let event = Event { who: Who::System("payment gateway"), action, subject_kind: "payment" };
    audit::record(conn, office, event, &payment.id.to_string(), payment).await?;
    Ok(())
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

pub(super) const fn follows() -> Change<'static> {
    Change::by(GATEWAY, Cause::Consequence)
}
