use crate::explain::Inconsistent;
use crate::settlement::SettlementError;
use domain::date::BusinessDate;
use domain::ids::{MerchantId, SettlementId};
use domain::money::{Currency, Money};
use domain::page::{Page, PageRequest};
use domain::settlement::{Figures, Party, SettlementFilter, SettlementLine, SettlementSummary};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

struct Row {
    id: Uuid,
    merchant_id: Uuid,
    merchant_code: String,
    merchant_name: String,
    clearing_date: Date,
    due_date: Date,
    accounting_date: Date,
    currency: String,
    payment_count: i64,
    payments_minor: i64,
    fees_minor: i64,
    refunds_minor: i64,
    fees_back_minor: i64,
    splits_minor: i64,
    created_at: OffsetDateTime,
    total: i64,
}

impl TryFrom<Row> for SettlementSummary {
    type Error = SettlementError;

    fn try_from(row: Row) -> Result<Self, SettlementError> {
        let currency: Currency =
            row.currency.parse().map_err(|e| Inconsistent::new("settlements", row.id, e))?;
        let money = |minor| Money::new(minor, currency);
        let figures = Figures {
            payments: money(row.payments_minor),
            fees: money(row.fees_minor),
            refunds: money(row.refunds_minor),
            fees_back: money(row.fees_back_minor),
            splits: money(row.splits_minor),
        };
        Ok(Self {
            id: row.id.into(),
            merchant: row.merchant_id.into(),
            merchant_code: row.merchant_code,
            merchant_name: row.merchant_name,
            clearing_date: BusinessDate(row.clearing_date),
            due_date: BusinessDate(row.due_date),
            accounting_date: BusinessDate(row.accounting_date),
            count: row.payment_count,
            figures,
            movement: figures.movement()?,
            net: figures.net()?,
            created_at: row.created_at,
        })
    }
}

pub(super) async fn list(
    conn: &mut PgConnection,
    (id, filter): (Option<SettlementId>, &SettlementFilter),
    page: PageRequest,
) -> Result<Page<SettlementSummary>, SettlementError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT s.id, s.merchant_id, m.code AS merchant_code, m.name AS merchant_name,
                  s.clearing_date, s.due_date, s.accounting_date, s.currency, s.payment_count,
                  s.payments_minor, s.fees_minor, s.refunds_minor, s.fees_back_minor,
                  s.splits_minor, s.created_at, count(*) OVER () AS "total!"
           FROM settlements s JOIN merchants m ON m.id = s.merchant_id
           WHERE ($1::uuid IS NULL OR s.id = $1) AND ($2::uuid IS NULL OR s.merchant_id = $2)
             AND ($3::date IS NULL OR s.clearing_date = $3)
             AND ($4::date IS NULL OR s.due_date = $4)
           ORDER BY s.created_at DESC, s.id DESC LIMIT $5 OFFSET $6"#,
        id.map(Uuid::from),
        filter.merchant.map(Uuid::from),
        filter.clearing_date.map(|day| day.0),
        filter.due_date.map(|day| day.0),
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows.into_iter().map(SettlementSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

pub(super) async fn lines(
    conn: &mut PgConnection,
    id: SettlementId,
    page: PageRequest,
) -> Result<Page<SettlementLine>, SettlementError> {
    let rows = sqlx::query!(
        r#"SELECT l.payment_id, p.order_id, o.merchant_order_no, l.label, l.from_code,
                  l.from_merchant, f.name AS "from_name?", l.to_code, l.to_merchant,
                  t.name AS "to_name?", l.amount_minor, l.currency, l.journal_key,
                  count(*) OVER () AS "total!"
           FROM settlement_lines l
           JOIN payments p ON p.id = l.payment_id
           JOIN orders o ON o.id = p.order_id
           LEFT JOIN merchants f ON f.id = l.from_merchant
           LEFT JOIN merchants t ON t.id = l.to_merchant
           WHERE l.settlement_id = $1
           ORDER BY l.id LIMIT $2 OFFSET $3"#,
        Uuid::from(id),
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let currency =
            row.currency.parse().map_err(|e| Inconsistent::new("settlement_lines", id, e))?;
        let party = |code, merchant: Option<Uuid>, name| Party {
            code,
            merchant: merchant.map(MerchantId),
            name,
        };
        lines.push(SettlementLine {
            payment: row.payment_id.into(),
            order: row.order_id.into(),
            merchant_order_no: row.merchant_order_no,
            label: row.label,
            from: party(row.from_code, row.from_merchant, row.from_name),
            to: party(row.to_code, row.to_merchant, row.to_name),
            amount: Money::new(row.amount_minor, currency),
            journal_key: row.journal_key,
        });
    }
    Ok(Page { rows: lines, total, request: page })
}

/// Payments − fees − refunds + fees given back, added up from the lines.
pub(super) async fn sum_of_lines(
    conn: &mut PgConnection,
    id: SettlementId,
) -> Result<Money, SettlementError> {
    let minor = sqlx::query_scalar!(
        r#"SELECT COALESCE(sum(CASE label WHEN 'payment' THEN amount_minor
                                          WHEN 'fee_back' THEN amount_minor
                                          WHEN 'fee' THEN -amount_minor
                                          WHEN 'refund' THEN -amount_minor
                                          ELSE 0 END), 0)::bigint AS "sum!"
           FROM settlement_lines WHERE settlement_id = $1"#,
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::cny(minor))
}
