use super::ChannelError;
use crate::explain::Inconsistent;
use domain::channel::{BillFormat, ChannelSummary, Rail};
use domain::date::BusinessDate;
use domain::fee::{CostTerms, Rate};
use domain::money::Money;
use domain::routing::Route;
use sqlx::PgConnection;
use time::Time;

struct Row {
    code: String,
    name_en: String,
    name_zh: String,
    rail: String,
    active: bool,
    our_merchant_no: String,
    cut_time: Time,
    bill_format: String,
    cost_fixed_minor: i64,
    cost_ppm: i64,
}

impl TryFrom<Row> for ChannelSummary {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("channels", &row.code, what);
        let rate = Rate::from_ppm(row.cost_ppm).map_err(|_| wrong("cost out of range"))?;
        Ok(Self {
            rail: Rail::named(&row.rail).ok_or_else(|| wrong("unknown rail"))?,
            bill_format: BillFormat::named(&row.bill_format)
                .ok_or_else(|| wrong("unknown bill format"))?,
            cost: CostTerms { rate, fixed: Money::cny(row.cost_fixed_minor) },
            code: row.code,
            name_en: row.name_en,
            name_zh: row.name_zh,
            active: row.active,
            our_merchant_no: row.our_merchant_no,
            cut_time: row.cut_time,
        })
    }
}

pub(super) async fn list(conn: &mut PgConnection) -> Result<Vec<ChannelSummary>, ChannelError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT code, name_en, name_zh, rail, active, our_merchant_no, cut_time, bill_format,
                cost_fixed_minor, cost_ppm
         FROM channels ORDER BY code",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(ChannelSummary::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    code: &str,
) -> Result<Option<ChannelSummary>, ChannelError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT code, name_en, name_zh, rail, active, our_merchant_no, cut_time, bill_format,
                cost_fixed_minor, cost_ppm
         FROM channels WHERE code = $1",
        code,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(ChannelSummary::try_from).transpose()?)
}

pub(super) async fn routes(conn: &mut PgConnection) -> Result<Vec<Route>, ChannelError> {
    let rows = sqlx::query!(
        "SELECT channel, product, method, priority, min_minor, max_minor
         FROM channel_routes ORDER BY product, priority, channel, method",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let product = row
                .product
                .parse()
                .map_err(|error| Inconsistent::new("channel_routes", &row.channel, error))?;
            Ok(Route {
                channel: row.channel,
                product,
                method: row.method,
                priority: row.priority,
                min: Money::cny(row.min_minor),
                max: Money::cny(row.max_minor),
            })
        })
        .collect()
}

pub(super) async fn save(
    conn: &mut PgConnection,
    channel: &ChannelSummary,
) -> Result<(), ChannelError> {
    sqlx::query!(
        "INSERT INTO channels
            (code, name_en, name_zh, rail, active, our_merchant_no, cut_time, bill_format,
             cost_fixed_minor, cost_ppm)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (code) DO UPDATE SET
            name_en = excluded.name_en, name_zh = excluded.name_zh, rail = excluded.rail,
            active = excluded.active, our_merchant_no = excluded.our_merchant_no,
            cut_time = excluded.cut_time, bill_format = excluded.bill_format,
            cost_fixed_minor = excluded.cost_fixed_minor, cost_ppm = excluded.cost_ppm",
        channel.code,
        channel.name_en,
        channel.name_zh,
        channel.rail.name(),
        channel.active,
        channel.our_merchant_no,
        channel.cut_time,
        channel.bill_format.name(),
        channel.cost.fixed.minor(),
        channel.cost.rate.ppm(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn replace_routes(
    conn: &mut PgConnection,
    channel: &str,
    routes: &[Route],
) -> Result<(), ChannelError> {
    sqlx::query!("DELETE FROM channel_routes WHERE channel = $1", channel)
        .execute(&mut *conn)
        .await?;
    for route in routes {
        sqlx::query!(
            "INSERT INTO channel_routes (channel, product, method, priority, min_minor, max_minor)
             VALUES ($1, $2, $3, $4, $5, $6)",
            channel,
            route.product.name(),
            route.method,
            route.priority,
            route.min.minor(),
            route.max.minor(),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

pub(super) async fn lock(conn: &mut PgConnection, code: &str) -> Result<(), ChannelError> {
    sqlx::query!("SELECT code FROM channels WHERE code = $1 FOR UPDATE", code)
        .fetch_optional(conn)
        .await?;
    Ok(())
}

pub(super) async fn validity(
    conn: &mut PgConnection,
    code: &str,
) -> Result<(Option<BusinessDate>, Option<BusinessDate>), ChannelError> {
    let row = sqlx::query!("SELECT valid_from, valid_until FROM channels WHERE code = $1", code)
        .fetch_optional(conn)
        .await?
        .ok_or(ChannelError::NotFound)?;
    Ok((row.valid_from.map(BusinessDate), row.valid_until.map(BusinessDate)))
}

pub(super) async fn set_validity(
    conn: &mut PgConnection,
    code: &str,
    (from, until): (Option<BusinessDate>, Option<BusinessDate>),
) -> Result<(), ChannelError> {
    sqlx::query!(
        "UPDATE channels SET valid_from = $2, valid_until = $3 WHERE code = $1",
        code,
        from.map(|day| day.0),
        until.map(|day| day.0),
    )
    .execute(conn)
    .await?;
    Ok(())
}
