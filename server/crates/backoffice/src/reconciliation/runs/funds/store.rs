use super::super::sides::{Record, fee};
use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use crate::reconciliation::files::{self, blocks};
use banks::bill::{RowKind, RowStatus};
use domain::date::BusinessDate;
use domain::error_item::{Links, RecordView};
use domain::ids::{FileId, MerchantId, PayoutId, StatementLineId};
use domain::matching::{Direction, Standing};
use domain::money::{Currency, Money};
use domain::source_file::{FileKind, StatementUse};
use sqlx::PgConnection;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A line of a bank statement.
pub(super) struct Line {
    pub id: StatementLineId,
    pub line: i64,
    pub bank_ref: String,
    pub number: Option<String>,
    /// Positive raises the balance.
    pub amount: Money,
    pub booking_date: BusinessDate,
    pub remittance: String,
    pub return_reason: Option<String>,
    pub explained: Option<StatementUse>,
}

impl Line {
    pub(super) fn direction(&self) -> Direction {
        if self.amount.is_negative() { Direction::Out } else { Direction::In }
    }

    pub(super) fn magnitude(&self) -> Money {
        Money::new(self.amount.minor().abs(), self.amount.currency())
    }

    pub(super) fn position(&self) -> u32 {
        u32::try_from(self.line).unwrap_or(u32::MAX)
    }
}

pub(super) async fn lines(
    conn: &mut PgConnection,
    file: FileId,
) -> Result<Vec<Line>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT id, line, bank_ref, end_to_end_id, amount_minor, currency, booking_date,
                remittance, return_reason, explained_by
         FROM statement_lines WHERE file_id = $1 ORDER BY line FOR UPDATE",
        Uuid::from(file),
    )
    .fetch_all(conn)
    .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |_| Inconsistent::new("statement_lines", row.id, "currency");
        lines.push(Line {
            id: row.id.into(),
            line: row.line,
            bank_ref: row.bank_ref,
            number: row.end_to_end_id,
            amount: Money::new(row.amount_minor, row.currency.parse().map_err(wrong)?),
            booking_date: BusinessDate(row.booking_date),
            remittance: row.remittance,
            return_reason: row.return_reason,
            explained: row.explained_by.as_deref().and_then(StatementUse::named),
        });
    }
    Ok(lines)
}

pub(super) async fn channel_codes(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT code FROM channels ORDER BY code").fetch_all(conn).await
}

/// A payout a statement names.
pub(super) struct Payout {
    id: PayoutId,
    merchant: MerchantId,
    number: String,
    amount: Money,
    state: String,
    bank_ref: Option<String>,
}

impl Payout {
    /// What a line of this direction says about it: that it was paid, or that it came back.
    pub(super) fn record(&self, direction: Direction) -> Record {
        let standing = match self.state.as_str() {
            "sending" | "accepted" | "unknown" | "paid" | "returned" => Standing::Success,
            "rejected" => Standing::Failed,
            _ => Standing::Pending,
        };
        Record {
            key: self.number.clone(),
            direction,
            elsewhere: false,
            position: 0,
            links: Links {
                payout: Some(self.id),
                merchant: Some(self.merchant),
                ..Links::default()
            },
            view: RecordView {
                number: self.number.clone(),
                channel_no: self.bank_ref.clone().unwrap_or_default(),
                amount: self.amount,
                fee: None,
                standing,
                status: self.state.clone(),
                event_time: None,
                clearing_date: None,
                place: "payouts".to_owned(),
            },
        }
    }
}

pub(super) async fn payouts(
    conn: &mut PgConnection,
    numbers: &[String],
) -> Result<HashMap<String, Payout>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT id, merchant_id, number, amount_minor, currency, state, bank_ref
         FROM payouts WHERE number = ANY($1)",
        numbers,
    )
    .fetch_all(conn)
    .await?;
    let mut payouts = HashMap::with_capacity(rows.len());
    for row in rows {
        let wrong = |_| Inconsistent::new("payouts", row.id, "currency");
        let amount = Money::new(row.amount_minor, row.currency.parse().map_err(wrong)?);
        let payout = Payout {
            id: row.id.into(),
            merchant: row.merchant_id.into(),
            number: row.number.clone(),
            amount,
            state: row.state,
            bank_ref: row.bank_ref,
        };
        payouts.insert(row.number, payout);
    }
    Ok(payouts)
}

/// What a channel cleared on a day.
pub(super) struct Cleared {
    pub paid: Money,
    pub refunded: Money,
    pub fee: Money,
}

/// By the channel's bill, if it is there. Fees are rounded row by row, as the matching does.
pub(super) async fn billed(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    currency: Currency,
) -> Result<Option<Cleared>, ReconciliationError> {
    let bill = files::current(conn, FileKind::Bill, channel, day).await?;
    let Some(bill) = bill else { return Ok(None) };
    let zero = Money::zero(currency);
    let mut cleared = Cleared { paid: zero, refunded: zero, fee: zero };
    blocks::each(conn, bill.id, |row| {
        if row.status == RowStatus::Success && row.gross.currency() == currency {
            let sum = match row.kind {
                RowKind::Payment => &mut cleared.paid,
                RowKind::Refund => &mut cleared.refunded,
            };
            *sum = sum.checked_add(row.gross)?;
            cleared.fee = cleared.fee.checked_add(fee(row.fee_e5, row.gross))?;
        }
        Ok(())
    })
    .await?;
    Ok(Some(cleared))
}

/// By our own books.
pub(super) async fn booked(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    currency: Currency,
) -> Result<Cleared, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT
             (SELECT COALESCE(sum(amount_minor), 0)::bigint FROM payments
              WHERE channel = $1 AND clearing_date = $2 AND currency = $3) AS "paid!",
             (SELECT COALESCE(sum(cost_minor), 0)::bigint FROM payments
              WHERE channel = $1 AND clearing_date = $2 AND currency = $3) AS "fee!",
             (SELECT COALESCE(sum(amount_minor), 0)::bigint FROM refunds
              WHERE channel = $1 AND clearing_date = $2 AND currency = $3) AS "refunded!""#,
        channel,
        day.0,
        currency.code(),
    )
    .fetch_one(conn)
    .await?;
    Ok(Cleared {
        paid: Money::new(row.paid, currency),
        refunded: Money::new(row.refunded, currency),
        fee: Money::new(row.fee, currency),
    })
}

/// The line that brought a channel's funds of a day, if one did.
pub(super) async fn settled_by(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
) -> Result<Option<StatementLineId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM statement_lines WHERE settles_channel = $1 AND settles_date = $2",
        channel,
        day.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(StatementLineId))
}

pub(super) async fn explain(
    conn: &mut PgConnection,
    line: StatementLineId,
    explained: StatementUse,
    at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE statement_lines SET explained_by = $2, explained_at = $3
         WHERE id = $1 AND explained_by IS NULL",
        Uuid::from(line),
        explained.name(),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn settle(
    conn: &mut PgConnection,
    line: StatementLineId,
    (channel, day): (&str, BusinessDate),
    at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE statement_lines SET explained_by = 'channel_funds', explained_at = $4,
                settles_channel = $2, settles_date = $3
         WHERE id = $1",
        Uuid::from(line),
        channel,
        day.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
