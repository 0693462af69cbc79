use super::super::sides::Record;
use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::error_item::{Links, RecordView};
use domain::ids::FileId;
use domain::matching::{Direction, Standing};
use domain::money::{Currency, Money};
use sqlx::PgConnection;
use uuid::Uuid;

/// Payments and refunds that count in an accounting day. A payment's fee here is the merchant's.
pub(super) async fn trades(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        r#"SELECT true AS "paid!", p.id AS "id!", p.id AS payment_id, p.order_id AS "order_id!",
                  p.merchant_id AS "merchant_id!", p.number AS "number!",
                  p.amount_minor AS "amount!", p.currency AS "currency!", p.fee_minor AS fee,
                  p.state AS "state!", p.clearing_date
           FROM payments p WHERE p.accounting_date = $1 AND p.state = 'succeeded'
           UNION ALL
           SELECT false, r.id, r.payment_id, p.order_id, r.merchant_id, r.number, r.amount_minor,
                  r.currency, NULL, r.state, r.clearing_date
           FROM refunds r JOIN payments p ON p.id = r.payment_id
           WHERE r.accounting_date = $1 AND r.state = 'succeeded' AND r.route = 'original'
           ORDER BY 2"#,
        day.0,
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let currency: Currency =
            row.currency.parse().map_err(|e| Inconsistent::new("payments", row.id, e))?;
        records.push(Record {
            key: row.id.to_string(),
            direction: if row.paid { Direction::In } else { Direction::Out },
            elsewhere: false,
            position: 0,
            links: Links {
                merchant: Some(row.merchant_id.into()),
                order: Some(row.order_id.into()),
                payment: row.payment_id.map(Into::into),
                refund: (!row.paid).then(|| row.id.into()),
                ..Links::default()
            },
            view: RecordView {
                number: row.number,
                channel_no: String::new(),
                amount: Money::new(row.amount, currency),
                fee: row.fee.map(|fee| Money::new(fee, currency)),
                standing: Standing::Success,
                status: row.state,
                event_time: None,
                clearing_date: row.clearing_date.map(BusinessDate),
                place: if row.paid { "payments" } else { "refunds" }.to_owned(),
            },
        });
    }
    Ok(records)
}

/// What the journals of a day book for payments (entries 1 and 2, and 10 of
/// top-ups) and refunds (the half of entry 11
/// that stands on the channel), each summed. What was reversed does not count.
pub(super) async fn journals(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<Record>, ReconciliationError> {
    let rows = sqlx::query!(
        r#"SELECT j.source_kind = 'payment' AS "paid!", j.source_id AS "source_id!",
                  t.currency AS "currency!",
                  COALESCE(sum(t.amount_minor)
                      FILTER (WHERE j.entry_number IN (1, 10, 11)), 0)::bigint AS "amount!",
                  COALESCE(sum(t.amount_minor)
                      FILTER (WHERE j.entry_number = 2), 0)::bigint AS "fee!"
           FROM ledger_journals j
           JOIN ledger_transfers t ON t.journal_id = j.id
           JOIN ledger_accounts c ON c.id = t.credit_account_id
           WHERE j.accounting_date = $1
             AND ((j.source_kind = 'payment' AND j.entry_number IN (1, 2, 10))
                  OR (j.source_kind = 'refund' AND j.entry_number = 11 AND c.code = '1122.01'))
             AND NOT EXISTS (SELECT FROM ledger_journals r WHERE r.reverses = j.id)
           GROUP BY j.source_kind, j.source_id, t.currency
           ORDER BY j.source_id"#,
        day.0,
    )
    .fetch_all(conn)
    .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Inconsistent::new("ledger_journals", &row.source_id, what);
        let currency: Currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        records.push(Record {
            key: row.source_id.clone(),
            direction: if row.paid { Direction::In } else { Direction::Out },
            elsewhere: false,
            position: 0,
            links: Links::default(),
            view: RecordView {
                number: row.source_id.clone(),
                channel_no: String::new(),
                amount: Money::new(row.amount, currency),
                fee: row.paid.then_some(Money::new(row.fee, currency)),
                standing: Standing::Success,
                status: "booked".to_owned(),
                event_time: None,
                clearing_date: Some(day),
                place: "ledger".to_owned(),
            },
        });
    }
    Ok(records)
}

