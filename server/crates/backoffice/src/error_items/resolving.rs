//! Proposing what to do about an item, and doing it once a second person has agreed.

use super::{ErrorItemError, Step, options, postings, repair, rules, store, take_step};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::Who;
use crate::explain::{Explain, Kind};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState, Facts};
use domain::error_item::{Action, ApprovalLevel, ErrorItem, ErrorItemState, Levels, Resolution};
use domain::ids::{ApprovalId, ErrorItemId, JournalId};
use domain::money::{Money, MoneyError};
use ledger::LedgerError;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

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
    let levels = rules::current(&mut tx).await?.rules.levels;
    let found = &item.difference;
    let level = levels.of(resolution.action, found.cause, found.difference);
    let facts = facts(level, Some(found.difference))?;
    let approval = approvals::propose_weighed(&mut tx, office, actor, (&proposal, &facts)).await?;
    let from = item.state.status();
    let proposed = item.proposed(approval)?;
    let text = format!("{}: {}", resolution.action.name(), resolution.reason.trim());
    let step = Step { who: Who::Staff(actor), event: "proposed", text: &text };
    take_step(&mut tx, office, (from, &proposed), step).await?;
    tx.commit().await?;
    Ok(approval)
}

/// What the approval rules look at: the money of a difference, whichever way it goes, and how grave
/// what is done about it is.
pub(super) fn facts(level: ApprovalLevel, found: Option<Money>) -> Result<Facts, MoneyError> {
    let found = found.filter(|found| !found.is_zero());
    let amount = found.map(|one| if one.is_negative() { one.checked_neg() } else { Ok(one) });
    Ok(Facts { amount: amount.transpose()?, risk: Some(level.risk()), ..Facts::default() })
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
    let journal = book(conn, office, &approved, resolution.action).await?;
    let from = approved.state.status();
    let executed = approved.executed(resolution.action, journal, office.now())?;
    let text = format!("{}: {}", resolution.action.name(), resolution.reason.trim());
    let step = Step { who: WORKER, event: "resolved", text: &text };
    take_step(conn, office, (from, &executed), step).await?;
    super::chain::close_children(conn, office, &executed).await?;
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

/// Books what an action books, and names the journal.
pub(super) async fn book(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
    action: Action,
) -> Result<Option<JournalId>, ErrorItemError> {
    if action == Action::RepairToSuccess {
        return repair::carry_out(conn, office, &item.difference).await;
    }
    let Some(entry) = item.entry(action)? else { return Ok(None) };
    let day = ledger::days::current(conn).await?.ok_or(ErrorItemError::NoOpenDay)?;
    let posting = postings::resolution(office, item, &entry, day)?;
    Ok(Some(ledger::post(conn, &posting).await?.journal))
}

/// Books what the actions of many approved items book, all at once if the books take it so, else one
/// by one: the journal of each, or why the books refuse it.
pub(super) async fn book_many(
    conn: &mut PgConnection,
    office: &Office,
    approved: &[(ErrorItem, Action)],
) -> Result<Vec<Result<Option<JournalId>, String>>, ErrorItemError> {
    let repairs = approved.iter().any(|(_, action)| *action == Action::RepairToSuccess);
    if !repairs {
        let mut all = conn.begin().await?;
        match post_many(&mut all, office, approved).await {
            Ok(journals) => {
                all.commit().await?;
                return Ok(journals.into_iter().map(Ok).collect());
            }
            Err(error) if is_refusal(&error) => all.rollback().await?,
            Err(error) => return Err(error),
        }
    }
    let mut booked = Vec::with_capacity(approved.len());
    for (item, action) in approved {
        let mut one = conn.begin().await?;
        booked.push(match book(&mut one, office, item, *action).await {
            Ok(journal) => {
                one.commit().await?;
                Ok(journal)
            }
            Err(error) if is_refusal(&error) => {
                one.rollback().await?;
                Err(error.to_string())
            }
            Err(error) => return Err(error),
        });
    }
    Ok(booked)
}

async fn post_many(
    conn: &mut PgConnection,
    office: &Office,
    approved: &[(ErrorItem, Action)],
) -> Result<Vec<Option<JournalId>>, ErrorItemError> {
    let day = ledger::days::current(conn).await?.ok_or(ErrorItemError::NoOpenDay)?;
    let (mut postings, mut books) = (Vec::new(), Vec::new());
    for (item, action) in approved {
        let entry = item.entry(*action)?;
        books.push(entry.is_some());
        if let Some(entry) = entry {
            postings.push(postings::resolution(office, item, &entry, day)?);
        }
    }
    let posted =
        if postings.is_empty() { Vec::new() } else { ledger::post_all(conn, &postings).await? };
    let mut journals = posted.into_iter().map(|posted| posted.journal);
    Ok(books.into_iter().map(|books| if books { journals.next() } else { None }).collect())
}

/// Whether the books said no, and would say it again.
fn is_refusal(error: &ErrorItemError) -> bool {
    match error {
        ErrorItemError::Ledger(LedgerError::Database(_)) => false,
        ErrorItemError::Ledger(error) => !error.is_accident(),
        other => other.kind() != Kind::Unexpected,
    }
}

/// What the checker sees: the difference with both records, what is to be done and why, what that
/// books, and at which level it is decided.
pub(super) async fn content(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
    resolution: &Resolution,
) -> Result<Value, ErrorItemError> {
    let levels = rules::current(conn).await?.rules.levels;
    content_with(conn, office, (item, levels), resolution).await
}

/// The same, with the levels in force.
pub(super) async fn content_with(
    conn: &mut PgConnection,
    office: &Office,
    (item, levels): (&ErrorItem, Levels),
    resolution: &Resolution,
) -> Result<Value, ErrorItemError> {
    let entries = options::entries(conn, office, item, resolution.action).await?;
    let difference = &item.difference;
    let level = levels.of(resolution.action, difference.cause, difference.difference);
    Ok(json!({
        "number": item.number,
        "difference": difference,
        "resolution": resolution,
        "entries": entries,
        "in_suspense": item.in_suspense(),
        "level": level,
    }))
}
