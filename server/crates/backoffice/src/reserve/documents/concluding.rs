//! What becomes of a decided document.

use super::postings::{self, When};
use super::sending::SendDocument;
use super::{bounds, content, event, store};
use crate::approvals::{self, Leave};
use crate::audit::{self, Who};
use crate::jobs::{self, JobError};
use crate::office::Office;
use crate::reserve::{ReserveError, books, quotas};
use domain::approval::ApprovalState;
use domain::ids::ApprovalId;
use domain::reserve::document::{Booking, DocumentDetail, DocumentKind, DocumentState};
use sqlx::PgConnection;

/// Carries out a decided document: books it, or orders the bank to move the money.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn document_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, _) = approvals::standing(&mut tx, id).await?;
    let document =
        store::lock(&mut tx, subject.into()).await?.ok_or(ReserveError::DocumentNotFound)?;
    if document.summary.state != DocumentState::Proposed {
        return Ok(());
    }
    let (state, why) = match state {
        ApprovalState::Rejected { reason, .. } => (DocumentState::Rejected, reason),
        ApprovalState::Withdrawn { .. } => (DocumentState::Withdrawn, String::new()),
        ApprovalState::Approved { .. } => match execute(&mut tx, office, id, &document).await? {
            Some(concluded) => concluded,
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    store::save(&mut tx, document.summary.id, (state, &why), office.now()).await?;
    let event = event(Who::System("worker"), "reserve.conclude_document");
    let subject = document.summary.id.to_string();
    audit::record(&mut tx, office, event, &subject, &(state, why)).await?;
    tx.commit().await?;
    Ok(())
}

async fn execute(
    conn: &mut PgConnection,
    office: &Office,
    approval: ApprovalId,
    document: &DocumentDetail,
) -> Result<Option<(DocumentState, String)>, ReserveError> {
    let request = &document.request;
    let refused = match bounds::check(conn, office, request).await {
        Ok(_) => None,
        Err(
            error @ (ReserveError::Document(_)
            | ReserveError::Short { .. }
            | ReserveError::Quota(_)
            | ReserveError::Inactive(_)),
        ) => Some(error.to_string()),
        Err(error) => return Err(error),
    };
    let names = (document.summary.number.as_str(), document.fund_ppm);
    let now = content(conn, names, request, refused.as_deref()).await?;
    match approvals::execute(conn, office, approval, &now).await? {
        Leave::Granted { .. } => {}
        Leave::Stale => {
            let changed = || "the bank accounts changed after it was approved".to_owned();
            return Ok(Some((DocumentState::Stale, refused.unwrap_or_else(changed))));
        }
        Leave::AlreadyConcluded => return Ok(None),
    }
    let state = match request.kind.booking() {
        Booking::ByStatement => {
            let job = SendDocument { document: request.id };
            jobs::enqueue(conn, office, &job).await?;
            DocumentState::Approved
        }
        Booking::OnApproval => {
            book(conn, office, document).await?;
            DocumentState::Booked
        }
    };
    Ok(Some((state, String::new())))
}

async fn book(
    conn: &mut PgConnection,
    office: &Office,
    document: &DocumentDetail,
) -> Result<(), ReserveError> {
    let request = &document.request;
    if request.kind == DocumentKind::Earmark {
        quotas::earmark(conn, office, (&request.house, request.amount)).await?;
    }
    let when = When { day: books::current(conn).await?, at: office.now() };
    for posting in postings::booked(office, (request, document.fund_ppm), when) {
        ledger::post(conn, &posting).await?;
    }
    store::link_known_line(conn, request, office.now()).await
}
