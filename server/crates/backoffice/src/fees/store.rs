use super::Trade;
use domain::date::BusinessDate;
use domain::fee::MonthVolume;
use domain::product::Product;
use sqlx::PgConnection;

/// Rows over which an owner's month is spread.
const STRIPES: i16 = 16;

pub(super) async fn count(conn: &mut PgConnection, trades: &[Trade]) -> Result<(), sqlx::Error> {
    let (mut owners, mut products, mut days) = (Vec::new(), Vec::new(), Vec::new());
    let (mut stripes, mut amounts) = (Vec::new(), Vec::new());
    for trade in trades {
        let [.., last] = *trade.id.as_bytes();
        for owner in &trade.owners {
            owners.push(owner.as_str());
            products.push(trade.product.name());
            days.push(trade.day.0);
            stripes.push(i16::from(last) % STRIPES);
            amounts.push(trade.amount.minor());
        }
    }
    sqlx::query!(
        "INSERT INTO fee_volumes (owner, product, month, stripe, trades, minor)
         SELECT c.owner, c.product, date_trunc('month', new.day::timestamp)::date, new.stripe,
                count(*), sum(new.minor)
         FROM unnest($1::text[], $2::text[], $3::date[], $4::smallint[], $5::bigint[])
              AS new (owner, product, day, stripe, minor)
         JOIN fee_counted c ON c.owner = new.owner AND c.product = new.product
         GROUP BY c.owner, c.product, date_trunc('month', new.day::timestamp)::date, new.stripe
         ORDER BY c.owner, c.product, date_trunc('month', new.day::timestamp)::date, new.stripe
         ON CONFLICT (owner, product, month, stripe) DO UPDATE SET
            trades = fee_volumes.trades + excluded.trades,
            minor = fee_volumes.minor + excluded.minor",
        &owners as _,
        &products as _,
        &days,
        &stripes,
        &amounts,
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
