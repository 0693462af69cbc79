//! Batches: what a maker puts together and a checker decides.

mod facts;
mod payees;
mod store;

use self::store::Batch;
use super::files::{self, writing::WritePayoutFile};
use super::jobs::SendPayout;
use super::store::Payout;
use super::{PayoutError, postings, refunding, results, store as payout_store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::{self, JobError};
use crate::office::Office;
use crate::refunds;
use crate::reserve::{self, ReserveError};
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, PayoutBatchId, PayoutId, ReserveAccountId};
use domain::money::{Currency, Money};
use domain::payout::{BatchState, PayoutEvent, PayoutWay};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Puts drafted payouts into a new batch.
///
/// # Errors
/// Not allowed, nothing chosen, a payout is not free, or the reserve account is not in use.
pub async fn make_batch(
    office: &Office,
    actor: &Actor,
    account: ReserveAccountId,
    payouts: &[PayoutId],
) -> Result<PayoutBatchId, PayoutError> {
    let maker = actor.require(Permission::MakePayout)?;
    if payouts.is_empty() {
        return Err(PayoutError::EmptyBatch);
    }
    let mut tx = office.begin().await?;
    let mut chosen = payouts.to_vec();
    chosen.sort_unstable();
    chosen.dedup();
    // The payouts before the account they are paid from, as whoever decides about them holds them.
    for payout in &chosen {
        let payout = payout_store::lock(&mut tx, *payout)
            .await?
            .ok_or_else(|| PayoutError::NotFound(payout.to_string()))?;
        if payout.batch.is_some() || !payout.state.can_be_batched() {
            let state = payout.state.name();
            return Err(PayoutError::NotFree { number: payout.number, state });
        }
    }
    reserve::available(&mut tx, account).await?;
    let id = PayoutBatchId(office.new_id());
    let number = store::next_batch_number(&mut tx, office.today()).await?;
    store::insert_batch(&mut tx, office, (id, &number), (account, maker)).await?;
    for payout in chosen {
        store::put_into_batch(&mut tx, office, payout, id).await?;
    }
    let event = event(Who::Staff(actor), "payouts.make_batch");
    let after = json!({ "number": number, "payouts": payouts });
    audit::record(&mut tx, office, event, &id.to_string(), &after).await?;
    tx.commit().await?;
    Ok(id)
}

/// Submits a drafted batch for a second person's decision. The payees are read anew.
///
/// # Errors
/// Not allowed, not drafted any more, or the reserve account does not cover it (and by how much).
pub async fn submit(
    office: &Office,
    actor: &Actor,
    id: PayoutBatchId,
) -> Result<ApprovalId, PayoutError> {
    actor.require(Permission::MakePayout)?;
    let mut tx = office.begin().await?;
    let batch = lock_batch(&mut tx, id).await?;
    if batch.state != BatchState::Drafted {
        let state = batch.state.name();
        return Err(PayoutError::BatchNotDrafted { number: batch.number, state });
    }
    store::refresh_payees(&mut tx, id).await?;
    let payouts = payout_store::of_batch(&mut tx, id).await?;
    let total = total(&payouts)?;
    require_ready(&mut tx, office, (&batch, &payouts)).await?;
    let proposal = Proposal {
        kind: ApprovalKind::PayoutBatch,
        subject: id.into(),
        title: format!("{}: {} payouts, {total}", batch.number, payouts.len()),
        content: content(&mut tx, &batch, &payouts).await?,
    };
    let facts = facts::of(&mut tx, &payouts).await?;
    let approval = approvals::propose_weighed(&mut tx, office, actor, (&proposal, &facts)).await?;
    for payout in payouts {
        let submitted = payout.state.after(PayoutEvent::Submit)?;
        payout_store::save(&mut tx, office, payout.id, &submitted).await?;
    }
    store::save_batch(&mut tx, office, id, (BatchState::Submitted, Some(approval), None)).await?;
    let event = event(Who::Staff(actor), "payouts.submit");
    audit::record(&mut tx, office, event, &id.to_string(), &proposal.content).await?;
    tx.commit().await?;
    Ok(approval)
}

/// What the checkers of a submitted batch are to decide now. The payees are read anew, so that an
/// account changed meanwhile stands in front of whoever decides.
///
/// # Errors
/// There is no such batch.
pub async fn content_now(
    conn: &mut PgConnection,
    id: PayoutBatchId,
) -> Result<Option<Value>, PayoutError> {
    let batch = lock_batch(conn, id).await?;
    if batch.state != BatchState::Submitted {
        return Ok(None);
    }
    store::refresh_payees(conn, id).await?;
    let payouts = payout_store::of_batch(conn, id).await?;
    Ok(Some(content(conn, &batch, &payouts).await?))
}

/// Refuses to have a batch approved that could not be paid.
///
/// # Errors
/// The reserve or a merchant's balance does not cover it, and by how much.
pub async fn require_payable(
    conn: &mut PgConnection,
    office: &Office,
    id: PayoutBatchId,
) -> Result<(), PayoutError> {
    let batch = lock_batch(conn, id).await?;
    let payouts = payout_store::of_batch(conn, id).await?;
    require_ready(conn, office, (&batch, &payouts)).await
}

