use super::super::sides::{Record, our_standing};
use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use crate::reconciliation::files::order_standing;
use domain::date::BusinessDate;
use domain::error_item::{Links, RecordView};
use domain::ids::{FileId, MerchantId};
use domain::matching::{Direction, Standing};
use domain::money::Money;
use domain::order::OrderStatus;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

struct OrderRow {
    id: Uuid,
    merchant_id: Uuid,
    merchant_order_no: String,
    amount_minor: i64,
    currency: String,
    state: String,
    business_date: Date,
    paid_at: Option<OffsetDateTime>,
}

impl OrderRow {
    fn record(self, key: String, day: Option<BusinessDate>) -> Result<Record, Inconsistent> {
        let currency =
            self.currency.parse().map_err(|e| Inconsistent::new("orders", self.id, e))?;
        let standing = our_standing(&self.state);
        let date = BusinessDate(self.business_date);
        Ok(Record {
            key,
            direction: Direction::In,
            elsewhere: standing == Standing::Success && day.is_some_and(|day| day != date),
            position: 0,
            links: Links {
                merchant: Some(self.merchant_id.into()),
                order: Some(self.id.into()),
                ..Links::default()
            },
            view: RecordView {
                number: self.merchant_order_no,
                channel_no: String::new(),
                amount: Money::new(self.amount_minor, currency),
                fee: None,
                standing,
                status: self.state,
                event_time: self.paid_at,
                clearing_date: Some(date),
                place: "orders".to_owned(),
            },
        })
    }
}

/// Orders of a day, and those whose payments are booked on it.
pub(super) async fn orders_of_day(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query_as!(
        OrderRow,
        "SELECT o.id, o.merchant_id, o.merchant_order_no, o.amount_minor, o.currency, o.state,
                o.business_date, o.paid_at
         FROM orders o
         WHERE o.id IN (
            SELECT id FROM orders WHERE business_date = $1
            UNION SELECT order_id FROM payments WHERE accounting_date = $1)
         ORDER BY o.id",
        day.0,
    )
    .fetch_all(conn)
    .await?;
    let records = rows.into_iter().map(|row| {
        let key = row.id.simple().to_string();
        row.record(key, None)
    });
    Ok(records.collect::<Result<_, _>>()?)
}

/// Payments booked on a day, and those of the day's orders.
pub(super) async fn payments_of_day(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT p.id, p.order_id, p.merchant_id, p.amount_minor, p.currency, p.state, p.number,
                p.channel_no, p.event_time, p.clearing_date
         FROM payments p
         WHERE p.id IN (
            SELECT id FROM payments WHERE accounting_date = $1
            UNION
            SELECT n.id FROM orders o JOIN payments n ON n.order_id = o.id
            WHERE o.business_date = $1)
         ORDER BY p.id",
        day.0,
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let currency =
            row.currency.parse().map_err(|e| Inconsistent::new("payments", row.id, e))?;
        records.push(Record {
            key: row.order_id.simple().to_string(),
            direction: Direction::In,
            elsewhere: false,
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
                fee: None,
                standing: our_standing(&row.state),
                status: row.state,
                event_time: row.event_time,
                clearing_date: row.clearing_date.map(BusinessDate),
                place: "payments".to_owned(),
            },
        });
    }
    Ok(records)
}

/// A merchant's orders of a day, and those its list names.
pub(super) async fn orders_of_merchant(
    conn: &mut PgConnection,
    (merchant, day): (MerchantId, BusinessDate),
    list: FileId,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query_as!(
        OrderRow,
        "SELECT o.id, o.merchant_id, o.merchant_order_no, o.amount_minor, o.currency, o.state,
                o.business_date, o.paid_at
         FROM orders o
         WHERE o.id IN (
            SELECT id FROM orders WHERE merchant_id = $1 AND business_date = $2
            UNION
            SELECT n.id FROM merchant_order_lines l
            JOIN orders n ON n.merchant_id = $1 AND n.merchant_order_no = l.order_no
            WHERE l.file_id = $3)
         ORDER BY o.id",
        Uuid::from(merchant),
        day.0,
        Uuid::from(list),
    )
    .fetch_all(conn)
    .await?;
    let records = rows.into_iter().map(|row| {
        let key = row.merchant_order_no.clone();
        row.record(key, Some(day))
    });
    Ok(records.collect::<Result<_, _>>()?)
}

/// What a merchant's list says.
pub(super) async fn listed(
    conn: &mut PgConnection,
    (merchant, day): (MerchantId, BusinessDate),
    (file, name): (FileId, &str),
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT id, line, order_no, amount_minor, currency, status
         FROM merchant_order_lines WHERE file_id = $1 ORDER BY line",
        Uuid::from(file),
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Inconsistent::new("merchant_order_lines", row.id, what);
        let status = OrderStatus::named(&row.status).ok_or_else(|| wrong("status"))?;
        let currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        records.push(Record {
            key: row.order_no.clone(),
            direction: Direction::In,
            elsewhere: false,
            position: u32::try_from(row.line).unwrap_or(u32::MAX),
            links: Links { merchant: Some(merchant), ..Links::default() },
            view: RecordView {
                number: row.order_no,
                channel_no: String::new(),
                amount: Money::new(row.amount_minor, currency),
                fee: None,
                standing: order_standing(status),
                status: row.status,
                event_time: None,
                clearing_date: Some(day),
                place: format!("{name}, line {}", row.line),
            },
        });
    }
    Ok(records)
}
