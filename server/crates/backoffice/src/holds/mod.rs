//! Holds, 冻结: part of a merchant's available balance is set apart on 2241.04 (journal entry 7) and
//! released again. A colleague asks with a reason, a second person decides, and the books refuse
//! whatever the available balance does not cover at that moment: what is held is not available, so
//! no payout, refund or settlement can reach it.

mod error;
mod postings;
mod store;

pub use error::HoldError;

use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::merchants;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::date::BusinessDate;
use domain::hold::{
    Hold, HoldEvent, HoldFilter, HoldRequest, HoldState, MerchantHolds, check_reason,
};
use domain::ids::{ApprovalId, HoldId, MerchantId};
use domain::money::{Currency, Money};
use domain::page::Page;
use ledger::{AccountRef, LedgerError};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

/// Asks for a hold. Sending the same form again answers with the same hold.
///
/// # Errors
/// Not allowed, no amount or reason, no such merchant, or more than is available now.
pub async fn propose(
    office: &Office,
    actor: &Actor,
    request: &HoldRequest,
) -> Result<HoldId, HoldError> {
    actor.require(Permission::MakeHold)?;
    request.check()?;
    let mut tx = office.begin().await?;
    if let Some(known) = store::lock(&mut tx, request.id).await? {
        let same = (known.merchant, known.kind, known.amount, &known.reason)
            == (request.merchant, request.kind, request.amount, &request.reason);
        return if same { Ok(request.id) } else { Err(HoldError::AlreadyProposed) };
    }
    let code = merchants::code_of(&mut tx, request.merchant).await?;
    let code = code.ok_or(HoldError::MerchantNotFound)?;
    let available = available(&mut tx, request).await?;
    if !covers(available, request) {
        return Err(HoldError::NotAvailable { available, wanted: request.amount });
    }
    let number = store::next_number(&mut tx, office.today()).await?;
    let proposal = Proposal {
        kind: ApprovalKind::Hold,
        subject: request.id.into(),
        title: format!("{number}: hold {} of {code}", request.amount),
        content: placing(&number, &code, request, true),
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    let maker = (actor.staff, office.now());
    store::insert(&mut tx, (&number, request), approval, maker).await?;
    let event = event(Who::Staff(actor), "holds.propose");
    audit::record(&mut tx, office, event, &request.id.to_string(), request).await?;
    tx.commit().await?;
    Ok(request.id)
}

/// Asks for the release of a hold.
///
/// # Errors
/// Not allowed, no reason, no such hold, or it is not in force.
pub async fn propose_release(
    office: &Office,
    actor: &Actor,
    id: HoldId,
    reason: &str,
) -> Result<ApprovalId, HoldError> {
    actor.require(Permission::MakeHold)?;
    check_reason(reason)?;
    let mut tx = office.begin().await?;
    let hold = store::lock(&mut tx, id).await?.ok_or(HoldError::NotFound)?;
    let state = hold.state.after(HoldEvent::AskRelease)?;
    let proposal = Proposal {
        kind: ApprovalKind::Hold,
        subject: id.into(),
        title: format!("{}: release {} of {}", hold.number, hold.amount, hold.merchant_code),
        content: releasing(&hold, reason.trim(), true),
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    let maker = (actor.staff, office.now());
    store::ask_release(&mut tx, (id, state), (reason.trim(), approval), maker).await?;
    let event = event(Who::Staff(actor), "holds.propose_release");
    audit::record(&mut tx, office, event, &id.to_string(), &json!({ "reason": reason })).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided hold or release, or ends it with the reason.
///
/// # Errors
/// The database failed, or no day is open; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (decided, subject, _) = approvals::standing(&mut tx, id).await?;
    let hold = store::lock(&mut tx, HoldId(subject)).await?.ok_or(HoldError::NotFound)?;
    let asked = hold.release.as_ref().map(|release| release.approval);
    let concerned = match hold.state {
        HoldState::Proposed => hold.approval == id,
        HoldState::Releasing => asked == Some(id),
        _ => false,
    };
    if !concerned {
        return Ok(()); // carried out before
    }
    let refusal = match decided {
        ApprovalState::Approved { .. } => match carry_out(&mut tx, office, id, &hold).await? {
            Some(refusal) => refusal,
            None => {
                tx.commit().await?;
                return Ok(());
            }
        },
        ApprovalState::Rejected { reason, .. } | ApprovalState::Stale { reason, .. } => reason,
        ApprovalState::Withdrawn { .. } => "taken back by its maker".to_owned(),
        ApprovalState::Pending | ApprovalState::Executed { .. } => return Ok(()),
    };
    let back =
        if hold.state == HoldState::Proposed { HoldEvent::Refuse } else { HoldEvent::KeepHeld };
    let state = hold.state.after(back)?;
    store::refuse(&mut tx, hold.id, state, &refusal).await?;
    let event = event(Who::System("worker"), "holds.refuse");
    let what = json!({ "state": state, "reason": refusal });
    audit::record(&mut tx, office, event, &hold.id.to_string(), &what).await?;
    tx.commit().await?;
    Ok(())
}

/// Books what was approved. The answer is why it was not done, if it was not: the books decide,
/// whatever the balance was a moment ago.
async fn carry_out(
    conn: &mut PgConnection,
    office: &Office,
    approval: ApprovalId,
    hold: &Hold,
) -> Result<Option<String>, HoldError> {
    let mut attempt = conn.begin().await?;
    match book(&mut attempt, office, approval, hold).await {
        Ok(()) => {
            attempt.commit().await?;
            return Ok(None);
        }
        Err(HoldError::Ledger(LedgerError::InsufficientBalance { .. })) => {
            attempt.rollback().await?;
        }
        Err(error) => return Err(error),
    }
    approvals::execute(conn, office, approval, &content(hold, false)).await?;
    Ok(Some("the balance does not cover it any more".to_owned()))
}

async fn book(
    conn: &mut PgConnection,
    office: &Office,
    approval: ApprovalId,
    hold: &Hold,
) -> Result<(), HoldError> {
    let content = content(hold, true);
    let leave = approvals::execute(conn, office, approval, &content).await?;
    let Leave::Granted { .. } = leave else { return Err(HoldError::ChangedMeanwhile) };
    let day = open_day(conn).await?;
    let (happens, posting, action) = match hold.state {
        HoldState::Releasing => {
            (HoldEvent::Release, postings::released(office, hold, day), "holds.release")
        }
        _ => (HoldEvent::Place, postings::held(office, hold, day), "holds.place"),
    };
    let state = hold.state.after(happens)?;
    ledger::post(conn, &posting).await?;
    store::carried_out(conn, hold.id, state, office.now()).await?;
    let event = event(Who::System("worker"), action);
    audit::record(conn, office, event, &hold.id.to_string(), &content).await?;
    Ok(())
}

/// What is decided about a hold now.
fn content(hold: &Hold, covered: bool) -> Value {
    match (hold.state, &hold.release) {
        (HoldState::Held | HoldState::Releasing, Some(release)) => {
            releasing(hold, &release.reason, covered)
        }
        _ => placing(&hold.number, &hold.merchant_code, &request_of(hold), covered),
    }
}

/// Holds, the latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &HoldFilter,
) -> Result<Page<Hold>, HoldError> {
    actor.require(Permission::ViewMerchants)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter).await
}

