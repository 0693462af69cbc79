//! Proposing what to do about an item, and doing it once a second person has agreed.

use super::{ErrorItemError, event, postings, repair, store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Who};
use crate::explain::{Explain, Kind};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::error_item::{
    Action, Difference, ErrorItem, ErrorItemState, ProposedEntry, Resolution,
};
use domain::ids::{ApprovalId, ErrorItemId, JournalId};
use serde_json::{Value, json};
use sqlx::PgConnection;

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
    item.difference.check(resolution)?;
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
    let proposed = item.proposed(approval)?;
    store::save(&mut tx, &proposed).await?;
    let text = format!("{}: {}", resolution.action.name(), resolution.reason.trim());
    store::add_event(&mut tx, office, (id, Who::Staff(actor)), "proposed", &text).await?;
    let event = event(Who::Staff(actor), "error_items.propose");
    audit::record(&mut tx, office, event, &id.to_string(), &proposed).await?;
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
            give_back(&mut tx, office, item, ("rejected", &reason)).await?;
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
    let journal = book(conn, office, &item, resolution).await?;
    let resolved = item.resolved(resolution.action, journal, office.now())?;
    store::save(conn, &resolved).await?;
    let text = format!("{}: {}", resolution.action.name(), resolution.reason.trim());
    let who = Who::System("worker");
    store::add_event(conn, office, (resolved.id, who), "resolved", &text).await?;
    let event = event(who, "error_items.resolve");
    audit::record(conn, office, event, &resolved.id.to_string(), &resolved).await?;
    super::chain::close_children(conn, office, &resolved).await?;
    Ok(())
}

async fn give_back(
    conn: &mut PgConnection,
    office: &Office,
    item: ErrorItem,
    (what, reason): (&'static str, &str),
) -> Result<(), ErrorItemError> {
    let back = item.back()?;
    store::save(conn, &back).await?;
    let who = Who::System("worker");
    store::add_event(conn, office, (back.id, who), what, reason).await?;
    let event = event(who, "error_items.back");
    audit::record(conn, office, event, &back.id.to_string(), &back).await?;
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
    let Some(entry) = item.difference.entry(resolution.action)? else { return Ok(None) };
    let day = ledger::days::current(conn).await?.ok_or(ErrorItemError::NoOpenDay)?;
    let posting = postings::resolution(office, item, &entry, day)?;
    Ok(Some(ledger::post(conn, &posting).await?.journal))
}

/// What an action books, exactly.
pub(super) async fn entries(
    conn: &mut PgConnection,
    office: &Office,
    difference: &Difference,
    action: Action,
) -> Result<Vec<ProposedEntry>, ErrorItemError> {
    if action == Action::RepairToSuccess && difference.actions().contains(&action) {
        return repair::rehearse(conn, office, difference).await;
    }
    Ok(difference.entry(action)?.into_iter().collect())
}

/// What the checker sees: the difference with both records, what is to be done and why, and what
/// that books.
async fn content(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
    resolution: &Resolution,
) -> Result<Value, ErrorItemError> {
    let entries = entries(conn, office, &item.difference, resolution.action).await?;
    Ok(json!({
        "number": item.number,
        "difference": item.difference,
        "resolution": resolution,
        "entries": entries,
    }))
}
