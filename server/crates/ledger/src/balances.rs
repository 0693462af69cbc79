//! What accounts hold: now, and at the end of an accounting day.

use crate::{LedgerError, row};
use domain::account::{AccountRef, MerchantBalances, OpenItem};
use domain::date::BusinessDate;
use domain::ids::{AccountId, MerchantId};
use domain::journal::Source;
use domain::money::{Currency, Money};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// What an account holds now, on its normal side; nothing when it was never opened.
///
/// # Errors
/// The database.
pub async fn balance(
    conn: &mut PgConnection,
    account: &AccountRef,
    currency: Currency,
) -> Result<Money, LedgerError> {
    let minor = sqlx::query_scalar!(
        r#"SELECT b.balance_minor AS "balance_minor!"
           FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
           WHERE a.code = $1 AND a.owner = $2 AND a.currency = $3"#,
        account.code,
        account.owner,
        currency.code()
    )
    .fetch_optional(conn)
    .await?;
    Ok(Money::new(minor.unwrap_or(0), currency))
}

/// What an account held at the end of an accounting day, on its normal side.
///
/// # Errors
/// The database.
pub async fn balance_on(
    conn: &mut PgConnection,
    account: &AccountRef,
    currency: Currency,
    day: BusinessDate,
) -> Result<Money, LedgerError> {
    let minor = sqlx::query_scalar!(
        r#"SELECT (b.sign * (
               (SELECT coalesce(sum(t.debit_minor - t.credit_minor), 0)
                FROM ledger_day_turnovers t
                WHERE t.account_id = a.id AND t.accounting_date <= $4)
               + (SELECT coalesce(sum(
                          CASE e.side WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END), 0)
                  FROM ledger_entries e
                  JOIN ledger_journals j ON j.id = e.journal_id
                  JOIN ledger_days d ON d.accounting_date = j.accounting_date
                  WHERE e.account_id = a.id AND d.state = 'open' AND d.accounting_date <= $4)
           ))::bigint AS "balance!"
           FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
           WHERE a.code = $1 AND a.owner = $2 AND a.currency = $3"#,
        account.code,
        account.owner,
        currency.code(),
        day.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(Money::new(minor.unwrap_or(0), currency))
}

/// What an account held at a moment, on its normal side: its balance after the last entry posted
/// until then.
///
/// # Errors
/// The database.
pub async fn balance_at(
    conn: &mut PgConnection,
    account: &AccountRef,
    currency: Currency,
    moment: OffsetDateTime,
) -> Result<Money, LedgerError> {
    let found = sqlx::query!(
        r#"SELECT a.id, b.version FROM ledger_accounts a
           JOIN ledger_balances b ON b.account_id = a.id
           WHERE a.code = $1 AND a.owner = $2 AND a.currency = $3"#,
        account.code,
        account.owner,
        currency.code()
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(found) = found else { return Ok(Money::zero(currency)) };
    // Entries are numbered in the order of posting, so that halving finds the last one in time.
    let (mut known, mut after) = (0, found.version.saturating_add(1));
    let mut balance = 0;
    while after.saturating_sub(known) > 1 {
        let middle = i64::midpoint(known, after);
        let entry = sqlx::query!(
            r#"SELECT e.balance_minor AS "balance_minor!", j.posted_at
               FROM ledger_entries e JOIN ledger_journals j ON j.id = e.journal_id
               WHERE e.account_id = $1 AND e.version = $2"#,
            found.id,
            middle
        )
        .fetch_one(&mut *conn)
        .await?;
        if entry.posted_at <= moment {
            (known, balance) = (middle, entry.balance_minor);
        } else {
            after = middle;
        }
    }
    Ok(Money::new(balance, currency))
}

/// What a merchant is owed, by what may be done with it. What is on its way out, refunds, payouts
/// and payouts that came back, is found by the documents that took it from the merchant.
///
/// # Errors
/// The database.
pub async fn merchant_balances(
    conn: &mut PgConnection,
    merchant: MerchantId,
    currency: Currency,
) -> Result<MerchantBalances, LedgerError> {
    let owner = merchant.to_string();
    let rows = sqlx::query!(
        r#"SELECT a.code, b.balance_minor AS "balance_minor!"
           FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
           WHERE a.owner = $1 AND a.currency = $2"#,
        owner,
        currency.code()
    )
    .fetch_all(&mut *conn)
    .await?;
    let of = |account: AccountRef| {
        let minor = rows.iter().find(|row| row.code == account.code);
        Money::new(minor.map_or(0, |row| row.balance_minor), currency)
    };
    let transit = sqlx::query_file_scalar!("src/sql/in_transit.sql", owner, currency.code())
        .fetch_one(conn)
        .await?;
    Ok(MerchantBalances {
        unsettled: of(AccountRef::merchant_unsettled(merchant)),
        available: of(AccountRef::merchant_available(merchant)),
        held: of(AccountRef::merchant_held(merchant)),
        in_transit: row::sum(&transit, currency)?,
    })
}

/// What all accounts of a chart code hold together now, on its normal side.
///
/// # Errors
/// The database.
pub async fn code_balance(
    conn: &mut PgConnection,
    code: &str,
    currency: Currency,
) -> Result<Money, LedgerError> {
    let text = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(b.balance_minor), 0)::text AS "sum!"
           FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
           WHERE a.code = $1 AND a.currency = $2"#,
        code,
        currency.code()
    )
    .fetch_one(conn)
    .await?;
    row::sum(&text, currency)
}

/// What all accounts of a chart code held together at the end of an accounting day, on its normal
/// side.
///
/// # Errors
/// The database.
pub async fn code_balance_on(
    conn: &mut PgConnection,
    code: &str,
    currency: Currency,
    day: BusinessDate,
) -> Result<Money, LedgerError> {
    let text = sqlx::query_scalar!(
        r#"WITH owned AS (
               SELECT a.id, b.sign
               FROM ledger_accounts a JOIN ledger_balances b ON b.account_id = a.id
               WHERE a.code = $1 AND a.currency = $2
           ), moved AS (
               SELECT o.sign * (t.debit_minor - t.credit_minor) AS minor
               FROM owned o JOIN ledger_day_turnovers t ON t.account_id = o.id
               WHERE t.accounting_date <= $3
               UNION ALL
               SELECT o.sign * CASE e.side WHEN 'debit' THEN e.amount_minor
                                           ELSE -e.amount_minor END
               FROM owned o
               JOIN ledger_entries e ON e.account_id = o.id
               JOIN ledger_journals j ON j.id = e.journal_id
               JOIN ledger_days d ON d.accounting_date = j.accounting_date
               WHERE d.state = 'open' AND d.accounting_date <= $3
           )
           SELECT coalesce(sum(minor), 0)::text AS "sum!" FROM moved"#,
        code,
        currency.code(),
        day.0
    )
    .fetch_one(conn)
    .await?;
    row::sum(&text, currency)
}

/// What explains the balances of accounts in transit: the documents, and for what channels owe the
/// clearing days, that have not come to nothing by the end of an accounting day.
///
/// # Errors
/// The database.
pub async fn open_items(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<OpenItem>, LedgerError> {
    let rows = sqlx::query_file!("src/sql/open_items.sql", day.0).fetch_all(conn).await?;
    rows.into_iter()
        .map(|row| {
            Ok(OpenItem {
                id: AccountId(row.id),
                account: AccountRef { code: row.code, owner: row.owner },
                source: Source { kind: row.item_kind, id: row.item_id },
                amount: row::sum(&row.amount, row::currency(&row.currency)?)?,
                since: BusinessDate(row.since),
            })
        })
        .collect()
}
