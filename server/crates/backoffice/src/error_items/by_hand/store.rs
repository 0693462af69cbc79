use domain::error_item::Links;
use domain::ids::{ErrorItemId, StaffId};
use sqlx::PgConnection;
use uuid::Uuid;

pub(super) async fn has_channel(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM channels WHERE code = $1) AS "there!""#,
        channel
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn opened_by(
    conn: &mut PgConnection,
    id: ErrorItemId,
    by: StaffId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE error_items SET opened_by = $2 WHERE id = $1",
        Uuid::from(id),
        Uuid::from(by),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What has a number: at most two, to tell one from several.
pub(super) async fn related(
    conn: &mut PgConnection,
    number: &str,
) -> Result<Vec<Links>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT merchant_id, order_id AS "order?", payment_id AS "payment?",
                  refund_id AS "refund?", payout_id AS "payout?"
           FROM (SELECT merchant_id, order_id, id AS payment_id, NULL::uuid AS refund_id,
                        NULL::uuid AS payout_id FROM payments WHERE number = $1
                 UNION ALL
                 SELECT p.merchant_id, p.order_id, p.id, r.id, NULL
                 FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.number = $1
                 UNION ALL
                 SELECT merchant_id, NULL, NULL, NULL, id FROM payouts WHERE number = $1
                 UNION ALL
                 SELECT o.merchant_id, o.id, p.id, NULL, NULL
                 FROM orders o LEFT JOIN payments p ON p.order_id = o.id
                 WHERE o.merchant_order_no = $1) found
           LIMIT 2"#,
        number,
    )
    .fetch_all(conn)
    .await?;
    let links = rows.into_iter().map(|row| Links {
        merchant: row.merchant_id.map(Into::into),
        order: row.order.map(Into::into),
        payment: row.payment.map(Into::into),
        refund: row.refund.map(Into::into),
        payout: row.payout.map(Into::into),
        bill_line: None,
        statement_line: None,
    });
    Ok(links.collect())
}