async fn require_ready(
    conn: &mut PgConnection,
    office: &Office,
    (batch, payouts): (&Batch, &[Payout]),
) -> Result<(), PayoutError> {
    payees::require_payable(conn, office, payouts).await?;
    reserve::require_cover(conn, batch.account, total(payouts)?).await?;
    if reserve::payout_way(conn, batch.account).await?.way == PayoutWay::File {
        files::require_writable(conn, office, (batch.account, payouts)).await?;
    }
    if covered_by_balances(conn, payouts).await? { Ok(()) } else { Err(PayoutError::NotInBalances) }
}

/// Carries out a decided batch, or puts its payouts back.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, _) = approvals::standing(&mut tx, id).await?;
    let batch = lock_batch(&mut tx, PayoutBatchId(subject)).await?;
    if batch.state != BatchState::Submitted || batch.approval != Some(id) {
        return Ok(()); // carried out before
    }
    match state {
        ApprovalState::Approved { .. } => execute(&mut tx, office, (id, &batch)).await?,
        ApprovalState::Rejected { reason, .. } => {
            put_back(&mut tx, office, &batch, &reason).await?;
        }
        ApprovalState::Withdrawn { .. } => {
            put_back(&mut tx, office, &batch, "taken back by its maker").await?;
        }
        ApprovalState::Stale { reason, .. } => put_back(&mut tx, office, &batch, &reason).await?,
        ApprovalState::Pending | ApprovalState::Executed { .. } => return Ok(()),
    }
    tx.commit().await?;
    Ok(())
}

async fn execute(
    conn: &mut PgConnection,
    office: &Office,
    (approval, batch): (ApprovalId, &Batch),
) -> Result<(), PayoutError> {
    let payouts = payout_store::of_batch(conn, batch.id).await?;
    let content = content(conn, batch, &payouts).await?;
    match approvals::execute(conn, office, approval, &content).await? {
        Leave::Granted { .. } => {}
        Leave::Stale => {
            let reason = stale_reason(conn, batch, &payouts).await?;
            return put_back(conn, office, batch, &reason).await;
        }
        Leave::AlreadyConcluded => return Ok(()),
    }
    let day = results::open_day(conn).await?;
    // As it was approved: the content names it.
    let way = reserve::payout_way(conn, batch.account).await?.way;
    for payout in payouts {
        let instruction = reserve::Instruction {
            account: batch.account,
            payout: payout.id,
            // Of one that is paid once more, whom it was for stays the only one to be paid.
            source: payout.first_source(),
            merchant: payout.merchant,
            whom: payout.whom(),
            payee: &payout.payee,
            amount: payout.amount,
        };
        reserve::authorise(conn, office, &instruction).await?;
        let queued = payout.state.clone().after(PayoutEvent::Queue)?;
        set_aside(conn, office, &payout, day).await?;
        payout_store::save(conn, office, payout.id, &queued).await?;
        if way == PayoutWay::Api {
            jobs::enqueue(conn, office, &SendPayout { payout: payout.id }).await?;
        }
    }
    store::set_way(conn, batch.id, way).await?;
    if way == PayoutWay::File {
        jobs::enqueue(conn, office, &WritePayoutFile { batch: batch.id }).await?;
    }
    let approved = (BatchState::Approved, Some(approval), None);
    store::save_batch(conn, office, batch.id, approved).await?;
    let event = event(Who::System("worker"), "payouts.execute");
    audit::record(conn, office, event, &batch.id.to_string(), &content).await?;
    Ok(())
}

/// The money leaves where it stood (journal entry 8, or 21 of a payout that came back). A refund's
/// is set aside already (entry 11): the refund is on its way now; so is that of a withdrawal (entry
/// 9) and of a top-up that goes back (entry 10).
async fn set_aside(
    conn: &mut PgConnection,
    office: &Office,
    payout: &Payout,
    day: BusinessDate,
) -> Result<(), PayoutError> {
    let posting = match (payout.repays, payout.refund, payout.purse) {
        (Some(_), ..) => postings::repaid(office, payout, day),
        (None, None, _) if payout.is_set_aside() => return Ok(()),
        (None, Some(refund), _) => return Ok(refunds::sent_out(conn, office, refund).await?),
        (None, None, Some(purse)) => postings::submitted(office, (payout, purse), day),
        (None, None, None) => return Err(payout.inconsistent("no purse")),
    };
    let posted = ledger::post(conn, &posting).await?;
    payout_store::note_submit_journal(conn, payout.id, posted.journal).await
}

/// Frees the payouts of a refused batch for another one, with the reason and the payee as it is
/// registered now.
async fn put_back(
    conn: &mut PgConnection,
    office: &Office,
    batch: &Batch,
    reason: &str,
) -> Result<(), PayoutError> {
    store::refresh_payees(conn, batch.id).await?;
    for payout in payout_store::of_batch(conn, batch.id).await? {
        let back = PayoutEvent::PutBack { reason: reason.to_owned() };
        let drafted = payout.state.after(back)?;
        payout_store::save(conn, office, payout.id, &drafted).await?;
        store::take_out_of_batch(conn, payout.id).await?;
    }
    let rejected = (BatchState::Rejected, batch.approval, Some(reason));
    store::save_batch(conn, office, batch.id, rejected).await?;
    let event = event(Who::System("worker"), "payouts.put_back");
    audit::record(conn, office, event, &batch.id.to_string(), &json!({ "reason": reason })).await?;
    Ok(())
}

