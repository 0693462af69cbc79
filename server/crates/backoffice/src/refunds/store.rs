use super::RefundError;
use super::results::Proof;
use crate::explain::Inconsistent;
use crate::office::Office;
use crate::orders::Change;
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, MerchantId, OrderId, PaymentId, RefundId, StaffId};
use domain::money::Money;
use domain::refund::{RefundRequest, RefundState};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// The payment of a refund, held for work.
#[derive(Debug, Clone)]
pub(super) struct PaidPayment {
    pub id: PaymentId,
    pub order: OrderId,
    pub merchant_order_no: String,
    pub number: String,
    pub merchant: MerchantId,
    pub merchant_code: String,
    pub seller: Option<MerchantId>,
    pub channel: String,
    pub state: String,
    pub amount: Money,
    pub fee: Money,
    /// What refunds took or hold.
    pub refunded: Money,
    pub settled: bool,
    /// Whether it is a top-up, which goes back as a return.
    pub is_top_up: bool,
    pub gives_fee_back: bool,
}

/// A refund held for work.
#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub id: RefundId,
    pub payment: PaymentId,
    pub merchant: MerchantId,
    pub channel: String,
    pub number: String,
    pub merchant_refund_no: String,
    pub amount: Money,
    pub state: RefundState,
    pub reason: String,
    pub payer_party: Option<MerchantId>,
    /// Whether it is paid out to the payer instead of going back through the channel.
    pub by_payout: bool,
}

impl Refund {
    /// Whose balance the money was taken from.
    pub(super) fn party(&self) -> MerchantId {
        self.payer_party.unwrap_or(self.merchant)
    }
}

pub(super) async fn lock_payment(
    conn: &mut PgConnection,
    id: PaymentId,
) -> Result<Option<PaidPayment>, RefundError> {
    let row = sqlx::query!(
        r#"SELECT p.id, p.order_id, o.merchant_order_no, p.number, p.merchant_id,
                  m.code AS merchant_code, o.seller_id, p.channel, p.state, p.amount_minor,
                  p.currency, p.fee_minor, p.refunded_minor, p.settlement_id,
                  p.top_up IS NOT NULL AS "is_top_up!",
                  COALESCE(c.refund_gives_fee_back, false) AS "gives_fee_back!"
           FROM payments p
           JOIN orders o ON o.id = p.order_id
           JOIN merchants m ON m.id = p.merchant_id
           LEFT JOIN channels c ON c.code = p.channel
           WHERE p.id = $1 FOR UPDATE OF p"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let currency = row.currency.parse().map_err(|e| Inconsistent::new("payments", id, e))?;
    let money = |minor| Money::new(minor, currency);
    Ok(Some(PaidPayment {
        id,
        order: row.order_id.into(),
        merchant_order_no: row.merchant_order_no,
        number: row.number,
        merchant: row.merchant_id.into(),
        merchant_code: row.merchant_code,
        seller: row.seller_id.map(MerchantId),
        channel: row.channel.unwrap_or_default(),
        state: row.state,
        amount: money(row.amount_minor),
        fee: money(row.fee_minor),
        refunded: money(row.refunded_minor),
        settled: row.settlement_id.is_some(),
        is_top_up: row.is_top_up,
        gives_fee_back: row.gives_fee_back,
    }))
}

pub(super) struct StateColumns {
    pub id: Uuid,
    pub state: String,
    pub channel_no: Option<String>,
    pub failure: Option<String>,
}

impl TryFrom<StateColumns> for RefundState {
    type Error = Inconsistent;

    fn try_from(row: StateColumns) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("refunds", row.id, what);
        let reason = row.failure.ok_or_else(|| wrong("no reason"));
        Ok(match row.state.as_str() {
            "waiting_approval" => Self::WaitingApproval,
            "waiting_funds" => Self::WaitingFunds,
            "requested" => Self::Requested,
            "sending" => Self::Sending,
            "unknown" => Self::Unknown { reason: reason? },
            "succeeded" => Self::Succeeded {
                channel_no: row.channel_no.ok_or_else(|| wrong("succeeded without a number"))?,
            },
            "failed" => Self::Failed { reason: reason? },
            "rejected" => Self::Rejected { reason: reason? },
            _ => return Err(wrong("unknown state")),
        })
    }
}

