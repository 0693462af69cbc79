//! Work on many items at once. The selection is frozen with the version of each item; a worker tries
//! each row first; its maker goes on; then a worker does row after row, in small transactions, so
//! that a worker that dies is continued by the next. An item that changed meanwhile is skipped.

mod rows;
mod store;

use super::listing::store::Wanted;
use super::resolving::facts;
use super::working::check_snooze;
use super::{ErrorItemError, rules};
use crate::approvals::{self, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::{self, Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::error_item::{
    BULK_ROWS_MAX, BulkCommand, BulkDetail, BulkPhase, BulkRefused, BulkSummary, Edit,
    HandlingRules, ResolutionRefused, RowState, Selection,
};
use domain::ids::{ApprovalId, ErrorItemBulkId, ErrorItemId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Do the next rows of a bulk until it waits for somebody or is finished.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct WorkOnBulk {
    /// The bulk.
    pub bulk: ErrorItemBulkId,
}

impl Message for WorkOnBulk {
    const KIND: &'static str = "error_items.bulk";
}

impl Job for WorkOnBulk {
    async fn run(&self, office: &Office, run: &Run) -> Result<Outcome, JobError> {
        loop {
            let (done, total, more) = rows::work(office, self.bulk).await?;
            run.progress(office, done, total).await?;
            if !more {
                return Ok(Outcome::Done);
            }
        }
    }
}

/// Freezes a selection and has each row tried.
///
/// # Errors
/// Not allowed, nothing or too much is selected, or the command makes no sense.
pub async fn start_bulk(
    office: &Office,
    actor: &Actor,
    (selection, command): (&Selection, &BulkCommand),
) -> Result<ErrorItemBulkId, ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    check(office, command)?;
    let id = ErrorItemBulkId(office.new_id());
    let mut tx = office.begin().await?;
    store::insert(&mut tx, office, (id, actor.staff), (selection, command)).await?;
    let total = match selection {
        Selection::Ids(ids) => store::freeze_ids(&mut tx, id, ids).await?,
        Selection::Matching(filter) => {
            let wanted = Wanted::of(filter, (actor.staff, office.now()));
            let limit = BULK_ROWS_MAX + 1;
            super::listing::store::freeze(&mut tx, &wanted, id.into(), limit).await?
        }
    };
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    if total == 0 {
        return Err(BulkRefused::NothingSelected.into());
    }
    if total > BULK_ROWS_MAX {
        return Err(BulkRefused::TooMany.into());
    }
    store::set_total(&mut tx, id, total).await?;
    let content = json!({ "command": command, "selection": selection, "total": total });
    record(&mut tx, office, (Who::Staff(actor), "error_items.bulk"), (id, &content)).await?;
    jobs::enqueue(&mut tx, office, &WorkOnBulk { bulk: id }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Freezes the rows of an edited workbook, each with the version that was exported and its own
/// edit, and has each row tried, in the caller's transaction.
pub(super) async fn start_edited(
    conn: &mut PgConnection,
    office: &Office,
    (actor, name): (&Actor, &str),
    rows: &[(ErrorItemId, i64, Edit)],
) -> Result<ErrorItemBulkId, ErrorItemError> {
    let id = ErrorItemBulkId(office.new_id());
    let proposes = rows.iter().any(|(_, _, edit)| edit.resolution.is_some());
    let command = BulkCommand::Workbook { name: name.to_owned(), proposes };
    let selection = Selection::Ids(rows.iter().map(|row| row.0).collect());
    store::insert(conn, office, (id, actor.staff), (&selection, &command)).await?;
    let total = store::freeze_edits(conn, id, rows).await?;
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    store::set_total(conn, id, total).await?;
    let content = json!({ "command": command, "selection": selection, "total": total });
    record(conn, office, (Who::Staff(actor), "error_items.bulk"), (id, &content)).await?;
    jobs::enqueue(conn, office, &WorkOnBulk { bulk: id }).await?;
    Ok(id)
}

fn check(office: &Office, command: &BulkCommand) -> Result<(), ErrorItemError> {
    let said = |text: &str| !text.trim().is_empty();
    match command {
        BulkCommand::Assign { .. } => Ok(()),
        BulkCommand::Snooze { until, .. } => check_snooze(office, *until),
        BulkCommand::Comment { text } if said(text) => Ok(()),
        BulkCommand::Comment { .. } => Err(ErrorItemError::CommentEmpty),
        BulkCommand::Propose(resolution) if said(&resolution.reason) => Ok(()),
        BulkCommand::ProposeSuggested { reason } if said(reason) => Ok(()),
        _ => Err(ResolutionRefused::ReasonMissing.into()),
    }
}

/// Goes on with a bulk that was tried: does it, or hands all its resolutions to a second person as
/// one request.
///
/// # Errors
/// Not its maker, not tried yet, or no row would work.
pub async fn confirm_bulk(
    office: &Office,
    actor: &Actor,
    id: ErrorItemBulkId,
) -> Result<(), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    let bulk = store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?;
    if bulk.phase != BulkPhase::Checked || bulk.maker != actor.staff {
        return Err(BulkRefused::NotNow(bulk.phase.name()).into());
    }
    if store::count(&mut tx, id, RowState::Ready).await? == 0 {
        return Err(BulkRefused::NothingReady.into());
    }
    let about = store::about(&mut tx, id).await?;
    let approval = if bulk.command.proposes() && about.count > 0 {
        let content = content(&mut tx, &bulk).await?;
        let count = content["count"].as_i64().unwrap_or_default();
        let proposal = Proposal {
            kind: ApprovalKind::ErrorItemBulk,
            subject: id.into(),
            title: format!("{count} error items at once"),
            content,
        };
        let facts = facts(about.level, store::amount(&mut tx, id).await?)?;
        Some(approvals::propose_weighed(&mut tx, office, actor, (&proposal, &facts)).await?)
    } else {
        None
    };
    store::set_phase(&mut tx, office, id, (BulkPhase::Running, "")).await?;
    store::set_approval(&mut tx, id, approval).await?;
    let content = json!({ "phase": BulkPhase::Running, "approval": approval });
    record(&mut tx, office, (Who::Staff(actor), "error_items.bulk_confirm"), (id, &content))
        .await?;
    jobs::enqueue(&mut tx, office, &WorkOnBulk { bulk: id }).await?;
    tx.commit().await?;
    Ok(())
}

/// What the second person decides: how many rows, what they book in all, and a digest of what is
/// decided about each single row.
pub(super) async fn content(
    conn: &mut PgConnection,
    bulk: &BulkSummary,
) -> Result<Value, ErrorItemError> {
    let about = store::about(conn, bulk.id).await?;
    Ok(json!({
        "bulk": bulk.id,
        "command": bulk.command,
        "count": about.count,
        "digest": about.digest,
        "level": about.level,
        "totals": store::totals(conn, bulk.id).await?,
    }))
}

/// Stops a bulk. What was done stays done; what was proposed and not decided goes back.
///
/// # Errors
/// Not allowed, or it is finished.
pub async fn cancel_bulk(
    office: &Office,
    actor: &Actor,
    id: ErrorItemBulkId,
) -> Result<(), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    let bulk = store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?;
    if !bulk.phase.may_be_cancelled() {
        return Err(BulkRefused::NotNow(bulk.phase.name()).into());
    }
    let phase = if store::count(&mut tx, id, RowState::Proposed).await? > 0 {
        jobs::enqueue(&mut tx, office, &WorkOnBulk { bulk: id }).await?;
        BulkPhase::Returning
    } else {
        BulkPhase::Cancelled
    };
    store::set_phase(&mut tx, office, id, (phase, "cancelled")).await?;
    store::skip_rest(&mut tx, id, "cancelled").await?;
    let content = json!({ "phase": phase });
    record(&mut tx, office, (Who::Staff(actor), "error_items.bulk_cancel"), (id, &content)).await?;
    tx.commit().await?;
    Ok(())
}

/// Carries out a decided bulk, or gives its items back.
///
/// # Errors
/// Its rows are still being proposed, or the database failed: the job is run again.
pub async fn bulk_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, _) = approvals::standing(&mut tx, id).await?;
    let bulk = store::lock(&mut tx, subject.into()).await?.ok_or(ErrorItemError::NotFound)?;
    if bulk.phase == BulkPhase::Running {
        return Err("the rows of this bulk are still being proposed".into());
    }
    if bulk.phase != BulkPhase::Proposed {
        return Ok(());
    }
    let next = match state {
        ApprovalState::Approved { .. } => {
            let now = content(&mut tx, &bulk).await?;
            match approvals::execute(&mut tx, office, id, &now).await? {
                approvals::Leave::Granted { .. } => (BulkPhase::Executing, String::new()),
                _ => (BulkPhase::Returning, "what was decided has changed".to_owned()),
            }
        }
        ApprovalState::Rejected { reason, .. } => (BulkPhase::Returning, reason),
        ApprovalState::Withdrawn { .. } => {
            (BulkPhase::Returning, "taken back by its maker".to_owned())
        }
        _ => return Ok(()),
    };
    store::set_phase(&mut tx, office, bulk.id, (next.0, &next.1)).await?;
    jobs::enqueue(&mut tx, office, &WorkOnBulk { bulk: bulk.id }).await?;
    tx.commit().await?;
    Ok(())
}

/// The latest bulks.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn bulks(office: &Office, actor: &Actor) -> Result<Vec<BulkSummary>, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn).await
}

/// One bulk with the result of its rows.
///
/// # Errors
/// Not allowed, or there is no such bulk.
pub async fn bulk(
    office: &Office,
    actor: &Actor,
    id: ErrorItemBulkId,
) -> Result<BulkDetail, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    let summary = store::find(&mut conn, id).await?.ok_or(ErrorItemError::NotFound)?;
    Ok(BulkDetail {
        summary,
        tallies: store::tallies(&mut conn, id).await?,
        totals: store::totals(&mut conn, id).await?,
        skipped: store::skipped(&mut conn, id).await?,
    })
}

async fn record(
    conn: &mut PgConnection,
    office: &Office,
    (who, action): (Who<'_>, &'static str),
    (id, content): (ErrorItemBulkId, &Value),
) -> Result<(), sqlx::Error> {
    let event = Event { who, action, subject_kind: "error_item_bulk" };
    audit::record(conn, office, event, &id.to_string(), content).await
}

/// The rules in force, for all rows of a chunk.
async fn rules_now(conn: &mut PgConnection) -> Result<HandlingRules, ErrorItemError> {
    Ok(rules::current(conn).await?.rules)
}
