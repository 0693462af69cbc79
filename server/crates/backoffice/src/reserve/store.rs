use super::{Instruction, NewAccount, ReserveError, ledger_account};
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::date::BusinessDate;
use domain::ids::{MerchantId, OrderId, PayoutId, RefundId, ReserveAccountId, UserId};
use domain::money::{Currency, Money};
use domain::page::{Page, PageRequest};
use domain::payout::{Payee, PayoutWay, WaySetting};
use domain::reserve::quota::QuotaSession;
use domain::reserve::{FundInstruction, InstructionState, Purpose, ReserveAccount, Transfer};
use sqlx::PgConnection;
use time::Date;
use uuid::Uuid;

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    id: ReserveAccountId,
    account: &NewAccount,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "INSERT INTO reserve_accounts
            (id, code, purpose, bank_name, account_no, currency, ledger_code, front, created_at)
         VALUES ($1, $2, $3, $4, $5, 'CNY', $6, $7, $8)",
        Uuid::from(id),
        account.code,
        account.purpose.name(),
        account.bank_name,
        account.account_no,
        ledger_account(account.purpose).code,
        account.front,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn active_custody(
    conn: &mut PgConnection,
) -> Result<Option<ReserveAccountId>, ReserveError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM reserve_accounts WHERE purpose = 'custody' AND active ORDER BY code LIMIT 1"
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ReserveAccountId))
}

pub(super) async fn numbered(
    conn: &mut PgConnection,
    account_no: &str,
) -> Result<Option<ReserveAccountId>, ReserveError> {
    let id =
        sqlx::query_scalar!("SELECT id FROM reserve_accounts WHERE account_no = $1", account_no)
            .fetch_optional(conn)
            .await?;
    Ok(id.map(ReserveAccountId))
}

/// Keeps others from promising money of the account until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    id: ReserveAccountId,
) -> Result<(), ReserveError> {
    sqlx::query!("SELECT id FROM reserve_accounts WHERE id = $1 FOR UPDATE", Uuid::from(id))
        .fetch_optional(conn)
        .await?
        .ok_or(ReserveError::NotFound(id))?;
    Ok(())
}

struct Row {
    id: Uuid,
    code: String,
    purpose: String,
    bank_name: String,
    account_no: String,
    ledger_code: String,
    front: String,
    active: bool,
    promised: i64,
    day: Option<Date>,
    closing_minor: Option<i64>,
}

impl TryFrom<Row> for ReserveAccount {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let purpose = Purpose::named(&row.purpose)
            .ok_or_else(|| Inconsistent::new("reserve_accounts", row.id, "unknown purpose"))?;
        Ok(Self {
            id: row.id.into(),
            code: row.code,
            purpose,
            bank_name: row.bank_name,
            account_no: row.account_no,
            ledger_code: row.ledger_code,
            front: row.front,
            active: row.active,
            booked: Money::zero(Currency::Cny),
            promised: Money::cny(row.promised),
            statement: row
                .day
                .zip(row.closing_minor)
                .map(|(day, closing)| (BusinessDate(day), Money::cny(closing))),
        })
    }
}

/// The accounts by code. What is booked on them is for the books to say.
pub(super) async fn list(conn: &mut PgConnection) -> Result<Vec<ReserveAccount>, ReserveError> {
    rows(conn, None).await
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: ReserveAccountId,
) -> Result<Option<ReserveAccount>, ReserveError> {
    Ok(rows(conn, Some(id)).await?.pop())
}

async fn rows(
    conn: &mut PgConnection,
    id: Option<ReserveAccountId>,
) -> Result<Vec<ReserveAccount>, ReserveError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT a.id, a.code, a.purpose, a.bank_name, a.account_no, a.ledger_code, a.front,
                  a.active,
                  (SELECT COALESCE(sum(f.amount_minor), 0)::bigint FROM fund_instructions f
                   WHERE f.reserve_account_id = a.id AND f.state = 'promised')
                  + (SELECT COALESCE(sum(d.amount_minor), 0)::bigint FROM reserve_documents d
                     WHERE d.leaves = a.purpose AND d.state = 'approved') AS "promised!",
                  s.day AS "day?", s.closing_minor AS "closing_minor?"
           FROM reserve_accounts a
           LEFT JOIN LATERAL (
               SELECT b.day, b.closing_minor FROM reserve_statement_balances b
               WHERE b.account_no = a.account_no ORDER BY b.day DESC LIMIT 1) s ON true
           WHERE $1::uuid IS NULL OR a.id = $1
           ORDER BY a.code"#,
        id.map(Uuid::from),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(ReserveAccount::try_from).collect::<Result<_, _>>()?)
}

/// Whether this is the settlement account registered for the merchant.
pub(super) async fn is_registered(
    conn: &mut PgConnection,
    merchant: MerchantId,
    payee: &Payee,
) -> Result<bool, ReserveError> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM merchants
         WHERE id = $1 AND settlement_account_no = $2 AND settlement_account_name = $3
           AND settlement_bank = $4",
        Uuid::from(merchant),
        payee.account,
        payee.name,
        payee.bank,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

