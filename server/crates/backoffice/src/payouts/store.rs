use super::{Draft, PayoutError, Purse};
use crate::explain::Inconsistent;
use crate::office::Office;
use crate::refunds::PayOut;
use domain::ids::{
    JournalId, MerchantId, OrderId, PayoutBatchId, PayoutId, RefundId, StatementLineId, UserId,
};
use domain::money::Money;
use domain::payout::{Payee, PayoutState};
use sqlx::PgConnection;
use uuid::Uuid;

/// Where the money of refunds waits, 退款在途.
pub(super) const REFUNDS: &str = "2241.07";
/// What users are owed, 用户支付账户.
pub(super) const USERS: &str = "2241.01";

/// A payout held for work, with what the bank needs to know.
#[derive(Debug, Clone)]
pub(super) struct Payout {
    pub id: PayoutId,
    pub number: String,
    pub merchant: MerchantId,
    pub merchant_code: String,
    /// The merchant's balance it is taken from; none of a refund, whose money is set aside already.
    pub purse: Option<Purse>,
    /// The refund it carries to the payer, also when it is paid once more.
    pub refund: Option<RefundId>,
    /// The user whose balance it was taken from.
    pub user: Option<UserId>,
    /// The top-up it gives back, also when it is paid once more.
    pub top_up: Option<OrderId>,
    pub amount: Money,
    pub payee: Payee,
    pub state: PayoutState,
    pub batch: Option<PayoutBatchId>,
    pub submit_journal: Option<JournalId>,
    /// The returned payout it replaces.
    pub repays: Option<PayoutId>,
    pub reserve_account_no: Option<String>,
    pub front: Option<String>,
    /// Whether its batch goes out as a file.
    pub by_file: bool,
}

impl Payout {
    pub(super) fn inconsistent(&self, what: &str) -> PayoutError {
        Inconsistent::new("payouts", self.id, what).into()
    }
}

pub(super) struct StateColumns {
    pub id: Uuid,
    pub state: String,
    pub bank_ref: Option<String>,
    pub failure: Option<String>,
    pub statement_line_id: Option<Uuid>,
    pub return_line_id: Option<Uuid>,
}

impl TryFrom<StateColumns> for PayoutState {
    type Error = Inconsistent;

    fn try_from(row: StateColumns) -> Result<Self, Inconsistent> {
        let id = row.id;
        let wrong = |what: &str| Inconsistent::new("payouts", id, what);
        let reason = row.failure.clone().ok_or_else(|| wrong("no reason"));
        let line = |line: Option<Uuid>| {
            line.map(StatementLineId).ok_or_else(|| wrong("no statement line"))
        };
        Ok(match row.state.as_str() {
            "drafted" => Self::Drafted { returned_because: row.failure },
            "submitted" => Self::Submitted,
            "queued" => Self::Queued,
            "sending" => Self::Sending,
            "accepted" => Self::Accepted {
                bank_ref: row.bank_ref.ok_or_else(|| wrong("accepted without a reference"))?,
            },
            "unknown" => Self::Unknown { reason: reason? },
            "rejected" => Self::Rejected { reason: reason? },
            "paid" => Self::Paid { line: line(row.statement_line_id)? },
            "returned" => Self::Returned { line: line(row.return_line_id)?, reason: reason? },
            _ => return Err(wrong("unknown state")),
        })
    }
}

struct Row {
    id: Uuid,
    number: String,
    merchant_id: Uuid,
    merchant_code: String,
    from_code: String,
    amount_minor: i64,
    currency: String,
    refund_id: Option<Uuid>,
    user_id: Option<Uuid>,
    top_up_id: Option<Uuid>,
    payee_account: String,
    payee_name: String,
    payee_bank: String,
    state: String,
    bank_ref: Option<String>,
    failure: Option<String>,
    statement_line_id: Option<Uuid>,
    return_line_id: Option<Uuid>,
    batch_id: Option<Uuid>,
    submit_journal_id: Option<Uuid>,
    repays_id: Option<Uuid>,
    account_no: Option<String>,
    front: Option<String>,
    by_file: bool,
}

impl TryFrom<Row> for Payout {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("payouts", row.id, what);
        let purse = Purse::named(&row.from_code);
        if purse.is_none() && row.refund_id.is_none() && row.user_id.is_none() {
            return Err(wrong("unknown purse"));
        }
        let currency = row.currency.parse().map_err(|_| wrong("unknown currency"))?;
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
            purse,
            refund: row.refund_id.map(RefundId),
            user: row.user_id.map(UserId),
            top_up: row.top_up_id.map(OrderId),
            amount: Money::new(row.amount_minor, currency),
            payee: Payee { account: row.payee_account, name: row.payee_name, bank: row.payee_bank },
            state: state.try_into()?,
            batch: row.batch_id.map(PayoutBatchId),
            submit_journal: row.submit_journal_id.map(JournalId),
            repays: row.repays_id.map(PayoutId),
            reserve_account_no: row.account_no,
            front: row.front,
            by_file: row.by_file,
        })
    }
}

