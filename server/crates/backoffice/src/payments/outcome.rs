//! Asking the channel: each network call stands between two transactions, and what is written
//! before it survives a crash. A number is sent once, unless it certainly did not arrive.

use super::hearing::{self, Heard, Word};
use super::{GATEWAY, PaymentError, lock, store};
use crate::jobs::Outcome;
use crate::office::Office;
use crate::orders::{self, Change};
use banks::front::{Answer, Fault, PayInstruction};
use domain::ids::PaymentId;
use domain::order::{Cause, Order};
use domain::payment::{Payment, PaymentState, Reply};
use time::Duration;

/// How long a channel that cannot be reached is tried before the payment has failed.
const REACH_FOR: Duration = Duration::minutes(2);
/// Pause between two tries to reach a channel.
const REACH_PAUSE: Duration = Duration::seconds(3);

/// Hands a payment to its bank front, unless it may be there already.
pub(super) async fn send(office: &Office, id: PaymentId) -> Result<Outcome, PaymentError> {
    let Some((payment, order)) = set_out(office, id).await? else { return Ok(Outcome::Done) };
    let word = hand_over(office, &payment, &order).await;
    hearing::take_in(office, id, &word).await?;
    after(office, &payment, &word).await
}

/// Hands a payment to its bank front: what came back.
pub(super) async fn hand_over(office: &Office, payment: &Payment, order: &Order) -> Word<'static> {
    let started_at = office.now();
    let reply = ask_to_pay(office, payment, order).await;
    Word { step: "pay", round: 0, started_at, change: by(Cause::Answer), reply }
}

/// What is left to do once the word was taken in: a channel that was not reached is tried again
/// for a while.
pub(super) async fn after(
    office: &Office,
    payment: &Payment,
    word: &Word<'_>,
) -> Result<Outcome, PaymentError> {
    if word.reply != Reply::NotSent {
        return Ok(Outcome::Done);
    }
    if office.now() - payment.created_at < REACH_FOR {
        return Ok(Outcome::Again(REACH_PAUSE));
    }
    let reason = "the channel could not be reached: nothing was collected";
    hearing::give_up(office, payment.id, reason).await?;
    Ok(Outcome::Done)
}

/// Asks what became of a payment, if that is not known, or if it was taken for failed while it was
/// not known.
pub(super) async fn query(office: &Office, id: PaymentId, round: u32) -> Result<(), PaymentError> {
    ask(office, id, round, by(Cause::Query)).await
}

/// Asks once more because a member of staff wants to know.
pub(super) async fn ask_for(
    office: &Office,
    id: PaymentId,
    staff_name: &str,
) -> Result<(), PaymentError> {
    ask(office, id, 0, Change { cause: Cause::Query, actor: staff_name }).await
}

async fn ask(
    office: &Office,
    id: PaymentId,
    round: u32,
    change: Change<'_>,
) -> Result<(), PaymentError> {
    let mut conn = office.db.acquire().await?;
    let payment = store::get(&mut conn, id).await?.ok_or(PaymentError::NotFound)?;
    drop(conn);
    if !matches!(payment.state, PaymentState::Unknown { .. } | PaymentState::Failed { .. }) {
        return Ok(());
    }
    let started_at = office.now();
    let reply = ask_after(office, &payment).await;
    let certain = matches!(reply, Reply::Done { .. } | Reply::Declined { .. });
    let word = Word { step: "query", round, started_at, change, reply };
    let heard = hearing::take_in(office, id, &word).await?;
    if heard == Heard::Nothing && !certain && round > 0 {
        // It is closed, and the channel has not told yet: it may still collect.
        let mut tx = office.begin().await?;
        hearing::ask_again(&mut tx, office, &payment, round).await?;
        tx.commit().await?;
    }
    Ok(())
}

const fn by(cause: Cause) -> Change<'static> {
    Change::by(GATEWAY, cause)
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
            let change = by(Cause::Interruption);
            let started_at = office.now();
            let word = Word { step: "pay", round: 0, started_at, change, reply };
            hearing::take_in(office, id, &word).await?;
            return Ok(None);
        }
        _ => return Ok(None),
    }
    let before = payment.state.clone();
    let sending = payment.send()?;
    let order = orders::lock(&mut tx, sending.order).await?;
    store::save(&mut tx, office, (&before, &sending), by(Cause::Sending)).await?;
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

/// What an answer, or the lack of one, means for a payment.
pub(super) fn understand(answer: Result<Answer, Fault>) -> Reply {
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
