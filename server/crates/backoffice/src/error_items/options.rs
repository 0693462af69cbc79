//! What may be done about an item, each with everything it would do: the exact entries, the balances
//! before and after, the effect on settlement and reserve, and who has to approve it.

use super::{ErrorItemError, postings, repair, rules};
use crate::explain::{Explain, Kind};
use crate::office::Office;
use domain::account::BalanceEffect;
use domain::error_item::{
    Action, ErrorItem, Levels, MoneyEffect, ProposedEntry, ResolutionOption, Suggestion,
};
use domain::money::Money;
use ledger::LedgerError;
use sqlx::PgConnection;

/// The options of an open item, the suggested one first. What has become impossible since the
/// difference was found is left out: the next reconciliation shows it.
pub(super) async fn of(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
) -> Result<Vec<ResolutionOption>, ErrorItemError> {
    let rules = rules::current(conn).await?.rules;
    let mut options = Vec::new();
    for offer in rules.handling(item) {
        match option(conn, office, item, (offer, rules.levels)).await {
            Ok(option) => options.push(option),
            Err(error) if error.kind() == Kind::Conflict => {}
            Err(error) => return Err(error),
        }
    }
    Ok(options)
}

async fn option(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
    (offer, levels): (Suggestion, Levels),
) -> Result<ResolutionOption, ErrorItemError> {
    let difference = &item.difference;
    let entries = entries(conn, office, item, offer.action).await?;
    let (balances, refused) = match effects(conn, office, item, offer.action).await {
        Ok(balances) => (balances, None),
        Err(ErrorItemError::Ledger(error)) if !matches!(error, LedgerError::Database(_)) => {
            (Vec::new(), Some(error.to_string()))
        }
        Err(ErrorItemError::NoOpenDay) => (Vec::new(), Some(ErrorItemError::NoOpenDay.to_string())),
        Err(error) => return Err(error),
    };
    let zero = Money::zero(difference.difference.currency());
    Ok(ResolutionOption {
        offer,
        entries,
        effect: MoneyEffect::of(&balances, zero)?,
        balances,
        level: levels.of(offer.action, difference.cause, difference.difference),
        refused,
    })
}

/// What an action books, exactly.
pub(super) async fn entries(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
    action: Action,
) -> Result<Vec<ProposedEntry>, ErrorItemError> {
    if action == Action::RepairToSuccess && item.may_be_answered_by(action) {
        return repair::rehearse(conn, office, &item.difference).await;
    }
    Ok(item.entry(action)?.into_iter().collect())
}

/// The balances before and after, as the books stand now.
async fn effects(
    conn: &mut PgConnection,
    office: &Office,
    item: &ErrorItem,
    action: Action,
) -> Result<Vec<BalanceEffect>, ErrorItemError> {
    let Some(entry) = item.entry(action)? else { return Ok(Vec::new()) };
    let day = ledger::days::current(conn).await?.ok_or(ErrorItemError::NoOpenDay)?;
    let posting = postings::resolution(office, item, &entry, day)?;
    Ok(ledger::preview(conn, &posting).await?)
}
