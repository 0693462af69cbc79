use crate::explain::Inconsistent;
use crate::vouchers::VoucherError;
use domain::date::{BusinessDate, Month};
use domain::fee::Rate;
use domain::ids::ApprovalId;
use domain::voucher::{Dimension, Mapping};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// How an account of ours is mapped, kept from changing until the transaction ends.
pub(super) async fn mapping(
    conn: &mut PgConnection,
    code: &str,
) -> Result<Option<Mapping>, VoucherError> {
    let row = sqlx::query!(
        r#"SELECT code, u8_code, dimension, department, project
           FROM voucher_accounts WHERE code = $1 FOR UPDATE"#,
        code
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let dimension = Dimension::named(&row.dimension)
        .ok_or_else(|| Inconsistent::new("voucher_accounts", &row.code, "unknown dimension"))?;
    Ok(Some(Mapping {
        code: row.code,
        u8_code: row.u8_code,
        dimension,
        department: row.department,
        project: row.project,
    }))
}

pub(super) async fn set_mapping(
    conn: &mut PgConnection,
    mapping: &Mapping,
) -> Result<(), VoucherError> {
    sqlx::query!(
        r#"UPDATE voucher_accounts
           SET u8_code = $2, dimension = $3, department = $4, project = $5 WHERE code = $1"#,
        mapping.code,
        mapping.u8_code,
        mapping.dimension.name(),
        mapping.department,
        mapping.project
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn vat_rates(
    conn: &mut PgConnection,
) -> Result<Vec<(BusinessDate, Rate)>, VoucherError> {
    let rows =
        sqlx::query!("SELECT valid_from, rate_ppm FROM voucher_vat ORDER BY valid_from DESC")
            .fetch_all(conn)
            .await?;
    rows.into_iter()
        .map(|row| {
            let day = BusinessDate(row.valid_from);
            let rate = Rate::from_ppm(row.rate_ppm);
            Ok((day, rate.map_err(|error| Inconsistent::new("voucher_vat", day, error))?))
        })
        .collect()
}

/// The rate of a day.
pub(super) async fn vat_on(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Option<Rate>, VoucherError> {
    let rates = vat_rates(conn).await?;
    Ok(rates.into_iter().find(|(from, _)| *from <= day).map(|(_, rate)| rate))
}

pub(super) async fn set_vat(
    conn: &mut PgConnection,
    valid_from: BusinessDate,
    rate: Rate,
) -> Result<(), VoucherError> {
    sqlx::query!(
        r#"INSERT INTO voucher_vat (valid_from, rate_ppm) VALUES ($1, $2)
           ON CONFLICT (valid_from) DO UPDATE SET rate_ppm = $2"#,
        valid_from.0,
        rate.ppm()
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn is_closed(
    conn: &mut PgConnection,
    period: Month,
) -> Result<bool, VoucherError> {
    let closed = sqlx::query_scalar!(
        "SELECT closed FROM voucher_period_events WHERE period = $1 ORDER BY id DESC LIMIT 1",
        period.to_string()
    )
    .fetch_optional(conn)
    .await?;
    Ok(closed.unwrap_or(false))
}

pub(super) async fn closed(conn: &mut PgConnection) -> Result<Vec<Month>, VoucherError> {
    let periods = sqlx::query_scalar!(
        r#"SELECT period FROM
             (SELECT DISTINCT ON (period) period, closed
              FROM voucher_period_events ORDER BY period, id DESC) last
           WHERE closed ORDER BY period DESC"#
    )
    .fetch_all(conn)
    .await?;
    periods
        .into_iter()
        .map(|period| {
            let parsed = period.parse();
            let known = parsed
                .map_err(|error| Inconsistent::new("voucher_period_events", &period, error))?;
            Ok(known)
        })
        .collect()
}

pub(super) async fn set_closed(
    conn: &mut PgConnection,
    (period, closed): (Month, bool),
    (approval, at): (ApprovalId, OffsetDateTime),
) -> Result<(), VoucherError> {
    sqlx::query!(
        r#"INSERT INTO voucher_period_events (period, closed, at, approval_id)
           VALUES ($1, $2, $3, $4)"#,
        period.to_string(),
        closed,
        at,
        approval.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The next free number of a day.
pub(super) async fn next_number(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<i32, VoucherError> {
    let next = sqlx::query_scalar!(
        r#"SELECT coalesce(max(number), 0) + 1 AS "next!" FROM vouchers
           WHERE accounting_date = $1"#,
        day.0
    )
    .fetch_one(conn)
    .await?;
    Ok(next)
}