/// One hold.
///
/// # Errors
/// Not allowed, or there is no such hold.
pub async fn find(office: &Office, actor: &Actor, id: HoldId) -> Result<Hold, HoldError> {
    actor.require(Permission::ViewMerchants)?;
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(HoldError::NotFound)
}

/// What a merchant has, and what of it is held or about to be.
///
/// # Errors
/// Not allowed, or there is no such merchant.
pub async fn of_merchant(
    office: &Office,
    actor: &Actor,
    merchant: MerchantId,
) -> Result<MerchantHolds, HoldError> {
    actor.require(Permission::ViewMerchants)?;
    let mut conn = office.db.acquire().await?;
    let code = merchants::code_of(&mut conn, merchant).await?.ok_or(HoldError::MerchantNotFound)?;
    let balances = ledger::merchant_balances(&mut conn, merchant, Currency::Cny).await?;
    let filter = HoldFilter { merchant: Some(code), ..HoldFilter::default() };
    let mut holds = store::list(&mut conn, &filter).await?.rows;
    holds.retain(|hold| hold.state.holds() || hold.state == HoldState::Proposed);
    Ok(MerchantHolds { balances, holds })
}

async fn available(conn: &mut PgConnection, request: &HoldRequest) -> Result<Money, HoldError> {
    let account = AccountRef::merchant_available(request.merchant);
    Ok(ledger::balance(conn, &account, request.amount.currency()).await?)
}

/// Whether a balance has as much as is to be held.
fn covers(available: Money, request: &HoldRequest) -> bool {
    available.checked_sub(request.amount).is_ok_and(|left| !left.is_negative())
}

async fn open_day(conn: &mut PgConnection) -> Result<BusinessDate, HoldError> {
    ledger::days::current(conn).await?.ok_or(HoldError::NoOpenDay)
}

fn request_of(hold: &Hold) -> HoldRequest {
    HoldRequest {
        id: hold.id,
        merchant: hold.merchant,
        kind: hold.kind,
        amount: hold.amount,
        reason: hold.reason.clone(),
    }
}

/// What the checker decides: the hold, and that the balance covers it.
fn placing(number: &str, merchant: &str, request: &HoldRequest, covered: bool) -> Value {
    json!({
        "action": "hold",
        "number": number,
        "merchant": merchant,
        "kind": request.kind,
        "amount": request.amount.plain(),
        "currency": request.amount.currency(),
        "reason": request.reason,
        "covered": covered,
    })
}

/// What the checker decides: which hold is released, and why.
fn releasing(hold: &Hold, reason: &str, covered: bool) -> Value {
    json!({
        "action": "release",
        "number": hold.number,
        "merchant": hold.merchant_code,
        "kind": hold.kind,
        "amount": hold.amount.plain(),
        "currency": hold.amount.currency(),
        "reason": reason,
        "covered": covered,
    })
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "hold" }
}