pub(super) async fn payment_of(
    conn: &mut PgConnection,
    id: RefundId,
) -> Result<Option<PaymentId>, RefundError> {
    let id = sqlx::query_scalar!("SELECT payment_id FROM refunds WHERE id = $1", Uuid::from(id))
        .fetch_optional(conn)
        .await?;
    Ok(id.map(PaymentId))
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: RefundId,
) -> Result<Option<Refund>, RefundError> {
    let row = sqlx::query!(
        "SELECT payment_id, merchant_id, channel, number, merchant_refund_no, amount_minor,
                currency, state, channel_no, failure, reason, payer_party, route
         FROM refunds WHERE id = $1 FOR UPDATE",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let currency = row.currency.parse().map_err(|e| Inconsistent::new("refunds", id, e))?;
    let state = StateColumns {
        id: id.into(),
        state: row.state,
        channel_no: row.channel_no,
        failure: row.failure,
    };
    Ok(Some(Refund {
        id,
        payment: row.payment_id.into(),
        merchant: row.merchant_id.into(),
        channel: row.channel,
        number: row.number,
        merchant_refund_no: row.merchant_refund_no,
        amount: Money::new(row.amount_minor, currency),
        state: state.try_into()?,
        reason: row.reason,
        payer_party: row.payer_party.map(MerchantId),
        by_payout: row.route == "payout",
    }))
}

/// The refund with this number of ours at a channel.
pub(super) async fn numbered(
    conn: &mut PgConnection,
    channel: &str,
    number: &str,
) -> Result<Option<RefundId>, RefundError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM refunds WHERE channel = $1 AND number = $2",
        channel,
        number,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(RefundId))
}

