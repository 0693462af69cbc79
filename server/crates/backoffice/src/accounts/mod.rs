//! The books as people read them: the chart with its balances, an account's statement, the journal
//! and the trial balance. The books themselves are kept by the crate `ledger`.

mod changes;
mod checks;
mod error;
mod exports;
mod store;

pub use changes::{approval_concluded, chart_line, propose_chart_change};
pub use checks::{CheckBooks, check, check_rules, checks, keep_check, schedule_check};
pub use error::AccountsError;
pub use exports::{Export, all_journals, file, whole_statement};

use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::{
    AccountFilter, AccountSummary, ChartBalance, OpenItem, Statement, StatementFilter, TrialBalance,
};
use domain::date::BusinessDate;
use domain::ids::{AccountId, JournalId};
use domain::journal::{JournalDetail, JournalFilter, JournalSummary};
use domain::money::Currency;
use domain::page::Page;

/// The chart of accounts as a tree, 科目表, each line with the balances on and below it.
///
/// # Errors
/// Not allowed, or the books could not be read.
pub async fn chart(office: &Office, actor: &Actor) -> Result<Vec<ChartBalance>, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    Ok(ledger::chart_balances(&mut conn).await?)
}

/// Accounts with their balances, 账户余额.
///
/// # Errors
/// Not allowed, or the books could not be read.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &AccountFilter,
) -> Result<Page<AccountSummary>, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    Ok(ledger::list_accounts(&mut conn, filter).await?)
}

/// One page of an account's statement, 账户明细, with its running balance.
///
/// # Errors
/// Not allowed, or there is no such account.
pub async fn statement(
    office: &Office,
    actor: &Actor,
    id: AccountId,
    filter: &StatementFilter,
) -> Result<Statement, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    ledger::statement(&mut conn, id, filter, office.settings.zone)
        .await?
        .ok_or(AccountsError::AccountNotFound)
}

/// Journals, 分录组, the latest first; each names the document it came from.
///
/// # Errors
/// Not allowed, or the books could not be read.
pub async fn journals(
    office: &Office,
    actor: &Actor,
    filter: &JournalFilter,
) -> Result<Page<JournalSummary>, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    Ok(ledger::list_journals(&mut conn, filter).await?)
}

/// One journal with its debits and credits.
///
/// # Errors
/// Not allowed, or there is no such journal.
pub async fn journal(
    office: &Office,
    actor: &Actor,
    id: JournalId,
) -> Result<JournalDetail, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    ledger::find_journal(&mut conn, id).await?.ok_or(AccountsError::JournalNotFound)
}

/// The trial balance of a day, 试算平衡表; of the current accounting day when none is named.
///
/// # Errors
/// Not allowed, or no day was ever opened.
pub async fn trial_balance(
    office: &Office,
    actor: &Actor,
    day: Option<BusinessDate>,
    currency: Currency,
) -> Result<TrialBalance, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    let day = match day {
        Some(day) => day,
        None => ledger::days::current(&mut conn).await?.ok_or(AccountsError::NoOpenDay)?,
    };
    Ok(ledger::trial_balance(&mut conn, day, currency).await?)
}

/// What explains the balances of accounts in transit, 在途, at the end of a day; of the current
/// accounting day when none is named.
///
/// # Errors
/// Not allowed, or no day was ever opened.
pub async fn open_items(
    office: &Office,
    actor: &Actor,
    day: Option<BusinessDate>,
) -> Result<Vec<OpenItem>, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    let day = match day {
        Some(day) => day,
        None => ledger::days::current(&mut conn).await?.ok_or(AccountsError::NoOpenDay)?,
    };
    Ok(ledger::open_items(&mut conn, day).await?)
}
