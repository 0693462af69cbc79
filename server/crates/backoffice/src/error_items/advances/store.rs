use super::super::ErrorItemError;
use crate::explain::Inconsistent;
use domain::error_item::{Advance, Cause};
use domain::ids::PaymentId;
use domain::money::Money;
use sqlx::PgConnection;
use uuid::Uuid;

pub(super) async fn list(
    conn: &mut PgConnection,
    open_only: bool,
    limit: i64,
) -> Result<Vec<Advance>, ErrorItemError> {
    let rows = sqlx::query!(
        r#"SELECT * FROM (
               SELECT a.payment_id, a.settlement_id, a.amount_minor, a.advanced_at, p.number,
                      p.currency, p.channel, m.name AS merchant, i.id AS "item?",
                      i.number AS "item_number?", i.cause AS "cause?",
                      EXISTS (SELECT 1 FROM expected_records e
                              WHERE e.payment_id = a.payment_id AND e.state = 'waiting')
                          AS "waits!"
               FROM settlement_advances a
               JOIN payments p ON p.id = a.payment_id
               JOIN merchants m ON m.id = p.merchant_id
               LEFT JOIN LATERAL
                   (SELECT id, number, cause FROM error_items
                    WHERE payment_id = a.payment_id AND state NOT IN
                        ('executed', 'verified', 'closed', 'auto_resolved')
                    ORDER BY opened_at LIMIT 1) i ON true) found
           WHERE NOT $1 OR "item?" IS NOT NULL OR "waits!"
           ORDER BY CASE WHEN $1 THEN advanced_at END, advanced_at DESC, payment_id LIMIT $2"#,
        open_only,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let wrong = |what: &str| Inconsistent::new("settlement_advances", row.payment_id, what);
        let currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        let cause = row.cause.as_deref().and_then(Cause::named);
        let item = row.item.zip(row.item_number).zip(cause);
        Ok(Advance {
            payment: row.payment_id.into(),
            number: row.number,
            merchant: row.merchant,
            channel: row.channel,
            amount: Money::new(row.amount_minor, currency),
            settlement: row.settlement_id.into(),
            at: row.advanced_at,
            item: item.map(|((id, number), cause)| (id.into(), number, cause)),
            waits: row.waits,
        })
    });
    rows.collect()
}

/// Whether a payment was settled although it is known not to match.
pub(in crate::error_items) async fn is_advanced(
    conn: &mut PgConnection,
    payment: PaymentId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM settlement_advances WHERE payment_id = $1) AS "is!""#,
        Uuid::from(payment),
    )
    .fetch_one(conn)
    .await
}
