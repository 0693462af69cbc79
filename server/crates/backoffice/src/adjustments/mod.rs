//! Manual adjustments, 调账: when the books and the world differ and no system can repair it, a
//! person writes a document with its grounds and its lines, sees what it would do to the balances,
//! and a second person decides. The approved document is booked as journal entry 27.

mod error;
mod postings;
mod store;

pub use error::AdjustmentError;

use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::BalanceEffect;
use domain::adjustment::{
    AdjustmentDetail, AdjustmentFilter, AdjustmentRequest, AdjustmentState, AdjustmentSummary,
    Conclusion,
};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::date::BusinessDate;
use domain::ids::{AdjustmentId, ApprovalId};
use domain::page::Page;
use ledger::LedgerError;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// What an adjustment would do to the balances, as the books stand now.
///
/// # Errors
/// Not allowed, or the books would refuse it.
pub async fn preview(
    office: &Office,
    actor: &Actor,
    request: &AdjustmentRequest,
) -> Result<Vec<BalanceEffect>, AdjustmentError> {
    actor.require(Permission::ProposeAdjustment)?;
    request.check()?;
    let mut conn = office.db.acquire().await?;
    Ok(effects(&mut conn, office, request).await?.1)
}

/// Proposes an adjustment to a second person. Sending the same form again answers with the same
/// document.
///
/// # Errors
/// Not allowed, no evidence, or the books would refuse it.
pub async fn propose(
    office: &Office,
    actor: &Actor,
    request: &AdjustmentRequest,
) -> Result<AdjustmentId, AdjustmentError> {
    actor.require(Permission::ProposeAdjustment)?;
    request.check()?;
    let mut tx = office.begin().await?;
    if let Some(known) = store::find(&mut tx, request.id).await? {
        return if known.request == *request {
            Ok(request.id)
        } else {
            Err(AdjustmentError::AlreadyProposed)
        };
    }
    if let Some(corrected) = request.corrects {
        let found = ledger::find_journal(&mut tx, corrected).await?;
        found.ok_or(AdjustmentError::CorrectedNotFound)?;
    }
    let (_, effects) = effects(&mut tx, office, request).await?;
    let number = store::next_number(&mut tx, office.today()).await?;
    let proposal = Proposal {
        kind: ApprovalKind::Adjustment,
        subject: request.id.into(),
        title: format!("{number}: {}", request.reason.english()),
        content: content(&number, request, None),
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    let document = store::New { number: &number, request, approval, effects: &effects };
    store::insert(&mut tx, &document, actor.staff, office.now()).await?;
    let event = event(Who::Staff(actor), "adjustments.propose");
    audit::record(&mut tx, office, event, &request.id.to_string(), request).await?;
    tx.commit().await?;
    Ok(request.id)
}

/// Adjustments, the latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &AdjustmentFilter,
) -> Result<Page<AdjustmentSummary>, AdjustmentError> {
    actor.require(Permission::ViewLedger)?;
    let from = filter.from.map(|day| office.settings.zone.start_of(day));
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, from).await
}

/// One adjustment, whole.
///
/// # Errors
/// Not allowed, or there is no such document.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: AdjustmentId,
) -> Result<AdjustmentDetail, AdjustmentError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(AdjustmentError::NotFound)
}

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
    let request = &document.request;
    let refused = match effects(conn, office, request).await {
        Ok(_) => None,
        Err(AdjustmentError::Ledger(error)) if !is_transient(&error) => Some(error.to_string()),
        Err(other) => return Err(other),
    };
    let content_now = content(&document.summary.number, request, refused.as_deref());
    match approvals::execute(conn, office, approval, &content_now).await? {
        Leave::Granted { .. } => {
            let day = open_day(conn).await?;
            let when = (office.now(), office.request_id.as_str());
            let adjustment = postings::adjustment(request, day, when);
            let posted = ledger::post(conn, &adjustment.approved(approval)).await?;
            Ok(Some(Conclusion::Booked(posted.journal)))
        }
        Leave::Stale => {
            let changed = || "the document changed after it was approved".to_owned();
            Ok(Some(Conclusion::Stale(refused.unwrap_or_else(changed))))
        }
        Leave::AlreadyConcluded => Ok(None),
    }
}

/// The day it would be booked on, and what it would do to the balances.
async fn effects(
    conn: &mut PgConnection,
    office: &Office,
    request: &AdjustmentRequest,
) -> Result<(BusinessDate, Vec<BalanceEffect>), AdjustmentError> {
    let day = open_day(conn).await?;
    let adjustment = postings::adjustment(request, day, (office.now(), &office.request_id));
    let effects = ledger::preview_adjustment(conn, &adjustment).await?;
    Ok((day, effects))
}

async fn open_day(conn: &mut PgConnection) -> Result<BusinessDate, AdjustmentError> {
    ledger::days::current(conn).await?.ok_or(AdjustmentError::NoOpenDay)
}

/// What the checker decides: the document, and that the books take it.
fn content(number: &str, request: &AdjustmentRequest, refused: Option<&str>) -> Value {
    let mut content = json!({
        "number": number,
        "baseline": request.baseline,
        "reason": request.reason,
        "evidence": request.evidence,
        "corrects": request.corrects,
        "lines": request.lines,
    });
    if let Some(refused) = refused {
        content["refused"] = refused.into();
    }
    content
}

/// Whether trying again can help.
fn is_transient(error: &LedgerError) -> bool {
    error.breaks_transaction()
        || matches!(error, LedgerError::DayNotOpened(_) | LedgerError::DayClosed(_))
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "adjustment" }
}
