//! Proposing what to do about an item, and doing it once a second person has agreed.

use super::{ErrorItemError, Step, options, postings, repair, store, take_step};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::Who;
use crate::explain::{Explain, Kind};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::error_item::{Action, ErrorItem, ErrorItemState, Levels, Resolution};
use domain::ids::{ApprovalId, ErrorItemId, JournalId};
use serde_json::{Value, json};
use sqlx::PgConnection;

const WORKER: Who<'static> = Who::System("worker");

/// Proposes how an item is resolved. What it will book is part of what the second person decides.
///
/// # Errors
/// Not allowed, no such item, the action does not answer the difference, a reason is missing, or a
/// proposal is already waiting.
pub async fn propose(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
    resolution: &Resolution,
) -> Result<ApprovalId, ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    let item = store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?.item;
    item.check(resolution)?;
    let proposal = Proposal {
        kind: ApprovalKind::ErrorResolution,
        subject: id.into(),
        title: format!(
            "{}: {} ({})",
            item.number,
            resolution.action.name(),
            item.difference.difference
        ),
        content: content(&mut tx, office, &item, resolution).await?,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    let from = item.state.status();
    let proposed = item.proposed(approval)?;
    let text = format!("{}: {}", resolution.action.name(), resolution.reason.trim());
    let step = Step { who: Who::Staff(actor), event: "proposed", text: &text };
    take_step(&mut tx, office, (from, &proposed), step).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided resolution, or gives the item back to whoever looks at it.
///
/// # Errors
/// The books or the database refused; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, approved) = approvals::standing(&mut tx, id).await?;
    let item = store::lock(&mut tx, subject.into()).await?.ok_or(ErrorItemError::NotFound)?.item;
    if item.state != (ErrorItemState::Proposed { approval: id }) {
        return Ok(());
    }
    match state {
        ApprovalState::Approved { .. } => {
            let resolution: Resolution = serde_json::from_value(approved["resolution"].clone())?;
            let now = match content(&mut tx, office, &item, &resolution).await {
                // What was approved cannot be done any more: nothing is what it was.
                Err(error) if error.kind() == Kind::Unexpected => return Err(error.into()),
                content => content.unwrap_or(Value::Null),
            };
            match approvals::execute(&mut tx, office, id, &now).await? {
                Leave::Granted { .. } => carry_out(&mut tx, office, item, &resolution).await?,
                Leave::Stale => {
                    let reason = "what was found changed after the proposal was made";
                    give_back(&mut tx, office, item, ("stale", reason)).await?;
                }
                Leave::AlreadyConcluded => {}
            }
        }
        ApprovalState::Rejected { reason, .. } => {
            let from = item.state.status();
            let rejected = item.rejected(reason.clone())?;
            let step = Step { who: WORKER, event: "rejected", text: &reason };
            take_step(&mut tx, office, (from, &rejected), step).await?;
        }
        ApprovalState::Withdrawn { .. } => {
            give_back(&mut tx, office, item, ("withdrawn", "taken back by its maker")).await?;
        }
        ApprovalState::Stale { .. } | ApprovalState::Executed { .. } | ApprovalState::Pending => {}
    }
    tx.commit().await?;
    Ok(())
}

async fn carry_out(
    conn: &mut PgConnection,
    office: &Office,
    item: ErrorItem,
    resolution: &Resolution,
) -> Result<(), ErrorItemError> {
    let from = item.state.status();
    let approved = item.approved()?;
    let step = Step { who: WORKER, event: "approved", text: "" };
    take_step(conn, office, (from, &approved), step).await?;
    let journal = book(conn, office, &approved, resolution).await?;
    let from = approved.state.status();
    let executed = approved.executed(resolution.action, journal, office.now())?;
    let text = format!("{}: {}", resolution.action.name(), resolution.reason.trim());
    let step = Step { who: WORKER, event: "resolved", text: &text };
    take_step(conn, office, (from, &executed), step).await?;
    Ok(())
}

async fn give_back(
    conn: &mut PgConnection,
    office: &Office,
    item: ErrorItem,
    (what, reason): (&'static str, &str),
) -> Result<(), ErrorItemError> {
    let from = item.state.status();
    let step = Step { who: WORKER, event: what, text: reason };
    take_step(conn, office, (from, &item.back()?), step).await?;
    Ok(())
}

async fn book(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
    resolution: &Resolution,
) -> Result<Option<JournalId>, ErrorItemError> {
    if resolution.action == Action::RepairToSuccess {
        return repair::carry_out(conn, office, &item.difference).await;
    }
    let Some(entry) = item.entry(resolution.action)? else { return Ok(None) };
    let day = ledger::days::current(conn).await?.ok_or(ErrorItemError::NoOpenDay)?;
    let posting = postings::resolution(office, item, &entry, day);
    Ok(Some(ledger::post(conn, &posting).await?.journal))
}

/// What the checker sees: the difference with both records, what is to be done and why, what that
/// books, and at which level it is decided.
pub(super) async fn content(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
    resolution: &Resolution,
) -> Result<Value, ErrorItemError> {
    let entries = options::entries(conn, office, item, resolution.action).await?;
    let difference = &item.difference;
    let level = Levels::default().of(resolution.action, difference.cause, difference.difference);
    Ok(json!({
        "number": item.number,
        "difference": difference,
        "resolution": resolution,
        "entries": entries,
        "in_suspense": item.in_suspense(),
        "level": level,
    }))
}
