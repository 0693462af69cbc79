//! The statement of one account, 账户明细.

use crate::{LedgerError, accounts, balances, row};
use domain::account::{AccountRef, PastBalance, Statement, StatementFilter, StatementRow};
use domain::date::{BusinessDate, BusinessZone};
use domain::ids::{AccountId, JournalId};
use domain::journal::Source;
use domain::money::{Currency, Money};
use domain::page::Page;
use sqlx::PgConnection;

/// One page of an account's entries by accounting date and, within a day, in the order of posting,
/// with the running balance in that order.
///
/// # Errors
/// The database.
pub async fn statement(
    conn: &mut PgConnection,
    id: AccountId,
    filter: &StatementFilter,
    zone: BusinessZone,
) -> Result<Option<Statement>, LedgerError> {
    let Some(account) = accounts::find_account(conn, id).await? else { return Ok(None) };
    let currency = account.balance.currency();
    let opening = match filter.from {
        Some(from) => {
            balances::balance_on(conn, &account.account, currency, from.previous()).await?
        }
        None => Money::zero(currency),
    };
    let closing = match filter.to {
        Some(to) => balances::balance_on(conn, &account.account, currency, to).await?,
        None => account.balance,
    };
    let past = match filter.at.map(|local| zone.moment(local)) {
        Some(at) => {
            let balance = balances::balance_at(conn, &account.account, currency, at).await?;
            Some(PastBalance { at, balance })
        }
        None => None,
    };
    let page = rows(conn, id, filter, opening).await?;
    Ok(Some(Statement { account, opening, closing, past, page }))
}

async fn rows(
    conn: &mut PgConnection,
    id: AccountId,
    filter: &StatementFilter,
    opening: Money,
) -> Result<Page<StatementRow>, LedgerError> {
    let found = sqlx::query_file!(
        "src/sql/statement.sql",
        id.0,
        filter.from.map(|day| day.0),
        filter.to.map(|day| day.0),
        filter.page.limit(),
        filter.page.offset()
    )
    .fetch_all(conn)
    .await?;
    let total = found.first().map_or(0, |row| row.total);
    let currency: Currency = opening.currency();
    let rows = found
        .into_iter()
        .map(|row| {
            Ok(StatementRow {
                version: row.version,
                journal: JournalId(row.journal_id),
                entry: row::entry(row.entry_number)?,
                accounting_date: BusinessDate(row.accounting_date),
                event_time: row.event_time,
                source: Source { kind: row.source_kind, id: row.source_id },
                side: row::side(&row.side)?,
                amount: Money::new(row.amount_minor, currency),
                balance: opening.checked_add(row::sum(&row.moved, currency)?)?,
                counter: AccountRef { code: row.counter_code, owner: row.counter_owner },
                memo: if row.memo.is_empty() { row.journal_memo } else { row.memo },
            })
        })
        .collect::<Result<_, LedgerError>>()?;
    Ok(Page { rows, total, request: filter.page })
}