/// A movement on a bank account, as a side has it.
#[derive(Debug, Clone)]
pub(super) struct Movement {
    /// Names it, in every run.
    pub key: String,
    /// What both sides know it by.
    pub reference: String,
    /// What people call it.
    pub number: String,
    pub text: String,
    pub place: String,
    pub day: BusinessDate,
    /// Positive raises the balance.
    pub amount: Money,
    pub links: Links,
}

/// Entries on the book of a bank account: those that book a line of the statement, whatever their
/// day, and those of the day that book no line at all.
pub(super) async fn book(
    conn: &mut PgConnection,
    cash: &AccountRef,
    (file, day): (FileId, BusinessDate),
) -> Result<Vec<Movement>, ReconciliationError> {
    let rows = sqlx::query!(
        r#"SELECT e.journal_id AS "journal_id!", e.line AS "line!", e.side AS "side!",
                  e.amount_minor AS "amount!", e.currency AS "currency!", j.entry_name,
                  j.key, j.memo, j.accounting_date, l.id AS "line_id?",
                  p.id AS "payout_id?", p.merchant_id AS "merchant_id?"
           FROM ledger_accounts a
           JOIN ledger_entries e ON e.account_id = a.id
           JOIN ledger_journals j ON j.id = e.journal_id
           LEFT JOIN payouts p ON j.source_kind = 'payout' AND p.id::text = j.source_id
           LEFT JOIN error_items i ON j.source_kind = 'error_item' AND i.id::text = j.source_id
           LEFT JOIN statement_lines l ON l.id = COALESCE(
               CASE WHEN j.source_kind = 'channel_settlement' THEN j.source_id::uuid END,
               CASE WHEN e.side = 'debit' THEN p.return_line_id ELSE p.statement_line_id END,
               i.statement_line_id)
           WHERE a.code = $1 AND a.owner = $2
             AND (l.file_id = $3 OR (l.id IS NULL AND j.accounting_date = $4))
           ORDER BY e.journal_id, e.line"#,
        cash.code,
        cash.owner,
        Uuid::from(file),
        day.0,
    )
    .fetch_all(conn)
    .await?;
    let mut movements = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |_| Inconsistent::new("ledger_journals", row.journal_id, "currency");
        let currency: Currency = row.currency.parse().map_err(wrong)?;
        let minor = if row.side == "debit" { row.amount } else { -row.amount };
        movements.push(Movement {
            key: format!("{}/{}", row.journal_id, row.line),
            reference: row.line_id.map(|id| id.to_string()).unwrap_or_default(),
            number: row.key,
            text: row.entry_name,
            place: format!("journal {}", row.journal_id),
            day: BusinessDate(row.accounting_date),
            amount: Money::new(minor, currency),
            links: Links {
                payout: row.payout_id.map(Into::into),
                merchant: row.merchant_id.map(Into::into),
                ..Links::default()
            },
        });
    }
    Ok(movements)
}

/// The lines of a statement.
pub(super) async fn lines(
    conn: &mut PgConnection,
    file: FileId,
) -> Result<Vec<Movement>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT id, line, bank_ref, end_to_end_id, amount_minor, currency, booking_date, remittance
         FROM statement_lines WHERE file_id = $1 ORDER BY line",
        Uuid::from(file),
    )
    .fetch_all(conn)
    .await?;
    let mut movements = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |_| Inconsistent::new("statement_lines", row.id, "currency");
        let currency: Currency = row.currency.parse().map_err(wrong)?;
        movements.push(Movement {
            key: row.id.to_string(),
            reference: row.id.to_string(),
            number: row.end_to_end_id.unwrap_or(row.bank_ref),
            text: row.remittance,
            place: format!("statement line {}", row.line),
            day: BusinessDate(row.booking_date),
            amount: Money::new(row.amount_minor, currency),
            links: Links { statement_line: Some(row.id.into()), ..Links::default() },
        });
    }
    Ok(movements)
}
