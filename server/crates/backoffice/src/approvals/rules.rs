//! The approval rules in force (审批规则) and who has which authority. Changing either is itself
//! under approval.

use super::{ApprovalError, Leave, Proposal, event, execute, propose, standing, store};
use crate::audit::{self, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::Actor;
use domain::approval::{ApprovalKind, ApprovalState, Authority, Rule, RuleBook};
use domain::ids::{ApprovalId, StaffId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// There is one book of rules.
const BOOK: Uuid = Uuid::from_u128(0x6261_6163_0000_7000_8000_0000_0000_0001);

/// The rules in force. Whoever works here may know them.
///
/// # Errors
/// The database failed.
pub async fn book(office: &Office, _actor: &Actor) -> Result<RuleBook, ApprovalError> {
    let mut conn = office.db.acquire().await?;
    store::rules::current(&mut conn).await
}

/// Everybody whose account is open: id, sign-in, name.
///
/// # Errors
/// The database failed.
pub async fn people(
    office: &Office,
    _actor: &Actor,
) -> Result<Vec<(StaffId, String, String)>, ApprovalError> {
    let mut conn = office.db.acquire().await?;
    store::people::sign_ins(&mut conn).await
}

/// Proposes other rules and authorities in place of those in force.
///
/// # Errors
/// Not allowed, they make no sense, nothing would change, or a change is already waiting.
pub async fn propose_book(
    office: &Office,
    actor: &Actor,
    (rules, authorities): (Vec<Rule>, Vec<Authority>),
) -> Result<ApprovalId, ApprovalError> {
    actor.require(ApprovalKind::ApprovalRules.maker_permission())?;
    let mut tx = office.begin().await?;
    let book = store::rules::current(&mut tx).await?;
    let next = RuleBook { version: book.version + 1, rules, authorities };
    next.check()?;
    if (&book.rules, &book.authorities) == (&next.rules, &next.authorities) {
        return Err(ApprovalError::NothingToChange);
    }
    let proposal = Proposal {
        kind: ApprovalKind::ApprovalRules,
        subject: BOOK,
        title: format!("approval rules, version {}", next.version),
        content: content(&book, &next)?,
    };
    let id = propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(id)
}

/// Puts approved rules in force, unless others came into force meanwhile.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let next: RuleBook = serde_json::from_value(approved["after"].clone())?;
    let book = store::rules::current(&mut tx).await?;
    if let Leave::Granted { .. } = execute(&mut tx, office, id, &content(&book, &next)?).await? {
        store::rules::insert(&mut tx, &next, (Some(id), office.now())).await?;
        let event = event(Who::System("worker"), "approvals.rules");
        audit::record(&mut tx, office, event, &next.version.to_string(), &next).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Puts rules in force when an installation is set up; the same ones again change nothing, and
/// rules that were agreed on since then stay.
///
/// # Errors
/// The rules make no sense.
pub async fn set_up(
    conn: &mut PgConnection,
    office: &Office,
    (rules, authorities): (Vec<Rule>, Vec<Authority>),
) -> Result<(), ApprovalError> {
    let book = store::rules::current(conn).await?;
    if book.version > 0 {
        return Ok(());
    }
    let next = RuleBook { version: 1, rules, authorities };
    next.check()?;
    store::rules::insert(conn, &next, (None, office.now())).await?;
    let event = event(Who::System("set-up"), "approvals.rules");
    audit::record(conn, office, event, "1", &next).await?;
    Ok(())
}

/// What the checker sees: the book in force and the one proposed.
fn content(book: &RuleBook, next: &RuleBook) -> Result<Value, ApprovalError> {
    let write = |book: &RuleBook| serde_json::to_value(book).map_err(ApprovalError::Unwritable);
    Ok(json!({ "before": write(book)?, "after": write(next)? }))
}