/// Which payouts to hold: one by id, one by number, or all of a batch.
#[derive(Default)]
struct Which<'a> {
    id: Option<Uuid>,
    number: Option<&'a str>,
    batch: Option<Uuid>,
}

async fn lock_some(conn: &mut PgConnection, which: Which<'_>) -> Result<Vec<Payout>, PayoutError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT p.id, p.number, p.merchant_id, m.code AS merchant_code, p.from_code,
                  p.amount_minor, p.currency, p.payee_account, p.payee_name, p.payee_bank,
                  p.state, p.bank_ref, p.failure, p.statement_line_id, p.return_line_id,
                  p.batch_id, p.submit_journal_id, p.repays_id, p.refund_id, p.user_id,
                  p.top_up_id, a.account_no AS "account_no?",
                  a.front AS "front?", COALESCE(b.way = 'file', false) AS "by_file!"
           FROM payouts p
           JOIN merchants m ON m.id = p.merchant_id
           LEFT JOIN payout_batches b ON b.id = p.batch_id
           LEFT JOIN reserve_accounts a ON a.id = b.reserve_account_id
           WHERE ($1::uuid IS NULL OR p.id = $1) AND ($2::text IS NULL OR p.number = $2)
             AND ($3::uuid IS NULL OR p.batch_id = $3)
             AND num_nonnulls($1::uuid, $2::text, $3::uuid) = 1
           ORDER BY p.id FOR UPDATE OF p"#,
        which.id,
        which.number,
        which.batch,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Payout::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: PayoutId,
) -> Result<Option<Payout>, PayoutError> {
    Ok(lock_some(conn, Which { id: Some(id.into()), ..Which::default() }).await?.pop())
}

pub(super) async fn lock_numbered(
    conn: &mut PgConnection,
    number: &str,
) -> Result<Option<Payout>, PayoutError> {
    Ok(lock_some(conn, Which { number: Some(number), ..Which::default() }).await?.pop())
}

/// The payouts of a batch, held, in the order they were drafted.
pub(super) async fn of_batch(
    conn: &mut PgConnection,
    batch: PayoutBatchId,
) -> Result<Vec<Payout>, PayoutError> {
    lock_some(conn, Which { batch: Some(batch.into()), ..Which::default() }).await
}

