//! A payment's page: its whole path through the systems, down to the bill line and the journal.
//! The links read tables of systems further down, so that one page can show everything; nothing
//! here decides or writes.

mod store;

use super::PaymentError;
use super::store::summaries;
use crate::office::Office;
use crate::orders;
use domain::access::{Actor, Permission};
use domain::ids::PaymentId;
use domain::payment::PaymentDetail;
use uuid::Uuid;

/// One payment with its whole path.
///
/// # Errors
/// Not allowed, or there is no such payment.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: PaymentId,
) -> Result<PaymentDetail, PaymentError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    let found = summaries(&mut conn, &[Uuid::from(id)]).await?.pop();
    let summary = found.ok_or(PaymentError::NotFound)?;
    let payment = &summary.payment;
    let order = orders::find(office, actor, payment.order).await?;
    let (routing, updated_at) = store::routing(&mut conn, id).await?;
    Ok(PaymentDetail {
        routing,
        updated_at,
        journals: store::journals(&mut conn, payment).await?,
        bill_lines: store::bill_lines(&mut conn, payment).await?,
        refunds: store::refunds(&mut conn, payment).await?,
        settlement: store::settlement(&mut conn, payment).await?,
        payouts: store::payouts(&mut conn, payment).await?,
        error_items: store::error_items(&mut conn, payment).await?,
        order: order.summary.order,
        seller_name: order.summary.seller_name,
        hops: order.hops,
        transitions: order.transitions,
        summary,
    })
}
