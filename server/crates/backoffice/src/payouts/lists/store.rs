use crate::explain::Inconsistent;
use crate::payouts::PayoutError;
use crate::payouts::store::StateColumns;
use domain::ids::{ApprovalId, PayoutBatchId, PayoutFileId, PayoutId, RefundId, StaffId, UserId};
use domain::money::Money;
use domain::page::{Page, PageRequest};
use domain::payout::{
    BatchState, Payee, PayoutBatchSummary, PayoutDetail, PayoutFilter, PayoutSource, PayoutStep,
    PayoutSummary,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

struct Row {
    id: Uuid,
    number: String,
    merchant_id: Uuid,
    merchant_code: String,
    merchant_name: String,
    source: String,
    amount_minor: i64,
    currency: String,
    state: String,
    bank_ref: Option<String>,
    failure: Option<String>,
    statement_line_id: Option<Uuid>,
    return_line_id: Option<Uuid>,
    batch_id: Option<Uuid>,
    created_at: OffsetDateTime,
}

impl TryFrom<Row> for PayoutSummary {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let currency = row.currency.parse().map_err(|e| Inconsistent::new("payouts", row.id, e))?;
        let state = StateColumns {
            id: row.id,
            state: row.state,
            bank_ref: row.bank_ref,
            failure: row.failure,
            statement_line_id: row.statement_line_id,
            return_line_id: row.return_line_id,
        };
        Ok(Self {
            id: row.id.into(),
            number: row.number,
            merchant: row.merchant_id.into(),
            merchant_code: row.merchant_code,
            merchant_name: row.merchant_name,
            source: PayoutSource::named(&row.source)
                .ok_or_else(|| Inconsistent::new("payouts", row.id, "unknown source"))?,
            amount: Money::new(row.amount_minor, currency),
            state: state.try_into()?,
            batch: row.batch_id.map(PayoutBatchId),
            created_at: row.created_at,
        })
    }
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &PayoutFilter,
    page: PageRequest,
) -> Result<Page<PayoutSummary>, PayoutError> {
    let (merchant, batch) = (filter.merchant.map(Uuid::from), filter.batch.map(Uuid::from));
    let user = filter.user.map(Uuid::from);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM payouts p
           WHERE ($1::text IS NULL OR p.state = $1) AND ($2::uuid IS NULL OR p.merchant_id = $2)
             AND ($3::uuid IS NULL OR EXISTS (SELECT FROM payout_batch_items i
                                              WHERE i.batch_id = $3 AND i.payout_id = p.id))
             AND ($4::uuid IS NULL OR p.source_id = $4)
             AND ($5::text IS NULL OR starts_with(p.number, $5))
             AND ($6::uuid IS NULL OR p.user_id = $6)"#,
        filter.state,
        merchant,
        batch,
        filter.source,
        filter.number,
        user,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        "SELECT p.id, p.number, p.merchant_id, m.code AS merchant_code, m.name AS merchant_name,
                p.source, p.amount_minor, p.currency, p.state, p.bank_ref, p.failure, p.statement_line_id,
                p.return_line_id, p.batch_id, p.created_at
         FROM payouts p JOIN merchants m ON m.id = p.merchant_id
         WHERE ($1::text IS NULL OR p.state = $1) AND ($2::uuid IS NULL OR p.merchant_id = $2)
           AND ($3::uuid IS NULL OR EXISTS (SELECT FROM payout_batch_items i
                                            WHERE i.batch_id = $3 AND i.payout_id = p.id))
           AND ($4::uuid IS NULL OR p.source_id = $4)
           AND ($5::text IS NULL OR starts_with(p.number, $5))
           AND ($6::uuid IS NULL OR p.user_id = $6)
         ORDER BY p.created_at DESC, p.id DESC LIMIT $7 OFFSET $8",
        filter.state,
        merchant,
        batch,
        filter.source,
        filter.number,
        user,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(PayoutSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

/// The payouts of a file, in its order.
pub(super) async fn in_file(
    conn: &mut PgConnection,
    file: PayoutFileId,
) -> Result<Vec<PayoutSummary>, PayoutError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT p.id, p.number, p.merchant_id, m.code AS merchant_code, m.name AS merchant_name,
                p.source, p.amount_minor, p.currency, p.state, p.bank_ref, p.failure, p.statement_line_id,
                p.return_line_id, p.batch_id, p.created_at
         FROM payouts p JOIN merchants m ON m.id = p.merchant_id
         JOIN payout_file_items i ON i.payout_id = p.id
         WHERE i.file_id = $1 ORDER BY i.position",
        Uuid::from(file),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(PayoutSummary::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn detail(
    conn: &mut PgConnection,
    id: PayoutId,
) -> Result<Option<PayoutDetail>, PayoutError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT p.id, p.number, p.merchant_id, m.code AS merchant_code, m.name AS merchant_name,
                p.source, p.amount_minor, p.currency, p.state, p.bank_ref, p.failure, p.statement_line_id,
                p.return_line_id, p.batch_id, p.created_at
         FROM payouts p JOIN merchants m ON m.id = p.merchant_id WHERE p.id = $1",
        Uuid::from(id),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let more = sqlx::query!(
        r#"SELECT p.payee_account, p.payee_name, p.payee_bank, p.source_id, p.refund_id, p.from_code,
                  p.user_id, u.name AS "user_name?", w.fee_minor AS "fee_minor?",
                  p.bank_ref, p.queries, b.number AS "batch_number?", b.approval_id AS "approval?",
                  a.id AS "account_id?", a.code AS "account_code?", p.repays_id,
                  f.id AS "file_id?", f.number AS "file_number?", o.number AS "repays_number?", n.id AS "new_id?", n.number AS "new_number?"
           FROM payouts p
           LEFT JOIN users u ON u.id = p.user_id
           LEFT JOIN withdrawals w ON w.payout_id = p.id
           LEFT JOIN payouts o ON o.id = p.repays_id
           LEFT JOIN payouts n ON n.repays_id = p.id AND n.state <> 'rejected'
           LEFT JOIN payout_batches b ON b.id = p.batch_id
           LEFT JOIN reserve_accounts a ON a.id = b.reserve_account_id
           LEFT JOIN payout_file_items i ON i.payout_id = p.id
           LEFT JOIN payout_files f ON f.id = i.file_id
           WHERE p.id = $1"#,
        Uuid::from(id),
    )
    .fetch_one(&mut *conn)
    .await?;
    let steps = sqlx::query_as!(
        PayoutStep,
        "SELECT state, at, note FROM payout_steps WHERE payout_id = $1 ORDER BY id",
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    let summary = PayoutSummary::try_from(row)?;
    Ok(Some(PayoutDetail {
        payee: Payee { account: more.payee_account, name: more.payee_name, bank: more.payee_bank },
        source: (summary.source.name().to_owned(), more.source_id),
        refund: more.refund_id.map(RefundId),
        user: more.user_id.map(UserId).zip(more.user_name),
        fee: more.fee_minor.map(Money::cny),
        summary,
        from_code: match more.repays_id {
            Some(_) => "2241.10".to_owned(),
            None => more.from_code,
        },
        repays: more.repays_id.map(PayoutId).zip(more.repays_number),
        repaid_by: more.new_id.map(PayoutId).zip(more.new_number),
        stopped: None,
        file: more.file_id.map(PayoutFileId).zip(more.file_number),
        batch_number: more.batch_number,
        approval: more.approval.map(ApprovalId),
        reserve_account: more.account_id.map(Into::into).zip(more.account_code),
        bank_ref: more.bank_ref,
        queries: more.queries,
        steps,
    }))
}

pub(super) async fn list_batches(
    conn: &mut PgConnection,
    (id, state): (Option<PayoutBatchId>, Option<BatchState>),
    page: PageRequest,
) -> Result<Page<PayoutBatchSummary>, PayoutError> {
    let rows = sqlx::query!(
        r#"SELECT b.id, b.number, b.state, b.approval_id, b.made_by, b.failure, b.created_at,
                  a.code AS account_code, s.name AS maker_name,
                  (SELECT count(*) FROM payout_batch_items i WHERE i.batch_id = b.id) AS "count!",
                  (SELECT COALESCE(sum(p.amount_minor), 0)::bigint
                   FROM payout_batch_items i JOIN payouts p ON p.id = i.payout_id
                   WHERE i.batch_id = b.id) AS "sum!",
                  count(*) OVER () AS "total!"
           FROM payout_batches b
           JOIN reserve_accounts a ON a.id = b.reserve_account_id
           JOIN staff s ON s.id = b.made_by
           WHERE ($1::uuid IS NULL OR b.id = $1) AND ($2::text IS NULL OR b.state = $2)
           ORDER BY b.created_at DESC, b.id DESC LIMIT $3 OFFSET $4"#,
        id.map(Uuid::from),
        state.map(BatchState::name),
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let mut batches = Vec::with_capacity(rows.len());
    for row in rows {
        let state = BatchState::named(&row.state)
            .ok_or_else(|| Inconsistent::new("payout_batches", row.id, "unknown state"))?;
        batches.push(PayoutBatchSummary {
            id: row.id.into(),
            number: row.number,
            state,
            reserve_account: row.account_code,
            count: row.count,
            total: Money::cny(row.sum),
            made_by: StaffId(row.made_by),
            made_by_name: row.maker_name,
            created_at: row.created_at,
            approval: row.approval_id.map(ApprovalId),
            failure: row.failure,
        });
    }
    Ok(Page { rows: batches, total, request: page })
}
