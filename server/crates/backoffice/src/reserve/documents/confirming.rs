//! Statement lines prove documents: the line of the reserve account books it.

use super::postings::{self, When};
use super::store;
use crate::audit::{self, Who};
use crate::office::Office;
use crate::reserve::{ReserveError, books};
use domain::ids::StatementLineId;
use domain::money::Money;
use domain::reserve::Purpose;
use domain::reserve::document::{Booking, DocumentDetail, DocumentKind, DocumentState};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// A line of a bank statement that may be about a document.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The line.
    pub line: StatementLineId,
    /// Whose statement it stands on.
    pub purpose: Purpose,
    /// Our number on it, where the bank carries it.
    pub number: Option<&'a str>,
    /// The bank's reference.
    pub bank_ref: &'a str,
    /// Positive raises the bank's balance.
    pub amount: Money,
    /// When the bank booked it.
    pub at: OffsetDateTime,
}

/// Whether a line is about a document; then it is booked by it, or, on the other account or of what
/// was booked on approval, kept as its proof. A line whose amount or direction is not the
/// document's is about none, and becomes an error item.
///
/// # Errors
/// The database failed, or the books refused.
pub async fn confirm(
    conn: &mut PgConnection,
    office: &Office,
    evidence: &Evidence<'_>,
) -> Result<bool, ReserveError> {
    let Some(document) = store::lock_named(conn, evidence).await? else { return Ok(false) };
    let Some(side) = side(&document, evidence) else { return Ok(false) };
    if !store::link(conn, (document.summary.id, evidence.line), side, office.now()).await? {
        return Ok(false);
    }
    let Some(state) = book(conn, office, (&document, side), evidence).await? else {
        return Ok(true);
    };
    store::save(conn, document.summary.id, (state, ""), office.now()).await?;
    let event = super::event(Who::System("worker"), "reserve.document_confirmed");
    let subject = document.summary.id.to_string();
    audit::record(conn, office, event, &subject, &(state, evidence.bank_ref)).await?;
    Ok(true)
}

/// Which side of the document a line shows; none when it does not fit.
fn side(document: &DocumentDetail, evidence: &Evidence<'_>) -> Option<&'static str> {
    let (leaves, reaches) = document.request.kind.accounts(document.request.from);
    let out = evidence.amount.is_negative();
    let (of, side) = if out { (leaves, "out") } else { (reaches, "in") };
    let same = evidence.amount.minor().abs() == document.request.amount.minor();
    (of == Some(evidence.purpose) && same).then_some(side)
}

/// Books what the line proves; none when it books nothing.
async fn book(
    conn: &mut PgConnection,
    office: &Office,
    (document, side): (&DocumentDetail, &str),
    evidence: &Evidence<'_>,
) -> Result<Option<DocumentState>, ReserveError> {
    let request = &document.request;
    if request.kind.booking() == Booking::OnApproval || evidence.purpose == Purpose::OwnFunds {
        return Ok(None);
    }
    let when = When { day: books::current(conn).await?, at: evidence.at };
    let (postings, state) = match (request.kind, side) {
        (DocumentKind::PositionTransfer, "out") => {
            (vec![postings::sent(office, request, when)], half(document))
        }
        (DocumentKind::PositionTransfer, _) => {
            (vec![postings::arrived(office, request, when)], half(document))
        }
        _ => {
            let names = (request, document.fund_ppm);
            (postings::booked(office, names, when), DocumentState::Booked)
        }
    };
    for posting in postings {
        ledger::post(conn, &posting).await?;
    }
    Ok(Some(state))
}

/// Where a position transfer stands after another of its two lines.
fn half(document: &DocumentDetail) -> DocumentState {
    match document.summary.state {
        DocumentState::InTransit => DocumentState::Booked,
        _ => DocumentState::InTransit,
    }
}
