use super::Trade;
use domain::date::BusinessDate;
use domain::fee::MonthVolume;
use domain::product::Product;
use sqlx::PgConnection;

/// Rows over which an owner's month is spread.
const STRIPES: i16 = 16;

pub(super) async fn count(conn: &mut PgConnection, trade: &Trade<'_>) -> Result<(), sqlx::Error> {
    let [.., last] = *trade.id.as_bytes();
    let stripe = i16::from(last) % STRIPES;
    sqlx::query!(
        "INSERT INTO fee_volumes (owner, product, month, stripe, trades, minor)
         SELECT c.owner, c.product, date_trunc('month', $3::date::timestamp)::date, $4, 1, $5
         FROM fee_counted c WHERE c.owner = ANY($1) AND c.product = $2
         ORDER BY c.owner
         ON CONFLICT (owner, product, month, stripe) DO UPDATE SET
            trades = fee_volumes.trades + 1, minor = fee_volumes.minor + excluded.minor",
        trade.owners,
        trade.product.name(),
        trade.day.0,
        stripe,
        trade.amount.minor(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn begin_counting(
    conn: &mut PgConnection,
    owner: &str,
    product: Product,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO fee_counted (owner, product) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        owner,
        product.name(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn month(
    conn: &mut PgConnection,
    owner: &str,
    product: Product,
    day: BusinessDate,
) -> Result<MonthVolume, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT COALESCE(sum(trades), 0)::bigint AS "trades!",
                  COALESCE(sum(minor), 0)::bigint AS "minor!"
           FROM fee_volumes
           WHERE owner = $1 AND product = $2
             AND month = date_trunc('month', $3::date::timestamp)::date"#,
        owner,
        product.name(),
        day.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(MonthVolume { minor: row.minor, trades: row.trades })
}
