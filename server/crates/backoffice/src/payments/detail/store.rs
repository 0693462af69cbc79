use crate::explain::Inconsistent;
use crate::payments::PaymentError;
use banks::bill::mark;
use domain::date::BusinessDate;
use domain::ids::{FileId, PaymentId};
use domain::money::Money;
use domain::payment::{
    BillLineLink, ErrorItemLink, JournalLink, Payment, PayoutLink, RefundLink, SettlementLink,
};
use domain::routing::RoutingDecision;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) async fn routing(
    conn: &mut PgConnection,
    id: PaymentId,
) -> Result<(RoutingDecision, OffsetDateTime), PaymentError> {
    let row =
        sqlx::query!("SELECT routing, updated_at FROM payments WHERE id = $1", Uuid::from(id))
            .fetch_one(conn)
            .await?;
    let routing = serde_json::from_value(row.routing)
        .map_err(|error| Inconsistent::new("payments", id, error))?;
    Ok((routing, row.updated_at))
}

pub(super) async fn journals(
    conn: &mut PgConnection,
    payment: &Payment,
) -> Result<Vec<JournalLink>, PaymentError> {
    let rows = sqlx::query!(
        r#"SELECT j.id, j.entry_number, j.entry_name, j.accounting_date,
                  COALESCE((SELECT sum(t.amount_minor) FROM ledger_transfers t
                            WHERE t.journal_id = j.id), 0)::bigint AS "amount!"
           FROM ledger_journals j
           WHERE (j.source_kind = 'payment' AND j.source_id = $1)
              OR j.key IN (SELECT l.journal_key FROM settlement_lines l WHERE l.payment_id = $2)
           ORDER BY j.id"#,
        payment.id.to_string(),
        Uuid::from(payment.id),
    )
    .fetch_all(conn)
    .await?;
    let links = rows.into_iter().map(|row| JournalLink {
        id: row.id.into(),
        entry_number: row.entry_number,
        entry_name: row.entry_name,
        accounting_date: BusinessDate(row.accounting_date),
        amount: Money::new(row.amount, payment.amount.currency()),
    });
    Ok(links.collect())
}

/// The rows of the channel's bills that name the payment: in the bill of its clearing date, which
/// is found in its block by the marks of its numbers, and those that are kept by themselves.
pub(super) async fn bill_lines(
    conn: &mut PgConnection,
    payment: &Payment,
) -> Result<Vec<BillLineLink>, PaymentError> {
    let success = payment.success();
    let channel_no = success.map(|success| success.channel_no.as_str());
    let marks = |number: &str| mark(number).to_be_bytes().to_vec();
    let rows = sqlx::query!(
        r#"SELECT r.id AS "id!", r.file_id AS "file_id!", f.name, r.line AS "line!",
                  r.gross_minor AS "gross_minor!", r.currency AS "currency!", f.clearing_date
           FROM (SELECT b.id, b.file_id, b.line, b.gross_minor, b.currency
                 FROM bill_lines b
                 WHERE b.channel = $1 AND b.kind = 'payment'
                   AND (b.order_no = $2 OR (b.order_no = '' AND b.channel_no = $3))
                 UNION
                 SELECT b.id, b.file_id, b.line, b.gross_minor, b.currency
                 FROM source_files f JOIN bill_rows b ON b.file_id = f.id
                 WHERE f.kind = 'bill' AND f.scope = $1 AND f.clearing_date = $4
                   AND f.replaced_at IS NULL
                   AND (position($5::bytea IN b.block_numbers) > 0
                        OR position($6::bytea IN b.block_numbers) > 0)
                   AND b.kind = 'payment'
                   AND (b.order_no = $2 OR (b.order_no = '' AND b.channel_no = $3))) r
           JOIN source_files f ON f.id = r.file_id AND f.replaced_at IS NULL
           ORDER BY f.clearing_date, r.line"#,
        payment.channel,
        payment.number,
        channel_no,
        success.map(|success| success.clearing_date.0),
        marks(&payment.number),
        channel_no.map(marks),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong = |error| Inconsistent::new("bill_lines", row.id, error);
            Ok(BillLineLink {
                id: row.id.into(),
                file: FileId(row.file_id),
                file_name: row.name,
                line: row.line,
                gross: Money::new(row.gross_minor, row.currency.parse().map_err(wrong)?),
                clearing_date: BusinessDate(row.clearing_date),
            })
        })
        .collect()
}

pub(super) async fn refunds(
    conn: &mut PgConnection,
    payment: &Payment,
) -> Result<Vec<RefundLink>, PaymentError> {
    let rows = sqlx::query!(
        "SELECT id, merchant_refund_no, amount_minor, state FROM refunds
         WHERE payment_id = $1 ORDER BY created_at, id",
        Uuid::from(payment.id),
    )
    .fetch_all(conn)
    .await?;
    let links = rows.into_iter().map(|row| RefundLink {
        id: row.id.into(),
        merchant_refund_no: row.merchant_refund_no,
        amount: Money::new(row.amount_minor, payment.amount.currency()),
        state: row.state,
    });
    Ok(links.collect())
}

pub(super) async fn settlement(
    conn: &mut PgConnection,
    payment: &Payment,
) -> Result<Option<SettlementLink>, PaymentError> {
    let row = sqlx::query!(
        "SELECT id, clearing_date, due_date FROM settlements WHERE id = $1",
        payment.settlement.map(Uuid::from),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| SettlementLink {
        id: row.id.into(),
        clearing_date: BusinessDate(row.clearing_date),
        due_date: BusinessDate(row.due_date),
    }))
}

pub(super) async fn payouts(
    conn: &mut PgConnection,
    payment: &Payment,
) -> Result<Vec<PayoutLink>, PaymentError> {
    let rows = sqlx::query!(
        "SELECT id, number, amount_minor, currency, state FROM payouts
         WHERE source = 'settlement' AND source_id = $1 ORDER BY created_at, id",
        payment.settlement.map(Uuid::from),
    )
    .fetch_all(conn)
    .await?;
    let links = rows.into_iter().map(|row| PayoutLink {
        id: row.id.into(),
        number: row.number,
        amount: Money::new(row.amount_minor, payment.amount.currency()),
        state: row.state,
    });
    Ok(links.collect())
}

pub(super) async fn error_items(
    conn: &mut PgConnection,
    payment: &Payment,
) -> Result<Vec<ErrorItemLink>, PaymentError> {
    let rows = sqlx::query!(
        "SELECT id, number, cause, state FROM error_items
         WHERE payment_id = $1 OR order_id = $2 ORDER BY opened_at, id",
        Uuid::from(payment.id),
        Uuid::from(payment.order),
    )
    .fetch_all(conn)
    .await?;
    let links = rows.into_iter().map(|row| ErrorItemLink {
        id: row.id.into(),
        number: row.number,
        cause: row.cause,
        state: row.state,
    });
    Ok(links.collect())
}
