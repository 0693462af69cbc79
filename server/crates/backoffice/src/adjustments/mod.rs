//! Manual adjustments, 调账: when the books and the world differ and no system can repair it, a
//! person writes a document with its grounds and its lines, sees what it would do to the balances,
//! and a second person decides. The approved document is booked as journal entry 27.

mod booking;
mod error;
mod evidence;
mod postings;
mod recurring;
mod store;

pub use booking::approval_concluded;
pub use error::AdjustmentError;
pub use evidence::{add_file, file};
pub use recurring::{propose_template, template, template_concluded, templates};

use crate::approvals::{self, Proposal};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::BalanceEffect;
use domain::adjustment::{
    AdjustmentDetail, AdjustmentFilter, AdjustmentLine, AdjustmentRefused, AdjustmentRequest,
    AdjustmentState, AdjustmentSummary, reversed,
};
use domain::approval::ApprovalKind;
use domain::date::BusinessDate;
use domain::error_item::EvidenceFile;
use domain::ids::AdjustmentId;
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
    named(&mut conn, request).await?;
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
    let named = named(&mut tx, request).await?;
    let (_, effects) = effects(&mut tx, office, request).await?;
    let number = store::next_number(&mut tx, office.today()).await?;
    let proposal = Proposal {
        kind: ApprovalKind::Adjustment,
        subject: request.id.into(),
        title: format!("{number}: {}", request.reason.english()),
        content: content((&number, request), &named, (&[], None)),
    };
    let facts = request.facts().map_err(LedgerError::from)?;
    let approval = approvals::propose_weighed(&mut tx, office, actor, (&proposal, &facts)).await?;
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
    let start = |day: BusinessDate| office.settings.zone.start_of(day);
    let made = (filter.from.map(start), filter.until.map(|day| start(day.next())));
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, made).await
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

/// The content of a document's request as it is now: evidence may have come since.
///
/// # Errors
/// The document cannot be read.
pub async fn content_now(
    conn: &mut PgConnection,
    id: AdjustmentId,
) -> Result<Option<Value>, AdjustmentError> {
    let Some(document) = store::find(conn, id).await? else { return Ok(None) };
    Ok(Some(content_of(&document, None)))
}

/// Numbers and names of what a document refers to.
#[derive(Default)]
struct Named {
    /// Of the document it undoes.
    reverses: Option<String>,
    /// Of the template it is made from.
    template: Option<String>,
}

/// Looks up what a document refers to, and refuses what does not fit.
async fn named(
    conn: &mut PgConnection,
    request: &AdjustmentRequest,
) -> Result<Named, AdjustmentError> {
    if let Some(corrected) = request.corrects {
        let found = ledger::find_journal(conn, corrected).await?;
        found.ok_or(AdjustmentError::CorrectedNotFound)?;
    }
    let reverses = match request.reverses {
        Some(id) => Some(reversible(conn, request, id).await?),
        None => None,
    };
    Ok(Named { reverses, template: recurring::checked(conn, request).await? })
}

/// The number of the booked document that a reversal undoes, line by line.
async fn reversible(
    conn: &mut PgConnection,
    request: &AdjustmentRequest,
    id: AdjustmentId,
) -> Result<String, AdjustmentError> {
    let original = store::find(conn, id).await?.ok_or(AdjustmentError::NotFound)?;
    let AdjustmentState::Executed { journal, .. } = original.summary.state else {
        return Err(AdjustmentRefused::NothingToReverse.into());
    };
    if original.request.reverses.is_some() {
        return Err(LedgerError::ReversalOfReversal(journal).into());
    }
    let exact = request.lines == reversed(&original.request.lines);
    if !exact || request.corrects != Some(journal) {
        return Err(AdjustmentRefused::NotItsReversal.into());
    }
    Ok(original.summary.number)
}

/// Refuses accounts that are not in the chart.
async fn check_chart(
    conn: &mut PgConnection,
    lines: &[AdjustmentLine],
) -> Result<(), AdjustmentError> {
    for account in lines.iter().flat_map(|line| [&line.debit, &line.credit]) {
        ledger::check_account(conn, account).await?;
    }
    Ok(())
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

/// What the checker decides: the document with its evidence, and that the books take it.
fn content(
    (number, request): (&str, &AdjustmentRequest),
    named: &Named,
    (files, refused): (&[EvidenceFile], Option<&str>),
) -> Value {
    let mut content = json!({
        "number": number,
        "baseline": request.baseline,
        "reason": request.reason,
        "evidence": request.evidence,
        "corrects": request.corrects,
        "lines": request.lines,
    });
    if !files.is_empty() {
        let file = |file: &EvidenceFile| json!({ "file": file.name, "sha256": file.sha256 });
        content["evidence_files"] = files.iter().map(file).collect();
    }
    if let Some(reverses) = &named.reverses {
        content["reverses"] = reverses.as_str().into();
    }
    if let (Some(template), Some(recurrence)) = (&named.template, request.recurring) {
        content["template"] = template.as_str().into();
        content["month"] = recurrence.month.to_string().into();
    }
    if let Some(refused) = refused {
        content["refused"] = refused.into();
    }
    content
}

/// The same of a document that is kept.
fn content_of(document: &AdjustmentDetail, refused: Option<&str>) -> Value {
    let named = Named {
        reverses: document.undoes.as_ref().map(|(_, number)| number.clone()),
        template: document.template_name.clone(),
    };
    let of = (document.summary.number.as_str(), &document.request);
    content(of, &named, (&document.files, refused))
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "adjustment" }
}
