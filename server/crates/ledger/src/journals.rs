//! Reading journals.

use crate::{LedgerError, row};
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::ids::{AccountId, JournalId};
use domain::journal::{
    JournalDetail, JournalFilter, JournalLine, JournalSummary, LineSide, Source,
};
use domain::page::Page;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// A journal with its lines.
///
/// # Errors
/// The database.
pub async fn find_journal(
    conn: &mut PgConnection,
    id: JournalId,
) -> Result<Option<JournalDetail>, LedgerError> {
    let head = sqlx::query_as!(
        JournalRow,
        r#"SELECT j.id, j.key, j.entry_number, j.accounting_date, j.clearing_date, j.event_time,
                  j.posted_at, j.source_kind, j.source_id, j.memo, j.request_id, j.reverses,
                  (SELECT r.id FROM ledger_journals r WHERE r.reverses = j.id) AS reversed_by,
                  ARRAY(SELECT t.currency || ' ' || sum(t.amount_minor)
                        FROM ledger_transfers t WHERE t.journal_id = j.id
                        GROUP BY t.currency ORDER BY t.currency) AS "totals!"
           FROM ledger_journals j WHERE j.id = $1"#,
        id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(head) = head else { return Ok(None) };
    let (key, request_id) = (head.key.clone(), head.request_id.clone());
    let lines = lines(conn, id).await?;
    Ok(Some(JournalDetail { summary: head.summary()?, key, request_id, lines }))
}

/// Journals, the latest first.
///
/// # Errors
/// The database.
pub async fn list_journals(
    conn: &mut PgConnection,
    filter: &JournalFilter,
) -> Result<Page<JournalSummary>, LedgerError> {
    let entry = filter.entry.map(|entry| entry.number());
    let (from, to) = (filter.from.map(|day| day.0), filter.to.map(|day| day.0));
    let kind = filter.source.as_ref().map(|source| source.kind.as_str());
    let source = filter.source.as_ref().map(|source| source.id.as_str());
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "total!" FROM ledger_journals j
           WHERE ($1::smallint IS NULL OR j.entry_number = $1)
             AND ($2::date IS NULL OR j.accounting_date >= $2)
             AND ($3::date IS NULL OR j.accounting_date <= $3)
             AND ($4::text IS NULL OR (j.source_kind = $4 AND j.source_id = $5))"#,
        entry,
        from,
        to,
        kind,
        source
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        JournalRow,
        r#"SELECT j.id, j.key, j.entry_number, j.accounting_date, j.clearing_date, j.event_time,
                  j.posted_at, j.source_kind, j.source_id, j.memo, j.request_id, j.reverses,
                  (SELECT r.id FROM ledger_journals r WHERE r.reverses = j.id) AS reversed_by,
                  ARRAY(SELECT t.currency || ' ' || sum(t.amount_minor)
                        FROM ledger_transfers t WHERE t.journal_id = j.id
                        GROUP BY t.currency ORDER BY t.currency) AS "totals!"
           FROM (SELECT * FROM ledger_journals
                 WHERE ($1::smallint IS NULL OR entry_number = $1)
                   AND ($2::date IS NULL OR accounting_date >= $2)
                   AND ($3::date IS NULL OR accounting_date <= $3)
                   AND ($4::text IS NULL OR (source_kind = $4 AND source_id = $5))
                 ORDER BY accounting_date DESC, id DESC
                 LIMIT $6 OFFSET $7) j
           ORDER BY j.accounting_date DESC, j.id DESC"#,
        entry,
        from,
        to,
        kind,
        source,
        filter.page.limit(),
        filter.page.offset()
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(JournalRow::summary).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: filter.page })
}

async fn lines(conn: &mut PgConnection, id: JournalId) -> Result<Vec<JournalLine>, LedgerError> {
    let rows = sqlx::query!(
        r#"SELECT t.line, t.amount_minor, t.currency, t.memo,
                  d.id AS debit_id, d.code AS debit_code, d.owner AS debit_owner,
                  dc.name_en AS debit_en, dc.name_zh AS debit_zh, t.debit_balance_minor,
                  c.id AS credit_id, c.code AS credit_code, c.owner AS credit_owner,
                  cc.name_en AS credit_en, cc.name_zh AS credit_zh, t.credit_balance_minor
           FROM ledger_transfers t
           JOIN ledger_accounts d ON d.id = t.debit_account_id
           JOIN ledger_chart dc ON dc.code = d.code
           JOIN ledger_accounts c ON c.id = t.credit_account_id
           JOIN ledger_chart cc ON cc.code = c.code
           WHERE t.journal_id = $1 ORDER BY t.line"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(JournalLine {
                line: row.line,
                debit: LineSide {
                    id: AccountId(row.debit_id),
                    account: AccountRef { code: row.debit_code, owner: row.debit_owner },
                    name_en: row.debit_en,
                    name_zh: row.debit_zh,
                    balance: row::money(row.debit_balance_minor, &row.currency)?,
                },
                credit: LineSide {
                    id: AccountId(row.credit_id),
                    account: AccountRef { code: row.credit_code, owner: row.credit_owner },
                    name_en: row.credit_en,
                    name_zh: row.credit_zh,
                    balance: row::money(row.credit_balance_minor, &row.currency)?,
                },
                amount: row::money(row.amount_minor, &row.currency)?,
                memo: row.memo,
            })
        })
        .collect()
}

struct JournalRow {
    id: Uuid,
    key: String,
    entry_number: i16,
    accounting_date: Date,
    clearing_date: Option<Date>,
    event_time: OffsetDateTime,
    posted_at: OffsetDateTime,
    source_kind: String,
    source_id: String,
    memo: String,
    request_id: Option<String>,
    reverses: Option<Uuid>,
    reversed_by: Option<Uuid>,
    /// `CNY 12345`, one per currency.
    totals: Vec<String>,
}

impl JournalRow {
    fn summary(self) -> Result<JournalSummary, LedgerError> {
        let totals = self
            .totals
            .iter()
            .map(|total| {
                let (code, sum) = total.split_once(' ').unwrap_or((total, ""));
                row::sum(sum, row::currency(code)?)
            })
            .collect::<Result<_, _>>()?;
        Ok(JournalSummary {
            id: JournalId(self.id),
            entry: row::entry(self.entry_number)?,
            accounting_date: BusinessDate(self.accounting_date),
            clearing_date: self.clearing_date.map(BusinessDate),
            event_time: self.event_time,
            posted_at: self.posted_at,
            source: Source { kind: self.source_kind, id: self.source_id },
            memo: self.memo,
            reverses: self.reverses.map(JournalId),
            reversed_by: self.reversed_by.map(JournalId),
            totals,
        })
    }
}
