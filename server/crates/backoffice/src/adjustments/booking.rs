//! Carrying out a decided adjustment.

use super::{AdjustmentError, content_of, effects, event, open_day, postings, store};
use crate::approvals::{self, Leave};
use crate::audit::{self, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::adjustment::{AdjustmentDetail, AdjustmentState, Conclusion};
use domain::approval::ApprovalState;
use domain::ids::{ApprovalId, JournalId};
use ledger::LedgerError;
use sqlx::PgConnection;

/// Carries out a decided adjustment: books it if it was approved and the books still take it.
///
/// # Errors
/// The database failed, or no day is open; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, _) = approvals::standing(&mut tx, id).await?;
    let document = store::lock(&mut tx, subject.into()).await?.ok_or(AdjustmentError::NotFound)?;
    if document.summary.state != AdjustmentState::Proposed {
        return Ok(());
    }
    let conclusion = match state {
        ApprovalState::Rejected { reason, .. } => Some(Conclusion::Rejected(reason)),
        ApprovalState::Withdrawn { .. } => Some(Conclusion::Withdrawn),
        ApprovalState::Approved { .. } => book(&mut tx, office, id, &document).await?,
        _ => None,
    };
    if let Some(conclusion) = conclusion {
        let ended = document.summary.state.conclude(conclusion, office.now())?;
        store::conclude(&mut tx, document.summary.id, &ended).await?;
        let event = event(Who::System("worker"), "adjustments.conclude");
        let subject = document.summary.id.to_string();
        audit::record(&mut tx, office, event, &subject, &ended).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Books an approved document, unless the books would refuse it by now.
async fn book(
    conn: &mut PgConnection,
    office: &Office,
    approval: ApprovalId,
    document: &AdjustmentDetail,
) -> Result<Option<Conclusion>, AdjustmentError> {
    let refused = match bookable(conn, office, document).await {
        Ok(()) => None,
        Err(AdjustmentError::Ledger(error)) if !is_transient(&error) => Some(error.to_string()),
        Err(other) => return Err(other),
    };
    let content_now = content_of(document, refused.as_deref());
    match approvals::execute(conn, office, approval, &content_now).await? {
        Leave::Granted { .. } => {
            Ok(Some(Conclusion::Booked(post(conn, office, (approval, document)).await?)))
        }
        Leave::Stale => {
            let changed = || "the document changed after it was approved".to_owned();
            Ok(Some(Conclusion::Stale(refused.unwrap_or_else(changed))))
        }
        Leave::AlreadyConcluded => Ok(None),
    }
}

/// Whether the books take it: the balances bear it, and what it undoes is not undone already.
async fn bookable(
    conn: &mut PgConnection,
    office: &Office,
    document: &AdjustmentDetail,
) -> Result<(), AdjustmentError> {
    let request = &document.request;
    effects(conn, office, request).await?;
    if let (Some(_), Some(journal)) = (request.reverses, request.corrects) {
        let original = ledger::find_journal(conn, journal).await?;
        let original = original.ok_or(AdjustmentError::CorrectedNotFound)?.summary;
        if let Some(by) = original.reversed_by {
            return Err(LedgerError::AlreadyReversed { journal, by }.into());
        }
    }
    Ok(())
}

/// Books it: journal entry 27, or for a reversal the exact negative of what it undoes, linked.
async fn post(
    conn: &mut PgConnection,
    office: &Office,
    (approval, document): (ApprovalId, &AdjustmentDetail),
) -> Result<JournalId, AdjustmentError> {
    let request = &document.request;
    let day = open_day(conn).await?;
    let when = (office.now(), office.request_id.as_str());
    let posted = match (request.reverses, request.corrects) {
        (Some(_), Some(journal)) => {
            let number = &document.summary.number;
            let reversal = postings::reversal(request, (journal, number), (day, when));
            ledger::reverse(conn, &reversal).await?
        }
        _ => {
            let adjustment = postings::adjustment(request, day, when);
            ledger::post(conn, &adjustment.approved(approval)).await?
        }
    };
    Ok(posted.journal)
}

/// Whether trying again can help.
fn is_transient(error: &LedgerError) -> bool {
    error.breaks_transaction()
        || matches!(error, LedgerError::DayNotOpened(_) | LedgerError::DayClosed(_))
}
