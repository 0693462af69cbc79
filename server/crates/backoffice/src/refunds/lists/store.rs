use crate::explain::Inconsistent;
use crate::refunds::RefundError;
use crate::refunds::store::StateColumns;
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, PayoutId, RefundId};
use domain::money::Money;
use domain::page::{Page, PageRequest};
use domain::payout::Payee;
use domain::refund::{RefundDetail, RefundFact, RefundFilter, RefundSummary};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

struct Row {
    id: Uuid,
    number: String,
    merchant_refund_no: String,
    payment_id: Uuid,
    order_id: Uuid,
    merchant_id: Uuid,
    merchant_name: String,
    channel: String,
    amount_minor: i64,
    currency: String,
    state: String,
    channel_no: Option<String>,
    failure: Option<String>,
    created_at: OffsetDateTime,
}

impl TryFrom<Row> for RefundSummary {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let currency = row.currency.parse().map_err(|e| Inconsistent::new("refunds", row.id, e))?;
        let state = StateColumns {
            id: row.id,
            state: row.state,
            channel_no: row.channel_no,
            failure: row.failure,
        };
        Ok(Self {
            id: row.id.into(),
            number: row.number,
            merchant_refund_no: row.merchant_refund_no,
            payment: row.payment_id.into(),
            order: row.order_id.into(),
            merchant: row.merchant_id.into(),
            merchant_name: row.merchant_name,
            channel: row.channel,
            amount: Money::new(row.amount_minor, currency),
            state: state.try_into()?,
            created_at: row.created_at,
        })
    }
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &RefundFilter,
    page: PageRequest,
) -> Result<Page<RefundSummary>, RefundError> {
    let (merchant, payment) = (filter.merchant.map(Uuid::from), filter.payment.map(Uuid::from));
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM refunds r
           WHERE ($1::text IS NULL OR r.state = $1) AND ($2::uuid IS NULL OR r.merchant_id = $2)
             AND ($3::uuid IS NULL OR r.payment_id = $3)
             AND ($4::text IS NULL OR starts_with(r.number, $4)
                  OR starts_with(r.merchant_refund_no, $4))"#,
        filter.state,
        merchant,
        payment,
        filter.number,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        "SELECT r.id, r.number, r.merchant_refund_no, r.payment_id, p.order_id, r.merchant_id,
                m.name AS merchant_name, r.channel, r.amount_minor, r.currency, r.state,
                r.channel_no, r.failure, r.created_at
         FROM refunds r
         JOIN payments p ON p.id = r.payment_id
         JOIN merchants m ON m.id = r.merchant_id
         WHERE ($1::text IS NULL OR r.state = $1) AND ($2::uuid IS NULL OR r.merchant_id = $2)
           AND ($3::uuid IS NULL OR r.payment_id = $3)
           AND ($4::text IS NULL OR starts_with(r.number, $4)
                OR starts_with(r.merchant_refund_no, $4))
         ORDER BY r.created_at DESC, r.id DESC LIMIT $5 OFFSET $6",
        filter.state,
        merchant,
        payment,
        filter.number,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(RefundSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

pub(super) async fn detail(
    conn: &mut PgConnection,
    id: RefundId,
) -> Result<Option<RefundDetail>, RefundError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT r.id, r.number, r.merchant_refund_no, r.payment_id, p.order_id, r.merchant_id,
                m.name AS merchant_name, r.channel, r.amount_minor, r.currency, r.state,
                r.channel_no, r.failure, r.created_at
         FROM refunds r
         JOIN payments p ON p.id = r.payment_id
         JOIN merchants m ON m.id = r.merchant_id
         WHERE r.id = $1",
        Uuid::from(id),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let summary = RefundSummary::try_from(row)?;
    let more = sqlx::query!(
        "SELECT r.reason, p.number AS payment_number, p.amount_minor AS paid_minor, r.taken_from,
                r.fee_back_minor, r.approval_id, r.event_time, r.clearing_date, r.accounting_date
         FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.id = $1",
        Uuid::from(id),
    )
    .fetch_one(&mut *conn)
    .await?;
    let paid_to = paid_to(conn, id).await?;
    let currency = summary.amount.currency();
    Ok(Some(RefundDetail {
        summary,
        reason: more.reason,
        payment_number: more.payment_number,
        paid: Money::new(more.paid_minor, currency),
        taken_from: more.taken_from,
        fee_back: Money::new(more.fee_back_minor, currency),
        paid_to,
        approval: more.approval_id.map(ApprovalId),
        event_time: more.event_time,
        clearing_date: more.clearing_date.map(BusinessDate),
        accounting_date: more.accounting_date.map(BusinessDate),
    }))
}

/// Where a refund by payout is paid to, and the latest payout that carries it.
async fn paid_to(
    conn: &mut PgConnection,
    id: RefundId,
) -> Result<Option<(Payee, Option<(PayoutId, String)>)>, RefundError> {
    let row = sqlx::query!(
        r#"SELECT n.account, n.name, n.bank, p.id AS "payout?", p.number AS "number?"
           FROM refund_payees n
           LEFT JOIN payouts p ON p.refund_id = n.refund_id
           WHERE n.refund_id = $1 ORDER BY n.id DESC, p.created_at DESC, p.id DESC LIMIT 1"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let payee = Payee { account: row.account, name: row.name, bank: row.bank };
        (payee, row.payout.map(PayoutId).zip(row.number))
    }))
}

pub(super) async fn in_clearing(
    conn: &mut PgConnection,
    (channel, clearing_date): (&str, BusinessDate),
    (from, until): (OffsetDateTime, OffsetDateTime),
) -> Result<Vec<RefundFact>, RefundError> {
    let rows = sqlx::query!(
        "SELECT r.id, r.number, r.merchant_refund_no, r.payment_id, p.order_id, r.merchant_id,
                p.number AS payment_number, r.amount_minor, r.currency, r.state, r.channel_no,
                r.failure
         FROM refunds r JOIN payments p ON p.id = r.payment_id
         WHERE r.channel = $1 AND r.route = 'original'
           AND (r.clearing_date = $2
                OR (r.state IN ('sending', 'unknown')
                    AND r.created_at >= $3 AND r.created_at < $4))
         ORDER BY r.id",
        channel,
        clearing_date.0,
        from,
        until,
    )
    .fetch_all(conn)
    .await?;
    let mut facts = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = row.currency.parse().map_err(|e| Inconsistent::new("refunds", row.id, e))?;
        let state = StateColumns {
            id: row.id,
            state: row.state,
            channel_no: row.channel_no.clone(),
            failure: row.failure,
        };
        facts.push(RefundFact {
            refund: row.id.into(),
            payment: row.payment_id.into(),
            order: row.order_id.into(),
            merchant: row.merchant_id.into(),
            number: row.number,
            payment_number: row.payment_number,
            merchant_refund_no: row.merchant_refund_no,
            channel_no: row.channel_no,
            amount: Money::new(row.amount_minor, currency),
            state: state.try_into()?,
        });
    }
    Ok(facts)
}
