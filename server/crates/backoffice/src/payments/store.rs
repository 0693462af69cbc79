use super::{PaymentError, PaymentFact};
use crate::explain::Inconsistent;
use crate::office::Office;
use crate::orders::Change;
use domain::date::BusinessDate;
use domain::ids::{MerchantId, OrderId, PaymentId, SettlementId, UserId};
use domain::money::Money;
use domain::page::{Cursor, PAGE_SIZE_DEFAULT, Window};
use domain::payment::{
    Payment, PaymentFilter, PaymentState, PaymentStatus, PaymentSummary, Success, TopUp,
};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

pub(super) struct Row {
    pub id: Uuid,
    pub order_id: Uuid,
    pub merchant_id: Uuid,
    pub product: String,
    pub amount_minor: i64,
    pub currency: String,
    pub state: String,
    pub channel: Option<String>,
    pub method: Option<String>,
    pub number: String,
    pub channel_no: Option<String>,
    pub failure: Option<String>,
    pub event_time: Option<OffsetDateTime>,
    pub clearing_date: Option<Date>,
    pub accounting_date: Option<Date>,
    pub fee_minor: i64,
    pub cost_minor: i64,
    pub refunded_minor: i64,
    pub settlement_id: Option<Uuid>,
    pub created_at: OffsetDateTime,
    pub top_up: Option<String>,
    pub user_id: Option<Uuid>,
}

impl TryFrom<Row> for Payment {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("payments", row.id, what);
        let status = PaymentStatus::named(&row.state).ok_or_else(|| wrong("unknown state"))?;
        let reason = || row.failure.clone().ok_or_else(|| wrong("no reason"));
        let state = match status {
            PaymentStatus::Created => PaymentState::Created,
            PaymentStatus::Sending => PaymentState::Sending,
            PaymentStatus::Unknown => PaymentState::Unknown { reason: reason()? },
            PaymentStatus::Failed => PaymentState::Failed { reason: reason()? },
            PaymentStatus::Succeeded => {
                let dates = row.clearing_date.zip(row.accounting_date);
                let whole = row.channel_no.clone().zip(row.event_time).zip(dates);
                let ((channel_no, event_time), (clearing, accounting)) =
                    whole.ok_or_else(|| wrong("a success without its proof"))?;
                PaymentState::Succeeded(Success {
                    channel_no,
                    event_time,
                    clearing_date: BusinessDate(clearing),
                    accounting_date: BusinessDate(accounting),
                })
            }
        };
        let currency = row.currency.parse().map_err(|_| wrong("unknown currency"))?;
        let top_up = match (row.top_up.as_deref(), row.user_id) {
            (None, None) => None,
            (Some("merchant"), None) => Some(TopUp::Merchant),
            (Some("user"), Some(user)) => Some(TopUp::User(UserId(user))),
            _ => return Err(wrong("a top-up of nobody")),
        };
        Ok(Self {
            id: row.id.into(),
            order: row.order_id.into(),
            merchant: row.merchant_id.into(),
            product: row.product.parse().map_err(|_| wrong("unknown product"))?,
            top_up,
            amount: Money::new(row.amount_minor, currency),
            channel: row.channel,
            method: row.method,
            number: row.number,
            fee: Money::new(row.fee_minor, currency),
            cost: Money::new(row.cost_minor, currency),
            refunded: Money::new(row.refunded_minor, currency),
            settlement: row.settlement_id.map(SettlementId),
            state,
            created_at: row.created_at,
        })
    }
}

/// Saves a payment and what made its state change, unless it is not any more what it was.
pub(super) async fn save(
    conn: &mut PgConnection,
    office: &Office,
    (before, payment): (&PaymentState, &Payment),
    change: Change<'_>,
) -> Result<(), PaymentError> {
    let (from, to) = (before.status(), payment.state.status());
    if from == to {
        return save_reason(conn, office, payment).await;
    }
    let (success, failure) = columns(payment);
    let moved = sqlx::query!(
        "WITH moved AS (
            UPDATE payments SET state = $3, channel_no = $4, failure = $5, event_time = $6,
                   clearing_date = $7, accounting_date = $8, updated_at = $9
            WHERE id = $1 AND state = $2 RETURNING id, order_id)
         INSERT INTO transitions
            (order_id, subject_kind, subject_id, at, actor, cause, from_state, to_state,
             request_id)
         SELECT order_id, 'payment', id, $9, $10, $11, $2, $3, $12 FROM moved",
        Uuid::from(payment.id),
        from.name(),
        to.name(),
        success.map(|success| success.channel_no.as_str()),
        failure,
        success.map(|success| success.event_time),
        success.map(|success| success.clearing_date.0),
        success.map(|success| success.accounting_date.0),
        office.now(),
        change.actor,
        change.cause.name(),
        office.request_id,
    )
    .execute(conn)
    .await?;
    if moved.rows_affected() == 1 { Ok(()) } else { Err(PaymentError::ChangedMeanwhile) }
}

