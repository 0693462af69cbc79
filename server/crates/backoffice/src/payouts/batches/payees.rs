//! Whom a batch pays: the registered account only, held in the merchant's own name (同名校验), and
//! not before a changed account has cooled (冷静期).

use super::store;
use crate::office::Office;
use crate::payouts::PayoutError;
use crate::payouts::store::Payout;
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
        let (name, since) = store::standing_of_account(conn, payout.merchant).await?;
        if plain(&name) != plain(&payout.payee.name) {
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

/// A name without what banks write differently: spaces and capitals.
fn plain(name: &str) -> String {
    name.chars().filter(|sign| !sign.is_whitespace()).flat_map(char::to_lowercase).collect()
}
