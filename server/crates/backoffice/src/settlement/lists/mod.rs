//! What people see of settlements.

mod store;

use super::SettlementError;
use crate::audit;
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::AccountRef;
use domain::ids::SettlementId;
use domain::journal::{JournalFilter, Source};
use domain::money::Money;
use domain::page::{Page, PageRequest};
use domain::settlement::{
    SettlementDetail, SettlementFilter, SettlementProof, SettlementRun, SettlementSummary,
};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// Settlements, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &SettlementFilter,
    page: PageRequest,
) -> Result<Page<SettlementSummary>, SettlementError> {
    actor.require(Permission::ViewSettlement)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, (None, filter), page).await
}

/// One settlement with a page of its lines, and the proof that they explain what moved.
///
/// # Errors
/// Not allowed, or there is no such settlement.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: SettlementId,
    page: PageRequest,
) -> Result<SettlementDetail, SettlementError> {
    actor.require(Permission::ViewSettlement)?;
    let mut conn = office.db.acquire().await?;
    let filter = SettlementFilter::default();
    let one = PageRequest { number: 1, size: 1 };
    let summary = store::list(&mut conn, (Some(id), &filter), one).await?.rows.pop();
    let summary = summary.ok_or(SettlementError::NotFound(id))?;
    let lines = store::lines(&mut conn, id, page).await?;
    let from_lines = store::sum_of_lines(&mut conn, id).await?;
    let from_books = moved(&mut conn, &summary).await?;
    let proof = SettlementProof { from_lines, from_books };
    Ok(SettlementDetail { summary, proof, lines })
}

/// What the latest run did and had to leave, and when it ended.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn last_run(
    office: &Office,
    actor: &Actor,
) -> Result<Option<(SettlementRun, OffsetDateTime)>, SettlementError> {
    actor.require(Permission::ViewSettlement)?;
    let mut conn = office.db.acquire().await?;
    let run = audit::latest(&mut conn, ("settlement_run", "settlement.run")).await?;
    let Some((id, after, at)) = run else { return Ok(None) };
    let unreadable = |error| Inconsistent::new("audit_records", id, error);
    Ok(Some((serde_json::from_value(after).map_err(unreadable)?, at)))
}

/// What the settlement's journals took from the merchant's unsettled balance.
async fn moved(
    conn: &mut PgConnection,
    settlement: &SettlementSummary,
) -> Result<Money, SettlementError> {
    let filter = JournalFilter {
        source: Some(Source::new("settlement", settlement.id)),
        ..JournalFilter::default()
    };
    let unsettled = AccountRef::merchant_unsettled(settlement.merchant);
    let mut moved = Money::zero(settlement.movement.currency());
    for journal in ledger::list_journals(conn, &filter).await?.rows {
        let Some(journal) = ledger::find_journal(conn, journal.id).await? else { continue };
        for line in journal.lines {
            if line.debit.account == unsettled {
                moved = moved.checked_add(line.amount)?;
            }
            if line.credit.account == unsettled {
                moved = moved.checked_sub(line.amount)?;
            }
        }
    }
    Ok(moved)
}