async fn save_reason(
    conn: &mut PgConnection,
    office: &Office,
    payment: &Payment,
) -> Result<(), PaymentError> {
    let (_, failure) = columns(payment);
    sqlx::query!(
        "UPDATE payments SET failure = $3, updated_at = $4 WHERE id = $1 AND state = $2",
        Uuid::from(payment.id),
        payment.state.status().name(),
        failure,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) fn columns(payment: &Payment) -> (Option<&Success>, Option<&str>) {
    let failure = match &payment.state {
        PaymentState::Failed { reason } | PaymentState::Unknown { reason } => Some(reason.as_str()),
        _ => None,
    };
    (payment.success(), failure)
}

pub(super) async fn save_refunded(
    conn: &mut PgConnection,
    payment: &Payment,
) -> Result<(), PaymentError> {
    sqlx::query!(
        "UPDATE payments SET refunded_minor = $2 WHERE id = $1",
        Uuid::from(payment.id),
        payment.refunded.minor(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: PaymentId,
) -> Result<Option<Payment>, PaymentError> {
    Ok(lock_all(conn, &[id]).await?.pop())
}

/// Locks payments, always in the same order.
pub(super) async fn lock_all(
    conn: &mut PgConnection,
    ids: &[PaymentId],
) -> Result<Vec<Payment>, PaymentError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, order_id, merchant_id, product, amount_minor, currency, state, channel, method,
                number, channel_no, failure, event_time, clearing_date, accounting_date, fee_minor,
                cost_minor, refunded_minor, settlement_id, created_at, top_up, user_id
         FROM payments WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        &ids.iter().copied().map(Uuid::from).collect::<Vec<_>>(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Payment::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn get(
    conn: &mut PgConnection,
    id: PaymentId,
) -> Result<Option<Payment>, PaymentError> {
    Ok(summaries(conn, &[Uuid::from(id)]).await?.pop().map(|summary| summary.payment))
}

/// The payment with this number of ours at a channel.
pub(super) async fn numbered(
    conn: &mut PgConnection,
    channel: &str,
    number: &str,
) -> Result<Option<PaymentId>, PaymentError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM payments WHERE channel = $1 AND number = $2",
        channel,
        number,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(PaymentId))
}

pub(super) async fn of_order(
    conn: &mut PgConnection,
    order: OrderId,
) -> Result<Option<Payment>, PaymentError> {
    let id = sqlx::query_scalar!("SELECT id FROM payments WHERE order_id = $1", Uuid::from(order))
        .fetch_optional(&mut *conn)
        .await?;
    match id {
        Some(id) => get(conn, PaymentId(id)).await,
        None => Ok(None),
    }
}

/// From new to old, beginning after a place; one row more than a page tells whether it goes on.
pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &PaymentFilter,
    after: Option<Cursor>,
) -> Result<Window<PaymentSummary>, PaymentError> {
    let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let ids = match text {
        Some(text) => Some(identified(conn, text).await?),
        None => None,
    };
    let mut rows = sqlx::query!(
        "SELECT p.id, p.created_at FROM payments p
         WHERE ($1::uuid[] IS NULL OR p.id = ANY($1))
           AND ($2::text IS NULL OR p.state = $2) AND ($3::text IS NULL OR p.channel = $3)
           AND ($4::text IS NULL OR p.product = $4)
           AND ($5::uuid IS NULL OR p.merchant_id = $5)
           AND ($6::date IS NULL OR p.clearing_date = $6)
           AND ($7::timestamptz IS NULL OR (p.created_at, p.id) < ($7, $8))
         ORDER BY p.created_at DESC, p.id DESC LIMIT $9",
        ids.as_deref(),
        filter.status.map(PaymentStatus::name),
        filter.channel,
        filter.product.map(domain::product::Product::name),
        filter.merchant.map(Uuid::from),
        filter.clearing_date.map(|day| day.0),
        after.map(|place| place.at),
        after.map(|place| place.id),
        PAGE_SIZE_DEFAULT + 1,
    )
    .fetch_all(&mut *conn)
    .await?;
    let size = usize::try_from(PAGE_SIZE_DEFAULT).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let last = rows.last().filter(|_| more);
    let older = last.map(|row| Cursor { at: row.created_at, id: row.id });
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    Ok(Window { rows: summaries(conn, &ids).await?, older })
}

/// Has each list planned for the filters it is really asked for, whatever was asked before.
pub(super) async fn plan_anew(conn: &mut PgConnection) -> Result<(), PaymentError> {
    sqlx::query!("SET LOCAL plan_cache_mode = force_custom_plan").execute(conn).await?;
    Ok(())
}

/// The payments that carry an identifier: each part reads one index.
async fn identified(conn: &mut PgConnection, text: &str) -> Result<Vec<Uuid>, PaymentError> {
    let id = Uuid::try_parse(text).ok();
    let ids = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM payments WHERE id = $2
           UNION SELECT id FROM payments WHERE order_id = $2
           UNION SELECT id FROM payments WHERE number = $1
           UNION SELECT id FROM payments WHERE channel_no = $1
           UNION SELECT p.id FROM orders o JOIN payments p ON p.order_id = o.id
                 WHERE o.merchant_order_no = $1"#,
        text,
        id,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

pub(super) async fn summaries(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<PaymentSummary>, PaymentError> {
    let rows = sqlx::query!(
        r#"SELECT p.id, p.order_id, p.merchant_id, p.product, p.amount_minor, p.currency, p.state,
                p.channel, p.method, p.number, p.channel_no, p.failure, p.event_time,
                p.clearing_date, p.accounting_date, p.fee_minor, p.cost_minor, p.refunded_minor,
                p.settlement_id, p.created_at, p.top_up, p.user_id, m.name AS merchant_name,
                o.merchant_order_no,
                y.structuring AS "structuring?"
         FROM payments p JOIN merchants m ON m.id = p.merchant_id
         JOIN orders o ON o.id = p.order_id
         LEFT JOIN order_payers y ON y.order_id = p.order_id
         WHERE p.id = ANY($1) ORDER BY p.created_at DESC, p.id DESC"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let payment = Payment::try_from(Row {
                id: row.id,
                order_id: row.order_id,
                merchant_id: row.merchant_id,
                product: row.product,
                amount_minor: row.amount_minor,
                currency: row.currency,
                state: row.state,
                channel: row.channel,
                method: row.method,
                number: row.number,
                channel_no: row.channel_no,
                failure: row.failure,
                event_time: row.event_time,
                clearing_date: row.clearing_date,
                accounting_date: row.accounting_date,
                fee_minor: row.fee_minor,
                cost_minor: row.cost_minor,
                refunded_minor: row.refunded_minor,
                settlement_id: row.settlement_id,
                created_at: row.created_at,
                top_up: row.top_up,
                user_id: row.user_id,
            })?;
            let structuring = row.structuring.map(serde_json::from_value).transpose();
            let wrong = |error| Inconsistent::new("order_payers", row.order_id, error);
            Ok(PaymentSummary {
                structuring: structuring.map_err(wrong)?,
                payment,
                merchant_name: row.merchant_name,
                merchant_order_no: row.merchant_order_no,
            })
        })
        .collect()
}

