use super::OrderError;
use crate::explain::Inconsistent;
use domain::date::BusinessDate;
use domain::ids::{FileId, MerchantId, OrderId, PaymentId};
use domain::money::Money;
use domain::order::{
    Cause, HopOutcome, HopRecord, Order, OrderFilter, OrderSource, OrderState, OrderStatus,
    OrderSummary, Station, Subject, TransitionRecord,
};
use domain::page::{Page, PageRequest};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

struct Row {
    id: Uuid,
    merchant_id: Uuid,
    seller_id: Option<Uuid>,
    merchant_order_no: String,
    product: String,
    amount_minor: i64,
    currency: String,
    subject: String,
    state: String,
    failure: Option<String>,
    source: String,
    business_date: Date,
    created_at: OffsetDateTime,
    paid_at: Option<OffsetDateTime>,
}

impl TryFrom<Row> for Order {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("orders", row.id, what);
        let status = OrderStatus::named(&row.state).ok_or_else(|| wrong("unknown state"))?;
        let state = match (status, row.paid_at, row.failure.clone()) {
            (OrderStatus::Created, None, None) => OrderState::Created,
            (OrderStatus::Paying, None, None) => OrderState::Paying,
            (OrderStatus::Closed, None, None) => OrderState::Closed,
            (OrderStatus::Failed, None, Some(reason)) => OrderState::Failed { reason },
            (OrderStatus::Paid, Some(at), None) => OrderState::Paid { at },
            (OrderStatus::Refunded, Some(paid_at), None) => OrderState::Refunded { paid_at },
            _ => return Err(wrong("state, payment time and failure do not fit")),
        };
        let currency = row.currency.parse().map_err(|_| wrong("unknown currency"))?;
        Ok(Self {
            id: row.id.into(),
            merchant: row.merchant_id.into(),
            seller: row.seller_id.map(MerchantId),
            product: row.product.parse().map_err(|_| wrong("unknown product"))?,
            amount: Money::new(row.amount_minor, currency),
            source: OrderSource::named(&row.source).ok_or_else(|| wrong("unknown source"))?,
            merchant_order_no: row.merchant_order_no,
            subject: row.subject,
            state,
            business_date: BusinessDate(row.business_date),
            created_at: row.created_at,
        })
    }
}

/// Failure and payment time of a state, as the columns have them.
pub(super) fn columns(state: &OrderState) -> (Option<&str>, Option<OffsetDateTime>) {
    match state {
        OrderState::Created | OrderState::Paying | OrderState::Closed => (None, None),
        OrderState::Failed { reason } => (Some(reason), None),
        OrderState::Paid { at } | OrderState::Refunded { paid_at: at } => (None, Some(*at)),
    }
}

/// Locks orders, always in the same order.
pub(super) async fn lock(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Order>, OrderError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, merchant_id, seller_id, merchant_order_no, product, amount_minor, currency,
                subject, state, failure, source, business_date, created_at, paid_at
         FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Order::try_from).collect::<Result<_, _>>()?)
}

/// Which of these numbers their merchants have used.
pub(super) async fn taken(
    conn: &mut PgConnection,
    (merchants, numbers): (&[Uuid], &[&str]),
) -> Result<Vec<(MerchantId, String)>, OrderError> {
    let rows = sqlx::query!(
        "SELECT o.merchant_id, o.merchant_order_no
         FROM unnest($1::uuid[], $2::text[]) AS wanted (merchant_id, number)
         JOIN orders o ON o.merchant_id = wanted.merchant_id
             AND o.merchant_order_no = wanted.number",
        merchants,
        numbers as _,
    )
    .fetch_all(conn)
    .await?;
    let taken = rows.into_iter().map(|row| (row.merchant_id.into(), row.merchant_order_no));
    Ok(taken.collect())
}

pub(super) async fn transitions(
    conn: &mut PgConnection,
    id: OrderId,
) -> Result<Vec<TransitionRecord>, OrderError> {
    let rows = sqlx::query!(
        "SELECT id, subject_kind, subject_id, at, actor, cause, from_state, to_state, request_id
         FROM transitions WHERE order_id = $1 ORDER BY id",
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong = |what: &str| Inconsistent::new("transitions", row.id, what);
            Ok(TransitionRecord {
                subject: Subject::named(&row.subject_kind)
                    .ok_or_else(|| wrong("unknown subject"))?,
                cause: Cause::named(&row.cause).ok_or_else(|| wrong("unknown cause"))?,
                subject_id: row.subject_id,
                at: row.at,
                actor: row.actor,
                from: row.from_state,
                to: row.to_state,
                request_id: row.request_id,
            })
        })
        .collect()
}

