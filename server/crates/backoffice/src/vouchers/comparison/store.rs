use super::added;
use crate::vouchers::VoucherError;
use domain::date::Month;
use domain::ids::StaffId;
use domain::money::Money;
use domain::voucher::{ErpBalanceFile, PeriodBalance};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A trial balance to be kept.
pub(super) struct NewBalance<'a> {
    pub id: Uuid,
    pub period: Month,
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub sha256: &'a str,
}

/// Says whether it is new.
pub(super) async fn insert(
    conn: &mut PgConnection,
    file: &NewBalance<'_>,
    (by, at): (StaffId, OffsetDateTime),
) -> Result<bool, VoucherError> {
    let inserted = sqlx::query!(
        r#"INSERT INTO voucher_erp_balances
             (id, period, name, bytes, sha256, uploaded_at, uploaded_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT ON CONSTRAINT voucher_erp_balances_once DO NOTHING"#,
        file.id,
        file.period.to_string(),
        file.name,
        file.bytes,
        file.sha256,
        at,
        by.0
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub(super) async fn insert_lines(
    conn: &mut PgConnection,
    id: Uuid,
    accounts: &BTreeMap<String, PeriodBalance>,
) -> Result<(), VoucherError> {
    let codes: Vec<String> = accounts.keys().cloned().collect();
    let amounts = |of: fn(&PeriodBalance) -> Money| -> Vec<i64> {
        accounts.values().map(|balance| of(balance).minor()).collect()
    };
    sqlx::query!(
        r#"INSERT INTO voucher_erp_balance_lines
             (balance_id, u8_code, debit_minor, credit_minor, closing_minor)
           SELECT $1, code, debits, credits, closing
           FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
             AS new (code, debits, credits, closing)"#,
        id,
        &codes,
        &amounts(|balance| balance.debits),
        &amounts(|balance| balance.credits),
        &amounts(|balance| balance.closing)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The trial balance of a month that counts.
pub(super) async fn latest(
    conn: &mut PgConnection,
    period: Month,
) -> Result<Option<(Uuid, ErpBalanceFile)>, VoucherError> {
    let row = sqlx::query!(
        r#"SELECT b.id, b.name, b.sha256, b.uploaded_at, s.name AS uploaded_by,
                  (SELECT count(*) FROM voucher_erp_balance_lines l WHERE l.balance_id = b.id)
                      AS "accounts!"
           FROM voucher_erp_balances b JOIN staff s ON s.id = b.uploaded_by
           WHERE b.period = $1 ORDER BY b.uploaded_at DESC, b.id DESC LIMIT 1"#,
        period.to_string()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let file = ErpBalanceFile {
            name: row.name,
            sha256: row.sha256,
            accounts: row.accounts,
            uploaded_at: row.uploaded_at,
            uploaded_by: row.uploaded_by,
        };
        (row.id, file)
    }))
}

pub(super) async fn lines(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<BTreeMap<String, PeriodBalance>, VoucherError> {
    let rows = sqlx::query!(
        "SELECT u8_code, debit_minor, credit_minor, closing_minor
         FROM voucher_erp_balance_lines WHERE balance_id = $1",
        id
    )
    .fetch_all(conn)
    .await?;
    let balance = |debits, credits, closing| PeriodBalance {
        debits: Money::cny(debits),
        credits: Money::cny(credits),
        closing: Money::cny(closing),
    };
    Ok(rows
        .into_iter()
        .map(|row| (row.u8_code, balance(row.debit_minor, row.credit_minor, row.closing_minor)))
        .collect())
}

/// What the general ledger has acknowledged up to the end of a month, by its codes. Vouchers it
/// took and that were cancelled count with their red ones.
pub(super) async fn acknowledged(
    conn: &mut PgConnection,
    period: Month,
) -> Result<BTreeMap<String, PeriodBalance>, VoucherError> {
    let (first, last) = (period.first().0, period.last().0);
    let rows = sqlx::query!(
        r#"SELECT l.u8_code,
                  coalesce(sum(l.amount_minor) FILTER (WHERE l.side = 'debit'
                      AND v.accounting_date >= $1), 0)::text AS "debits!",
                  coalesce(sum(l.amount_minor) FILTER (WHERE l.side = 'credit'
                      AND v.accounting_date >= $1), 0)::text AS "credits!",
                  sum(CASE l.side WHEN 'debit' THEN l.amount_minor ELSE -l.amount_minor END)::text
                      AS "closing!"
           FROM vouchers v JOIN voucher_lines l ON l.voucher_id = v.id
           WHERE v.accounting_date <= $2 AND v.state IN ('acknowledged', 'reversed')
           GROUP BY l.u8_code"#,
        first,
        last
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let balance = PeriodBalance {
                debits: added(&row.debits, period)?,
                credits: added(&row.credits, period)?,
                closing: added(&row.closing, period)?,
            };
            Ok((row.u8_code, balance))
        })
        .collect()
}

/// Closed days of a month without vouchers, and vouchers that are not acknowledged.
pub(super) async fn open_work(
    conn: &mut PgConnection,
    period: Month,
) -> Result<(i64, i64), VoucherError> {
    let row = sqlx::query!(
        r#"SELECT
             (SELECT count(*) FROM ledger_days d
              WHERE d.accounting_date BETWEEN $1 AND $2 AND d.state = 'closed'
                AND NOT EXISTS (SELECT FROM voucher_days v
                                WHERE v.accounting_date = d.accounting_date)) AS "days!",
             (SELECT count(*) FROM vouchers v
              WHERE v.accounting_date BETWEEN $1 AND $2
                AND v.state IN ('drafted', 'balanced', 'exported', 'rejected')) AS "vouchers!""#,
        period.first().0,
        period.last().0
    )
    .fetch_one(conn)
    .await?;
    Ok((row.days, row.vouchers))
}
