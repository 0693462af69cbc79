use crate::refunds::RefundError;
use domain::date::BusinessDate;
use domain::ids::{OrderId, PaymentId, RefundId, StaffId};
use domain::payout::Payee;
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// The latest refund of a payment that its channel refused: the merchant's number, and why.
pub(super) async fn refused(
    conn: &mut PgConnection,
    payment: PaymentId,
) -> Result<Option<(String, String)>, RefundError> {
    let row = sqlx::query!(
        r#"SELECT merchant_refund_no, failure AS "failure!" FROM refunds
           WHERE payment_id = $1 AND route = 'original' AND state = 'failed'
           ORDER BY created_at DESC, id DESC LIMIT 1"#,
        Uuid::from(payment),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.merchant_refund_no, row.failure)))
}

/// Whether a channel is used on a day.
pub(super) async fn in_use(
    conn: &mut PgConnection,
    channel: &str,
    day: BusinessDate,
) -> Result<bool, RefundError> {
    let used = sqlx::query_scalar!(
        r#"SELECT active AND (valid_until IS NULL OR valid_until >= $2) AS "used!"
           FROM channels WHERE code = $1"#,
        channel,
        day.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(used.unwrap_or(false))
}

/// What the cashier told of the payer of an order, for the checker to compare.
pub(super) async fn payer(
    conn: &mut PgConnection,
    order: OrderId,
) -> Result<Option<Value>, RefundError> {
    let row = sqlx::query!(
        "SELECT reference, holder, bank FROM order_payers WHERE order_id = $1",
        Uuid::from(order),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| json!({ "reference": row.reference, "holder": row.holder, "bank": row.bank })))
}

pub(super) async fn insert_payee(
    conn: &mut PgConnection,
    (refund, staff): (RefundId, StaffId),
    payee: &Payee,
    at: OffsetDateTime,
) -> Result<(), RefundError> {
    sqlx::query!(
        "INSERT INTO refund_payees (refund_id, name, bank, account, given_by, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        Uuid::from(refund),
        payee.name,
        payee.bank,
        payee.account,
        Uuid::from(staff),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The account that counts now, and since when, if it is not the first one.
pub(super) async fn payee(
    conn: &mut PgConnection,
    refund: RefundId,
) -> Result<Option<(Payee, Option<OffsetDateTime>)>, RefundError> {
    let row = sqlx::query!(
        r#"SELECT name, bank, account, at, count(*) OVER () > 1 AS "corrected!"
           FROM refund_payees WHERE refund_id = $1 ORDER BY id DESC LIMIT 1"#,
        Uuid::from(refund),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let payee = Payee { account: row.account, name: row.name, bank: row.bank };
        (payee, row.corrected.then_some(row.at))
    }))
}
