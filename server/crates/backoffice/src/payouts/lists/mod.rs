//! What people see of payouts and batches.

mod store;

use super::PayoutError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::ids::{PayoutBatchId, PayoutFileId, PayoutId};
use domain::page::{Page, PageRequest};
use domain::payout::{
    BatchState, PayoutBatchDetail, PayoutBatchSummary, PayoutDetail, PayoutFilter, PayoutState,
    PayoutSummary,
};
use sqlx::PgConnection;

/// Payouts, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &PayoutFilter,
    page: PageRequest,
) -> Result<Page<PayoutSummary>, PayoutError> {
    actor.require(Permission::ViewPayouts)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One payout, with everything on its path.
///
/// # Errors
/// Not allowed, or there is no such payout.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: PayoutId,
) -> Result<PayoutDetail, PayoutError> {
    actor.require(Permission::ViewPayouts)?;
    let mut conn = office.db.acquire().await?;
    let detail = store::detail(&mut conn, id).await?;
    let mut detail = detail.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    if detail.summary.state == PayoutState::Queued {
        detail.stopped = super::stops::standing(&mut conn, id).await?;
    }
    Ok(detail)
}

/// The payouts of a file, in its order.
pub(super) async fn in_file(
    conn: &mut PgConnection,
    file: PayoutFileId,
) -> Result<Vec<PayoutSummary>, PayoutError> {
    store::in_file(conn, file).await
}

/// Batches, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list_batches(
    office: &Office,
    actor: &Actor,
    state: Option<BatchState>,
    page: PageRequest,
) -> Result<Page<PayoutBatchSummary>, PayoutError> {
    actor.require(Permission::ViewPayouts)?;
    let mut conn = office.db.acquire().await?;
    store::list_batches(&mut conn, (None, state), page).await
}

/// One batch with its payouts.
///
/// # Errors
/// Not allowed, or there is no such batch.
pub async fn find_batch(
    office: &Office,
    actor: &Actor,
    id: PayoutBatchId,
) -> Result<PayoutBatchDetail, PayoutError> {
    actor.require(Permission::ViewPayouts)?;
    let mut conn = office.db.acquire().await?;
    let one = PageRequest { number: 1, size: 1 };
    let summary = store::list_batches(&mut conn, (Some(id), None), one).await?.rows.pop();
    let summary = summary.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    let filter = PayoutFilter { batch: Some(id), ..PayoutFilter::default() };
    let most = PageRequest { number: 1, size: domain::page::PAGE_SIZE_MAX };
    let payouts = store::list(&mut conn, &filter, most).await?.rows;
    Ok(PayoutBatchDetail { summary, payouts })
}
