//! Documents by which the reserve itself is moved (备付金单据): fee sweeps, interest, own funds,
//! position transfers, bank charges, earmarks of quota. One person proposes, having seen what it
//! would do; another decides; what a bank has to move is ordered under the document's number and
//! booked when the bank's statement shows it, everything else is booked on approval.

mod bounds;
mod concluding;
mod confirming;
mod filing;
mod postings;
pub(super) mod sending;
pub(super) mod store;

pub use concluding::document_concluded;
pub use confirming::{Evidence, confirm};
pub use filing::{
    FiledOrder, Filing, Heard, OrderWord, order_filed, order_is_stopped, order_overdue,
    order_reported, order_to_file,
};
pub use sending::{QueryDocument, SendDocument, WriteDocumentFile};

use super::{ReserveError, books, quotas};
use crate::approvals::{self, Proposal};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::BalanceEffect;
use domain::approval::ApprovalKind;
use domain::ids::ReserveDocumentId;
use domain::page::Page;
use domain::reserve::document::{
    DocumentDetail, DocumentFilter, DocumentKind, DocumentPreview, DocumentRequest, DocumentSummary,
};
use ledger::Posting;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// What a document would do, as things stand. Nothing is kept.
///
/// # Errors
/// Not allowed, or it would be refused.
pub async fn preview_document(
    office: &Office,
    actor: &Actor,
    request: &DocumentRequest,
) -> Result<DocumentPreview, ReserveError> {
    actor.require(Permission::MakeReserve)?;
    request.check()?;
    let mut tx = office.begin().await?;
    let most = bounds::check(&mut tx, office, request).await?;
    let ppm = store::fund_ppm(&mut tx).await?;
    let effects = effects(&mut tx, office, (request, ppm)).await?;
    let gap = books::proof(&mut tx).await?.gap;
    let quota = match request.kind {
        DocumentKind::Earmark => {
            Some(quotas::earmark(&mut tx, office, (&request.house, request.amount)).await?)
        }
        _ => None,
    };
    tx.rollback().await?;
    Ok(DocumentPreview { request: request.clone(), effects, most, gap, quota })
}

/// Proposes a document to a second person. Sending the same form again answers with the same
/// document.
///
/// # Errors
/// Not allowed, or it would be refused.
pub async fn propose_document(
    office: &Office,
    actor: &Actor,
    request: &DocumentRequest,
) -> Result<ReserveDocumentId, ReserveError> {
    actor.require(Permission::MakeReserve)?;
    request.check()?;
    let mut tx = office.begin().await?;
    if let Some(known) = store::find(&mut tx, request.id).await? {
        let same = known.request == *request;
        return if same { Ok(request.id) } else { Err(ReserveError::DocumentTaken) };
    }
    bounds::check(&mut tx, office, request).await?;
    let ppm = store::fund_ppm(&mut tx).await?;
    let effects = effects(&mut tx, office, (request, ppm)).await?;
    let number = store::next_number(&mut tx, office.today()).await?;
    let content = content(&mut tx, (&number, ppm), request, None).await?;
    let proposal = Proposal {
        kind: ApprovalKind::ReserveDocument,
        subject: request.id.into(),
        title: format!("{number}: {}", request.amount),
        content,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    let new = store::New { number: &number, request, ppm, effects: &effects, approval };
    store::insert(&mut tx, &new, actor.staff, office.now()).await?;
    let event = event(Who::Staff(actor), "reserve.propose_document");
    audit::record(&mut tx, office, event, &request.id.to_string(), request).await?;
    tx.commit().await?;
    Ok(request.id)
}

/// Documents, the latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn documents(
    office: &Office,
    actor: &Actor,
    filter: &DocumentFilter,
) -> Result<Page<DocumentSummary>, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter).await
}

/// One document, whole.
///
/// # Errors
/// Not allowed, or there is no such document.
pub async fn find_document(
    office: &Office,
    actor: &Actor,
    id: ReserveDocumentId,
) -> Result<DocumentDetail, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(ReserveError::DocumentNotFound)
}

/// What the checker decides: the document, the bank accounts it moves money between, and that
/// nothing stands against it.
async fn content(
    conn: &mut PgConnection,
    (number, ppm): (&str, i64),
    request: &DocumentRequest,
    refused: Option<&str>,
) -> Result<Value, ReserveError> {
    let (leaves, reaches) = request.kind.accounts(request.from);
    let mut numbers = Vec::new();
    for purpose in [leaves, reaches] {
        numbers.push(match purpose {
            Some(purpose) => store::account_numbered(conn, purpose).await?.map(|(_, no, _)| no),
            None => None,
        });
    }
    let mut content = json!({
        "number": number,
        "kind": request.kind,
        "amount": request.amount.plain(),
        "currency": request.amount.currency(),
        "from_account": numbers.first(),
        "to_account": numbers.get(1),
        "clearing_house": request.house,
        "bank_ref": request.bank_ref,
        "grounds": request.grounds,
    });
    if request.kind == DocumentKind::Interest {
        content["protection_fund_millionths"] = ppm.into();
    }
    if let Some(refused) = refused {
        content["refused"] = refused.into();
    }
    Ok(content)
}

/// What all its journals together would do to the balances.
async fn effects(
    conn: &mut PgConnection,
    office: &Office,
    (request, ppm): (&DocumentRequest, i64),
) -> Result<Vec<BalanceEffect>, ReserveError> {
    let day = books::current(conn).await?;
    let mut effects: Vec<BalanceEffect> = Vec::new();
    for posting in postings::all(office, (request, ppm), day) {
        for effect in preview(conn, &posting).await? {
            match effects.iter_mut().find(|known| known.account == effect.account) {
                Some(known) => {
                    let change = effect.after.checked_sub(effect.before)?;
                    known.after = known.after.checked_add(change)?;
                }
                None => effects.push(effect),
            }
        }
    }
    Ok(effects)
}

async fn preview(
    conn: &mut PgConnection,
    posting: &Posting,
) -> Result<Vec<BalanceEffect>, ReserveError> {
    if posting.lines().is_empty() {
        return Ok(Vec::new());
    }
    Ok(ledger::preview(conn, posting).await?)
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "reserve_document" }
}