pub(super) async fn taken(
    conn: &mut PgConnection,
    channel: &str,
    numbers: &[String],
) -> Result<BTreeSet<String>, PaymentError> {
    let taken = sqlx::query_scalar!(
        "SELECT number FROM payments WHERE channel = $1 AND number = ANY($2)",
        channel,
        numbers,
    )
    .fetch_all(conn)
    .await?;
    Ok(taken.into_iter().collect())
}

pub(super) async fn facts_in_clearing(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    (from, to): (OffsetDateTime, OffsetDateTime),
) -> Result<Vec<PaymentFact>, PaymentError> {
    let rows = sqlx::query_as!(
        FactRow,
        "SELECT p.id, p.order_id, p.merchant_id, p.number, o.merchant_order_no, p.channel_no,
                p.amount_minor, p.cost_minor, p.currency, p.state, p.event_time, p.clearing_date
         FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE p.channel = $1
           AND (p.clearing_date = $2
                OR (p.state IN ('sending', 'unknown') AND p.created_at >= $3 AND p.created_at < $4))
         ORDER BY p.number, p.id",
        channel,
        day.0,
        from,
        to,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(PaymentFact::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn facts_by_numbers(
    conn: &mut PgConnection,
    channel: &str,
    numbers: &[String],
    channel_nos: &[String],
) -> Result<Vec<PaymentFact>, PaymentError> {
    let rows = sqlx::query_as!(
        FactRow,
        "SELECT p.id, p.order_id, p.merchant_id, p.number, o.merchant_order_no, p.channel_no,
                p.amount_minor, p.cost_minor, p.currency, p.state, p.event_time, p.clearing_date
         FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE p.channel = $1 AND (p.number = ANY($2) OR p.channel_no = ANY($3))
         ORDER BY p.number, p.id",
        channel,
        numbers,
        channel_nos,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(PaymentFact::try_from).collect::<Result<_, _>>()?)
}

struct FactRow {
    id: Uuid,
    order_id: Uuid,
    merchant_id: Uuid,
    number: String,
    merchant_order_no: String,
    channel_no: Option<String>,
    amount_minor: i64,
    cost_minor: i64,
    currency: String,
    state: String,
    event_time: Option<OffsetDateTime>,
    clearing_date: Option<Date>,
}

impl TryFrom<FactRow> for PaymentFact {
    type Error = Inconsistent;

    fn try_from(row: FactRow) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("payments", row.id, what);
        let currency = row.currency.parse().map_err(|_| wrong("unknown currency"))?;
        Ok(Self {
            payment: row.id.into(),
            order: OrderId(row.order_id),
            merchant: MerchantId(row.merchant_id),
            status: PaymentStatus::named(&row.state).ok_or_else(|| wrong("unknown state"))?,
            amount: Money::new(row.amount_minor, currency),
            cost: Money::new(row.cost_minor, currency),
            number: row.number,
            merchant_order_no: row.merchant_order_no,
            channel_no: row.channel_no,
            event_time: row.event_time,
            clearing_date: row.clearing_date.map(BusinessDate),
        })
    }
}
