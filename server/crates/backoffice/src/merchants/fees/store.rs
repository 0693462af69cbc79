use crate::fees::{self, AgreedRow, TierRow, card_name};
use crate::merchants::MerchantError;
use domain::date::BusinessDate;
use domain::fee::{FeeRow, FeeSchedule};
use domain::ids::MerchantId;
use domain::money::Money;
use domain::product::{CardType, Product};
use sqlx::PgConnection;
use uuid::Uuid;

/// All schedules, newest first within a product and kind of card.
pub(in crate::merchants) async fn all(
    conn: &mut PgConnection,
    id: MerchantId,
) -> Result<Vec<FeeRow>, MerchantError> {
    let rows = sqlx::query_as!(
        AgreedRow,
        "SELECT product, card_type, valid_from, measure, tier_from, rate_ppm, fixed_minor,
                min_minor, max_minor
         FROM merchant_fees WHERE merchant_id = $1
         ORDER BY product, card_type, valid_from DESC, tier_from",
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    Ok(fees::agreed("merchant_fees", &id.to_string(), rows)?)
}

pub(super) async fn on_day(
    conn: &mut PgConnection,
    id: MerchantId,
    (product, card): (Product, Option<CardType>),
    day: BusinessDate,
) -> Result<Option<FeeSchedule>, MerchantError> {
    let rows = sqlx::query_as!(
        TierRow,
        "SELECT measure, tier_from, rate_ppm, fixed_minor, min_minor, max_minor
         FROM merchant_fees
         WHERE merchant_id = $1 AND product = $2
           AND (card_type, valid_from) = (
                SELECT card_type, valid_from FROM merchant_fees
                WHERE merchant_id = $1 AND product = $2 AND card_type IN ('any', $3)
                  AND valid_from <= $4
                ORDER BY card_type = 'any', valid_from DESC LIMIT 1)
         ORDER BY tier_from",
        Uuid::from(id),
        product.name(),
        card_name(card),
        day.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(fees::schedule("merchant_fees", &id.to_string(), rows)?)
}

/// Sets the schedule that counts from a day on; one set for the same day before is replaced.
pub(in crate::merchants) async fn set(
    conn: &mut PgConnection,
    id: MerchantId,
    (product, card): (Product, Option<CardType>),
    (schedule, valid_from): (&FeeSchedule, BusinessDate),
) -> Result<(), MerchantError> {
    sqlx::query!(
        "DELETE FROM merchant_fees
         WHERE merchant_id = $1 AND product = $2 AND card_type = $3 AND valid_from = $4",
        Uuid::from(id),
        product.name(),
        card_name(card),
        valid_from.0,
    )
    .execute(&mut *conn)
    .await?;
    for tier in schedule.tiers() {
        sqlx::query!(
            "INSERT INTO merchant_fees
                (merchant_id, product, card_type, valid_from, measure, tier_from, rate_ppm,
                 fixed_minor, min_minor, max_minor)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            Uuid::from(id),
            product.name(),
            card_name(card),
            valid_from.0,
            schedule.measure().name(),
            tier.from,
            tier.terms.rate.ppm(),
            tier.terms.fixed.minor(),
            tier.terms.min.minor(),
            tier.terms.max.map(Money::minor),
        )
        .execute(&mut *conn)
        .await?;
    }
    if schedule.is_tiered() {
        fees::begin_counting(conn, &id.to_string(), product).await?;
    }
    Ok(())
}
