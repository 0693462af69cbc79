//! Server functions of the books.

use crate::api::Named;
#[cfg(feature = "ssr")]
use crate::api::owners;
use crate::failure::Failure;
use domain::account::{
    AccountFilter, AccountSummary, OpenItem, Statement, StatementFilter, TrialBalance,
};
use domain::date::BusinessDate;
use domain::ids::{AccountId, JournalId};
use domain::journal::JournalDetail;
use domain::page::Page;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Accounts with their balances.
#[server(prefix = "/api/fn", endpoint = "accounts/list", input = Json)]
pub async fn list(filter: AccountFilter) -> Result<Named<Page<AccountSummary>>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::accounts::list(&office, &actor, &filter).await?;
    let owners = owners(&office, &actor, what.rows.iter().map(|row| &row.account)).await?;
    Ok(Named { what, owners })
}

/// One account with a page of its statement.
#[server(prefix = "/api/fn", endpoint = "accounts/statement", input = Json)]
pub async fn statement_of(
    id: AccountId,
    filter: StatementFilter,
) -> Result<Named<Statement>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::accounts::statement(&office, &actor, id, &filter).await?;
    let counters = what.page.rows.iter().map(|row| &row.counter);
    let shown = counters.chain([&what.account.account]);
    let owners = owners(&office, &actor, shown).await?;
    Ok(Named { what, owners })
}

/// One journal.
#[server(prefix = "/api/fn", endpoint = "accounts/journal", input = Json)]
pub async fn find_journal(id: JournalId) -> Result<Named<JournalDetail>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::accounts::journal(&office, &actor, id).await?;
    let sides = what.lines.iter().flat_map(|line| [&line.debit.account, &line.credit.account]);
    let owners = owners(&office, &actor, sides).await?;
    Ok(Named { what, owners })
}

/// The trial balance of a day, or of the open one.
#[server(prefix = "/api/fn", endpoint = "accounts/trial_balance", input = Json)]
pub async fn trial_balance_of(day: Option<BusinessDate>) -> Result<Named<TrialBalance>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let currency = domain::money::Currency::Cny;
    let what = backoffice::accounts::trial_balance(&office, &actor, day, currency).await?;
    let owners = owners(&office, &actor, what.rows.iter().map(|row| &row.account)).await?;
    Ok(Named { what, owners })
}

/// What explains the accounts in transit at the end of a day, or of the open one.
#[server(prefix = "/api/fn", endpoint = "accounts/open_items", input = Json)]
pub async fn open_items_of(day: Option<BusinessDate>) -> Result<Named<Vec<OpenItem>>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let what = backoffice::accounts::open_items(&office, &actor, day).await?;
    let owners = owners(&office, &actor, what.iter().map(|item| &item.account)).await?;
    Ok(Named { what, owners })
}
