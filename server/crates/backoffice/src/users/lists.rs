//! What people see of users.

use super::{COOLING, UserError, store};
use crate::limits;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::ids::UserId;
use domain::page::{Page, PageRequest};
use domain::user::{UserDetail, UserFilter, UserSummary};

/// Users, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &UserFilter,
    page: PageRequest,
) -> Result<Page<UserSummary>, UserError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// A user with everything about their money.
///
/// # Errors
/// Not allowed, or there is no such user.
pub async fn find(office: &Office, actor: &Actor, id: UserId) -> Result<UserDetail, UserError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    let summary = store::summary(&mut conn, id).await?;
    let summary = summary.ok_or_else(|| UserError::NotFound(id.to_string()))?;
    let class = summary.user.class;
    let accounts = store::accounts(&mut conn, id).await?;
    let changed = accounts.first().filter(|_| accounts.len() > 1).map(|account| account.at);
    let cools_until = changed.map(|at| at.saturating_add(COOLING));
    Ok(UserDetail {
        account: store::ledger_account(&mut conn, id).await?,
        holds_at_most: limits::holds_at_most(&mut conn, class, office.today()).await?,
        accounts,
        cools_until: cools_until.filter(|until| *until > office.now()),
        top_ups: store::top_ups(&mut conn, id).await?,
        fee_terms: store::withdrawal_terms(&mut conn).await?,
        summary,
    })
}
