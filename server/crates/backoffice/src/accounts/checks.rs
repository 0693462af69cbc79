//! The books are checked by schedule, and what was found is kept.

use super::{AccountsError, store};
use crate::jobs::{self, Message};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::check::{BooksCheckDetail, BooksCheckSummary, CheckedRule};
use domain::ids::BooksCheckId;
use domain::page::{Page, PageRequest};
use ledger::invariants::{self, Rule};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How often the books are checked.
const EVERY: Duration = Duration::minutes(15);

/// Check the books at a moment of the schedule. The work asks systems further down as well, so it
/// is dispatched by `work`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckBooks {
    /// The moment, in seconds since 1970.
    pub due: i64,
}

impl Message for CheckBooks {
    const KIND: &'static str = "accounts.check_books";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.due))
    }
}

/// Hands on the next check of the schedule, once, however often it is asked for.
///
/// # Errors
/// The database failed.
pub async fn schedule_check(office: &Office) -> Result<(), AccountsError> {
    let every = EVERY.whole_seconds();
    let due = (office.now().unix_timestamp() / every + 1) * every;
    let at = OffsetDateTime::from_unix_timestamp(due).unwrap_or_else(|_| office.now());
    let mut conn = office.db.acquire().await?;
    jobs::enqueue_at(&mut conn, office, &CheckBooks { due }, at).await?;
    Ok(())
}

/// Asks every rule of the books.
///
/// # Errors
/// The database failed.
pub async fn check_rules(office: &Office) -> Result<Vec<CheckedRule>, AccountsError> {
    let mut tx = office.at_one_moment().await?;
    let mut rules = Vec::new();
    for rule in Rule::ALL {
        let findings = invariants::check_rule(&mut tx, rule).await?;
        let findings =
            findings.into_iter().map(|found| format!("{}: {}", found.subject, found.what));
        rules.push(CheckedRule { rule: rule.name().to_owned(), findings: findings.collect() });
    }
    Ok(rules)
}

/// Keeps what a check found.
///
/// # Errors
/// The database failed.
pub async fn keep_check(
    office: &Office,
    started_at: OffsetDateTime,
    rules: &[CheckedRule],
) -> Result<BooksCheckId, AccountsError> {
    let id = BooksCheckId(office.new_id());
    for rule in rules.iter().filter(|rule| !rule.findings.is_empty()) {
        tracing::error!(rule = rule.rule, findings = ?rule.findings, "the books are wrong");
    }
    let finished_at = office.now().max(started_at);
    let mut tx = office.begin().await?;
    store::insert_check(&mut tx, id, (started_at, finished_at), rules).await?;
    tx.commit().await?;
    Ok(id)
}

/// Checks of the books, the latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn checks(
    office: &Office,
    actor: &Actor,
    page: PageRequest,
) -> Result<Page<BooksCheckSummary>, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    Ok(store::list_checks(&mut conn, page).await?)
}

/// One check of the books with what it found.
///
/// # Errors
/// Not allowed, or there is no such check.
pub async fn check(
    office: &Office,
    actor: &Actor,
    id: BooksCheckId,
) -> Result<BooksCheckDetail, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    store::find_check(&mut conn, id).await?.ok_or(AccountsError::CheckNotFound)
}
