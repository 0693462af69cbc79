//! What people do to a run that ended: take it back so that it can run again (回滚重跑), or close it
//! although something is open (强制平账), the latter by two people.

use super::{carry, store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::error_items;
use crate::jobs::JobError;
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::{ApprovalId, ReconciliationId};
use domain::reconciliation::{RunState, RunSummary};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Takes a run back: the items it opened and nobody has acted on are closed, what it let wait does
/// not wait any more, and what it found of earlier days waits again. What is booked stays. Then the
/// same inputs can be compared again.
///
/// # Errors
/// Not allowed, no reason was given, the run did not end, or a later run of the same scope stands.
pub async fn roll_back(
    office: &Office,
    actor: &Actor,
    (id, reason): (ReconciliationId, &str),
) -> Result<(), ReconciliationError> {
    actor.require(Permission::RunReconciliation)?;
    let reason = given(reason)?;
    let mut tx = office.begin().await?;
    let run = locked(&mut tx, office, id).await?;
    if !run.state.stands() {
        return Err(ReconciliationError::NotThatState { state: run.state.name() });
    }
    if store::later_stands(&mut tx, &run).await? {
        return Err(ReconciliationError::LaterRunStands);
    }
    let text = format!("the run that found it was taken back: {reason}");
    let closed = error_items::take_back(&mut tx, office, (id, &text)).await?;
    carry::forget_waiting(&mut tx, office, id).await?;
    store::end_as(&mut tx, (id, RunState::RolledBack), (reason, None)).await?;
    let event = Event {
        who: Who::Staff(actor),
        action: "reconciliation.roll_back",
        subject_kind: "reconciliation",
    };
    let after = json!({ "reason": reason, "items_closed": closed });
    audit::record(&mut tx, office, event, &id.to_string(), &after).await?;
    tx.commit().await?;
    Ok(())
}

/// Proposes to close a run although something is open: the day then counts as reconciled.
///
/// # Errors
/// Not allowed, no reason was given, nothing is open, or a request is waiting.
pub async fn propose_force(
    office: &Office,
    actor: &Actor,
    (id, reason): (ReconciliationId, &str),
) -> Result<ApprovalId, ReconciliationError> {
    actor.require(ApprovalKind::ForcedClose.maker_permission())?;
    let reason = given(reason)?;
    let mut tx = office.begin().await?;
    let run = locked(&mut tx, office, id).await?;
    let proposal = Proposal {
        kind: ApprovalKind::ForcedClose,
        subject: Uuid::from(id),
        title: format!(
            "{} {} {}: close by force",
            run.scope.leg.name(),
            run.scope.of,
            run.scope.day
        ),
        content: content(&mut tx, (&run, reason)).await?,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Closes a run by force as approved, unless what is open changed meanwhile.
///
/// # Errors
/// The database failed.
pub async fn force_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let run = locked(&mut tx, office, subject.into()).await?;
    let reason = approved["reason"].as_str().unwrap_or_default();
    let now = content(&mut tx, (&run, reason)).await.unwrap_or(Value::Null);
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        let end = (reason, Some(id));
        store::end_as(&mut tx, (run.id, RunState::Forced), end).await?;
        let event = Event {
            who: Who::System("worker"),
            action: "reconciliation.force",
            subject_kind: "reconciliation",
        };
        audit::record(&mut tx, office, event, &run.id.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The run, under the turn of its scope.
async fn locked(
    conn: &mut PgConnection,
    office: &Office,
    id: ReconciliationId,
) -> Result<RunSummary, ReconciliationError> {
    let found = store::find(conn, id).await?.ok_or(ReconciliationError::NotFound)?;
    store::take_turn(conn, &found.0.scope, office.now()).await?;
    Ok(store::find(conn, id).await?.ok_or(ReconciliationError::NotFound)?.0)
}

fn given(reason: &str) -> Result<&str, ReconciliationError> {
    let reason = reason.trim();
    if reason.is_empty() { Err(ReconciliationError::ReasonMissing) } else { Ok(reason) }
}

/// What the checker sees: the run, what is open of it, and why it is to be closed.
async fn content(
    conn: &mut PgConnection,
    (run, reason): (&RunSummary, &str),
) -> Result<Value, ReconciliationError> {
    let open = store::open_items(conn, run.id).await?;
    let nothing_open = run.state == RunState::Completed && open.0 == 0;
    if nothing_open || !matches!(run.state, RunState::Completed | RunState::Failed) {
        return Err(ReconciliationError::NotThatState { state: run.state.name() });
    }
    Ok(json!({
        "leg": run.scope.leg.name(),
        "of": run.scope.of,
        "day": run.scope.day,
        "version": run.version,
        "state": run.state.name(),
        "totals_agree": run.totals_agree,
        "open_items": open.0,
        "open_minor": open.1,
        "reason": reason,
    }))
}