/// Stores the state a payout reached, and that it did.
pub(super) async fn save(
    conn: &mut PgConnection,
    office: &Office,
    id: PayoutId,
    state: &PayoutState,
) -> Result<(), PayoutError> {
    let (mut bank_ref, mut failure, mut paid_by, mut returned_by) = (None, None, None, None);
    match state {
        PayoutState::Drafted { returned_because } => failure = returned_because.as_deref(),
        PayoutState::Accepted { bank_ref: given } => bank_ref = Some(given.as_str()),
        PayoutState::Unknown { reason } | PayoutState::Rejected { reason } => {
            failure = Some(reason.as_str());
        }
        PayoutState::Paid { line } => paid_by = Some(Uuid::from(*line)),
        PayoutState::Returned { line, reason } => {
            failure = Some(reason.as_str());
            returned_by = Some(Uuid::from(*line));
        }
        PayoutState::Submitted | PayoutState::Queued | PayoutState::Sending => {}
    }
    sqlx::query!(
        "UPDATE payouts SET state = $2, bank_ref = COALESCE($3, bank_ref), failure = $4,
                statement_line_id = COALESCE($5, statement_line_id), return_line_id = $6,
                updated_at = $7
         WHERE id = $1",
        Uuid::from(id),
        state.name(),
        bank_ref,
        failure,
        paid_by,
        returned_by,
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    step(conn, office, id, (state.name(), bank_ref.or(failure).unwrap_or_default())).await
}

pub(super) async fn step(
    conn: &mut PgConnection,
    office: &Office,
    id: PayoutId,
    (state, note): (&str, &str),
) -> Result<(), PayoutError> {
    sqlx::query!(
        "INSERT INTO payout_steps (payout_id, state, at, note) VALUES ($1, $2, $3, $4)",
        Uuid::from(id),
        state,
        office.now(),
        note,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (id, payee): (PayoutId, &Payee),
    draft: &Draft,
) -> Result<(), PayoutError> {
    sqlx::query!(
        "INSERT INTO payouts
            (id, merchant_id, source, source_id, from_code, amount_minor, currency, payee_account,
             payee_name, payee_bank, number, state, created_at, updated_at)
         VALUES ($1, $2, 'settlement', $3, $4, $5, $6, $7, $8, $9, $10, 'drafted', $11, $11)",
        Uuid::from(id),
        Uuid::from(draft.merchant),
        draft.settlement,
        draft.purse.code(),
        draft.amount.minor(),
        draft.amount.currency().code(),
        payee.account,
        payee.name,
        payee.bank,
        office.new_id().simple().to_string(),
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    step(conn, office, id, ("drafted", "")).await
}

/// Stores the payout of a refund; says whether there was none yet.
pub(super) async fn insert_refund(
    conn: &mut PgConnection,
    office: &Office,
    id: PayoutId,
    out: &PayOut,
) -> Result<bool, PayoutError> {
    let inserted = sqlx::query!(
        "INSERT INTO payouts
            (id, merchant_id, source, source_id, refund_id, from_code, amount_minor, currency,
             payee_account, payee_name, payee_bank, number, state, created_at, updated_at)
         VALUES ($1, $2, 'refund', $3, $3, $4, $5, $6, $7, $8, $9, $10, 'drafted', $11, $11)
         ON CONFLICT (source_id) WHERE source = 'refund' DO NOTHING",
        Uuid::from(id),
        Uuid::from(out.merchant),
        Uuid::from(out.refund),
        REFUNDS,
        out.amount.minor(),
        out.amount.currency().code(),
        out.payee.account,
        out.payee.name,
        out.payee.bank,
        office.new_id().simple().to_string(),
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    step(conn, office, id, ("drafted", "")).await?;
    Ok(true)
}

/// Stores the payout that replaces a returned one.
pub(super) async fn insert_replacement(
    conn: &mut PgConnection,
    office: &Office,
    (id, payee): (PayoutId, &Payee),
    old: &Payout,
) -> Result<(), PayoutError> {
    sqlx::query!(
        "INSERT INTO payouts
            (id, merchant_id, source, source_id, from_code, amount_minor, currency, payee_account,
             payee_name, payee_bank, number, state, repays_id, refund_id, user_id, top_up_id,
             created_at, updated_at)
         VALUES ($1, $2, 'returned_payout', $3, $4, $5, $6, $7, $8, $9, $10, 'drafted', $3, $12,
                 $13, $14, $11, $11)",
        Uuid::from(id),
        Uuid::from(old.merchant),
        Uuid::from(old.id),
        old.drafted_code(),
        old.amount.minor(),
        old.amount.currency().code(),
        payee.account,
        payee.name,
        payee.bank,
        office.new_id().simple().to_string(),
        office.now(),
        old.refund.map(Uuid::from),
        old.user.map(Uuid::from),
        old.top_up.map(Uuid::from),
    )
    .execute(&mut *conn)
    .await?;
    step(conn, office, id, ("drafted", "")).await
}

pub(super) async fn registered_payee(
    conn: &mut PgConnection,
    merchant: MerchantId,
) -> Result<Option<Payee>, PayoutError> {
    let payee = sqlx::query_as!(
        Payee,
        "SELECT settlement_account_no AS account, settlement_account_name AS name,
                settlement_bank AS bank
         FROM merchants WHERE id = $1",
        Uuid::from(merchant),
    )
    .fetch_optional(conn)
    .await?;
    Ok(payee)
}

/// Keeps others from drafting from this balance until the transaction ends.
pub(super) async fn lock_purse(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
    purse: Purse,
) -> Result<(), PayoutError> {
    sqlx::query!(
        "INSERT INTO payout_purses (merchant_id, from_code, drafted_at) VALUES ($1, $2, $3)
         ON CONFLICT (merchant_id, from_code) DO UPDATE SET drafted_at = EXCLUDED.drafted_at",
        Uuid::from(merchant),
        purse.code(),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What is drafted from a balance and has not left it yet.
pub(super) async fn drafted(
    conn: &mut PgConnection,
    merchant: MerchantId,
    purse: Purse,
) -> Result<Money, PayoutError> {
    let minor = sqlx::query_scalar!(
        r#"SELECT COALESCE(sum(amount_minor), 0)::bigint AS "sum!" FROM payouts
           WHERE merchant_id = $1 AND from_code = $2 AND state IN ('drafted', 'submitted')
             AND repays_id IS NULL AND top_up_id IS NULL"#,
        Uuid::from(merchant),
        purse.code(),
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::cny(minor))
}

pub(super) async fn note_submit_journal(
    conn: &mut PgConnection,
    id: PayoutId,
    journal: JournalId,
) -> Result<(), PayoutError> {
    let (id, journal) = (Uuid::from(id), Uuid::from(journal));
    sqlx::query!("UPDATE payouts SET submit_journal_id = $2 WHERE id = $1", id, journal)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn note_bank_ref(
    conn: &mut PgConnection,
    id: PayoutId,
    bank_ref: &str,
) -> Result<(), PayoutError> {
    let id = Uuid::from(id);
    sqlx::query!("UPDATE payouts SET bank_ref = $2 WHERE id = $1 AND $2 <> ''", id, bank_ref)
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts a query, and says how many there were.
pub(super) async fn count_query(conn: &mut PgConnection, id: PayoutId) -> Result<i32, PayoutError> {
    let queries = sqlx::query_scalar!(
        "UPDATE payouts SET queries = queries + 1 WHERE id = $1 RETURNING queries",
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok(queries)
}
