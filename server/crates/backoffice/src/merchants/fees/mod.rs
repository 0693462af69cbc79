//! What merchants pay: their schedules, by product, kind of card and day.

mod store;

pub(super) use store::{all, set};

use super::MerchantError;
use crate::fees;
use domain::date::BusinessDate;
use domain::fee::{FeeSchedule, MonthVolume};
use domain::ids::MerchantId;
use domain::money::Money;
use domain::product::{CardType, Product};
use sqlx::PgConnection;

/// The schedule that counts for a product on a day, if any was agreed: that for the card before
/// that for any card, then the latest.
///
/// # Errors
/// The database failed.
pub async fn fee_schedule(
    conn: &mut PgConnection,
    merchant: MerchantId,
    (product, card): (Product, Option<CardType>),
    day: BusinessDate,
) -> Result<Option<FeeSchedule>, MerchantError> {
    store::on_day(conn, merchant, (product, card), day).await
}

/// The fee of a trade on a schedule, with what the month has brought so far.
///
/// # Errors
/// Another currency, out of range, or the database failed.
pub async fn fee_on(
    conn: &mut PgConnection,
    merchant: MerchantId,
    (product, schedule): (Product, &FeeSchedule),
    (amount, day): (Money, BusinessDate),
) -> Result<Money, MerchantError> {
    let month = month(conn, merchant, (product, schedule), day).await?;
    Ok(schedule.fee_on(amount, month).map_err(domain::fee::FeeError::from)?)
}

/// What the month has brought the merchant so far.
pub(super) async fn month(
    conn: &mut PgConnection,
    merchant: MerchantId,
    (product, schedule): (Product, &FeeSchedule),
    day: BusinessDate,
) -> Result<MonthVolume, MerchantError> {
    Ok(fees::month(conn, &merchant.to_string(), (product, schedule), day).await?)
}
