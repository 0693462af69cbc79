use super::super::ErrorItemError;
use crate::explain::Inconsistent;
use domain::ids::{MerchantId, PayoutId};
use domain::money::Money;
use sqlx::PgConnection;

/// What is said against.
pub(super) struct Payout {
    pub id: PayoutId,
    pub merchant: MerchantId,
    pub amount: Money,
    pub state: String,
    pub bank_ref: Option<String>,
}

pub(super) async fn numbered(
    conn: &mut PgConnection,
    number: &str,
) -> Result<Option<Payout>, ErrorItemError> {
    let row = sqlx::query!(
        "SELECT id, merchant_id, amount_minor, currency, state, bank_ref FROM payouts
         WHERE number = $1",
        number,
    )
    .fetch_optional(conn)
    .await?;
    let payout = row.map(|row| {
        let wrong = |_| Inconsistent::new("payouts", row.id, "currency");
        Ok::<_, Inconsistent>(Payout {
            id: row.id.into(),
            merchant: row.merchant_id.into(),
            amount: Money::new(row.amount_minor, row.currency.parse().map_err(wrong)?),
            state: row.state,
            bank_ref: row.bank_ref,
        })
    });
    Ok(payout.transpose()?)
}
