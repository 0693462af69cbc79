use super::super::sides::{Record, fee, our_standing};
use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use crate::reconciliation::files::{bill_direction, bill_standing};
use domain::date::BusinessDate;
use domain::error_item::{Links, RecordView};
use domain::ids::FileId;
use domain::matching::{Direction, Standing};
use domain::money::{Currency, Money};
use sqlx::PgConnection;
use uuid::Uuid;

fn currency(table: &'static str, id: Uuid, code: &str) -> Result<Currency, Inconsistent> {
    code.parse().map_err(|e| Inconsistent::new(table, id, e))
}

/// Payments of the channel's clearing date, and all that the bill names.
pub(super) async fn payments(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    bill: FileId,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT p.id, p.order_id, p.merchant_id, p.amount_minor, p.currency, p.state, p.number,
                p.channel_no, p.event_time, p.clearing_date, p.cost_minor
         FROM payments p
         WHERE p.id IN (
            SELECT id FROM payments WHERE channel = $1 AND clearing_date = $2
            UNION
            SELECT n.id FROM bill_lines b
            JOIN payments n ON n.number = b.order_no AND n.channel = $1
            WHERE b.file_id = $3 AND b.kind = 'payment' AND b.order_no <> ''
            UNION
            SELECT c.id FROM bill_lines b
            JOIN payments c ON c.channel_no = b.channel_no AND c.channel = $1
            WHERE b.file_id = $3 AND b.kind = 'payment' AND b.order_no = '')
         ORDER BY p.id",
        channel,
        day.0,
        Uuid::from(bill),
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = currency("payments", row.id, &row.currency)?;
        let standing = our_standing(&row.state);
        let clearing_date = row.clearing_date.map(BusinessDate);
        records.push(Record {
            key: row.number.clone(),
            direction: Direction::In,
            elsewhere: standing == Standing::Success && clearing_date != Some(day),
            position: 0,
            links: Links {
                merchant: Some(row.merchant_id.into()),
                order: Some(row.order_id.into()),
                payment: Some(row.id.into()),
                ..Links::default()
            },
            view: RecordView {
                number: row.number,
                channel_no: row.channel_no.unwrap_or_default(),
                amount: Money::new(row.amount_minor, currency),
                fee: Some(Money::new(row.cost_minor, currency)),
                standing,
                status: row.state,
                event_time: row.event_time,
                clearing_date,
                place: "payments".to_owned(),
            },
        });
    }
    Ok(records)
}

/// Refunds of the channel's clearing date, and all that the bill names. What a channel gives back
/// of its fee is its own affair until the bill says it: our side knows no fee of a refund.
pub(super) async fn refunds(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    bill: FileId,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT r.id, r.payment_id, p.order_id, r.merchant_id, r.amount_minor, r.currency, r.state,
                r.number, r.channel_no, r.event_time, r.clearing_date
         FROM refunds r JOIN payments p ON p.id = r.payment_id
         WHERE r.id IN (
            SELECT id FROM refunds WHERE channel = $1 AND clearing_date = $2
            UNION
            SELECT n.id FROM bill_lines b
            JOIN refunds n ON n.number = b.refund_no AND n.channel = $1
            WHERE b.file_id = $3 AND b.kind = 'refund' AND b.refund_no <> ''
            UNION
            SELECT c.id FROM bill_lines b
            JOIN refunds c ON c.channel_no = b.channel_no AND c.channel = $1
            WHERE b.file_id = $3 AND b.kind = 'refund' AND COALESCE(b.refund_no, '') = '')
         ORDER BY r.id",
        channel,
        day.0,
        Uuid::from(bill),
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = currency("refunds", row.id, &row.currency)?;
        let standing = our_standing(&row.state);
        let clearing_date = row.clearing_date.map(BusinessDate);
        records.push(Record {
            key: row.number.clone(),
            direction: Direction::Out,
            elsewhere: standing == Standing::Success && clearing_date != Some(day),
            position: 0,
            links: Links {
                merchant: Some(row.merchant_id.into()),
                order: Some(row.order_id.into()),
                payment: Some(row.payment_id.into()),
                refund: Some(row.id.into()),
                ..Links::default()
            },
            view: RecordView {
                number: row.number,
                channel_no: row.channel_no.unwrap_or_default(),
                amount: Money::new(row.amount_minor, currency),
                fee: None,
                standing,
                status: row.state,
                event_time: row.event_time,
                clearing_date,
                place: "refunds".to_owned(),
            },
        });
    }
    Ok(records)
}

/// The rows of a bill.
pub(super) async fn bill(
    conn: &mut PgConnection,
    file: FileId,
    name: &str,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT id, line, clearing_date, kind, channel_no, order_no, refund_no, gross_minor,
                currency, fee_e5, status, event_time
         FROM bill_lines WHERE file_id = $1 ORDER BY line",
        Uuid::from(file),
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Inconsistent::new("bill_lines", row.id, what);
        let amount = Money::new(row.gross_minor, currency("bill_lines", row.id, &row.currency)?);
        let direction = bill_direction(&row.kind).ok_or_else(|| wrong("kind"))?;
        let number = match direction {
            Direction::In => row.order_no,
            Direction::Out => row.refund_no.unwrap_or_default(),
        };
        records.push(Record {
            key: number.clone(),
            direction,
            elsewhere: false,
            position: u32::try_from(row.line).unwrap_or(u32::MAX),
            links: Links { bill_line: Some(row.id.into()), ..Links::default() },
            view: RecordView {
                number,
                channel_no: row.channel_no,
                amount,
                fee: Some(fee(row.fee_e5, amount)),
                standing: bill_standing(&row.status).ok_or_else(|| wrong("status"))?,
                status: row.status,
                event_time: row.event_time,
                clearing_date: Some(BusinessDate(row.clearing_date)),
                place: format!("{name}, line {}", row.line),
            },
        });
    }
    Ok(records)
}