/// The refund of a payment that has this merchant's number.
pub(super) async fn find_numbered(
    conn: &mut PgConnection,
    payment: PaymentId,
    merchant_refund_no: &str,
) -> Result<Option<(RefundId, Money)>, RefundError> {
    let row = sqlx::query!(
        "SELECT id, amount_minor, currency FROM refunds
         WHERE payment_id = $1 AND merchant_refund_no = $2",
        Uuid::from(payment),
        merchant_refund_no,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let currency = row.currency.parse().map_err(|e| Inconsistent::new("refunds", row.id, e))?;
    Ok(Some((RefundId(row.id), Money::new(row.amount_minor, currency))))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (id, state, staff): (RefundId, &RefundState, Option<StaffId>),
    (payment, asked, route): (&PaidPayment, &RefundRequest, &str),
) -> Result<(), RefundError> {
    sqlx::query!(
        "INSERT INTO refunds
            (id, payment_id, merchant_id, channel, merchant_refund_no, amount_minor, currency,
             state, number, reason, requested_by, route, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        Uuid::from(id),
        Uuid::from(payment.id),
        Uuid::from(payment.merchant),
        payment.channel,
        asked.merchant_refund_no.trim(),
        asked.amount.minor(),
        asked.amount.currency().code(),
        state.name(),
        office.new_id().simple().to_string(),
        asked.reason,
        staff.map(Uuid::from),
        route,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn note_approval(
    conn: &mut PgConnection,
    id: RefundId,
    approval: ApprovalId,
) -> Result<(), RefundError> {
    let (id, approval) = (Uuid::from(id), Uuid::from(approval));
    sqlx::query!("UPDATE refunds SET approval_id = $2 WHERE id = $1", id, approval)
        .execute(conn)
        .await?;
    Ok(())
}

/// A refund on its way from one state to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    /// Which.
    pub id: RefundId,
    /// Where it stands.
    pub from: &'a RefundState,
    /// Where it goes.
    pub to: &'a RefundState,
    /// Why, and by whom.
    pub change: Change<'a>,
}

impl Step<'_> {
    /// Exactly one refund was where this step begins.
    fn taken(moved: &PgQueryResult) -> Result<(), RefundError> {
        if moved.rows_affected() == 1 { Ok(()) } else { Err(RefundError::ChangedMeanwhile) }
    }

    async fn note(&self, conn: &mut PgConnection, office: &Office) -> Result<(), RefundError> {
        sqlx::query!(
            "INSERT INTO transitions
                (order_id, subject_kind, subject_id, at, actor, cause, from_state, to_state,
                 request_id)
             SELECT p.order_id, 'refund', r.id, $2, $3, $4, $5, $6, $7
             FROM refunds r JOIN payments p ON p.id = r.payment_id
             WHERE r.id = $1 AND $5 <> $6",
            Uuid::from(self.id),
            office.now(),
            self.change.actor,
            self.change.cause.name(),
            self.from.name(),
            self.to.name(),
            office.request_id,
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// Writes down whose balance the money was taken from, with the state that says so.
pub(super) async fn save_funded(
    conn: &mut PgConnection,
    office: &Office,
    step: Step<'_>,
    (party, code): (MerchantId, &str),
) -> Result<(), RefundError> {
    let moved = sqlx::query!(
        "UPDATE refunds SET payer_party = $3, taken_from = $4, state = $5, failure = NULL,
                updated_at = $6
         WHERE id = $1 AND state = $2",
        Uuid::from(step.id),
        step.from.name(),
        Uuid::from(party),
        code,
        step.to.name(),
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    Step::taken(&moved)?;
    step.note(conn, office).await
}

/// Saves a state and what made it change, unless the refund is not any more what it was.
pub(super) async fn save(
    conn: &mut PgConnection,
    office: &Office,
    step: Step<'_>,
) -> Result<(), RefundError> {
    let failure = match step.to {
        RefundState::Unknown { reason }
        | RefundState::Failed { reason }
        | RefundState::Rejected { reason } => Some(reason.as_str()),
        _ => None,
    };
    let moved = sqlx::query!(
        "UPDATE refunds SET state = $3, failure = $4, updated_at = $5
         WHERE id = $1 AND state = $2",
        Uuid::from(step.id),
        step.from.name(),
        step.to.name(),
        failure,
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    Step::taken(&moved)?;
    step.note(conn, office).await
}

pub(super) async fn save_success(
    conn: &mut PgConnection,
    office: &Office,
    step: Step<'_>,
    (proof, day): (&Proof, BusinessDate),
) -> Result<(), RefundError> {
    let moved = sqlx::query!(
        "UPDATE refunds SET state = 'succeeded', failure = NULL, channel_no = $3, event_time = $4,
                clearing_date = CASE route WHEN 'original' THEN $5::date END,
                accounting_date = $6, updated_at = $7
         WHERE id = $1 AND state = $2",
        Uuid::from(step.id),
        step.from.name(),
        proof.channel_no,
        proof.at,
        proof.clearing_date.0,
        day.0,
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    Step::taken(&moved)?;
    step.note(conn, office).await
}

/// What of a payment has gone back to the payer, and what of its fee to the merchant.
pub(super) async fn gone_back(
    conn: &mut PgConnection,
    payment: PaymentId,
) -> Result<(Money, Money), RefundError> {
    let row = sqlx::query!(
        r#"SELECT COALESCE(sum(r.amount_minor) FILTER (WHERE r.state = 'succeeded'), 0)::bigint
                      AS "refunded!",
                  COALESCE(sum(r.fee_back_minor), 0)::bigint AS "fee_back!",
                  max(p.currency) AS "currency!"
           FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.payment_id = $1"#,
        Uuid::from(payment),
    )
    .fetch_one(conn)
    .await?;
    let currency = row.currency.parse().map_err(|e| Inconsistent::new("payments", payment, e))?;
    Ok((Money::new(row.refunded, currency), Money::new(row.fee_back, currency)))
}

pub(super) async fn note_fee_back(
    conn: &mut PgConnection,
    id: RefundId,
    (amount, code): (Money, &str),
) -> Result<(), RefundError> {
    sqlx::query!(
        "UPDATE refunds SET fee_back_minor = $2, fee_back_to = $3 WHERE id = $1",
        Uuid::from(id),
        amount.minor(),
        code,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Counts a query, and says how many there were.
pub(super) async fn count_query(conn: &mut PgConnection, id: RefundId) -> Result<i32, RefundError> {
    let queries = sqlx::query_scalar!(
        "UPDATE refunds SET queries = queries + 1 WHERE id = $1 RETURNING queries",
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok(queries)
}
