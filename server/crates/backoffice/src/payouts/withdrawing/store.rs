use super::{Draft, WithdrawalWanted};
use crate::explain::Inconsistent;
use crate::office::Office;
use crate::payouts::PayoutError;
use crate::payouts::store::{StateColumns, USERS, step};
use domain::ids::{MerchantId, PaymentId, PayoutId};
use domain::money::Money;
use domain::payout::Payee;
use domain::user::{User, Withdrawal};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Stores a payout whose money is set aside with it.
pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    draft: &Draft<'_>,
) -> Result<(), PayoutError> {
    let (source, source_id) = match draft.top_up {
        Some(top_up) => ("top_up_return", Uuid::from(top_up)),
        None => ("user_withdrawal", Uuid::from(draft.id)),
    };
    let from = if draft.user.is_some() { USERS } else { super::Purse::Available.code() };
    sqlx::query!(
        "INSERT INTO payouts
            (id, merchant_id, source, source_id, from_code, amount_minor, currency, payee_account,
             payee_name, payee_bank, number, state, user_id, top_up_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'drafted', $12, $13, $14, $14)",
        Uuid::from(draft.id),
        Uuid::from(draft.merchant),
        source,
        source_id,
        from,
        draft.amount.minor(),
        draft.amount.currency().code(),
        draft.payee.account,
        draft.payee.name,
        draft.payee.bank,
        draft.number,
        draft.user.map(Uuid::from),
        draft.top_up.map(Uuid::from),
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    step(conn, office, draft.id, ("drafted", "")).await
}

pub(super) async fn insert_withdrawal(
    conn: &mut PgConnection,
    office: &Office,
    (draft, user): (&Draft<'_>, &User),
    (wanted, fee, by): (&WithdrawalWanted, Money, &str),
) -> Result<(), PayoutError> {
    sqlx::query!(
        "INSERT INTO withdrawals
            (payout_id, user_id, merchant_id, merchant_withdrawal_no, fee_minor, asked_by, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::from(draft.id),
        Uuid::from(user.id),
        Uuid::from(user.merchant),
        wanted.number,
        fee.minor(),
        by,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The merchant's number of the withdrawal a payout carries.
pub(in crate::payouts) async fn number_of(
    conn: &mut PgConnection,
    id: PayoutId,
) -> Result<Option<String>, PayoutError> {
    let number = sqlx::query_scalar!(
        "SELECT merchant_withdrawal_no FROM withdrawals WHERE payout_id = $1",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(number)
}

struct Row {
    payout_id: Uuid,
    user_id: Uuid,
    merchant_id: Uuid,
    reference: String,
    merchant_withdrawal_no: String,
    amount_minor: i64,
    fee_minor: i64,
    state: String,
    bank_ref: Option<String>,
    failure: Option<String>,
    statement_line_id: Option<Uuid>,
    return_line_id: Option<Uuid>,
    payee_account: String,
    payee_name: String,
    payee_bank: String,
    asked_by: String,
    at: OffsetDateTime,
}

impl TryFrom<Row> for Withdrawal {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let state = StateColumns {
            id: row.payout_id,
            state: row.state,
            bank_ref: row.bank_ref,
            failure: row.failure,
            statement_line_id: row.statement_line_id,
            return_line_id: row.return_line_id,
        };
        Ok(Self {
            id: row.payout_id.into(),
            user: row.user_id.into(),
            merchant: row.merchant_id.into(),
            reference: row.reference,
            merchant_withdrawal_no: row.merchant_withdrawal_no,
            amount: Money::cny(row.amount_minor),
            fee: Money::cny(row.fee_minor),
            state: state.try_into()?,
            payee: Payee { account: row.payee_account, name: row.payee_name, bank: row.payee_bank },
            asked_by: row.asked_by,
            at: row.at,
        })
    }
}

/// The withdrawal with this id, or a merchant's with this number.
async fn one(
    conn: &mut PgConnection,
    id: Option<Uuid>,
    (merchant, number): (Option<Uuid>, Option<&str>),
) -> Result<Option<Withdrawal>, PayoutError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT w.payout_id, w.user_id, w.merchant_id, u.reference, w.merchant_withdrawal_no,
                  p.amount_minor, w.fee_minor, p.state, p.bank_ref, p.failure,
                  p.statement_line_id, p.return_line_id, p.payee_account, p.payee_name,
                  p.payee_bank, w.asked_by, w.at
           FROM withdrawals w
           JOIN users u ON u.id = w.user_id
           JOIN payouts p ON p.id = w.payout_id
           WHERE w.payout_id = $1 OR (w.merchant_id = $2 AND w.merchant_withdrawal_no = $3)"#,
        id,
        merchant,
        number,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Withdrawal::try_from).transpose()?)
}

pub(super) async fn withdrawal(
    conn: &mut PgConnection,
    id: PayoutId,
) -> Result<Option<Withdrawal>, PayoutError> {
    one(conn, Some(id.into()), (None, None)).await
}

pub(super) async fn numbered(
    conn: &mut PgConnection,
    merchant: MerchantId,
    number: &str,
) -> Result<Option<Withdrawal>, PayoutError> {
    one(conn, None, (Some(merchant.into()), Some(number))).await
}

/// Holds a payment, so that its top-up is given back by one at a time.
pub(super) async fn lock_payment(
    conn: &mut PgConnection,
    id: PaymentId,
) -> Result<(), PayoutError> {
    sqlx::query!("SELECT id FROM payments WHERE id = $1 FOR UPDATE", Uuid::from(id))
        .fetch_optional(conn)
        .await?;
    Ok(())
}
