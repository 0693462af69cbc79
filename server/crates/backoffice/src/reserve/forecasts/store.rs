use crate::explain::Inconsistent;
use crate::reserve::ReserveError;
use domain::date::BusinessDate;
use domain::money::Money;
use sqlx::PgConnection;

/// What channels owe, by clearing date.
pub(super) async fn owed_by_channels(
    conn: &mut PgConnection,
) -> Result<Vec<(String, BusinessDate, Money)>, ReserveError> {
    let rows = sqlx::query!(
        r#"SELECT a.owner, COALESCE(j.clearing_date, j.accounting_date) AS "day!",
                  sum(CASE e.side WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END)::bigint
                      AS "minor!"
           FROM ledger_accounts a
           JOIN ledger_entries e ON e.account_id = a.id
           JOIN ledger_journals j ON j.id = e.journal_id
           WHERE a.code = '1122.01' AND a.currency = 'CNY'
           GROUP BY 1, 2
           HAVING sum(CASE e.side WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END) <> 0
           ORDER BY 2, 1"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.owner, BusinessDate(row.day), Money::cny(row.minor)))
        .collect())
}

/// Payouts on their way, and payouts drafted or waiting for a second person.
pub(super) async fn payouts(conn: &mut PgConnection) -> Result<(Money, Money), ReserveError> {
    let row = sqlx::query!(
        r#"SELECT COALESCE(sum(amount_minor) FILTER (
                      WHERE state NOT IN ('drafted', 'submitted')), 0)::bigint AS "sent!",
                  COALESCE(sum(amount_minor) FILTER (
                      WHERE state IN ('drafted', 'submitted')), 0)::bigint AS "drafted!"
           FROM payouts WHERE state NOT IN ('paid', 'rejected', 'returned')"#,
    )
    .fetch_one(conn)
    .await?;
    Ok((Money::cny(row.sent), Money::cny(row.drafted)))
}

/// Documents approved that take money out of the reserve.
pub(super) async fn documents(conn: &mut PgConnection) -> Result<Money, ReserveError> {
    let minor = sqlx::query_scalar!(
        r#"SELECT COALESCE(sum(amount_minor), 0)::bigint AS "minor!" FROM reserve_documents
           WHERE state = 'approved' AND leaves <> 'own_funds' AND reaches = 'own_funds'"#,
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::cny(minor))
}

/// What is to be settled, by clearing date and the merchants' cycle, net of fees and refunds.
pub(super) async fn unsettled(
    conn: &mut PgConnection,
) -> Result<Vec<(BusinessDate, u16, Money)>, ReserveError> {
    let rows = sqlx::query!(
        r#"SELECT p.clearing_date AS "day!", m.settlement_cycle_days,
                  (sum(p.amount_minor - p.fee_minor) - COALESCE(sum(r.minor), 0))::bigint
                      AS "minor!"
           FROM payments p
           JOIN merchants m ON m.id = p.merchant_id
           LEFT JOIN (SELECT payment_id, sum(amount_minor) AS minor FROM refunds
                      WHERE taken_from = '2241.02' GROUP BY payment_id) r ON r.payment_id = p.id
           WHERE p.state = 'succeeded' AND p.settlement_id IS NULL AND p.clearing_date IS NOT NULL
             AND p.top_up IS NULL
           GROUP BY 1, 2 ORDER BY 1, 2"#,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let cycle = u16::try_from(row.settlement_cycle_days)
                .map_err(|error| Inconsistent::new("merchants", row.day, error))?;
            Ok((BusinessDate(row.day), cycle, Money::cny(row.minor)))
        })
        .collect()
}
