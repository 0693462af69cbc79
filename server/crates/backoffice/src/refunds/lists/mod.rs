//! What people and reconciliation see of refunds.

mod store;

use super::RefundError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::RefundId;
use domain::page::{Page, PageRequest};
use domain::refund::{RefundDetail, RefundFact, RefundFilter, RefundSummary};
use sqlx::PgConnection;

/// Refunds, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &RefundFilter,
    page: PageRequest,
) -> Result<Page<RefundSummary>, RefundError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One refund, with everything on its path.
///
/// # Errors
/// Not allowed, or there is no such refund.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: RefundId,
) -> Result<RefundDetail, RefundError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    store::detail(&mut conn, id).await?.ok_or_else(|| RefundError::NotFound(id.to_string()))
}

/// One refund, for the gateway's answers to its merchant.
///
/// # Errors
/// The database failed.
pub async fn by_id(
    conn: &mut PgConnection,
    id: RefundId,
) -> Result<Option<RefundSummary>, RefundError> {
    Ok(store::detail(conn, id).await?.map(|detail| detail.summary))
}

/// What we believe a channel refunded on a clearing date, and what it may have: refunds whose
/// outcome is not known belong to the day they were asked for.
///
/// # Errors
/// The database failed.
pub async fn in_clearing(
    conn: &mut PgConnection,
    office: &Office,
    channel: &str,
    clearing_date: BusinessDate,
) -> Result<Vec<RefundFact>, RefundError> {
    let zone = office.settings.zone;
    let hours = (zone.start_of(clearing_date), zone.start_of(clearing_date.next()));
    store::in_clearing(conn, (channel, clearing_date), hours).await
}
