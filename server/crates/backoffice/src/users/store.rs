use super::{Origin, UserError};
use crate::explain::Inconsistent;
use domain::fee::{FeeTerms, Rate};
use domain::ids::{AccountId, MerchantId, OrderId, PaymentId, UserId};
use domain::limits::AccountClass;
use domain::money::Money;
use domain::page::{Page, PageRequest};
use domain::payout::Payee;
use domain::user::{ToppedUp, User, UserAccount, UserFilter, UserSummary};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Latest top-ups shown of a user.
const SHOWN: i64 = 50;

struct Row {
    id: Uuid,
    merchant_id: Uuid,
    reference: String,
    name: String,
    class: String,
    created_at: OffsetDateTime,
}

impl TryFrom<Row> for User {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let class = AccountClass::named(&row.class)
            .ok_or_else(|| Inconsistent::new("users", row.id, "unknown class"))?;
        Ok(Self {
            id: row.id.into(),
            merchant: row.merchant_id.into(),
            reference: row.reference,
            name: row.name,
            class,
            created_at: row.created_at,
        })
    }
}

/// Stores a user; says whether the reference was free.
pub(super) async fn insert(conn: &mut PgConnection, user: &User) -> Result<bool, UserError> {
    let inserted = sqlx::query!(
        "INSERT INTO users (id, merchant_id, reference, name, class, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (merchant_id, reference) DO NOTHING",
        Uuid::from(user.id),
        Uuid::from(user.merchant),
        user.reference,
        user.name,
        user.class.name(),
        user.created_at,
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub(super) async fn by_reference(
    conn: &mut PgConnection,
    merchant: MerchantId,
    reference: &str,
) -> Result<Option<User>, UserError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, merchant_id, reference, name, class, created_at FROM users
         WHERE merchant_id = $1 AND reference = $2",
        Uuid::from(merchant),
        reference,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(User::try_from).transpose()?)
}

pub(super) async fn lock(conn: &mut PgConnection, id: UserId) -> Result<Option<User>, UserError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, merchant_id, reference, name, class, created_at FROM users
         WHERE id = $1 FOR NO KEY UPDATE",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(User::try_from).transpose()?)
}