/// Whether this is the account of the payer that a refund is for.
pub(super) async fn is_payers(
    conn: &mut PgConnection,
    refund: RefundId,
    payee: &Payee,
) -> Result<bool, ReserveError> {
    let found = sqlx::query_scalar!(
        "SELECT n.id FROM refund_payees n
         WHERE n.refund_id = $1 AND n.account = $2 AND n.name = $3 AND n.bank = $4
           AND n.id = (SELECT max(l.id) FROM refund_payees l WHERE l.refund_id = $1)",
        Uuid::from(refund),
        payee.account,
        payee.name,
        payee.bank,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

/// Whether this is the user's own account that counts now.
pub(super) async fn is_users(
    conn: &mut PgConnection,
    user: UserId,
    payee: &Payee,
) -> Result<bool, ReserveError> {
    let found = sqlx::query_scalar!(
        "SELECT n.id FROM user_accounts n
         WHERE n.user_id = $1 AND n.account = $2 AND n.name = $3 AND n.bank = $4
           AND n.id = (SELECT max(l.id) FROM user_accounts l WHERE l.user_id = $1)",
        Uuid::from(user),
        payee.account,
        payee.name,
        payee.bank,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

/// Whether this is the account a top-up came from.
pub(super) async fn is_origin(
    conn: &mut PgConnection,
    order: OrderId,
    payee: &Payee,
) -> Result<bool, ReserveError> {
    let found = sqlx::query_scalar!(
        "SELECT order_id FROM top_ups
         WHERE order_id = $1 AND account = $2 AND name = $3 AND bank = $4",
        Uuid::from(order),
        payee.account,
        payee.name,
        payee.bank,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

pub(super) async fn promise(
    conn: &mut PgConnection,
    office: &Office,
    (instruction, _leave): (&Instruction<'_>, Transfer),
    session: Option<&QuotaSession>,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "INSERT INTO fund_instructions
            (id, reserve_account_id, payout_id, amount_minor, state, created_at, quota_house,
             quota_day)
         VALUES ($1, $2, $3, $4, 'promised', $5, $6, $7)",
        office.new_id(),
        Uuid::from(instruction.account),
        Uuid::from(instruction.payout),
        instruction.amount.minor(),
        office.now(),
        session.map(|session| session.house.as_str()),
        session.map(|session| session.day.0),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn clearing_house(
    conn: &mut PgConnection,
    id: ReserveAccountId,
) -> Result<Option<String>, ReserveError> {
    let id = Uuid::from(id);
    Ok(sqlx::query_scalar!("SELECT clearing_house FROM reserve_accounts WHERE id = $1", id)
        .fetch_one(conn)
        .await?)
}

pub(super) async fn payout_way(
    conn: &mut PgConnection,
    id: ReserveAccountId,
) -> Result<Option<WaySetting>, ReserveError> {
    let row = sqlx::query!(
        "SELECT payout_way, holder FROM reserve_accounts WHERE id = $1 FOR UPDATE",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let way = PayoutWay::named(&row.payout_way)
        .ok_or_else(|| Inconsistent::new("reserve_accounts", id, "unknown way"))?;
    Ok(Some(WaySetting { way, holder: row.holder }))
}

pub(super) async fn set_payout_way(
    conn: &mut PgConnection,
    id: ReserveAccountId,
    setting: &WaySetting,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "UPDATE reserve_accounts SET payout_way = $2, holder = $3 WHERE id = $1",
        Uuid::from(id),
        setting.way.name(),
        setting.holder,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn clear_over(
    conn: &mut PgConnection,
    id: ReserveAccountId,
    house: &str,
) -> Result<(), ReserveError> {
    let id = Uuid::from(id);
    sqlx::query!("UPDATE reserve_accounts SET clearing_house = $2 WHERE id = $1", id, house)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn conclude(
    conn: &mut PgConnection,
    office: &Office,
    payout: PayoutId,
    state: InstructionState,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "UPDATE fund_instructions SET state = $2, concluded_at = $3
         WHERE payout_id = $1 AND state = 'promised'",
        Uuid::from(payout),
        state.name(),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Says whether there is such an account.
pub(super) async fn record_statement(
    conn: &mut PgConnection,
    account_no: &str,
    (day, closing): (BusinessDate, Money),
) -> Result<bool, ReserveError> {
    let result = sqlx::query!(
        "INSERT INTO reserve_statement_balances (account_no, day, closing_minor)
         SELECT a.account_no, $2, $3 FROM reserve_accounts a WHERE a.account_no = $1
         ON CONFLICT (account_no, day) DO UPDATE
         SET closing_minor = EXCLUDED.closing_minor",
        account_no,
        day.0,
        closing.minor(),
    )
    .execute(conn)
    .await?;
    Ok(result.rows_affected() == 1)
}

pub(super) async fn instructions(
    conn: &mut PgConnection,
    id: ReserveAccountId,
    page: PageRequest,
) -> Result<Page<FundInstruction>, ReserveError> {
    let rows = sqlx::query!(
        r#"SELECT payout_id, amount_minor, state, created_at, concluded_at,
                  count(*) OVER () AS "total!"
           FROM fund_instructions WHERE reserve_account_id = $1
           ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3"#,
        Uuid::from(id),
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let mut instructions = Vec::with_capacity(rows.len());
    for row in rows {
        let state = InstructionState::named(&row.state).ok_or_else(|| {
            Inconsistent::new("fund_instructions", row.payout_id, "unknown state")
        })?;
        instructions.push(FundInstruction {
            payout: PayoutId(row.payout_id),
            amount: Money::cny(row.amount_minor),
            state,
            created_at: row.created_at,
            concluded_at: row.concluded_at,
        });
    }
    Ok(Page { rows: instructions, total, request: page })
}