/// What the checker decides and what execution compares: the batch, the account it is paid from,
/// each payout with its amount, the payee it was drafted for and the one registered now, and
/// whether reserve and balances cover it.
async fn content(
    conn: &mut PgConnection,
    batch: &Batch,
    payouts: &[Payout],
) -> Result<Value, PayoutError> {
    let total = total(payouts)?;
    let (account, free) = reserve::available(conn, batch.account).await?;
    let way = reserve::payout_way(conn, batch.account).await?.way;
    let whose = store::users(conn, batch.id).await?;
    let mut rows = Vec::with_capacity(payouts.len());
    for payout in payouts {
        let registered = refunding::registered(conn, payout).await?;
        rows.push(json!({
            "number": payout.number,
            "merchant": payout.merchant_code,
            "comes_from": payout.source().name(),
            "taken_from": payout.debit().code,
            "set_aside_for": whose.get(&payout.id),
            "payee": payout.payee,
            "payee_is_registered": registered.as_ref() == Some(&payout.payee),
            "suspended": payees::is_suspended(conn, payout).await?,
            "amount": payout.amount.plain(),
        }));
    }
    Ok(json!({
        "batch": batch.number,
        "sent_by": way,
        "reserve_account": { "code": account.code, "account": account.account_no },
        "payouts": rows,
        "count": payouts.len(),
        "total": total.plain(),
        "currency": total.currency(),
        "covered_by_reserve": free.minor() >= total.minor(),
        "covered_by_balances": covered_by_balances(conn, payouts).await?,
    }))
}

/// Whether each balance the payouts are taken from has what they take from it together.
async fn covered_by_balances(
    conn: &mut PgConnection,
    payouts: &[Payout],
) -> Result<bool, PayoutError> {
    for payout in payouts {
        let account = payout.debit();
        let same = |other: &&Payout| other.debit() == account;
        let taken = payouts.iter().filter(same).map(|other| other.amount);
        let taken = Money::sum(taken, payout.amount.currency())?;
        let balance = ledger::balance(conn, &account, taken.currency()).await?;
        if balance.minor() < taken.minor() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What had changed between approval and execution.
async fn stale_reason(
    conn: &mut PgConnection,
    batch: &Batch,
    payouts: &[Payout],
) -> Result<String, PayoutError> {
    for payout in payouts {
        let registered = refunding::registered(conn, payout).await?;
        if registered.as_ref() != Some(&payout.payee) {
            let merchant = &payout.merchant_code;
            return Ok(format!("the settlement account of {merchant} changed after submission"));
        }
    }
    for payout in payouts {
        if payees::is_suspended(conn, payout).await? {
            return Ok(PayoutError::Suspended(payout.merchant_code.clone()).to_string());
        }
    }
    match reserve::require_cover(conn, batch.account, total(payouts)?).await {
        Err(short @ ReserveError::Short { .. }) => return Ok(short.to_string()),
        Err(error) => return Err(error.into()),
        Ok(_) => {}
    }
    if !covered_by_balances(conn, payouts).await? {
        return Ok("a merchant's balance no longer covers its payout".to_owned());
    }
    Ok("the content changed after it was approved".to_owned())
}

fn total(payouts: &[Payout]) -> Result<Money, PayoutError> {
    Ok(Money::sum(payouts.iter().map(|payout| payout.amount), Currency::Cny)?)
}

async fn lock_batch(conn: &mut PgConnection, id: PayoutBatchId) -> Result<Batch, PayoutError> {
    store::lock_batch(conn, id).await?.ok_or_else(|| PayoutError::NotFound(id.to_string()))
}

/// Holds a batch, and names the account it is paid from, if it goes out as a file.
pub(super) async fn lock_account(
    conn: &mut PgConnection,
    id: PayoutBatchId,
) -> Result<ReserveAccountId, PayoutError> {
    let batch = lock_batch(conn, id).await?;
    match batch.way {
        PayoutWay::File => Ok(batch.account),
        PayoutWay::Api => Err(PayoutError::NotFound(batch.number)),
    }
}

/// Closes a batch once every payout of it has an end.
pub(super) async fn close_if_finished(
    conn: &mut PgConnection,
    office: &Office,
    batch: Option<PayoutBatchId>,
) -> Result<(), PayoutError> {
    let Some(id) = batch else { return Ok(()) };
    let batch = lock_batch(conn, id).await?;
    if batch.state == BatchState::Approved && store::open_in_batch(conn, id).await? == 0 {
        let closed = (BatchState::Closed, batch.approval, None);
        store::save_batch(conn, office, id, closed).await?;
    }
    Ok(())
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "payout_batch" }
}
