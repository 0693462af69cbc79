use crate::explain::Inconsistent;
use crate::office::Office;
use crate::payouts::PayoutError;
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, MerchantId, PayoutBatchId, PayoutId, ReserveAccountId, StaffId};
use domain::payout::{BatchState, PayoutWay};
use sqlx::PgConnection;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A batch held for work.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub id: PayoutBatchId,
    pub number: String,
    pub state: BatchState,
    pub account: ReserveAccountId,
    pub way: PayoutWay,
    pub approval: Option<ApprovalId>,
}

/// The next number of the day, `PB20260331-001`; held until the transaction ends.
pub(super) async fn next_batch_number(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<String, PayoutError> {
    let last = sqlx::query_scalar!(
        "INSERT INTO payout_batch_numbers (day, last) VALUES ($1, 1)
         ON CONFLICT (day) DO UPDATE SET last = payout_batch_numbers.last + 1 RETURNING last",
        day.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(format!("PB{}-{last:03}", day.compact()))
}

pub(super) async fn insert_batch(
    conn: &mut PgConnection,
    office: &Office,
    (id, number): (PayoutBatchId, &str),
    (account, maker): (ReserveAccountId, StaffId),
) -> Result<(), PayoutError> {
    sqlx::query!(
        "INSERT INTO payout_batches
            (id, number, state, reserve_account_id, made_by, created_at, updated_at)
         VALUES ($1, $2, 'drafted', $3, $4, $5, $5)",
        Uuid::from(id),
        number,
        Uuid::from(account),
        Uuid::from(maker),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn put_into_batch(
    conn: &mut PgConnection,
    office: &Office,
    payout: PayoutId,
    batch: PayoutBatchId,
) -> Result<(), PayoutError> {
    let (payout, batch) = (Uuid::from(payout), Uuid::from(batch));
    sqlx::query!(
        "UPDATE payouts SET batch_id = $2, updated_at = $3 WHERE id = $1",
        payout,
        batch,
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO payout_batch_items (batch_id, payout_id) VALUES ($1, $2)",
        batch,
        payout,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn take_out_of_batch(
    conn: &mut PgConnection,
    payout: PayoutId,
) -> Result<(), PayoutError> {
    sqlx::query!("UPDATE payouts SET batch_id = NULL WHERE id = $1", Uuid::from(payout))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn lock_batch(
    conn: &mut PgConnection,
    id: PayoutBatchId,
) -> Result<Option<Batch>, PayoutError> {
    let row = sqlx::query!(
        "SELECT number, state, reserve_account_id, way, approval_id
         FROM payout_batches WHERE id = $1 FOR UPDATE",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let state = BatchState::named(&row.state)
        .ok_or_else(|| Inconsistent::new("payout_batches", id, "unknown state"))?;
    let way = PayoutWay::named(&row.way)
        .ok_or_else(|| Inconsistent::new("payout_batches", id, "unknown way"))?;
    Ok(Some(Batch {
        id,
        number: row.number,
        state,
        account: row.reserve_account_id.into(),
        way,
        approval: row.approval_id.map(ApprovalId),
    }))
}

pub(super) async fn save_batch(
    conn: &mut PgConnection,
    office: &Office,
    id: PayoutBatchId,
    (state, approval, failure): (BatchState, Option<ApprovalId>, Option<&str>),
) -> Result<(), PayoutError> {
    sqlx::query!(
        "UPDATE payout_batches SET state = $2, approval_id = $3, failure = $4, updated_at = $5
         WHERE id = $1",
        Uuid::from(id),
        state.name(),
        approval.map(Uuid::from),
        failure,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps how a batch goes out, as it was approved.
pub(super) async fn set_way(
    conn: &mut PgConnection,
    id: PayoutBatchId,
    way: PayoutWay,
) -> Result<(), PayoutError> {
    let id = Uuid::from(id);
    sqlx::query!("UPDATE payout_batches SET way = $2 WHERE id = $1", id, way.name())
        .execute(conn)
        .await?;
    Ok(())
}

/// Payouts of a batch that have no end yet.
pub(super) async fn open_in_batch(
    conn: &mut PgConnection,
    id: PayoutBatchId,
) -> Result<i64, PayoutError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM payouts
           WHERE batch_id = $1 AND state NOT IN ('rejected', 'paid', 'returned')"#,
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok(count)
}

/// Reads the payees of a batch's payouts anew.
pub(super) async fn refresh_payees(
    conn: &mut PgConnection,
    batch: PayoutBatchId,
) -> Result<(), PayoutError> {
    sqlx::query!(
        "UPDATE payouts p SET payee_account = m.settlement_account_no,
                payee_name = m.settlement_account_name, payee_bank = m.settlement_bank
         FROM merchants m
         WHERE m.id = p.merchant_id AND p.batch_id = $1 AND p.refund_id IS NULL
           AND p.user_id IS NULL AND p.top_up_id IS NULL",
        Uuid::from(batch),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE payouts p SET payee_account = n.account, payee_name = n.name, payee_bank = n.bank
         FROM refund_payees n
         WHERE p.batch_id = $1 AND n.refund_id = p.refund_id
           AND n.id = (SELECT max(l.id) FROM refund_payees l WHERE l.refund_id = p.refund_id)",
        Uuid::from(batch),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE payouts p SET payee_account = n.account, payee_name = n.name, payee_bank = n.bank
         FROM user_accounts n
         WHERE p.batch_id = $1 AND n.user_id = p.user_id AND p.top_up_id IS NULL
           AND n.id = (SELECT max(l.id) FROM user_accounts l WHERE l.user_id = p.user_id)",
        Uuid::from(batch),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The users whose money the payouts of a batch carry, by payout: reference and name.
pub(super) async fn users(
    conn: &mut PgConnection,
    batch: PayoutBatchId,
) -> Result<HashMap<PayoutId, String>, PayoutError> {
    let rows = sqlx::query!(
        "SELECT p.id, u.reference, u.name FROM payouts p JOIN users u ON u.id = p.user_id
         WHERE p.batch_id = $1",
        Uuid::from(batch),
    )
    .fetch_all(conn)
    .await?;
    let named = |reference, name| format!("{name} ({reference})");
    Ok(rows.into_iter().map(|row| (row.id.into(), named(row.reference, row.name))).collect())
}

/// How often an account was paid, and the median of the last twenty amounts.
pub(super) async fn history(
    conn: &mut PgConnection,
    account: &str,
) -> Result<(i64, Option<i64>), PayoutError> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "paid!",
                  (percentile_disc(0.5) WITHIN GROUP (ORDER BY last.amount_minor)) AS usual
           FROM (SELECT amount_minor FROM payouts WHERE payee_account = $1 AND state = 'paid'
                 ORDER BY updated_at DESC LIMIT 20) last"#,
        account,
    )
    .fetch_one(conn)
    .await?;
    Ok((row.paid, row.usual))
}

/// Whether a merchant may be paid, and to which account.
pub(super) struct MerchantStanding {
    pub name: String,
    /// When its settlement account was changed last.
    pub account_since: Option<OffsetDateTime>,
    pub suspended: bool,
}

pub(super) async fn standing_of_account(
    conn: &mut PgConnection,
    merchant: MerchantId,
) -> Result<MerchantStanding, PayoutError> {
    let standing = sqlx::query_as!(
        MerchantStanding,
        r#"SELECT name, settlement_account_since AS account_since,
                  status = 'suspended' AS "suspended!"
           FROM merchants WHERE id = $1"#,
        Uuid::from(merchant),
    )
    .fetch_one(conn)
    .await?;
    Ok(standing)
}
