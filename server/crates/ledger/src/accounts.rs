//! Accounts: opening by rule, and looking them up.

use crate::{LedgerError, row};
use domain::account::{AccountFilter, AccountRef, AccountSummary};
use domain::ids::AccountId;
use domain::money::Currency;
use domain::page::Page;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// An account and a currency: what an account row stands for.
pub(crate) type AccountKey = (AccountRef, Currency);

/// Opens accounts that are not there yet, as the chart says. Already opened ones are left alone.
pub(crate) async fn open(
    conn: &mut PgConnection,
    wanted: &BTreeSet<AccountKey>,
    at: OffsetDateTime,
) -> Result<(), LedgerError> {
    check_against_chart(conn, wanted).await?;
    let ids: Vec<Uuid> = wanted.iter().map(|_| Uuid::now_v7()).collect();
    let codes: Vec<String> = wanted.iter().map(|(account, _)| account.code.clone()).collect();
    let owners: Vec<String> = wanted.iter().map(|(account, _)| account.owner.clone()).collect();
    let currencies: Vec<String> = wanted.iter().map(|(_, c)| c.code().to_owned()).collect();
    sqlx::query!(
        r#"WITH opened AS (
            INSERT INTO ledger_accounts (id, code, owner, currency, opened_at)
            SELECT id, code, owner, currency, $5
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
                AS wanted (id, code, owner, currency)
            ORDER BY code, owner, currency
            ON CONFLICT (code, owner, currency) DO NOTHING
            RETURNING id, code
        )
        INSERT INTO ledger_balances (account_id, sign, floor_minor)
        SELECT opened.id, CASE chart.normal_side WHEN 'debit' THEN 1 ELSE -1 END, chart.floor_minor
        FROM opened JOIN ledger_chart chart ON chart.code = opened.code"#,
        &ids,
        &codes,
        &owners,
        &currencies,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Refuses accounts that the chart does not allow.
pub(crate) async fn check_against_chart(
    conn: &mut PgConnection,
    wanted: &BTreeSet<AccountKey>,
) -> Result<(), LedgerError> {
    let codes: Vec<String> = wanted.iter().map(|(account, _)| account.code.clone()).collect();
    let lines = sqlx::query!(
        "SELECT code, owner_kind, postable FROM ledger_chart WHERE code = ANY($1)",
        &codes
    )
    .fetch_all(conn)
    .await?;
    for (account, _) in wanted {
        let line = lines
            .iter()
            .find(|line| line.code == account.code)
            .ok_or_else(|| LedgerError::UnknownCode(account.code.clone()))?;
        if !line.postable {
            return Err(LedgerError::NotPostable(account.code.clone()));
        }
        if !row::owner_kind(&line.owner_kind)?.accepts(&account.owner) {
            return Err(LedgerError::OwnerMismatch(account.clone()));
        }
    }
    Ok(())
}

/// Checks that an account may be posted to, opened or not, without opening it.
///
/// # Errors
/// The chart does not allow it.
pub async fn check_account(
    conn: &mut PgConnection,
    account: &AccountRef,
) -> Result<(), LedgerError> {
    check_against_chart(conn, &BTreeSet::from([(account.clone(), Currency::Cny)])).await
}

/// One account with its balance, by id.
///
/// # Errors
/// The database.
pub async fn find_account(
    conn: &mut PgConnection,
    id: AccountId,
) -> Result<Option<AccountSummary>, LedgerError> {
    let found = sqlx::query_as!(
        AccountRow,
        r#"SELECT a.id, a.code, a.owner, a.currency, a.opened_at, c.name_en, c.name_zh,
                  c.normal_side, b.debit_minor, b.credit_minor,
                  b.balance_minor AS "balance_minor!", b.version, 1::bigint AS "total!"
           FROM ledger_accounts a
           JOIN ledger_balances b ON b.account_id = a.id
           JOIN ledger_chart c ON c.code = a.code
           WHERE a.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    found.map(AccountRow::summary).transpose()
}

/// Accounts with their balances, by code, owner and currency.
///
/// # Errors
/// The database.
pub async fn list_accounts(
    conn: &mut PgConnection,
    filter: &AccountFilter,
) -> Result<Page<AccountSummary>, LedgerError> {
    let rows = sqlx::query_as!(
        AccountRow,
        r#"SELECT a.id, a.code, a.owner, a.currency, a.opened_at, c.name_en, c.name_zh,
                  c.normal_side, b.debit_minor, b.credit_minor,
                  b.balance_minor AS "balance_minor!", b.version, count(*) OVER () AS "total!"
           FROM ledger_accounts a
           JOIN ledger_balances b ON b.account_id = a.id
           JOIN ledger_chart c ON c.code = a.code
           WHERE ($1::text IS NULL OR starts_with(a.code, $1))
             AND ($2::text IS NULL OR a.owner = $2)
             AND (NOT $3 OR b.balance_minor <> 0)
           ORDER BY a.code, a.owner, a.currency
           LIMIT $4 OFFSET $5"#,
        filter.code,
        filter.owner,
        filter.with_balance,
        filter.page.limit(),
        filter.page.offset()
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows.into_iter().map(AccountRow::summary).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: filter.page })
}

struct AccountRow {
    id: Uuid,
    code: String,
    owner: String,
    currency: String,
    opened_at: OffsetDateTime,
    name_en: String,
    name_zh: String,
    normal_side: String,
    debit_minor: i64,
    credit_minor: i64,
    balance_minor: i64,
    version: i64,
    total: i64,
}

impl AccountRow {
    fn summary(self) -> Result<AccountSummary, LedgerError> {
        Ok(AccountSummary {
            id: AccountId(self.id),
            account: AccountRef { code: self.code, owner: self.owner },
            name_en: self.name_en,
            name_zh: self.name_zh,
            normal_side: row::side(&self.normal_side)?,
            debits: row::money(self.debit_minor, &self.currency)?,
            credits: row::money(self.credit_minor, &self.currency)?,
            balance: row::money(self.balance_minor, &self.currency)?,
            entries: self.version,
            opened_at: self.opened_at,
        })
    }
}