pub(super) async fn by_number(
    conn: &mut PgConnection,
    merchant: MerchantId,
    number: &str,
) -> Result<Option<OrderId>, OrderError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM orders WHERE merchant_id = $1 AND merchant_order_no = $2",
        Uuid::from(merchant),
        number,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(OrderId))
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &OrderFilter,
    page: PageRequest,
) -> Result<Page<OrderSummary>, OrderError> {
    let text = filter.text.as_ref().map(|text| text.trim().to_owned());
    let id = text.as_ref().and_then(|text| Uuid::parse_str(text).ok());
    let status = filter.status.map(OrderStatus::name);
    let merchant = filter.merchant.map(Uuid::from);
    let day = filter.business_date.map(|day| day.0);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM orders
           WHERE ($1::text IS NULL OR merchant_order_no = $1 OR id = $2)
             AND ($3::text IS NULL OR state = $3) AND ($4::uuid IS NULL OR merchant_id = $4)
             AND ($5::date IS NULL OR business_date = $5)"#,
        text,
        id,
        status,
        merchant,
        day,
    )
    .fetch_one(&mut *conn)
    .await?;
    let ids = sqlx::query_scalar!(
        "SELECT id FROM orders
         WHERE ($1::text IS NULL OR merchant_order_no = $1 OR id = $2)
           AND ($3::text IS NULL OR state = $3) AND ($4::uuid IS NULL OR merchant_id = $4)
           AND ($5::date IS NULL OR business_date = $5)
         ORDER BY created_at DESC, id DESC LIMIT $6 OFFSET $7",
        text,
        id,
        status,
        merchant,
        day,
        page.limit(),
        page.offset(),
    )
    .fetch_all(&mut *conn)
    .await?;
    Ok(Page { rows: summaries(conn, &ids).await?, total, request: page })
}

pub(super) async fn summary(
    conn: &mut PgConnection,
    id: OrderId,
) -> Result<Option<OrderSummary>, OrderError> {
    Ok(summaries(conn, &[Uuid::from(id)]).await?.pop())
}

async fn summaries(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<OrderSummary>, OrderError> {
    let rows = sqlx::query!(
        r#"SELECT o.id, o.merchant_id, o.seller_id, o.merchant_order_no, o.product,
                  o.amount_minor, o.currency, o.subject, o.state, o.failure, o.source,
                  o.business_date, o.created_at, o.paid_at, m.name AS merchant_name,
                  s.name AS "seller_name?", p.id AS "payment_id?"
           FROM orders o JOIN merchants m ON m.id = o.merchant_id
           LEFT JOIN merchants s ON s.id = o.seller_id
           LEFT JOIN payments p ON p.order_id = o.id
           WHERE o.id = ANY($1) ORDER BY o.created_at DESC, o.id DESC"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let order = Order::try_from(Row {
                id: row.id,
                merchant_id: row.merchant_id,
                seller_id: row.seller_id,
                merchant_order_no: row.merchant_order_no,
                product: row.product,
                amount_minor: row.amount_minor,
                currency: row.currency,
                subject: row.subject,
                state: row.state,
                failure: row.failure,
                source: row.source,
                business_date: row.business_date,
                created_at: row.created_at,
                paid_at: row.paid_at,
            })?;
            Ok(OrderSummary {
                order,
                merchant_name: row.merchant_name,
                seller_name: row.seller_name,
                payment: row.payment_id.map(PaymentId),
            })
        })
        .collect()
}

pub(super) async fn origin(
    conn: &mut PgConnection,
    id: OrderId,
) -> Result<Option<(FileId, i64)>, OrderError> {
    let row = sqlx::query!("SELECT file_id, file_line FROM orders WHERE id = $1", Uuid::from(id))
        .fetch_optional(conn)
        .await?;
    Ok(row.and_then(|row| row.file_id.map(FileId).zip(row.file_line)))
}

pub(super) async fn hops(
    conn: &mut PgConnection,
    order: OrderId,
) -> Result<Vec<HopRecord>, OrderError> {
    let rows = sqlx::query!(
        "SELECT system, step, outcome, detail, started_at, finished_at, request_id
         FROM order_hops WHERE order_id = $1 ORDER BY id",
        Uuid::from(order),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong = |what: &str| Inconsistent::new("order_hops", order, what);
            Ok(HopRecord {
                station: Station::named(&row.system).ok_or_else(|| wrong("unknown system"))?,
                outcome: HopOutcome::named(&row.outcome).ok_or_else(|| wrong("unknown outcome"))?,
                step: row.step,
                detail: row.detail,
                started_at: row.started_at,
                finished_at: row.finished_at,
                request_id: row.request_id,
            })
        })
        .collect()
}

pub(super) async fn lock_unbooked(
    conn: &mut PgConnection,
    file: FileId,
    count: i64,
) -> Result<Vec<(Order, Value)>, OrderError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, merchant_id, seller_id, merchant_order_no, product, amount_minor, currency,
                subject, state, failure, source, business_date, created_at, paid_at
         FROM orders WHERE file_id = $1 AND state = 'paying'
         ORDER BY file_line LIMIT $2 FOR UPDATE",
        Uuid::from(file),
        count,
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let told = sqlx::query!(
        r#"SELECT COALESCE(import_row, 'null') AS "row!" FROM orders
           WHERE id = ANY($1) ORDER BY file_line"#,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .zip(told)
        .map(|(order, told)| Ok((Order::try_from(order)?, told.row)))
        .collect()
}
