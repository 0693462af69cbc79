//! Refunds that go out as payouts (退款代付): drafted once the refund's money is set aside, and the
//! refund told what became of them.

use super::store::Payout;
use super::{PayoutError, event, store};
use crate::audit;
use crate::jobs::JobError;
use crate::office::Office;
use crate::refunds::{self, jobs::DraftRefundPayout};
use crate::reserve::Whom;
use crate::users;
use domain::ids::PayoutId;
use domain::payout::Payee;
use sqlx::PgConnection;

/// Drafts the payout of a refund; one that has a payout keeps it.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn draft_refund(office: &Office, message: DraftRefundPayout) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let Some(out) = refunds::to_pay_out(&mut tx, message.refund).await? else { return Ok(()) };
    let id = PayoutId(office.new_id());
    if store::insert_refund(&mut tx, office, id, &out).await? {
        let after = serde_json::json!({
            "refund": out.refund, "payee": out.payee, "amount": out.amount,
        });
        audit::record(&mut tx, office, event("payouts.draft"), &id.to_string(), &after).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The account registered for whom a payout pays: the merchant's, the one its refund is for, the
/// user's own, or the one a top-up came from.
pub(super) async fn registered(
    conn: &mut PgConnection,
    payout: &Payout,
) -> Result<Option<Payee>, PayoutError> {
    match payout.whom() {
        Whom::Refund(refund) => Ok(Some(refunds::payee(conn, refund).await?.0)),
        Whom::User(user) => Ok(users::known_payee(conn, user).await?),
        Whom::TopUp(order) => Ok(users::origin(conn, order).await?),
        Whom::Merchant => store::registered_payee(conn, payout.merchant).await,
    }
}
