//! A day's journals added up, for the general ledger.

use crate::{LedgerError, row};
use domain::account::{AccountRef, Side};
use domain::date::BusinessDate;
use domain::journal::Entry;
use domain::money::Money;
use sqlx::PgConnection;

/// What one kind of journal entry moved on one side of one account in a day. Debits and credits
/// stay apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySummaryLine {
    /// The kind of journal entry.
    pub entry: Entry,
    /// Debit or credit.
    pub side: Side,
    /// The account.
    pub account: AccountRef,
    /// The sum of its entries.
    pub amount: Money,
    /// How many entries that were.
    pub entries: i64,
}

/// Everything booked on an accounting day, by kind of entry, currency, side and account: debits
/// first.
///
/// # Errors
/// The database, or a sum out of range.
pub async fn day_summary(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<DaySummaryLine>, LedgerError> {
    let rows = sqlx::query!(
        r#"SELECT j.entry_number, a.code, a.owner, a.currency, e.side AS "side!",
                  sum(e.amount_minor)::text AS "amount!", count(*) AS "entries!"
           FROM ledger_journals j
           JOIN ledger_entries e ON e.journal_id = j.id
           JOIN ledger_accounts a ON a.id = e.account_id
           WHERE j.accounting_date = $1
           GROUP BY j.entry_number, a.code, a.owner, a.currency, e.side
           ORDER BY j.entry_number, a.currency, e.side DESC, a.code, a.owner"#,
        day.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DaySummaryLine {
                entry: row::entry(row.entry_number)?,
                side: row::side(&row.side)?,
                account: AccountRef { code: row.code, owner: row.owner },
                amount: row::sum(&row.amount, row::currency(&row.currency)?)?,
                entries: row.entries,
            })
        })
        .collect()
}
