//! Whom a batch pays: the registered account only, held in the merchant's own name (同名校验), that
//! of the payer a refund was approved for, a user's own, or the one a top-up came from, and not
//! before a changed account has cooled (冷静期).

use super::store;
use crate::office::Office;
use crate::payouts::PayoutError;
use crate::payouts::store::Payout;
use crate::refunds;
use crate::reserve::Whom;
use crate::users;
use sqlx::PgConnection;
use time::Duration;

/// How long a changed account is not paid.
pub(super) const COOLING: Duration = Duration::hours(24);

/// Refuses payees that may not be paid now.
///
/// # Errors
/// The first payee that may not, and why.
pub(super) async fn require_payable(
    conn: &mut PgConnection,
    office: &Office,
    payouts: &[Payout],
) -> Result<(), PayoutError> {
    for payout in payouts {
        let (name, since) = match payout.whom() {
            Whom::Refund(refund) => {
                let (payee, since) = refunds::payee(conn, refund).await?;
                (payee.name, since)
            }
            Whom::User(user) => {
                let (_, since) = users::payee(conn, user).await?;
                (users::lock(conn, user).await?.name, since)
            }
            // It goes back to where it came from, whatever was changed since.
            Whom::TopUp(_) => (payout.payee.name.clone(), None),
            Whom::Merchant => {
                let standing = store::standing_of_account(conn, payout.merchant).await?;
                if standing.suspended {
                    return Err(PayoutError::Suspended(payout.merchant_code.clone()));
                }
                (standing.name, standing.account_since)
            }
        };
        if !payout.payee.is_held_by(&name) {
            return Err(PayoutError::OtherName {
                merchant: payout.merchant_code.clone(),
                holder: payout.payee.name.clone(),
            });
        }
        let cooled = since.map(|since| since.saturating_add(COOLING));
        if let Some(cooled) = cooled.filter(|cooled| *cooled > office.now()) {
            let until = office.settings.zone.show(cooled);
            return Err(PayoutError::Cooling { merchant: payout.merchant_code.clone(), until });
        }
    }
    Ok(())
}

/// Whether the merchant it would pay is suspended (冻结). A refund goes to the payer, and a
/// user's money to the user, all the same.
pub(super) async fn is_suspended(
    conn: &mut PgConnection,
    payout: &Payout,
) -> Result<bool, PayoutError> {
    if payout.whom() != Whom::Merchant {
        return Ok(false);
    }
    Ok(store::standing_of_account(conn, payout.merchant).await?.suspended)
}