pub(super) async fn insert_account(
    conn: &mut PgConnection,
    (user, payee): (UserId, &Payee),
    (by, at): (&str, OffsetDateTime),
) -> Result<(), UserError> {
    sqlx::query!(
        "INSERT INTO user_accounts (user_id, account, name, bank, given_by, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        Uuid::from(user),
        payee.account,
        payee.name,
        payee.bank,
        by,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The account that counts now, and since when, if it is not the first one.
pub(super) async fn payee(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<(Payee, Option<OffsetDateTime>)>, UserError> {
    let row = sqlx::query!(
        r#"SELECT account, name, bank, at, count(*) OVER () > 1 AS "changed!"
           FROM user_accounts WHERE user_id = $1 ORDER BY id DESC LIMIT 1"#,
        Uuid::from(user),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let payee = Payee { account: row.account, name: row.name, bank: row.bank };
        (payee, row.changed.then_some(row.at))
    }))
}

pub(super) async fn accounts(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Vec<UserAccount>, UserError> {
    let rows = sqlx::query!(
        "SELECT account, name, bank, given_by, at FROM user_accounts
         WHERE user_id = $1 ORDER BY id DESC",
        Uuid::from(user),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| UserAccount {
            payee: Payee { account: row.account, name: row.name, bank: row.bank },
            given_by: row.given_by,
            at: row.at,
        })
        .collect())
}

/// Top-ups of a user that may still raise the balance.
pub(super) async fn coming(conn: &mut PgConnection, user: UserId) -> Result<Money, UserError> {
    let minor = sqlx::query_scalar!(
        r#"SELECT COALESCE(sum(amount_minor), 0)::bigint AS "minor!" FROM payments
           WHERE user_id = $1 AND state IN ('created', 'sending', 'unknown')"#,
        Uuid::from(user),
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::cny(minor))
}

pub(super) async fn insert_origin(
    conn: &mut PgConnection,
    origin: &Origin,
    at: OffsetDateTime,
) -> Result<(), UserError> {
    sqlx::query!(
        "INSERT INTO top_ups (order_id, merchant_id, user_id, account, name, bank, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::from(origin.order),
        Uuid::from(origin.merchant),
        origin.user.map(Uuid::from),
        origin.payee.account,
        origin.payee.name,
        origin.payee.bank,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn origin(
    conn: &mut PgConnection,
    order: OrderId,
) -> Result<Option<Payee>, UserError> {
    let payee = sqlx::query_as!(
        Payee,
        "SELECT account, name, bank FROM top_ups WHERE order_id = $1",
        Uuid::from(order),
    )
    .fetch_optional(conn)
    .await?;
    Ok(payee)
}

/// What a withdrawal costs.
pub(super) async fn withdrawal_terms(conn: &mut PgConnection) -> Result<FeeTerms, UserError> {
    let row =
        sqlx::query!("SELECT rate_ppm, fixed_minor, min_minor, max_minor FROM withdrawal_fees")
            .fetch_one(conn)
            .await?;
    let rate = Rate::from_ppm(row.rate_ppm)
        .map_err(|error| Inconsistent::new("withdrawal_fees", 1, error))?;
    Ok(FeeTerms {
        rate,
        fixed: Money::cny(row.fixed_minor),
        min: Money::cny(row.min_minor),
        max: row.max_minor.map(Money::cny),
    })
}

struct SummaryRow {
    id: Uuid,
    merchant_id: Uuid,
    reference: String,
    name: String,
    class: String,
    created_at: OffsetDateTime,
    merchant_code: String,
    merchant_name: String,
    balance_minor: i64,
}

impl TryFrom<SummaryRow> for UserSummary {
    type Error = Inconsistent;

    fn try_from(row: SummaryRow) -> Result<Self, Inconsistent> {
        let user = Row {
            id: row.id,
            merchant_id: row.merchant_id,
            reference: row.reference,
            name: row.name,
            class: row.class,
            created_at: row.created_at,
        };
        Ok(Self {
            user: user.try_into()?,
            merchant_code: row.merchant_code,
            merchant_name: row.merchant_name,
            balance: Money::cny(row.balance_minor),
        })
    }
}

pub(super) async fn summary(
    conn: &mut PgConnection,
    id: UserId,
) -> Result<Option<UserSummary>, UserError> {
    let row = sqlx::query_as!(
        SummaryRow,
        r#"SELECT u.id, u.merchant_id, u.reference, u.name, u.class, u.created_at,
                  m.code AS merchant_code, m.name AS merchant_name,
                  COALESCE((SELECT b.balance_minor FROM ledger_accounts a
                            JOIN ledger_balances b ON b.account_id = a.id
                            WHERE a.code = '2241.01' AND a.owner = u.id::text
                              AND a.currency = 'CNY'), 0) AS "balance_minor!"
           FROM users u JOIN merchants m ON m.id = u.merchant_id WHERE u.id = $1"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(UserSummary::try_from).transpose()?)
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &UserFilter,
    page: PageRequest,
) -> Result<Page<UserSummary>, UserError> {
    let merchant = filter.merchant.map(Uuid::from);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM users u
           WHERE ($1::uuid IS NULL OR u.merchant_id = $1)
             AND ($2::text IS NULL OR starts_with(u.reference, $2) OR starts_with(u.name, $2))"#,
        merchant,
        filter.text,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        SummaryRow,
        r#"SELECT u.id, u.merchant_id, u.reference, u.name, u.class, u.created_at,
                  m.code AS merchant_code, m.name AS merchant_name,
                  COALESCE((SELECT b.balance_minor FROM ledger_accounts a
                            JOIN ledger_balances b ON b.account_id = a.id
                            WHERE a.code = '2241.01' AND a.owner = u.id::text
                              AND a.currency = 'CNY'), 0) AS "balance_minor!"
           FROM users u JOIN merchants m ON m.id = u.merchant_id
           WHERE ($1::uuid IS NULL OR u.merchant_id = $1)
             AND ($2::text IS NULL OR starts_with(u.reference, $2) OR starts_with(u.name, $2))
           ORDER BY u.created_at DESC, u.id DESC LIMIT $3 OFFSET $4"#,
        merchant,
        filter.text,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(UserSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

struct TopUpRow {
    order_id: Uuid,
    payment_id: Uuid,
    merchant_id: Uuid,
    user_id: Option<Uuid>,
    number: String,
    amount_minor: i64,
    state: String,
    account: String,
    name: String,
    bank: String,
    returned_minor: i64,
    at: OffsetDateTime,
}

impl From<TopUpRow> for ToppedUp {
    fn from(row: TopUpRow) -> Self {
        Self {
            order: row.order_id.into(),
            payment: row.payment_id.into(),
            merchant: row.merchant_id.into(),
            user: row.user_id.map(UserId),
            number: row.number,
            amount: Money::cny(row.amount_minor),
            state: row.state,
            origin: Payee { account: row.account, name: row.name, bank: row.bank },
            returned: Money::cny(row.returned_minor),
            at: row.at,
        }
    }
}

/// The latest top-ups of a user, or the one of a payment. What went back counts unless it was
/// refused; one paid once more is the same money.
async fn some_top_ups(
    conn: &mut PgConnection,
    (user, payment): (Option<Uuid>, Option<Uuid>),
) -> Result<Vec<ToppedUp>, UserError> {
    let rows = sqlx::query_as!(
        TopUpRow,
        r#"SELECT t.order_id, p.id AS payment_id, t.merchant_id, t.user_id,
                  o.merchant_order_no AS number, p.amount_minor, p.state, t.account, t.name,
                  t.bank, t.at,
                  (SELECT COALESCE(sum(x.amount_minor), 0)::bigint FROM payouts x
                   WHERE x.top_up_id = t.order_id AND x.source = 'top_up_return'
                     AND x.state <> 'rejected') AS "returned_minor!"
           FROM top_ups t
           JOIN orders o ON o.id = t.order_id
           JOIN payments p ON p.order_id = t.order_id
           WHERE (t.user_id = $1 OR p.id = $2)
           ORDER BY t.at DESC, t.order_id DESC LIMIT $3"#,
        user,
        payment,
        SHOWN,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(ToppedUp::from).collect())
}

pub(super) async fn top_ups(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Vec<ToppedUp>, UserError> {
    some_top_ups(conn, (Some(user.into()), None)).await
}

pub(super) async fn top_up_of(
    conn: &mut PgConnection,
    payment: PaymentId,
) -> Result<Option<ToppedUp>, UserError> {
    Ok(some_top_ups(conn, (None, Some(payment.into()))).await?.pop())
}

/// The account in the books of a user who was ever topped up.
pub(super) async fn ledger_account(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<AccountId>, UserError> {
    let account = super::account(user);
    let id = sqlx::query_scalar!(
        "SELECT id FROM ledger_accounts WHERE code = $1 AND owner = $2 AND currency = 'CNY'",
        account.code,
        account.owner,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(AccountId))
}
