use crate::channels::ChannelError;
use crate::fees::{self, AgreedRow, TierRow, card_name};
use domain::date::BusinessDate;
use domain::fee::{FeeRow, FeeSchedule};
use domain::money::Money;
use domain::product::{CardType, Product};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// All schedules, newest first within a product and kind of card.
pub(in crate::channels) async fn all(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<Vec<FeeRow>, ChannelError> {
    let rows = sqlx::query_as!(
        AgreedRow,
        "SELECT product, card_type, valid_from, measure, tier_from, rate_ppm, fixed_minor,
                min_minor, max_minor
         FROM channel_costs WHERE channel = $1
         ORDER BY product, card_type, valid_from DESC, tier_from",
        channel,
    )
    .fetch_all(conn)
    .await?;
    Ok(fees::agreed("channel_costs", channel, rows)?)
}

/// By channel, the schedule that counts for a product on a day.
pub(in crate::channels) async fn on_day(
    conn: &mut PgConnection,
    (product, card): (Product, Option<CardType>),
    day: BusinessDate,
) -> Result<BTreeMap<String, FeeSchedule>, ChannelError> {
    let rows = sqlx::query!(
        "SELECT t.channel, t.measure, t.tier_from, t.rate_ppm, t.fixed_minor, t.min_minor,
                t.max_minor
         FROM channel_costs t
         JOIN (SELECT DISTINCT ON (channel) channel, card_type, valid_from FROM channel_costs
               WHERE product = $1 AND card_type IN ('any', $2) AND valid_from <= $3
               ORDER BY channel, card_type = 'any', valid_from DESC) best
           USING (channel, card_type, valid_from)
         WHERE t.product = $1 ORDER BY t.channel, t.tier_from",
        product.name(),
        card_name(card),
        day.0,
    )
    .fetch_all(conn)
    .await?;
    let mut tiers: BTreeMap<String, Vec<TierRow>> = BTreeMap::new();
    for row in rows {
        tiers.entry(row.channel).or_default().push(TierRow {
            measure: row.measure,
            tier_from: row.tier_from,
            rate_ppm: row.rate_ppm,
            fixed_minor: row.fixed_minor,
            min_minor: row.min_minor,
            max_minor: row.max_minor,
        });
    }
    let mut schedules = BTreeMap::new();
    for (channel, rows) in tiers {
        if let Some(schedule) = fees::schedule("channel_costs", &channel, rows)? {
            schedules.insert(channel, schedule);
        }
    }
    Ok(schedules)
}

/// Sets the schedule that counts from a day on; one set for the same day before is replaced.
pub(in crate::channels) async fn set(
    conn: &mut PgConnection,
    channel: &str,
    (product, card): (Product, Option<CardType>),
    (schedule, valid_from): (&FeeSchedule, BusinessDate),
) -> Result<(), ChannelError> {
    sqlx::query!(
        "DELETE FROM channel_costs
         WHERE channel = $1 AND product = $2 AND card_type = $3 AND valid_from = $4",
        channel,
        product.name(),
        card_name(card),
        valid_from.0,
    )
    .execute(&mut *conn)
    .await?;
    for tier in schedule.tiers() {
        sqlx::query!(
            "INSERT INTO channel_costs
                (channel, product, card_type, valid_from, measure, tier_from, rate_ppm,
                 fixed_minor, min_minor, max_minor)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            channel,
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
        fees::begin_counting(conn, channel, product).await?;
    }
    Ok(())
}
